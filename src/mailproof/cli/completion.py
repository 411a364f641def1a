"""`mailproof completion`: prints the script that completes commands, flags, their choices and files in a shell.

The scripts are made from the parsers by tools/command_line.py, and are files of the package: nothing is needed for them
where mailproof is installed.
"""

from __future__ import annotations

import argparse
import sys

from mailproof.cli.exit_codes import DONE

SHELLS = ("bash", "zsh", "fish")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the shell."""
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=f"the shell: {', '.join(SHELLS)}")
    parser.epilog = (
        "Where the script belongs: bash reads it from ~/.local/share/bash-completion/completions/mailproof, fish from "
        "~/.config/fish/completions/mailproof.fish, zsh from a file _mailproof in a directory of $fpath. For one "
        'session: source <(mailproof completion bash), or in fish "mailproof completion fish | source".'
    )
    parser.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    from importlib.resources import files

    script = files("mailproof.cli").joinpath("completions", f"mailproof.{parsed.shell}")
    sys.stdout.write(script.read_text("utf-8"))
    return DONE
