// @grpc/grpc-js, the official client of gRPC for Node.
import grpc from "@grpc/grpc-js";
import { drive, statusDetails } from "./common.mjs";

function call(client, { path, stream, encode, decode }, message, { headers, timeoutMs, signal, take }) {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  const options = timeoutMs ? { deadline: Date.now() + timeoutMs } : {};
  const bytes = (request) => Buffer.from(encode(request));
  return new Promise((resolve, reject) => {
    let made;
    if (stream) {
      made = client.makeServerStreamRequest(path, bytes, decode, message, metadata, options);
      made.on("data", take).on("error", reject).on("end", resolve);
    } else {
      made = client.makeUnaryRequest(path, bytes, decode, message, metadata, options, (error, answer) => {
        if (error) reject(error);
        else resolve(take(answer));
      });
    }
    signal?.addEventListener("abort", () => made.cancel());
  });
}

await drive(
  (way) => {
    const client = new grpc.Client(way.grpc, grpc.credentials.createInsecure());
    return { call: (...made) => call(client, ...made), close: () => client.close() };
  },
  ({ code, details, metadata }) => ({
    code,
    message: details,
    details: statusDetails(metadata?.get("grpc-status-details-bin")[0]),
  }),
);
