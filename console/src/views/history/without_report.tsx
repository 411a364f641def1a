/** A test of which no report is kept: a post to an HTTP provider, or one that a newer release kept. What is known of it. */
import type { JSX } from "preact";
import { type Test, TestTrigger } from "../../../gen/smtpdiag/v1/test_pb.ts";
import { Icon, type IconName } from "../../parts/icon.tsx";
import { Facts, type Tone } from "../../parts/pieces.tsx";
import { took } from "../../words/formats.ts";
import { stageName } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";
import { resultText, toneOf } from "./test_words.ts";

const GLYPHS: Record<Tone, IconName> = { plain: "dash", ok: "check", fail: "cross", warn: "warning" };

export function WithoutReport({ test }: { test: Test }): JSX.Element {
  const post = test.trigger === TestTrigger.TEST_HTTP_PROVIDER;
  const tone = toneOf(test);
  const phases = test.phases.map(({ stage, elapsedMs }) => `${stageName(stage)} ${took(elapsedMs)}`).join(", ");
  return (
    <section class={`verdict is-${tone} without-report`}>
      <div class="row top head-row">
        <span class={`vi ${tone}`}>
          <Icon name={GLYPHS[tone]} />
        </span>
        <div class="grow">
          <p class="t">{resultText(test)}</p>
          <Facts
            rows={[
              [t("history.time"), took(test.elapsedMs)],
              [post ? t("history.status") : t("history.reply"), test.replyCode ? String(test.replyCode) : ""],
              [t("history.stages"), phases],
              [t("history.tls_version"), test.tlsVersion],
            ]}
          />
          <p class="small dim">{post ? t("history.post_no_report") : t("history.newer_report")}</p>
        </div>
      </div>
    </section>
  );
}
