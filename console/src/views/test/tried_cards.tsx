/** What was tried beside the settings that were tested: other settings, and the host's other addresses. */
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { JSX } from "preact";
import type { Fix } from "../../../gen/smtpdiag/v1/report_pb.ts";
import { Code } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Card } from "../../parts/pieces.tsx";
import type { TestView } from "../../state/test_fold.ts";
import { otherFixes, trialsOf } from "../../state/trials.ts";
import { took } from "../../words/formats.ts";
import { codeName, stageName, tlsModeName } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";

/** Codes whose name says as much as the sentence does. */
const TELLING: ReadonlySet<Code> = new Set([
  Code.CONNECTION_REFUSED,
  Code.CONNECTION_RESET,
  Code.NETWORK_UNREACHABLE,
  Code.TIMEOUT,
]);

function Outcome({ works }: { works: boolean }): JSX.Element {
  return (
    <td class={`tried-outcome ${works ? "ok" : "fail"}`}>
      <Icon name={works ? "check" : "cross"} />
      <span class="vh">{works ? t("report.works") : t("report.fails")}</span>
    </td>
  );
}

/** Other settings of the host, each with what came of it, and "Use" where a further verified fix means it. */
export function TriedCard(props: { view: TestView; onUse?: (fix: Fix) => void }): JSX.Element | null {
  const { view, onUse } = props;
  const fixes = view.report?.fixes ?? [];
  const trials = trialsOf(view.alternatives, fixes, view.target);
  const others = onUse ? otherFixes(trials, fixes) : [];
  if (trials.length === 0 && others.length === 0) return null;
  const use = (fix: Fix | null) =>
    fix &&
    onUse && (
      <Button small label={t("report.use_label", { what: fix.sentence })} onClick={() => onUse(fix)}>
        {t("report.use")}
      </Button>
    );
  return (
    <Card title={t("report.tried")} side={<span class="small dim">{t("report.tried_side")}</span>} bare>
      <table class="dense tried">
        <thead class="vh">
          <tr>
            <th>{t("report.outcome")}</th>
            <th>{t("report.port")}</th>
            <th>{t("report.mode")}</th>
            <th>{t("report.found")}</th>
          </tr>
        </thead>
        <tbody>
          {trials.map(({ alternative, works, fix }) => (
            <tr key={`${alternative.host} ${alternative.port} ${alternative.tlsMode}`}>
              <Outcome works={works} />
              <td class="mono nowrap">{alternative.port}</td>
              <td class="nowrap">{tlsModeName(alternative.tlsMode)}</td>
              <td class="soft" title={alternative.message}>
                {alternative.host && <bdi class="mono">{alternative.host}: </bdi>}
                {TELLING.has(alternative.code) ? codeName(alternative.code) : alternative.message} {use(fix)}
              </td>
            </tr>
          ))}
          {others.map((fix) => (
            <tr key={fix.sentence}>
              <Outcome works={true} />
              <td class="soft" colSpan={3}>
                {fix.sentence} {use(fix)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

/** The host's addresses, where one of them fails or answers otherwise than the others. */
export function AddressesCard({ view }: { view: TestView }): JSX.Element | null {
  const addresses = view.report?.addresses ?? [];
  if (addresses.length === 0) return null;
  return (
    <Card title={t("report.addresses")} bare>
      <table class="dense tried">
        <thead class="vh">
          <tr>
            <th>{t("report.outcome")}</th>
            <th>{t("report.address")}</th>
            <th>{t("report.until")}</th>
            <th>{t("report.found")}</th>
            <th>{t("report.time")}</th>
          </tr>
        </thead>
        <tbody>
          {addresses.map(({ address, family, stage, code, message, duration }) => (
            <tr key={address}>
              <Outcome works={code === Code.OK} />
              <td class="mono address">
                <bdi>{address}</bdi> <span class="dim">{family}</span>
              </td>
              <td>{stageName(stage)}</td>
              <td class="soft">{message}</td>
              <td class="num nowrap dim">{duration ? took(durationMs(duration)) : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
