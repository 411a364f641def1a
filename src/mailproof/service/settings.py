"""The documented settings, each declared once as a field of `ServiceSettings`.

The command line's flags, the `MAILPROOF_…` variables, the keys of the TOML file, the text of `--help` and the table in
docs/settings.md are made from the declarations. A flag wins over the environment, the environment over the file, the
file over the default. A bad value is refused in one sentence that names its source. Reads the file and nothing else.
"""
# ruff: noqa: RUF009 - `_setting` returns a dataclass field, which is what a default may be

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from enum import Enum
from pathlib import Path
from typing import Any

from mailproof.domain.database import DatabaseLimits, DatabaseUrl, sqlite_url
from mailproof.domain.errors import StartupError
from mailproof.domain.secret import Secret
from mailproof.net.egress import Profile, Rule, allow_rule, parse_rule
from mailproof.service import settings_values as values
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

__all__ = ["Listen", "ServiceSettings", "SettingError", "add_arguments", "describe", "from_arguments"]


class SettingError(StartupError):
    """A setting is missing or wrong. The sentence names the flag, variable or key; it never quotes a secret."""


class Shape(Enum):
    """The type of a setting in the TOML file; the values end the sentence "must be …"."""

    TEXT = "a text"
    NUMBER = "a number"
    SWITCH = "true or false"
    LIST = "a list of texts"


@dataclass(frozen=True, slots=True)
class Declaration:
    """The declaration of one setting, besides its name and type.

    Attributes:
        parse: Returns the value of a text, or of each text of a list; raises ValueError with a sentence.
        help: What the setting is for, for `--help` and the table.
        metavar: What stands for the value in `--help`.
        default: The default as a text; None if the setting is required; "" if there is no default.
        flag: The flag without dashes; "" if the value must not appear in a process list.
        variable: The environment variable.
        key: The key in the TOML file; "" if the file can't hold the setting.
        quoted: Whether an error may repeat the value; False if the value may hold a secret.
    """

    parse: Callable[[str], Any]
    help: str
    metavar: str
    default: str | None
    shape: Shape
    flag: str
    variable: str
    key: str
    quoted: bool

    @property
    def flags(self) -> str:
        """The flag with its dashes, "" if there is none."""
        return f"--{self.flag}" if self.flag else ""

    @property
    def usage(self) -> str:
        """The flag with its argument, for the table."""
        return f"{self.flags} {self.metavar}".strip() if self.flag else ""


def _setting(
    name: str,
    parse: Callable[[str], Any],
    text: str,
    *,
    metavar: str = "",
    default: str | None = "",
    shape: Shape = Shape.TEXT,
    flag: bool | str = True,
    key: bool = True,
    quoted: bool = True,
) -> Any:
    declaration = Declaration(
        parse=parse,
        help=text,
        metavar=metavar,
        default=default,
        shape=shape,
        flag=flag if isinstance(flag, str) else name.replace("_", "-") if flag else "",
        variable=f"MAILPROOF_{name.upper()}",
        key=name if key else "",
        quoted=quoted,
    )
    metadata = {"declaration": declaration}
    if default is None:
        return field(metadata=metadata)
    if shape is Shape.LIST:
        return field(default=(), metadata=metadata)
    return field(default_factory=lambda: parse(default), metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """All settings of the service. `from_arguments` makes them; tests use the constructor."""

    config: Path | None = _setting(
        "config", values.optional_file, "read settings from this TOML file", metavar="FILE", key=False
    )
    data_dir: Path = _setting(
        "data_dir",
        values.directory,
        "directory of the database and the encryption key; made when absent",
        metavar="DIR",
        default=None,
    )
    grpc_listen: Listen = _setting(
        "grpc_listen",
        values.listen,
        "address of gRPC; port 0 picks a free one",
        metavar="HOST:PORT",
        default="127.0.0.1:50051",
    )
    http_listen: Listen = _setting(
        "http_listen",
        values.listen,
        "address of REST and grpc-web; port 0 picks a free one",
        metavar="HOST:PORT",
        default="127.0.0.1:8080",
    )
    database_url: DatabaseUrl | None = _setting(
        "database_url",
        values.database_url,
        "where the data is: sqlite:///relative/path, sqlite:////absolute/path or "
        f"postgresql://user:password@host:port/database?sslmode=verify-full; empty: {DATABASE_FILE} in the data "
        "directory",
        metavar="URL",
        quoted=False,
    )
    database_pool_size: int = _setting(
        "database_pool_size",
        values.whole_number(1, 1000),
        "connections to PostgreSQL at most, for each of the two event loops",
        metavar="N",
        default="10",
        shape=Shape.NUMBER,
    )
    database_connect_timeout: float = _setting(
        "database_connect_timeout",
        values.number(0.1, 60),
        "seconds until a connection to PostgreSQL must be ready",
        metavar="SECONDS",
        default="5",
        shape=Shape.NUMBER,
    )
    database_timeout: float = _setting(
        "database_timeout",
        values.number(0.1, 60),
        "seconds for what one call asks of PostgreSQL, with all repetitions after a lost connection",
        metavar="SECONDS",
        default="10",
        shape=Shape.NUMBER,
    )
    database_prepared_statements: int = _setting(
        "database_prepared_statements",
        values.whole_number(0, 10_000),
        "statements that each connection to PostgreSQL keeps prepared; 0 where a pooler in between can't keep them",
        metavar="N",
        default="100",
        shape=Shape.NUMBER,
    )
    encryption_key: Secret | None = _setting(
        "encryption_key",
        values.encryption_key,
        "key that seals the stored passwords, base64 of 32 bytes; empty: secret.key in the data directory, made when "
        "absent",
        flag=False,
        key=False,
        quoted=False,
    )
    egress_profile: Profile = _setting(
        "egress_profile",
        values.profile,
        "which hosts may be dialled: internet (public addresses, mail ports), private (also RFC 1918 and unique local "
        "addresses), development (also loopback, any port)",
        metavar="PROFILE",
        default="internet",
    )
    egress_allow: tuple[Rule, ...] = _setting(
        "egress_allow",
        allow_rule,
        "also let this network, name (*.example.com: all below) or port be dialled, or one of the first two at a port "
        "(10.0.0.0/8:2525); never opens cloud metadata, link-local and the like",
        metavar="WHAT",
        shape=Shape.LIST,
    )
    egress_deny: tuple[Rule, ...] = _setting(
        "egress_deny",
        parse_rule,
        "never let this network, name or port be dialled, written alike; wins over the profile and what is allowed",
        metavar="WHAT",
        shape=Shape.LIST,
    )
    cors_origins: tuple[str, ...] = _setting(
        "cors_origins",
        values.origin,
        "let browser pages of this origin (scheme://host[:port]) call; off without one",
        metavar="URL",
        shape=Shape.LIST,
        flag="cors-origin",
    )
    ca_file: Path | None = _setting(
        "ca_file",
        values.optional_file,
        "PEM file of certificate authorities that SMTP tests trust besides the system's",
        metavar="FILE",
    )
    ehlo_name: str = _setting(
        "ehlo_name",
        values.ehlo_name,
        "name that SMTP tests say in EHLO, a full domain name or an address literal; empty: this host's",
        metavar="NAME",
    )
    documentation_url: str = _setting(
        "documentation_url",
        values.documentation_url,
        "URL of a copy of this project's files, which links to docs/findings/ in reports and errors begin with; empty: "
        "they are paths",
        metavar="URL",
    )
    test_timeout: float = _setting(
        "test_timeout",
        values.number(0.1, 120),
        "seconds for a whole SMTP test, at most 120",
        metavar="SECONDS",
        default="30",
        shape=Shape.NUMBER,
    )
    single_config: bool = _setting(
        "single_config",
        values.switch,
        "hold one configuration an instance at most: another AddSMTPConfig is answered ALREADY_EXISTS",
        default="false",
        shape=Shape.SWITCH,
    )
    max_concurrent_tests: int = _setting(
        "max_concurrent_tests",
        values.whole_number(1, 100_000),
        "SMTP tests that may run at once; more are refused",
        metavar="N",
        default="100",
        shape=Shape.NUMBER,
    )
    drain_timeout: float = _setting(
        "drain_timeout",
        values.number(0, 600),
        "seconds that calls under way have after SIGTERM",
        metavar="SECONDS",
        default="10",
        shape=Shape.NUMBER,
    )
    log_level: str = _setting(
        "log_level",
        values.one_of("debug", "info", "warning", "error"),
        "least severe messages that are logged: debug, info, warning or error",
        metavar="LEVEL",
        default="info",
    )
    sandbox: bool = _setting(
        "sandbox",
        values.switch,
        "also start a small SMTP server on loopback to try tests on",
        default="false",
        shape=Shape.SWITCH,
    )
    sandbox_starttls_listen: Listen = _setting(
        "sandbox_starttls_listen",
        values.loopback_listen,
        "address of the sandbox's STARTTLS port",
        metavar="HOST:PORT",
        default="127.0.0.1:1587",
    )
    sandbox_tls_listen: Listen = _setting(
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
    for item, setting in _declared():
        if not setting.flag or (only is not None and item.name not in only):
            continue
        default = {None: "required", "": "default: none"}.get(setting.default, f"default: {setting.default}")
        text = f"{setting.help} [{setting.variable}; {default}]".replace("%", "%%")
        if setting.shape is Shape.SWITCH:
            parser.add_argument(
                setting.flags, dest=item.name, default=None, help=text, action=argparse.BooleanOptionalAction
            )
        else:
            action = "append" if setting.shape is Shape.LIST else "store"
            parser.add_argument(setting.flags, dest=item.name, metavar=setting.metavar, help=text, action=action)


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
    for item, setting in _declared():  # `config` is declared first, so that the file is known to all others
        if only is not None and item.name not in only:
            continue
        given = getattr(arguments, item.name, None)
        text = environ.get(setting.variable, "")
        if given is not None:
            chosen[item.name] = _convert(setting, given, setting.flags)
        elif text:
            several = setting.shape is Shape.LIST
            chosen[item.name] = _convert(setting, _split(text) if several else text, setting.variable)
        elif setting.variable in environ and not setting.flag:
            raise SettingError(f"{setting.variable}: is set but empty")
        elif setting.key in table:
            chosen[item.name] = _from_file(setting, table[setting.key], f"{setting.key} in {chosen['config']}")
        elif setting.default is None:
            raise SettingError(
                f"a setting is missing: give {setting.flags} {setting.metavar}, {setting.variable}, or {setting.key} "
                "in the TOML file"
            )
        if item.name == "config" and chosen.get("config"):
            table = _read(chosen["config"])
    return ServiceSettings(**chosen)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _convert(setting: Declaration, given: object, source: str) -> object:
    if isinstance(given, list):
        return tuple(dict.fromkeys(_convert(setting, part, source) for part in given))
    try:
        return setting.parse(str(given))
    except ValueError as error:
        value = f" {str(given)[:100]!r}" if setting.quoted else ""
        raise SettingError(f"{source}{value}: {error}") from None


def _from_file(setting: Declaration, given: object, source: str) -> object:
    """Convert a value of the TOML file, whose type must be that of the setting."""
    fits = {
        Shape.TEXT: isinstance(given, str),
        Shape.SWITCH: isinstance(given, bool),
        Shape.NUMBER: isinstance(given, int | float) and not isinstance(given, bool),
        Shape.LIST: isinstance(given, list) and all(isinstance(part, str) for part in given),
    }[setting.shape]
    if not fits:
        raise SettingError(f"{source}: must be {setting.shape.value}")
    if given == "" and setting.default is not None:
        return _convert(setting, setting.default, source)  # as an empty variable is
    return _convert(setting, given, source)


def _read(path: Path) -> dict[str, object]:
    import tomllib  # here: the commands without a file do not pay for it

    try:
        table: dict[str, object] = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingError(f"the settings file {path} can't be read: {error.strerror}") from None
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise SettingError(f"the settings file {path} is not TOML: {error}") from None
    known = {setting.key for _, setting in _declared() if setting.key}
    unknown = sorted(table.keys() - known)
    if unknown:
        near = ", ".join(sorted(known))
        raise SettingError(f"{unknown[0]} in {path}: there is no such setting; the keys are {near}")
    return table


def describe() -> str:
    """Return the settings as a Markdown table, for docs/settings.md."""
    lines = ["| flag | environment | TOML key | default | meaning |", "|---|---|---|---|---|"]
    for _, setting in _declared():
        default = {None: "required", "": ""}.get(setting.default, f"`{setting.default}`")
        cells = (f"`{cell}`" if cell else "" for cell in (setting.usage, setting.variable, setting.key))
        lines.append(f"| {' | '.join(cells)} | {default} | {setting.help.replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"
