"""What `mailproof discover` prints: for people clues, candidates and what to use, or its result as JSON.

Imports nothing heavy at the top: `--help` passes here. What it prints has been sanitised before it came into a clue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailproof.cli.printer import Printer
from mailproof.reporting.sheet import BAD, BOLD, DIM, GOOD, GREEN, NEITHER, RED, YELLOW, shortened

if TYPE_CHECKING:
    from mailproof.discovery.progress import Clue, SearchHeartbeat, SearchResult, TriedCandidate


_NOTHING_THERE = frozenset({"ok", "dns_not_found"})  # codes of questions that were answered, with nothing


class DiscoverOutput:
    """Prints the progress of a search, then what to use."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self._in_vain: list[str] = []

    def progress(self, seen: Clue | TriedCandidate | SearchHeartbeat) -> None:
        """Print an answer, a candidate that was tried, or that the search is still under way."""
        from mailproof.discovery.progress import Clue, TriedCandidate

        if isinstance(seen, Clue) and not seen.found and seen.code.value in _NOTHING_THERE:
            self._in_vain.append(seen.question)
        elif isinstance(seen, Clue):
            self._printer.line(f"  ask   {seen.source:<12}{seen.question}: {shortened(seen.answer)}", DIM)
        elif isinstance(seen, TriedCandidate):
            self._tried(seen)
        else:
            self._printer.line(f"  ...   waiting, {seen.elapsed:.0f} s", DIM)

    def _tried(self, tried: TriedCandidate) -> None:
        from mailproof.discovery.progress import Verdict
        from mailproof.syntax.host import join_host_port

        sign, colour = {Verdict.VERIFIED: (GOOD, GREEN), Verdict.WITHOUT_AUTH: (NEITHER, YELLOW)}.get(
            tried.verdict, (BAD, RED)
        )
        candidate = tried.candidate
        words = f"AUTH {' '.join(tried.mechanisms)}" if tried.verdict is Verdict.VERIFIED else tried.verdict.value
        if tried.code.value != "ok":
            words = f"[{tried.code}]"
        server = f"{join_host_port(candidate.host, candidate.port)} {candidate.tls_mode}"
        self._printer.entry(sign, colour, f"{candidate.source:<12}{server}  {tried.elapsed_ms} ms", words)

    def result(self, found: SearchResult) -> None:
        """Print whether something was found, what to use, the command that tests it, and what works as well."""
        from mailproof.discovery.progress import Verdict
        from mailproof.syntax.host import join_host_port

        head = "FOUND" if found.best else "NOT FOUND"
        if self._in_vain:
            self._printer.line(f"  ask   {'in vain':<12}{', '.join(self._in_vain)}", DIM)
        self._printer.line("")
        late = "" if found.complete else ", time was up"
        painted = self._printer.paint(head, f"{BOLD};{GREEN if found.best else RED}")
        self._printer.line(f"{painted}  ({found.elapsed_ms} ms{late})")
        self._printer.paragraph("", found.message)
        if found.advice:
            self._printer.paragraph("Note:" if found.best else "What to do:", found.advice, BOLD)
        if found.best is None:
            return
        best = found.best.candidate
        login = f" --user {_quoted(best.user)} --password-stdin" if best.user else ""
        server = join_host_port(best.host, best.port)
        self._labelled("Next:", f"mailproof diagnose {server} --tls {best.tls_mode}{login}")
        others = [tried.candidate for tried in found.tried[1:] if tried.verdict is Verdict.VERIFIED]
        if others:
            servers = (f"{join_host_port(other.host, other.port)} {other.tls_mode}" for other in others)
            self._labelled("Also:", ", ".join(servers))

    def _labelled(self, label: str, text: str) -> None:
        """Print a text that is never wrapped behind its label: a command is copied as one line."""
        self._printer.line(f"  {self._printer.paint(label, BOLD)} {text}")


def as_json(found: SearchResult) -> dict[str, Any]:
    """Return a result as plain JSON values: enums short and lower case, candidates flat, as in the API."""
    return {
        "message": found.message,
        "advice": found.advice,
        "complete": found.complete,
        "candidates": [_plain(tried) for tried in found.tried],
        "elapsed_ms": found.elapsed_ms,
    }


def _plain(tried: TriedCandidate) -> dict[str, Any]:
    candidate = tried.candidate
    return {
        "host": candidate.host,
        "port": candidate.port,
        "tls_mode": candidate.tls_mode,
        "user": candidate.user,
        "source": candidate.source,
        "rank": candidate.rank,
        "notes": candidate.advice,
        "provider": candidate.provider,
        "verdict": tried.verdict,
        "stage": tried.stage,
        "code": tried.code,
        "message": tried.message,
        "advice": tried.advice,
        "mechanisms": tried.mechanisms,
        "tls_version": tried.tls_version,
        "elapsed_ms": tried.elapsed_ms,
        "reason": candidate.reason,
    }


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)
