/** The list as a table. Its columns keep their widths whatever is in them. */
import type { JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { Icon } from "../../parts/icon.tsx";
import { hrefOfList, type ListQuery, type SortColumn, sortedBy } from "../../state/list_query.ts";
import { canWrite } from "../../state/session.ts";
import { t } from "../../words/words.ts";
import { CertificateEnd, LastTest, LastTests, Server, securityOf, senderOf } from "./cells.tsx";
import type { ListProps } from "./list_props.ts";
import { NameLink, RowActions } from "./row.tsx";

/** A column's heading, which orders the list by it. */
function Sorted(props: { query: ListQuery; column: SortColumn; label: string }): JSX.Element {
  const { query, column } = props;
  const chosen = query.sort === column;
  return (
    <th scope="col" aria-sort={chosen ? (query.down ? "descending" : "ascending") : undefined}>
      <a href={hrefOfList(sortedBy(query, column))}>
        <span class="cut">{props.label}</span>
        {chosen && <Icon name={query.down ? "down" : "up"} />}
      </a>
    </th>
  );
}

/** The table. Without `configs` it has bars in their place, as many rows as are told. */
export function ConfigTable(props: ListProps): JSX.Element {
  const { query, configs } = props;
  const writes = canWrite.value;
  return (
    <div class="card">
      <table class="configs" aria-busy={!configs}>
        <caption class="vh">{configs ? t("list.configs") : t("list.loading")}</caption>
        <colgroup>
          <col />
          <col class="col-server" />
          <col class="col-ticks opt" />
          <col class="col-last" />
          <col class="col-certificate" />
          {writes && <col class="col-actions" />}
        </colgroup>
        <thead>
          <tr>
            <Sorted query={query} column="name" label={t("list.name")} />
            <Sorted query={query} column="server" label={t("list.server")} />
            <th scope="col" class="opt">
              {t("list.last_tests")}
            </th>
            <Sorted query={query} column="last" label={t("list.last")} />
            <Sorted query={query} column="certificate" label={t("list.certificate")} />
            {writes && (
              <th scope="col">
                <span class="vh">{t("list.actions")}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody ref={props.inner} key={props.part}>
          {configs
            ? configs.map((config) => <Row key={config.id} config={config} writes={writes} />)
            : Array.from({ length: props.bars }, (_, row) => <Bars key={row} writes={writes} />)}
        </tbody>
      </table>
    </div>
  );
}

function Row({ config, writes }: { config: ConfigOverview; writes: boolean }): JSX.Element {
  const sender = senderOf(config);
  return (
    <tr data-config={config.id}>
      <td>
        <NameLink config={config} />
        <div class="cut small dim" title={sender}>
          <bdi>{sender}</bdi>
        </div>
      </td>
      <td>
        <Server config={config} />
        <div class="cut small dim">{securityOf(config)}</div>
      </td>
      <td class="opt">
        <LastTests config={config} />
      </td>
      <td>
        <LastTest config={config} />
      </td>
      <td>
        <CertificateEnd config={config} />
      </td>
      {writes && (
        <td>
          <RowActions config={config} />
        </td>
      )}
    </tr>
  );
}

function Bars({ writes }: { writes: boolean }): JSX.Element {
  return (
    <tr class="bars" aria-hidden="true">
      <td>
        <i />
        <i />
      </td>
      <td>
        <i />
        <i />
      </td>
      <td class="opt">
        <i />
      </td>
      <td>
        <i />
        <i />
      </td>
      <td>
        <i />
      </td>
      {writes && <td />}
    </tr>
  );
}
