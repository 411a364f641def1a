/** Two people changed the same configuration: what each of them has, field by field. */
import { type Draft, SETTINGS, type Settings } from "./draft.ts";

export type Difference = {
  field: keyof Settings;
  mine: Settings[keyof Settings];
  theirs: Settings[keyof Settings];
  /** Whether the draft has what the other person stored. */
  taken: boolean;
};

export type Conflict = { draft: Draft; differences: Difference[] };

/**
 * Puts what is typed upon what is stored by now. What was not touched here becomes what the other person stored, so that
 * nobody's change is lost; all else stays as it is typed.
 * @param draft What is typed, based on what was stored then.
 * @param now What is stored now.
 */
export function rebased(draft: Draft, now: Draft): Conflict {
  const before = draft.stored?.settings;
  const differences = SETTINGS.filter((field) => draft[field] !== now[field]).map((field) => ({
    field,
    mine: draft[field],
    theirs: now[field],
    taken: before !== undefined && draft[field] === before[field],
  }));
  let merged: Draft = { ...draft, stored: now.stored };
  for (const { field, theirs, taken } of differences) if (taken) merged = { ...merged, [field]: theirs };
  return { draft: merged, differences };
}

/** Takes one field as this or the other person has it. */
export function chosen({ draft, differences }: Conflict, field: keyof Settings, taken: boolean): Conflict {
  const difference = differences.find((each) => each.field === field);
  if (!difference) return { draft, differences };
  return {
    draft: { ...draft, [field]: taken ? difference.theirs : difference.mine },
    differences: differences.map((each) => (each.field === field ? { ...each, taken } : each)),
  };
}
