/** The time by the server's clock, as lists show it: it goes on every 20 seconds. */
import { signal } from "@preact/signals";
import { serverNow } from "./session.ts";

/** Milliseconds since 1970. */
export const now = signal(serverNow());

setInterval(() => {
  now.value = serverNow();
}, 20_000);
