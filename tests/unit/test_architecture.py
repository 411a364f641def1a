"""The law of the folders: the table of tests/architecture_support against the sources, the page, and planted arrows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mailproof
from architecture_support.law import LAW, PACKAGE, Room, circles, drawn, imports, sources, unused, violations, within

PACKAGE_FOLDER = Path(mailproof.__file__).parent
MODULES = sources(PACKAGE_FOLDER)
PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"

PLANTED = [
    ("smtp/dialogue.py", "from mailproof.probe.channel import Channel"),
    ("probe/probe.py", "from mailproof.usecases.diagnoses import Diagnoses"),
    ("probe/probe.py", "from mailproof.store.sqlite.store import SqliteStore"),
    ("probe/probe.py", "from mailproof.store.postgres import store"),
    ("store/sqlite/store.py", "from mailproof.usecases.providers import Providers"),
    ("usecases/providers.py", "from mailproof.store.postgres.pool import Pools"),
    ("usecases/providers.py", "from mailproof.service.engines import open_store"),
    ("transport/rest.py", "from mailproof.usecases.providers import Providers"),
    ("transport/rest.py", "from mailproof.probe.probe import Probe"),
    ("rpc/admin_service.py", "from mailproof.probe.probe import Probe"),
    ("rpc/diagnosis_service.py", "import mailproof.probe.probe"),
    ("discovery/search.py", "from mailproof.usecases.searches import Searches"),
    ("net/egress.py", "from mailproof.probe.probe import Probe"),
    ("cli/diagnose.py", "from mailproof.service.engines import open_store"),
    ("diagnosis/findings.py", "from mailproof.net.http import HttpClient"),
    ("usecases/diagnoses.py", "import grpc"),
    ("smtp/authentication.py", "import ssl"),
    # The same by other ways of importing, and what the table says beyond folders.
    ("smtp/wire.py", "def later():\n    import socket"),
    ("smtp/wire.py", "if TYPE_CHECKING:\n    from mailproof.net import dial"),
    ("smtp/wire.py", "import importlib"),
    ("smtp/wire.py", "channel = __import__('mailproof.probe.channel')"),
    ("smtp/wire.py", "from ..probe import channel"),
    ("smtp/wire.py", "from mailproof import probe"),
    ("domain/model.py", "import cryptography"),
    ("domain/model.py", "from mailproof.syntax.text import has_controls"),
    ("store/rows.py", "from mailproof.store.sqlite import log"),
    ("store/sqlite/log.py", "from mailproof.store.postgres import log"),
    ("usecases/providers.py", "from mailproof.store import rows"),
    ("usecases/providers.py", "from mailproof.smtp.wire import Reply"),
    ("discovery/candidates.py", "from mailproof.discovery.records import Records"),
    ("discovery/candidates.py", "import dns.resolver"),
    ("net/dial.py", "import h11"),
    ("webhook/verdict.py", "from mailproof.webhook.poster import WebhookPoster"),
    ("rpc/calls.py", "from mailproof.transport.rest import Rest"),
    ("rpc/calls.py", "import grpc"),
    ("transport/rest.py", "import sonora.asgi"),
    ("sandbox/server.py", "from mailproof.usecases.access import Access"),
    ("service/app.py", "from mailproof.cli.main import main"),
    ("cli/diagnose.py", "from mailproof.cli.tokens import add_arguments"),
    ("cli/discover.py", "from mailproof.smtp.sanitize import cut"),  # as it is loaded
    ("cli/main.py", "import asyncio"),  # likewise
    ("client.py", "from mailproof.domain.errors import Failure"),
    ("client.py", "from mailproof.rpc.status import status_error"),
    ("client.py", "import h11"),
    ("rpc/calls.py", "from mailproof.client import Client"),
    ("newcomer.py", "import os"),
    ("discovery/newcomer.py", "import os"),  # in neither of its folder's rows
]
"""A file of the package, and a line that the law forbids there."""


def test_the_law_holds() -> None:
    assert violations(MODULES) == []


def test_nothing_is_allowed_that_nobody_needs() -> None:
    assert unused(MODULES) == []


def test_no_arrow_leads_up_so_there_is_no_circle() -> None:
    assert circles() == []


@pytest.mark.parametrize(("file", "line"), PLANTED, ids=[f"{file}: {line.splitlines()[-1]}" for file, line in PLANTED])
def test_a_planted_arrow_is_caught(file: str, line: str) -> None:
    name = file.removesuffix(".py").replace("/", ".")
    text = MODULES.get(name, '"""New."""\n')
    caught = violations({**MODULES, name: f"{text}\n{line}\n"}, only=name)
    assert caught
    assert all(sentence.startswith((f"{name} imports ", f"{name} is in no room")) for sentence in caught)


def allowed(room: Room, module: str) -> bool:
    return any(within(module, it) for it in room.imports)


def test_every_arrow_between_two_folders_that_has_no_row_is_caught() -> None:
    """Each module of each folder is planted into each other one: the check finds just those that no row allows."""
    names = sorted({room.name for room in LAW})
    alone = [name for name in names if not any(m.startswith(f"{name}.") for m in MODULES)]  # modules, and no folders
    first = {
        name: next(m for m in MODULES if m == name in alone or (m.startswith(f"{name}.") and m not in names))
        for name in names
    }
    caught = 0
    for importer_room in LAW:
        if importer_room.name == "service":
            continue
        importer = next(
            module
            for module in MODULES
            if within(module, importer_room.name)
            and (module not in names or module in alone)
            and (not importer_room.modules or module.rpartition(".")[2] in importer_room.modules)
            and not any(len(name) > len(importer_room.name) and within(module, name) for name in names)
        )
        for name, target in first.items():
            if name == importer_room.name:
                continue
            planted = {**MODULES, importer: f"{MODULES[importer]}\ndef planted():\n    import {PACKAGE}.{target}\n"}
            nested = any(within(name, other) and other != name for other in names)
            permitted = name in importer_room.imports if nested else allowed(importer_room, target)
            found = violations(planted, only=importer)  # the others are as they were, and keep the law
            assert bool(found) is not permitted, f"{importer} imports {target}"
            caught += bool(found)
    assert caught > 200


def test_the_page_draws_the_table() -> None:
    assert drawn() in PAGE.read_text(), "renew the table of docs/architecture.md with `drawn()`"


def test_an_unused_permission_would_be_told() -> None:
    law = (
        *LAW[:-1],
        Room("cli", "", (*LAW[-1].imports, "sandbox"), libraries=LAW[-1].libraries, modules=LAW[-1].modules),
    )
    assert unused(MODULES, law) == ["cli needs no arrow to sandbox"]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_opens_with_what_it_is_for(module: str) -> None:
    text = ast.get_docstring(ast.parse(MODULES[module]))
    assert text is not None
    assert len(text) > 20


def test_no_module_only_passes_on() -> None:
    """A module has something of its own: a definition or a value. A folder's own file may be its docstring alone."""
    names = frozenset(MODULES)
    folders = {name for name in MODULES if any(other.startswith(f"{name}.") for other in MODULES)}
    passing = [
        name
        for name, text in MODULES.items()
        if name not in folders | {"", "__main__"}
        and not any(
            isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign | ast.AnnAssign)
            for node in ast.parse(text).body
        )
    ]
    assert passing == []
    assert not [name for name in folders if name and list(imports(name, MODULES[name], names))]
