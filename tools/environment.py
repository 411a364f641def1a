"""Make the virtual environment that a lock file describes, or leave it alone where it is whole already.

It is whole if its stamp says that this very lock file was installed in it, at this place, and its Python still runs.
Anything else that lies there (the remains of an installation that was interrupted, an empty folder, one that was moved,
or whose Python is gone) is removed and made anew; what was downloaded comes from pip's cache then. What goes wrong is
told in one sentence; pip's own words are in a log.

Started by tools/environment.sh, which finds the Python. Standard library alone, since nothing is installed yet.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOG = "install.log"
UNFINISHED = ".unfinished"
"""A file in the environment that is there while something is installed in it."""

_DEFAULT_INDEX = "https://pypi.org/simple"
_ANSWERS_WITHIN = 5.0  # seconds
_PACKAGE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)
_UV = re.compile(r"^uv==.*\\\n(?:    --hash=\S+(?: \\)?\n)+", re.MULTILINE)
"""The lines of a lock file on uv."""
_BEGINS = re.compile(
    r"Collecting (?P<name>[^=\s]+)==(?P<version>\S+) \(from -r"
    r"|Processing \S*/(?P<file>[^-/]+)-(?P<its>[^-]+)-\S+ \(from -r"
    r"|Requirement already satisfied: (?P<there>[^=\s]+)==(?P<old>\S+) .*\(from -r"
)
"""What pip says of a package as it comes to it: on an index, as a file, or there already."""
_DOWNLOADING = re.compile(r"Downloading \S+ \(([^)]+)\)")
_NETWORK = re.compile(
    r"connection|timed out|timeout|name resolution|unreachable|proxy|SSLError|CERTIFICATE_VERIFY|from versions: none"
    r"|HTTP error|Could not fetch",
    re.IGNORECASE,
)
_FULL = re.compile(r"No space left on device|Disk quota exceeded|\[Errno (?:28|122)\]")


class Problem(Exception):
    """The environment can't be made; the message is the sentence that says why and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Make the environment.

    Args:
        arguments: Its directory, the lock file, the name of the stamp; and STAMP:LOCK_FILE of another lock file that
            holds all of the first one, where that will do as well.

    Returns:
        The exit code.
    """
    place = Path(arguments[0]).absolute()
    larger = (each.partition(":") for each in arguments[3:])
    lock_files = {arguments[2]: Path(arguments[1])} | {name: Path(file) for name, _, file in larger}
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with alone(ROOT / "pyproject.toml"):
            make(place, lock_files)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as error:
        about = f" ({error.filename})" if error.filename else ""
        print(f"The environment {place} can't be made: {error.strerror}{about}.", file=sys.stderr)
        return 1
    except Exception as error:  # noqa: BLE001 - whatever it is, no traceback is the last word
        print(f"The environment {place} can't be made: {type(error).__name__}: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nInterrupted: the next run makes {place.name} anew, from what is downloaded already.", file=sys.stderr)
        return 130
    return 0


@contextmanager
def alone(file: Path) -> Iterator[None]:
    """Wait until no other run changes the environment. The lock ends with the process, however that ends."""
    with file.open("rb") as locked:
        try:
            fcntl.flock(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another make installs here: waiting for it.", flush=True)
            fcntl.flock(locked, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            pass
        yield


def make(place: Path, lock_files: Mapping[str, Path]) -> None:
    """Make the environment, if it is not whole.

    Args:
        place: Its directory.
        lock_files: By the name of the stamp that says that it was installed: the one to install, and others that hold
            all of it.

    Raises:
        Problem: It can't be made.
        OSError: Likewise.
    """
    stamp, lock_file = next(iter(lock_files.items()))
    if usable(place):
        if any(is_stamped(place / name, fingerprint(place, file)) for name, file in lock_files.items()):
            return
    else:
        remove(place)
        print(f"Making a virtual environment in {place.name} with Python {sys.version.split()[0]}", flush=True)
        create(place)
    unfinished = place / UNFINISHED
    unfinished.touch()
    for name in lock_files:
        (place / name).unlink(missing_ok=True)
    install(place, lock_file)
    (place / stamp).write_text(fingerprint(place, lock_file))
    unfinished.unlink()


def fingerprint(place: Path, lock_file: Path) -> str:
    """Return the text of the stamp of an environment in which a lock file is installed."""
    digest = hashlib.sha256(lock_file.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    return f"{place}\n{ROOT}\n{digest}\n"


def is_stamped(stamp: Path, wanted: str) -> bool:
    """Return whether a stamp says what it should. Any other text, or none, says no."""
    try:
        return stamp.read_text() == wanted
    except (OSError, UnicodeDecodeError):
        return False


def usable(place: Path) -> bool:
    """Return whether something can be installed in an environment as it is, and what is installed in it runs.

    Its scripts begin with the path of its Python, so one that was moved is not usable; nor is one whose Python was
    replaced by another version, which does not see what is installed.
    """
    if not (place / "pyvenv.cfg").is_file() or (place / UNFINISHED).exists():
        return False
    pip = place / "bin" / "pip"
    try:
        if f"{place}/bin/" not in pip.read_text().partition("import")[0]:
            return False
        probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
        done = subprocess.run([place / "bin" / "python", "-I", "-c", probe], capture_output=True, check=False)
    except (OSError, UnicodeDecodeError):
        return False
    return done.returncode == 0


def remove(place: Path) -> None:
    """Remove what lies where the environment is to be: a directory, a file, or a link, whose target stays."""
    if place.is_symlink() or place.is_file():
        place.unlink()
    elif place.exists():
        print(f"{place.name} is not whole (an interrupted installation, another Python, or moved): making it anew")
        (place / "pyvenv.cfg").unlink(missing_ok=True)  # first: without it nobody takes what is left for an environment
        shutil.rmtree(place)


def create(place: Path) -> None:
    """Make an empty virtual environment with pip.

    Raises:
        Problem: Python can't.
    """
    try:
        venv.create(place, with_pip=True)
    except subprocess.CalledProcessError as error:  # ensurepip
        words = (error.output or b"").decode(errors="replace").strip().splitlines()
        if any(map(_FULL.search, words)):
            raise Problem(f"The disk that {place} is on is full.") from None
        last = f": {words[-1]}" if words else ""
        raise Problem(
            f"Python's module venv could not put pip into {place}{last}. On Debian: sudo apt-get install python3-venv."
        ) from None


def install(place: Path, lock_file: Path) -> None:
    """Install what the lock file names, and this project itself so that its sources are used where they are.

    The lock file is whole, and leaves out what nothing here needs (requirements/left-out.txt): hence no dependencies.

    Raises:
        Problem: That failed.
    """
    listed = _PACKAGE.findall(lock_file.read_text())
    index = index_url(place)
    flags = [] if answers(index) else ["--retries", "0", "--timeout", "5"]
    print(f"Installing {len(listed)} packages of {lock_file} from {shown(index)}", flush=True)
    if quickly(place, lock_file, index):
        return
    with (place / LOG).open("w") as log:
        progress = Progress(len(listed))
        try:
            code = pip(place, [*flags, "--require-hashes", "--no-deps", "-r", str(lock_file)], log, progress)
            if code == 0:
                code = pip(place, ["--no-deps", "--no-build-isolation", "-e", str(ROOT)], log, progress)
        finally:
            progress.end()
    if code:
        raise Problem(explained((place / LOG).read_text(errors="replace"), index, place / LOG))


def quickly(place: Path, lock_file: Path, index: str) -> bool:
    """Install by uv where the lock file has it, in a third of pip's time, and return whether that was possible.

    Nothing is compiled: that takes five times as long, and most of it is never imported. uv knows nothing
    of pip's settings but the index: where it fails, pip does it all, and says what is wrong.
    """
    pinned = _UV.search(lock_file.read_text())
    if pinned is None:
        return False
    python = str(place / "bin" / "python")
    uv = [str(place / "bin" / "uv"), "pip", "install", "--quiet", "--no-deps", "--python", python]
    with tempfile.TemporaryDirectory() as folder:
        alone_in_it = Path(folder, "uv.txt")
        alone_in_it.write_text(pinned[0])
        only_uv = [*pip_of(place), "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(alone_in_it)]
        commands = (
            [*only_uv, "--disable-pip-version-check", "--no-input", "--retries", "0"],
            [*uv, "--index-url", index, "--require-hashes", "-r", str(lock_file)],
            [*uv, "--no-build-isolation", "-e", str(ROOT)],
        )
        return all(
            subprocess.run(command, capture_output=True, env=environment(), check=False).returncode == 0
            for command in commands
        )


class Progress:
    """Shows which package of how many is fetched: on one line of a terminal, else a line each.

    Args:
        total: How many there are.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._seen = 0
        self._text = ""
        self._replaces = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"

    def line(self, line: str) -> None:
        """Read a line of pip's."""
        begins, size = _BEGINS.match(line), _DOWNLOADING.search(line)
        if begins:
            self._seen += 1
            name, version = (each for each in begins.groups() if each)
            self._show(f"  [{self._seen:>3}/{self._total}] {name} {version}")
        elif size and self._replaces:
            self._show(f"{self._text}, {size[1]}")
        elif line.startswith("Installing collected packages"):
            self._show("  unpacking them" if self._seen else "  mailproof itself")
            self._seen = 0

    def end(self) -> None:
        """Leave the terminal with nothing half shown."""
        if self._replaces:
            self._show("")

    def _show(self, text: str) -> None:
        if self._replaces:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{' ' * min(len(self._text), width)}\r{text[:width]}", end="", flush=True)
        elif text:
            print(text, flush=True)
        self._text = text


def pip(place: Path, arguments: Sequence[str], log: object, progress: Progress) -> int:
    """Run `pip install`, follow what it says, and return its exit code."""
    command = [*pip_of(place), "install", "--disable-pip-version-check", "--no-input"]
    with subprocess.Popen(
        [*command, "--progress-bar", "off", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment(),
    ) as process:
        try:
            for line in process.stdout or ():
                print(line, end="", file=log)  # type: ignore[call-overload] # a text file
                progress.line(line)
        except KeyboardInterrupt:
            process.terminate()
            raise
    return process.returncode


def pip_of(place: Path) -> list[str]:
    """Return the command that runs an environment's pip, apart from PYTHONPATH and the user's own packages."""
    return [str(place / "bin" / "python"), "-I", "-u", "-m", "pip"]


def environment() -> dict[str, str]:
    """Return the variables for pip and what it starts: none that would show it other packages."""
    return {name: text for name, text in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME", "PIP_USER"}}


def index_url(place: Path) -> str:
    """Return the package index that pip asks, as its settings and the environment say."""
    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    command = [*pip_of(place), "config", "get", "global.index-url"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or _DEFAULT_INDEX


def answers(index: str) -> bool:
    """Return whether a package index can be reached; if not, pip need not try long, and says why in its own words."""
    try:
        with urllib.request.urlopen(f"{shown(index).rstrip('/')}/pip/", timeout=_ANSWERS_WITHIN):  # noqa: S310 - pip's
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError, http.client.HTTPException):
        return False


def shown(index: str) -> str:
    """Return a URL without the password that it may hold."""
    return re.sub(r"//[^/@]*@", "//", index)


def explained(words: str, index: str, log: Path) -> str:
    """Return the sentence on why pip failed.

    Args:
        words: What it has said.
        index: The package index that it asked.
        log: Where all of that can be read.
    """
    errors = [line.removeprefix("ERROR: ") for line in words.splitlines() if line.startswith("ERROR:")]
    if _FULL.search(words):
        return f"The disk that {log.parent} is on is full, or the one of {tempfile.gettempdir()}; pip's words: {log}"
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in words:
        return (
            f"A package of {shown(index)} is not the one that the lock file names, so nothing of it was run; see {log}"
        )
    if _NETWORK.search(words):
        return (
            f"The package index {shown(index)} could not be reached: check the network, or name another index by "
            f"PIP_INDEX_URL, or a proxy by HTTPS_PROXY; then run make again. pip's words: {log}"
        )
    return f"pip failed{f': {errors[-1]}' if errors else ''}; all of its words: {log}"


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main(sys.argv[1:]))
    sys.exit(errno.EPIPE)
