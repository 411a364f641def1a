/** The time by the server's clock, as lists show it: it goes on every 20 seconds. */
import { effect, signal } from "@preact/signals";
import { clockDifference, serverNow } from "./session.ts";

/** Milliseconds since 1970. */
export const now = signal(serverNow());

effect(() => {
  now.value = Date.now() + clockDifference.value;
});
setInterval(() => {
  now.value = serverNow();
}, 20_000);
