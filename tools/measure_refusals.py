"""Measures how well refusals are judged: `python tools/measure_refusals.py [--part dev|held_out] [--list]`.

Each row of the corpus (tests/corpus/refusals.jsonl) is a real reply with what has to change. A judgement is
- right: it names that cause, or another one that helps as much (`also`, and the equivalences below);
- neutral: it recognises no cause, and so advises nothing beyond the command;
- astray: it names another cause, whose advice would send the user elsewhere.
A row whose words give no reason ("unrecognised") is right where the judgement says so, and astray otherwise.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mailproof.smtp.refusals.judgement import Circumstances, Judgement, judge
from mailproof.smtp.vocabulary import Stage
from mailproof.smtp.wire import Reply, enhanced_code

CORPUS = Path(__file__).parent.parent / "tests" / "corpus" / "refusals.jsonl"

UNRECOGNISED = "unrecognised"

EQUIVALENT: dict[str, frozenset[str]] = {
    # The advice of each is: wait, nothing in the settings is wrong.
    "temporary_failure": frozenset({"service_unavailable", "auth_temporary_failure"}),
    "service_unavailable": frozenset({"temporary_failure"}),
    "auth_temporary_failure": frozenset({"temporary_failure"}),
    # The advice of both is: log in inside TLS.
    "tls_required": frozenset({"auth_requires_tls"}),
    "auth_requires_tls": frozenset({"tls_required"}),
}

_LINE = re.compile(r"([245]\d\d)(?:[ -]|$)(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """A reply of the corpus.

    Attributes:
        code: What has to change; "unrecognised" where the words give no reason.
        also: Other causes that help as much.
        part: "dev", from which rules were written, or "held_out", which nobody had read then.
    """

    reply: Reply
    stage: Stage
    code: str
    also: tuple[str, ...]
    language: str
    part: str
    source: str

    def result(self, judgement: Judgement) -> str:
        """Return "right", "neutral" or "astray"."""
        if self.code == UNRECOGNISED:
            right = not judgement.recognised or judgement.code in self.also
            return "right" if right else "astray"
        helpful = {self.code, *self.also, *EQUIVALENT.get(self.code, ())}
        if judgement.code in helpful:
            return "right"
        return "astray" if judgement.recognised else "neutral"


def read_reply(text: str) -> Reply:
    """Return the reply that a row holds as text, whose lines have a code each or only the first has one."""
    lines: list[str] = []
    code = 0
    for line in text.splitlines():
        found = _LINE.match(line)
        if found and (not code or int(found[1]) == code):
            code = code or int(found[1])
            lines.append(found[2])
        else:
            lines.append(line)
    code = code or {"4": 450, "5": 550}.get(text[:1], 550)
    return Reply(code, tuple(lines), enhanced_code(code, lines[0]) if lines else "")


def rows(path: Path = CORPUS) -> Iterator[Row]:
    """Return the corpus."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield Row(
            read_reply(row["reply"]),
            Stage(row["stage"]),
            row["code"],
            tuple(row["also"]),
            row["language"],
            row.get("part", "dev"),
            row["source"],
        )


def judged(row: Row) -> Judgement:
    """Return the judgement of a row's reply, of which no more is known than the stage."""
    return judge(row.reply, Circumstances(row.stage))


def table(title: str, counts: dict[str, Counter[str]]) -> None:
    """Print one table."""
    print(f"{title:<32}{'right':>7}{'neutral':>9}{'astray':>8}")
    for name, count in sorted(counts.items(), key=lambda item: -item[1].total()):
        print(f"{name:<32}{count['right']:>7}{count['neutral']:>9}{count['astray']:>8}")
    print()


def measure(some: Iterable[Row], listed: bool) -> None:
    """Print the tables, and every row that is not right where `listed`."""
    labels: dict[str, Counter[str]] = {}
    languages: dict[str, Counter[str]] = {}
    total: Counter[str] = Counter()
    for row in some:
        judgement = judged(row)
        result = row.result(judgement)
        labels.setdefault(row.code, Counter())[result] += 1
        languages.setdefault(row.language, Counter())[result] += 1
        total[result] += 1
        if listed and result != "right":
            said = f"{judgement.code}{'' if judgement.recognised else ' (not recognised)'}"
            print(f"{result}: {row.code} at {row.stage} was judged {said} by {judgement.words!r}")
            print(f"    {row.reply}")
    table("label", labels)
    table("language", languages)
    everything = max(total.total(), 1)
    for result in ("right", "neutral", "astray"):
        print(f"{result}: {total[result]} of {total.total()} ({100 * total[result] / everything:.1f} %)")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Measure how well refusals are judged.")
    parser.add_argument("--part", choices=("dev", "held_out"), help="one part of the corpus; both where left out")
    parser.add_argument("--list", action="store_true", help="print every reply that is not judged right")
    given = parser.parse_args()
    measure((row for row in rows() if given.part in (None, row.part)), given.list)


if __name__ == "__main__":
    main()
