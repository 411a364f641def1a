// The official grpc-web runtime, in a page of task.origin: jsdom's XMLHttpRequest asks before it calls, and hides what
// CORS does not expose. task.format: "binary" or "text".
import { JSDOM, VirtualConsole } from "jsdom";
import { decode, encode, headers, input, path, report, status, streaming, task } from "./common.mjs";

const page = new JSDOM("", { url: task.origin, virtualConsole: new VirtualConsole() });
globalThis.XMLHttpRequest = page.window.XMLHttpRequest;
const { default: grpcWeb } = await import("grpc-web");

// A page's arrays are of another realm than ours.
const own = (bytes) => decode(Uint8Array.from(bytes));
const kind = streaming ? "server_streaming" : "unary";
const descriptor = new grpcWeb.MethodDescriptor(path, kind, Object, Object, encode, own);
const client = new grpcWeb.GrpcWebClientBase({ format: task.format });
const metadata = { ...headers };
if (task.timeoutMs) metadata.deadline = String(Date.now() + task.timeoutMs);

await report(
  (take) =>
    new Promise((resolve, reject) => {
      if (!streaming) {
        client.rpcCall(task.url + path, input, metadata, descriptor, (error, message) => {
          if (error) reject(error);
          else resolve(take(message));
        });
        return;
      }
      const stream = client.serverStreaming(task.url + path, input, metadata, descriptor);
      stream.on("data", take);
      stream.on("error", reject);
      stream.on("end", resolve);
    }),
  ({ code, message, metadata: trailers }) => {
    const rich = trailers?.["grpc-status-details-bin"];
    return { code, message, ...(rich ? { status: status(rich), details: status(rich).details } : { details: [] }) };
  },
);
page.window.close();
