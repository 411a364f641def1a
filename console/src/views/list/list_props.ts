/** What the two forms of the list are given: the table and the cards. */
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import type { ListQuery } from "../../state/list_query.ts";

export type ListProps = {
  query: ListQuery;
  configs: readonly ConfigOverview[] | null;
  bars: number;
  /** Which part of the list it is: the rows of another one are new, and do not move from where others were. */
  part: string;
  inner: (element: HTMLElement | null) => void;
};
