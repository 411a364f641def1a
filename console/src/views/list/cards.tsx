/** The list as cards, for narrow screens. */
import type { JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { hrefOfList, type SortColumn } from "../../state/list_query.ts";
import { navigate } from "../../state/route.ts";
import { canWrite } from "../../state/session.ts";
import { type Key, t } from "../../words/words.ts";
import { CertificateLine, LastTest, LastTests, Server, securityOf } from "./cells.tsx";
import type { ListProps } from "./list_props.ts";
import { NameLink, RowActions } from "./row.tsx";

const ORDERS: readonly { sort: SortColumn; down: boolean; label: Key }[] = [
  { sort: "last", down: true, label: "list.last" },
  { sort: "name", down: false, label: "list.name" },
  { sort: "server", down: false, label: "list.server" },
  { sort: "certificate", down: false, label: "list.certificate" },
];

/** The cards. Without `configs` they have bars in their place. */
export function ConfigCards(props: ListProps): JSX.Element {
  const { query, configs } = props;
  return (
    <>
      <label class="order small soft">
        {t("list.sort_by")}
        <select
          class="in"
          value={query.sort}
          onChange={(event) => {
            const order = ORDERS.find((each) => each.sort === event.currentTarget.value);
            if (order) navigate(hrefOfList({ ...query, sort: order.sort, down: order.down, page: 1 }));
          }}
        >
          {ORDERS.map((order) => (
            <option key={order.sort} value={order.sort}>
              {t(order.label)}
            </option>
          ))}
        </select>
      </label>
      <ul
        key={props.part}
        class="config-cards"
        ref={props.inner}
        aria-label={configs ? t("list.configs") : t("list.loading")}
        aria-busy={!configs}
      >
        {configs
          ? configs.map((config) => <ConfigCard key={config.id} config={config} />)
          : Array.from({ length: props.bars }, (_, card) => <Bars key={card} />)}
      </ul>
    </>
  );
}

function ConfigCard({ config }: { config: ConfigOverview }): JSX.Element {
  return (
    <li class="card" data-config={config.id}>
      <div class="card-top">
        <NameLink config={config} />
        {canWrite.value && <RowActions config={config} />}
      </div>
      <Server config={config} class="soft" />
      <div class="cut small dim">{securityOf(config)}</div>
      <div class="card-last">
        <LastTest config={config} />
        {config.recentTests.length > 0 && <LastTests config={config} />}
      </div>
      <CertificateLine config={config} />
    </li>
  );
}

function Bars(): JSX.Element {
  return (
    <li class="card bars" aria-hidden="true">
      <i />
      <i />
      <i />
    </li>
  );
}
