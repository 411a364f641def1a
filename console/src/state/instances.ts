/** The change to another instance of the token, and the end of the session: both may lose something, and ask first. */
import type { Problem } from "../api/problem.ts";
import { dropGuards, hrefOf, mayLeave, navigate, route, routeOf } from "./route.ts";
import { signOut, useInstance } from "./session.ts";

const LIST = hrefOf(["configs"]);
/** Sections that every instance has; all other places name things of one instance. */
const EVERYWHERE = ["events", "settings", "findings"];

/** Goes on with another instance. Everything is read anew. Returns why it could not be. */
export async function changeInstance(id: string): Promise<Problem | null> {
  if (!(await mayLeave(routeOf(LIST)))) return null;
  const problem = await useInstance(id);
  if (!problem) toCommonPlace();
  return problem;
}

/** Leaves a place that names something of the former instance. */
export function toCommonPlace(): void {
  dropGuards();
  if (!EVERYWHERE.includes(route.peek().parts[0] ?? "")) navigate(LIST);
}

/** Signs out, unless something that is not saved or still runs is to stay. */
export async function leaveSession(): Promise<void> {
  if (!(await mayLeave(routeOf(LIST)))) return;
  dropGuards();
  signOut();
}
