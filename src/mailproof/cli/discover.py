"""`mailproof discover`: the submission servers of a mail address, without a server or a database.

Clues and candidates as they come and then what to use, or one JSON document. Law: everything heavy is imported by
`run`, so that `--help` costs nothing, and neither gRPC nor protobuf nor the store is imported at all.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from mailproof.cli.terminal import has_colour

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from mailproof.discovery.progress import SearchProgress, SearchResult, TriedCandidate
    from mailproof.discovery.search import SettingsSearch

FOUND, NOT_FOUND, BAD_USAGE, INTERRUPTED = 0, 1, 2, 130

MAX_SHOWN = 160  # characters of an answer, on a terminal; --json has all

_GREEN, _RED, _YELLOW, _DIM, _BOLD = "32", "31", "33", "2", "1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("address", metavar="ADDRESS", help="mail address whose settings are looked for")
    parser.add_argument("--timeout", metavar="S", type=_seconds, default=30.0, help="for everything; default: 30")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code: 0 found, 1 nothing that works, 2 bad usage, 130 interrupted."""
    from mailproof.syntax.mailbox import parse_mailbox

    try:
        parse_mailbox(args.address)
    except ValueError as error:
        print(f"mailproof discover: argument ADDRESS: {error}", file=sys.stderr)
        return BAD_USAGE

    from mailproof.cli import event_loop

    printer = _Printer(quiet=args.json)
    try:
        found = event_loop.run(_collect(_discoverer().run(args.address, args.timeout), printer))
    except KeyboardInterrupt:
        return INTERRUPTED
    if args.json:
        print(json.dumps(as_json(found), indent=2))
    else:
        printer.result(found)
    return FOUND if found.best else NOT_FOUND


def as_json(found: SearchResult) -> dict[str, Any]:
    """Return a result as plain JSON values: enums short and lower case, candidates flat, as in the API."""
    return {
        "message": found.message,
        "advice": found.advice,
        "complete": found.complete,
        "candidates": [_plain(one) for one in found.tried],
        "elapsed_ms": found.elapsed_ms,
    }


def _plain(one: TriedCandidate) -> dict[str, Any]:
    candidate = one.candidate
    return {
        "host": candidate.host,
        "port": candidate.port,
        "tls_mode": candidate.tls_mode,
        "user": candidate.user,
        "source": candidate.source,
        "rank": candidate.rank,
        "notes": candidate.advice,
        "provider": candidate.provider,
        "verdict": one.verdict,
        "stage": one.stage,
        "code": one.code,
        "message": one.message,
        "advice": one.advice,
        "mechanisms": one.mechanisms,
        "tls_version": one.tls_version,
        "elapsed_ms": one.elapsed_ms,
    }


def _discoverer() -> SettingsSearch:
    """Build the search with what a command line has: the caller is who owns the machine."""
    from mailproof.discovery.search import SettingsSearch
    from mailproof.net.egress import policy_for_operator
    from mailproof.net.trust import TrustStore
    from mailproof.probe.probe import Probe

    guard, trust = policy_for_operator(), TrustStore()
    return SettingsSearch(prober=Probe(guard=guard, trust=trust), https_guard=guard.for_https(), trust=trust)


async def _collect(events: AsyncGenerator[SearchProgress, None], printer: _Printer) -> SearchResult:
    from contextlib import aclosing

    from mailproof.discovery.progress import Clue, SearchResult, TriedCandidate

    async with aclosing(events):
        async for event in events:
            if isinstance(event, SearchResult):
                return event
            if isinstance(event, Clue):
                printer.clue(event.source, event.question, event.answer)
            elif isinstance(event, TriedCandidate):
                printer.tried(event)
            else:
                printer.line(f"  ...   waiting, {event.elapsed:.0f} s", _DIM)
    raise AssertionError("the search ended without a result")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:  # also false for nan
        raise argparse.ArgumentTypeError("must be a number of seconds, more than 0 and at most 3600")
    return seconds


class _Printer:
    """Writes for people: a line an event, then what to use. Colour on a terminal only (https://no-color.org)."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._colour = has_colour()

    def line(self, text: str, colour: str = "") -> None:
        """Print one line at once."""
        if not self._quiet:
            print(self._paint(text, colour), flush=True)

    def clue(self, source: str, question: str, answer: str) -> None:
        """Print what was asked and answered."""
        from mailproof.smtp.sanitize import cut

        self.line(f"  ask   {source:<11}{question}: {cut(answer, MAX_SHOWN)}", _DIM)

    def tried(self, one: TriedCandidate) -> None:
        """Print what came of a candidate."""
        good = one.verdict.value == "verified"
        colour = _GREEN if good else _YELLOW if one.verdict.value == "without_auth" else _RED
        mark = self._paint("ok  " if good else "-   " if one.verdict.value == "without_auth" else "FAIL", colour)
        candidate = one.candidate
        words = f"AUTH {' '.join(one.mechanisms)}" if good else one.verdict.value
        if one.code.value != "ok":
            words = f"[{one.code}]"
        place = f"{candidate.host}:{candidate.port} {candidate.tls_mode}"
        self.line(f"  {mark}  {candidate.source:<11}{place}  {one.elapsed_ms} ms  {words}")

    def result(self, found: SearchResult) -> None:
        """Print what came of it."""
        head = "FOUND" if found.best else "NOT FOUND"
        self.line("")
        late = "" if found.complete else ", time was up"
        painted = self._paint(head, f"{_BOLD};{_GREEN if found.best else _RED}")
        self.line(f"{painted}  ({found.elapsed_ms} ms{late})")
        self.line(f"  {found.message}")
        if found.advice:
            self.line(f"  {self._paint('Note:' if found.best else 'What to do:', _BOLD)} {found.advice}")
        if found.best is None:
            return
        best = found.best.candidate
        login = f" --user {_quoted(best.user)} --password-stdin" if best.user else ""
        self.line(f"  {self._paint('Next:', _BOLD)} mailproof diagnose {_target(best.host, best.port)} "
                  f"--tls {best.tls_mode}{login}")  # fmt: skip
        others = [one.candidate for one in found.tried[1:] if one.verdict.value == "verified"]
        if others:
            listed = ", ".join(f"{_target(other.host, other.port)} {other.tls_mode}" for other in others)
            self.line(f"  {self._paint('Also:', _BOLD)} {listed}")

    def _paint(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if colour and self._colour and text else text


def _target(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(text)
