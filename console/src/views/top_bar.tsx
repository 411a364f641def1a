import type { JSX } from "preact";
import { Brand } from "../parts/icon.tsx";
import { Pill } from "../parts/pieces.tsx";
import { hrefOf, route } from "../state/route.ts";
import { caller, canWrite } from "../state/session.ts";
import { t } from "../words/words.ts";

/** The name, the sections, and whose token this is. */
export function TopBar(): JSX.Element {
  const section = route.value.parts[0] ?? "configs";
  const entry = (name: string, label: string) => (
    <a href={hrefOf([name])} aria-current={section === name ? "page" : undefined}>
      {label}
    </a>
  );
  return (
    <header class="bar">
      <a class="brand" href={hrefOf(["configs"])}>
        <Brand />
        mailproof
      </a>
      <nav aria-label={t("frame.main")}>
        {entry("configs", t("frame.configs"))}
        {entry("test", t("frame.test"))}
        {entry("events", t("frame.events"))}
      </nav>
      <span class="grow" />
      <span class="row small soft">
        <span class="wide">{caller.value?.instance}</span>
        <Pill>{canWrite.value ? "admin" : "viewer"}</Pill>
        {entry("settings", t("frame.settings"))}
      </span>
    </header>
  );
}
