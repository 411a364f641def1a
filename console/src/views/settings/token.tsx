/** Whose token this is, and until when. */
import type { JSX } from "preact";
import { CallerKind } from "../../../gen/smtpdiag/v1/access_pb.ts";
import { Button } from "../../parts/button.tsx";
import { Card, Facts, Moment, Note } from "../../parts/pieces.tsx";
import { leaveSession } from "../../state/instances.ts";
import { now } from "../../state/now.ts";
import { caller, canWrite } from "../../state/session.ts";
import { daysUntil } from "../../words/formats.ts";
import { idOf } from "../../words/vocabulary.ts";
import { has, t } from "../../words/words.ts";

/** A permission in words; of one that is not known here its name. */
function permission(name: string): string {
  const key = `settings.permission_${name.replace("iam.", "")}`;
  return has(key) ? t(key) : name;
}

export function TokenCard(): JSX.Element | null {
  const who = caller.value;
  if (!who) return null;
  const kind = `settings.kind_${idOf(CallerKind, who.kind)}`;
  return (
    <Card
      title={t("settings.token")}
      side={
        <Button small onClick={() => void leaveSession()}>
          {t("settings.sign_out")}
        </Button>
      }
    >
      {who.expiresSoon && who.expireTime && (
        <div class="settings-ends">
          <Note tone="warn">{t("settings.ends_soon", { n: Math.max(0, daysUntil(who.expireTime, now.value)) })}</Note>
        </div>
      )}
      <Facts
        rows={[
          [t("settings.name"), <b key="name">{who.name}</b>],
          [t("settings.kind"), has(kind) ? t(kind) : ""],
          [
            t("settings.fingerprint"),
            who.fingerprint && (
              <span key="print" class="mono">
                {who.fingerprint}
              </span>
            ),
          ],
          [t("settings.role"), canWrite.value ? "admin" : "viewer"],
          [t("settings.permissions"), who.permissions.map(permission).join(" · ")],
          [t("settings.instances"), who.instances.join(" · ")],
          [t("settings.made"), who.createTime && <Moment when={who.createTime} now={now.value} />],
          [
            t("settings.ends"),
            who.expireTime ? <Moment when={who.expireTime} now={now.value} /> : t("settings.ends_never"),
          ],
        ]}
      />
    </Card>
  );
}
