/** The messages of the screens that are fetched later, in German, by area. */

import chain from "./de/chain.json" with { type: "json" };
import config from "./de/config.json" with { type: "json" };
import discovery from "./de/discovery.json" with { type: "json" };
import events from "./de/events.json" with { type: "json" };
import finding from "./de/finding.json" with { type: "json" };
import fix from "./de/fix.json" with { type: "json" };
import form from "./de/form.json" with { type: "json" };
import history from "./de/history.json" with { type: "json" };
import report from "./de/report.json" with { type: "json" };
import settings from "./de/settings.json" with { type: "json" };
import test from "./de/test.json" with { type: "json" };
import transfer from "./de/transfer.json" with { type: "json" };
import type { Rest } from "./en_rest.ts";

export const messages: Rest = {
  chain,
  config,
  discovery,
  events,
  finding,
  fix,
  form,
  history,
  report,
  settings,
  test,
  transfer,
};
