"""What `mailproof diagnose` prints for people: a line a step, then the verdict and what else was tried.

Imports nothing heavy at the top: `--help` passes here. What it prints has been sanitised before it came into a step.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from mailproof.cli.terminal import has_colour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailproof.smtp.report import Alternative, Certificate, Heartbeat, Report, Step

MAX_SHOWN = 160  # characters of what was sent or received, on a terminal; --json has all

_ABOUT_CERTIFICATE = ("tls_cert_", "tls_hostname_mismatch", "tls_self_signed", "tls_untrusted", "tls_missing")
_GREEN, _RED, _YELLOW, _DIM, _BOLD = "32", "31", "33", "2", "1"


class Printer:
    """Writes for people: a line a step, then the verdict. Colour on a terminal only (https://no-color.org)."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
        self._colour = has_colour()

    def line(self, text: str, colour: str = "") -> None:
        """Print one line at once."""
        if not self._quiet:
            print(self._paint(text, colour), flush=True)

    def heartbeat(self, beat: Heartbeat) -> None:
        """Print that a step is slow."""
        self.line(f"  ...   {beat.stage:<9} waiting, {beat.elapsed:.0f} s", _DIM)

    def step(self, step: Step) -> None:
        """Print a step."""
        from mailproof.smtp.sanitize import cut

        good = step.code.value == "ok"
        mark = self._paint("ok  ", _GREEN) if good else self._paint("FAIL", _RED)
        said = dict.fromkeys((step.sent, step.received))  # an address "resolves" to itself
        words = " -> ".join(cut(text, MAX_SHOWN) for text in said if text)
        if not good:
            words = f"{words}  [{step.code}]" if words else f"[{step.code}]"
        self.line(f"  {mark}  {step.stage:<9}{step.duration * 1000:8.1f} ms  {words}".rstrip())

    def verdict(self, report: Report) -> None:
        """Print what came of it."""
        good = report.outcome.value == "ok"
        head = "PASSED" if good else f"FAILED at {report.stage}: {report.code}"
        trips = f"{report.round_trips} round trip{'s' * (report.round_trips != 1)}"
        self.line("")
        painted = self._paint(head, f"{_BOLD};{_GREEN if good else _RED}")
        self.line(f"{painted}  ({report.elapsed_ms} ms, {trips})")
        self._paragraph("", report.message)
        if report.advice:
            self._paragraph("What to do:", report.advice, _BOLD)
        if report.code.value.startswith(_ABOUT_CERTIFICATE) and report.tls and report.tls.chain:
            self._paragraph("Certificate:", _described(report.tls.chain[0]), _BOLD)
        self._alternatives(report.alternatives)
        for finding in report.findings:
            if finding.severity.value == "warning":
                words = " ".join(part for part in (finding.message, finding.advice) if part)
                self._paragraph(f"Warning {finding.code}:", words, _YELLOW)
        if not good and report.findings:
            self.line(f"  More: {report.findings[0].link}")

    def _alternatives(self, tried: Sequence[Alternative]) -> None:
        """Print the settings that work with their sentences, the others together by what came of them."""
        if not any(other.code.value == "ok" for other in tried):
            return  # the advice says what was tried in vain
        by_code: dict[str, list[Alternative]] = {}
        for other in tried:
            if other.code.value == "ok":
                self._paragraph("  verified", f" {_setting(other)}: {other.message}", _GREEN)
            else:
                by_code.setdefault(other.code.value, []).append(other)
        for code, others in by_code.items():
            words = ", ".join(_setting(other) for other in others)
            words += f": {others[0].message}" if len(others) == 1 else ""
            self._paragraph("  tried   ", f" {words}  [{code}]", _DIM)

    def _paragraph(self, label: str, text: str, colour: str = "") -> None:
        """Print a label and a text, indented, and on a terminal wrapped at its width."""
        if self._quiet:
            return
        whole = f"  {label} {text}" if label else f"  {text}"
        lines = [whole]
        if self._width:
            lines = textwrap.wrap(
                whole, self._width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
            )
        if label:
            lines[0] = lines[0].replace(label, self._paint(label, colour), 1)
        for line in lines:
            self.line(line)

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if colour and self._colour and text else text


def _described(certificate: Certificate) -> str:
    names = f" for {', '.join(certificate.sans)}" if certificate.sans else " for no name"
    return (
        f"{certificate.subject or 'without a subject'}{names}; issuer {certificate.issuer}; "
        f"valid from {certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}; {certificate.key}; "
        f"SHA-256 {certificate.fingerprint}"
    )


def _setting(other: Alternative) -> str:
    return f"{other.port} {other.tls_mode}"
