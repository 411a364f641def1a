/** What client and server said in a step of the time line. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../parts/icon.tsx";
import type { StepRow } from "../../state/test_fold.ts";
import { codeName } from "../../words/vocabulary.ts";
import { t } from "../../words/words.ts";
import { FITS_BESIDE, hasMore, inLines, inOneLine, type Said } from "./said.ts";

/** One line; where there may be more than fits, a button that opens all of it. */
export function WhatWasSaid({ row, slim }: { row: StepRow; slim: boolean }): JSX.Element {
  const [open, setOpen] = useState(false);
  const line = inOneLine(row);
  const own = ownWords(row);
  if (own) return <span class="own">{own}</span>;
  const parts = line.map(({ by, text }, index) => (
    <>
      {by && <Speaker by={by} arrow={index > 0} />}
      {text}{" "}
    </>
  ));
  if (!hasMore(row, slim ? FITS_BESIDE : undefined)) return <span class="cut">{parts}</span>;
  return (
    <>
      <button type="button" class="said" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="right" />
        <span class="cut">{open ? t("test.whole_text") : parts}</span>
      </button>
      {open && <Whole lines={inLines(row)} />}
    </>
  );
}

/** Who says it: a letter, and the word for readers of screens. */
function Speaker({ by, arrow }: { by: "C" | "S"; arrow?: boolean }): JSX.Element {
  return (
    <span class="dim">
      <span aria-hidden="true">
        {arrow ? "→ " : ""}
        {by}{" "}
      </span>
      <span class="vh">{by === "C" ? t("report.client") : t("report.server")} </span>
    </span>
  );
}

function Whole({ lines }: { lines: readonly Said[] }): JSX.Element {
  return (
    <span class="whole">
      {lines.map(({ by, text }, index) => (
        <span key={index}>
          {by && <Speaker by={by} />}
          {text}
        </span>
      ))}
    </span>
  );
}

/** What is told of a step in which nothing was said. */
function ownWords(row: StepRow): string {
  if (row.sent || row.received) return "";
  if (row.outcome === "given_up") return t("test.given_up");
  if (row.outcome === "failed") return codeName(row.code);
  return row.name === "policy" && row.outcome === "passed" ? t("test.allowed") : "";
}
