/** The table of keys, and the keys that work on every screen. */
import { signal } from "@preact/signals";
import { Fragment, type JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Note } from "../parts/pieces.tsx";
import { onKeys } from "../state/keys.ts";
import { singleKeys } from "../state/preferences.ts";
import { hrefOf, navigate } from "../state/route.ts";
import { toasts } from "../state/toasts.ts";
import { type Key, t } from "../words/words.ts";

/** Whether the table is shown. */
export const keysShown = signal(false);

/** What is pressed, one or the other, and what it does. */
const ROWS: readonly { keys: readonly string[]; key: Key; section?: true }[] = [
  { keys: ["/"], key: "frame.key_search" },
  { keys: ["n"], key: "frame.key_add" },
  { keys: ["j", "k", "↓", "↑"], key: "frame.key_move" },
  { keys: ["Enter"], key: "frame.key_open" },
  { keys: ["t"], key: "frame.key_test" },
  { keys: ["f"], key: "frame.key_fix" },
  { keys: ["e"], key: "frame.key_edit" },
  { keys: ["c"], key: "frame.key_copy" },
  { keys: ["[", "]"], key: "frame.key_walk" },
  { keys: ["u"], key: "frame.key_undo" },
  { keys: ["Esc"], key: "frame.key_escape" },
  { keys: ["g c"], key: "frame.configs", section: true },
  { keys: ["g t"], key: "frame.test", section: true },
  { keys: ["g e"], key: "frame.events", section: true },
  { keys: ["?"], key: "frame.key_table" },
];

/** Lets the keys of every screen work for as long as it is drawn. */
export function useCommonKeys(): void {
  useEffect(() => {
    const to = (section: string) => () => {
      navigate(hrefOf([section]));
      return true;
    };
    return onKeys({
      "g c": to("configs"),
      "g t": to("test"),
      "g e": to("events"),
      "?": () => {
        keysShown.value = true;
        return true;
      },
      u: () => {
        const newest = toasts.peek().findLast((each) => each.words.action);
        newest?.act();
        return newest !== undefined;
      },
    });
  }, []);
}

export function KeysDialog(): JSX.Element | null {
  if (!keysShown.value) return null;
  const close = () => {
    keysShown.value = false;
  };
  return (
    <Dialog title={t("frame.keys")} wide onClose={close}>
      {!singleKeys.value && (
        <Note>
          {t("frame.keys_off")}{" "}
          <a href={hrefOf(["settings"])} onClick={close}>
            {t("frame.settings")}
          </a>
        </Note>
      )}
      <dl class="keys">
        {ROWS.map(({ keys, key, section }) => (
          <div key={key}>
            <dt>
              {keys.map((each) => (
                <Fragment key={each}>
                  {each.split(" ").map((one) => (
                    <kbd key={one}>{one}</kbd>
                  ))}
                </Fragment>
              ))}
            </dt>
            <dd>{section ? t("frame.key_to", { section: t(key) }) : t(key)}</dd>
          </div>
        ))}
      </dl>
      <div class="acts">
        <Button first onClick={close}>
          {t("frame.close")}
        </Button>
      </div>
    </Dialog>
  );
}
