/** The list of configurations. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ButtonLink } from "../../parts/button.tsx";
import { NARROW, useMedia } from "../../parts/media.ts";
import { testAndOpen } from "../../state/config_test.ts";
import { configList, keyOf } from "../../state/configs.ts";
import { comesBack } from "../../state/connection.ts";
import { hrefOfList, listQueryOf } from "../../state/list_query.ts";
import { hrefOf, navigate, route } from "../../state/route.ts";
import { canWrite, serverInfo } from "../../state/session.ts";
import { t } from "../../words/words.ts";
import { Failure } from "../failure.tsx";
import { Head } from "../screen.tsx";
import { ViewerNote } from "../viewer_note.tsx";
import { ActiveLine } from "./active_line.tsx";
import { ConfigCards } from "./cards.tsx";
import { NoConfigs, NothingFound } from "./empty.tsx";
import { useListKeys } from "./list_keys.ts";
import { Pager } from "./pager.tsx";
import { Search } from "./search.tsx";
import { ConfigTable } from "./table.tsx";

/** How many rows of bars there are where it is not known how many come. */
const BARS = 8;

export function Configs(): JSX.Element {
  const query = listQueryOf(route.value.query);
  const [list] = useState(() => configList(query));
  const narrow = useMedia(NARROW);
  const rows = useRef<HTMLElement | null>(null);
  const [keepRows] = useState(() => (element: HTMLElement | null) => {
    rows.current = element;
  });
  const search = useRef<HTMLInputElement>(null);

  useEffect(() => list.close, []);
  useEffect(() => list.show(query), [keyOf(query)]);

  const read = list.page.value;
  const problem = list.problem.value;
  const trouble = problem && !comesBack(problem) ? problem : null;
  const page = read?.key === keyOf(query) ? read : null; // else it is another page, and the wanted one is on its way
  const shown = page ?? (list.slow.value || problem ? null : read);
  const beyond = page !== null && page.configs.length === 0 && query.page > 1;
  useEffect(() => {
    if (beyond) navigate(hrefOfList({ ...query, page: 1 }), true); // the list has become shorter
  }, [beyond]);

  const count = read?.count ?? 0;
  const single = serverInfo.value?.features?.singleConfig === true;
  const adds = canWrite.value && !(single && (count > 0 || !read));
  useListKeys(rows, search, adds, (id) => {
    const config = shown?.configs.find((each) => each.id === id);
    if (config) testAndOpen(config);
  });

  function onSearch(text: string): void {
    // One entry for Back, however often what is typed changes.
    navigate(hrefOfList({ ...query, search: text, page: 1 }), query.search !== "" && text !== "");
  }

  const part = {
    query,
    configs: shown?.configs ?? null,
    bars: read?.configs.length || BARS,
    part: shown?.key ?? "",
    inner: keepRows,
  };
  const none = page !== null && count === 0 && page.configs.length === 0 && !beyond;
  const nothing = page !== null && !none && page.configs.length === 0 && !beyond;
  const failed = trouble && <Failure problem={trouble} again={() => void list.again()} />;
  return (
    <>
      <Head name={t("frame.configs")}>
        {!none && <Search value={query.search} onSearch={onSearch} inner={search} />}
        {adds && !none && (
          <ButtonLink look="primary" icon="plus" shortcut="n" href={hrefOf(["configs", "new"])}>
            {t("list.add")}
          </ButtonLink>
        )}
      </Head>
      <ViewerNote />
      {!none && (read || !trouble) && <ActiveLine active={read?.active} />}
      {!page && failed}
      {none && <NoConfigs />}
      {nothing && (
        <NothingFound
          search={query.search}
          onClear={() => {
            onSearch("");
            search.current?.focus();
          }}
        />
      )}
      {!none && !nothing && (shown || list.slow.value || problem) && !(trouble && !page) && (
        <>
          {narrow ? <ConfigCards {...part} /> : <ConfigTable {...part} />}
          {shown && <Pager key={shown.query.search} page={shown} />}
        </>
      )}
      {page && failed /* below the rows, which stay where they are */}
    </>
  );
}
