"""What follows from the parsers of the command line: completion scripts and manual pages; `generate` or `check` them.

Both are committed, like gen/: who installs the package needs nothing to make them. The pages are written here and not
by argparse, whose usage lines differ from one Python to the next.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import shtab

from mailproof import __version__
from mailproof.cli.completion import SHELLS
from mailproof.cli.main import build_parser
from mailproof.cli.parser import Parser

ROOT = Path(__file__).resolve().parent.parent
COMPLETIONS = ROOT / "src" / "mailproof" / "cli" / "completions"
MAN = ROOT / "docs" / "man"

DATE = "2026-11-22"
"""Of the manual pages: that of the release, and not of the day on which they are made."""

_FILES = re.compile(r"FILE|F|PATH")
_SHORT = 70  # characters of a description beside a completed flag

EXIT_STATUS = (
    ("0", "It was done; a test passed."),
    ("1", "The command did its work and the answer is no: a test failed, nothing was found, a comparison differs."),
    ("2", "Bad usage: a flag, a variable or a setting is wrong, and nothing was begun."),
    (
        "3",
        "It could not be carried out: no service answers, a call is refused, a disk is full; standard error says what.",
    ),
    ("130", "Interrupted by Ctrl-C."),
    ("141", "The reader of the output has gone."),
)

_ENVIRONMENT = (
    ("MAILPROOF_SERVER, MAILPROOF_TOKEN", "The service that commands call, and the access token."),
    ("MAILPROOF_CLIENT_CONFIG", "The configuration file of the commands that call a service."),
    ("MAILPROOF_DEBUG", "If set, an error shows where it came from; never a value."),
    ("NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE", "Whether there is colour: never; also where no terminal is."),
    ("COLUMNS", "The width of the terminal."),
)

_CONFIGURATION = (
    "Defaults of the commands' flags. A flag wins over its environment variable, that over this file, that over the "
    "default."
)


def files() -> dict[Path, str]:
    """Return all files that follow from the parsers, with their text."""
    made = {COMPLETIONS / f"mailproof.{shell}": _completion(shell) for shell in SHELLS}
    parser = build_parser(None)
    made[MAN / "mailproof.1"] = _overview(parser)
    for name, command in parser.commands().items():
        made[MAN / f"mailproof-{name}.1"] = _page(name, command, parser.summary()[name])
    return made


def stale() -> list[str]:
    """Return the names of the files that are not what they would be if they were made now."""
    made = files()
    there = {*COMPLETIONS.glob("mailproof.*"), *MAN.glob("*.1")}
    old = [path for path, text in made.items() if path not in there or path.read_text("utf-8") != text]
    return sorted(str(path.relative_to(ROOT)) for path in {*old, *there - made.keys()})


def generate() -> None:
    """Write all files, and remove those of commands that are no more."""
    made = files()
    for path in {*COMPLETIONS.glob("mailproof.*"), *MAN.glob("*.1")} - made.keys():
        path.unlink()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _completion(shell: str) -> str:
    parser = build_parser(None)
    for each in _all(parser):
        for action in each.arguments():
            metavar = action.metavar if isinstance(action.metavar, str) else ""
            if metavar.startswith("{") and action.choices is None:  # words besides those that are shown
                action.choices = metavar.strip("{}").split(",")
            elif _FILES.fullmatch(metavar):
                action.complete = shtab.FILE  # type: ignore[attr-defined]  # shtab's way
            elif metavar == "DIR":
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]  # likewise
            elif not action.option_strings and action.choices is None:
                # Else zsh shows what belongs here in place of completing a flag.
                word = re.sub(r"\W+", " ", metavar or action.dest).strip()
                action.complete = {"zsh": f"_guard '[^-]*' '{word}'"}  # type: ignore[attr-defined]  # likewise
            action.help = _short(action.help or "")
    return "\n".join(line.rstrip() for line in shtab.complete(parser, shell).splitlines()) + "\n"


def _all(parser: Parser) -> Iterator[Parser]:
    yield parser
    for each in parser.commands().values():
        yield from _all(each)


def _short(text: str) -> str:
    """Return the first thing that a help says."""
    plain = re.split(r"; | \[|: ", text.replace("%%", "%"))[0]
    return textwrap.shorten(plain, _SHORT, placeholder=" …").replace("%", "%%")


def _overview(parser: Parser) -> str:
    lines = _head("mailproof", parser.description or "")
    lines += [".SH SYNOPSIS", ".B mailproof", r".I COMMAND", "[...]", ".SH DESCRIPTION"]
    lines += [_text(f"{parser.description} Each command has a manual page and tells its flags with --help.")]
    lines += [".SH COMMANDS"]
    for name, summary in parser.summary().items():
        lines += [".TP", rf"\fBmailproof\-{_text(name)}\fR(1)", _text(summary)]
    lines += [".SH OPTIONS", *_options(parser), *_example(parser.example), *_exit_status()]
    lines += [".SH ENVIRONMENT"]
    for name, text in _ENVIRONMENT:
        lines += [".TP", rf"\fB{_text(name)}\fR", _text(text)]
    lines += [".SH FILES", ".TP", r"\fI~/.config/mailproof/config.toml\fR", _text(_CONFIGURATION)]
    return "\n".join(lines) + "\n"


def _page(name: str, command: Parser, summary: str) -> str:
    lines = _head(f"mailproof-{name}", summary)
    actions = command.commands()
    lines += [".SH SYNOPSIS"]
    for number, leaf in enumerate(command.leaves()):
        lines += [".br"] * bool(number) + _synopsis(leaf)
    lines += [".SH DESCRIPTION", _text(command.description or summary)]
    if actions:
        for action, leaf in actions.items():
            lines += [f'.SH "{_text(action.upper())}"', _text(leaf.description or command.summary()[action])]
            lines += [*_options(leaf), *_notes(leaf), *_example(leaf.example, part=".PP")]
    else:
        lines += [".SH OPTIONS", *_options(command), *_notes(command), *_example(command.example)]
    lines += _exit_status()
    lines += [".SH SEE ALSO", r"\fBmailproof\fR(1)"]
    return "\n".join(lines) + "\n"


def _head(name: str, summary: str) -> list[str]:
    title = f'.TH "{_text(name.upper())}" "1" "{DATE}" "mailproof {__version__}" "mailproof"'
    sentence = summary[:1].lower() + summary[1:].rstrip(".")
    return [r'.\" Made by tools/command_line.py from the parsers of the command line.', title, ".SH NAME",
            rf"{_text(name)} \- {_text(sentence)}"]  # fmt: skip


def _synopsis(leaf: Parser) -> list[str]:
    words = [rf"\fB{_text(leaf.prog)}\fR"]
    arguments = [action for action in leaf.arguments() if "--help" not in action.option_strings]
    words += [rf"\fB{_text(a.option_strings[-1])}\fR \fI{_text(_value(a))}\fR" for a in arguments
              if a.option_strings and a.required]  # fmt: skip
    if any(action.option_strings and not action.required for action in arguments):
        words.append(r"[\fIoptions\fR]")
    for action in arguments:
        if not action.option_strings:
            word = rf"\fI{_text(_value(action))}\fR"
            words.append({"?": f"[{word}]", "+": f"{word} ...", "*": f"[{word} ...]"}.get(str(action.nargs), word))
    return [" ".join(words)]


def _value(action: argparse.Action) -> str:
    """Return the word that stands for an argument's value, "" if it has none."""
    if action.nargs == 0:
        return ""
    return str(action.metavar) if action.metavar else "|".join(map(str, action.choices or ())) or action.dest.upper()


def _options(parser: Parser) -> list[str]:
    lines: list[str] = []
    for action in parser.arguments():
        flags = ", ".join(rf"\fB{_text(flag)}\fR" for flag in action.option_strings)
        value = _value(action)
        shown = rf"\fI{_text(value)}\fR" if value else ""
        lines += [".TP", " ".join(each for each in (flags, shown) if each)]
        lines.append(_text((action.help or "").replace("%%", "%").replace("%(default)s", str(action.default))))
    return lines


def _notes(parser: Parser) -> list[str]:
    return [".PP", _text(parser.epilog)] if parser.epilog else []


def _example(example: str, part: str = ".SH EXAMPLE") -> list[str]:
    return [part, *(["Example:", ".PP"] if part == ".PP" else []), ".nf", _text(example), ".fi"] if example else []


def _exit_status() -> list[str]:
    lines = [".SH EXIT STATUS"]
    for code, text in EXIT_STATUS:
        lines += [".TP", rf"\fB{code}\fR", _text(text)]
    return lines


def _text(text: str) -> str:
    """Return a text as roff reads it: wrapped, and nothing in it taken for a request."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("…", "...").replace("'", r"\(aq")
    escaped = escaped.replace('"', r"\(dq").replace("^", r"\(ha").replace("~", r"\(ti").replace("`", r"\(ga")
    lines = textwrap.wrap(escaped, 79, break_long_words=False, break_on_hyphens=False)
    return "\n".join(rf"\&{line}" if line.startswith(".") else line for line in lines)


def main() -> int:
    """Generate the files, or check that they are today's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("generate", "check"))
    if parser.parse_args().what == "generate":
        generate()
        return 0
    old = stale()
    for name in old:
        print(f"{name} is not what the parsers say: python tools/command_line.py generate")
    return bool(old)


if __name__ == "__main__":
    sys.exit(main())
