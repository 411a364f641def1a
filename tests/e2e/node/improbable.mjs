// @improbable-eng/grpc-web (no longer maintained), with its fetch transport. It has no deadline of its own; the header of
// one is sent by hand, and the server keeps to it.
import { drive, statusDetails } from "./common.mjs";

globalThis.self = globalThis; // it is made for pages and workers
const { default: improbable } = await import("@improbable-eng/grpc-web");

const { grpc } = improbable;

function call(way, { service, method, stream, encode, decode }, message, { headers, timeoutMs, signal, take }) {
  // All that the runtime takes from generated code.
  const definition = {
    methodName: method.name,
    service: { serviceName: service.typeName },
    requestStream: false,
    responseStream: stream,
    requestType: Object,
    responseType: { deserializeBinary: (bytes) => ({ message: decode(bytes), toObject: () => null }) },
  };
  const request = { serializeBinary: () => encode(message), toObject: () => null };
  return new Promise((resolve, reject) => {
    const made = grpc.invoke(definition, {
      host: way.http,
      request,
      metadata: { ...headers, ...(timeoutMs ? { "grpc-timeout": `${timeoutMs}m` } : {}) },
      onMessage: (answer) => take(answer.message),
      onEnd: (code, text, trailers) => (code === grpc.Code.OK ? resolve() : reject({ code, text, trailers })),
    });
    signal?.addEventListener("abort", () => {
      made.close();
      reject({ code: grpc.Code.Canceled, text: "cancelled by this client, whose runtime says nothing more" });
    });
  });
}

await drive(
  (way) => ({ call: (...made) => call(way, ...made) }),
  ({ code, text, trailers }) => ({
    code,
    message: text,
    details: statusDetails(trailers?.get("grpc-status-details-bin")[0]),
  }),
);
