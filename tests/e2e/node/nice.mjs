// What nice-grpc and nice-grpc-web have in common: metadata, a signal to hang up, and details in the trailers.
// They have no deadline of their own; the header of one is sent by hand, and the server keeps to it.
import { Metadata } from "nice-grpc-common";
import { statusDetails } from "./common.mjs";

/** Runs a call with the options of both libraries; what it throws has its trailers with it. */
export async function options({ headers, timeoutMs, signal }, call) {
  let trailers;
  const timeout = timeoutMs ? { "grpc-timeout": `${timeoutMs}m` } : {};
  try {
    await call({ metadata: Metadata({ ...headers, ...timeout }), signal, onTrailer: (received) => (trailers = received) });
  } catch (error) {
    throw Object.assign(error, { trailers });
  }
}

export function describe({ code, details, name, trailers }) {
  return { code, name, message: details, details: statusDetails(trailers?.get("grpc-status-details-bin")) };
}
