/** What a call that failed is to everything above this folder: one value, whatever the wire had. */
import { Code, ConnectError } from "@connectrpc/connect";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from "../../gen/google/rpc/error_details_pb.ts";

/** The field of a request that is wrong, and why. */
export type FieldProblem = { field: string; sentence: string };

/**
 * What kind of failure it is, by what a person can do.
 * - `aborted`: whoever asked has left; never shown.
 * - `unreachable`: no answer came: offline, or the service is gone. `broken`: a stream ended without its end.
 * - `token`: the token is missing, unknown, expired or revoked. `denied`: the role does not allow it.
 * - `invalid`: `fields` say what is wrong. `gone`: there is no such thing any more. `conflict`: changed meanwhile.
 * - `busy`: later; `retryAfter` says when. `failed`: all else, `sentence` says what.
 */
export type ProblemKind =
  | "aborted"
  | "unreachable"
  | "broken"
  | "token"
  | "denied"
  | "invalid"
  | "gone"
  | "conflict"
  | "busy"
  | "failed";

export type Problem = {
  kind: ProblemKind;
  /** The reason of google.rpc.ErrorInfo, such as "PASSWORD_REQUIRED"; empty where there is none. */
  reason: string;
  /** What happened, in the language of the console, by the service. Empty for `aborted`, `unreachable` and `broken`. */
  sentence: string;
  fields: FieldProblem[];
  /** Milliseconds until a further try makes sense, where the service says so. */
  retryAfter: number | null;
  /** What the service's log knows the call by; empty where it never came there. */
  requestId: string;
  metadata: Record<string, string>;
};

/** A problem that no call has met. */
export function ownProblem(kind: ProblemKind, sentence = ""): Problem {
  return { kind, reason: "", sentence, fields: [], retryAfter: null, requestId: "", metadata: {} };
}

/** The answer of a call: its value or what went wrong. */
export type Result<T> = { ok: true; value: T } | { ok: false; problem: Problem };

const KINDS: Partial<Record<Code, ProblemKind>> = {
  [Code.Canceled]: "aborted",
  [Code.Unauthenticated]: "token",
  [Code.PermissionDenied]: "denied",
  [Code.InvalidArgument]: "invalid",
  [Code.NotFound]: "gone",
  [Code.Aborted]: "conflict",
  [Code.ResourceExhausted]: "busy",
};

/**
 * Says whether an answer of the service is behind the error: a status of gRPC, and not a failure on the way to it. A
 * proxy gives its own pages of errors a request's id too, and they say nothing that a person could use.
 */
function answered(error: ConnectError): boolean {
  return error.metadata.has("grpc-status") || error.details.length > 0;
}

/**
 * Turns what a call threw into a problem.
 * @param thrown What was caught.
 * @param begun Whether something of the answer had arrived.
 */
export function problemOf(thrown: unknown, begun = false): Problem {
  const error = ConnectError.from(thrown);
  const info = error.findDetails(ErrorInfoSchema)[0];
  const retry = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  const known = answered(error);
  const lost: ProblemKind = begun ? "broken" : "unreachable";
  const kind = error.code === Code.Canceled && !known ? "aborted" : known ? (KINDS[error.code] ?? "failed") : lost;
  return {
    kind,
    reason: info?.reason ?? "",
    sentence: known ? error.rawMessage : "",
    fields: error
      .findDetails(BadRequestSchema)
      .flatMap((request) => request.fieldViolations)
      .map(({ field, description }) => ({ field, sentence: description })),
    retryAfter: retry ? Number(retry.seconds) * 1000 + retry.nanos / 1e6 : null,
    requestId: error.findDetails(RequestInfoSchema)[0]?.requestId ?? error.metadata.get("x-request-id") ?? "",
    metadata: info?.metadata ?? {},
  };
}
