"""A configuration of a server on this machine."""

from __future__ import annotations

from typing import Any

NAME = "Office"
"""What it is called."""


def settings(port: int, **other: Any) -> dict[str, Any]:
    """Return the settings of a server on loopback, with others in their place."""
    sender = "noreply@example.org"
    chosen = {"host": f"127.0.0.1:{port}", "senderAddress": sender, "senderName": "Acme", "user": sender, "tls": False}
    return {**chosen, "password": "correct horse", "description": NAME, **other}
