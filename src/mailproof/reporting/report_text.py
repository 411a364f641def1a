"""A test in lines of text: each step as it ends, then the verdict. Pure, and imports nothing heavy at the top.

What it shows has been sanitised before it came into a step, a report or a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproof.domain.phrase import say
from mailproof.reporting.sheet import BAD, BOLD, DIM, GOOD, GREEN, NEITHER, RED, YELLOW, Sheet, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailproof.languages.language import Language
    from mailproof.smtp.report import AddressResult, Alternative, Certificate, Report, Step

_ABOUT_CERTIFICATE = ("tls_cert_", "tls_hostname_mismatch", "tls_self_signed", "tls_untrusted", "tls_missing")


_MARKS = {"ok": (GOOD, GREEN), "addresses_differ": (NEITHER, YELLOW)}


class ReportText:
    """Puts the progress of a test on a sheet, then its verdict.

    Args:
        sheet: The sheet.
        language: The language of its labels; None for English.
    """

    def __init__(self, sheet: Sheet, language: Language | None = None) -> None:
        self._sheet = sheet
        self._language = language

    def in_words(self, label: str) -> str:
        """Return a label in the language."""
        if self._language is None:
            return label
        from mailproof.languages.translation import in_language

        return in_language(label, self._language)

    def step(self, step: Step) -> None:
        """Add a step that ended."""
        from mailproof.smtp.report import GIVEN_UP

        good = step.code.value == "ok"
        mark, colour = (GOOD, GREEN) if good else (BAD, RED)
        if step.received.startswith(GIVEN_UP):
            mark, colour = NEITHER, DIM
        texts = dict.fromkeys((step.sent, step.received))  # an address "resolves" to itself
        words = " -> ".join(shortened(_in_one_line(text)) for text in texts if text)
        if not good:
            words = f"{words}  [{step.code}]" if words else f"[{step.code}]"
        if step.connection > 1:
            words = f"(connection {step.connection}) {words}"
        self._sheet.entry(mark, colour, f"{step.stage:<9}{step.duration * 1000:8.1f} ms", words)

    def tried(self, other: Alternative) -> None:
        """Add another setting as its trial ends; the verdict has its sentence."""
        works = other.code.value == "ok"
        mark, colour = (GOOD, GREEN) if works else (NEITHER, DIM)
        words = f"{_setting(other)}: {'works' if works else other.code}"
        self._sheet.entry(mark, colour, f"{'tried':<9}{other.duration * 1000:8.1f} ms", words)

    def waiting(self, stage: str, elapsed: float) -> None:
        """Add that a step is slow, after so many seconds."""
        self._sheet.line(waiting_line(stage, elapsed), DIM)

    def verdict(self, report: Report) -> None:
        """Add whether the test passed, why not, what to do, and what else was found."""
        good = report.outcome.value == "ok"
        head = "PASSED" if good else f"FAILED at {report.stage}: {report.code}"
        trips = f"{report.round_trips} round trip{'s' * (report.round_trips != 1)}"
        self._sheet.line("")
        cost = f"({report.elapsed_ms} ms, {trips})"
        gap = "\n  " if 0 < self._sheet.columns < len(head) + 2 + len(cost) else "  "
        self._sheet.line(self._sheet.paint(head, f"{BOLD};{GREEN if good else RED}") + gap + cost)
        self._sheet.paragraph("", report.message)
        if report.since_last_good:
            self._sheet.paragraph(self.in_words(say("Since it worked:")), report.since_last_good.sentence, BOLD)
        if report.advice:
            self._sheet.paragraph(self.in_words(say("What to do:")), report.advice, BOLD)
        if report.code.value.startswith(_ABOUT_CERTIFICATE) and report.tls and report.tls.chain:
            leaf, *others = report.tls.chain
            self._sheet.paragraph(self.in_words(say("Certificate:")), _described(leaf), BOLD)
            for other in others:
                if other.problem:
                    self._sheet.paragraph(f"Certificate ({other.role}):", _described(other), BOLD)
        self._alternatives(report.alternatives)
        self._addresses(report.addresses)
        for finding in report.findings:
            if finding.severity.value == "warning":
                words = " ".join(sentence for sentence in (finding.message, finding.advice) if sentence)
                label = say("Warning {code}:", code=finding.code.value)
                self._sheet.paragraph(self.in_words(label), words, YELLOW)
        if not good and report.findings:
            self._sheet.line(f"  More: mailproof explain {report.findings[0].code}")

    def _alternatives(self, tried: Sequence[Alternative]) -> None:
        """Add each setting that works with its sentence, and the others together by their codes."""
        by_code: dict[str, list[Alternative]] = {}
        for other in tried:
            if other.code.value == "ok":
                self._sheet.paragraph("  verified", f" {_setting(other)}: {other.message}", GREEN)
            else:
                by_code.setdefault(other.code.value, []).append(other)
        for code, others in by_code.items():
            words = ", ".join(_setting(other) for other in others)
            words += f": {others[0].message}" if len(others) == 1 else ""
            self._sheet.paragraph("  tried   ", f" {words}  [{code}]", DIM)

    def _addresses(self, rows: Sequence[AddressResult]) -> None:
        """Add a line for each address of the host, where they differ."""
        if rows:
            self._sheet.line(f"  {self._sheet.paint(self.in_words(say('Addresses of the host:')), BOLD)}")
        width = max((len(row.address) for row in rows), default=0)
        for row in rows:
            mark, colour = _MARKS.get(row.code.value, (BAD, RED))
            code = f"  [{row.code}]" if row.code.value != "ok" else ""
            label = f"{row.address:<{width}}{row.duration * 1000:8.1f} ms"
            self._sheet.entry(mark, colour, label, f"{shortened(row.message)}{code}")


def waiting_line(stage: str, elapsed: float) -> str:
    """Return the line on a step that is slow."""
    return f"  ...   {stage:<9} waiting, {elapsed:.0f} s"


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
