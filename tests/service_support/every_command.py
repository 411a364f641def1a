"""Every command with the least that it takes, from the parsers themselves: a new command is among them by itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from mailproof.cli.main import build_parser
from mailproof.cli.parser import Parser

VALUES = {
    "HOST[:PORT]": "127.0.0.1:1",
    "ADDRESS": "me@mail.invalid",
    "--from": "sqlite:///{dir}/one.db",
    "--to": "sqlite:///{dir}/two.db",
    "AGE": "365d",
    "FILE": "{dir}/some.file",
}
"""Values of required arguments, by their flag or by the word that stands for the value; any other one is "x"."""


def leaves() -> dict[str, Parser]:
    """Return the parser of each command and action, by its name: "config list"."""
    return {leaf.prog.partition(" ")[2]: leaf for leaf in build_parser(None).leaves()}


def least(name: str, leaf: Parser, folder: str) -> list[str]:
    """Return the words of a command line with what the command demands, and no more.

    Args:
        name: The command's name.
        leaf: Its parser.
        folder: What stands for a directory of data, and holds what is written.
    """
    words = name.split()
    for action in leaf.arguments():
        words += _needed(action, folder)
    if name == "thin":
        words += ["--older-than", "365d"]
    if "--data-dir" in leaf.flags():
        words += ["--data-dir", folder]
    if "--server" in leaf.flags():
        words += ["--server", "127.0.0.1:1", "--timeout", "5"]
    return words


def _needed(action: argparse.Action, folder: str) -> Iterator[str]:
    if action.option_strings and not action.required:
        return
    if not action.option_strings and action.nargs in ("?", "*") and action.metavar != "ID":  # an ID is one of two ways
        return
    flag = action.option_strings[0] if action.option_strings else ""
    if flag:
        yield flag
    if action.choices:
        yield str(next(iter(action.choices)))
    else:
        yield VALUES.get(flag, VALUES.get(str(action.metavar), "x")).format(dir=folder)
