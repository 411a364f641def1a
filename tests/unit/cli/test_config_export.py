"""Where an export is written to: a file that one command alone writes, and that nobody else reads."""

import argparse
import asyncio
import fcntl
import os
from pathlib import Path
from typing import Any

import pytest

from mailproof.cli.arguments import UsageError
from mailproof.cli.config_export import _begin, _Export, _export, _open
from mailproof.client import CallError


def test_a_half_file_is_one_commands_and_its_owners(tmp_path: Path) -> None:
    half = tmp_path / "export.partial"
    with half.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(b"a page of the other")
        other.flush()
        with pytest.raises(UsageError, match="another export writes"):
            _open(half, None)
        assert half.read_bytes() == b"a page of the other"
    half.unlink()
    with _open(half, None) as file:
        assert half.stat().st_mode & 0o777 == 0o600
        file.write(b"a page")


def test_an_export_goes_to_no_pipe_and_replaces_no_device(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must be a file, not -"):
        _begin(argparse.Namespace(file=Path("-"), overwrite=False, resume=False))
    os.mkfifo(tmp_path / "pipe")
    for there in (tmp_path, tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(UsageError, match="a directory or a device"):
            _begin(argparse.Namespace(file=there, overwrite=True, resume=False))


@pytest.mark.parametrize("problem", [asyncio.CancelledError(), OSError("the disk is full")])
def test_whatever_stops_an_export_says_how_it_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, problem: BaseException
) -> None:
    async def stopped(export: _Export) -> None:
        export._done = 1200
        raise problem

    monkeypatch.setattr(_Export, "_stream", stopped)
    client: Any = None
    parsed = argparse.Namespace(called="config export", file=tmp_path / "x")
    with _open(tmp_path / "x.partial", None) as file, pytest.raises(type(problem)):
        asyncio.run(_Export(client, parsed, "", file, None).run())
    assert "1,200 configurations are in" in (said := capsys.readouterr().err)
    assert "x.partial: --resume goes on with it" in said


@pytest.mark.parametrize(("arrived", "kept"), [(0, False), (7, True)])
def test_a_refused_export_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arrived: int, kept: bool
) -> None:
    async def refused(export: _Export) -> None:
        export._done = arrived
        raise CallError("the access token is unknown or revoked", code="UNAUTHENTICATED")

    monkeypatch.setattr(_Export, "_stream", refused)
    client: Any = None
    flags = {"overwrite": False, "resume": False, "with_secrets": False}
    parsed = argparse.Namespace(called="config export", file=tmp_path / "x", **flags)
    with pytest.raises(CallError):
        asyncio.run(_export(client, parsed))
    assert (tmp_path / "x.partial").exists() is kept
