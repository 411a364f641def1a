// The official grpc-web runtime (task.format: "binary", "text") on xhr2, an XMLHttpRequest for Node. How it does in a page,
// where CORS decides, tests/e2e/test_browser.py says.
import { drive, statusDetails, task } from "./common.mjs";
import xhr2 from "xhr2";

globalThis.XMLHttpRequest = xhr2.XMLHttpRequest;
const { default: grpcWeb } = await import("grpc-web");

const cancelled = () => ({ code: 1, message: "cancelled by this client, whose runtime says nothing more", metadata: {} });

function call(way, { path, stream, encode, decode }, message, { headers, timeoutMs, signal, take }) {
  const kind = stream ? "server_streaming" : "unary";
  const descriptor = new grpcWeb.MethodDescriptor(path, kind, Object, Object, encode, decode);
  const client = new grpcWeb.GrpcWebClientBase({ format: task.format });
  const metadata = { ...headers, ...(timeoutMs ? { deadline: String(Date.now() + timeoutMs) } : {}) };
  return new Promise((resolve, reject) => {
    let made;
    if (stream) {
      made = client.serverStreaming(way.http + path, message, metadata, descriptor);
      made.on("data", take);
      made.on("error", reject);
      made.on("end", resolve);
    } else {
      made = client.rpcCall(way.http + path, message, metadata, descriptor, (error, answer) => {
        if (error) reject(error);
        else resolve(take(answer));
      });
    }
    signal?.addEventListener("abort", () => {
      made.cancel();
      reject(cancelled());
    });
  });
}

await drive(
  (way) => ({ call: (...made) => call(way, ...made) }),
  ({ code, message, metadata }) => ({ code, message, details: statusDetails(metadata?.["grpc-status-details-bin"]) }),
  task.format === "binary" ? { stream: "its README: server streams in text mode only" } : {},
);
