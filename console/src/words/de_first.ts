/** The messages of the frame, the sign-in and the list, in German, by area. */

import actions from "./de/actions.json" with { type: "json" };
import code from "./de/code.json" with { type: "json" };
import frame from "./de/frame.json" with { type: "json" };
import list from "./de/list.json" with { type: "json" };
import session from "./de/session.json" with { type: "json" };
import stage from "./de/stage.json" with { type: "json" };
import state from "./de/state.json" with { type: "json" };
import tls from "./de/tls.json" with { type: "json" };
import type { First } from "./en_first.ts";

export const messages: First = { actions, code, frame, list, session, stage, state, tls };
