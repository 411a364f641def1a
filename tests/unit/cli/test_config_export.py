"""Where an export is written to: a file that one command alone writes, and that nobody else reads."""

import argparse
import fcntl
import os
from pathlib import Path

import pytest

from mailproof.cli.arguments import UsageError
from mailproof.cli.config_export import _begin, _open


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
