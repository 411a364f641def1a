/**
 * The band below the bar: the service can't be reached, or the token is no longer valid. It is as high as the page's
 * upper margin, over which it lies, so that nothing below it moves.
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Field } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { nextTry, noticed, offline, tokenRenewed, tryNow } from "../state/connection.ts";
import { toCommonPlace } from "../state/instances.ts";
import { sentenceOf } from "../state/problems.ts";
import { mayLeave, routeOf } from "../state/route.ts";
import { epoch, signIn, tokenRefused } from "../state/session.ts";
import { t } from "../words/words.ts";

export function Bands(): JSX.Element | null {
  if (offline.value) return <OfflineBand />;
  return tokenRefused.value ? <RefusedBand /> : null;
}

function OfflineBand(): JSX.Element {
  const [, draw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => draw((turn) => turn + 1), 250);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(1, Math.ceil((nextTry.value - Date.now()) / 1000));
  return (
    <div class="band">
      <span class="band-line">
        <Icon name="offline" />
        <b class="cut" role="alert">
          {t("session.unreachable")}
        </b>
        <button type="button" class="band-button" onClick={() => void tryNow()}>
          {t("session.try_now")}
        </button>
        <span class="num band-next wide" aria-hidden="true">
          {nextTry.value ? t("session.next_try", { n: left }) : t("session.trying")}
        </span>
        <span class="num band-next narrow" aria-hidden="true">
          {nextTry.value ? t("frame.seconds", { n: left }) : "…"}
        </span>
      </span>
    </div>
  );
}

function RefusedBand(): JSX.Element {
  const [open, setOpen] = useState(true);
  const [token, setToken] = useState("");
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const band = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // It lies over the page: whoever goes on there by the keyboard sees where the focus is, and signs in later.
    const uncover = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement) || !band.current || band.current.contains(target)) return;
      if (target.matches("h1, main") || target.closest("dialog")) return;
      const [own, over] = [target.getBoundingClientRect(), band.current.getBoundingClientRect()];
      const panel = form.current?.getBoundingClientRect();
      if (own.top < (panel?.bottom ?? over.bottom) && own.bottom > over.top) setOpen(false);
    };
    addEventListener("focusin", uncover);
    return () => removeEventListener("focusin", uncover);
  }, []);

  async function go(event: Event): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const shown = epoch.peek();
    const problem = await signIn(token, () => mayLeave(routeOf("#/configs")));
    setBusy(false);
    if (problem) {
      if (problem.kind === "unreachable") noticed(problem);
      setError(sentenceOf(problem));
      form.current?.querySelector("input")?.focus();
      return;
    }
    if (epoch.peek() !== shown) toCommonPlace();
    document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    tokenRenewed();
  }

  return (
    <div class="band warn" ref={band}>
      <span class="band-line">
        <Icon name="key" />
        <span role="alert">
          <b>{t("session.expired")}</b>
          <span class="wide"> {t("session.stays")}</span>
        </span>
        <button type="button" class="band-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t("session.later") : t("session.sign_in_again")}
        </button>
      </span>
      {open && (
        <form
          class="band-panel"
          aria-label={t("session.sign_in_again")}
          ref={form}
          onSubmit={(event) => void go(event)}
        >
          <p class="narrow small soft">{t("session.stays")}</p>
          <div class="row top">
            <Field
              label={<span class="vh">{t("session.token")}</span>}
              placeholder={t("session.token")}
              concealed
              mono
              wide
              value={token}
              onValue={setToken}
              error={error}
            />
            <Button look="primary" type="submit" busy={busy}>
              {t("session.go_on")}
            </Button>
          </div>
        </form>
      )}
    </div>
  );
}
