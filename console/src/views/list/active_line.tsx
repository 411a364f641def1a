/** One line: which configuration is in use, and how well that is proved. */
import type { JSX } from "preact";
import type { ConfigOverview, TestSummary } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { Depth } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { Ago, Note } from "../../parts/pieces.tsx";
import { nameOf } from "../../state/config.ts";
import { now } from "../../state/now.ts";
import { hrefOf } from "../../state/route.ts";
import { certificateOf, needsAttention, verdictOf } from "../../state/standing.ts";
import { codeName, tlsVersionName } from "../../words/vocabulary.ts";
import { rich, t } from "../../words/words.ts";

/** What the last test has shown, in words. */
function factsOf(config: ConfigOverview, test: TestSummary): string[] {
  const login = config.settings.case === "smtp" && config.settings.value.user !== "" && test.depth >= Depth.AUTH;
  const standing = certificateOf(config, now.value);
  const days = standing?.days ?? 0;
  return [
    tlsVersionName(config.tlsVersion),
    login ? t("list.login_accepted") : "",
    !standing
      ? ""
      : days < 0
        ? t("list.certificate_over")
        : days === 0
          ? t("list.certificate_today")
          : t("list.certificate_good", { n: days }),
  ].filter(Boolean);
}

function sentence(config: ConfigOverview): ReturnType<typeof rich> {
  const name = (
    <a href={hrefOf(["configs", config.id])}>
      <bdi>{nameOf(config)}</bdi>
    </a>
  );
  const test = config.lastTest;
  if (!test?.startTime) return rich("list.in_use_never", { name });
  const ago = <Ago when={test.startTime} now={now.value} />;
  const verdict = verdictOf(test);
  if (verdict === "failed") return rich("list.in_use_failed", { name, ago, code: codeName(test.code) });
  if (verdict === "cancelled") return rich("list.in_use_cancelled", { name, ago });
  const facts = factsOf(config, test);
  if (facts.length === 0) return rich("list.in_use", { name, ago });
  return rich("list.in_use_by", { name, ago, facts: facts.join(", ") });
}

/** `active` is null where none is in use, undefined where that is not known. */
export function ActiveLine({ active }: { active: ConfigOverview | null | undefined }): JSX.Element {
  if (active === undefined) return <div class="active-line" />;
  const warns = !active || needsAttention(active, now.value);
  return (
    <div class="active-line">
      <Note tone={warns ? "warn" : "ok"}>
        <span class="lines-2">{active ? sentence(active) : t("list.none_in_use")}</span>
      </Note>
    </div>
  );
}
