"""`mailproof backup`: copies the database into one file while the service runs, checks it, and says which key it needs.

The law kept here: a file of that name is either the whole, checked backup, or as it was before. The key is never in it.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailproof.cli.arguments import add_json
from mailproof.cli.exit_codes import DONE
from mailproof.cli.printer import print_json
from mailproof.domain.errors import StartupError
from mailproof.service import settings

if TYPE_CHECKING:
    from mailproof.service.settings import ServiceSettings
    from mailproof.store.backup_file import Manifest

POSTGRES = (
    "mailproof backup and restore are for SQLite: back PostgreSQL up with pg_dump or its own continuous archiving, and "
    "keep the encryption key apart (docs/backup.md)"
)


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
    from mailproof.store.backup_file import read_manifest

    if parsed.verify:
        manifest = read_manifest(parsed.file)
        _verify(parsed.file, manifest)
        _print(parsed, manifest, "")
        return DONE
    chosen = settings.from_arguments(parsed, os.environ, only=settings.DATABASE | settings.KEYS)
    refuse_postgres(chosen)
    manifest = _make(parsed.file, chosen, force=parsed.force)
    _print(parsed, manifest, place_of_keys(chosen))
    missing = set(manifest.contents.keys) - known_keys(chosen)
    if missing:
        print(
            f"mailproof: the key {', '.join(sorted(missing))} is not in {place_of_keys(chosen)}: without it this "
            "backup can't be restored",
            file=sys.stderr,
        )
    return DONE


def refuse_postgres(chosen: ServiceSettings) -> None:
    """Check that the database is a file.

    Raises:
        StartupError: It is PostgreSQL, whose own tools make backups.
    """
    from mailproof.domain.database import Engine

    if chosen.database.engine is not Engine.SQLITE:
        raise StartupError(POSTGRES)


def place_of_keys(chosen: ServiceSettings) -> str:
    """Return where the settings have the encryption keys."""
    from mailproof.store.key_sources import KEY_FILE

    if chosen.encryption_key:
        return "MAILPROOF_ENCRYPTION_KEY"
    if chosen.encryption_key_file:
        return str(chosen.encryption_key_file)
    return (
        "what the encryption_key_command prints" if chosen.encryption_key_command else str(chosen.data_dir / KEY_FILE)
    )


def known_keys(chosen: ServiceSettings) -> set[str]:
    """Return the ids of the keys that the settings have; none where they can't be had. No key is made."""
    from mailproof.service.encryption_keys import open_existing_keys
    from mailproof.store.sealing import key_id

    try:
        return {key_id(key).hex() for key in open_existing_keys(chosen).source.read()}
    except StartupError as error:
        print(f"mailproof: {error}", file=sys.stderr)
        return set()


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


def _make(path: Path, chosen: ServiceSettings, *, force: bool) -> Manifest:
    """Make a backup, and return what it says of itself.

    Raises:
        StartupError: It can't be made; there is no new file then.
    """
    import mailproof
    from mailproof.domain.clock import utc_now
    from mailproof.service.encryption_keys import BOUND
    from mailproof.store.backup_file import Manifest, digest_of, write_backup
    from mailproof.store.sqlite import backup

    if path.exists() and not force:
        raise StartupError(f"there is a file {path} already: name another one, or replace it with --force")
    try:
        with _temporary(path) as (archive, copy):
            with backup.in_use(chosen.database.path):
                taken_at = utc_now()
                backup.copy(chosen.database.path, copy)
            contents = backup.examine(copy, f"the database {chosen.database.path}")
            prepared = (chosen.data_dir / BOUND).exists()
            manifest = Manifest(
                mailproof.__version__, taken_at, prepared, copy.stat().st_size, digest_of(copy), contents
            )
            with archive.open("wb") as file:
                write_backup(file, manifest, copy)
            _verify(archive, manifest)
            _publish(archive, path, force=force)
    except OSError as error:
        raise StartupError(f"the backup {path} can't be written: {error.strerror}") from error
    return manifest


def _verify(path: Path, manifest: Manifest) -> None:
    """Check a backup by taking the database out of it.

    Raises:
        StartupError: It is damaged, or there is no room for its database beside it.
    """
    import tempfile

    from mailproof.store.backup_file import extract
    from mailproof.store.sqlite import backup

    beside = path.parent if os.access(path.parent, os.W_OK) else None
    try:
        with tempfile.TemporaryDirectory(prefix=".mailproof-", dir=beside) as folder:
            copy = Path(folder) / "mailproof.db"
            with copy.open("wb") as file:
                extract(path, manifest, file)
            if backup.examine(copy, f"the database in {path}") != manifest.contents:
                raise StartupError(f"the backup {path} is damaged: it does not hold what its manifest says")
    except OSError as error:
        raise StartupError(f"the backup {path} can't be checked: {error.strerror}") from error


@contextmanager
def _temporary(path: Path) -> Iterator[tuple[Path, Path]]:
    """Make two files beside a backup that is to be made: for the archive, and for the copy that goes into it.

    Their names are always the same for the same backup, so that what a run leaves that was killed goes with the next.

    Raises:
        StartupError: Another run makes the same backup now.
    """
    archive, copy = path.with_name(f".{path.name}.part"), path.with_name(f".{path.name}.part-db")
    descriptor = os.open(archive, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock(descriptor):
            raise StartupError(f"the backup {path} is being made by another process")
        os.ftruncate(descriptor, 0)
        copy.unlink(missing_ok=True)
        os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            yield archive, copy
        finally:
            copy.unlink(missing_ok=True)
            archive.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True  # `serve` does not run there
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _publish(archive: Path, path: Path, *, force: bool) -> None:
    if path.exists() and not force:  # made by somebody meanwhile
        raise StartupError(f"there is a file {path} already: name another one, or replace it with --force")
    archive.rename(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
