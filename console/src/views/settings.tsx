import type { JSX } from "preact";
import { Button } from "../parts/button.tsx";
import { Choices } from "../parts/field.tsx";
import { Card } from "../parts/pieces.tsx";
import { language, singleKeys, type Theme, theme } from "../state/preferences.ts";
import { canWrite } from "../state/session.ts";
import { exporting, importing } from "../state/transfer.ts";
import { type Language, t } from "../words/words.ts";
import { Head } from "./screen.tsx";
import { ServerCards } from "./settings/server.tsx";
import { TokenCard } from "./settings/token.tsx";
import { ViewerNote } from "./viewer_note.tsx";

/** Language, theme, keys; whose token this is; the server. */
export function Settings(): JSX.Element {
  return (
    <>
      <Head name={t("frame.settings")} />
      <ViewerNote />
      <div class="cols settings">
        <div>
          <Card title={t("settings.console")}>
            <Appearance />
          </Card>
          <TokenCard />
          <Card title={t("settings.transfer")}>
            <p class="soft">{t("settings.transfer_text")}</p>
            <div class="row wrap settings-acts">
              <Button
                icon="down"
                onClick={() => {
                  exporting.value = true;
                }}
              >
                {t("settings.export")}
              </Button>
              {canWrite.value && (
                <Button
                  icon="up"
                  onClick={() => {
                    importing.value = true;
                  }}
                >
                  {t("settings.import")}
                </Button>
              )}
            </div>
          </Card>
        </div>
        <div>
          <ServerCards />
        </div>
      </div>
    </>
  );
}

/** What this browser keeps: each choice counts at once. */
function Appearance(): JSX.Element {
  return (
    <>
      <Choices<Language>
        legend={t("settings.language")}
        inline
        value={language.value}
        onValue={(value) => {
          language.value = value;
        }}
        choices={[
          { value: "en", label: <span lang="en">English</span> },
          { value: "de", label: <span lang="de">Deutsch</span> },
        ]}
      />
      <Choices<Theme>
        legend={t("settings.theme")}
        inline
        value={theme.value}
        onValue={(value) => {
          theme.value = value;
        }}
        choices={[
          { value: "system", label: t("settings.theme_system") },
          { value: "light", label: t("settings.theme_light") },
          { value: "dark", label: t("settings.theme_dark") },
        ]}
      />
      <Choices<"on" | "off">
        legend={t("settings.single_keys")}
        inline
        value={singleKeys.value ? "on" : "off"}
        onValue={(value) => {
          singleKeys.value = value === "on";
        }}
        choices={[
          { value: "on", label: t("settings.on") },
          { value: "off", label: t("settings.off") },
        ]}
      />
      <p class="small dim">{t("settings.kept_here")}</p>
    </>
  );
}
