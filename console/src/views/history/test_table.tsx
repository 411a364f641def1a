/** Kept tests as a table: each row is a link. j, k and the arrows move in it. */
import { type Signal, useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Test } from "../../../gen/smtpdiag/v1/test_pb.ts";
import { Icon } from "../../parts/icon.tsx";
import { Moment } from "../../parts/pieces.tsx";
import { isOwn } from "../../state/history.ts";
import { onKeys } from "../../state/keys.ts";
import { now } from "../../state/now.ts";
import { took } from "../../words/formats.ts";
import { t } from "../../words/words.ts";
import { actorText, depthText, hrefOfTest, resultText, settingName, toneOf, triggerText } from "./test_words.ts";

export function TestTable({ tests, lit }: { tests: readonly Test[]; lit: Signal<string> }): JSX.Element {
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    const links = () => [...(root.current?.querySelectorAll<HTMLElement>("a.row-link") ?? [])];
    const move = (step: number, only: boolean) => {
      const all = links();
      const at = all.findIndex((link) => link.matches(":focus"));
      if (at < 0 && only) return false; // arrows scroll the page until a row has the focus
      all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]?.focus();
      return true;
    };
    return onKeys({
      j: () => move(1, false),
      k: () => move(-1, false),
      ArrowDown: () => move(1, true),
      ArrowUp: () => move(-1, true),
    });
  }, []);
  return (
    <section class="card table-card" ref={root}>
      <table class="dense tests">
        <caption class="vh">{t("history.table")}</caption>
        <thead>
          <tr>
            <th scope="col" aria-sort="descending">
              {t("history.when")} <Icon name="down" class="sort" />
            </th>
            <th scope="col">{t("history.result")}</th>
            <th scope="col" class="wide">
              {t("history.depth")}
            </th>
            <th scope="col" class="end">
              {t("history.time")}
            </th>
            <th scope="col" class="wide">
              {t("history.by")}
            </th>
          </tr>
        </thead>
        <tbody onMouseLeave={() => unlit(lit)}>
          {tests.map((test) => (
            <Row key={test.id} test={test} lit={lit} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function unlit(lit: Signal<string>): void {
  lit.value = "";
}

const ICONS = { ok: "check", fail: "cross", plain: "dash", warn: "warning" } as const;

function Row({ test, lit }: { test: Test; lit: Signal<string> }): JSX.Element {
  const isLit = useComputed(() => lit.value === test.id);
  const tone = toneOf(test);
  const who = actorText(test);
  const light = () => {
    lit.value = test.id;
  };
  return (
    <tr class={isLit.value ? "cur" : ""} onMouseEnter={light}>
      <td class="nowrap num">
        <a class="row-link" href={hrefOfTest(test)} onFocus={light} onBlur={() => unlit(lit)}>
          {test.startTime ? <Moment when={test.startTime} now={now.value} /> : test.id}
        </a>
      </td>
      <td>
        <span class={`row top result ${tone}`}>
          <Icon name={ICONS[tone]} />
          <span>
            {tone === "fail" && <span class="vh">{t("list.failed")} </span>}
            {resultText(test)}
            {!isOwn(test) && (
              <span class="small dim others">
                {t("history.other_settings", { names: test.overridden.map(settingName).join(", ") })}
              </span>
            )}
            {who && <span class="narrow small dim others">{who}</span>}
          </span>
        </span>
      </td>
      <td class="soft wide nowrap">{depthText(test)}</td>
      <td class="num nowrap end">{took(test.elapsedMs)}</td>
      <td class="soft wide by">
        {who} <span class="small dim">{triggerText(test)}</span>
      </td>
    </tr>
  );
}
