"""`mailproof backup`: copies the database into one file while the service runs, checks it, and says which key it needs.

How it is made is in `mailproof.service.backups`.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailproof.cli.arguments import add_json
from mailproof.cli.exit_codes import DONE
from mailproof.cli.printer import print_json
from mailproof.service import settings

if TYPE_CHECKING:
    from mailproof.store.backup_file import Manifest


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file and the flags."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the backup: one file, which is made")
    parser.add_argument("--force", action="store_true", help="replace FILE where it exists")
    parser.add_argument(
        "--verify", action="store_true", help="make none: check the backup FILE, as restore does, and say what it holds"
    )
    add_json(parser)
    settings.add_arguments(parser, only=settings.DATABASE | settings.KEYS)
    parser.epilog = (
        "The service may run. The encryption key is not in the backup, and without it the secrets in it can't be "
        "opened: keep a copy of the key in another place. What a backup is restored with is mailproof restore."
    )


def run(parsed: argparse.Namespace) -> int:
    """Make a backup or check one, print what it holds, and return the exit code."""
    from mailproof.service import backups

    if parsed.verify:
        _print(parsed, backups.verify(parsed.file), "")
        return DONE
    chosen = settings.from_arguments(parsed, os.environ, only=settings.DATABASE | settings.KEYS)
    manifest = backups.make(parsed.file, chosen, replace=parsed.force)
    _print(parsed, manifest, backups.place_of_keys(chosen))
    missing, problem = backups.missing_keys(manifest, chosen)
    if missing:
        because = f" ({problem})" if problem else ""
        print(
            f"mailproof: the key {', '.join(missing)} is not in {backups.place_of_keys(chosen)}{because}: without it "
            "this backup can't be restored",
            file=sys.stderr,
        )
    return DONE


def shown_lines(manifest: Manifest) -> list[tuple[str, str]]:
    """Return what a backup holds, a label and a text for each line."""
    contents = manifest.contents
    counts = ", ".join(f"{contents.rows[name]:,} {name}" for name in sorted(contents.rows) if contents.rows[name])
    return [
        ("taken", f"{manifest.taken_at:%Y-%m-%dT%H:%M:%SZ} by mailproof {manifest.release}, schema {contents.schema}"),
        ("database", f"{contents.database_id or 'of an older release'}, {contents.commits:,} commits"),
        ("holds", counts),
    ]


def _print(parsed: argparse.Namespace, manifest: Manifest, keys_at: str) -> None:
    if parsed.json:
        print_json(_document(parsed.file, manifest))
        return
    size, database = parsed.file.stat().st_size, manifest.size
    ids = ", ".join(manifest.contents.keys)
    needs = f"{ids}, which is not in this file" if ids else "none: nothing in it is sealed"
    apart = f": keep a copy of {keys_at} in another place" if ids and keys_at else ""
    lines = [("backup", f"{parsed.file}, {_bytes(size)} (the database {_bytes(database)}), verified")]
    for label, text in [*lines, *shown_lines(manifest), ("needs key", needs + apart)]:
        print(f"{label:<10} {text}")


def _document(path: Path, manifest: Manifest) -> dict[str, Any]:
    contents = manifest.contents
    return {
        "file": str(path),
        "bytes": path.stat().st_size,
        "verified": True,
        "taken_at": manifest.taken_at.isoformat(),
        "release": manifest.release,
        "schema": contents.schema,
        "database_id": contents.database_id,
        "commits": contents.commits,
        "database_bytes": manifest.size,
        "database_sha256": manifest.sha256,
        "rows": dict(contents.rows),
        "sequences": dict(contents.sequences),
        "keys": list(contents.keys),
    }


def _bytes(count: int) -> str:
    size, unit = float(count), "bytes"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{size:.1f} {unit}" if unit != "bytes" else f"{count} bytes"
