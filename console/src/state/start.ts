/** What happens before the first screen is drawn. */
import { effect } from "@preact/signals";
import { load, t } from "../words/words.ts";
import { followNetwork } from "./connection.ts";
import { followKeys } from "./keys.ts";
import { keepPreferences, language } from "./preferences.ts";
import { followAddress } from "./route.ts";
import { followScroll } from "./scroll.ts";
import { followLanguage, followSignOut, resume } from "./session.ts";
import { toast } from "./toasts.ts";

/** Returns once the language is there and a kept token has been tried. */
export async function start(): Promise<void> {
  keepPreferences();
  followLanguage();
  followAddress();
  followScroll();
  followKeys();
  followNetwork();
  followSignOut();
  let shown = language.peek();
  await Promise.all([load(shown), resume()]);
  effect(() => {
    const wanted = language.value;
    if (wanted === shown) return;
    load(wanted).then(
      () => {
        shown = wanted;
      },
      () => {
        language.value = shown;
        toast({ text: t("session.not_fetched") });
      },
    );
  });
}
