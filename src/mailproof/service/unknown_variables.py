"""Finds environment variables that look like settings and are none: a misspelt one would leave its default in force."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from mailproof.service import settings
from mailproof.syntax.text import has_invisible

_PREFIX = "MAILPROOF_"

_COMMANDS = ("CLIENT_CONFIG", "DEBUG", "INSTANCE", "JSON", "LANGUAGE", "SERVER", "SERVER_CA_FILE", "TIMEOUT")
_OF_COMMANDS = frozenset(f"{_PREFIX}{name}" for name in (*_COMMANDS, "TOKEN", "TOKEN_FILE"))
"""Variables of the commands; whoever starts a service may have them too."""

_OF_TESTS = re.compile(r"MAILPROOF_(TEST|CHAOS|RANDOM|NO_SKIPS)")

_OF_KUBERNETES = re.compile(r"_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$")
"""What Kubernetes sets in every container for a service that is named mailproof, or begins so."""

_KUBERNETES_ADDRESS = re.compile(r"(tcp|udp|sctp)://")


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for each variable that begins as settings do, and is no setting. No value is in a sentence."""
    known = settings.variables()
    return [
        _sentence(name, known)
        for name, value in sorted(environ.items())
        if name.startswith(_PREFIX) and name not in known | _OF_COMMANDS and not _is_of_others(name, value)
    ]


def _is_of_others(name: str, value: str) -> bool:
    if _OF_TESTS.match(name) or _OF_KUBERNETES.search(name):
        return True
    return name.endswith("_PORT") and _KUBERNETES_ADDRESS.match(value) is not None


def _sentence(name: str, known: frozenset[str]) -> str:
    shown = ascii(name) if has_invisible(name) else name
    meant = _nearest(name.removeprefix(_PREFIX).upper(), sorted(each.removeprefix(_PREFIX) for each in known))
    hint = f"; did you mean {_PREFIX}{meant}?" if meant else "; docs/settings.md lists them"
    return f"{shown} is no setting and changes nothing{hint}"


def _nearest(name: str, known: Sequence[str]) -> str:
    """Return the setting that is meant, "" if none is near; without the prefix, which would make all of them alike."""
    words = name.split("_")
    shortened = [each for each in known if all(map(str.startswith, each.split("_"), words)) and name]
    shortened = [each for each in shortened if each.count("_") >= len(words) - 1]
    near = difflib.get_close_matches(name, shortened or known, n=1, cutoff=0.0 if shortened else 0.6)
    return near[0] if near else ""
