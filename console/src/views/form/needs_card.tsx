/** What the provider whose server stands in the form needs of the login. */
import type { JSX } from "preact";
import { WantedSecret } from "../../../gen/smtpdiag/v1/discovery_pb.ts";
import { Card } from "../../parts/pieces.tsx";
import type { Fields } from "../../state/form.ts";
import { presetOf, presets } from "../../state/presets.ts";
import { t } from "../../words/words.ts";

const SENTENCES: Partial<Record<WantedSecret, () => string>> = {
  [WantedSecret.PASSWORD]: () => t("discovery.secret_password"),
  [WantedSecret.APP_PASSWORD]: () => t("discovery.secret_app_password"),
  [WantedSecret.OAUTH]: () => t("discovery.secret_oauth"),
  [WantedSecret.API_KEY]: () => t("discovery.secret_api_key"),
  [WantedSecret.SMTP_PASSWORD]: () => t("discovery.secret_smtp_password"),
};

export function NeedsCard({ fields }: { fields: Fields }): JSX.Element | null {
  const preset = presetOf(fields.draft.value.host, presets.value);
  if (!preset) return null;
  const wanted = preset.advice || preset.wantedSecrets.map((secret) => SENTENCES[secret]?.() ?? "").join(" ");
  if (!wanted) return null;
  return (
    <Card title={t("discovery.needs", { name: preset.name })} class="form-needs">
      <p class="small soft">{wanted}</p>
    </Card>
  );
}
