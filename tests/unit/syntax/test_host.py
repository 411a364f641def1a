"""A host with its port, joined and taken apart: one form for every place that shows or reads it."""

from __future__ import annotations

import contextlib
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.database import parse_url
from mailproof.net.egress_rules import parse_rule
from mailproof.service.settings_values import Listen, listen
from mailproof.syntax.host import (
    MAX_HOST,
    bracketed,
    check_ehlo_name,
    check_host,
    join_host_port,
    read_port,
    split_host_port,
    take_apart,
    to_ascii,
)

hosts = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.ip_addresses(v=6).map(lambda address: f"{address}%eth0"),
    st.from_regex(r"[a-z]{1,9}(\.[a-z]{1,9}){0,3}", fullmatch=True),
)
ports = st.integers(1, 65535)


@given(hosts, ports)
def test_what_is_joined_is_split_again(host: str, port: int) -> None:
    assert split_host_port(join_host_port(host, port)) == (host, port)
    assert take_apart(join_host_port(host, port)) == (host, str(port), ":" in host)


@pytest.mark.parametrize(
    ("host", "joined"),
    [
        ("mx.test", "mx.test:25"),
        ("192.0.2.1", "192.0.2.1:25"),
        ("::1", "[::1]:25"),
        ("fe80::1%eth0", "[fe80::1%eth0]:25"),
        ("[::1]", "[::1]:25"),  # as an API's caller may write a host
    ],
)
def test_joined(host: str, joined: str) -> None:
    assert join_host_port(host, 25) == joined
    assert f"{bracketed(host)}:25" == joined


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("", None, False)),
        ("mx.test", ("mx.test", None, False)),
        ("mx.test:", ("mx.test", "", False)),
        ("mx.test:25", ("mx.test", "25", False)),
        ("mx.test:smtp", ("mx.test", "smtp", False)),
        (":25", ("", "25", False)),
        ("::1", ("::1", None, False)),
        ("2001:db8::/32", ("2001:db8::/32", None, False)),
        ("[::1]", ("::1", None, True)),
        ("[::1]:", ("::1", "", True)),
        ("[::1]:25", ("::1", "25", True)),
        ("[]:25", ("", "25", True)),
        ("[::1]25", ("[::1]25", None, False)),
        ("[::1", ("[::1", None, False)),
        ("::1]:25", ("::1]:25", None, False)),
        ("[[::1]]:25", ("[[::1]]:25", None, False)),
        ("[::1]:2\n5", ("::1", "2\n5", True)),
    ],
)
def test_taken_apart(text: str, parts: tuple[str, str | None, bool]) -> None:
    assert take_apart(text) == parts


NO_PORTS = ["", "0", "65536", "99999", "123456", "-1", "+1", " 1", "1 ", "1_0", "2\u0665", "\u00b2", "x", "9" * 5000]


@pytest.mark.parametrize("text", NO_PORTS)
def test_what_is_no_port(text: str) -> None:
    assert read_port(text) is None


def test_ports() -> None:
    assert [read_port(text) for text in ("1", "00025", "65535")] == [1, 25, 65535]
    assert read_port("0", least=0) == 0


@given(st.text(st.sampled_from("[]:%/@.a1f \n\0\u200bü"), max_size=12))
def test_every_reader_of_the_form_ends_in_a_value_or_a_sentence(text: str) -> None:
    for reader in (split_host_port, listen, parse_rule):
        with contextlib.suppress(ValueError):
            reader(text)
    with contextlib.suppress(ValueError):
        host, port = split_host_port(text)
        assert split_host_port(join_host_port(host, port)) == (host, port)


@given(hosts.filter(lambda host: "%" not in host), ports)
def test_where_to_listen_reads_what_it_shows(host: str, port: int) -> None:
    assert listen(join_host_port(host, port)) == Listen(host, port)
    assert str(Listen(host, port)) == join_host_port(host, port)


@pytest.mark.parametrize("text", ["a\0b:80", "a\x85b:80", "a\u200bb:80", "[fe80::1%eth0]:80"])
def test_where_to_listen_is_a_host_that_can_be_one(text: str) -> None:
    with pytest.raises(ValueError, match="must be a host and a port"):
        listen(text)


@given(hosts.filter(lambda host: "%" not in host and not host.startswith("::ffff:")), ports)
def test_an_entry_of_an_egress_list_reads_the_same_form(host: str, port: int) -> None:
    rule = parse_rule(join_host_port(host, port))
    assert rule.port == port
    if rule.network is not None:
        assert rule.network.network_address == ipaddress.ip_address(host)


def test_an_invisible_character_in_a_host_is_refused_before_it_is_looked_up() -> None:
    with pytest.raises(ValueError, match="invisible"):
        split_host_port("mx\u200b.example.com:587")


def test_a_port_of_many_digits_in_a_databases_url_gets_our_sentence() -> None:
    with pytest.raises(ValueError, match="must have a port between 1 and 65535"):
        parse_url(f"postgresql://u@db:{'9' * 5000}/d")


@pytest.mark.parametrize("unit", ["\ufdfa", "\u01c6", "ß", "é.", "\u0130", "क्"])
def test_a_name_that_takes_long_to_encode_is_refused_unread(unit: str) -> None:
    """Its encoding takes time by the square of its length: minutes for these, beyond the time that a test has."""
    for length in (MAX_HOST + 1, 200_000):
        text = (unit * length)[:length]
        assert to_ascii(text) == ""
        for check in (check_host, check_ehlo_name):
            with pytest.raises(ValueError, match=r"is longer than 253 characters|is not valid"):
                check(text)
    assert to_ascii("\ufdfa" * 20) == ""
