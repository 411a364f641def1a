"""Which folder of src/mailproof may import what: one table, and the check of any tree of sources against it.

The table is closed: an arrow between two folders, or to a library, that no row allows is a violation, and so is a row
that allows what nobody needs. docs/architecture.md draws it; test_architecture.py compares them, and plants forbidden
arrows to see each of them caught.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = "mailproof"

IO = frozenset(
    {"asyncio", "concurrent", "ftplib", "http.client", "http.server", "imaplib", "multiprocessing", "poplib", "select"}
    | {"selectors", "signal", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "telnetlib"}
    | {"urllib.request", "xmlrpc"}
)
"""Modules of the standard library that wait, connect or start something: a pure folder imports none of them."""

UNTRACEABLE = frozenset({"importlib", "imp", "runpy", "pkgutil"})
"""What imports by a name that no reader of the source sees."""

DATA = "importlib.resources"
"""Reads the package's own files, and is no way to import anything."""

ANYTHING = ("*",)
"""Of a row: whatever stands before it in the table."""


@dataclass(frozen=True, slots=True)
class Room:
    """A row of the table.

    Attributes:
        name: The folder, or some modules of it that have a row of their own, with the prefix of `PACKAGE` left out.
        holds: What its subject is, for the picture in the documentation.
        imports: Folders and modules that it may import besides its own.
        pure: It imports nothing of `IO` and no library outside `libraries`.
        libraries: Libraries, and modules of `IO`, that it may import.
        modules: Where the row is for some modules of a folder only: those.
    """

    name: str
    holds: str
    imports: tuple[str, ...]
    pure: bool = False
    libraries: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


PROTOS = ("ccadmin", "google", "smtpdiag", "zitadel")

LAW = (
    Room("domain", "the values and rules that everybody shares", (), pure=True),
    Room("languages", "which language a caller wants, and the catalogues", ("domain.phrase",), pure=True),
    Room("syntax", "what strings may look like, written once", ("domain",), pure=True, libraries=("ssl: pem",)),
    Room("smtp", "the conversation, its words and values; SASL", ("domain", "syntax"), pure=True),
    Room(
        "scheduling",
        "work that takes long: fair threads, turns of a loop",
        ("domain.errors",),
        libraries=("asyncio", "concurrent: fair_worker"),
    ),
    Room(
        "diagnosis", "from what happened to what to change", ("domain.phrase", "languages", "smtp", "syntax"), pure=True
    ),
    Room(
        "reporting",
        "a report in lines of text, for a terminal and for REST",
        ("domain.phrase", "languages.language", "languages.translation", "smtp.report", "smtp.sanitize", "syntax.text"),
        pure=True,
        libraries=("google: answered_report facts", "smtpdiag: kept_test_text"),
    ),
    Room(
        "net",
        "all of the network that is not SMTP",
        ("domain.asker", "domain.errors", "domain.phrase", "syntax", "smtp.report", "smtp.sanitize", "smtp.vocabulary"),
        libraries=(
            "aiohappyeyeballs: dial http",
            "asyncio",
            "cryptography: certificate_names certificates chain_problems",
            "h11: http",
            "select: epoll_readiness",
            "socket",
            "ssl",
        ),
    ),
    Room(
        "probe",
        "the only place that runs SMTP over sockets",
        ("domain", "syntax", "smtp", "diagnosis", "net", "scheduling"),
        libraries=("asyncio", "cryptography: bindings", "socket", "ssl"),
    ),
    Room(
        "discovery",
        "what a domain's records mean",
        ("domain.phrase", "languages", "syntax", "smtp.report", "smtp.vocabulary"),
        pure=True,
        libraries=("defusedxml: autoconfig",),
        modules=(
            "asking",
            "autoconfig",
            "candidates",
            "certificate_hosts",
            "collected",
            "conclusion",
            "exchange",
            "mail_filters",
            "mailbox_providers",
            "named_providers",
            "preset",
            "presets",
            "progress",
            "provider_database",
            "published",
            "redirects",
            "regional_providers",
            "sending_services",
            "sites",
            "spelling",
            "wanted_secret",
            "translation",
        ),
    ),
    Room(
        "discovery",
        "the search for them",
        ("domain.phrase", "syntax", "smtp.report", "smtp.vocabulary", "net"),
        libraries=("asyncio", "dns: records"),
        modules=("documents", "inquiry", "records", "search", "visible_records", "web"),
    ),
    Room(
        "discovery",
        "which host is meant",
        ("domain.phrase", "syntax", "diagnosis.interceptors", "diagnosis.suggested_hosts"),
        pure=True,
        modules=("did_you_mean",),
    ),
    Room(
        "discovery",
        "which host is meant, by its domain's records",
        ("diagnosis.suggested_hosts", "net.guard", "net.resolver"),
        libraries=("asyncio",),
        modules=("host_adviser",),
    ),
    Room(
        "webhook",
        "format, signature and verdict",
        ("domain", "syntax", "smtp.vocabulary", "diagnosis.catalogue_webhook", "diagnosis.definition"),
        pure=True,
        modules=("format", "verdict"),
    ),
    Room(
        "webhook",
        "the post",
        ("syntax", "smtp.vocabulary", "net"),
        libraries=("asyncio",),
        modules=("poster",),
    ),
    Room(
        "store",
        "the contract, and what all engines share",
        ("domain",),
        libraries=("cryptography: sealing",),
    ),
    Room("store.sqlite", "one engine", ("domain", "store"), libraries=("asyncio", "concurrent", "sqlite3")),
    Room(
        "store.postgres",
        "one engine",
        ("domain", "store"),
        libraries=("asyncio", "asyncpg", "socket: opening_problem", "ssl: opening_problem"),
    ),
    Room(
        "usecases",
        "what each call makes happen",
        (
            "domain",
            "syntax",
            "store.contract",
            "smtp.plans",
            "smtp.report",
            "smtp.stored_secret",
            "smtp.vocabulary",
            "diagnosis.advice_since",
            "diagnosis.bounds",
            "diagnosis.catalogue",
            "diagnosis.changes",
            "diagnosis.finding_pages",
            "diagnosis.findings",
            "discovery.mailbox_providers",
            "discovery.preset",
            "discovery.progress",
            "discovery.regional_providers",
            "discovery.sending_services",
            "discovery.wanted_secret",
            "webhook.format",
            "webhook.verdict",
            "scheduling.fair_worker",
        ),
        libraries=(
            "asyncio: ahead import_undo kept_tests key_rotation last_good list_reads noted retention thinning",
            "asyncio: token_uses",
            "cryptography: passphrase_encryption",
            "jwt: oidc",
        ),
    ),
    Room(
        "rpc",
        "the table of calls; a servicer for each proto service, its messages beside it",
        (
            "domain",
            "languages",
            "syntax",
            "usecases",
            "diagnosis.catalogue_webhook",
            "diagnosis.finding_pages",
            "diagnosis.translation",
            "smtp.report",
            "smtp.sasl.table",
            "smtp.vocabulary",
            "reporting",
            "discovery.did_you_mean",
            "discovery.progress",
            "discovery.translation",
            "webhook.format",
            "webhook.verdict",
            "scheduling",
        ),
        libraries=("asyncio: calls deadlines intake open_calls", *PROTOS),
    ),
    Room(
        "transport",
        "each wire",
        ("domain", "languages", "syntax.host", "syntax.source", "rpc"),
        libraries=(
            "asyncio",
            "concurrent: loops",
            "cryptography: client_certificate server_tls",
            "google",
            "grpc: grpc_open_calls grpc_server grpc_web handlers",
            "grpc_health: grpc_open_calls grpc_server",
            "grpc_reflection: grpc_open_calls grpc_server",
            "socket: grpc_sockets handshakes http_server unix_sockets",
            "sonora: grpc_web",
            "ssl: handshakes http_server server_tls",
            "uvicorn: handshakes http_server unframed",
            "uvloop: loops",
        ),
    ),
    Room(
        "sandbox",
        "a small SMTP server to try things on",
        ("domain", "syntax.host", "syntax.text"),
        libraries=(
            "aiosmtpd: server",
            "asyncio: server",
            "concurrent: server",
            "cryptography: authority",
            "ssl",
        ),
    ),
    Room(
        "service",
        "the composition root and the settings",
        ANYTHING,
        libraries=(
            "asyncio",
            "signal: key_command stop_signal",
            "socket: stop_signal",
            "subprocess: key_command",
            *PROTOS,
        ),
    ),
    Room(
        "client",
        "the library for programs that call a service",
        ("syntax.server_address",),
        libraries=("asyncio", "grpc", "ssl", *PROTOS),
    ),
    Room(
        "cli",
        "commands that need neither",
        ("domain", "languages", "syntax", "smtp", "diagnosis", "reporting", "net", "probe", "discovery"),
        libraries=("asyncio", "signal: typed_secret"),
        modules=(
            "arguments",
            "completion",
            "defaults",
            "diagnose",
            "diagnose_output",
            "did_you_mean",
            "discover",
            "discover_output",
            "event_loop",
            "examples",
            "exit_codes",
            "explain",
            "extras",
            "fixed_command",
            "oauth_arguments",
            "parser",
            "printer",
            "terminal",
            "tls_words",
            "typed_secret",
            "typed_server",
            "waiting",
        ),
    ),
    Room(
        "cli",
        "commands that call a running service",
        ("client", "reporting", "syntax"),
        libraries=(
            "asyncio: connection_problem transfer_calls",
            "google: config_export config_import server table",
            "smtpdiag: config_export config_import presets server whoami",
            "socket: connection_problem",
            "ssl: connection_problem",
        ),
        modules=(
            "config_export",
            "config_import",
            "connection_problem",
            "passphrase",
            "presets",
            "server",
            "service_access",
            "table",
            "transfer_calls",
            "transfer_file",
            "whoami",
        ),
    ),
    Room(
        "cli",
        "the same, where a report is shown",
        ("client", "languages.language", "reporting", "smtp.plans", "smtp.vocabulary", "syntax.host", "syntax.text"),
        libraries=(
            "asyncio: events",
            "google: config_test",
            "smtpdiag: config_change config_lookup config_show config_sources config_test configs events kept_tests",
            "zitadel: config_change config_request config_show config_test",
        ),
        modules=(
            "config_add",
            "config_arguments",
            "config_change",
            "config_lookup",
            "config_request",
            "config_show",
            "config_sources",
            "config_test",
            "configs",
            "events",
            "kept_tests",
            "providers",
            "service_refusals",
        ),
    ),
    Room(
        "cli",
        "commands on a store or a service",
        (
            "domain",
            "syntax.instance_id",
            "syntax.text",
            "service",
            "store.backup_file",
            "store.contract",
            "store.transfer",
            "usecases.thinning",
            "usecases.tokens",
        ),
        libraries=("asyncio",),
        modules=(
            "backup",
            "guard",
            "instances",
            "keys",
            "main",
            "migrate",
            "rebuild",
            "restore",
            "store_access",
            "thin",
            "token_expiry",
            "tokens",
        ),
    ),
)
"""The rows stand in the order of the building: what is imported comes before what imports it, also within a folder."""

EAGER = ("domain", "reporting", "service.settings")
"""What `cli` may import as a module is loaded. All else it imports as a command runs: `--help` pays for nothing."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement's target, as seen in a source.

    Attributes:
        importer: The module that it stands in, without the package's name.
        target: What it imports; of ours without the package's name.
        ours: Whether it is of the package.
        eager: Whether it runs as the module is loaded.
    """

    importer: str
    target: str
    ours: bool
    eager: bool


def sources(package: Path) -> dict[str, str]:
    """Return the sources of a package's folder by module name, without the package's own: "smtp.wire"."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text()
    return found


def imports(importer: str, text: str, modules: frozenset[str]) -> Iterator[Import]:
    """Yield what a module imports, also within functions and for type checkers alone.

    Args:
        modules: Those of the package, to tell `from package import module` from `from module import name`.
    """
    for bases, names, eager in _statements(text):
        targets = [
            f"{base}.{name}" if f"{base}.{name}".removeprefix(f"{PACKAGE}.") in modules else base
            for base in bases
            for name in names or [""]
        ]
        for target in dict.fromkeys(targets):
            ours = target == PACKAGE or target.startswith(f"{PACKAGE}.")
            name = target.removeprefix(PACKAGE).removeprefix(".") if ours else target
            yield Import(importer, name, ours, eager)


@cache  # the tests look at the same sources some 400 times
def _statements(text: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...], bool], ...]:
    """Return of each import statement the modules, the names that it takes of the one, and whether it runs at once."""
    tree = ast.parse(text)
    lazy = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        for inner in ast.walk(node)
        if inner is not node
    }
    found: list[tuple[tuple[str, ...], tuple[str, ...], bool]] = []
    for node in ast.walk(tree):
        eager = id(node) not in lazy
        if isinstance(node, ast.Import):
            found.append((tuple(alias.name for alias in node.names), (), eager))
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            found.append(((base,), tuple(alias.name for alias in node.names), eager))
        elif isinstance(node, ast.Name) and node.id == "__import__":
            found.append((("importlib",), (), eager))
    return tuple(found)


def within(name: str, place: str) -> bool:
    """Return whether a module is a place, or lies in it."""
    return name == place or name.startswith(f"{place}.")


def room_of(module: str, law: Sequence[Room] = LAW) -> Room | None:
    """Return the row that a module has; the deepest folder wins. None: it has none."""
    found = None
    for room in law:
        if not within(module, room.name):
            continue
        inner = module.removeprefix(room.name).removeprefix(".").split(".")[0]
        if room.modules and inner and inner not in room.modules:
            continue
        if found is None or len(room.name) > len(found.name):
            found = room
    return found


def violations(modules: Mapping[str, str], law: Sequence[Room] = LAW, only: str | None = None) -> list[str]:
    """Return every import that no row allows, one sentence each.

    Args:
        modules: The sources by the modules' names.
        law: The table.
        only: The one module whose imports are looked at; None for all of them.
    """
    wrong = []
    names = frozenset(modules)
    for module, text in modules.items() if only is None else ((only, modules[only]),):
        room = room_of(module, law)
        if module in ("", "__main__"):  # the version, and the command's other door
            continue
        if room is None:
            wrong.append(f"{module} is in no room: name its folder, or the module where its folder has two rows")
            continue
        for found in imports(module, text, names):
            problem = _problem(found, room, law)
            if problem:
                wrong.append(f"{module} imports {found.target}: {problem}")
    return wrong


def _problem(found: Import, room: Room, law: Sequence[Room]) -> str:
    """Return what is wrong with an import of a room, "" for nothing."""
    top = found.target.split(".")[0]
    if found.target.startswith("."):
        return "a relative import hides its room"
    if top in UNTRACEABLE and found.target != DATA:
        return "what it imports by that can't be seen"
    lazy_only = room.name == "cli" and found.eager
    if not found.ours:
        if top in sys.stdlib_module_names and not any(within(found.target, io) for io in IO):
            return ""
        return _library_problem(found, room, top) or ("cli imports it as it is loaded" if lazy_only else "")
    if found.target == "":  # the package itself, which has the version
        return ""
    target = room_of(found.target, law)
    if target is None:
        return "that is in no room"
    if target is not room and not _is_allowed(found.target, room, target, law):
        return f"{room.name} may not import {target.name}"
    if lazy_only and target.name != "cli" and not any(within(found.target, place) for place in EAGER):
        return "cli imports it as it is loaded, and not as a command runs"
    return ""


def _is_allowed(module: str, room: Room, target: Room, law: Sequence[Room]) -> bool:
    """Return whether a row allows an arrow to a module that has another row."""
    if target.name == room.name or room.imports == ANYTHING:
        return law.index(target) < law.index(room)
    # A folder's permission does not hold for a folder within it that has a row of its own.
    return any(within(module, it) and within(it, target.name) for it in room.imports)


def _library_problem(found: Import, room: Room, top: str) -> str:
    inner = found.importer.removeprefix(room.name).removeprefix(".")
    for entry in room.libraries:
        name, _, where = entry.partition(":")
        if name in (top, found.target) and (not where or inner in where.split()):
            return ""
    kind = f"{room.name} is pure and" if room.pure else room.name
    return f"{kind} may not import {top} there"


def unused(modules: Mapping[str, str], law: Sequence[Room] = LAW) -> list[str]:
    """Return every arrow and library that a row allows and that nobody needs."""
    names = frozenset(modules)
    seen: dict[int, set[str]] = {id(room): set() for room in law}
    libraries: dict[int, set[tuple[str, str]]] = {id(room): set() for room in law}
    for module, text in modules.items():
        room = room_of(module, law)
        if room is None:
            continue
        for found in imports(module, text, names):
            if found.ours:
                seen[id(room)].add(found.target)
            else:
                inner = module.removeprefix(room.name).removeprefix(".")
                libraries[id(room)].add((found.target.split(".")[0], inner))
    idle = []
    for room in law:
        idle += [
            f"{room.name} needs no arrow to {allowed}"
            for allowed in room.imports
            if allowed != "*" and not any(within(target, allowed) for target in seen[id(room)])
        ]
        for entry in room.libraries:
            name, _, where = entry.partition(":")
            used = {inner for library, inner in libraries[id(room)] if library == name}
            if not used or not set(where.split()) <= used:
                idle.append(f"{room.name} needs no {entry}")
    return idle


def circles(law: Sequence[Room] = LAW) -> list[str]:
    """Return every arrow of the table that leads up: to a row further down, or to one with which it makes a circle."""
    order = {room.name: place for place, room in reversed(list(enumerate(law)))}
    up = []
    for room in law:
        for allowed in room.imports:
            target = next((name for name in sorted(order, key=len, reverse=True) if within(allowed, name)), None)
            if target is not None and order[target] >= order[room.name] and target != room.name:
                up.append(f"{room.name} imports {allowed}, which stands above it")
    return up


def drawn(law: Sequence[Room] = LAW) -> str:
    """Return the table as docs/architecture.md has it."""
    lines = ["| folder | holds | may import | libraries beside the plain standard library |", "|---|---|---|---|"]
    for room in law:
        name = f"`{room.name}/`" + (f": {', '.join(room.modules)}" if room.modules else "")
        arrows = "anything" if room.imports == ANYTHING else ", ".join(f"`{it}`" for it in room.imports) or "nothing"
        libraries = ", ".join(
            f"`{entry.partition(':')[0]}`"
            + (f" ({entry.partition(': ')[2].replace(' ', ', ')})" if ":" in entry else "")
            for entry in room.libraries
        )
        lines.append(f"| {name} | {room.holds}{' · pure' if room.pure else ''} | {arrows} | {libraries} |")
    return "\n".join(lines)


def _library(entry: str) -> str:
    name, _, where = entry.partition(": ")
    return f"`{name}`" + (f" ({', '.join(where.split())})" if where else "")
