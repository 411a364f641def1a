/** The configurations of a file, and what becomes of each one's secret. */
import type { JSX } from "preact";
import { ImportedSecret } from "../../../gen/smtpdiag/v1/instance_pb.ts";
import { Icon } from "../../parts/icon.tsx";
import { Pill } from "../../parts/pieces.tsx";
import { hrefOf } from "../../state/route.ts";
import type { Row } from "../../state/transfer_import.ts";
import { t } from "../../words/words.ts";

/** How many are listed; of more it is said how many. */
const LISTED = 100;

const WORDS: Partial<Record<ImportedSecret, "stored" | "missing" | "not_needed" | "new_key">> = {
  [ImportedSecret.STORED]: "stored",
  [ImportedSecret.MISSING]: "missing",
  [ImportedSecret.NOT_NEEDED]: "not_needed",
  [ImportedSecret.NEW_SIGNING_KEY]: "new_key",
};

/** Whether somebody has to do something about the secret. */
const needsWork = (row: Row) => row.secret === ImportedSecret.MISSING || row.secret === ImportedSecret.NEW_SIGNING_KEY;

/** `done` says that they are added: those that need something come first then. */
export function ImportRows(props: { rows: readonly Row[]; done?: boolean; onLeave?: () => void }): JSX.Element {
  const { rows, done = false } = props;
  const open = rows.filter(needsWork);
  const listed = (done ? [...open, ...rows.filter((row) => !needsWork(row))] : rows).slice(0, LISTED);
  return (
    <>
      {done && open.length > 0 && <p class="asked">{t("transfer.needs_work", { n: open.length })}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard */}
      <section class="import-rows" aria-label={t("transfer.what")} tabIndex={0}>
        <table class="dense">
          <thead>
            <tr>
              <th>{t("transfer.name")}</th>
              <th class="wide">{t("transfer.where")}</th>
              <th>{t("transfer.secret")}</th>
            </tr>
          </thead>
          <tbody>
            {listed.map((row, index) => (
              <tr key={index}>
                <td>
                  {row.id ? (
                    <a href={hrefOf(["configs", row.id])} onClick={props.onLeave}>
                      {row.name}
                    </a>
                  ) : (
                    row.name
                  )}{" "}
                  {row.active && <Pill>{done ? t("state.active") : t("transfer.was_active")}</Pill>}
                </td>
                <td class="wide mono">{row.where}</td>
                <td class="nowrap">
                  <span class={`row ${needsWork(row) ? "warn" : ""}`}>
                    {needsWork(row) && <Icon name="warning" />}
                    {t(`transfer.secret_${WORDS[row.secret] ?? "not_needed"}`)}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length > LISTED && <p class="more-rows dim">{t("transfer.more_rows", { n: rows.length - LISTED })}</p>}
      </section>
    </>
  );
}
