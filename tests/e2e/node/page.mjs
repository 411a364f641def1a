// What a console's page does, in a real browser: REST by fetch, grpc-web by connect-web and by the official runtime.
// `run` is called by tests/e2e/test_browser.py; the import map has the packages as npm installed them.
import { create, createFileRegistry, fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import grpcWeb from "grpc-web";

const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** Returns what came of a promise: what it gave, or what it was refused with. */
async function outcome(promise, refused) {
  try {
    return { answer: await promise };
  } catch (caught) {
    return refused(caught);
  }
}

window.run = async ({ url, token, schema, smtp }) => {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes(schema)));
  const authorization = `Bearer ${token}`;
  const admin = registry.getService("zitadel.admin.v1.AdminService");
  const diagnosis = registry.getService("smtpdiag.v1.DiagnosisService");
  const method = (service, name) => service.methods.find((candidate) => candidate.name === name);
  const json = (service, name, message) => toJson(method(service, name).output, message, { registry });

  const rest = (path, verb, body, headers = { authorization }) =>
    outcome(
      fetch(url + path, { method: verb, headers: { ...headers, "content-type": "application/json" }, body }).then(
        async (answer) => ({ status: answer.status, text: await answer.text() }),
      ),
      (error) => ({ blocked: String(error) }),
    );

  const transport = createGrpcWebTransport({ baseUrl: url });
  const reason = registry.getMessage("google.rpc.ErrorInfo");
  const connectRefused = (caught) => {
    const error = ConnectError.from(caught);
    const details = error.details.filter(({ type }) => type === reason.typeName);
    return { code: Code[error.code], message: error.rawMessage, reason: details.map(({ value }) => fromBinary(reason, value).reason)[0] };
  };
  const connect = (service, name, input, headers = { authorization }) => {
    const call = createClient(service, transport)[method(service, name).localName](input, { headers });
    if (method(service, name).methodKind === "unary") return outcome(call.then((answer) => json(service, name, answer)), connectRefused);
    const all = async () => {
      const answers = [];
      for await (const part of call) answers.push(json(service, name, part));
      return answers;
    };
    return outcome(all(), connectRefused);
  };

  const official = (service, name, input, headers = { authorization }) => {
    const { input: request, output } = method(service, name);
    const path = `${url}/${service.typeName}/${name}`;
    const descriptor = new grpcWeb.MethodDescriptor(
      path,
      "server_streaming",
      Object,
      Object,
      (message) => toBinary(request, message),
      (data) => fromBinary(output, Uint8Array.from(data)),
    );
    const stream = new grpcWeb.GrpcWebClientBase({ format: "text" }).serverStreaming(path, input, headers, descriptor);
    const all = new Promise((resolve, reject) => {
      const answers = [];
      stream.on("data", (part) => answers.push(json(service, name, part)));
      stream.on("error", reject);
      stream.on("end", () => resolve(answers));
    });
    return outcome(all, ({ code, metadata }) => ({ code, details: metadata?.["grpc-status-details-bin"] ?? null }));
  };

  const diagnose = create(method(diagnosis, "Diagnose").input, smtp);
  const nowhere = create(method(diagnosis, "Diagnose").input, { host: "a b" });
  return {
    rest: await rest("/admin/v1/smtp/_search", "POST", "{}"),
    put: await rest("/smtp/1", "PUT", "{}", { authorization, "x-instance-id": "other", "x-idempotency-key": "k", "x-zitadel-orgid": "1" }),
    removed: await rest("/email/1", "DELETE"),
    unary: await connect(admin, "ListSMTPConfigs", {}),
    stream: await connect(diagnosis, "Diagnose", smtp),
    refused: await connect(admin, "ListSMTPConfigs", {}, { authorization: "Bearer wrong" }),
    missing: await connect(admin, "GetSMTPConfigById", { id: "1" }),
    officialStream: await official(diagnosis, "Diagnose", diagnose),
    officialRefused: await official(diagnosis, "Diagnose", nowhere),
  };
};
document.title = "ready";
