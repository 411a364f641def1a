"""tools/environment.py: which environment is left alone, which is mended, which is made anew, and what is said."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from tools import environment

LOG = Path("/place/.venv/install.log")
INDEX = "https://user:s3cret@index.example/simple"


class Made:
    """An environment of a temporary folder, whose installation is written down and not done."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / ".venv"
        self.lock_file = folder / "lock.txt"
        self.larger = folder / "larger.txt"
        self.lock_file.write_text("one==1\n")
        self.larger.write_text("one==1\ntwo==2\n")
        self.steps: list[str] = []
        self.fails = False

    def create(self, place: Path) -> None:
        self.steps.append("create")
        (place / "bin").mkdir(parents=True)
        (place / "pyvenv.cfg").touch()
        (place / "bin" / "pip").write_text(f"#!{place}/bin/python\nimport sys\n")
        self.set_python("exit 0")

    def install(self, place: Path, lock_file: Path) -> None:
        assert (place / environment.UNFINISHED).exists()
        self.steps.append(f"install {lock_file.name}")
        if self.fails:
            raise environment.Problem("no network")

    def set_python(self, text: str) -> None:
        python = self.place / "bin" / "python"
        python.write_text(f"#!/bin/sh\n{text}\n")
        python.chmod(0o755)

    def make(self) -> list[str]:
        """Make it once, and return what was done."""
        self.steps.clear()
        environment.make(self.place, {".runtime": self.lock_file, ".installed": self.larger})
        return list(self.steps)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    made = Made(tmp_path)
    monkeypatch.setattr(environment, "create", made.create)
    monkeypatch.setattr(environment, "install", made.install)
    return made


WHOLE = ["create", "install lock.txt"]


def test_a_whole_environment_is_left_alone(made: Made) -> None:
    assert made.make() == WHOLE
    assert made.make() == []


def test_one_that_holds_more_is_left_alone_too(made: Made) -> None:
    made.make()
    (made.place / ".runtime").unlink()
    (made.place / ".installed").write_text(environment.fingerprint(made.place, made.larger))
    assert made.make() == []


def test_a_new_lock_file_is_installed_in_the_same_environment(made: Made) -> None:
    made.make()
    made.lock_file.write_text("one==2\n")
    assert made.make() == ["install lock.txt"]


def test_an_installation_that_broke_off_is_begun_anew(made: Made) -> None:
    made.fails = True
    with pytest.raises(environment.Problem):
        made.make()
    made.fails = False
    assert made.make() == WHOLE


@pytest.mark.parametrize("damage", ["python gone", "python too old", "moved", "empty", "a file", "a link", "no pip"])
def test_what_is_not_whole_is_made_anew(made: Made, tmp_path: Path, damage: str) -> None:
    made.make()
    if damage == "python gone":
        (made.place / "bin" / "python").unlink()
    elif damage == "python too old":
        made.set_python("exit 1")
    elif damage == "moved":
        (made.place / "bin" / "pip").write_text("#!/elsewhere/bin/python\nimport sys\n")
    elif damage == "no pip":
        (made.place / "bin" / "pip").unlink()
    else:
        shutil.rmtree(made.place)
        if damage == "empty":
            made.place.mkdir()
        elif damage == "a file":
            made.place.touch()
        else:
            (tmp_path / "kept").mkdir()
            made.place.symlink_to(tmp_path / "kept")
    assert made.make() == WHOLE
    assert damage != "a link" or (tmp_path / "kept").is_dir()


def test_a_removal_that_broke_off_leaves_nothing_that_looks_whole(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.make()

    def broken_off(place: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", broken_off)
        with pytest.raises(KeyboardInterrupt):
            environment.remove(made.place)
    assert made.make() == WHOLE


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk that /place/.venv is on is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "is not the one that the lock file names"),
        (
            "WARNING: Retrying after connection broken by NewConnectionError",
            "index.example/simple could not be reached",
        ),
        ("ERROR: Could not find a version (from versions: none)", "index.example/simple could not be reached"),
        ("ERROR: Failed building wheel", "pip failed: Failed building wheel; all of its words"),
        ("", "pip failed; all of its words"),
    ],
)
def test_why_pip_failed_is_one_sentence_without_the_indexs_password(words: str, sentence: str) -> None:
    told = environment.explained(words, INDEX, LOG)
    assert sentence in told
    assert "s3cret" not in told
    assert str(LOG) in told


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (environment.Problem("a sentence"), 1, "a sentence\n"),
        (PermissionError(13, "Permission denied", "/x"), 1, "can't be made: Permission denied (/x).\n"),
        (ValueError("odd"), 1, "can't be made: ValueError: odd.\n"),
        (KeyboardInterrupt(), 130, "Interrupted: the next run makes .venv anew, from what is downloaded already.\n"),
    ],
)
def test_whatever_happens_ends_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    raised: BaseException,
    code: int,
    said: str,
) -> None:
    def make(place: Path, lock_files: object) -> None:
        raise raised

    monkeypatch.setattr(environment, "make", make)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert environment.main([str(tmp_path / ".venv"), "lock.txt", ".stamp"]) == code
    assert capsys.readouterr().err.endswith(said)


def test_progress_counts_the_packages_a_line_each_where_no_terminal_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = environment.Progress(2)
    for line in (
        "Collecting one==1.0 (from -r lock.txt (line 1))",
        "  Downloading one-1.0-py3-none-any.whl (12 kB)",
        "Collecting two==2.0 (from -r lock.txt (line 3))",
        "Installing collected packages: one, two",
    ):
        progress.line(line)
    progress.end()
    assert capsys.readouterr().out == "  [  1/2] one 1.0\n  [  2/2] two 2.0\n  unpacking them\n"


class Terminal(io.StringIO):
    """A standard output that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_replaces_one_line_of_a_terminal_and_leaves_it_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("TERM", "xterm")
    progress = environment.Progress(1)
    progress.line("Collecting one==1.0 (from -r lock.txt (line 1))")
    progress.line("  Downloading one-1.0-py3-none-any.whl (12 kB)")
    progress.end()
    assert "[  1/1] one 1.0, 12 kB" in terminal.getvalue()
    assert "\n" not in terminal.getvalue()
    assert terminal.getvalue().endswith(" \r")


def test_pip_sees_no_packages_of_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_USER"):
        monkeypatch.setenv(name, "x")
    assert not {"PYTHONPATH", "PYTHONHOME", "PIP_USER"} & environment.environment().keys()
