/** What the table's rows and the cards have in common: the link, and what can be done. */
import type { JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { Button } from "../../parts/button.tsx";
import { Menu } from "../../parts/menu.tsx";
import { Pill } from "../../parts/pieces.tsx";
import { removing } from "../../state/actions.ts";
import { nameOf } from "../../state/config.ts";
import { testAndOpen } from "../../state/config_test.ts";
import { isActive } from "../../state/configs.ts";
import { hrefOf } from "../../state/route.ts";
import { t } from "../../words/words.ts";
import { configActions } from "../config/actions.tsx";

/** The name as a link, and whether the configuration is in use or going. */
export function NameLink({ config }: { config: ConfigOverview }): JSX.Element {
  const name = nameOf(config);
  return (
    <div class="row">
      <a class="config-link cut" href={hrefOf(["configs", config.id])} title={name}>
        <bdi>{name}</bdi>
      </a>
      {isActive(config) && <Pill tone="ok">{t("state.active")}</Pill>}
      {removing.value.has(config.id) && <Pill>{t("list.removing")}</Pill>}
    </div>
  );
}

/** "Test", and the menu of what else can be done. */
export function RowActions({ config }: { config: ConfigOverview }): JSX.Element {
  const name = nameOf(config);
  return (
    <div class="row-actions">
      <Button small icon="play" label={t("list.test_named", { name })} onClick={() => testAndOpen(config)}>
        {t("list.test")}
      </Button>
      <Menu label={t("list.more", { name })} actions={configActions(config)} />
    </div>
  );
}
