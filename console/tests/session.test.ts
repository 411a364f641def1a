/** Who is signed in, as the service's answers come, in whichever order. */
import { beforeEach, expect, test, vi } from "vitest";

vi.stubGlobal("navigator", { languages: ["en"] });
const stored = new Map<string, string>();
vi.stubGlobal("sessionStorage", {
  getItem: (name: string) => stored.get(name) ?? null,
  setItem: (name: string, value: string) => stored.set(name, value),
  removeItem: (name: string) => stored.delete(name),
});

/** What the service knows: a token's instances, the first one first. */
const TOKENS: Record<string, string[]> = { mp_one: ["acme", "globex"], mp_two: ["globex"], mp_three: ["initech"] };
const sent: string[] = [];
let down = false;
let slow: Promise<void> | null = null;

vi.mock("../src/api/transport.ts", () => {
  const caller = { token: "", instance: "", language: "en" };
  const answer = async () => {
    const { token, instance } = { ...caller };
    sent.push(`${token} ${instance}`);
    await slow;
    if (down) return { ok: false, problem: { kind: "unreachable", sentence: "" } };
    const instances = TOKENS[token];
    if (!instances) return { ok: false, problem: { kind: "token", sentence: "unknown" } };
    if (instance && !instances.includes(instance)) return { ok: false, problem: { kind: "gone", sentence: "" } };
    return { ok: true, value: { name: token, role: 1, instances, instance: instance || instances[0] } };
  };
  return {
    caller,
    access: { getCaller: answer },
    server: { getServerInfo: async () => ({ ok: true, value: { version: "1" } }) },
    ask: (call: (options: object) => unknown) => call({}),
  };
});

async function fresh() {
  vi.resetModules();
  return { ...(await import("../src/state/session.ts")), wire: (await import("../src/api/transport.ts")).caller };
}
let session: Awaited<ReturnType<typeof fresh>>;

beforeEach(async () => {
  stored.clear();
  sent.length = 0;
  down = false;
  slow = null;
  session = await fresh();
  Object.assign(session.wire, { token: "", instance: "" });
});

test("a token that was pasted with what is around it is taken, and kept for the tab", async () => {
  expect(await session.signIn(" Bearer mp_one\n")).toBeNull();
  expect([session.caller.value?.instance, stored.get("mailproof.token")]).toEqual(["acme", "mp_one"]);
});

test.each(["", " \n", "mp_ü", "x".repeat(9000)])("%j makes no call", async (text) => {
  expect((await session.signIn(text))?.kind).toBe("invalid");
  expect(sent).toEqual([]);
});

test("a wrong token is told, and the former one stays", async () => {
  await session.signIn("mp_one");
  expect((await session.signIn("mp_wrong"))?.kind).toBe("token");
  expect([session.wire.token, stored.get("mailproof.token"), session.caller.value?.name]).toEqual([
    "mp_one",
    "mp_one",
    "mp_one",
  ]);
});

test("a kept token that is refused is forgotten; one that could not be asked about is not", async () => {
  stored.set("mailproof.token", "mp_gone");
  await session.resume();
  expect([session.notResumed.value?.kind, stored.has("mailproof.token")]).toEqual(["token", false]);
  stored.set("mailproof.token", "mp_one");
  down = true;
  await session.resume();
  expect([session.notResumed.value?.kind, session.signedIn.value]).toEqual(["unreachable", false]);
  down = false;
  await session.resume();
  expect([session.notResumed.value, session.signedIn.value]).toEqual([null, true]);
});

test("another instance makes what is shown anew; the same one does not", async () => {
  await session.signIn("mp_one");
  await session.refresh();
  expect(session.epoch.value).toBe(0);
  await session.useInstance("globex");
  expect([session.epoch.value, session.wire.instance, stored.get("mailproof.instance")]).toEqual([
    1,
    "globex",
    "globex",
  ]);
  await session.signIn("mp_two"); // has it too
  expect(session.epoch.value).toBe(1);
});

test("a token of another instance is taken only if what is on the page may go", async () => {
  await session.signIn("mp_one");
  const stays = await session.signIn("mp_three", async () => false);
  expect([stays?.kind, session.wire.token, session.wire.instance]).toEqual(["invalid", "mp_one", "acme"]);
  expect(await session.signIn("mp_three", async () => true)).toBeNull();
  expect([session.caller.value?.instance, session.epoch.value]).toEqual(["initech", 1]);
});

test("a late answer about the former token takes nothing back", async () => {
  await session.signIn("mp_one");
  let arrive = () => {};
  slow = new Promise((resolve) => {
    arrive = resolve;
  });
  const late = session.refresh();
  const signed = session.signIn("mp_two");
  arrive();
  await Promise.all([late, signed]);
  expect([session.wire.token, session.caller.value?.name]).toEqual(["mp_two", "mp_two"]);
});
