import { load, loadRest } from "../src/words/words.ts";

/** Loads all messages, as the last screen would have them. */
export async function loadAll(): Promise<void> {
  await load("en");
  await loadRest();
}
