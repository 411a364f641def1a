/** What stands where there is no configuration to list. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Button } from "../../parts/button.tsx";
import { hrefOf } from "../../state/route.ts";
import { canWrite } from "../../state/session.ts";
import { importing } from "../../state/transfer.ts";
import { searchInForm } from "../../state/typed_address.ts";
import { rich, t } from "../../words/words.ts";

/** There is none at all: an address begins the search for its server. */
export function NoConfigs(): JSX.Element {
  const [address, setAddress] = useState("");
  if (!canWrite.value) {
    return (
      <section class="card nothing">
        <h2>{t("list.empty")}</h2>
      </section>
    );
  }
  return (
    <section class="card nothing">
      <h2>{t("list.empty")}</h2>
      <p class="soft">{t("list.empty_how")}</p>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          searchInForm(address.trim());
        }}
      >
        <input
          class="in grow"
          type="email"
          required
          maxLength={320}
          aria-label={t("list.address")}
          placeholder="you@example.com"
          autoComplete="off"
          spellcheck={false}
          value={address}
          onInput={(event) => setAddress(event.currentTarget.value)}
        />
        <Button look="primary" type="submit">
          {t("list.find")}
        </Button>
      </form>
      <p class="small other-ways">
        <a href={hrefOf(["configs", "new"])}>{t("list.by_hand")}</a>
        <span aria-hidden="true"> · </span>
        <button
          type="button"
          class="plain-link"
          onClick={() => {
            importing.value = true;
          }}
        >
          {t("list.import")}
        </button>
      </p>
    </section>
  );
}

/** Nothing is as searched. */
export function NothingFound({ search, onClear }: { search: string; onClear: () => void }): JSX.Element {
  return (
    <section class="card nothing" role="status">
      <p class="searched">{rich("list.nothing_found", { search: <bdi>{search}</bdi> })}</p>
      <p>
        <Button onClick={onClear}>{t("list.clear")}</Button>
      </p>
    </section>
  );
}
