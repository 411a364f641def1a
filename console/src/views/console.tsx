/** The whole console: the bar on top, and the screen that the address names. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { hrefOf, navigate, route } from "../state/route.ts";
import { scrollToKept } from "../state/scroll.ts";
import { epoch, signedIn } from "../state/session.ts";
import { t } from "../words/words.ts";
import { Bands } from "./bands.tsx";
import { ActionDialogs } from "./config/actions.tsx";
import { KeysDialog, useCommonKeys } from "./keys_dialog.tsx";
import { AskDialog, LiveRegion, Toasts } from "./overlays.tsx";
import { Safely } from "./safely.tsx";
import { screenOf } from "./screens.tsx";
import { SignIn } from "./sign_in.tsx";
import { TopBar } from "./top_bar.tsx";

export function Console(): JSX.Element {
  return (
    <>
      {signedIn.value ? <Frame /> : <SignIn />}
      <Toasts />
      <LiveRegion />
      <AskDialog />
    </>
  );
}

/** What is around every screen of a person who has signed in. */
function Frame(): JSX.Element {
  const { key, screen } = screenOf(route.value);
  const content = useRef<HTMLElement>(null);
  useCommonKeys();
  useEffect(() => {
    if (route.peek().parts[0] === "sign-in") navigate(hrefOf(["configs"]), true);
  }, []);
  useLayoutEffect(scrollToKept, [key]);
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it does lead to the content, only without a change of the address */}
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault(); // the fragment is the route
          content.current?.focus();
          content.current?.scrollIntoView();
        }}
      >
        {t("frame.skip")}
      </a>
      <TopBar />
      <Bands />
      <main class="page" id="content" ref={content} tabIndex={-1} key={`${epoch.value} ${key}`}>
        <Safely>{screen}</Safely>
      </main>
      <ActionDialogs />
      <KeysDialog />
    </>
  );
}
