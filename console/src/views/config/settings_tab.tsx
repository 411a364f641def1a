/** All settings of a configuration in words. */
import type { ComponentChildren, JSX } from "preact";
import { type ConfigOverview, SecretState } from "../../../gen/smtpdiag/v1/config_overview_pb.ts";
import { type HttpProvider, ProviderState, type SmtpProvider } from "../../../gen/smtpdiag/v1/instance_pb.ts";
import { Button } from "../../parts/button.tsx";
import { CopyButton } from "../../parts/copy_button.tsx";
import { Card, Facts, Moment, Note } from "../../parts/pieces.tsx";
import { asked, removing } from "../../state/actions.ts";
import { type SecretKind, secretKind, secretLacks } from "../../state/config.ts";
import { now } from "../../state/now.ts";
import { canWrite } from "../../state/session.ts";
import { day } from "../../words/formats.ts";
import { t } from "../../words/words.ts";

export function SettingsTab({ config }: { config: ConfigOverview }): JSX.Element {
  const { settings } = config;
  return (
    <div class="cols all-settings">
      <div>
        {settings.case === "smtp" && <Smtp smtp={settings.value} config={config} />}
        {settings.case === "http" && <Http http={settings.value} config={config} />}
      </div>
      <div>
        {settings.case === "smtp" && <Sender smtp={settings.value} />}
        <Record config={config} />
      </div>
    </div>
  );
}

const mono = (text: string): ComponentChildren => text && <span class="mono">{text}</span>;

function Smtp({ smtp, config }: { smtp: SmtpProvider; config: ConfigOverview }): JSX.Element {
  const { oauth } = smtp;
  const login = !smtp.user ? t("config.no_login") : oauth ? t("config.by_token") : t("config.by_password");
  return (
    <>
      <Card title={t("config.server")}>
        <Facts
          rows={[
            [t("config.host"), mono(smtp.host)],
            [t("config.encryption"), smtp.tls ? t("tls.always") : t("tls.if_offered")],
          ]}
        />
      </Card>
      <Card title={t("config.login")}>
        <Facts
          rows={[
            [t("config.way"), login],
            [t("config.user_name"), mono(smtp.user)],
            [t("config.token_endpoint"), mono(oauth?.tokenEndpoint ?? "")],
            [t("config.client_id"), mono(oauth?.clientId ?? "")],
            [t("config.scopes"), mono(oauth?.scopes.join(" ") ?? "")],
            [t(`config.${secretKind(config)}`), <Secret key="secret" config={config} />],
          ]}
        />
        <SecretNote config={config} />
      </Card>
    </>
  );
}

function Sender({ smtp }: { smtp: SmtpProvider }): JSX.Element {
  return (
    <Card title={t("config.sender")}>
      <Facts
        rows={[
          [t("config.address"), mono(smtp.senderAddress)],
          [t("config.name"), smtp.senderName],
          [t("config.reply_to"), smtp.replyToAddress ? mono(smtp.replyToAddress) : t("config.to_sender")],
        ]}
      />
    </Card>
  );
}

function Http({ http, config }: { http: HttpProvider; config: ConfigOverview }): JSX.Element {
  return (
    <Card title={t("config.receiver")}>
      <Facts
        rows={[
          [t("config.endpoint"), mono(http.endpoint)],
          [t("config.signing_key"), <Secret key="secret" config={config} />],
        ]}
      />
      <SecretNote config={config} />
    </Card>
  );
}

/** Whether the secret is there; never the secret. */
function Secret({ config }: { config: ConfigOverview }): JSX.Element {
  const { secretState, secretTime } = config;
  if (secretState === SecretState.STORED) {
    return <>{secretTime ? t("config.stored_on", { date: day(secretTime) }) : t("config.stored")}</>;
  }
  if (secretState === SecretState.NOT_NEEDED) return <>{t("config.not_needed")}</>;
  return (
    <span class="fail">{secretState === SecretState.UNREADABLE ? t("config.unreadable") : t("config.missing")}</span>
  );
}

/** What to do about a secret that is not there or can't be opened. */
function SecretNote({ config }: { config: ConfigOverview }): JSX.Element | null {
  if (!secretLacks(config)) return null;
  const kind: SecretKind = secretKind(config);
  const may = canWrite.value && !removing.value.has(config.id);
  return (
    <div class="secret-note">
      <Note tone="warn">
        {config.secretState === SecretState.UNREADABLE ? t("config.unreadable_more") : t("config.missing_more")}
        {may && (
          <p>
            <Button
              small
              icon="key"
              onClick={() => {
                asked.value = { what: "secret", config };
              }}
            >
              {kind === "signing_key" ? t("actions.change_signing_key") : t("config.enter_it")}
            </Button>
          </p>
        )}
      </Note>
    </div>
  );
}

function Record({ config }: { config: ConfigOverview }): JSX.Element {
  const { settings, createTime, updateTime } = config;
  const active = config.state === ProviderState.ACTIVE;
  return (
    <Card title={t("config.record")}>
      <Facts
        rows={[
          [t("config.description"), settings.value?.description || t("config.none")],
          [t("config.state"), active ? t("state.active") : t("state.inactive")],
          [t("config.added"), createTime && <Moment when={createTime} now={now.value} />],
          [t("config.changed"), updateTime && <Moment when={updateTime} now={now.value} />],
          [
            t("config.sequence"),
            <span key="sequence" class="num">
              {String(config.sequence)}
            </span>,
          ],
          [
            t("config.id"),
            <span key="id" class="row wrap">
              <span class="mono">{config.id}</span>
              <CopyButton text={() => config.id} />
            </span>,
          ],
        ]}
      />
    </Card>
  );
}
