"""What counts as the source of connections and calls."""

from __future__ import annotations

import pytest

from mailproof.syntax.source import source_of


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_source_is_its_64_bits(host: str, source: str) -> None:
    assert source_of(host) == source
