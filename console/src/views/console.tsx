/** The whole console: the bar on top, and the screen that the address names. */
import type { JSX } from "preact";
import { route } from "../state/route.ts";
import { signedIn } from "../state/session.ts";
import { t } from "../words/words.ts";
import { AskDialog, LiveRegion, Toasts } from "./overlays.tsx";
import { screenOf } from "./screens.tsx";
import { SignIn } from "./sign_in.tsx";
import { TopBar } from "./top_bar.tsx";

export function Console(): JSX.Element {
  if (!signedIn.value) return <SignIn />;
  const { key, screen } = screenOf(route.value);
  return (
    <>
      <a class="skip" href="#content">
        {t("frame.skip")}
      </a>
      <TopBar />
      <main class="page" id="content" key={key}>
        {screen}
      </main>
      <Toasts />
      <LiveRegion />
      <AskDialog />
    </>
  );
}
