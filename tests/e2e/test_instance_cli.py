"""`mailproof instance`, as a process."""

from __future__ import annotations

import json
from pathlib import Path

from service_support.service import create_token, run, run_here


def test_instances_are_made_once_and_listed(tmp_path: Path) -> None:
    where = ("--data-dir", str(tmp_path / "data"))
    done = run("instance", "create", "--init", *where, "b", "a")
    assert (done.returncode, done.stdout) == (0, "made the instance b\nmade the instance a\n")
    done = run("instance", "create", *where, "a")
    assert (done.returncode, done.stdout) == (0, "there is an instance a already\n")
    listed = json.loads(run_here("instance", "list", *where, "--json").stdout)
    default = [each["id"] for each in listed if each["default"]]
    assert sorted(each["id"] for each in listed) == sorted(["a", "b", *default])
    assert len(default) == 1
    assert run_here("instance", "list", *where).stdout.split("\n") == [
        *sorted([f"{default[0]}  default", "a", "b"]),
        "",
    ]
    assert create_token(tmp_path / "data", "viewer", "--instance", "a")


def test_an_id_that_is_none_is_bad_usage(tmp_path: Path) -> None:
    done = run("instance", "create", "--data-dir", str(tmp_path / "data"), "a/b")
    assert done.returncode == 2
    assert "must be 1 to 100 letters" in done.stderr
    assert not (tmp_path / "data").exists()
