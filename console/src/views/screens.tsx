/** The table of routes. The list is there at once; each other screen is fetched when it is first shown. */
import type { JSX } from "preact";
import { ButtonLink } from "../parts/button.tsx";
import { hrefOf, type Route } from "../state/route.ts";
import { t } from "../words/words.ts";
import { fetched } from "./fetched.tsx";
import { Configs } from "./list/configs.tsx";
import { Head } from "./screen.tsx";

const ConfigPage = fetched(() => import("./config/config_page.tsx").then((module) => module.ConfigPage));
const NewConfig = fetched(() => import("./form/config_form.tsx").then((module) => module.NewConfig));
const EditConfig = fetched(() => import("./form/config_form.tsx").then((module) => module.EditConfig));
const QuickTest = fetched(() => import("./quick_test.tsx").then((module) => module.QuickTest));
const AllEvents = fetched(() => import("./events/all_events.tsx").then((module) => module.AllEvents));
const Settings = fetched(() => import("./settings.tsx").then((module) => module.Settings));
const FindingPage = fetched(() => import("./finding.tsx").then((module) => module.FindingPage));

/** A screen, and the key by which a change of place makes it anew. */
type Shown = { key: string; screen: JSX.Element };

/** What the address names. */
export function screenOf(route: Route): Shown {
  const [section = "configs", id = "", tab = "", item = ""] = route.parts;
  if (section === "configs" || section === "sign-in") {
    if (!id) return { key: "configs", screen: <Configs /> };
    if (id === "new") return { key: "new", screen: <NewConfig /> };
    if (tab === "edit") return { key: `edit ${id}`, screen: <EditConfig id={id} /> };
    return { key: `config ${id}`, screen: <ConfigPage id={id} tab={tab} item={item} /> };
  }
  if (section === "test") return { key: "test", screen: <QuickTest /> };
  if (section === "events") return { key: "events", screen: <AllEvents /> };
  if (section === "settings") return { key: "settings", screen: <Settings /> };
  if (section === "findings" && id) return { key: `finding ${id}`, screen: <FindingPage code={id} /> };
  return { key: "nothing", screen: <Nothing /> };
}

function Nothing(): JSX.Element {
  return (
    <>
      <Head name={t("frame.not_found")} />
      <ButtonLink href={hrefOf(["configs"])}>{t("frame.to_configs")}</ButtonLink>
    </>
  );
}
