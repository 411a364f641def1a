// nice-grpc-web, with its fetch transport. It has no deadline of its own, only a signal that hangs up.
import { Metadata, createChannel, createClient, FetchTransport } from "nice-grpc-web";
import { decode, encode, headers, input, path, report, status, streaming, task } from "./common.mjs";

const definition = {
  call: {
    path,
    requestStream: false,
    responseStream: streaming,
    requestSerialize: encode,
    requestDeserialize: () => {
      throw new Error("a client reads no requests");
    },
    responseSerialize: () => {
      throw new Error("a client writes no responses");
    },
    responseDeserialize: decode,
    options: {},
  },
};
const client = createClient(definition, createChannel(task.url, FetchTransport()));
let trailers = null;
const options = {
  metadata: Metadata(headers),
  signal: task.timeoutMs ? AbortSignal.timeout(task.timeoutMs) : undefined,
  onTrailer: (received) => (trailers = received),
};

await report(
  async (take) => {
    const answer = client.call(input, options);
    if (streaming) for await (const message of answer) take(message);
    else take(await answer);
  },
  ({ code, details, name }) => {
    const rich = trailers?.get("grpc-status-details-bin");
    return { code, name, message: details, details: rich ? status(Buffer.from(rich).toString("base64")).details : [] };
  },
);
