// @protobuf-ts/grpcweb-transport. task.format: "binary" or "text".
import { GrpcStatusCode, GrpcWebFetchTransport } from "@protobuf-ts/grpcweb-transport";
import { decode, encode, headers, input, method, report, service, status, streaming, task } from "./common.mjs";

const transport = new GrpcWebFetchTransport({ baseUrl: task.url, format: task.format });
// All that the transport takes from generated code.
const info = {
  service: { typeName: service.typeName },
  name: method.name,
  localName: method.localName,
  I: { toBinary: encode },
  O: { fromBinary: decode },
};
const options = transport.mergeOptions({ meta: headers, timeout: task.timeoutMs });

await report(
  async (take) => {
    if (!streaming) {
      take((await transport.unary(info, input, options)).response);
      return;
    }
    const call = transport.serverStreaming(info, input, options);
    for await (const message of call.responses) take(message);
    await call;
  },
  (error) => {
    const rich = error.meta?.["grpc-status-details-bin"];
    const code = GrpcStatusCode[error.code];
    return { code, message: decodeURIComponent(error.message), details: rich ? status(rich).details : [] };
  },
);
