/** A screen whose code is fetched when it is first shown. */
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Trouble } from "../parts/trouble.tsx";
import { offline, onReturn, tryNow } from "../state/connection.ts";
import { loadRest, t } from "../words/words.ts";

/** Returns a component that stands for one which has yet to be fetched, with the words that it needs. */
export function fetched<P extends object>(
  fetch: () => Promise<ComponentType<P>>,
  words: () => Promise<void> = loadRest,
): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Fetched(props: P): JSX.Element | null {
    const [, setKnown] = useState<unknown>(null);
    const [lost, setLost] = useState(false);
    useEffect(() => {
      if (known) return;
      const load = (failed: () => void) =>
        Promise.all([fetch(), words()]).then(([component]) => {
          known = component;
          setKnown(() => component);
        }, failed);
      const again = onReturn(() => void load(() => {})); // fetched by itself once the service is back
      void load(() => {
        setLost(true);
        void tryNow();
      });
      return again;
    }, []);
    if (known) {
      const Screen = known;
      return <Screen {...props} />;
    }
    // Another release may run by now, whose files have other names: the page itself then names those. While there is no
    // service, a page that is read again would be none.
    const again = () => (offline.peek() ? void tryNow() : location.reload());
    return lost ? <Trouble sentence={t("session.not_fetched")} again={again} /> : null;
  };
}
