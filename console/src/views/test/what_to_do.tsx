/** What to do after a failed test: a verified fix as a button, advice in words, or nothing to change here. */
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { Fix, Report } from "../../../gen/smtpdiag/v1/report_pb.ts";
import { Button, ButtonLink } from "../../parts/button.tsx";
import { FieldError } from "../../parts/field.tsx";
import { Pill } from "../../parts/pieces.tsx";
import { differencesOf, fieldOf, fieldOfCode, proofOf, secretOwner, secretSetting } from "../../state/fix_diff.ts";
import { onKeys } from "../../state/keys.ts";
import { hrefOf } from "../../state/route.ts";
import { canWrite } from "../../state/session.ts";
import { codeId } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";
import { Diff } from "./diff.tsx";

type Props = {
  report: Report;
  config: ConfigOverview | null;
  /** Who logs in. */
  user: string;
  /** The fix to offer as a button; the first verified one unless the person has chosen another. */
  chosen: Fix | undefined;
  onApply: ((fix: Fix, secret: string) => void) | undefined;
  secretAtHand: boolean;
  applying: boolean;
};

export function WhatToDo(props: Props): JSX.Element | null {
  const { report, config, chosen } = props;
  if (chosen) return <VerifiedFix key={chosen.sentence} {...props} fix={chosen} />;
  const [likely] = report.fixes;
  const field = likely ? fieldOf(likely) : fieldOfCode(codeId(report.code));
  // What the difference shows is not said again in the API's words.
  const shown = likely && differencesOf(likely).length > 0;
  const words = shown ? report.advice.replace(likely.sentence, "").trim() : report.advice || likely?.sentence;
  if (!report.advice && !likely) return <p class="fix soft">{t("fix.nothing")}</p>;
  return (
    <div class="fix">
      {likely && (
        <div class="row wrap">
          {shown && <Diff fix={likely} />}
          <span class="small dim">{t("fix.not_verified")}</span>
        </div>
      )}
      {words && <p class="advice">{words}</p>}
      {field && config && canWrite.value && (
        <div>
          <ButtonLink href={hrefOf(["configs", config.id, "edit"], { field })}>{t(`fix.edit_${field}`)}</ButtonLink>
        </div>
      )}
    </div>
  );
}

function VerifiedFix(props: Props & { fix: Fix }): JSX.Element {
  const { fix, report, config, onApply, applying } = props;
  const offered = onApply !== undefined && canWrite.value;
  const asks = fix.needsSecret && !props.secretAtHand;
  return (
    <div class="fix" data-fix="verified">
      <div class="row wrap">
        <Pill tone="ok" icon="check">
          {t("fix.verified")}
        </Pill>
        <Diff fix={fix} />
      </div>
      <p class="small soft">{t("fix.tried", { proof: proofOf(fix, report) })}</p>
      {offered && <Apply {...{ fix, asks, config, applying, onApply }} user={props.user} />}
      {offered && asks && (
        <p class="small dim">{t("fix.secret_again", { what: t(`fix.what_${secretSetting(fix)}`) })}</p>
      )}
    </div>
  );
}

/** The secret's field where the service will not use the stored one, and the button. */
function Apply(props: {
  fix: Fix;
  asks: boolean;
  config: ConfigOverview | null;
  user: string;
  applying: boolean;
  onApply: (fix: Fix, secret: string) => void;
}): JSX.Element {
  const { fix, asks, applying, onApply } = props;
  const id = useId();
  const [secret, setSecret] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(
    () =>
      onKeys({
        f: () => {
          // What comes first for a person: the field while it is empty, then the button.
          (field.current && field.current.value === "" ? field.current : button.current)?.focus();
          return true;
        },
      }),
    [],
  );
  function submit(event: Event): void {
    event.preventDefault();
    if (applying) return;
    setMissing(asks && secret === "");
    if (asks && secret === "") field.current?.focus();
    else onApply(fix, secret);
  }
  const owner = secretOwner(fix, props.config, props.user);
  return (
    <form class="apply" onSubmit={submit}>
      {asks && (
        <div class="f">
          <label class="l" for={id}>
            {owner.client
              ? t("fix.client_secret_of", { name: owner.name })
              : t("fix.password_of", { name: owner.name })}
          </label>
          <input
            id={id}
            ref={field}
            class={`in ${missing ? "bad" : ""}`}
            type="password"
            autoComplete="new-password"
            spellcheck={false}
            placeholder={t("fix.needed_again")}
            value={secret}
            onInput={(event) => {
              setSecret(event.currentTarget.value);
              setMissing(false);
            }}
            aria-invalid={missing ? true : undefined}
            aria-describedby={missing ? `${id}-error` : undefined}
          />
          <FieldError id={`${id}-error`} error={missing ? t("fix.secret_missing") : undefined} />
        </div>
      )}
      <Button look="primary" type="submit" shortcut="f" busy={applying} inner={button} id="apply-fix">
        {t("fix.apply")}
      </Button>
    </form>
  );
}
