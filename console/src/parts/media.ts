/** What the window is like, for what differs in more than its style. */
import { useEffect, useState } from "preact/hooks";

/** Below this width there are cards in place of tables. The styles have the same number. */
export const NARROW = "(max-width: 860px)";

/** Says whether a media query matches, now and whenever that changes. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = () => setMatches(list.matches);
    changed();
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, [query]);
  return matches;
}
