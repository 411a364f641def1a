/** What happens before the first screen is drawn. */
import { effect } from "@preact/signals";
import { load } from "../words/words.ts";
import { followKeys } from "./keys.ts";
import { keepPreferences, language } from "./preferences.ts";
import { followAddress } from "./route.ts";
import { resume } from "./session.ts";

/** Returns once the language is there and a kept token has been tried. */
export async function start(): Promise<void> {
  keepPreferences();
  followAddress();
  followKeys();
  const words = load(language.peek());
  await Promise.all([words, resume()]);
  effect(() => void load(language.value));
}
