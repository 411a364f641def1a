"""What places another process in a `World`: its `mailproof discover` asks that world's servers alone."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from mailproof.cli import discover
from mailproof.discovery.search import SettingsSearch
from mailproof.net.egress import Policy, Profile
from mailproof.net.trust import TrustStore
from mailproof.probe.probe import Probe


def settle(ports: Mapping[tuple[str, int], tuple[str, int]], dns_port: int, ca_pem: str) -> None:
    """Replace the system's resolver and what the command builds."""

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
        if host != "127.0.0.1" and (host, port) not in ports:
            raise socket.gaierror(socket.EAI_NONAME, "no such name in this world")
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ports.get((host, port), (host, port)))]

    def search() -> SettingsSearch:
        guard, trust = Policy(Profile.DEVELOPMENT), TrustStore(ca_pem=ca_pem)
        return SettingsSearch(
            prober=Probe(guard=guard, trust=trust, default_ehlo_name="client.example.com"),
            https_guard=guard.for_https(),
            trust=trust,
            dns_nameservers=["127.0.0.1"],
            dns_port=dns_port,
        )

    socket.getaddrinfo = getaddrinfo  # type: ignore[assignment] # it asks for less
    discover._settings_search = search
