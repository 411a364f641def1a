"""What people are told of the web console as the service is ready: where a browser finds it, and what it asks for."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

from mailproof.service.settings_values import Listen


def console_lines(listens: Listen, scheme: str, *, sandbox: bool) -> list[str]:
    """Return the lines of the greeting; none where no browser can reach it.

    Args:
        listens: Where HTTP listens, with the port that it has got.
        scheme: http or https.
        sandbox: Whether a token is printed with the greeting.
    """
    if listens.path is not None:
        return []
    token = "the admin token below" if sandbox else "a token of `mailproof token create --role admin`"
    return [f"  console            {scheme}://{_reached(listens)}/", f"  sign in with       {token}"]


def _reached(listens: Listen) -> Listen:
    """Return an address to go to: 0.0.0.0 and :: are none, and no browser takes them for this machine's own."""
    try:
        everywhere = ip_address(listens.host).is_unspecified
    except ValueError:  # a name
        everywhere = False
    return replace(listens, host="localhost") if everywhere else listens
