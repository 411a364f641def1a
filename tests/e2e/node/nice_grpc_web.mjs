// nice-grpc-web, with its fetch transport.
import { createChannel, createClient, FetchTransport } from "nice-grpc-web";
import { drive } from "./common.mjs";
import { describe, options } from "./nice.mjs";

function never() {
  throw new Error("a client reads no requests and writes no responses");
}

await drive((way) => {
  const channel = createChannel(way.http, FetchTransport());
  return {
    async call({ path, stream, encode, decode }, message, { take, ...rest }) {
      const definition = {
        path,
        requestStream: false,
        responseStream: stream,
        requestSerialize: encode,
        requestDeserialize: never,
        responseSerialize: never,
        responseDeserialize: decode,
        options: {},
      };
      const client = createClient({ call: definition }, channel);
      await options(rest, async (chosen) => {
        const answer = client.call(message, chosen);
        if (stream) for await (const part of answer) take(part);
        else take(await answer);
      });
    },
  };
}, describe);
