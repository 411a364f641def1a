// @zitadel/client on the generated code of @zitadel/proto: it has the reference's services, hence AdminService alone.
import { fromJson, toJson } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { createServerTransport } from "@zitadel/client/node";
import { createAdminServiceClient } from "@zitadel/client/v1";
import { AdminService } from "@zitadel/proto/zitadel/admin_pb.js";
import { calls, detail, drive } from "./common.mjs";

const own = (name) => AdminService.methods.find((method) => method.name === name);
const has = (rpc) => calls.get(rpc).service.typeName === AdminService.typeName && own(rpc) !== undefined;

await drive(
  (way) => {
    const client = (token) => createAdminServiceClient(createServerTransport(token, { baseUrl: `http://${way.grpc}` }));
    const known = new Map();
    return {
      // The package's transport puts the token in; without one it is left empty.
      async call({ method }, message, { headers: { authorization, ...headers }, timeoutMs, signal, take }) {
        const token = authorization?.slice("Bearer ".length) ?? "";
        if (!known.has(token)) known.set(token, client(token));
        take(await known.get(token)[method.localName](message, { headers, timeoutMs, signal }));
      },
    };
  },
  (caught) => {
    const error = ConnectError.from(caught);
    return { code: error.code, name: Code[error.code], message: error.rawMessage, details: error.details.map(detail) };
  },
  { has, others: "the package has Zitadel's own services only" },
  {
    input: ({ method }, request) => fromJson(own(method.name).input, request),
    output: ({ method }, answer) => toJson(own(method.name).output, answer),
  },
);
