// @protobuf-ts/grpcweb-transport (task.format: "binary", "text").
import { GrpcStatusCode, GrpcWebFetchTransport } from "@protobuf-ts/grpcweb-transport";
import { drive, statusDetails, task } from "./common.mjs";

async function call(transport, { service, method, stream, encode, decode }, message, { headers, timeoutMs, signal, take }) {
  // All that the transport takes from generated code.
  const info = {
    service: { typeName: service.typeName },
    name: method.name,
    localName: method.localName,
    I: { toBinary: encode },
    O: { fromBinary: decode },
  };
  const options = transport.mergeOptions({ meta: headers, timeout: timeoutMs, abort: signal });
  if (!stream) {
    take((await transport.unary(info, message, options)).response);
    return;
  }
  const made = transport.serverStreaming(info, message, options);
  for await (const part of made.responses) take(part);
  await made;
}

await drive(
  (way) => {
    const transport = new GrpcWebFetchTransport({ baseUrl: way.http, format: task.format });
    return { call: (...made) => call(transport, ...made) };
  },
  ({ code, message, meta }) => ({
    code: GrpcStatusCode[code],
    message: decodeURIComponent(message),
    details: statusDetails(meta?.["grpc-status-details-bin"]),
  }),
);
