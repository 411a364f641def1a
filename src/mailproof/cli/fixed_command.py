"""The command line of `mailproof diagnose` with a fix applied, for `--apply`.

Law: only what the fix changes is changed, all else stays as it was typed. Secrets are no arguments, so none is in it.
Pure, and imports nothing heavy at the top: `--help` passes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mailproof.smtp.report import Fix

_FLAGS = {"tls_mode": "--tls", "user": "--user", "mechanism": "--mechanism"}
"""The settings of fixes that a flag sets; host and port are HOST[:PORT]."""

_SECRETS = ("--password-stdin", "--oauth-token-stdin", "--oauth-client-secret-stdin")
_OF_LOGIN = (*_SECRETS, "--oauth-endpoint", "--oauth-client-id", "--oauth-scope", "--mechanism")
"""The flags that need a user."""

WITH_VALUE = frozenset(
    {"--tls", "--user", "--mechanism", "--ca-file", "--from", "--to", "--depth", "--timeout", "--ehlo-name", "--wait"}
    | {"--egress-profile", "--oauth-endpoint", "--oauth-client-id", "--oauth-scope", "--language"}
)
"""The flags of `diagnose` that are followed by a value."""


@dataclass(frozen=True, slots=True)
class FixedCommand:
    """A command line with a fix applied.

    Attributes:
        text: The command, quoted for a POSIX shell.
        verified: Whether the changed settings were tried and work.
    """

    text: str
    verified: bool


def fixed_command(typed: Sequence[str], fixes: Sequence[Fix]) -> FixedCommand | None:
    """Return the command line with the best fix applied; None where there is none.

    Args:
        typed: The arguments as they were typed, "diagnose" among them, without the program's name.
        fixes: The report's fixes, the best first. One that changes what no argument sets is passed over.
    """
    import shlex

    for fix in fixes:
        changes = {change.setting: change.to for change in fix.changes}
        if changes and changes.keys() <= {"host", "port", *_FLAGS}:
            return FixedCommand(shlex.join(["mailproof", *_applied(typed, changes)]), fix.verified)
    return None


def _applied(typed: Sequence[str], changes: Mapping[str, str]) -> list[str]:
    """Return the arguments with changes of the settings, by their names in fixes."""
    command = _Arguments(typed)
    server = _server(command, changes)
    if server is not None:
        command.words[command.host] = server
    for setting, flag in _FLAGS.items():
        value = changes.get(setting)
        if value:
            command.put(flag, value)
        elif value == "":
            command.remove(flag)
    if changes.get("user") == "":
        for flag in _OF_LOGIN:
            command.remove(flag)
    elif changes.get("user") and not any(command.has(flag) for flag in _SECRETS):
        command.add("--password-stdin")
    return command.words


def _server(command: _Arguments, changes: Mapping[str, str]) -> str | None:
    """Return the changed HOST[:PORT]; None where it stays as it was typed."""
    from mailproof.cli.tls_words import tls_mode
    from mailproof.smtp.plans import default_port
    from mailproof.smtp.vocabulary import TlsMode
    from mailproof.syntax.host import bracketed, join_host_port
    from mailproof.syntax.typed_host import parse_typed_host

    typed = parse_typed_host(command.words[command.host])
    given = str(typed.wanted_port or "")
    host, port = changes.get("host", typed.host), changes.get("port", given)
    if not port and "tls_mode" in changes:
        # Without a port the TLS mode chooses it, and the fix is for the port that was tested.
        tested = default_port(TlsMode(typed.tls or tls_mode(command.value("--tls") or "auto")))
        port = "" if default_port(TlsMode(changes["tls_mode"])) == tested else str(tested)
    if (host, port) == (typed.host, given) and not (typed.tls and "tls_mode" in changes):
        return None
    if typed.tls and "tls_mode" not in changes:
        command.put("--tls", typed.tls.value)  # which the URL has said so far
    return join_host_port(host, int(port)) if port else bracketed(host)


class _Arguments:
    """The arguments of `diagnose`, to be changed one by one.

    Attributes:
        words: The arguments.
        host: The place of HOST[:PORT] among them.
    """

    def __init__(self, typed: Sequence[str]) -> None:
        self.words = list(typed)
        self.host = self._positional()[1]  # after "diagnose"

    def value(self, flag: str) -> str:
        """Return a flag's value; empty where it was not given."""
        places = self._places(flag)
        if not places:
            return ""
        _, joined, value = self.words[places[-1]].partition("=")
        return value if joined else self.words[places[-1] + 1]

    def has(self, flag: str) -> bool:
        """Return whether a flag was given."""
        return bool(self._places(flag))

    def put(self, flag: str, value: str) -> None:
        """Set a flag's value, in its place where it was given."""
        places = self._places(flag)
        if not places:
            self.add(*([f"{flag}={value}"] if value.startswith("-") else [flag, value]))
        elif "=" in self.words[places[-1]] or value.startswith("-"):
            self._cut(places[-1], [f"{flag}={value}"])
        else:
            self.words[places[-1] + 1] = value

    def add(self, *words: str) -> None:
        """Add words at the end, but before "--", after which no flag is one."""
        end = self.words.index("--") if "--" in self.words else len(self.words)
        self._cut(end, list(words), 0)

    def remove(self, flag: str) -> None:
        """Remove a flag with its values."""
        for place in reversed(self._places(flag)):
            self._cut(place, [])

    def _cut(self, place: int, words: list[str], count: int | None = None) -> None:
        """Put words in the place of others, of a flag with its value where no count is given."""
        if count is None:
            count = 2 if self.words[place] in WITH_VALUE else 1
        self.words[place : place + count] = words
        self.host = self._positional()[1]

    def _places(self, flag: str) -> list[int]:
        return [place for place in self._all() if self.words[place].partition("=")[0] == flag]

    def _positional(self) -> list[int]:
        only = self.words.index("--") if "--" in self.words else len(self.words)
        return [place for place in self._all() if place > only or not self.words[place].startswith("-")]

    def _all(self) -> list[int]:
        """Return the places of all words that are no flag's value."""
        places, place = [], 0
        while place < len(self.words):
            places.append(place)
            place += 2 if self.words[place] in WITH_VALUE else 1
        return places
