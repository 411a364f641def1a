/** Finds the settings: by a mail address, or by the name of a provider. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { Combobox } from "../../parts/combobox.tsx";
import { Field } from "../../parts/field.tsx";
import { Card } from "../../parts/pieces.tsx";
import { isMailbox } from "../../state/checks.ts";
import { type Search, search } from "../../state/discovery.ts";
import type { Fields } from "../../state/form.ts";
import { presets, readPresets, withPreset } from "../../state/presets.ts";
import { route } from "../../state/route.ts";
import { takeTyped } from "../../state/typed_address.ts";
import { t } from "../../words/words.ts";

/** `onSearch` is told each search that is begun. */
export function FindCard(props: {
  fields: Fields;
  search: Search | null;
  onSearch: (search: Search) => void;
}): JSX.Element {
  const { fields } = props;
  const [address, setAddress] = useState(route.peek().query.get("address") ?? "");
  const [error, setError] = useState("");
  const [provider, setProvider] = useState("");
  const running = props.search?.found.value.running ?? false;
  useEffect(() => {
    void readPresets();
    // Only what was typed on the page before is searched for at once: a link from anywhere may name an address too, and
    // each search asks servers of the address's choosing.
    if (address && takeTyped() === address) find();
  }, []);

  function find(): void {
    if (!isMailbox(address)) {
      setError(t("form.no_mailbox"));
      document.getElementById("form-find")?.focus();
      return;
    }
    props.search?.cancel();
    props.onSearch(search(address.trim()));
    if (!fields.draft.peek().senderAddress) fields.set({ senderAddress: address.trim() });
  }

  function chooseProvider(name: string): void {
    setProvider(name);
    const preset = presets.peek().find((each) => each.name === name);
    if (preset) fields.set(withPreset(fields.draft.peek(), preset, address.trim()));
  }

  return (
    <Card title={t("discovery.find_settings")} class="form-find">
      <div class="form-find-row">
        <Field
          label={<span class="vh">{t("discovery.address")}</span>}
          id="form-find"
          wide
          inputMode="email"
          placeholder={t("discovery.address")}
          value={address}
          error={error}
          onValue={(value) => {
            setAddress(value);
            setError("");
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault(); // the form around it is not sent
            find();
          }}
        />
        {running ? (
          <Button icon="spinner" onClick={() => props.search?.cancel()}>
            {t("discovery.stop")}
          </Button>
        ) : (
          <Button icon="search" onClick={find}>
            {t("discovery.find")}
          </Button>
        )}
        <span class="dim or">{t("discovery.or")}</span>
        <Combobox
          label={t("discovery.provider")}
          quiet
          filter
          class="form-provider"
          placeholder={t("discovery.choose_provider")}
          value={provider}
          onValue={setProvider}
          onChosen={chooseProvider}
          none={t("discovery.no_provider")}
          suggestions={presets.value.map(({ name }) => ({ value: name }))}
        />
      </div>
    </Card>
  );
}
