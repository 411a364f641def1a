/** What the colours and marks of the chart mean: only those that it has. */
import type { JSX } from "preact";
import { Icon } from "../../parts/icon.tsx";
import type { Part, Result } from "../../state/history.ts";
import { t } from "../../words/words.ts";

export function Legend(props: { parts: readonly Part[]; results: ReadonlySet<Result>; others: boolean }): JSX.Element {
  return (
    <span class="legend small soft">
      {props.parts.map((part) => (
        <span key={part}>
          <svg width="10" height="10" aria-hidden="true">
            <rect class={`part ${part}`} x="0.5" y="0.5" width="9" height="9" rx="2" />
          </svg>
          {t(`history.part_${part}`)}
        </span>
      ))}
      {props.results.has("failed") && (
        <span class="fail">
          <Icon name="cross" />
          {t("history.legend_failed")}
        </span>
      )}
      {props.results.has("cancelled") && (
        <span>
          <Icon name="dash" />
          {t("history.legend_cancelled")}
        </span>
      )}
      {props.others && (
        <span>
          <svg width="10" height="10" aria-hidden="true">
            <circle class="ring" cx="5" cy="5" r="2.5" />
          </svg>
          {t("history.legend_others")}
        </span>
      )}
    </span>
  );
}
