"""Says of an address that the service can't listen on which setting has chosen it, and how to choose another one."""

from __future__ import annotations

import os
from collections.abc import Mapping

from mailproof.domain.errors import StartupError
from mailproof.service.settings import ServiceSettings, declaration_of
from mailproof.service.settings_values import Listen


def address_problem(
    error: StartupError, settings: ServiceSettings, name: str, environ: Mapping[str, str] = os.environ
) -> StartupError:
    """Return the error with what to do about it.

    Args:
        error: Which address, and why.
        settings: The settings.
        name: The setting that has the address.
        environ: The environment; make has a variable in it.
    """
    declaration = declaration_of(name)
    source = settings.sources.get(name)
    chosen = f"{source} has chosen it" if source else f"it is the default of {declaration.flags}"
    address: Listen = getattr(settings, name)
    wanted, hint = declaration.metavar, ", where port 0 is any free one"
    if address.path is not None:
        wanted, hint = "unix:/another/path", ""
    other = f"{declaration.flags} {wanted} or {declaration.variable}"
    if "MAKELEVEL" in environ:
        free = wanted if address.path is not None else Listen(address.host, 0)
        other = f"make run {declaration.variable}={free}"
    return StartupError(f"{error} ({chosen}); choose another one by {other}{hint}")
