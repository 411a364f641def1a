/** Which part of the list is shown, and the pages before and after it. */
import type { JSX } from "preact";
import { type ConfigPage, PAGE } from "../../state/configs.ts";
import { hrefOfList } from "../../state/list_query.ts";
import { navigate } from "../../state/route.ts";
import { t } from "../../words/words.ts";

function rangeOf(page: ConfigPage): string {
  const { query } = page;
  const before = (query.page - 1) * PAGE;
  const range = { from: before + 1, to: before + page.configs.length };
  if (!query.search) return t("list.range_of", { ...range, n: page.count });
  return query.page === 1 && !page.more ? t("list.found", { n: page.configs.length }) : t("list.range", range);
}

export function Pager({ page }: { page: ConfigPage }): JSX.Element {
  const { query } = page;
  const turn = (label: string, by: number, possible: boolean) => (
    <button
      type="button"
      class="btn sm"
      aria-disabled={!possible} // and not disabled: the focus stays where it is
      onClick={() => {
        if (!possible) return;
        scrollTo({ top: 0 });
        navigate(hrefOfList({ ...query, page: query.page + by }));
      }}
    >
      {label}
    </button>
  );
  return (
    <div class="pager">
      <span class="small dim num" role="status">
        {rangeOf(page)}
      </span>
      {(query.page > 1 || page.more) && (
        <nav class="row" aria-label={t("list.pages")}>
          {turn(t("list.previous"), -1, query.page > 1)}
          {turn(t("list.next"), 1, page.more)}
        </nav>
      )}
    </div>
  );
}
