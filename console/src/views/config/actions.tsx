/** What can be done to a configuration as a whole, for menus and buttons, and the dialogs that ask first. */
import type { JSX } from "preact";
import type { ConfigOverview } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { ProviderState } from "../../../gen/smtpdiag/v1/instance_pb.ts";
import type { Action } from "../../parts/menu.tsx";
import { type Asked, asked, removeSoon } from "../../state/actions.ts";
import { secretKind } from "../../state/config.ts";
import { hrefOf } from "../../state/route.ts";
import { canWrite } from "../../state/session.ts";
import { exporting, importing } from "../../state/transfer.ts";
import { t } from "../../words/words.ts";
import { fetched } from "../fetched.tsx";

function asking(what: Asked["what"], config: ConfigOverview): () => void {
  return () => {
    asked.value = { what, config };
  };
}

/** Makes a configuration active, or the active one inactive; the dialog tells what that means. */
export function switchAction(config: ConfigOverview): Action {
  const what = config.state === ProviderState.ACTIVE ? "deactivate" : "activate";
  return { label: t(`actions.${what}`), do: asking(what, config) };
}

/** What is done seldom: another secret, removal. */
export function furtherActions(config: ConfigOverview): Action[] {
  if (!canWrite.value) return [];
  const active = config.state === ProviderState.ACTIVE;
  return [
    { label: t(`actions.change_${secretKind(config)}`), do: asking("secret", config) },
    {
      label: t("actions.remove"),
      do: active ? asking("remove", config) : () => removeSoon(config),
      danger: true,
    },
  ];
}

/** Everything that a row's menu has. A viewer has none of it. */
export function configActions(config: ConfigOverview): Action[] {
  if (!canWrite.value) return [];
  return [
    { label: t("actions.edit"), href: hrefOf(["configs", config.id, "edit"]) },
    switchAction(config),
    ...furtherActions(config),
  ];
}

const Asking = fetched(() => import("./dialogs.tsx").then((module) => module.Asking));
const ExportDialog = fetched(() => import("../transfer/export_dialog.tsx").then((module) => module.ExportDialog));
const ImportDialog = fetched(() => import("../transfer/import_dialog.tsx").then((module) => module.ImportDialog));

/** The dialog that is asked for, if one is. Drawn once for all screens. */
export function ActionDialogs(): JSX.Element {
  return (
    <>
      {asked.value && <Asking key={asked.value.config.id} asked={asked.value} />}
      {exporting.value && <ExportDialog />}
      {importing.value && <ImportDialog />}
    </>
  );
}
