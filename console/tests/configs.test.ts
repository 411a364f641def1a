/** The list's pages: by which tokens they are asked for, and what happens where the service takes one no more. */
import { create } from "@bufbuild/protobuf";
import { beforeEach, expect, test, vi } from "vitest";
import { type ConfigOverview, ConfigOverviewSchema } from "../gen/smtpdiag/v1/config_overview_pb.ts";
import { ProviderState } from "../gen/smtpdiag/v1/instance_pb.ts";
import type { Problem } from "../src/api/problem.ts";

type Request = { filter: string; orderBy?: string; pageSize: number; pageToken?: string };

const asked: Request[] = [];
const stored: ConfigOverview[] = [];
/** What page tokens begin with: another word, and the former ones are refused. */
let era = "a";

vi.stubGlobal("location", { hash: "" });
vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
vi.mock("../src/api/transport.ts", () => ({
  caller: { token: "", instance: "", language: "en" },
  ask: async (call: (options: object) => Promise<unknown>) => call({}),
  configs: {
    listConfigOverviews: async (request: Request) => {
      asked.push(request);
      const token = request.pageToken ?? "";
      if (token && !token.startsWith(era)) return { ok: false, problem: { kind: "invalid" } as Problem };
      const found = request.filter === "state = active" ? stored.filter(({ state }) => state === 1) : stored;
      const at = Number(token.slice(1) || 0);
      const end = at + request.pageSize;
      const nextPageToken = end < found.length ? `${era}${end}` : "";
      return {
        ok: true,
        value: { configs: found.slice(at, end), nextPageToken, configCount: stored.length },
      };
    },
  },
}));

const { configList, configsChanged } = await import("../src/state/configs.ts");
const { listQueryOf } = await import("../src/state/list_query.ts");

const page = (text: string) => listQueryOf(new URLSearchParams(text));
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
/** What was asked of the list, and not of the active one. */
const pages = () => asked.filter(({ filter }) => filter !== "state = active");

beforeEach(() => {
  era = String.fromCharCode(era.charCodeAt(0) + 1); // each test begins with tokens that nobody knows
  stored.length = 0;
  for (let n = 0; n < 430; n++) {
    const state = n === 0 ? ProviderState.ACTIVE : ProviderState.INACTIVE;
    stored.push(create(ConfigOverviewSchema, { id: String(n), state }));
  }
  asked.length = 0;
});

test("the first page has the active one, and Next goes by the token that came with it", async () => {
  const list = configList(page(""));
  await settled();
  expect(list.page.value).toMatchObject({ more: true, count: 430, active: { id: "0" } });
  expect(pages()).toHaveLength(1);
  list.show(page("page=2"));
  await settled();
  expect(pages().slice(1)).toMatchObject([{ pageSize: 50, pageToken: `${era}50` }]);
  expect(list.page.value).toMatchObject({ configs: expect.objectContaining({ length: 50 }), active: { id: "0" } });
  expect(list.page.value?.configs[0]?.id).toBe("50");
  list.close();
});

test("a page that is come to by its address is counted out in long strides", async () => {
  const list = configList(page("page=8&sort=name"));
  await settled();
  expect(pages().map(({ pageSize }) => pageSize)).toEqual([200, 150, 50]);
  expect(list.page.value?.configs[0]?.id).toBe("350");
  list.close();
});

test("a page behind the end is empty, and asks for nothing more", async () => {
  const list = configList(page("page=99&sort=server"));
  await settled();
  expect(list.page.value).toMatchObject({ configs: [], more: false });
  expect(pages()).toHaveLength(3);
  list.close();
});

test("a token that the service takes no more is found anew", async () => {
  const list = configList(page("sort=certificate"));
  await settled();
  era = String.fromCharCode(era.charCodeAt(0) + 1);
  asked.length = 0;
  list.show(page("sort=certificate&page=2"));
  await settled();
  expect(list.problem.value).toBeNull();
  expect(list.page.value?.configs[0]?.id).toBe("50");
  expect(pages()).toHaveLength(3); // refused, counted out, read
  list.close();
});

test("it is read again after a change, while the rows stay, and not once it is closed", async () => {
  const list = configList(page("sort=-name"));
  await settled();
  const before = list.page.value;
  asked.length = 0;
  configsChanged();
  await Promise.resolve();
  expect(list.page.value).toBe(before);
  await settled();
  expect(pages()).toHaveLength(1);
  expect(list.page.value).not.toBe(before);
  list.close();
  configsChanged();
  await settled();
  expect(pages()).toHaveLength(1);
});

test("whoever comes back sees the page at once, and what has changed since", async () => {
  const left = configList(page(""));
  await settled();
  left.close();
  stored.unshift(create(ConfigOverviewSchema, { id: "new" }));
  const back = configList(page(""));
  expect(back.page.value?.configs[0]?.id).toBe("0");
  await settled();
  expect(back.page.value?.configs[0]?.id).toBe("new");
  back.close();
});

test("whoever comes back with the first configuration is not told that there is none", async () => {
  const [first] = stored.splice(0);
  const left = configList(page(""));
  await settled();
  expect(left.page.value?.count).toBe(0);
  left.close();
  if (first) stored.push(first);
  const back = configList(page(""));
  expect(back.page.value).toBeNull();
  await settled();
  expect(back.page.value?.configs).toHaveLength(1);
  back.close();
});
