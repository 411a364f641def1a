"""What `mailproof diagnose` prints: for people a line for each step and the verdict, or its report as JSON.

Imports nothing heavy at the top: `--help` passes here. What it prints has been sanitised before it came into a step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproof.cli.printer import Printer
from mailproof.domain.phrase import say
from mailproof.reporting.report_text import ReportText, waiting_line
from mailproof.reporting.sheet import BOLD, DIM

if TYPE_CHECKING:
    from mailproof.cli.fixed_command import FixedCommand
    from mailproof.languages.language import Language
    from mailproof.smtp.report import Alternative, Heartbeat, Report, Step, StepStarted


class DiagnoseOutput(ReportText):
    """Prints the progress of a test, then its verdict; on a terminal also which step is under way."""

    def __init__(self, printer: Printer, language: Language | None = None) -> None:
        super().__init__(printer, language)
        self._printer = printer
        self._under_way = ""  # the line on the step that runs

    def progress(self, seen: StepStarted | Step | Alternative | Heartbeat) -> None:
        """Print a step that ended and a setting that was tried, show which step runs, and say that one is slow."""
        from mailproof.smtp.report import Alternative, Step, StepStarted

        if isinstance(seen, Step):
            self.step(seen)
        elif isinstance(seen, Alternative):
            self.tried(seen)
            self._printer.running(self._under_way, DIM)
        elif isinstance(seen, StepStarted):
            self._under_way = f"  ...   {seen.stage}"
            self._printer.running(self._under_way, DIM)
        else:
            self._under_way = waiting_line(seen.stage, seen.elapsed)
            if not self._printer.running(self._under_way, DIM):
                self.waiting(seen.stage, seen.elapsed)

    def end_progress(self) -> None:
        """Remove the line that shows which step runs."""
        self._printer.clear()

    def fixed(self, command: FixedCommand | None) -> None:
        """Print the command with the best fix applied, on one line that can be copied, or that there is no fix."""
        if command is None:
            words = say("No change of the settings is known to help.")
            self._printer.paragraph("", self.in_words(words))
            return
        label = say("With the fix:") if command.verified else say("With the fix, which was not tried:")
        self._printer.line(f"  {self._printer.paint(self.in_words(label), BOLD)} {command.text}")


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as plain JSON values: enums short and lower case, times RFC 3339, durations as "0.001s"."""
    import dataclasses

    document: dict[str, Any] = _plain(dataclasses.asdict(report))
    for step, plain in zip(report.steps, document["steps"], strict=True):
        plain["duration"] = f"{step.duration:.6f}s"
    for other, plain in zip(report.alternatives, document["alternatives"], strict=True):
        plain["duration"] = f"{other.duration:.6f}s"
    for row, plain in zip(report.addresses, document["addresses"], strict=True):
        plain["duration"] = f"{row.duration:.6f}s"
    for fix in document["fixes"]:
        # "from" is a keyword of Python, so the field has another name than the API's.
        fix["changes"] = [
            {"setting": change["setting"], "from": change["current"], "to": change["to"]} for change in fix["changes"]
        ]
    return document


def _plain(value: Any) -> Any:
    """Return a value with every time in it as text (RFC 3339)."""
    from datetime import datetime

    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
