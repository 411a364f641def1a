/** The vocabulary of a diagnosis in words: stages, codes, ways of encryption. */
import { Code, Depth, Stage, TlsMode } from "../../gen/smtpdiag/v1/vocabulary_pb.ts";
import { has, t } from "./words.ts";

/** The wire's name of a value of an enumeration in lower case: "auth_rejected"; of one that is not known its number. */
export function idOf(values: Record<string | number, string | number>, value: number): string {
  return String(values[value] ?? value).toLowerCase();
}

/** "auth" of STAGE_AUTH. */
export function stageId(stage: Stage): string {
  return idOf(Stage, stage);
}

/** "auth_rejected" of CODE_AUTH_REJECTED. */
export function codeId(code: Code): string {
  return idOf(Code, code);
}

/** A stage in words: "Login". Of one that is not known here its id. */
export function stageName(stage: Stage | string): string {
  const id = typeof stage === "string" ? stage : stageId(stage);
  const key = `stage.${id}`;
  return has(key) ? t(key) : id;
}

/** A code in short words: "App password required". Of one that is not known here its id. */
export function codeName(code: Code | string): string {
  const id = typeof code === "string" ? code : codeId(code);
  const key = `code.${id}`;
  return has(key) ? t(key) : id;
}

/** How a connection is secured, in words: "implicit TLS". */
export function tlsModeName(mode: TlsMode): string {
  const key = `tls.${idOf(TlsMode, mode)}`;
  return has(key) ? t(key) : idOf(TlsMode, mode);
}

/** The value of an enumeration by its name on the wire in lower case; 0 for one that is not known here. */
function valueNamed(values: Record<string | number, string | number>, id: string): number {
  const value = values[id.toUpperCase()];
  return typeof value === "number" ? value : 0;
}

/** STAGE_AUTH of "auth"; unspecified where it is not known here. */
export function stageOfId(id: string): Stage {
  return valueNamed(Stage, id);
}

/** CODE_AUTH_REJECTED of "auth_rejected", likewise. */
export function codeOfId(id: string): Code {
  return valueNamed(Code, id);
}

/** TLS_MODE_STARTTLS of "starttls", likewise. */
export function tlsModeOfId(id: string): TlsMode {
  return valueNamed(TlsMode, id);
}

/** DEPTH_MAIL of "mail", likewise. */
export function depthOfId(id: string): Depth {
  return valueNamed(Depth, id);
}

/** A TLS version as people write it: "TLS 1.3" of "TLSv1.3". */
export function tlsVersionName(version: string): string {
  return version.replace(/^TLSv(?=\d)/, "TLS ");
}
