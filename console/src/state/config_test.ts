/** The test of a stored configuration, of either kind. */
import type { ConfigOverview } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import { TestOutcome } from "../../gen/smtpdiag/v1/test_pb.ts";
import { Outcome } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { configsChanged } from "./configs.ts";
import { cancelPost, httpTest, postSample } from "./http_test.ts";
import { hrefOf, navigate } from "./route.ts";
import { configRun, startConfigTest } from "./test_run.ts";

/** Begins a test, unless one runs. Once it ends, what is shown of the configurations is read again. */
export function beginTest(config: ConfigOverview): void {
  if (config.settings.case === "http") void postSample(config.id).then(configsChanged);
  else startConfigTest(config.id);
}

/** Likewise, and goes where it is shown. */
export function testAndOpen(config: ConfigOverview): void {
  beginTest(config);
  navigate(hrefOf(["configs", config.id]));
}

export function cancelTest(config: ConfigOverview): void {
  if (config.settings.case === "http") cancelPost(config.id);
  else configRun(config.id).peek()?.cancel();
}

/** Forgets a test that has ended and is kept, so that a page that is opened again shows what is kept now. */
export function forgetEnded(id: string): void {
  const run = configRun(id);
  const view = run.peek()?.view.peek();
  if (view?.phase === "done" && view.report?.testId) run.value = null;
}

/** Whether a test runs that was begun on this page. */
export function testRuns(config: ConfigOverview): boolean {
  if (config.settings.case === "http") return httpTest(config.id).post.value.phase === "running";
  return configRun(config.id).value?.view.value.phase === "running";
}

/** What came of the last test: null before the first, and where it has come to no verdict. */
export function lastPassed(config: ConfigOverview): boolean | null {
  const post = httpTest(config.id).post.value.report;
  const report = post ?? configRun(config.id).value?.view.value.report;
  if (report) return report.outcome === Outcome.OK;
  if (config.lastTest?.outcome === TestOutcome.OK) return true;
  return config.lastTest?.outcome === TestOutcome.FAIL ? false : null;
}
