// What the drivers of JavaScript clients share: the schema, the scenario, and one way to tell what came of each call.
// A driver says how its client makes one call; this calls every RPC with it, directly and through the edge.
import { readFileSync } from "node:fs";
import net from "node:net";
import { createFileRegistry, fromBinary, fromJson, toBinary, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

/** {schema, scenario, token, format, ways: {name: {grpc, http, instance}}} */
export const task = JSON.parse(readFileSync(0, "utf8"));
const { steps, errors, waiting } = task.scenario;
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, Buffer.from(task.schema, "base64")));

/** Each RPC by its name: {service, method, path, stream, encode, decode}. */
export const calls = new Map();
for (const service of registry) {
  if (service.kind !== "service") continue;
  for (const method of service.methods) {
    calls.set(method.name, {
      service,
      method,
      path: `/${service.typeName}/${method.name}`,
      stream: method.methodKind === "server_streaming",
      encode: (message) => toBinary(method.input, message),
      decode: (bytes) => fromBinary(method.output, bytes),
    });
  }
}

/** Returns the details of a google.rpc.Status: its bytes, or the base64 of grpc-status-details-bin. */
export function statusDetails(status) {
  if (status === undefined || status === null) return [];
  const bytes = typeof status === "string" ? Buffer.from(status, "base64") : status;
  const { details } = toJson(registry.getMessage("google.rpc.Status"), fromBinary(registry.getMessage("google.rpc.Status"), bytes), { registry });
  return details;
}

/** Returns one detail that a client has taken apart already. */
export function detail({ type, value }) {
  const schema = registry.getMessage(type);
  return { "@type": `type.googleapis.com/${type}`, ...toJson(schema, fromBinary(schema, value), { registry }) };
}

/** Puts what earlier answers said in the places that name it. */
function filled(value, kept) {
  if (typeof value === "string") {
    const name = /^~(\w+)~$/.exec(value)?.[1];
    return name === undefined ? value : kept[name];
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, kept));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filled(item, kept)]));
}

/** An SMTP server that takes connections and says nothing: the call behind each has to end it. */
class Silent {
  constructor() {
    this.open = 0;
    this.seen = 0;
    this.waiters = [];
    this.server = net.createServer((socket) => {
      this.open += 1;
      this.seen += 1;
      socket.on("error", () => {});
      socket.on("close", () => {
        this.open -= 1;
        this.wake();
      });
      socket.resume();
      this.wake();
    });
  }

  wake() {
    this.waiters = this.waiters.filter(({ condition, resolve }) => !(condition() && (resolve(), true)));
  }

  until(condition) {
    return new Promise((resolve) => {
      this.waiters.push({ condition, resolve });
      this.wake();
    });
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address();
    return { silent: `127.0.0.1:${port}`, silentPort: String(port), silentPortNumber: port };
  }
}

const plainJson = {
  input: (call, request) => fromJson(call.method.input, request, { registry }),
  output: (call, message) => toJson(call.method.output, message, { registry }),
};

/**
 * Calls everything and prints what came of it.
 *
 * @param open Is given a way {grpc, http} and returns {call, close}. `call(rpc, message, {headers, timeoutMs, signal, take, rest})`
 *   makes one call, gives `take` each answer, and throws.
 * @param describe Makes {code, message, details} of what was thrown.
 * @param limits What the client can't do, and why: {deadline, cancel, stream}, and `has(rpc)` for those with a schema of their own.
 * @param json How a request is made of JSON, and JSON of an answer, where it is not @bufbuild/protobuf that does.
 */
export async function drive(open, describe, limits = {}, json = plainJson) {
  const report = {};
  for (const [name, way] of Object.entries(task.ways)) report[name] = await onWay(open, way, describe, limits, json);
  process.stdout.write(JSON.stringify(report));
}

async function onWay(open, way, describe, limits, json) {
  const client = await open(way);
  const outcomes = {};
  const note = (rpc, cell, outcome) => ((outcomes[rpc] ??= {})[cell] = outcome);
  const bearer = { authorization: `Bearer ${task.token}` };
  const instance = { "x-instance-id": way.instance };

  async function made(rpc, request, rest, options) {
    const call = calls.get(rpc);
    const messages = [];
    try {
      const message = json.input(call, request);
      await client.call(call, message, { ...options, rest, request, take: (answer) => messages.push(json.output(call, answer)) });
      return { messages };
    } catch (caught) {
      const error = describe(caught);
      if (error.message === undefined && error.name !== "AbortError") error.thrown = String(caught?.stack ?? caught);
      return { messages, error };
    }
  }

  const silent = new Silent();
  const kept = await silent.listen();
  const every = [...calls.keys()].filter((rpc) => limits.has?.(rpc) ?? true);
  for (const rpc of calls.keys()) if (!every.includes(rpc)) note(rpc, "all", { impossible: limits.others });

  const unary = every.filter((rpc) => !calls.get(rpc).stream || !limits.stream);
  for (const rpc of every) if (!unary.includes(rpc)) note(rpc, "success", { impossible: limits.stream });
  for (const { rpc, request, rest, keep } of steps) {
    if (!unary.includes(rpc)) continue;
    const headers = { ...bearer, ...instance };
    // A deadline is sent along, so that each RPC gets it as this client writes it.
    const timeoutMs = limits.deadline ? undefined : 60_000;
    const outcome = await made(rpc, filled(request, kept), filled(rest, kept), { headers, timeoutMs });
    for (const [as, path] of Object.entries(keep)) {
      kept[as] = path.split(".").reduce((part, key) => part?.[key], outcome.messages[0]) ?? `no ${as}`;
    }
    if (outcomes[rpc]?.success === undefined || outcome.error) note(rpc, "success", outcome);
  }

  await Promise.all(
    every.flatMap((rpc) => {
      const { request, rest, headers } = errors[rpc];
      const empty = filled(request, kept);
      return [
        made(rpc, request, rest, { headers: { ...bearer, ...instance, ...headers } }).then((outcome) => note(rpc, "error", outcome)),
        made(rpc, empty, rest, { headers: instance }).then((outcome) => note(rpc, "no token", outcome)),
      ];
    }),
  );

  const last = Object.fromEntries(steps.map((step) => [step.rpc, step]));
  const ending = (rpc) => waiting[rpc] ?? last[rpc];
  const headers = { ...bearer, ...instance };
  if (limits.deadline) for (const rpc of every) note(rpc, "deadline", { impossible: limits.deadline });
  else {
    await Promise.all(
      every.map(async (rpc) => {
        const { request, rest } = ending(rpc);
        const timeoutMs = waiting[rpc] ? 300 : 1;
        const options = { headers, timeoutMs };
        const outcome = await made(rpc, filled(request, kept), filled(rest, kept), options);
        note(rpc, "deadline", outcome);
      }),
    );
    await silent.until(() => silent.open === 0);
  }

  if (limits.cancel) for (const rpc of every) note(rpc, "cancel", { impossible: limits.cancel });
  else {
    const before = silent.seen;
    const controllers = [];
    let ended = 0;
    const cancelled = every.map(async (rpc) => {
      const { request, rest } = ending(rpc);
      const controller = new AbortController();
      const outcome = made(rpc, filled(request, kept), filled(rest, kept), { headers, signal: controller.signal });
      if (waiting[rpc]) controllers.push(controller);
      else setImmediate(() => controller.abort());
      note(rpc, "cancel", await outcome);
      if (waiting[rpc]) {
        ended += 1; // before it was cancelled: that is judged later, and must not be waited for
        silent.wake();
      }
    });
    await silent.until(() => silent.seen - before + ended >= controllers.length);
    for (const controller of controllers) controller.abort();
    await Promise.all(cancelled);
    await silent.until(() => silent.open === 0);
  }
  silent.server.close();
  await client.close?.();
  return outcomes;
}
