"""stub"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interceptor:
    """x"""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """x"""

    name: str
    hosts: tuple[str, ...]

    def owns(self, name: str) -> bool:
        """X"""
        return any(("." + name).endswith("." + h) for h in self.hosts)


_P = (
    KnownProvider("Google", ("gmail.com", "google.com")),
    KnownProvider("Microsoft", ("office365.com", "outlook.com")),
)


def provider_of(host: str) -> KnownProvider | None:
    """X"""
    return next((p for p in _P if p.owns(host)), None)


def interceptor_of(texts: Sequence[str]) -> Interceptor | None:
    """X"""
    return Interceptor("Avast", "virus scanner") if any("avast" in t.lower() for t in texts) else None
