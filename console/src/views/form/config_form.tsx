/** The screens that add and change a configuration. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Loading } from "../../parts/pieces.tsx";
import { nameOf, readConfig } from "../../state/config.ts";
import { draftOf } from "../../state/draft.ts";
import { carriedDraft } from "../../state/quick_test.ts";
import { reading } from "../../state/reading.ts";
import { hrefOf, route } from "../../state/route.ts";
import { canWrite } from "../../state/session.ts";
import { t } from "../../words/words.ts";
import { Failure } from "../failure.tsx";
import { Head } from "../screen.tsx";
import { ViewerNote } from "../viewer_note.tsx";
import { HttpConfigForm } from "./http_form.tsx";
import { SmtpForm } from "./smtp_form.tsx";

const CONFIGS = () => ({ label: t("frame.configs"), href: hrefOf(["configs"]) });

/** Adds a configuration; `?kind=http` one that mail is posted to. */
export function NewConfig(): JSX.Element {
  const http = route.value.query.get("kind") === "http";
  return (
    <>
      <Head name={t("form.add")} crumb={CONFIGS()}>
        {canWrite.value && (
          <a class="small form-switch" href={hrefOf(["configs", "new"], http ? {} : { kind: "http" })}>
            {http ? t("form.smtp_instead") : t("form.http_instead")}
          </a>
        )}
      </Head>
      <ViewerNote />
      {canWrite.value && (
        // Both are kept, so that what is typed stays while the person looks at the other.
        <>
          <div hidden={http}>
            <SmtpForm id={null} first={carriedDraft} />
          </div>
          <div hidden={!http}>
            <HttpConfigForm config={null} />
          </div>
        </>
      )}
    </>
  );
}

/** Changes a configuration; `?field=host` puts the focus there. */
export function EditConfig({ id }: { id: string }): JSX.Element {
  const config = useMemo(() => reading((signal) => readConfig(id, signal)), [id]);
  useEffect(() => config.close, [config]);
  const known = config.value.value;
  const problem = config.problem.value;
  const name = known ? nameOf(known) : id;
  const crumb = known ? { label: name, href: hrefOf(["configs", id]) } : CONFIGS();
  return (
    <>
      <Head name={t("form.edit", { name })} crumb={crumb} />
      <ViewerNote />
      {!known && problem && (
        <Failure
          problem={problem}
          sentence={problem.kind === "gone" ? t("form.gone") : undefined}
          again={() => void config.again()}
        />
      )}
      {!known && !problem && config.slow.value && <Loading rows={6} label={t("form.loading")} />}
      {known &&
        canWrite.value &&
        (known.settings.case === "http" ? (
          <HttpConfigForm config={known} />
        ) : (
          <SmtpForm id={id} first={() => draftOf(known)} />
        ))}
    </>
  );
}
