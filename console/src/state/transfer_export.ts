/** An export: all configurations of the instance arrive in pages and become one file. */
import { signal } from "@preact/signals";
import type { ConfigsTrailer, StreamExportConfigsResponse } from "../../gen/smtpdiag/v1/instance_pb.ts";
import type { Problem } from "../api/problem.ts";
import { follow, instances } from "../api/transport.ts";
import { noticed } from "./connection.ts";
import { caller, serverInfo } from "./session.ts";
import { fileName, lineOf } from "./transfer_file.ts";

/** How many configurations a line of the file has, as in the command. */
const PAGE = 250;
/** The shortest passphrase that the service takes. */
export const SHORTEST = 12;

export type ExportState =
  | { step: "asked"; problem: Problem | null }
  | { step: "running"; done: number; total: number }
  | { step: "broke"; done: number; total: number; problem: Problem }
  | { step: "done"; trailer: ConfigsTrailer; file: { name: string; url: string } };

/** Why secrets can't be exported; null where they can. */
export function secretsRefused(): "off" | "permission" | null {
  if (!serverInfo.value?.features?.secretExport) return "off";
  return caller.value?.permissions.includes("iam.secrets") ? null : "permission";
}

/** What is wrong with a passphrase that is typed twice; null where nothing is. Characters are counted, not code units. */
export function passphraseProblem(passphrase: string, again: string): "short" | "differs" | null {
  if ([...passphrase].length < SHORTEST) return "short";
  return passphrase === again ? null : "differs";
}

/** Makes an export. One that broke off goes on behind its last page. */
export function newExport() {
  const state = signal<ExportState>({ step: "asked", problem: null });
  let lines: string[] = [];
  let token = "";
  let done = 0;
  let total = 0;
  let trailer: ConfigsTrailer | null = null;
  let controller = new AbortController();

  function arrived(message: StreamExportConfigsResponse): void {
    const { part } = message;
    if (part.case === "header") {
      lines = [];
      total = part.value.providerCount;
    } else if (part.case === "page") {
      done += part.value.providers.length;
      token = message.nextPageToken;
    } else if (part.case === "trailer") trailer = part.value;
    else return;
    lines.push(lineOf(message));
    state.value = { step: "running", done, total };
  }

  async function run(passphrase: string): Promise<void> {
    controller = new AbortController();
    const mine = controller;
    state.value = { step: "running", done, total };
    let problem: Problem | null = null;
    for (;;) {
      const before = done;
      const request = { passphrase, pageSize: PAGE, pageToken: token };
      problem = await follow((options) => instances.streamExportConfigs(request, options), mine.signal, arrived);
      // A call ends with its deadline, however much there is: what moved goes on by itself.
      if (!problem || trailer || done === before || mine.signal.aborted) break;
    }
    if (mine.signal.aborted) return;
    if (trailer) {
      const url = URL.createObjectURL(new Blob(lines, { type: "application/x-ndjson" }));
      const name = fileName(caller.peek()?.instance ?? "", new Date(), passphrase !== "");
      lines = [];
      state.value = { step: "done", trailer, file: { name, url } };
    } else if (problem) {
      noticed(problem);
      state.value = token ? { step: "broke", done, total, problem } : { step: "asked", problem };
    }
  }

  return {
    state,
    run,
    /** Ends it, and forgets the file. */
    close: () => {
      controller.abort();
      lines = [];
      const last = state.peek();
      if (last.step === "done") URL.revokeObjectURL(last.file.url);
    },
  };
}
