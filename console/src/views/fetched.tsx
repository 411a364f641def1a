/** A screen whose code is fetched when it is first shown. */
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Trouble } from "../parts/trouble.tsx";
import { loadRest, t } from "../words/words.ts";

/** Returns a component that stands for one which has yet to be fetched, with the words that it needs. */
export function fetched<P extends object>(fetch: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Fetched(props: P): JSX.Element | null {
    const [, setKnown] = useState<unknown>(null);
    const [lost, setLost] = useState(false);
    useEffect(() => {
      if (known) return;
      Promise.all([fetch(), loadRest()]).then(
        ([component]) => {
          known = component;
          setKnown(() => component);
        },
        () => setLost(true),
      );
    }, []);
    if (known) {
      const Screen = known;
      return <Screen {...props} />;
    }
    // Another release may run by now, whose files have other names: the page itself then names those.
    return lost ? <Trouble sentence={t("session.not_fetched")} again={() => location.reload()} /> : null;
  };
}
