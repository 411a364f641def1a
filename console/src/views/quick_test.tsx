/** A test of settings that are not stored. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Depth } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { Button } from "../parts/button.tsx";
import { Choices, Field } from "../parts/field.tsx";
import { Card } from "../parts/pieces.tsx";
import type { Search } from "../state/discovery.ts";
import { onKeys } from "../state/keys.ts";
import { leaveRunning } from "../state/leaving.ts";
import { apply, depth, fields, recipient, run, saveAsConfiguration, test } from "../state/quick_test.ts";
import { guard } from "../state/route.ts";
import { canWrite } from "../state/session.ts";
import { t } from "../words/words.ts";
import { FindCard } from "./form/find_card.tsx";
import { FoundCard, HowFound } from "./form/found_card.tsx";
import { idOf, labelOf } from "./form/names.ts";
import { NeedsCard } from "./form/needs_card.tsx";
import { errorOf, ServerCard, TextField } from "./form/server_card.tsx";
import { WrongList } from "./form/wrong_list.tsx";
import { Head } from "./screen.tsx";
import { TestPanel } from "./test/test_panel.tsx";
import { ViewerNote } from "./viewer_note.tsx";

export function QuickTest(): JSX.Element {
  return (
    <>
      <Head name={t("form.quick_title")} below={<p class="soft">{t("form.quick_text")}</p>} />
      <ViewerNote />
      {canWrite.value && <Inside />}
    </>
  );
}

function Inside(): JSX.Element {
  const [search, setSearch] = useState<Search | null>(null);
  useEffect(() => () => search?.cancel(), [search]);
  const view = run.value?.view.value ?? null;
  const running = view?.phase === "running";
  const panel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!running) return;
    panel.current?.scrollIntoView({ block: "start" }); // it begins below the form, mostly out of sight
    panel.current?.querySelector<HTMLElement>("[role=group]")?.focus({ preventScroll: true }); // as the form goes out of sight
  }, [running]);
  useEffect(
    () =>
      onKeys({
        t: () => {
          void test();
          return true;
        },
      }),
    [],
  );
  useEffect(() => {
    if (!running) return;
    return guard(() => leaveRunning(() => run.peek()?.cancel()));
  }, [running]);
  return (
    <>
      <div class="cols edit">
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void test();
          }}
        >
          <FindCard fields={fields} search={search} onSearch={setSearch} />
          <WrongList fields={fields} />
          <ServerCard fields={fields} kept={false} />
          <DepthCard />
          <div class="form-buttons row wrap">
            <Button look="primary" type="submit" icon="play" class="main" shortcut="t" busy={running}>
              {t("form.test")}
            </Button>
            <Button onClick={saveAsConfiguration}>{t("form.save_as")}</Button>
          </div>
        </form>
        <aside>
          {search ? <FoundCard found={search.found.value} fields={fields} /> : <HowFound />}
          {!search?.found.value.running && <NeedsCard fields={fields} found={search?.found.value} />}
        </aside>
      </div>
      <div ref={panel}>
        {view && (
          <TestPanel
            view={view}
            config={null}
            secretAtHand
            onApply={apply}
            onAgain={() => void test()}
            onCancel={() => run.peek()?.cancel()}
          />
        )}
      </div>
    </>
  );
}

const DEPTHS = [Depth.AUTH, Depth.MAIL, Depth.RCPT, Depth.DATA] as const;

/** How far the test goes, in words, and the addresses that it needs for that. */
function DepthCard(): JSX.Element {
  const words: Record<(typeof DEPTHS)[number], [string, string]> = {
    [Depth.AUTH]: [t("form.depth_auth"), t("form.depth_auth_hint")],
    [Depth.MAIL]: [t("form.depth_mail"), t("form.depth_mail_hint")],
    [Depth.RCPT]: [t("form.depth_rcpt"), t("form.depth_rcpt_hint")],
    [Depth.DATA]: [t("form.depth_data"), t("form.depth_data_hint")],
  };
  return (
    <Card title={t("form.depth")} class="form-fields">
      <Choices
        legend={<span class="vh">{t("form.depth")}</span>}
        value={String(depth.value)}
        onValue={(value) => {
          depth.value = Number(value);
        }}
        choices={DEPTHS.map((each) => ({ value: String(each), label: words[each][0], hint: words[each][1] }))}
      />
      {depth.value >= Depth.MAIL && (
        <div class="form-field-row">
          <TextField fields={fields} name="senderAddress" inputMode="email" label={t("form.sender")} />
          {depth.value >= Depth.RCPT && (
            <Field
              label={labelOf("recipient", false)}
              id={idOf("recipient")}
              wide
              inputMode="email"
              value={recipient.value}
              error={errorOf(fields, "recipient")}
              onValue={(value) => {
                recipient.value = value;
                fields.wrong.value = fields.wrong.peek().filter(({ field }) => field !== "recipient");
              }}
            />
          )}
        </div>
      )}
    </Card>
  );
}
