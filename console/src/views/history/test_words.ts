/** What is said of a kept test in a line. */
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { type Test, TestTrigger } from "../../../gen/smtpdiag/v1/test_pb.ts";
import { Depth } from "../../../gen/smtpdiag/v1/vocabulary_pb.ts";
import type { Tone } from "../../parts/pieces.tsx";
import { resultOf } from "../../state/history.ts";
import { hrefOf } from "../../state/route.ts";
import { codeName, idOf, stageName } from "../../words/vocabulary.ts";
import { has, t } from "../../words/words.ts";

export function hrefOfTest(test: { id: string; configId: string }): string {
  return hrefOf(["configs", test.configId, "tests", test.id]);
}

export function dateMs(when: Timestamp | undefined): number {
  return when ? timestampMs(when) : 0;
}

/** "Passed", "User or password refused, at Login · 535", "Cancelled at Connect". */
export function resultText(test: Test): string {
  const result = resultOf(test);
  const reply = test.replyCode ? ` · ${test.replyCode}` : "";
  if (result === "passed") return t("history.passed");
  if (result === "failed")
    return t("history.failed_at", { code: codeName(test.code), stage: stageName(test.stage) }) + reply;
  if (result === "unknown") return t("history.unknown");
  const words = test.stage ? t("history.cancelled_at", { stage: stageName(test.stage) }) : t("history.cancelled");
  return test.code === "unfinished" || !test.code ? words : `${words} · ${codeName(test.code)}`;
}

/** The tone of a result, for its colour and glyph. */
export function toneOf(test: Test): Tone {
  const result = resultOf(test);
  return result === "passed" ? "ok" : result === "failed" ? "fail" : "plain";
}

/** How far a test was to go, by the name of its last stage; "–" of a post. */
export function depthText(test: Test): string {
  return test.depth === Depth.UNSPECIFIED ? "–" : stageName(idOf(Depth, test.depth));
}

/** Which call made a test: "Test message". Empty for what is usual, if it is known who made it. */
export function triggerText(test: Test): string {
  if (test.trigger === TestTrigger.DIAGNOSE && actorText(test) !== "") return "";
  const key = `history.trigger_${idOf(TestTrigger, test.trigger)}`;
  return has(key) ? t(key) : "";
}

/** Whose token it was: its name, else what stands in its place; empty where neither is known. */
export function actorText(actor: { actorTokenName: string; actorTokenId: string }): string {
  return actor.actorTokenName || actor.actorTokenId;
}

/** A setting's name in words; of one that is not known here its name on the wire. */
export function settingName(name: string): string {
  const key = `history.setting_${name}`;
  return has(key) ? t(key) : name;
}
