"""What `mailproof diagnose` prints: for people a line for each step and the verdict, or its report as JSON.

Imports nothing heavy at the top: `--help` passes here. What it prints has been sanitised before it came into a step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproof.cli.printer import BAD, BOLD, DIM, GOOD, GREEN, NEITHER, RED, YELLOW, Printer, shortened
from mailproof.domain.phrase import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailproof.cli.fixed_command import FixedCommand
    from mailproof.languages.language import Language
    from mailproof.smtp.report import AddressResult, Alternative, Certificate, Heartbeat, Report, Step, StepStarted

_ABOUT_CERTIFICATE = ("tls_cert_", "tls_hostname_mismatch", "tls_self_signed", "tls_untrusted", "tls_missing")


_MARKS = {"ok": (GOOD, GREEN), "addresses_differ": (NEITHER, YELLOW)}


class DiagnoseOutput:
    """Prints the progress of a test, then its verdict."""

    def __init__(self, printer: Printer, language: Language | None = None) -> None:
        self._printer = printer
        self._language = language  # None: English
        self._under_way = ""  # the line on the step that runs

    def _in_words(self, label: str) -> str:
        """Return a label in the language."""
        if self._language is None:
            return label
        from mailproof.languages.translation import in_language

        return in_language(label, self._language)

    def progress(self, seen: StepStarted | Step | Alternative | Heartbeat) -> None:
        """Print a step that ended and a setting that was tried, show which step runs, and say that one is slow."""
        from mailproof.smtp.report import Alternative, Step, StepStarted

        if isinstance(seen, Step):
            self._step(seen)
        elif isinstance(seen, Alternative):
            self._tried(seen)
        elif isinstance(seen, StepStarted):
            self._under_way = f"  ...   {seen.stage}"
            self._printer.running(self._under_way, DIM)
        else:
            self._under_way = f"  ...   {seen.stage:<9} waiting, {seen.elapsed:.0f} s"
            if not self._printer.running(self._under_way, DIM):
                self._printer.line(self._under_way, DIM)

    def end_progress(self) -> None:
        """Remove the line that shows which step runs."""
        self._printer.clear()

    def _step(self, step: Step) -> None:
        from mailproof.smtp.report import GIVEN_UP

        good = step.code.value == "ok"
        mark = self._printer.paint(GOOD, GREEN) if good else self._printer.paint(BAD, RED)
        if step.received.startswith(GIVEN_UP):
            mark = self._printer.paint(NEITHER, DIM)
        texts = dict.fromkeys((step.sent, step.received))  # an address "resolves" to itself
        words = " -> ".join(shortened(_in_one_line(text)) for text in texts if text)
        if not good:
            words = f"{words}  [{step.code}]" if words else f"[{step.code}]"
        if step.connection > 1:
            words = f"(connection {step.connection}) {words}"
        self._printer.line(f"  {mark}  {step.stage:<9}{step.duration * 1000:8.1f} ms  {words}".rstrip())

    def _tried(self, other: Alternative) -> None:
        """Print another setting as its trial ends; the verdict has its sentence."""
        works = other.code.value == "ok"
        mark = self._printer.paint(GOOD, GREEN) if works else self._printer.paint(NEITHER, DIM)
        words = f"{_setting(other)}: {'works' if works else other.code}"
        self._printer.line(f"  {mark}  {'tried':<9}{other.duration * 1000:8.1f} ms  {words}")
        self._printer.running(self._under_way, DIM)

    def verdict(self, report: Report) -> None:
        """Print whether the test passed, why not, what to do, and what else was found."""
        good = report.outcome.value == "ok"
        head = "PASSED" if good else f"FAILED at {report.stage}: {report.code}"
        trips = f"{report.round_trips} round trip{'s' * (report.round_trips != 1)}"
        self._printer.line("")
        painted = self._printer.paint(head, f"{BOLD};{GREEN if good else RED}")
        self._printer.line(f"{painted}  ({report.elapsed_ms} ms, {trips})")
        self._printer.paragraph("", report.message)
        if report.since_last_good:
            self._printer.paragraph(self._in_words(say("Since it worked:")), report.since_last_good.sentence, BOLD)
        if report.advice:
            self._printer.paragraph(self._in_words(say("What to do:")), report.advice, BOLD)
        if report.code.value.startswith(_ABOUT_CERTIFICATE) and report.tls and report.tls.chain:
            leaf, *others = report.tls.chain
            self._printer.paragraph(self._in_words(say("Certificate:")), _described(leaf), BOLD)
            for other in others:
                if other.problem:
                    self._printer.paragraph(f"Certificate ({other.role}):", _described(other), BOLD)
        self._alternatives(report.alternatives)
        self._addresses(report.addresses)
        for finding in report.findings:
            if finding.severity.value == "warning":
                words = " ".join(sentence for sentence in (finding.message, finding.advice) if sentence)
                label = say("Warning {code}:", code=finding.code.value)
                self._printer.paragraph(self._in_words(label), words, YELLOW)
        if not good and report.findings:
            self._printer.line(f"  More: mailproof explain {report.findings[0].code}")

    def fixed(self, command: FixedCommand | None) -> None:
        """Print the command with the best fix applied, on one line that can be copied, or that there is no fix."""
        if command is None:
            words = say("No change of the settings is known to help.")
            self._printer.paragraph("", self._in_words(words))
            return
        label = say("With the fix:") if command.verified else say("With the fix, which was not tried:")
        self._printer.line(f"  {self._printer.paint(self._in_words(label), BOLD)} {command.text}")

    def _alternatives(self, tried: Sequence[Alternative]) -> None:
        """Print each setting that works with its sentence, and the others together by their codes."""
        by_code: dict[str, list[Alternative]] = {}
        for other in tried:
            if other.code.value == "ok":
                self._printer.paragraph("  verified", f" {_setting(other)}: {other.message}", GREEN)
            else:
                by_code.setdefault(other.code.value, []).append(other)
        for code, others in by_code.items():
            words = ", ".join(_setting(other) for other in others)
            words += f": {others[0].message}" if len(others) == 1 else ""
            self._printer.paragraph("  tried   ", f" {words}  [{code}]", DIM)

    def _addresses(self, rows: Sequence[AddressResult]) -> None:
        """Print a line for each address of the host, where they differ."""
        if rows:
            self._printer.line(f"  {self._printer.paint(self._in_words(say('Addresses of the host:')), BOLD)}")
        width = max((len(row.address) for row in rows), default=0)
        for row in rows:
            mark, colour = _MARKS.get(row.code.value, (BAD, RED))
            code = f"  [{row.code}]" if row.code.value != "ok" else ""
            mark = self._printer.paint(mark, colour)
            words = f"{row.address:<{width}}{row.duration * 1000:8.1f} ms  {shortened(row.message)}{code}"
            self._printer.line(f"  {mark}  {words}")


def _in_one_line(text: str) -> str:
    """Return a reply in one line, with its code once: "250 mail.example / SIZE 1000" for two lines of the wire."""
    first, *others = text.split("\n")
    if not others:
        return text
    code = first[:3]
    lines = [line.removeprefix(code)[1:] if line.startswith(code) else line for line in (first, *others)]
    return f"{code} {' / '.join(lines)}"


def _described(certificate: Certificate) -> str:
    names = f" for {', '.join(certificate.sans)}" if certificate.sans else " for no name"
    if certificate.more_sans:
        names += f" and {certificate.more_sans} more"
    if certificate.role.value != "leaf":
        names = ""
    problem = f"; {certificate.problem}" if certificate.problem else ""
    return (
        f"{certificate.subject or 'without a subject'}{names}; issuer {certificate.issuer}; "
        f"valid from {certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}; {certificate.key}; "
        f"SHA-256 {certificate.fingerprint}{problem}"
    )


def _setting(other: Alternative) -> str:
    return f"{other.host} {other.port} {other.tls_mode}".lstrip()


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
