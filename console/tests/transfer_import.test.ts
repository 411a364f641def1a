/** An import that goes through, that breaks off half-way, that goes on, and that is taken back. */
import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { ExportedProviderSchema, ImportedSecret } from "../gen/smtpdiag/v1/instance_pb.ts";
import type { Problem } from "../src/api/problem.ts";

const calls = {
  beginConfigsImport: vi.fn(),
  continueConfigsImport: vi.fn(),
  finishConfigsImport: vi.fn(),
  importConfigs: vi.fn(),
  undoConfigsImport: vi.fn(),
};
const PROBLEM: Problem = {
  kind: "unreachable",
  reason: "",
  sentence: "",
  fields: [],
  retryAfter: null,
  requestId: "",
  metadata: {},
};
vi.mock("../src/api/transport.ts", () => ({
  instances: calls,
  ask: async (call: (options: object) => Promise<unknown>) => {
    try {
      return { ok: true, value: await call({}) };
    } catch {
      return { ok: false, problem: PROBLEM };
    }
  },
  follow: async (call: (options: object) => unknown[], _signal: AbortSignal, each: (message: unknown) => void) => {
    for (const message of call({})) each(message);
    return null;
  },
}));
const changed = vi.fn();
vi.mock("../src/state/configs.ts", () => ({ configsChanged: () => changed() }));
vi.mock("../src/state/connection.ts", () => ({ noted: (result: unknown) => result, noticed: () => undefined }));
const { foreseen, newImport } = await import("../src/state/transfer_import.ts");

const provider = (id: string) => ({ id, smtp: { senderAddress: "a@b.c", senderName: "A", host: `${id}.org:587` } });
const page = (number: number) => ({ page: { exportId: "e", number, providers: [provider(`p${number}`)] } });
const FILE = [
  { header: { formatVersion: 1, exportId: "e", providerCount: 3 } },
  page(1),
  page(2),
  page(3),
  { trailer: { exportId: "e", pageCount: 3, providerCount: 3 } },
];
const PLAIN = { passphrase: "", skip: false };

/** Answers each page as the service does; the one with this number fails once. */
function serve(failing = 0): void {
  let fails = failing;
  calls.beginConfigsImport.mockResolvedValue({ nextImportToken: "t0" });
  calls.continueConfigsImport.mockImplementation(async ({ page: { number } }: { page: { number: number } }) => {
    if (number === fails) {
      fails = 0;
      throw new Error("gone");
    }
    const providers = [{ id: `n${number}`, secret: ImportedSecret.NOT_NEEDED }];
    return { providers, pageCount: number, providerCount: number, nextImportToken: `t${number}` };
  });
  calls.finishConfigsImport.mockResolvedValue({ activeProviderId: "n2" });
}

async function chosen() {
  const run = newImport();
  await run.choose(new File([FILE.map((line) => JSON.stringify(line)).join("\n")], "x.ndjson"));
  return run;
}

beforeEach(() => {
  for (const call of [...Object.values(calls), changed]) call.mockReset();
});

test("a file is checked without adding, then added, and its active one is told", async () => {
  serve();
  const run = await chosen();
  await run.check(PLAIN);
  expect(run.state.value).toEqual({ step: "checked", problem: null });
  expect(calls.beginConfigsImport.mock.calls[0]?.[0]).toMatchObject({ validateOnly: true });
  expect(run.rows.value.map(({ id }) => id)).toEqual(["", "", ""]);
  expect(changed).not.toHaveBeenCalled();
  await run.add(PLAIN);
  expect(run.state.value).toEqual({ step: "done" });
  expect(run.rows.value.map(({ id, active }) => [id, active])).toEqual([
    ["n1", false],
    ["n2", true],
    ["n3", false],
  ]);
  expect(changed).toHaveBeenCalled();
});

test("what breaks off goes on with the page whose answer was lost, by the same token", async () => {
  serve(2);
  const run = await chosen();
  await run.add(PLAIN);
  expect(run.state.value).toMatchObject({ step: "half", done: 1 });
  await run.add(PLAIN);
  expect(run.state.value).toEqual({ step: "done" });
  expect(calls.beginConfigsImport).toHaveBeenCalledTimes(1);
  const sent = calls.continueConfigsImport.mock.calls.map(([request]) => [request.page.number, request.importToken]);
  expect(sent).toEqual([
    [1, "t0"],
    [2, "t1"],
    [2, "t1"],
    [3, "t2"],
  ]);
});

test("what breaks off is taken back", async () => {
  serve(3);
  calls.undoConfigsImport.mockReturnValue([
    { removedCount: 1, keptProviderIds: [] },
    { removedCount: 0, keptProviderIds: ["n1"] },
  ]);
  const run = await chosen();
  await run.add(PLAIN);
  await run.undo();
  expect(calls.undoConfigsImport.mock.calls[0]?.[0]).toEqual({ importToken: "t2" });
  expect(run.state.value).toEqual({ step: "undone", removed: 1, kept: ["n1"] });
});

test("a beginning that is refused has added nothing", async () => {
  calls.beginConfigsImport.mockRejectedValue(new Error("wrong passphrase"));
  const run = await chosen();
  await run.check(PLAIN);
  expect(run.state.value).toEqual({ step: "read", problem: PROBLEM });
  await run.add(PLAIN);
  expect(run.state.value).toEqual({ step: "checked", problem: PROBLEM });
});

describe("what becomes of a secret, by the file alone", () => {
  const secret = new Uint8Array([1]);
  const none = new Uint8Array();
  test.each([
    ["there", "smtp", { user: "u" }, secret, false, ImportedSecret.STORED],
    ["there, and left out", "smtp", { user: "u" }, secret, true, ImportedSecret.MISSING],
    ["not there", "smtp", { user: "u" }, none, false, ImportedSecret.MISSING],
    ["not needed", "smtp", {}, none, false, ImportedSecret.NOT_NEEDED],
    ["a signing key that is not there", "http", {}, none, false, ImportedSecret.NEW_SIGNING_KEY],
    ["a signing key", "http", {}, secret, false, ImportedSecret.STORED],
  ] as const)("%s", (_what, kind, value, sealed, skip, expected) => {
    const settings = kind === "smtp" ? { case: kind, value } : { case: kind, value: {} };
    expect(foreseen(create(ExportedProviderSchema, { settings, secret: sealed }), skip)).toBe(expected);
  });
});
