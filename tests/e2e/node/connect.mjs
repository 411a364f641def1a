// @connectrpc/connect-web's grpc-web transport, and @connectrpc/connect-node's gRPC transport (task.format: "web", "node").
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { detail, drive, task } from "./common.mjs";

async function transport(way) {
  if (task.format === "web") {
    const { createGrpcWebTransport } = await import("@connectrpc/connect-web");
    return createGrpcWebTransport({ baseUrl: way.http });
  }
  const { createGrpcTransport } = await import("@connectrpc/connect-node");
  return createGrpcTransport({ baseUrl: `http://${way.grpc}` });
}

export function describe(caught) {
  const error = ConnectError.from(caught);
  return { code: error.code, name: Code[error.code], message: error.rawMessage, details: error.details.map(detail) };
}

export async function call(clients, { service, method, stream }, message, { headers, timeoutMs, signal, take }) {
  const answer = clients(service)[method.localName](message, { headers, timeoutMs, signal });
  if (stream) for await (const part of answer) take(part);
  else take(await answer);
}

await drive(async (way) => {
  const shared = await transport(way);
  return { call: (...made) => call((service) => createClient(service, shared), ...made) };
}, describe);
