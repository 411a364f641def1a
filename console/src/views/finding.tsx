/** The page on a code: what it means, its likely causes, what to change, how to check it by hand. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Severity } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { Markdown } from "../parts/markdown.tsx";
import { Loading, Pill } from "../parts/pieces.tsx";
import { hrefOfPage, readFinding } from "../state/finding.ts";
import { language } from "../state/preferences.ts";
import { reading } from "../state/reading.ts";
import { codeName } from "../words/vocabulary.ts";
import { t } from "../words/words.ts";
import { Failure } from "./failure.tsx";
import { Head } from "./screen.tsx";

/** The page on a code of a diagnosis. */
export function FindingPage({ code }: { code: string }): JSX.Element {
  const page = useMemo(() => reading((signal) => readFinding(code, signal)), [code]);
  useEffect(() => () => page.close(), [page]);
  const found = page.value.value;
  const problem = page.problem.value;
  const name = codeName(code.toLowerCase());
  const isWarning = found?.severity === Severity.WARNING;
  return (
    <>
      <Head
        name={name}
        title={
          found && (
            <>
              {isWarning ? (
                <Pill tone="warn" icon="warning">
                  {t("finding.warning")}
                </Pill>
              ) : (
                <Pill tone="fail" icon="cross">
                  {t("finding.failure")}
                </Pill>
              )}
              {found.mayPassLater && <Pill>{t("finding.may_pass_later")}</Pill>}
            </>
          )
        }
        below={
          name !== code && (
            <p>
              <span class="code">{code}</span>
            </p>
          )
        }
      />
      {problem && (
        <Failure
          problem={problem}
          again={problem.kind === "gone" || problem.kind === "invalid" ? undefined : () => void page.again()}
        />
      )}
      {!found && !problem && page.slow.value && <Loading rows={6} label={t("finding.loading")} />}
      {found && language.value !== "en" && <p class="small dim finding-language">{t("finding.in_english")}</p>}
      {found && (
        <div class="card finding">
          <div class="in-card" lang="en">
            <Markdown text={found.markdown} hrefOf={hrefOfPage} />
          </div>
        </div>
      )}
    </>
  );
}
