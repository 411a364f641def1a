"""The documented settings, each declared once as a field of `ServiceSettings`.

The command line's flags, the `MAILPROOF_…` variables, the keys of the TOML file, the text of `--help` and the table in
docs/settings.md are made from the declarations. A flag wins over the environment, the environment over the file, the
file over the default. A bad value is refused in one sentence that names its source. Reads the file and nothing else.
"""
# ruff: noqa: RUF009 - `setting` returns a dataclass field, which is what a default may be

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta
from ipaddress import IPv6Network
from pathlib import Path
from typing import Any

from mailproof.domain.database import DatabaseLimits, DatabaseUrl, sqlite_url
from mailproof.domain.kept_test import Retention
from mailproof.domain.limits import Bounds
from mailproof.domain.model import Role
from mailproof.domain.secret import Secret
from mailproof.net.egress import Profile, allow_rule
from mailproof.net.egress_rules import Rule, nat64_prefix, parse_rule
from mailproof.service import settings_values as values
from mailproof.service.declaration import Declaration, SettingError, Shape, setting
from mailproof.service.settings_values import Listen
from mailproof.usecases.client_certificates import CertificateCaller

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


def _limit(name: str, text: str, default: int) -> Any:
    """Return the declaration of a limit; docs/limits.md says what each is counted for and why it is what it is."""
    parse = values.whole_number(0, 1_000_000)
    return setting(name, parse, text, metavar="N", default=str(default), shape=Shape.NUMBER)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """All settings of the service. `from_arguments` makes them; tests use the constructor."""

    config: Path | None = setting(
        "config", values.optional_file, "read settings from this TOML file", metavar="FILE", key=False
    )
    data_dir: Path = setting(
        "data_dir",
        values.directory,
        "directory of the database and the encryption key; made when absent; where systemd's STATE_DIRECTORY or "
        "XDG_DATA_HOME is set, the default is there",
        metavar="DIR",
        default=values.DATA_DIRECTORY,
    )
    grpc_listen: Listen = setting(
        "grpc_listen",
        values.listen,
        "address of gRPC; port 0 picks a free one; unix:/path is a socket for programs of this machine alone, without "
        "TLS",
        metavar="HOST:PORT",
        default="127.0.0.1:50051",
    )
    http_listen: Listen = setting(
        "http_listen",
        values.listen,
        "address of REST and grpc-web, likewise",
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
    egress_nat64_prefix: tuple[IPv6Network, ...] = setting(
        "egress_nat64_prefix",
        nat64_prefix,
        "prefix of a NAT64 translator of one's own, like 2001:db8:64::/96: the IPv4 address in an address behind it is "
        "judged too",
        metavar="PREFIX",
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
        "PEM file of certificate authorities that SMTP tests and requests over https trust besides the system's",
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
    strict_names: bool = setting(
        "strict_names",
        values.switch,
        "refuse names that a request's message does not have on the compatible APIs too, as `x-strict: true` does",
        default="false",
        shape=Shape.SWITCH,
    )
    max_concurrent_tests: int = setting(
        "max_concurrent_tests",
        values.whole_number(1, 100_000),
        "SMTP tests, searches and webhook posts that may run at once in this process, two thirds of them for one "
        "instance; more are refused",
        metavar="N",
        default="100",
        shape=Shape.NUMBER,
    )
    max_http_connections: int = setting(
        "max_http_connections",
        values.whole_number(1, 1_000_000),
        "connections of the HTTP port at most; a further one ends one that is idle; fewer where the process may not "
        "open as many files",
        metavar="N",
        default="10000",
        shape=Shape.NUMBER,
    )
    max_grpc_connections: int = setting(
        "max_grpc_connections",
        values.whole_number(1, 1_000_000),
        "connections of the gRPC port at most, likewise",
        metavar="N",
        default="2000",
        shape=Shape.NUMBER,
    )
    max_connections_per_source: int = setting(
        "max_connections_per_source",
        values.whole_number(1, 1_000_000),
        "connections of one address (IPv6: of one /64) to each of the two ports at most; behind a proxy all have its "
        "address",
        metavar="N",
        default="1000",
        shape=Shape.NUMBER,
    )
    connection_idle_timeout: float = setting(
        "connection_idle_timeout",
        values.number(1, 86_400),
        "seconds that a connection may be open without a request or call",
        metavar="SECONDS",
        default="75",
        shape=Shape.NUMBER,
    )
    max_concurrent_tests_per_instance: int = _limit(
        "max_concurrent_tests_per_instance", "those of one instance, in all replicas; 0: its share of each process", 0
    )
    max_concurrent_tests_per_token: int = _limit(
        "max_concurrent_tests_per_token", "those of one access token, in all replicas; 0: any number", 50
    )
    max_concurrent_tests_per_host: int = _limit(
        "max_concurrent_tests_per_host", "those that connect to one host, in all replicas; 0: any number", 50
    )
    max_tests_per_minute: int = _limit(
        "max_tests_per_minute", "tests, searches and posts that may begin in a minute, in all; 0: any number", 6000
    )
    max_tests_per_minute_per_instance: int = _limit(
        "max_tests_per_minute_per_instance", "those of one instance; 0: any number", 600
    )
    max_tests_per_minute_per_token: int = _limit(
        "max_tests_per_minute_per_token", "those of one access token; 0: any number", 300
    )
    max_tests_per_minute_per_host: int = _limit(
        "max_tests_per_minute_per_host", "those that connect to one host; 0: any number", 600
    )
    max_searches_per_minute: int = _limit(
        "max_searches_per_minute", "searches for settings a minute of one instance; 0: any number", 60
    )
    max_webhook_posts_per_minute: int = _limit(
        "max_webhook_posts_per_minute", "tests of webhooks a minute of one instance; 0: any number", 120
    )
    max_imports_per_hour: int = _limit("max_imports_per_hour", "imports an hour into one instance; 0: any number", 60)
    max_exports_per_hour: int = _limit("max_exports_per_hour", "exports an hour of one instance; 0: any number", 120)
    max_messages_per_receiver: int = _limit(
        "max_messages_per_receiver", "test messages an hour to one address, from all instances; 0: any number", 150
    )
    max_failed_logins: int = _limit(
        "max_failed_logins",
        "logins of one user that may fail in ten minutes before no other one is tried, in all instances, two thirds of "
        "them in one; 0: any number",
        9,
    )
    max_failed_logins_per_instance: int = _limit(
        "max_failed_logins_per_instance",
        "logins of all users that may fail in ten minutes in tests of one instance; 0: any number",
        120,
    )
    max_bad_tokens_per_minute: int = _limit(
        "max_bad_tokens_per_minute",
        "unknown access tokens a minute from one address (IPv6: /64) that are looked up; 0: any number",
        60,
    )
    max_configs_per_instance: int = _limit(
        "max_configs_per_instance", "configurations that one instance may have; 0: any number", 1000
    )
    max_events_per_instance: int = _limit(
        "max_events_per_instance", "events that the log of one instance may have; 0: any number", 1_000_000
    )
    thin_older_than: timedelta | None = setting(
        "thin_older_than",
        values.age,
        "events older than this (12h, 365d, 52w) are thinned away, but for one snapshot a configuration; empty: none",
        metavar="AGE",
        default="",
    )
    thin_keep: int = _limit(
        "thin_keep", "events that stay of each instance, the newest; older ones are thinned away; 0: all stay", 0
    )
    max_kept_tests_per_config: int = _limit(
        "max_kept_tests_per_config", "tests that are kept of one configuration; 0: none are kept from now on", 100
    )
    max_kept_tests_per_instance: int = _limit(
        "max_kept_tests_per_instance", "tests that are kept of one instance; 0: any number", 100_000
    )
    kept_tests_days: int = _limit("kept_tests_days", "days that a test is kept; 0: whatever its age", 90)
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
    log_format: str = setting(
        "log_format",
        values.one_of("auto", "text", "json"),
        "lines of the log: text for people, json for machines; auto: text where stderr is a terminal",
        metavar="FORMAT",
        default="auto",
    )
    console: bool = setting(
        "console",
        values.switch,
        "serve the web console to browsers at / of the address of REST",
        default="true",
        shape=Shape.SWITCH,
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
    insecure: bool = setting(
        "insecure",
        values.switch,
        "serve in the clear at an address that other machines reach: behind a proxy that has TLS, on a network that "
        "nobody else listens to",
        default="false",
        shape=Shape.SWITCH,
    )
    tls_certificate_file: Path | None = setting(
        "tls_certificate_file",
        values.optional_file,
        "PEM file of the certificate that both addresses serve, with those of its intermediate authorities; read anew "
        "when it changes and on SIGHUP; empty: no TLS",
        metavar="FILE",
    )
    tls_key_file: Path | None = setting(
        "tls_key_file",
        values.optional_file,
        "PEM file of the certificate's private key, not encrypted",
        metavar="FILE",
    )
    tls_client_ca_file: Path | None = setting(
        "tls_client_ca_file",
        values.optional_file,
        "PEM file of the authorities of client certificates: REST and grpc-web then ask for one, gRPC demands one",
        metavar="FILE",
    )
    client_certificates: tuple[CertificateCaller, ...] = setting(
        "client_certificates",
        values.certificate_caller,
        "who shows a client certificate with this URI, DNS name or e-mail address is a caller of this role: NAME=ROLE "
        "for the default instance, or NAME=ROLE:INSTANCE+INSTANCE, made when unknown",
        metavar="WHO",
        shape=Shape.LIST,
        flag="client-certificate",
    )
    oidc_issuer: str = setting(
        "oidc_issuer",
        values.https_url,
        "URL of the OpenID Connect issuer whose bearer tokens are accepted, as its tokens have it; empty: none is",
        metavar="URL",
    )
    oidc_audience: str = setting(
        "oidc_audience",
        values.claim,
        "audience that a bearer token must be meant for",
        metavar="NAME",
    )
    oidc_jwks_url: str = setting(
        "oidc_jwks_url",
        values.https_url,
        "where the issuer's keys are; empty: where its document /.well-known/openid-configuration says",
        metavar="URL",
    )
    oidc_algorithms: tuple[str, ...] = setting(
        "oidc_algorithms",
        values.signature_algorithm,
        f"accept tokens signed like this, one of {', '.join(values.SIGNATURE_ALGORITHMS)} "
        f"(default: {', '.join(values.DEFAULT_ALGORITHMS)})",
        metavar="NAME",
        shape=Shape.LIST,
        flag="oidc-algorithm",
    )
    oidc_skew: float = setting(
        "oidc_skew",
        values.number(0, 300),
        "seconds that the issuer's clock may differ",
        metavar="SECONDS",
        default="60",
        shape=Shape.NUMBER,
    )
    oidc_role_claim: str = setting(
        "oidc_role_claim",
        values.claim,
        "claim of a caller's roles: a text, a list, or an object whose names they are; a.b is the claim b within a",
        metavar="NAME",
        default="roles",
    )
    oidc_roles: tuple[tuple[str, Role], ...] = setting(
        "oidc_roles",
        values.role_of_claim,
        "value of that claim and the role that it gives, VALUE=ROLE (default: "
        f"{', '.join(f'{word}={role}' for word, role in values.DEFAULT_ROLES)})",
        metavar="VALUE=ROLE",
        shape=Shape.LIST,
        flag="oidc-role",
    )
    oidc_instance_claim: str = setting(
        "oidc_instance_claim",
        values.claim,
        "claim of the instances that a caller may use, of which there must be one; empty: all callers are of the "
        "default instance",
        metavar="NAME",
    )

    unix_socket_mode: int = setting(
        "unix_socket_mode",
        values.socket_mode,
        "permissions of the sockets of unix:/path: 0660 also lets the group of the process connect",
        metavar="MODE",
        default="0600",
    )
    sources: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Where the value of a setting comes from, by its name, where that is not the default."""

    @property
    def database(self) -> DatabaseUrl:
        """The URL of the database."""
        return self.database_url or sqlite_url(self.data_dir / DATABASE_FILE)

    @property
    def retention(self) -> Retention:
        """How many tests are kept, and for how long."""
        return Retention(self.max_kept_tests_per_config, self.max_kept_tests_per_instance, self.kept_tests_days)

    @property
    def bounds(self) -> Bounds:
        """Limits on tests, searches, posts, imports and exports."""
        return Bounds(
            concurrent_per_instance=self.max_concurrent_tests_per_instance,
            concurrent_per_token=self.max_concurrent_tests_per_token,
            concurrent_per_host=self.max_concurrent_tests_per_host,
            tests=self.max_tests_per_minute,
            tests_per_instance=self.max_tests_per_minute_per_instance,
            tests_per_token=self.max_tests_per_minute_per_token,
            tests_per_host=self.max_tests_per_minute_per_host,
            searches=self.max_searches_per_minute,
            posts=self.max_webhook_posts_per_minute,
            imports=self.max_imports_per_hour,
            exports=self.max_exports_per_hour,
            messages=self.max_messages_per_receiver,
            failed_logins=self.max_failed_logins,
            failed_logins_per_instance=self.max_failed_logins_per_instance,
        )

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
        if "declaration" in item.metadata:
            yield item, item.metadata["declaration"]


def declaration_of(name: str) -> Declaration:
    """Return how a setting is declared."""
    return next(declaration for item, declaration in _declared() if item.name == name)


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


def variables() -> frozenset[str]:
    """Return the environment variables of all settings."""
    return frozenset(declaration.variable for _, declaration in _declared())


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
    sources: dict[str, str] = {}
    for item, declaration in _declared():  # `config` is declared first, so that the file is known to all others
        if only is not None and item.name not in only:
            continue
        given = getattr(arguments, item.name, None)
        text = environ.get(declaration.variable, "")
        if given is not None:
            sources[item.name] = declaration.flags
            chosen[item.name] = _convert(declaration, given, declaration.flags)
        elif text:
            several = declaration.shape is Shape.LIST
            sources[item.name] = declaration.variable
            chosen[item.name] = _convert(declaration, _split(text) if several else text, declaration.variable)
        elif declaration.variable in environ and not declaration.flag:
            raise SettingError(f"{declaration.variable}: is set but empty")
        elif declaration.key in table:
            sources[item.name] = f"{declaration.key} in {chosen['config']}"
            chosen[item.name] = _from_file(declaration, table[declaration.key], sources[item.name])
        elif item.name == "data_dir":
            chosen[item.name] = _default_data_dir(declaration, environ)
        if item.name == "config" and chosen.get("config"):
            table = _read(chosen["config"])
    return ServiceSettings(**chosen, sources=sources)


def _default_data_dir(declaration: Declaration, environ: Mapping[str, str]) -> Path:
    """Return the data directory of who has chosen none.

    Raises:
        SettingError: There is no home directory that it could be in, or the place is not a directory.
    """
    try:
        return values.default_directory(environ)
    except ValueError as error:
        raise SettingError(
            f"a setting is missing: give {declaration.flags} {declaration.metavar}, {declaration.variable}, or "
            f"{declaration.key} in the TOML file, since the default {error}"
        ) from None


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
