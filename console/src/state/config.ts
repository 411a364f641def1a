/** One configuration, as its page and its dialogs read it. */
import { type ConfigOverview, SecretState } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import { ownProblem, type Result } from "../api/problem.ts";
import { ask, configs } from "../api/transport.ts";

/** What an id may look like. Others are in addresses alone, and must not get into a filter. */
const ID = /^[\w-]{1,100}$/;

const GONE = ownProblem("gone");

async function first(filter: string, signal?: AbortSignal): Promise<Result<ConfigOverview | null>> {
  const answer = await ask((options) => configs.listConfigOverviews({ filter, pageSize: 1 }, options), signal);
  return answer.ok ? { ok: true, value: answer.value.configs[0] ?? null } : answer;
}

/** Reads a configuration with its last tests. One that there is not, or not any more, is a problem of kind `gone`. */
export async function readConfig(id: string, signal?: AbortSignal): Promise<Result<ConfigOverview>> {
  if (!ID.test(id)) return { ok: false, problem: GONE };
  const answer = await first(`id = "${id}"`, signal);
  if (!answer.ok) return answer;
  return answer.value ? { ok: true, value: answer.value } : { ok: false, problem: GONE };
}

/** Reads the configuration that is in use; null where none is. */
export function readActive(signal?: AbortSignal): Promise<Result<ConfigOverview | null>> {
  return first("state = active", signal);
}

/** What a person knows the configuration by: its description, or where mail goes. */
export function nameOf(config: Pick<ConfigOverview, "id" | "settings">): string {
  const { settings } = config;
  if (settings.case === "smtp") return settings.value.description || settings.value.host;
  if (settings.case === "http") return settings.value.description || settings.value.endpoint;
  return config.id;
}

/** Which secret the configuration has or would have. */
export type SecretKind = "password" | "client_secret" | "signing_key";

export function secretKind(config: ConfigOverview): SecretKind {
  if (config.settings.case === "http") return "signing_key";
  return config.settings.value?.oauth ? "client_secret" : "password";
}

/** Says whether a login or a post can't be made before the secret is there. */
export function secretLacks(config: ConfigOverview): boolean {
  return config.secretState === SecretState.MISSING || config.secretState === SecretState.UNREADABLE;
}
