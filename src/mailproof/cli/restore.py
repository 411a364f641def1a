"""`mailproof restore`: puts the database of a backup into the directory of a service that is stopped.

How it is done is in `mailproof.service.backups`: what was there is kept, in a directory that is named on stdout.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from mailproof.cli.backup import shown_lines
from mailproof.cli.exit_codes import DONE
from mailproof.cli.store_access import add_init
from mailproof.domain.errors import StartupError
from mailproof.service import settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file and the flags."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a backup that mailproof backup made")
    add_init(parser)
    settings.add_arguments(parser, only=settings.DATABASE | settings.KEYS)
    parser.epilog = (
        "The service must be stopped. What is there is not deleted but moved aside. The encryption key must be there: "
        "it is not in the backup. A run that is cut short is ended by the next one; until then no service starts."
    )


def run(parsed: argparse.Namespace) -> int:
    """Restore, print what was restored and where the former database is, and return the exit code."""
    chosen = settings.from_arguments(parsed, os.environ, only=settings.DATABASE | settings.KEYS)
    from mailproof.domain.database import Engine
    from mailproof.service import backups

    if chosen.database.engine is Engine.SQLITE:
        _make_directory(chosen.database.path.parent, init=parsed.init)
    manifest, aside = backups.put_back(parsed.file, chosen)
    print(f"restored   {chosen.database.path} from {parsed.file}, verified")
    for label, text in shown_lines(manifest):
        print(f"{label:<10} {text}")
    print(f"set aside  {aside or 'nothing: there was no database'}")
    return DONE


def _make_directory(folder: Path, *, init: bool) -> None:
    if folder.is_dir():
        return
    if not init:
        raise StartupError(f"there is no directory {folder}, and nothing was made: check its spelling, or add --init")
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise StartupError(f"the directory {folder} can't be made: {error.strerror}") from error
    print(f"mailproof: made the directory {folder}", file=sys.stderr)
