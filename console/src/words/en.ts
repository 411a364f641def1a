/** All messages in English, by area. */
import actions from "./en/actions.json" with { type: "json" };
import chain from "./en/chain.json" with { type: "json" };
import code from "./en/code.json" with { type: "json" };
import config from "./en/config.json" with { type: "json" };
import discovery from "./en/discovery.json" with { type: "json" };
import events from "./en/events.json" with { type: "json" };
import finding from "./en/finding.json" with { type: "json" };
import fix from "./en/fix.json" with { type: "json" };
import form from "./en/form.json" with { type: "json" };
import frame from "./en/frame.json" with { type: "json" };
import history from "./en/history.json" with { type: "json" };
import list from "./en/list.json" with { type: "json" };
import report from "./en/report.json" with { type: "json" };
import session from "./en/session.json" with { type: "json" };
import settings from "./en/settings.json" with { type: "json" };
import stage from "./en/stage.json" with { type: "json" };
import state from "./en/state.json" with { type: "json" };
import test from "./en/test.json" with { type: "json" };
import tls from "./en/tls.json" with { type: "json" };
import transfer from "./en/transfer.json" with { type: "json" };

export const catalogue = {
  actions,
  chain,
  code,
  config,
  discovery,
  events,
  finding,
  fix,
  form,
  frame,
  history,
  list,
  report,
  session,
  settings,
  stage,
  state,
  test,
  tls,
  transfer,
};

type Form = string | { one: string; other: string };
type Shape<T> = { [A in keyof T]: { [K in keyof T[A]]: Form } };

/** What each language must have. */
export type Catalogue = Shape<typeof catalogue>;
