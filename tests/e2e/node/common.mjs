// What the clients share: the schema, which pytest writes as a FileDescriptorSet, and one way to tell what came of a call.
import { readFileSync } from "node:fs";
import { createFileRegistry, fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

/** The task: {url, token, schema, method, input, timeoutMs, path, origin, headers}. */
export const task = JSON.parse(readFileSync(0, "utf8"));
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(task.schema)));

const [, serviceName, methodName] = task.method.split("/");
export const service = registry.getService(serviceName);
export const method = service.methods.find((candidate) => candidate.name === methodName);
export const path = task.path ?? task.method;
export const streaming = method.methodKind === "server_streaming";
export const headers = { ...(task.token === null ? {} : { authorization: `Bearer ${task.token}` }), ...task.headers };

export const input = fromJson(method.input, task.input, { registry });
export const encode = (message) => toBinary(method.input, message);
export const decode = (bytes) => fromBinary(method.output, bytes);

const json = (message) => toJson(method.output, message, { registry });

/** Decodes a google.rpc.Status from the base64 of grpc-status-details-bin. */
export function status(base64) {
  const schema = registry.getMessage("google.rpc.Status");
  return toJson(schema, fromBinary(schema, Buffer.from(base64, "base64")), { registry });
}

/** Decodes one detail that a client has taken apart already. */
export function detail({ type, value }) {
  const schema = registry.getMessage(type);
  return { "@type": `type.googleapis.com/${type}`, ...toJson(schema, fromBinary(schema, value), { registry }) };
}

/** Prints {messages} or {messages, error: {code, message, details}}; `call` is given what takes a message. */
export async function report(call, describe) {
  const messages = [];
  let error = null;
  try {
    await call((message) => messages.push(json(message)));
  } catch (caught) {
    error = describe(caught);
  }
  process.stdout.write(JSON.stringify({ messages, error }));
}
