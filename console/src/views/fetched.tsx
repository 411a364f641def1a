/** A screen whose code is fetched when it is first shown. */
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Trouble } from "../parts/trouble.tsx";
import { offline, onReturn, tryNow } from "../state/connection.ts";
import { loadRest, t } from "../words/words.ts";
import { Head } from "./screen.tsx";

/**
 * Returns a component that stands for one which has yet to be fetched, with the words that it needs.
 *
 * What can't be fetched while the service is gone is fetched when it is back. Where the service is there and the file is
 * not, another release runs by now, whose files have other names: only the page itself, loaded anew, names those.
 */
export function fetched<P extends object>(fetch: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Fetched(props: P): JSX.Element | null {
    const [, setKnown] = useState<unknown>(null);
    const [lost, setLost] = useState<"" | "file" | "service">("");
    useEffect(() => {
      if (known) return;
      let shown = true;
      let waiting = false;
      const load = async () => {
        try {
          const [component] = await Promise.all([fetch(), loadRest()]);
          known = component;
          if (shown) setKnown(() => component);
        } catch {
          await tryNow();
          waiting = offline.peek();
          if (shown) setLost(waiting ? "service" : "file");
        }
      };
      const forget = onReturn(() => {
        if (!waiting) return; // a file that is not there is not asked for again and again
        waiting = false;
        void load();
      });
      void load();
      return () => {
        shown = false;
        forget();
      };
    }, []);
    if (known) {
      const Screen = known;
      return <Screen {...props} />;
    }
    if (lost === "file") return <Trouble sentence={t("session.not_fetched")} again={() => location.reload()} />;
    if (lost !== "service") return null;
    return (
      <>
        <Head name={t("session.waiting")} />
        <p>{t("session.waiting_why")}</p>
      </>
    );
  };
}
