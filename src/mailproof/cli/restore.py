"""`mailproof restore`: puts the database of a backup into the directory of a service that is stopped.

The law kept here: nothing is put in place of which not everything is there to open it again: the backup is checked
first, and so is that the keys are there. What was there is kept, in a directory that is named on stdout.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mailproof.cli.backup import known_keys, place_of_keys, refuse_postgres, shown_lines
from mailproof.cli.exit_codes import DONE
from mailproof.cli.store_access import add_init
from mailproof.domain.errors import StartupError
from mailproof.service import settings

if TYPE_CHECKING:
    from mailproof.service.settings import ServiceSettings
    from mailproof.store.backup_file import Manifest


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
    from mailproof.domain.clock import utc_now
    from mailproof.store.backup_file import read_manifest
    from mailproof.store.sqlite import restore

    refuse_postgres(chosen)
    manifest = read_manifest(parsed.file)
    database = chosen.database.path
    _make_directory(database.parent, init=parsed.init)
    _check_keys(manifest, chosen)
    restored = restore.restore(parsed.file, manifest, database, utc_now())
    if manifest.prepared:
        _mark(chosen.data_dir)
    print(f"restored   {database} from {parsed.file}, verified")
    for label, text in shown_lines(manifest):
        print(f"{label:<10} {text}")
    print(f"set aside  {restored.aside or 'nothing: there was no database'}")
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


def _check_keys(manifest: Manifest, chosen: ServiceSettings) -> None:
    """Check that every key is there that something in the backup is sealed under.

    Raises:
        StartupError: One is missing.
    """
    needed = set(manifest.contents.keys)
    missing = needed - known_keys(chosen) if needed else set()
    if missing:
        raise StartupError(
            f"the backup is sealed under the key {', '.join(sorted(missing))}, which is not in "
            f"{place_of_keys(chosen)}; nothing was changed: put the key there from where you keep it, then run this "
            "again"
        )


def _mark(data_dir: Path) -> None:
    """Mark that secrets in the form of older releases were taken over already, and are not to be accepted again."""
    from mailproof.service.encryption_keys import BOUND

    try:
        (data_dir / BOUND).touch(mode=0o600)
    except OSError as error:
        raise StartupError(f"the mark {data_dir / BOUND} can't be made: {error.strerror}") from error
