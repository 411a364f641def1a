/** A test of an HTTP provider: a signed sample is posted, and what came of it is told. */
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ComponentChildren, JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { WebhookCode, type WebhookReport, WebhookStage } from "../../../gen/smtpdiag/v1/instance_pb.ts";
import { TestOutcome } from "../../../gen/smtpdiag/v1/test_pb.ts";
import { Outcome } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { Button } from "../../parts/button.tsx";
import { Field } from "../../parts/field.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Moment } from "../../parts/pieces.tsx";
import { removing } from "../../state/actions.ts";
import { beginTest, cancelTest, testRuns } from "../../state/config_test.ts";
import { httpTest } from "../../state/http_test.ts";
import { now } from "../../state/now.ts";
import { canWrite } from "../../state/session.ts";
import { took } from "../../words/formats.ts";
import { codeName, idOf, stageName } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";
import { Failure } from "../failure.tsx";

/** The verdict comes last and each is a new element, so that nothing moves as one takes another's place. */
export function HttpTest({ config }: { config: ConfigOverview }): JSX.Element {
  return (
    <>
      {canWrite.value && !removing.value.has(config.id) && <Recipient config={config} />}
      <Verdict key={httpTest(config.id).post.value.phase} config={config} />
    </>
  );
}

/** The verdict's place: the post that runs, the last one, or the last that is kept. */
function Verdict({ config }: { config: ConfigOverview }): JSX.Element {
  const { phase, problem, report, startedAt } = httpTest(config.id).post.value;
  if (phase === "running") {
    return (
      <Card look="run" title={t("config.posting")}>
        {t("config.posting_more")}
      </Card>
    );
  }
  if (report) return <Report report={report} startedAt={startedAt} />;
  if (phase === "cancelled") {
    return (
      <Card look="plain" title={t("config.post_cancelled")}>
        {t("config.post_cancelled_more")}
      </Card>
    );
  }
  const field = problem?.fields.find((each) => each.field.includes("recipient"));
  if (problem && !field) {
    return (
      <div class="above">
        <Failure problem={problem} />
      </div>
    );
  }
  const last = config.lastTest;
  if (!last?.startTime) {
    return (
      <Card look="plain" title={t("state.never")}>
        {t("config.never_posted")}
      </Card>
    );
  }
  const failed = last.outcome === TestOutcome.FAIL;
  const look = last.outcome === TestOutcome.OK ? "ok" : failed ? "fail" : "plain";
  return (
    <Card look={look} title={codeName(last.code)}>
      {failed && (
        <>
          <span class="fail">{t("config.failed_at", { stage: stageName(last.stage) })}</span>
          <span class="code">{last.code}</span>
        </>
      )}
      <span class="num">{took(last.elapsedMs)}</span>
      <Moment when={last.startTime} now={now.value} />
    </Card>
  );
}

function Report({ report, startedAt }: { report: WebhookReport; startedAt: number }): JSX.Element {
  const passed = report.outcome === Outcome.OK;
  return (
    <Card look={passed ? "ok" : "fail"} title={report.message} more={report.advice}>
      {passed ? (
        <span class="ok">{t("state.passed")}</span>
      ) : (
        <>
          <span class="fail">{t("config.failed_at", { stage: stageName(idOf(WebhookStage, report.stage)) })}</span>
          <span class="code">{idOf(WebhookCode, report.code)}</span>
        </>
      )}
      {report.httpStatus > 0 && (
        <span class="num">{t("config.http_status", { status: String(report.httpStatus) })}</span>
      )}
      <span class="num">{took(report.elapsedMs)}</span>
      <Moment when={timestampFromMs(startedAt)} now={now.value} />
    </Card>
  );
}

const GLYPHS = { ok: "check", fail: "cross", run: "spinner", plain: "info" } as const;

function Card(props: {
  look: keyof typeof GLYPHS;
  title: string;
  more?: string;
  children: ComponentChildren;
}): JSX.Element {
  return (
    <section class={`verdict is-${props.look}`} aria-live="polite">
      <div class="row top head-row">
        <span class={`vi ${props.look}`}>
          <Icon name={GLYPHS[props.look]} />
        </span>
        <div class="grow">
          <p class="t">{props.title}</p>
          <p class="m">{props.children}</p>
          {props.more && <p class="http-advice">{props.more}</p>}
        </div>
      </div>
    </section>
  );
}

function Recipient({ config }: { config: ConfigOverview }): JSX.Element {
  const { recipient, post } = httpTest(config.id);
  const wrong = post.value.problem?.fields.find((each) => each.field.includes("recipient"));
  const running = testRuns(config);
  return (
    <section class="card">
      <form
        class="in-card http-form"
        onSubmit={(event) => {
          event.preventDefault();
          beginTest(config);
        }}
      >
        <Field
          wide
          label={t("config.recipient")}
          hint={t("config.recipient_hint")}
          placeholder="recipient@example.com"
          inputMode="email"
          maxLength={200}
          value={recipient.value}
          error={wrong?.sentence}
          onValue={(value) => {
            recipient.value = value;
          }}
        />
        {running ? (
          <Button icon="cross" onClick={() => cancelTest(config)}>
            {t("config.cancel_test")}
          </Button>
        ) : (
          <Button look="primary" type="submit" icon="play">
            {t("config.post_sample")}
          </Button>
        )}
      </form>
    </section>
  );
}
