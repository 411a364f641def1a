/** When a kept test was, who made it, and the way to the ones before and after it. */
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Test } from "../../../gen/smtpdiag/v1/test_pb.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { CopyButton } from "../../parts/copy_button.tsx";
import { withoutPort } from "../../state/events.ts";
import { neighboursOf } from "../../state/kept_tests.ts";
import { onKeys } from "../../state/keys.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { exactly } from "../../words/formats.ts";
import { rich, t } from "../../words/words.ts";
import { actorText, triggerText } from "./test_words.ts";

/** `link` offers the address to copy, where the test's own view does not. */
export function KeptHead({ test, link }: { test: Test; link: boolean }): JSX.Element {
  const around = useMemo(() => neighboursOf(test), [test]);
  const { before = "", after = "" } = around.value.value ?? {};
  useEffect(() => around.close, [around]);
  useEffect(() => {
    const go = (id: string) => () => {
      if (id) navigate(hrefOf(["configs", test.configId, "tests", id]));
      return id !== "";
    };
    return onKeys({ "[": go(before), "]": go(after) });
  }, [before, after, test.configId]);
  const when = test.startTime && (
    <time dateTime={timestampDate(test.startTime).toISOString()}>{exactly(test.startTime)}</time>
  );
  const who = actorText(test);
  const how = [triggerText(test), test.peer && t("history.from", { peer: withoutPort(test.peer) })];
  return (
    <div class="kept-head row wrap">
      <div class="grow">
        <h2>{rich("history.test_of", { when })}</h2>
        <p class="small soft">{[who && t("history.by_whom", { who }), ...how].filter(Boolean).join(" · ")}</p>
      </div>
      <div class="row">
        <Step id={before} test={test} shortcut="[" label={t("history.before")} />
        <Step id={after} test={test} shortcut="]" label={t("history.after")} />
        {link && <CopyButton small={false} label={t("history.copy_link")} text={() => location.href} />}
      </div>
    </div>
  );
}

/** A link to the next test on one side; where there is none, a button that does nothing, so that nothing moves. */
function Step(props: { id: string; test: Test; shortcut: "[" | "]"; label: string }): JSX.Element {
  const before = props.shortcut === "[";
  const inside = before ? t("history.before_short") : t("history.after_short");
  const looks = { icon: before ? "left" : "right", shortcut: props.shortcut, label: props.label } as const;
  if (!props.id) {
    return (
      <Button {...looks} disabled>
        {inside}
      </Button>
    );
  }
  return (
    <ButtonLink {...looks} href={hrefOf(["configs", props.test.configId, "tests", props.id])}>
      {inside}
    </ButtonLink>
  );
}
