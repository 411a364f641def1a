"""The import arrows of docs/architecture.md, walked in the source; any other arrow fails."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailproof

SOURCE = Path(mailproof.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))

PURE = {
    "mailproof.secret",
    "mailproof.database",
    "mailproof.model",
    "mailproof.errors",
    "mailproof.ledger",
    "mailproof.limits",
    "mailproof.store.contract.payloads",
    "mailproof.store.contract.rows",
    "mailproof.page_token",
    "mailproof.webhook",
    "mailproof.smtp.actions",
    "mailproof.smtp.advice",
    "mailproof.smtp.advices",
    "mailproof.smtp.authentication",
    "mailproof.smtp.bearer",
    "mailproof.smtp.endpoint",
    "mailproof.smtp.mechanism",
    "mailproof.smtp.saslprep",
    "mailproof.smtp.scram",
    "mailproof.smtp.plans",
    "mailproof.discovery.autoconfig",
    "mailproof.discovery.candidates",
    "mailproof.discovery.conclusion",
    "mailproof.discovery.events",
    "mailproof.discovery.providers",
    "mailproof.smtp.alternatives",
    "mailproof.smtp.dialogue",
    "mailproof.smtp.findings",
    "mailproof.smtp.fixes",
    "mailproof.smtp.guard",
    "mailproof.smtp.mailbox",
    "mailproof.smtp.message",
    "mailproof.smtp.refusals",
    "mailproof.smtp.report",
    "mailproof.smtp.sanitize",
    "mailproof.smtp.sasl",
    "mailproof.smtp.sentences",
    "mailproof.smtp.summary",
    "mailproof.smtp.transaction",
    "mailproof.smtp.url",
    "mailproof.smtp.vocabulary",
    "mailproof.smtp.wire",
}
PURE_LIBRARIES = {"defusedxml"}  # computes, without I/O
DOMAIN = (
    "mailproof.errors",
    "mailproof.ledger",
    "mailproof.limits",
    "mailproof.model",
    "mailproof.provider_secrets",
    "mailproof.secret",
)
USE_CASES = {
    "mailproof.access",
    "mailproof.configs",
    "mailproof.diagnoses",
    "mailproof.discoveries",
    "mailproof.events",
    "mailproof.provider_secrets",
    "mailproof.transfers",
    "mailproof.webhooks",
}

# What use cases share beside the domain: none of it does I/O.
SHARED = ("mailproof.configs", "mailproof.page_token", "mailproof.passphrase", "mailproof.webhook")

# Who may import what: (what, the prefixes of those who may). The composition root may import everything of ours.
ONLY = [
    ("grpc", ("mailproof.transport",)),
    ("grpc_health", ("mailproof.transport",)),
    ("grpc_reflection", ("mailproof.transport",)),
    ("sonora", ("mailproof.transport.grpc_web",)),
    ("uvicorn", ("mailproof.transport.http_server",)),
    ("uvloop", ("mailproof.transport.loops",)),
    ("google", ("mailproof.rpc", "mailproof.transport", "mailproof.app")),
    ("zitadel", ("mailproof.rpc", "mailproof.app")),
    ("ccadmin", ("mailproof.rpc", "mailproof.app")),
    ("smtpdiag", ("mailproof.rpc", "mailproof.app")),
    ("sqlite3", ("mailproof.store",)),
    ("aiosmtpd", ("mailproof.sandbox",)),
    ("aiohappyeyeballs", ("mailproof.smtp.dial", "mailproof.smtp.http")),
    ("select", ("mailproof.smtp.readiness",)),
    ("gc", ("mailproof.garbage",)),
    ("mailproof.garbage", ("mailproof.app",)),
    ("h11", ("mailproof.smtp.http",)),
    ("mailproof.smtp.http", ("mailproof.smtp.tokens", "mailproof.discovery.web", "mailproof.webhook_poster")),
    ("mailproof.webhook_poster", ("mailproof.app",)),
    ("dns", ("mailproof.discovery.records",)),
    ("defusedxml", ("mailproof.discovery.autoconfig",)),
    ("mailproof.discovery.discover", ("mailproof.discover_cli", "mailproof.app")),
    ("socket", ("mailproof.smtp", "mailproof.transport.http_server", "mailproof.sandbox")),
    ("ssl", ("mailproof.smtp", "mailproof.sandbox")),
    ("mailproof.transport", ("mailproof.transport", "mailproof.app")),
    ("mailproof.rpc", ("mailproof.rpc", "mailproof.transport", "mailproof.app")),
    ("mailproof.app", ("mailproof.cli",)),
    (
        "mailproof.settings",
        ("mailproof.settings", "mailproof.app", "mailproof.cli", "mailproof.tokens_cli", "mailproof.rebuild_cli"),
    ),
    ("asyncpg", ("mailproof.store.contract.postgres", "mailproof.store.contract.transfer_postgres")),
    ("mailproof.store.contract.sqlite", ("mailproof.store",)),
    ("mailproof.store.contract.postgres", ("mailproof.store",)),
    ("mailproof.sandbox", ("mailproof.sandbox", "mailproof.app", "mailproof.transport.sandbox_page")),
]
NETWORK = {"socket", "select", "ssl", "asyncio", "aiohappyeyeballs", "sqlite3", "asyncpg"}


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith((f"{prefix}.", f"{prefix}_"))


@pytest.mark.parametrize(("what", "who"), ONLY, ids=[what for what, _ in ONLY])
def test_only_these_import(what: str, who: tuple[str, ...]) -> None:
    wrong = [
        f"{name_of(path)} imports {imported}"
        for path in MODULES
        for imported in imports(path)
        if (imported == what or imported.startswith(f"{what}."))
        and not any(within(name_of(path), prefix) for prefix in who)
    ]
    assert not wrong


def test_pure_modules_import_the_standard_library_and_each_other() -> None:
    names = {name_of(path) for path in MODULES}
    assert names >= PURE
    for path in MODULES:
        if name_of(path) not in PURE:
            continue
        for imported in imports(path):
            top = imported.split(".")[0]
            if top == "mailproof":
                assert any(imported == p or imported.startswith(f"{p}.") for p in PURE | {"mailproof.smtp"}), imported
            else:
                assert top in sys.stdlib_module_names | PURE_LIBRARIES, f"{path}: {imported}"
                assert top not in NETWORK, f"{path}: {imported}"


def test_use_cases_know_the_domain_the_store_contract_and_the_smtp_core_alone() -> None:
    for path in MODULES:
        if name_of(path) not in USE_CASES:
            continue
        for imported in imports(path):
            if imported.split(".")[0] == "mailproof":
                assert imported.startswith((*DOMAIN, *SHARED)) or (
                    (
                        imported.startswith(("mailproof.smtp.", "mailproof.discovery."))
                        and any(imported.startswith(pure) for pure in PURE)
                    )
                    or (
                        imported.startswith("mailproof.store")
                        and not imported.startswith(
                            ("mailproof.store.contract.sqlite", "mailproof.store.contract.writer")
                        )
                    )
                ), imported


@pytest.mark.parametrize("path", MODULES, ids=[name_of(path) for path in MODULES])
def test_a_module_opens_with_what_it_is_for(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text()))
    assert text is not None
    assert len(text) > 20
