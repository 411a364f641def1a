"""`mailproof config export FILE`: writes all configurations of an instance to a file, however many there are.

The file appears whole or not at all: pages go to `FILE.partial`, which gets its name once the trailer is in it. What
broke off there goes on with `--resume`.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mailproof.cli.arguments import UsageError
from mailproof.cli.exit_codes import DONE
from mailproof.cli.passphrase import add_passphrase, read_passphrase
from mailproof.cli.service_access import NotCarriedOut, add_service_arguments
from mailproof.cli.table import print_line

if TYPE_CHECKING:
    from mailproof.cli.transfer_file import Extent
    from mailproof.client import Client
    from smtpdiag.v1 import instance_pb2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write")
    parser.add_argument(
        "--with-secrets", action="store_true", help="passwords and keys too, encrypted to a passphrase (iam.secrets)"
    )
    add_passphrase(parser)
    parser.add_argument("--resume", action="store_true", help="go on with an export that broke off")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE once the new one is whole")
    parser.add_argument("--page-size", type=int, metavar="N", default=250, help="configurations a line; default: 250")
    add_service_arguments(parser, _export)


def partial(path: Path) -> Path:
    """Return where an export is written until it is whole."""
    return path.with_name(f"{path.name}.partial")


async def _export(client: Client, parsed: argparse.Namespace) -> int:
    half = partial(parsed.file)
    try:
        extent = _begin(parsed)
        wanted = parsed.with_secrets if extent is None else extent.encrypted and not extent.complete
        passphrase = read_passphrase(parsed.passphrase_file, twice=extent is None) if wanted else ""
        with _open(half, extent) as file:
            export = _Export(client, parsed, passphrase, file, extent)
            try:
                await export.run()
            finally:
                if not export.begun:  # a refused call leaves nothing to go on with
                    with suppress(OSError):
                        half.unlink()
            os.fsync(file.fileno())
        half.replace(parsed.file)
        _sync(parsed.file.parent)
    except OSError as error:
        raise NotCarriedOut(f"{half} can't be written: {error.strerror or error}") from None
    _report(parsed, export.trailer)
    return DONE


def _begin(parsed: argparse.Namespace) -> Extent | None:
    """Return how far the export had got that is to go on; None for a new one.

    Raises:
        UsageError: A file is in the way, or there is nothing to go on with.
    """
    from mailproof.cli.transfer_file import FileProblem, survey

    if str(parsed.file) == "-":
        raise UsageError("argument FILE: must be a file, not -: an export that breaks off goes on in it")
    half = partial(parsed.file)
    if parsed.file.exists() and not parsed.file.is_file():  # /dev/stdout would be replaced, not written
        raise UsageError(f"{parsed.file} is a directory or a device, and no file")
    if parsed.file.exists() and not parsed.overwrite:
        raise UsageError(f"{parsed.file} exists: --overwrite replaces it")
    if not half.exists():
        if parsed.resume:
            raise UsageError(f"argument --resume: there is no {half}, so no export of this file broke off")
        return None
    if not parsed.resume:
        raise UsageError(f"{half} is an export that broke off: --resume goes on with it; remove it to begin anew")
    try:
        extent = survey(half)
    except FileProblem:
        if half.stat().st_size:
            raise
        return None
    if parsed.with_secrets and not extent.encrypted:
        raise UsageError(f"argument --with-secrets: {half} was begun without secrets")
    if not extent.pages and not extent.complete:
        return None  # nothing but a header has arrived
    return extent


def _open(path: Path, extent: Extent | None) -> IO[bytes]:
    """Open the half file behind its last whole line. Only its owner can read it, and one command alone write it.

    Raises:
        UsageError: Another command writes it.
    """
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb")
    if not _locked(file):
        file.close()
        raise UsageError(f"another export writes {path} at this moment")
    if extent is None:
        file.truncate()
    else:
        file.truncate(extent.end)
        file.seek(extent.end)
    return file


def _locked(file: IO[bytes]) -> bool:
    """Lock a file until it is closed, where the system can; return False if another process has locked it."""
    if sys.platform != "win32":  # for the type checker, which also checks for other systems
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # not every file system can
            return True
    return True


class _Export:
    """An export that runs, over as many calls as it takes."""

    def __init__(
        self,
        client: Client,
        parsed: argparse.Namespace,
        passphrase: str,
        file: IO[bytes],
        extent: Extent | None,
    ) -> None:
        from mailproof.cli.transfer_calls import ProgressLine, RepeatedCalls

        self.trailer: instance_pb2.ConfigsTrailer | None = None
        self._client = client
        self._parsed = parsed
        self._passphrase = passphrase
        self._file = file
        self._token = extent.token if extent else ""
        self._done = extent.providers if extent else 0
        self._total = extent.promised if extent else 0
        self._complete = extent is not None and extent.complete
        self._retries = RepeatedCalls()
        self._progress = ProgressLine("exported")

    @property
    def begun(self) -> bool:
        """Return whether anything has arrived that is worth to be kept."""
        return bool(self._done) or self._complete

    async def run(self) -> None:
        from mailproof.client import CallError

        try:
            while not self._complete:
                try:
                    await self._stream()
                except CallError as error:
                    if not await self._retries.wait(error):
                        raise
        finally:
            self._progress.end()
            if self._done and not self._complete:  # whatever stopped it, Ctrl-C too
                print_line(
                    f"mailproof {self._parsed.called}: {self._done:,} configurations are in "
                    f"{partial(self._parsed.file)}: --resume goes on with it",
                    aside=True,
                )

    async def _stream(self) -> None:
        """Make one call, and write what arrives."""
        from google.protobuf.json_format import MessageToDict

        from mailproof.cli.transfer_file import write_line
        from smtpdiag.v1 import instance_pb2

        request = instance_pb2.StreamExportConfigsRequest(
            passphrase=self._passphrase, page_size=self._parsed.page_size, page_token=self._token
        )
        if not self._token:  # a call before may have written a header, and no page
            self._file.seek(0)
            self._file.truncate()
        async for part in self._client.instances.StreamExportConfigs(request):
            write_line(self._file, MessageToDict(part))
            kind = part.WhichOneof("part")
            if kind == "header":
                self._total = part.header.provider_count
            elif kind == "page":
                self._retries.progress()
                self._token = part.next_page_token
                self._done += len(part.page.providers)
                self._progress.show(self._done, self._total)
            else:
                self.trailer, self._complete = part.trailer, True


def _sync(directory: Path) -> None:
    """Have the file's new name on disk, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _report(parsed: argparse.Namespace, trailer: instance_pb2.ConfigsTrailer | None) -> None:
    from mailproof.cli.printer import print_json

    if trailer is None:  # the half file had been whole already
        print_json({"file": str(parsed.file)}) if parsed.json else print_line(f"{parsed.file} is whole")
        return
    if parsed.json:
        facts = {"configurations": trailer.provider_count, "pages": trailer.page_count}
        meanwhile = {"changedMeanwhile": trailer.changed_count, "removedMeanwhile": trailer.removed_count}
        print_json({"file": str(parsed.file), **facts, **meanwhile})
        return
    without = "" if parsed.with_secrets else ", without their secrets"
    print_line(f"exported {trailer.provider_count:,} configurations to {parsed.file}{without}")
    if trailer.changed_count:
        print_line(
            f"{trailer.changed_count:,} of them were changed meanwhile, and are as they were when they were read"
        )
    if trailer.removed_count:
        print_line(f"{trailer.removed_count:,} more were removed meanwhile, and are missing")
