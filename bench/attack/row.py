"""A line of the table: an attack, what was tried, and what it did to the service and to everybody else."""

from __future__ import annotations

from dataclasses import dataclass, field

HEADS = ("attack", "tried", "RSS MiB before/peak/after", "health ms p50/p99/max", "calls with a token", "verdict")


@dataclass
class Row:
    """One attack.

    Attributes:
        attack: Its name.
        tried: What was sent, with figures.
        rss: MiB before, at most, and after.
        health: Milliseconds of an answer about health over a fresh connection: median, 99th percentile, longest.
        served: How many calls with a token were answered, of how many; "" if none were made.
        broken: The bounds that did not hold, each in words; empty if all held.
    """

    attack: str
    tried: str = ""
    rss: tuple[float, float, float] | None = None
    health: tuple[float, float, float] | None = None
    served: str = ""
    broken: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """Whether it was survived, and else why not."""
        return f"BROKEN: {'; '.join(self.broken)}" if self.broken else "held"

    def cells(self) -> tuple[str, ...]:
        """Return the texts of the line."""
        rss = "/".join(f"{value:.0f}" for value in self.rss) if self.rss else ""
        health = "/".join(f"{value:.1f}" for value in self.health) if self.health else ""
        return (self.attack, self.tried, rss, health, self.served, self.verdict)


def table(rows: list[Row]) -> str:
    """Return the rows as a table of Markdown with aligned columns."""
    lines = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    texts = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    texts.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join(f"| {text} |" for text in texts)
