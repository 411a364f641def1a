/** grpc-web to the origin that the page came from, with the caller's token, instance and language. */
import { type CallOptions, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { AccessService } from "../../gen/smtpdiag/v1/access_pb.ts";
import { ConfigService } from "../../gen/smtpdiag/v1/config_overview_pb.ts";
import { DiagnosisService } from "../../gen/smtpdiag/v1/diagnosis_pb.ts";
import { DiscoveryService } from "../../gen/smtpdiag/v1/discovery_pb.ts";
import { FindingsService } from "../../gen/smtpdiag/v1/findings_pb.ts";
import { InstanceService } from "../../gen/smtpdiag/v1/instance_pb.ts";
import { ServerService } from "../../gen/smtpdiag/v1/server_pb.ts";
import { TestService } from "../../gen/smtpdiag/v1/test_pb.ts";
import { AdminService } from "../../gen/zitadel/admin/v1/admin_pb.ts";
import { type Problem, problemOf, type Result } from "./problem.ts";

/** Who calls. The state keeps it up to date; nothing else of the application knows how it travels. */
export const caller = { token: "", instance: "", language: "en" };

const identify: Interceptor = (next) => (request) => {
  if (caller.token) request.header.set("authorization", `Bearer ${caller.token}`);
  if (caller.instance) request.header.set("x-instance-id", caller.instance);
  request.header.set("accept-language", caller.language);
  return next(request);
};

const transport = createGrpcWebTransport({ baseUrl: "/", useBinaryFormat: true, interceptors: [identify] });

export const access = createClient(AccessService, transport);
export const admin = createClient(AdminService, transport);
export const configs = createClient(ConfigService, transport);
export const diagnosis = createClient(DiagnosisService, transport);
export const discovery = createClient(DiscoveryService, transport);
export const findings = createClient(FindingsService, transport);
export const instances = createClient(InstanceService, transport);
export const server = createClient(ServerService, transport);
export const tests = createClient(TestService, transport);

/** How long a call without a stream may take, in milliseconds: longer than the service lets any of its own take. */
const PATIENCE = 35_000;

/**
 * Makes a call of one answer.
 * @example await ask((options) => tests.getTest({ id }, options), signal)
 */
export async function ask<T>(call: (options: CallOptions) => Promise<T>, signal?: AbortSignal): Promise<Result<T>> {
  try {
    return { ok: true, value: await call({ timeoutMs: PATIENCE, ...(signal ? { signal } : {}) }) };
  } catch (thrown) {
    return { ok: false, problem: problemOf(thrown) };
  }
}

/**
 * Makes a change that must happen only while a configuration is as it was read.
 * @param sequence What was read (x-expected-sequence); 0 makes no condition.
 */
export function onlyAt(sequence: bigint, options: CallOptions): CallOptions {
  return sequence > 0n ? { ...options, headers: { "x-expected-sequence": String(sequence) } } : options;
}

/**
 * Reads a stream to its end.
 * @param onMessage Is told each message as it comes.
 * @returns What broke the stream, or nothing where it ended by itself.
 */
export async function follow<T>(
  call: (options: CallOptions) => AsyncIterable<T>,
  signal: AbortSignal,
  onMessage: (message: T) => void,
): Promise<Problem | null> {
  let begun = false;
  try {
    for await (const message of call({ signal })) {
      begun = true;
      onMessage(message);
    }
    return null;
  } catch (thrown) {
    return signal.aborted ? { ...problemOf(thrown), kind: "aborted" } : problemOf(thrown, begun);
  }
}
