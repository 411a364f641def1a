/** Says once a screen, below its head, why nothing can be changed here. */
import type { JSX } from "preact";
import { Note } from "../parts/pieces.tsx";
import { canWrite } from "../state/session.ts";
import { rich } from "../words/words.ts";

/** Nothing for whoever may write. */
export function ViewerNote(): JSX.Element | null {
  if (canWrite.value) return null;
  return (
    <div class="viewer-note">
      <Note>{rich("session.viewer", { role: <b>viewer</b> })}</Note>
    </div>
  );
}
