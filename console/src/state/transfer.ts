/** Whether the dialogs of export and import are shown. */
import { signal } from "@preact/signals";

export const exporting = signal(false);
export const importing = signal(false);
