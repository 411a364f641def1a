"""An import that breaks off and goes on: what it says at the end is of all of it."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from mailproof.cli.config_import import _import, state_file
from mailproof.cli.service_access import NotCarriedOut
from mailproof.client import CallError
from smtpdiag.v1 import instance_pb2

PAGES = 4


class Instances:
    """A service that stores without its secret what each page has, and breaks at a page."""

    def __init__(self) -> None:
        self.page = 0
        self.breaks_at = 3

    async def BeginConfigsImport(self, _request: Any) -> Any:  # noqa: N802 - RPC names are the contract's
        return instance_pb2.BeginConfigsImportResponse(import_id="1", next_import_token="begun")

    async def ContinueConfigsImport(self, _request: Any) -> Any:  # noqa: N802
        if self.page + 1 == self.breaks_at:
            self.breaks_at = 0
            raise CallError("a defect", "INTERNAL")
        self.page += 1
        answer = instance_pb2.ContinueConfigsImportResponse(page_count=self.page, next_import_token=f"{self.page}")
        answer.providers.add(secret=instance_pb2.IMPORTED_SECRET_MISSING)
        answer.providers.add(secret=instance_pb2.IMPORTED_SECRET_NEW_SIGNING_KEY)
        return answer

    async def FinishConfigsImport(self, _request: Any) -> Any:  # noqa: N802
        return instance_pb2.FinishConfigsImportResponse(provider_count=2 * PAGES, page_count=PAGES)


class Service:
    """A client of that service."""

    def __init__(self) -> None:
        self.instances = Instances()


def document(path: Path) -> Path:
    pages = [{"page": {"exportId": "a", "number": number + 1, "providers": [{}, {}]}} for number in range(PAGES)]
    header = {"header": {"formatVersion": 1, "exportId": "a", "providerCount": 2 * PAGES}}
    trailer = {"trailer": {"exportId": "a", "pageCount": PAGES, "providerCount": 2 * PAGES}}
    path.write_text("".join(json.dumps(part) + "\n" for part in (header, *pages, trailer)))
    return path


def arguments(file: Path, **given: Any) -> argparse.Namespace:
    flags = dict.fromkeys(("dry_run", "resume", "undo", "skip_secrets", "json"), False)
    others = {"called": "config import", "file": file, "ids": None, "passphrase_file": None}
    return argparse.Namespace(**(flags | others | given))


def test_a_resumed_import_counts_the_secrets_of_the_run_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = document(tmp_path / "export")
    client: Any = Service()
    with pytest.raises(CallError):
        asyncio.run(_import(client, arguments(file)))
    assert "2 of 4 pages are imported: --resume goes on" in capsys.readouterr().err
    assert asyncio.run(_import(client, arguments(file, resume=True))) == 0
    shown = capsys.readouterr().out
    assert "4 have no secret: update each with one" in shown
    assert "4 have a new signing key" in shown
    assert not state_file(file).exists()


def test_a_state_of_an_earlier_release_is_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = document(tmp_path / "export")
    before = {"export_id": "a", "import_id": "1", "token": "2", "pages": 2, "skip_secrets": False}
    state_file(file).write_text(json.dumps(before) + "\n")
    client: Any = Service()
    client.instances.page, client.instances.breaks_at = 2, 0
    assert asyncio.run(_import(client, arguments(file, resume=True, json=True))) == 0
    assert json.loads(capsys.readouterr().out)["secretsMissing"] == 2


def test_a_file_that_can_not_be_read_is_one_sentence(tmp_path: Path) -> None:
    client: Any = Service()
    with pytest.raises(NotCarriedOut, match="none: No such file or directory"):
        asyncio.run(_import(client, arguments(tmp_path / "none")))
