"""Makes a release out of today's sources: copies them, changes their text, and writes a command that runs the copy.

A text that is to be replaced and is not there, or is there twice, fails the test: a plant that does not take would
prove nothing.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import mailproof
from smtpdiag.v1 import instance_pb2

SOURCES = Path(mailproof.__file__).parent
GENERATED = Path(instance_pb2.__file__).parents[2]
ENGINES = ("sqlite", "postgres")


@dataclass(frozen=True, slots=True)
class Plant:
    """What is new in a release.

    Attributes:
        migrations: For each engine the statements of one migration more.
        oldest: The schema of the oldest release that can live with it, as an expression; `today` is today's.
        replaced: For files of the package the texts that are replaced, with what stands there then.
    """

    migrations: Mapping[str, Sequence[str]]
    oldest: str
    replaced: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)


def release(folder: Path, *plants: Plant) -> str:
    """Make a release in an empty folder, and return its command."""
    package = folder / "mailproof"
    shutil.copytree(SOURCES, package)  # what is compiled too, which is good for the files that stay as they are
    for plant in plants:
        for engine in ENGINES:
            schema = package / "store" / engine / "schema.py"
            told = schema.read_text()
            assert told.count("\nMIGRATIONS: ") == 1
            statements = "".join(f"{statement!r}, " for statement in plant.migrations[engine])
            oldest = plant.oldest.replace("today", str(_schema_of_today(engine)))
            schema.write_text(f"{told}\n\nMIGRATIONS = (*MIGRATIONS, Migration(({statements}), oldest={oldest}))\n")
        for name, replaced in plant.replaced.items():
            path = package / name
            text = path.read_text()
            for old, new in replaced:
                assert text.count(old) == 1, f"{name} has the text {old!r} {text.count(old)} times"
                text = text.replace(old, new)
            path.write_text(text)
    command = folder / "mailproof-command"
    command.write_text(f'#!/bin/sh\nPYTHONPATH={folder}:{GENERATED} exec {sys.executable} -m mailproof "$@"\n')
    command.chmod(0o755)
    return str(command)


def _schema_of_today(engine: str) -> int:
    from mailproof.store.postgres import schema as postgres
    from mailproof.store.sqlite import schema as sqlite

    return len({"sqlite": sqlite, "postgres": postgres}[engine].MIGRATIONS)
