// REST by fetch, as JavaScript has it. A deadline is the header Grpc-Timeout.
import { drive } from "./common.mjs";

class Refused extends Error {
  constructor(status, error) {
    super(error.message);
    Object.assign(this, { status, ...error });
  }
}

async function call(way, { stream }, message, { headers, timeoutMs, signal, take, rest, request }) {
  const { verb, path, body, query } = rest;
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(request[name]));
  const answer = await fetch(`${way.http}${filled}${query ? `?${new URLSearchParams(query)}` : ""}`, {
    method: verb,
    headers: { ...headers, "content-type": "application/json", ...(timeoutMs ? { "grpc-timeout": `${timeoutMs}m` } : {}) },
    body: body && JSON.stringify(body),
    signal,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Refused(answer.status, JSON.parse(text));
  for (const line of stream ? text.trim().split("\n") : [text]) {
    const document = JSON.parse(line);
    if (stream && document.error) throw new Refused(answer.status, document.error);
    take(document);
  }
}

await drive(
  (way) => ({ call: (...made) => call(way, ...made) }),
  ({ code, name, message, details, status }) => ({ code: typeof code === "number" && status ? code : undefined, name, message, details, status }),
  {},
  { input: (_, request) => request, output: (_, answer) => answer },
);
