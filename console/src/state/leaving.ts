/** The questions before a place is left: for what is typed and not saved, and for a test that runs. */
import { t } from "../words/words.ts";
import { confirm } from "./ask.ts";

export function leaveUnsaved(): Promise<boolean> {
  return confirm({
    title: t("form.leave_title"),
    text: t("form.leave_text"),
    yes: t("form.leave"),
    no: t("form.stay"),
    danger: true,
  });
}

/** `cancel` is called where the person leaves. */
export async function leaveRunning(cancel: () => void): Promise<boolean> {
  const leave = await confirm({
    title: t("config.leave_title"),
    text: t("config.leave_text"),
    yes: t("config.leave"),
    no: t("config.stay"),
  });
  if (leave) cancel();
  return leave;
}
