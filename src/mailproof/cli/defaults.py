"""Defaults of flags, from the environment and from the user's configuration file.

They are for commands that need no data directory: those that call a service, `diagnose` and `discover`. The service and
the commands on its data have settings of their own.

The rule: a flag wins over its variable, that over the command's table in the file, that over the file's top, that over
the default. Law: no secret is read from the file; it names the file of the token.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailproof.cli.arguments import UsageError, note_origin
from mailproof.cli.did_you_mean import suggestion
from mailproof.cli.parser import Parser

CONFIG_VARIABLE = "MAILPROOF_CLIENT_CONFIG"
"""Not MAILPROOF_CONFIG, which names the settings of the service."""

MAX_FILE = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Default:
    """A flag that has a default outside of the command line.

    Attributes:
        key: Its key in the file: the flag without the hyphens that it begins with.
        variable: Its environment variable, "" for none.
        help: What it says, in a few words.
        reads_variable: Whether the command itself reads the variable.
        is_path: Whether it names a file, which is looked for beside the configuration file.
    """

    key: str
    variable: str
    help: str
    reads_variable: bool = False
    is_path: bool = False


_CALL = (
    Default("server", "MAILPROOF_SERVER", "which service is called", reads_variable=True),
    Default("instance", "MAILPROOF_INSTANCE", "which instance is meant"),
    Default("token-file", "MAILPROOF_TOKEN_FILE", "the file of the access token", is_path=True),
    Default("ca-file", "MAILPROOF_SERVER_CA_FILE", "authorities of the service's certificate", is_path=True),
)
"""Of commands that call a service."""

_ANY = (
    Default("timeout", "MAILPROOF_TIMEOUT", "seconds"),
    Default("language", "MAILPROOF_LANGUAGE", "of messages and advice", reads_variable=True),
    Default("json", "MAILPROOF_JSON", "whether JSON is printed"),
)
"""Of all of them."""

_OF_DIAGNOSE = (
    Default("tls", "", "TLS mode"),
    Default("mechanism", "", "SASL mechanism"),
    Default("ca-file", "", "authorities of mail servers' certificates", is_path=True),
    Default("from", "", "address for MAIL FROM"),
    Default("depth", "", "how far the test goes"),
    Default("ehlo-name", "", "name to say in EHLO"),
    Default("egress-profile", "", "which destinations may be dialled"),
    Default("no-alternatives", "", "dial nothing else"),
    Default("wait", "", "how long to wait for a silent server"),
)

TABLES = {"diagnose": (*_ANY, *_OF_DIAGNOSE), "discover": _ANY}
"""The tables that a file may have, by the command whose defaults they are."""

_SECRETS = ("token", "password", "passphrase", "secret", "oauth")
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def apply(command: Parser, name: str, environ: Mapping[str, str]) -> None:
    """Set the defaults of a command's flags, also of its actions.

    Args:
        command: The command's parser.
        name: Its name.
        environ: The environment.

    Raises:
        UsageError: The file or a variable is wrong.
    """
    leaves = [leaf for leaf in command.leaves() if name in TABLES or "--server" in leaf.flags()]
    if not leaves:
        return
    file = _File.of(environ)
    for leaf in leaves:
        own = TABLES.get(name, ())
        for default in own or (*_CALL, *_ANY):
            action = leaf._option_string_actions.get(f"--{default.key}")
            if action is None:
                continue
            text = environ.get(default.variable, "") if default.variable else ""
            if text and default.reads_variable:
                continue
            if default.key == "token-file" and environ.get("MAILPROOF_TOKEN"):
                continue
            if text:
                _set(leaf, action, _switch(text) if action.nargs == 0 else text, default.variable)
                continue
            for table in (name, ""):
                if table == "" and default in _OF_DIAGNOSE:  # the top's ca-file is that of the service
                    continue
                found = file.value(table, default)
                if found is not None:
                    _set(leaf, action, found, file.place(table, default.key))
                    break


def _switch(text: str) -> bool | str:
    folded = text.strip().lower()
    return True if folded in _TRUE else False if folded in _FALSE else text


def _set(parser: Parser, action: argparse.Action, value: Any, place: str) -> None:
    """Set a default, after the same check that the flag's value passes."""
    if action.nargs == 0:
        if not isinstance(value, bool):
            raise UsageError(f"{place}: must be true or false")
        parser.set_defaults(**{action.dest: action.const if value else action.default})
        return
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        raise UsageError(f"{place}: must be a {'number' if action.dest == 'timeout' else 'text'}")
    try:
        converted = parser._get_value(action, str(value))
        parser._check_value(action, converted)
    except argparse.ArgumentError as error:
        raise UsageError(f"{place}: {error.message}") from None
    parser.set_defaults(**{action.dest: converted})
    note_origin(action.option_strings[-1], place)


@dataclass(frozen=True, slots=True)
class _File:
    """The configuration file.

    Attributes:
        path: Where it is.
        text: Its text, to find the lines of keys in.
        tables: Its tables by their names; "" is its top.
    """

    path: Path
    text: str
    tables: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> _File:
        """Read the file that the environment names, or the user's; an empty one where there is none.

        Raises:
            UsageError: It can't be read, or has what it may not have.
        """
        named = environ.get(CONFIG_VARIABLE)
        path = Path(named).expanduser() if named else user_file(environ)
        if named == "" or path is None:
            return cls(Path(), "", {})
        try:
            with path.open("rb") as opened:
                data = opened.read(MAX_FILE + 1)
        except FileNotFoundError:
            if named is None:
                return cls(path, "", {})
            raise UsageError(f"{CONFIG_VARIABLE}: there is no file {path}") from None
        except (OSError, ValueError) as error:  # also a NUL in the name
            reason = error.strerror if isinstance(error, OSError) else error
            raise UsageError(f"the configuration file {path} can't be read: {reason}") from None
        if len(data) > MAX_FILE:
            raise UsageError(f"the configuration file {path} is larger than {MAX_FILE} bytes")
        return cls._parsed(path, data)

    @classmethod
    def _parsed(cls, path: Path, data: bytes) -> _File:
        import tomllib

        try:
            text = data.decode()
            document = tomllib.loads(text)
        except UnicodeDecodeError:
            raise UsageError(f"the configuration file {path} is not UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"the configuration file {path} is no TOML: {error}") from None
        except RecursionError:
            raise UsageError(f"the configuration file {path} is no TOML: it is nested too deep") from None
        top = {key: value for key, value in document.items() if not isinstance(value, dict)}
        tables = {key: value for key, value in document.items() if isinstance(value, dict)}
        found = cls(path, text, {"": top, **tables})
        for table, values in found.tables.items():
            found._check(table, values)
        return found

    def _check(self, table: str, values: Mapping[str, Any]) -> None:
        """Check a table's name and keys. Their values are checked where they are used."""
        if table and table not in TABLES:
            raise UsageError(f"{self.place('', table)}: there is no such table{suggestion(table, TABLES)}")
        known = [default.key for default in TABLES.get(table, (*_CALL, *_ANY))]
        for key in values:
            if key in known:
                continue
            hint = suggestion(key, known)
            if any(word in key.lower() for word in _SECRETS) and "file" not in key.lower():
                hint = ": no secret belongs into this file; name the token's file with token-file"
            elif not table and key in (default.key for default in _OF_DIAGNOSE):
                hint = ": it belongs into the table [diagnose]"
            raise UsageError(f"{self.place(table, key)}: there is no such key{hint}")

    def value(self, table: str, default: Default) -> Any:
        """Return what a table has for a flag, None if nothing."""
        value = self.tables.get(table, {}).get(default.key)
        if default.is_path and isinstance(value, str) and value not in ("", "-"):
            return str(self.path.absolute().parent / Path(value).expanduser())
        return value

    def place(self, table: str, key: str) -> str:
        """Return where a key is, in words: the file, the line if it is found, and the key."""
        inside = not table
        for number, line in enumerate(self.text.splitlines(), 1):
            head = re.match(r"\s*\[\s*[\"']?([^\]\"']*?)[\"']?\s*\]", line)
            if head:
                inside = head[1] == table
                if not table and head[1].split(".")[0] == key:
                    return f"{self.path}, line {number}, [{key}]"
            elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                return f"{self.path}, line {number}, {key}"
        return f"{self.path}, {key}"


def user_file(environ: Mapping[str, str]) -> Path | None:
    """Return where a user's configuration file is by the XDG base directories, None where there is no home."""
    base = environ.get("XDG_CONFIG_HOME", "")
    try:
        folder = Path(base) if os.path.isabs(base) else Path.home() / ".config"  # noqa: PTH117 - as XDG says
    except RuntimeError:
        return None
    return folder / "mailproof" / "config.toml"


def describe() -> str:
    """Return the table of all keys, as docs/cli.md has it."""
    lines = ["| key | table | flag | variable | is |", "|---|---|---|---|---|"]
    lines += list(_rows("", (*_CALL, *_ANY)))
    return "\n".join([*lines, *_rows("[diagnose]", _OF_DIAGNOSE)])


def _rows(table: str, defaults: tuple[Default, ...]) -> Iterator[str]:
    for each in defaults:
        where = f"`{table}`" if table else "top" + (", or `[diagnose]`, `[discover]`" if each in _ANY else "")
        variable = f"`{each.variable}`" if each.variable else ""
        yield f"| `{each.key}` | {where} | `--{each.key}` | {variable} | {each.help} |"
