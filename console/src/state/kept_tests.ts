/** Reads kept tests: those of a configuration, one of them, and the ones before and after it. */
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { type Test, TestView } from "../../gen/smtpdiag/v1/test_pb.ts";
import { ask, tests } from "../api/transport.ts";
import { type Pages, pages } from "./pages.ts";
import { type Reading, reading } from "./reading.ts";

/** How many tests are read at once: as many columns as a wide screen shows well. */
const PAGE = 40;

/** The kept tests of a configuration, without their reports. */
export function testsOf(configId: string): Pages<Test> {
  return pages(
    async (pageToken, signal) => {
      const request = { configId, pageToken, pageSize: PAGE, view: TestView.BASIC };
      const result = await ask((options) => tests.listTests(request, options), signal);
      return result.ok ? { ok: true, value: { items: result.value.tests, next: result.value.nextPageToken } } : result;
    },
    (test) => test.id,
  );
}

/** One kept test with its report. It is null where it is not kept (any more), or is one of another configuration. */
export function keptTest(id: string, configId?: string): Reading<{ test: Test | null }> {
  return reading(async (signal) => {
    const result = await ask((options) => tests.getTest({ id, view: TestView.FULL }, options), signal);
    if (!result.ok) return result.problem.kind === "gone" ? { ok: true, value: { test: null } } : result;
    const test = result.value.test ?? null;
    return { ok: true, value: { test: configId && test?.configId !== configId ? null : test } };
  });
}

/** The ids of the tests around one; empty where there is none. */
export type Neighbours = { before: string; after: string };

/** The tests of the same configuration that began before and after a test. */
export function neighboursOf(test: Test): Reading<Neighbours> {
  const when = test.startTime ? timestampDate(test.startTime).toISOString() : "";
  // The service knows the microsecond and the text only the millisecond, so the test itself may be on either side.
  const one = async (compared: "<=" | ">=", orderBy: string, signal: AbortSignal) => {
    const request = {
      configId: test.configId,
      filter: `start_time ${compared} ${when} AND NOT id = "${test.id}"`,
      orderBy,
      pageSize: 1,
      view: TestView.BASIC,
    };
    return ask((options) => tests.listTests(request, options), signal);
  };
  return reading(async (signal) => {
    const [before, after] = await Promise.all([one("<=", "", signal), one(">=", "start_time", signal)]);
    if (!before.ok) return before;
    if (!after.ok) return after;
    return { ok: true, value: { before: before.value.tests[0]?.id ?? "", after: after.value.tests[0]?.id ?? "" } };
  });
}
