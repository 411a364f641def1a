/** The mail providers whose servers are known. */
import { signal } from "@preact/signals";
import { type ProviderPreset, WantedSecret } from "../../gen/smtpdiag/v1/discovery_pb.ts";
import { ask, discovery } from "../api/transport.ts";
import { noted } from "./connection.ts";
import type { Draft } from "./draft.ts";
import { demandsTls } from "./encryption.ts";

export const presets = signal<readonly ProviderPreset[]>([]);
let read = false;

/** Reads them once. A failure is no matter: they are read again when they are next wanted. */
export async function readPresets(): Promise<void> {
  if (read) return;
  read = true;
  const answer = noted(await ask((options) => discovery.listProviderPresets({}, options)));
  if (answer.ok) presets.value = answer.value.presets;
  else read = false;
}

/** The preset whose server the host is. */
export function presetOf(host: string, all: readonly ProviderPreset[]): ProviderPreset | null {
  const name = host.trim().toLowerCase();
  if (!name) return null;
  return all.find((preset) => preset.servers.some((server) => server.host === name)) ?? null;
}

/** The user that a template makes of a mail address; empty where there is no address, or no template. */
export function userOf(template: string, address: string): string {
  const at = address.lastIndexOf("@");
  if (at < 1) return template.includes("%") ? "" : template;
  return template
    .replaceAll("%EMAILADDRESS%", address)
    .replaceAll("%EMAILLOCALPART%", address.slice(0, at))
    .replaceAll("%EMAILDOMAIN%", address.slice(at + 1));
}

/** An app password is made in a minute, also where the provider would rather have OAuth. */
function loginOf({ wantedSecrets }: ProviderPreset): "oauth" | "password" {
  const prefersOauth = wantedSecrets[0] === WantedSecret.OAUTH;
  return prefersOauth && !wantedSecrets.includes(WantedSecret.APP_PASSWORD) ? "oauth" : "password";
}

/** The settings with those of a provider in their place. */
export function withPreset(draft: Draft, preset: ProviderPreset, address: string): Draft {
  const server = preset.servers[0];
  if (!server) return draft;
  return {
    ...draft,
    host: server.host,
    port: String(server.port),
    tls: demandsTls(server.tlsMode),
    login: loginOf(preset),
    user: userOf(preset.userTemplate, address) || draft.user,
  };
}
