// @zitadel/node (nice-grpc on grpc-js) with its own generated code: the reference's services, hence AdminService alone.
import { createAdminClient } from "@zitadel/node/dist/api/index.js";
import { AdminServiceDefinition } from "@zitadel/node/dist/api/generated/zitadel/admin.js";
import { calls, drive } from "./common.mjs";
import { describe, options } from "./nice.mjs";

const own = (rpc) => Object.entries(AdminServiceDefinition.methods).find(([, method]) => method.name === rpc);

await drive(
  (way) => {
    const client = createAdminClient(`http://${way.grpc}`);
    return {
      async call({ method }, message, made) {
        const [name] = own(method.name);
        const { take, ...rest } = made;
        await options(rest, async (chosen) => take(await client[name](message, chosen)));
      },
    };
  },
  describe,
  {
    has: (rpc) => calls.get(rpc).service.typeName === AdminServiceDefinition.fullName && own(rpc) !== undefined,
    others: "the package has Zitadel's own services only",
  },
  {
    input: ({ method }, request) => own(method.name)[1].requestType.fromJSON(request),
    output: ({ method }, answer) => own(method.name)[1].responseType.toJSON(answer),
  },
);
