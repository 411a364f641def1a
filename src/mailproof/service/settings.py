"""The documented settings, each declared once as a field of `ServiceSettings`.

The command line's flags, the `MAILPROOF_…` variables, the keys of the TOML file, the text of `--help` and the table in
docs/settings.md are made from the declarations. A flag wins over the environment, the environment over the file, the
file over the default. A bad value is refused in one sentence that names its source. Reads the file and nothing else.
"""
# ruff: noqa: RUF009 - `setting` returns a dataclass field, which is what a default may be

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any

from mailproof.domain.database import DatabaseLimits, DatabaseUrl, sqlite_url
from mailproof.domain.secret import Secret
from mailproof.net.egress import Profile, allow_rule
from mailproof.net.egress_rules import Rule, parse_rule
from mailproof.service import settings_values as values
from mailproof.service.declaration import Declaration, SettingError, Shape, setting
from mailproof.service.settings_values import Listen

DATABASE_FILE = "mailproof.db"
DATABASE = frozenset(
    {
        "config",
        "data_dir",
        "database_url",
        "database_pool_size",
        "database_connect_timeout",
        "database_timeout",
        "database_prepared_statements",
    }
)
"""Names of the settings that choose the database."""

KEYS = frozenset({"encryption_key", "encryption_key_file", "encryption_key_command"})
"""Names of the settings that choose the encryption keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """All settings of the service. `from_arguments` makes them; tests use the constructor."""

    config: Path | None = setting(
        "config", values.optional_file, "read settings from this TOML file", metavar="FILE", key=False
    )
    data_dir: Path = setting(
        "data_dir",
        values.directory,
        "directory of the database and the encryption key; made when absent",
        metavar="DIR",
        default=None,
    )
    grpc_listen: Listen = setting(
        "grpc_listen",
        values.listen,
        "address of gRPC; port 0 picks a free one",
        metavar="HOST:PORT",
        default="127.0.0.1:50051",
    )
    http_listen: Listen = setting(
        "http_listen",
        values.listen,
        "address of REST and grpc-web; port 0 picks a free one",
        metavar="HOST:PORT",
        default="127.0.0.1:8080",
    )
    database_url: DatabaseUrl | None = setting(
        "database_url",
        values.database_url,
        "where the data is: sqlite:///relative/path, sqlite:////absolute/path or "
        f"postgresql://user:password@host:port/database?sslmode=verify-full; empty: {DATABASE_FILE} in the data "
        "directory",
        metavar="URL",
        quoted=False,
    )
    database_pool_size: int = setting(
        "database_pool_size",
        values.whole_number(1, 1000),
        "connections to PostgreSQL at most, for each of the two event loops",
        metavar="N",
        default="10",
        shape=Shape.NUMBER,
    )
    database_connect_timeout: float = setting(
        "database_connect_timeout",
        values.number(0.1, 60),
        "seconds until a connection to PostgreSQL must be ready",
        metavar="SECONDS",
        default="5",
        shape=Shape.NUMBER,
    )
    database_timeout: float = setting(
        "database_timeout",
        values.number(0.1, 60),
        "seconds for what one call asks of PostgreSQL, with all repetitions after a lost connection",
        metavar="SECONDS",
        default="10",
        shape=Shape.NUMBER,
    )
    database_prepared_statements: int = setting(
        "database_prepared_statements",
        values.whole_number(0, 10_000),
        "statements that each connection to PostgreSQL keeps prepared; 0 where a pooler in between can't keep them",
        metavar="N",
        default="100",
        shape=Shape.NUMBER,
    )
    encryption_key: Secret | None = setting(
        "encryption_key",
        values.encryption_key,
        "key that seals the stored passwords, base64 of 32 bytes; several with commas, the newest first: the others "
        "only open; empty: secret.key in the data directory, made when absent",
        flag=False,
        key=False,
        quoted=False,
    )
    encryption_key_file: Path | None = setting(
        "encryption_key_file",
        values.optional_file,
        "file of that key, or of several, one a line, the newest first; it is read again when it changes",
        metavar="FILE",
    )
    encryption_key_command: tuple[str, ...] = setting(
        "encryption_key_command",
        values.command,
        "command that prints that key, or several alike, within 10 seconds; run at the start, without a shell",
        metavar="COMMAND",
        quoted=False,
    )
    secret_export: bool = setting(
        "secret_export",
        values.switch,
        "let an export hold the secrets, for callers with the permission iam.secrets",
        default="true",
        shape=Shape.SWITCH,
    )
    egress_profile: Profile = setting(
        "egress_profile",
        values.profile,
        "which hosts may be dialled: internet (public addresses, mail ports), private (also RFC 1918 and unique local "
        "addresses), development (also loopback, any port)",
        metavar="PROFILE",
        default="internet",
    )
    egress_allow: tuple[Rule, ...] = setting(
        "egress_allow",
        allow_rule,
        "also let this network, name (*.example.com: all below) or port be dialled, or one of the first two at a port "
        "(10.0.0.0/8:2525); never opens cloud metadata, link-local and the like",
        metavar="WHAT",
        shape=Shape.LIST,
    )
    egress_deny: tuple[Rule, ...] = setting(
        "egress_deny",
        parse_rule,
        "never let this network, name or port be dialled, written alike; wins over the profile and what is allowed",
        metavar="WHAT",
        shape=Shape.LIST,
    )
    cors_origins: tuple[str, ...] = setting(
        "cors_origins",
        values.origin,
        "let browser pages of this origin (scheme://host[:port]) call; off without one",
        metavar="URL",
        shape=Shape.LIST,
        flag="cors-origin",
    )
    ca_file: Path | None = setting(
        "ca_file",
        values.optional_file,
        "PEM file of certificate authorities that SMTP tests trust besides the system's",
        metavar="FILE",
    )
    ehlo_name: str = setting(
        "ehlo_name",
        values.ehlo_name,
        "name that SMTP tests say in EHLO, a full domain name or an address literal; empty: this host's",
        metavar="NAME",
    )
    documentation_url: str = setting(
        "documentation_url",
        values.documentation_url,
        "URL of a copy of this project's files, which links to the pages of findings in reports and errors begin with; "
        "empty: they are paths of the service",
        metavar="URL",
    )
    test_timeout: float = setting(
        "test_timeout",
        values.number(0.1, 120),
        "seconds for a whole SMTP test, at most 120",
        metavar="SECONDS",
        default="30",
        shape=Shape.NUMBER,
    )
    single_config: bool = setting(
        "single_config",
        values.switch,
        "hold one configuration an instance at most: another AddSMTPConfig is answered ALREADY_EXISTS",
        default="false",
        shape=Shape.SWITCH,
    )
    max_concurrent_tests: int = setting(
        "max_concurrent_tests",
        values.whole_number(1, 100_000),
        "SMTP tests that may run at once; more are refused",
        metavar="N",
        default="100",
        shape=Shape.NUMBER,
    )
    drain_timeout: float = setting(
        "drain_timeout",
        values.number(0, 600),
        "seconds that calls under way have after SIGTERM",
        metavar="SECONDS",
        default="10",
        shape=Shape.NUMBER,
    )
    log_level: str = setting(
        "log_level",
        values.one_of("debug", "info", "warning", "error"),
        "least severe messages that are logged: debug, info, warning or error",
        metavar="LEVEL",
        default="info",
    )
    sandbox: bool = setting(
        "sandbox",
        values.switch,
        "also start a small SMTP server on loopback to try tests on",
        default="false",
        shape=Shape.SWITCH,
    )
    sandbox_starttls_listen: Listen = setting(
        "sandbox_starttls_listen",
        values.loopback_listen,
        "address of the sandbox's STARTTLS port",
        metavar="HOST:PORT",
        default="127.0.0.1:1587",
    )
    sandbox_tls_listen: Listen = setting(
        "sandbox_tls_listen",
        values.loopback_listen,
        "address of the sandbox's implicit TLS port",
        metavar="HOST:PORT",
        default="127.0.0.1:1465",
    )

    @property
    def database(self) -> DatabaseUrl:
        """The URL of the database."""
        return self.database_url or sqlite_url(self.data_dir / DATABASE_FILE)

    @property
    def database_limits(self) -> DatabaseLimits:
        """Bounds on the use of PostgreSQL."""
        return DatabaseLimits(
            self.database_pool_size,
            self.database_connect_timeout,
            self.database_timeout,
            self.database_prepared_statements,
        )


def _declared() -> Iterator[tuple[Field[Any], Declaration]]:
    for item in fields(ServiceSettings):
        yield item, item.metadata["declaration"]


def add_arguments(parser: argparse.ArgumentParser, *, only: frozenset[str] | None = None) -> None:
    """Add the settings' flags to a command's parser.

    Args:
        parser: The command's parser.
        only: Names of the settings that the command has; None for all of them.
    """
    for item, declaration in _declared():
        if not declaration.flag or (only is not None and item.name not in only):
            continue
        default = {None: "required", "": "default: none"}.get(declaration.default, f"default: {declaration.default}")
        text = f"{declaration.help} [{declaration.variable}; {default}]".replace("%", "%%")
        if declaration.shape is Shape.SWITCH:
            parser.add_argument(
                declaration.flags, dest=item.name, default=None, help=text, action=argparse.BooleanOptionalAction
            )
        else:
            action = "append" if declaration.shape is Shape.LIST else "store"
            parser.add_argument(
                declaration.flags, dest=item.name, metavar=declaration.metavar, help=text, action=action
            )


def from_arguments(
    arguments: argparse.Namespace, environ: Mapping[str, str], *, only: frozenset[str] | None = None
) -> ServiceSettings:
    """Return the settings of the flags, the environment and the file.

    Args:
        arguments: The result of a parser that `add_arguments` has filled.
        environ: The environment. An empty variable counts as absent, except for the encryption key: if a deployment
            fails to fill it in, nobody would notice that another key was made instead.
        only: Names of the settings that the command has; the others keep their defaults. None for all of them.

    Raises:
        SettingError: A value is wrong, a required setting is missing, or the file can't be read.
    """
    chosen: dict[str, Any] = {}
    table: dict[str, object] = {}
    for item, declaration in _declared():  # `config` is declared first, so that the file is known to all others
        if only is not None and item.name not in only:
            continue
        given = getattr(arguments, item.name, None)
        text = environ.get(declaration.variable, "")
        if given is not None:
            chosen[item.name] = _convert(declaration, given, declaration.flags)
        elif text:
            several = declaration.shape is Shape.LIST
            chosen[item.name] = _convert(declaration, _split(text) if several else text, declaration.variable)
        elif declaration.variable in environ and not declaration.flag:
            raise SettingError(f"{declaration.variable}: is set but empty")
        elif declaration.key in table:
            chosen[item.name] = _from_file(
                declaration, table[declaration.key], f"{declaration.key} in {chosen['config']}"
            )
        elif declaration.default is None:
            raise SettingError(
                f"a setting is missing: give {declaration.flags} {declaration.metavar}, {declaration.variable}, or "
                f"{declaration.key} in the TOML file"
            )
        if item.name == "config" and chosen.get("config"):
            table = _read(chosen["config"])
    return ServiceSettings(**chosen)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _convert(declaration: Declaration, given: object, source: str) -> object:
    if isinstance(given, list):
        return tuple(dict.fromkeys(_convert(declaration, part, source) for part in given))
    try:
        return declaration.parse(str(given))
    except ValueError as error:
        value = f" {str(given)[:100]!r}" if declaration.quoted else ""
        raise SettingError(f"{source}{value}: {error}") from None


def _from_file(declaration: Declaration, given: object, source: str) -> object:
    """Convert a value of the TOML file, whose type must be that of the setting."""
    fits = {
        Shape.TEXT: isinstance(given, str),
        Shape.SWITCH: isinstance(given, bool),
        Shape.NUMBER: isinstance(given, int | float) and not isinstance(given, bool),
        Shape.LIST: isinstance(given, list) and all(isinstance(part, str) for part in given),
    }[declaration.shape]
    if not fits:
        raise SettingError(f"{source}: must be {declaration.shape.value}")
    if given == "" and declaration.default is not None:
        return _convert(declaration, declaration.default, source)  # as an empty variable is
    return _convert(declaration, given, source)


def _read(path: Path) -> dict[str, object]:
    import tomllib  # here: the commands without a file do not pay for it

    try:
        table: dict[str, object] = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingError(f"the settings file {path} can't be read: {error.strerror}") from None
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise SettingError(f"the settings file {path} is not TOML: {error}") from None
    known = {declaration.key for _, declaration in _declared() if declaration.key}
    unknown = sorted(table.keys() - known)
    if unknown:
        near = ", ".join(sorted(known))
        raise SettingError(f"{unknown[0]} in {path}: there is no such setting; the keys are {near}")
    return table


def describe() -> str:
    """Return the settings as a Markdown table, for docs/settings.md."""
    lines = ["| flag | environment | TOML key | default | meaning |", "|---|---|---|---|---|"]
    for _, declaration in _declared():
        default = {None: "required", "": ""}.get(declaration.default, f"`{declaration.default}`")
        cells = (f"`{cell}`" if cell else "" for cell in (declaration.usage, declaration.variable, declaration.key))
        lines.append(f"| {' | '.join(cells)} | {default} | {declaration.help.replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"
