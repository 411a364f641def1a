/** Tests that run. One ends when the person cancels it or leaves its place; none is ever begun again by itself. */

import { durationMs } from "@bufbuild/protobuf/wkt";
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { diagnosis, follow } from "../api/transport.ts";
import { configsChanged } from "./configs.ts";
import { noticed } from "./connection.ts";
import { serverInfo } from "./session.ts";
import { steadyNow } from "./steady.ts";
import { emptyTest, ended, fold, type TestRequest, type TestView } from "./test_fold.ts";

export type TestRun = {
  view: ReadonlySignal<TestView>;
  /** Hangs up on the service, which hangs up on the server. */
  cancel(): void;
  /** The test as it ended. */
  finished: Promise<TestView>;
};

/** Begins a test. */
export function startTest(request: TestRequest): TestRun {
  const controller = new AbortController();
  const longest = serverInfo.peek()?.limits?.testTimeout;
  const view = signal(emptyTest(request, longest ? durationMs(longest) : undefined));

  async function run(): Promise<TestView> {
    const problem = await follow(
      (options) => diagnosis.diagnose(request, options),
      controller.signal,
      (message) => {
        if (!controller.signal.aborted) view.value = fold(view.peek(), message, steadyNow());
      },
    );
    view.value = ended(view.peek(), problem, steadyNow());
    if (problem) noticed(problem);
    return view.peek();
  }

  return {
    view,
    cancel: () => controller.abort(),
    finished: run(),
  };
}

const runs = new Map<string, Signal<TestRun | null>>();

/** The last test of a stored configuration that was begun on this page; null before the first. */
export function configRun(id: string): Signal<TestRun | null> {
  let known = runs.get(id);
  if (!known) {
    known = signal<TestRun | null>(null);
    runs.set(id, known);
  }
  return known;
}

/** Begins a test of a stored configuration, unless one runs: then it is that one. Once it ends, configurations are read again. */
export function startConfigTest(id: string): TestRun {
  const known = configRun(id);
  const present = known.peek();
  if (present?.view.peek().phase === "running") return present;
  const run = startTest({ configId: id });
  known.value = run;
  void run.finished.then(configsChanged);
  return run;
}
