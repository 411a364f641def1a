/** What a person chose for this browser: language, theme, single keys. The only thing that is kept beyond the tab. */
import { batch, effect, signal } from "@preact/signals";
import type { Language } from "../words/words.ts";

export type Theme = "system" | "light" | "dark";

const LANGUAGES: readonly Language[] = ["en", "de"];
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

function read(name: string): string | null {
  try {
    return localStorage.getItem(`mailproof.${name}`);
  } catch {
    return null; // storage is switched off: what is chosen lasts as long as the page
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`mailproof.${name}`, value);
  } catch {
    // See above.
  }
}

/** The first of the wanted languages that there is, or English. */
function languageOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (found) return found;
  }
  return "en";
}

const chosenLanguage = () => languageOf([read("language") ?? "", ...navigator.languages]);
const chosenTheme = () => THEMES.find((each) => each === read("theme")) ?? "system";
const chosenKeys = () => read("single_keys") !== "off";

export const language = signal<Language>(chosenLanguage());
export const theme = signal<Theme>(chosenTheme());
export const singleKeys = signal(chosenKeys());

/** Keeps each choice as it is made. Called once. */
export function keepPreferences(): void {
  let first = true;
  effect(() => {
    const chosen = { language: language.value, theme: theme.value, single_keys: singleKeys.value ? "on" : "off" };
    document.documentElement.lang = chosen.language;
    if (chosen.theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen.theme;
    if (!first) for (const [name, value] of Object.entries(chosen)) keep(name, value);
    first = false;
  });
  addEventListener("storage", () => {
    batch(() => {
      language.value = chosenLanguage();
      theme.value = chosenTheme();
      singleKeys.value = chosenKeys();
    });
  }); // chosen in another tab
}
