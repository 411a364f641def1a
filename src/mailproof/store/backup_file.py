"""The file of a backup: a ZIP archive of a database file and of the manifest that says what it is.

Any program for ZIP archives opens it. The manifest has the digest of the database file, so that a damaged backup is
known before anything is put in its place; and the ids of the keys that the secrets in it are under, never a key.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from mailproof.domain.errors import StartupError

_FORMAT = "mailproof backup"
_VERSION = 1
_MANIFEST = "manifest.json"
_DATABASE = "mailproof.db"
_MAX_MANIFEST = 64 * 1024 * 1024  # some 500,000 instances
_CHUNK = 1024 * 1024
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, RuntimeError)
"""What `zipfile` and `json` raise at files that are none of ours: RuntimeError where one is encrypted or nested."""
_LEVEL = 1  # of zlib: a database becomes a third; higher levels take three times as long for some percent


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database file holds.

    Attributes:
        schema: The version of its schema.
        database_id: Its random id.
        commits: How many commits it has counted.
        rows: How many rows each table has.
        sequences: The last sequence of each instance.
        keys: The ids of the keys that something in it is sealed under.
    """

    schema: int
    database_id: str
    commits: int
    rows: Mapping[str, int]
    sequences: Mapping[str, int]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Attributes:
        release: The release that made it.
        taken_at: When the copy was begun: what was acknowledged before is in it.
        prepared: Whether secrets of older releases had been taken over where it was made, so that none such is accepted
            again where it is restored.
        size: The length of the database file.
        sha256: The digest of the database file.
        contents: What the database file holds.
    """

    release: str
    taken_at: datetime
    prepared: bool
    size: int
    sha256: str
    contents: Contents


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_backup(file: IO[bytes], manifest: Manifest, database: Path) -> None:
    """Write a backup, and wait until it is on disk.

    Args:
        file: An empty file.
        manifest: What it says of itself.
        database: The database file that it is made of.
    """
    fields = asdict(manifest) | {"taken_at": manifest.taken_at.isoformat()}
    document = {"format": _FORMAT, "version": _VERSION, **fields}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        archive.writestr(_MANIFEST, json.dumps(document, indent=1))
        archive.write(database, _DATABASE)
    file.flush()
    os.fsync(file.fileno())


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself.

    Raises:
        StartupError: It can't be read, is no backup, or a newer release made it in another form.
    """
    with _opened(path) as archive:
        found = _document(archive, path)
    if found.get("version") != _VERSION:
        raise StartupError(f"a newer release of mailproof made the backup {path}: use that release")
    try:
        given = found["contents"]
        contents = Contents(
            int(given["schema"]),
            str(given["database_id"]),
            int(given["commits"]),
            {str(name): int(count) for name, count in given["rows"].items()},
            {str(name): int(last) for name, last in given["sequences"].items()},
            tuple(map(str, given["keys"])),
        )
        taken_at = datetime.fromisoformat(found["taken_at"])
        return Manifest(
            str(found["release"]), taken_at, found["prepared"] is True, int(found["size"]), found["sha256"], contents
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise StartupError(f"the manifest of the backup {path} is damaged") from error


def extract(path: Path, manifest: Manifest, target: IO[bytes]) -> None:
    """Write the database file of a backup, and wait until it is on disk.

    Raises:
        StartupError: The backup is damaged: its database file is not the one that the manifest describes.
    """
    for chunk in _checked(path, manifest):
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())


def check_digest(path: Path, manifest: Manifest) -> None:
    """Read the database file of a backup.

    Raises:
        StartupError: The backup is damaged: its database file is not the one that the manifest describes.
    """
    for _ in _checked(path, manifest):
        pass


def _checked(path: Path, manifest: Manifest) -> Iterator[bytes]:
    """Yield the database file of a backup in pieces; raise at its end if it is another one."""
    digest, length = hashlib.sha256(), 0
    with _opened(path) as archive, archive.open(_DATABASE) as source:
        while (chunk := source.read(_CHUNK)) and length <= manifest.size:
            length += len(chunk)
            digest.update(chunk)
            yield chunk
    if length != manifest.size or digest.hexdigest() != manifest.sha256:
        raise StartupError(f"the backup {path} is damaged: its database is not the one that its manifest describes")


def _document(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    if archive.getinfo(_MANIFEST).file_size > _MAX_MANIFEST:
        raise StartupError(f"the manifest of the backup {path} is damaged")
    found = json.loads(archive.read(_MANIFEST))
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise StartupError(f"{path} is no backup of mailproof")
    return found


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a backup.

    Raises:
        StartupError: It can't be opened, is no backup, or is damaged.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
        if head == b"SQLite format 3\0":
            raise StartupError(
                f"{path} is a database file, and no backup of mailproof: such a copy may lack what was in its "
                "write-ahead log; make backups with mailproof backup"
            )
        with zipfile.ZipFile(path) as archive:
            yield archive
    except KeyError as error:
        raise StartupError(f"{path} is no backup of mailproof") from error
    except _DAMAGED as error:
        raise StartupError(f"the backup {path} is damaged, or is none of mailproof: {error}") from error
    except OSError as error:
        raise StartupError(f"the backup {path} can't be read: {error.strerror}") from error
