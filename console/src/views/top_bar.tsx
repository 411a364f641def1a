import type { JSX } from "preact";
import { Button, ButtonLink } from "../parts/button.tsx";
import { Brand, Icon } from "../parts/icon.tsx";
import { type Action, Menu } from "../parts/menu.tsx";
import { Pill } from "../parts/pieces.tsx";
import { noticed } from "../state/connection.ts";
import { changeInstance } from "../state/instances.ts";
import { now } from "../state/now.ts";
import { sentenceOf } from "../state/problems.ts";
import { hrefOf, route } from "../state/route.ts";
import { caller, canWrite } from "../state/session.ts";
import { toast } from "../state/toasts.ts";
import { daysUntil } from "../words/formats.ts";
import { t } from "../words/words.ts";
import { keysShown } from "./keys_dialog.tsx";

const SETTINGS = hrefOf(["settings"]);

/** The sections, and whether each is the present one. */
function sections(): Action[] {
  const present = route.value.parts[0] ?? "configs";
  const of = (name: string, label: string) => ({ label, href: hrefOf([name]), current: present === name });
  return [of("configs", t("frame.configs")), of("test", t("frame.test")), of("events", t("frame.events"))];
}

/** The name, the sections, and whose token this is. On narrow screens the sections are in a menu. */
export function TopBar(): JSX.Element {
  const all = sections();
  const inSettings = route.value.parts[0] === "settings";
  return (
    <header class="bar">
      <a class="brand" href={hrefOf(["configs"])}>
        <Brand />
        mailproof
      </a>
      <nav aria-label={t("frame.main")}>
        {all.map((each) => (
          <a key={each.label} href={each.href} aria-current={each.current ? "page" : undefined}>
            {each.label}
          </a>
        ))}
      </nav>
      <span class="grow" />
      <div class="row small soft bar-side">
        <EndsSoon />
        <Instance />
        <span class="wide">
          <Pill>{canWrite.value ? "admin" : "viewer"}</Pill>
        </span>
        <ButtonLink look="quiet" small class={`wide ${inSettings ? "is-current" : ""}`} href={SETTINGS}>
          {t("frame.settings")}
        </ButtonLink>
        <Button
          look="quiet"
          small
          class="wide"
          label={t("frame.keys")}
          onClick={() => {
            keysShown.value = true;
          }}
        >
          <kbd aria-hidden="true">?</kbd>
        </Button>
        <div class="narrow">
          <Menu
            label={t("frame.menu")}
            icon="menu"
            actions={[
              ...all,
              { label: t("frame.settings"), href: SETTINGS, current: inSettings },
              {
                label: t("frame.keys"),
                do: () => {
                  keysShown.value = true;
                },
              },
            ]}
          />
        </div>
      </div>
    </header>
  );
}

/** The instance; a choice where the token has several. */
function Instance(): JSX.Element | null {
  const instance = caller.value?.instance ?? "";
  const all = caller.value?.instances ?? [];
  if (all.length < 2) {
    return (
      <span class="wide cut bar-instance" title={t("frame.instance", { instance })}>
        {instance}
      </span>
    );
  }
  const choose = async (id: string) => {
    if (id === instance) return;
    const problem = await changeInstance(id);
    if (!problem) return;
    noticed(problem);
    toast({ text: sentenceOf(problem) });
  };
  return (
    <Menu
      label={t("frame.instance", { instance })}
      icon="chevron"
      actions={all.map((id) => ({ label: id, current: id === instance, do: () => void choose(id) }))}
    >
      <span class="cut bar-instance">{instance}</span>
    </Menu>
  );
}

/** A quiet word where the token ends within days. */
function EndsSoon(): JSX.Element | null {
  const who = caller.value;
  if (!who?.expiresSoon || !who.expireTime) return null;
  const days = Math.max(0, daysUntil(who.expireTime, now.value));
  return (
    <a class="wide row warn bar-ends" href={SETTINGS}>
      <Icon name="warning" />
      {t("frame.token_ends", { n: days })}
    </a>
  );
}
