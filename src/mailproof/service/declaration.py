"""How one setting is declared: what its flag, variable, key, help and default are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from mailproof.domain.errors import StartupError


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


def setting(
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
    """Return a dataclass field that declares a setting.

    Args:
        name: The field's name, which the flag, the variable and the key are made of.
        parse: See `Declaration`.
        text: See `Declaration.help`.
        metavar: See `Declaration`.
        default: See `Declaration`.
        shape: See `Declaration`.
        flag: Whether there is a flag, or its name where that is another.
        key: Whether the TOML file may hold the setting.
        quoted: See `Declaration`.
    """
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
