/** What the provider whose server stands in the form needs of the login. */
import type { JSX } from "preact";
import { WantedSecret } from "../../../gen/smtpdiag/v1/discovery_pb.ts";
import { Card } from "../../parts/pieces.tsx";
import { type Found, inForm } from "../../state/discovery.ts";
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

export function NeedsCard(props: { fields: Fields; found: Found | undefined }): JSX.Element | null {
  const draft = props.fields.draft.value;
  const { best, others } = props.found ?? { best: null, others: [] };
  const candidate = [best, ...others].find((each) => each && inForm(draft, each));
  const preset = presetOf(draft.host, presets.value);
  const secrets = preset?.wantedSecrets.map((secret) => SENTENCES[secret]?.() ?? "").join(" ");
  const wanted = preset?.advice || candidate?.notes || secrets;
  if (!wanted) return null;
  return (
    <Card
      title={t("discovery.needs", { name: preset?.name || candidate?.provider || draft.host.trim() })}
      class="form-needs"
    >
      <p class="small soft">{wanted}</p>
    </Card>
  );
}
