/** The messages of the frame, the sign-in and the list, in English, by area. */
import actions from "./en/actions.json" with { type: "json" };
import code from "./en/code.json" with { type: "json" };
import frame from "./en/frame.json" with { type: "json" };
import list from "./en/list.json" with { type: "json" };
import session from "./en/session.json" with { type: "json" };
import stage from "./en/stage.json" with { type: "json" };
import state from "./en/state.json" with { type: "json" };
import tls from "./en/tls.json" with { type: "json" };
import type { Messages } from "./messages.ts";

export const messages = { actions, code, frame, list, session, stage, state, tls };

/** What each language must have. */
export type First = Messages<typeof messages>;
