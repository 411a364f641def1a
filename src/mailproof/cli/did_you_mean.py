"""Which name is meant by one that does not exist, on the command line and in its configuration file. Pure."""

from __future__ import annotations

from collections.abc import Iterable

_ALIKE = 0.6  # of difflib's ratio: the least that is worth a suggestion
_MAX_COMPARED = 64  # characters; no name is as long


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the name that is most like another one, "" if none is."""
    import difflib

    names = list(names)
    folded = name.lower().replace("_", "-")[:_MAX_COMPARED]
    found = difflib.get_close_matches(folded, names, n=1, cutoff=_ALIKE)
    if not found and len(folded.strip("-")) > 2:  # one that was not typed to its end
        found = [each for each in names if each.startswith(folded)][:1]
    return found[0] if found else ""


def suggestion(name: str, names: Iterable[str]) -> str:
    """Return the question for the nearest name, with a colon before it; "" if none is near."""
    found = nearest(name, names)
    return f": did you mean {found}?" if found else ""
