/** All messages in German, by area. */

import actions from "./de/actions.json" with { type: "json" };
import chain from "./de/chain.json" with { type: "json" };
import code from "./de/code.json" with { type: "json" };
import config from "./de/config.json" with { type: "json" };
import discovery from "./de/discovery.json" with { type: "json" };
import events from "./de/events.json" with { type: "json" };
import finding from "./de/finding.json" with { type: "json" };
import fix from "./de/fix.json" with { type: "json" };
import form from "./de/form.json" with { type: "json" };
import frame from "./de/frame.json" with { type: "json" };
import history from "./de/history.json" with { type: "json" };
import list from "./de/list.json" with { type: "json" };
import report from "./de/report.json" with { type: "json" };
import session from "./de/session.json" with { type: "json" };
import settings from "./de/settings.json" with { type: "json" };
import stage from "./de/stage.json" with { type: "json" };
import state from "./de/state.json" with { type: "json" };
import test from "./de/test.json" with { type: "json" };
import tls from "./de/tls.json" with { type: "json" };
import transfer from "./de/transfer.json" with { type: "json" };
import type { Catalogue } from "./en.ts";

export const catalogue: Catalogue = {
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
