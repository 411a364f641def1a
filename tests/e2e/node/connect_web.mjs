// @connectrpc/connect-web's grpc-web transport.
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { detail, headers, input, method, path, report, service, streaming, task } from "./common.mjs";

const transport = createGrpcWebTransport({
  baseUrl: task.url,
  useBinaryFormat: true,
  fetch: (_, init) => fetch(task.url + path, init), // the same call, on a REST path too
});
const client = createClient(service, transport);

await report(
  async (take) => {
    const answer = client[method.localName](input, { headers, timeoutMs: task.timeoutMs });
    if (streaming) for await (const message of answer) take(message);
    else take(await answer);
  },
  (caught) => {
    const error = ConnectError.from(caught);
    return { code: error.code, name: Code[error.code], message: error.rawMessage, details: error.details.map(detail) };
  },
);
