"""All types of failures: they lie in several modules, of which a test may have imported only some."""

from __future__ import annotations

import importlib
import pkgutil

from mailproof import domain
from mailproof.domain.errors import Failure


def failure_types() -> frozenset[type[Failure]]:
    """Return the types of all failures, and `Failure` itself."""
    for module in pkgutil.iter_modules(domain.__path__, f"{domain.__name__}."):
        importlib.import_module(module.name)
    return frozenset(_below(Failure))


def _below(failure: type[Failure]) -> set[type[Failure]]:
    return {failure} | {below for child in failure.__subclasses__() for below in _below(child)}
