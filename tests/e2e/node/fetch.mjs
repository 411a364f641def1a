// REST by fetch, as JavaScript has it. A deadline is the header Grpc-Timeout.
import { drive } from "./common.mjs";

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
  if (!answer.ok) throw JSON.parse(text);
  for (const line of stream ? text.trim().split("\n") : [text]) {
    const document = JSON.parse(line);
    if (stream && document.error) throw document.error;
    take(document);
  }
}

await drive(
  (way) => ({ call: (...made) => call(way, ...made) }),
  // What was thrown is the body of an error, or fetch's own.
  (caught) => (caught instanceof Error ? { name: caught.name } : caught),
  {},
  { input: (_, request) => request, output: (_, answer) => answer },
);
