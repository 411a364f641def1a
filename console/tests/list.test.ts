/** The list of configurations: what is asked for, how a configuration stands, and what is drawn of its tests. */
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, test, vi } from "vitest";
import { ConfigOverviewSchema, TestSummarySchema } from "../gen/smtpdiag/v1/config_overview_pb.ts";
import { TestOutcome } from "../gen/smtpdiag/v1/test_pb.ts";
import { tickShapes } from "../src/parts/tick_shapes.ts";
import filters from "./list_filters.json" with { type: "json" };

vi.stubGlobal("location", { hash: "" });
const { filterOf, hrefOfList, listQueryOf, orderOf, sortedBy } = await import("../src/state/list_query.ts");
const { certificateOf, needsAttention, verdictOf } = await import("../src/state/standing.ts");

const FIRST = { search: "", sort: "last", down: true, page: 1 } as const;

describe("the filter of a search", () => {
  // tests/unit/syntax/test_console_filters.py reads the same table with the service's own grammar.
  test.each(filters)("$typed", ({ typed, filter }) => {
    expect(filterOf(typed)).toBe(filter);
  });

  test("half a character is none", () => {
    expect(filterOf("x\ud800y")).toBe('"x" "y"');
    expect(filterOf(`${"z".repeat(199)}\u{1f600}`)).toBe(`"${"z".repeat(199)}"`);
  });

  test("more words than a filter may have are one text, and no search is longer than the service takes", () => {
    const many = filterOf("a ".repeat(60));
    expect(many).toBe(`"${Array(60).fill("a").join(" ")}"`);
    for (const letter of ["x", '"', "\\", "* "]) expect(filterOf(letter.repeat(5000)).length).toBeLessThan(2000);
  });
});

describe("the query of an address", () => {
  test.each([
    ["", FIRST],
    ["q=post&sort=name&page=3", { search: "post", sort: "name", down: false, page: 3 }],
    ["sort=-certificate", { ...FIRST, sort: "certificate", down: true }],
    ["sort=last", { ...FIRST, down: false }],
    ["sort=constructor&page=0", FIRST],
    ["sort=--name&page=-2", FIRST],
    ["page=1e9999", FIRST],
    ["page=2.5", FIRST],
    ["page=x", FIRST],
    [`q=${"y".repeat(900)}`, { ...FIRST, search: "y".repeat(200) }],
  ] as const)("%s", (text, query) => {
    expect(listQueryOf(new URLSearchParams(text))).toEqual(query);
  });

  test.each([
    [FIRST, "#/configs"],
    [{ ...FIRST, page: 2 }, "#/configs?page=2"],
    [{ search: 'a&b "c"', sort: "server", down: true, page: 1 }, "#/configs?q=a%26b+%22c%22&sort=-server"],
    [{ ...FIRST, down: false }, "#/configs?sort=last"],
  ] as const)("%o has the address %s, and is read from it again", (query, href) => {
    expect(hrefOfList(query)).toBe(href);
    expect(listQueryOf(new URLSearchParams(href.split("?")[1]))).toEqual(query);
  });

  test("the active one is first in every order, and a heading turns its own order round", () => {
    expect(orderOf(FIRST)).toBe("state, last_test.start_time desc");
    expect(orderOf({ ...FIRST, sort: "name", down: true })).toBe("state, description desc, host desc");
    expect(sortedBy({ ...FIRST, page: 4 }, "last")).toEqual({ ...FIRST, down: false });
    expect(sortedBy({ ...FIRST, page: 4, search: "x" }, "name")).toEqual({
      search: "x",
      sort: "name",
      down: false,
      page: 1,
    });
  });
});

describe("how a configuration stands", () => {
  const NOW = 1_800_000_000_000;
  const DAY = 86_400_000;
  const summary = (outcome: TestOutcome) => create(TestSummarySchema, { outcome });
  const ending = (days: number) =>
    create(ConfigOverviewSchema, {
      lastTest: summary(TestOutcome.OK),
      certificateExpireTime: timestampFromMs(NOW + days * DAY),
    });

  test.each([
    [summary(TestOutcome.OK), "passed"],
    [summary(TestOutcome.FAIL), "failed"],
    [summary(TestOutcome.CANCELLED), "cancelled"],
    [summary(TestOutcome.UNSPECIFIED), "cancelled"],
    [undefined, "never"],
  ])("%o", (test, verdict) => {
    expect(verdictOf(test)).toBe(verdict);
    const config = create(ConfigOverviewSchema, test ? { lastTest: test } : {});
    expect(needsAttention(config, NOW)).toBe(verdict !== "passed");
  });

  test.each([
    [83.5, 83, "plain"],
    [22, 22, "plain"],
    [21.9, 21, "warn"],
    [8, 8, "warn"],
    [7.9, 7, "fail"],
    [0.5, 0, "fail"],
    [-0.5, -1, "fail"],
  ] as const)("a certificate that ends in %s days has %s whole ones: %s", (until, days, tone) => {
    expect(certificateOf(ending(until), NOW)).toEqual({ days, tone });
    expect(needsAttention(ending(until), NOW)).toBe(tone !== "plain");
  });

  test("without a certificate there is nothing to tell of it", () => {
    expect(certificateOf(create(ConfigOverviewSchema, {}), NOW)).toBeNull();
  });
});

describe("ticks", () => {
  const tick = (elapsed: number, outcome: "passed" | "failed" | "cancelled" = "passed") => ({ elapsed, outcome });

  test("the newest is on the right, each as high as its time, on one scale", () => {
    expect(tickShapes([tick(50), tick(100)]).passed).toBe("M90 10h3.4v8h-3.4zM95 2h3.4v16h-3.4z");
  });

  test("a failed one has a pale column of full height behind it, whatever its time", () => {
    const shapes = tickShapes([tick(0, "failed"), tick(100)]);
    expect(shapes.failed).toBe("M90 15h3.4v3h-3.4z");
    expect(shapes.pale).toBe("M90 2h3.4v16h-3.4z");
    expect(tickShapes([tick(1, "cancelled")]).cancelled).toBe("M95 2h3.4v16h-3.4z");
  });

  test("the last 20 are drawn, and nothing for none", () => {
    expect(tickShapes(Array.from({ length: 25 }, () => tick(1))).passed.match(/M/g)).toHaveLength(20);
    expect(tickShapes([])).toEqual({ passed: "", failed: "", cancelled: "", pale: "" });
    expect(tickShapes([tick(0)]).passed).toBe("M95 15h3.4v3h-3.4z");
  });
});
