"""The parser of all commands: a wrong argument is one line on standard error, which names what was probably meant.

Law: what stands behind a flag that does not exist is never shown, nor taken for anything else: who types
`--password hunter2` must not read it again in the log of a job.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NoReturn

from mailproof.cli.did_you_mean import nearest, suggestion
from mailproof.cli.exit_codes import BAD_USAGE

_FLAG = re.compile(r"--[A-Za-z][A-Za-z0-9_-]*\Z")

_SECRETS = {
    "password": ("password", "passwd", "pass", "pwd", "p"),
    "passphrase": ("passphrase",),
    "token": ("token", "access-token", "bearer", "api-key"),
    "secret": ("secret", "client-secret", "key"),
}
"""Words that people write for a secret, by the word that the flags have which take it from a safe place."""

_SAFE = ("-stdin", "-file")
"""How the names of flags end that say where a secret is read from."""


class _Formatter(argparse.HelpFormatter):
    """Lays out the help, with commands and what they do on one line where there is room."""

    def add_argument(self, action: argparse.Action) -> None:
        """Make room for an argument's names, also for commands, which argparse does not count as indented."""
        super().add_argument(action)
        for each in self._iter_indented_subactions(action):
            length = len(self._format_action_invocation(each)) + self._current_indent
            self._action_max_length = max(self._action_max_length, length)


class Parser(argparse.ArgumentParser):
    """A parser that reports a wrong argument on one line, and names the nearest right one.

    Attributes:
        example: A command line that the help shows.
    """

    example = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"formatter_class": _Formatter, **kwargs})

    def format_help(self) -> str:
        """Return the help, with the example on a line of its own: nobody can paste one that is wrapped."""
        return super().format_help() + (f"\nexample:\n  {self.example}\n" if self.example else "")

    def error(self, message: str) -> NoReturn:
        """End with a sentence on standard error."""
        self.exit(BAD_USAGE, f"{self.prog}: {message} (see {self.prog} --help)\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print a message; where that fails somebody must learn it, which the base keeps to itself."""
        if message:
            (file or sys.stderr).write(message)

    def parse_known_args(  # type: ignore[override]  # the base has an overload for each type of namespace
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse the arguments, and complain at once about those that are unknown: here their flags are known.

        Args:
            args: The arguments.
            namespace: What is filled.

        Returns:
            The namespace, and nothing that was not known.
        """
        given = list(args or ())
        self._complain_about_flags(given)
        found, extras = super().parse_known_args(given, namespace)
        if extras:
            self._complain_about_words(extras, given)
        return found, []

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Complain about a word that is none of the choices."""
        choices = None if action.choices is None else [str(choice) for choice in action.choices]
        if choices is None or value in (action.choices or ()):
            return
        hint = suggestion(str(value), choices)
        if isinstance(action, argparse._SubParsersAction):
            hint = hint or f"; there are {', '.join(choices)}"
            if value in ("help", "?"):
                hint = ": --help shows them"
            raise argparse.ArgumentError(None, f"there is no {str(action.metavar).lower()} {str(value)!a}{hint}")
        raise argparse.ArgumentError(action, f"must be one of {', '.join(choices)}, not {str(value)!a}{hint}")

    def flags(self) -> list[str]:
        """Return the flags of this parser."""
        return list(self._option_string_actions)

    def commands(self) -> dict[str, Parser]:
        """Return the parsers of the commands or actions below this one, by their names."""
        below = [action for action in self._actions if isinstance(action, argparse._SubParsersAction)]
        return dict(below[0].choices) if below else {}

    def arguments(self) -> list[argparse.Action]:
        """Return the flags and words that this parser takes, without its commands."""
        return [action for action in self._actions if not isinstance(action, argparse._SubParsersAction)]

    def summary(self) -> dict[str, str]:
        """Return what each command below this one does, in a sentence."""
        below = [action for action in self._actions if isinstance(action, argparse._SubParsersAction)]
        return {each.dest: each.help or "" for each in below[0]._choices_actions} if below else {}

    def leaves(self) -> Iterator[Parser]:
        """Yield the parsers that stand for a whole command: those below which is none."""
        below = self.commands()
        for each in below.values():
            yield from each.leaves()
        if not below:
            yield self

    def _complain_about_flags(self, given: Iterable[str]) -> None:
        """End with a sentence if a flag is unknown, before anything that stands behind it is looked at."""
        has_commands = bool(self.commands())
        for argument in given:
            if argument == "--":
                return
            name = argument.partition("=")[0]
            if len(name) < 2 or not name.startswith("-"):
                if has_commands:  # the rest is another parser's
                    return
                continue
            known = self._option_string_actions.get(name)
            if known is not None and known.nargs == 0 and argument != name:
                self.error(f"argument {name}: takes no value")
            if known is not None or (not name.startswith("--") and _is_number(argument)):
                continue
            if not name.startswith("--"):
                name = name[:2]  # all behind it may be a value
            elif not _FLAG.match(name):
                self.error("an argument that begins with - is no flag; write -- before words that begin so")
            self.error(f"there is no flag {name}{self._meant(name, has_commands=has_commands)}")

    def _meant(self, name: str, *, has_commands: bool) -> str:
        """Return what to write in place of a flag that does not exist, with a colon before it; "" if nobody knows."""
        words = name.lower().strip("-").replace("_", "-")
        flags = self.flags()
        if words == "v" and "--version" in flags:
            return ": did you mean --version?"
        for topic, spellings in _SECRETS.items():
            if words in spellings or words.endswith(f"-{topic}"):
                safe = [flag for flag in flags if topic in flag and flag.endswith(_SAFE)]
                first = min(safe, key=lambda flag: (words not in flag, len(flag)), default="")
                why = "what is typed here shows in lists of processes"
                if first:
                    return f": give it by {first}, since {why}"
                return f"; no flag takes a secret, since {why}" if len(words) > 1 else ""
        if has_commands:
            return ": flags stand behind the command" if not nearest(name, flags) else suggestion(name, flags)
        return suggestion(name, flags)

    def _complain_about_words(self, extras: Sequence[str], given: Sequence[str]) -> NoReturn:
        """End with a sentence on arguments that nothing takes."""
        word = next((extra for extra in extras if extra != "--"), "--")
        before = given[given.index(word) - 1] if word in given and given.index(word) else ""
        if before.startswith("-"):  # it was meant as the flag's value, and may be a secret
            self.error(f"argument {before.partition('=')[0]}: takes no value")
        # The word itself may be a secret too.
        self.error(f"one argument too many, behind {(before or self.prog)!a}; a name with spaces needs quotes")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
