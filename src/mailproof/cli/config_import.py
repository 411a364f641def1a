"""`mailproof config import FILE`: adds all configurations of a file to an instance, under new ids.

The whole file is looked at before anything is added. How far the import has got stands in `FILE.importing`, until it is
finished: `--resume` goes on there, also where the answer to a page was lost, and `--undo` takes back what was added.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from mailproof.cli.arguments import UsageError
from mailproof.cli.exit_codes import DONE
from mailproof.cli.passphrase import add_passphrase, read_passphrase
from mailproof.cli.service_access import NotCarriedOut, add_service_arguments
from mailproof.cli.table import print_line

Q = TypeVar("Q")
A = TypeVar("A")

if TYPE_CHECKING:
    from mailproof.cli.transfer_file import Extent, Line
    from mailproof.client import Client
    from smtpdiag.v1 import instance_pb2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the file, as `config export` wrote it")
    add_passphrase(parser)
    parser.add_argument("--skip-secrets", action="store_true", help="leave the secrets out; needs no passphrase")
    parser.add_argument("--ids", type=Path, metavar="FILE", help="write which id became which, a line of JSON for each")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--dry-run", action="store_true", help="have the service check all, and add nothing")
    chosen.add_argument("--resume", action="store_true", help="go on with an import that broke off")
    chosen.add_argument("--undo", action="store_true", help="take back what an import that broke off has added")
    add_service_arguments(parser, _import)


@dataclass(frozen=True, slots=True)
class _State:
    """How far an import has got, as it stands in `FILE.importing`.

    Attributes:
        export_id: The document.
        import_id: The import.
        token: What the next call needs.
        pages: How many pages are known to be imported.
        skip_secrets: Whether the secrets are left out.
        missing: How many configurations have no secret now.
        new_keys: How many have a new signing key.
    """

    export_id: str
    import_id: str
    token: str
    pages: int = 0
    skip_secrets: bool = False
    missing: int = 0
    new_keys: int = 0

    def save(self, path: Path) -> None:
        """Append the state to its file, whose last whole line counts.

        Only the first line waits for the disk: where a power cut takes later ones, their pages are sent again, and
        answered as the first time. The token is nobody else's to read.
        """
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write(json.dumps(asdict(self)) + "\n")
            if not self.pages:
                file.flush()
                os.fsync(file.fileno())


def state_file(path: Path) -> Path:
    """Return where it stands how far the import of a file has got."""
    return path.with_name(f"{path.name}.importing")


def _state(path: Path) -> _State:
    for line in reversed(path.read_text().splitlines()):
        with suppress(ValueError, TypeError):  # the last line may be half written
            return _State(**json.loads(line))
    raise UsageError(f"{path} can't be read: it is no state of an import")


async def _import(client: Client, parsed: argparse.Namespace) -> int:
    try:
        return await (_undo(client, parsed) if parsed.undo else _add(client, parsed))
    except OSError as error:
        raise NotCarriedOut(f"{error.filename or parsed.file}: {error.strerror or error}") from None


async def _add(client: Client, parsed: argparse.Namespace) -> int:
    from mailproof.cli.transfer_file import survey

    where = state_file(parsed.file)
    if where.exists() and not parsed.resume and not parsed.dry_run:
        raise UsageError(
            f"{where} is of an import that broke off: --resume goes on with it, --undo takes back what it has added"
        )
    if parsed.resume and not where.exists():
        raise UsageError(f"argument --resume: there is no {where}, so no import of this file broke off")
    extent = survey(parsed.file)
    if not extent.complete:
        raise NotCarriedOut(
            f"{parsed.file} has {extent.pages} pages and no trailer: the export broke off before its end"
        )
    state = _state(where) if parsed.resume else None
    if state is not None and state.export_id != extent.export_id:
        raise UsageError(f"{where} is of the import of another export")
    skipped = state.skip_secrets if state else parsed.skip_secrets
    passphrase = read_passphrase(parsed.passphrase_file) if extent.encrypted and not skipped else ""
    with _ids(parsed.ids, resume=parsed.resume) as ids:
        running = _Import(client, parsed, passphrase, extent, state, ids)
        finished = await running.run()
    _report(parsed, finished, running.state)
    return DONE


class _Import:
    """An import that runs.

    Attributes:
        state: How far it has got; None before it begins.
    """

    def __init__(
        self,
        client: Client,
        parsed: argparse.Namespace,
        passphrase: str,
        extent: Extent,
        state: _State | None,
        ids: IO[str],
    ) -> None:
        from mailproof.cli.transfer_calls import ProgressLine, RepeatedCalls

        self.state = state
        self._client = client
        self._parsed = parsed
        self._passphrase = passphrase
        self._extent = extent
        self._ids = ids
        self._retries = RepeatedCalls()
        self._progress = ProgressLine("checked" if parsed.dry_run else "imported")

    async def run(self) -> instance_pb2.FinishConfigsImportResponse:
        from mailproof.cli.transfer_file import lines

        finished = None
        try:
            with self._parsed.file.open("rb") as file:
                for line in lines(self._parsed.file, file):
                    if line.kind == "header":
                        await self._begin(line)
                    elif line.kind == "page":
                        await self._page(line)
                    else:
                        finished = await self._finish(line)
        finally:
            self._progress.end()
            if finished is None and self.state is not None and not self._parsed.dry_run:  # also by Ctrl-C
                half = f"{self.state.pages} of {self._extent.pages} pages are imported"
                ways = "--resume goes on, --undo takes them back"
                print_line(f"mailproof {self._parsed.called}: {half}: {ways}", aside=True)
        assert finished is not None  # noqa: S101 - the survey has seen a trailer
        return finished

    async def _begin(self, line: Line) -> None:
        from smtpdiag.v1 import instance_pb2

        if self.state is not None:
            return
        request = instance_pb2.BeginConfigsImportRequest(
            passphrase=self._passphrase, skip_secrets=self._parsed.skip_secrets, validate_only=self._parsed.dry_run
        )
        _parse(self._parsed.file, line, request.header)
        begun = await self._call(self._client.instances.BeginConfigsImport, request)
        skipped: bool = self._parsed.skip_secrets
        self._keep(_State(self._extent.export_id, begun.import_id, begun.next_import_token, skip_secrets=skipped))

    async def _page(self, line: Line) -> None:
        from google.protobuf.json_format import MessageToDict

        from smtpdiag.v1 import instance_pb2

        state = self.state
        assert state is not None  # noqa: S101 - `_begin` was first
        if line.part["number"] <= state.pages:
            return
        request = instance_pb2.ContinueConfigsImportRequest(import_token=state.token, passphrase=self._passphrase)
        _parse(self._parsed.file, line, request.page)
        answer = await self._call(self._client.instances.ContinueConfigsImport, request)
        if self._parsed.ids:
            for provider in answer.providers:
                self._ids.write(json.dumps(MessageToDict(provider), separators=(",", ":")) + "\n")
        self._ids.flush()
        became = Counter(provider.secret for provider in answer.providers)
        self._keep(
            replace(
                state,
                token=answer.next_import_token,
                pages=answer.page_count,
                missing=state.missing + became[instance_pb2.IMPORTED_SECRET_MISSING],
                new_keys=state.new_keys + became[instance_pb2.IMPORTED_SECRET_NEW_SIGNING_KEY],
            )
        )
        self._progress.show(answer.provider_count, self._extent.providers)

    async def _finish(self, line: Line) -> instance_pb2.FinishConfigsImportResponse:
        from smtpdiag.v1 import instance_pb2

        assert self.state is not None  # noqa: S101 - as above
        request = instance_pb2.FinishConfigsImportRequest(import_token=self.state.token, passphrase=self._passphrase)
        _parse(self._parsed.file, line, request.trailer)
        answer: instance_pb2.FinishConfigsImportResponse
        answer = await self._call(self._client.instances.FinishConfigsImport, request)
        if not self._parsed.dry_run:
            state_file(self._parsed.file).unlink(missing_ok=True)
        return answer

    def _keep(self, state: _State) -> None:
        self.state = state
        if not self._parsed.dry_run:
            state.save(state_file(self._parsed.file))

    async def _call(self, method: Callable[[Q], Awaitable[A]], request: Q) -> A:
        """Make a call, again where its answer was lost: a repeated page is answered as the first time."""
        from mailproof.client import CallError

        while True:
            try:
                answer = await method(request)
            except CallError as error:
                if not await self._retries.wait(error):
                    raise
            else:
                self._retries.progress()
                return answer


async def _undo(client: Client, parsed: argparse.Namespace) -> int:
    from mailproof.cli.transfer_calls import ProgressLine, RepeatedCalls
    from mailproof.client import CallError
    from smtpdiag.v1 import instance_pb2

    where = state_file(parsed.file)
    if not where.exists():
        raise UsageError(f"argument --undo: there is no {where}, so no import of this file broke off")
    request = instance_pb2.UndoConfigsImportRequest(import_token=_state(where).token)
    retries, progress = RepeatedCalls(), ProgressLine("removed")
    removed, kept = 0, set[str]()
    while True:
        try:
            async for page in client.instances.UndoConfigsImport(request):
                retries.progress()
                removed += page.removed_count
                kept.update(page.kept_provider_ids)
                progress.show(removed, removed)
        except CallError as error:
            if not await retries.wait(error):
                progress.end()
                raise
        else:
            break
    progress.end()
    where.unlink()
    if parsed.json:
        from mailproof.cli.printer import print_json

        print_json({"removed": removed, "kept": sorted(kept)})
        return DONE
    print_line(f"removed {removed:,} configurations that the import had added")
    for each in sorted(kept):
        print_line(f"{each} stays: it is active, or was changed since")
    return DONE


def _parse(path: Path, line: Line, message: Any) -> None:
    """Fill the message of a line's part.

    Raises:
        FileProblem: It does not fit.
    """
    from google.protobuf.json_format import ParseDict, ParseError

    from mailproof.cli.transfer_file import FileProblem

    try:
        ParseDict(line.part, message)
    except ParseError as error:
        raise FileProblem(f"{path}: line {line.number}: {error}") from None


def _ids(path: Path | None, *, resume: bool) -> IO[str]:
    if path is None:
        return Path(os.devnull).open("w")
    return path.open("a" if resume else "w")


def _report(
    parsed: argparse.Namespace, finished: instance_pb2.FinishConfigsImportResponse, state: _State | None
) -> None:
    from mailproof.cli.printer import print_json

    missing, new_keys = (state.missing, state.new_keys) if state else (0, 0)
    if parsed.json:
        facts = {"configurations": finished.provider_count, "pages": finished.page_count}
        counts = {"secretsMissing": missing, "newSigningKeys": new_keys}
        print_json({"dryRun": parsed.dry_run, **facts, **counts, "active": finished.active_provider_id})
        return
    done, end = ("checked", ", and added none") if parsed.dry_run else ("imported", "")
    print_line(f"{done} {finished.provider_count:,} configurations of {parsed.file}{end}")
    if missing:
        print_line(f"{missing:,} have no secret: update each with one")
    if new_keys:
        print_line(f"{new_keys:,} have a new signing key, which its receiver must be told")
    if finished.active_provider_id:
        print_line(f"{finished.active_provider_id} is now the active one")
