"""The wheel alone, with the libraries of the base and of no extra: what works, and what says which extra it lacks."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from clock_support.waiting import HANG
from service_support.service import environment

ROOT = Path(__file__).parents[2]
BASE = ("grpcio", "protobuf", "googleapis-common-protos", "typing-extensions")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that is tested; where the tests run without one it is built, with no program but Python on the path."""
    given = os.environ.get("MAILPROOF_TEST_WHEEL", "")
    if given:
        return Path(given)
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, env={**environment(), "PATH": ""})
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that has the wheel and links to the base's libraries of this one."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False)
    made_python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(made_python)]
    install = [*pip, "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, env=environment())
    packages = folder / "venv" / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    for name in BASE:
        found = distribution(name)
        for file in found.files or ():
            place = packages / str(file)
            if ".." not in file.parts and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(str(file.locate()))
    return made_python


def run(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command in an empty directory."""
    return subprocess.run(
        [python.with_name("mailproof"), *arguments],
        cwd=python.parent,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )


def test_the_wheel_has_the_console_as_it_is_served_and_nothing_that_it_is_made_of(wheel: Path) -> None:
    built = ROOT / "src" / "mailproof" / "transport" / "console"
    committed = {str(file.relative_to(ROOT / "src")): file.read_bytes() for file in built.rglob("*.gz")}
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        packed = {name: archive.read(name) for name in names if name.startswith("mailproof/transport/console/")}
    assert packed == committed
    assert "mailproof/transport/console/index.html.gz" in packed
    assert [name for name in names if name.endswith((".ts", ".tsx", "package.json"))] == []


def test_the_base_alone_says_its_version_and_explains(python: Path) -> None:
    assert run(python, "--version").stdout.startswith("mailproof ")
    assert "auth_rejected" in run(python, "explain", "auth_rejected").stdout


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [(("serve", "--data-dir", "data"), "server"), (("diagnose", "127.0.0.1:9", "--tls", "none"), "diagnose")],
)
def test_a_command_that_lacks_its_extra_says_which_one(python: Path, arguments: tuple[str, ...], extra: str) -> None:
    done = run(python, *arguments)
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert done.stderr.startswith(f"mailproof: {arguments[0]} needs the extra {extra}, which is not installed (")
    assert len(done.stderr.splitlines()) == 1
