/** What a fix changes, in the words of the form. */
import type { JSX } from "preact";
import type { Fix } from "../../../gen/smtpdiag/v1/report_pb.ts";
import { Icon } from "../../parts/icon.tsx";
import { differencesOf } from "../../state/fix_diff.ts";
import { t } from "../../words/words.ts";

/** Each setting that changes, from what to what. */
export function Diff({ fix }: { fix: Fix }): JSX.Element {
  return (
    <span class="diff">
      {differencesOf(fix).map(({ setting, from, to }) => (
        <span key={setting} class="change">
          <span class="soft">{t(`fix.of_${setting}`)}</span> {from && <del>{from}</del>}
          <Icon name="arrow" />
          <span class="vh">{t("fix.becomes")}</span>
          <ins>{to}</ins>
        </span>
      ))}
    </span>
  );
}
