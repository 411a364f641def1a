/** The messages of the screens that are fetched later, in English, by area. */
import chain from "./en/chain.json" with { type: "json" };
import config from "./en/config.json" with { type: "json" };
import discovery from "./en/discovery.json" with { type: "json" };
import events from "./en/events.json" with { type: "json" };
import finding from "./en/finding.json" with { type: "json" };
import fix from "./en/fix.json" with { type: "json" };
import form from "./en/form.json" with { type: "json" };
import history from "./en/history.json" with { type: "json" };
import report from "./en/report.json" with { type: "json" };
import settings from "./en/settings.json" with { type: "json" };
import test from "./en/test.json" with { type: "json" };
import transfer from "./en/transfer.json" with { type: "json" };
import type { Messages } from "./messages.ts";

export const messages = {
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

/** What each language must have. */
export type Rest = Messages<typeof messages>;
