/** A mail address that was typed on one screen, for which the form of a new configuration is to search. */
import { hrefOf, navigate } from "./route.ts";

let typed = "";

/** Goes to the form of a new configuration, which searches for the servers of an address that was typed just now. */
export function searchInForm(address: string): void {
  typed = address;
  navigate(hrefOf(["configs", "new"], { address }));
}

/** The address that was typed for the form; once. */
export function takeTyped(): string {
  const address = typed;
  typed = "";
  return address;
}
