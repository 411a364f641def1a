"""The one rule on stored secrets: after which changes a secret is used again, and after which it is asked for."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailproof.smtp.stored_secret import SUBMISSION_PORTS, VERIFYING, LoginTarget, differing, may_use_stored_secret
from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.host import check_host

AUTO, IMPLICIT, STARTTLS = TlsMode.AUTO, TlsMode.IMPLICIT, TlsMode.STARTTLS
OPPORTUNISTIC, NONE = TlsMode.OPPORTUNISTIC, TlsMode.NONE
OPEN = LoginTarget("smtp.example.com", 587, OPPORTUNISTIC, "me")
STRICT = dataclasses.replace(OPEN, tls_mode=AUTO)
RELAY = dataclasses.replace(OPEN, port=25)
ODD = dataclasses.replace(OPEN, port=2525, tls_mode=AUTO)
TOKENS = dataclasses.replace(OPEN, client=("https://id.example.com/token", "client"))


def changed(stored: LoginTarget, **changes: Any) -> LoginTarget:
    return dataclasses.replace(stored, **changes)


@pytest.mark.parametrize(
    ("stored", "changes", "may"),
    [
        (OPEN, {}, True),
        (STRICT, {}, True),
        # The setting is stricter: the certificate is verified, and the port is one of submission.
        (OPEN, {"tls_mode": AUTO}, True),
        (OPEN, {"tls_mode": IMPLICIT}, True),
        (OPEN, {"tls_mode": STARTTLS}, True),
        *((RELAY, {"tls_mode": AUTO, "port": port}, True) for port in (465, 587, 2465, 2587)),
        (STRICT, {"port": 465}, True),
        (STRICT, {"port": 465, "tls_mode": IMPLICIT}, True),
        (ODD, {"port": 465}, True),
        (changed(OPEN, tls_mode=NONE), {"tls_mode": STARTTLS}, True),
        # As strict as before, at the same port.
        (ODD, {"tls_mode": IMPLICIT}, True),
        # The port is none of submission.
        (RELAY, {"tls_mode": AUTO}, False),
        *((OPEN, {"tls_mode": AUTO, "port": port}, False) for port in (25, 2525, 443, 8587, 5870, 1, 65535, 0)),
        (STRICT, {"port": 2525}, False),
        (ODD, {"port": 25}, False),
        # Nothing verifies the certificate.
        (STRICT, {"tls_mode": OPPORTUNISTIC}, False),
        (STRICT, {"tls_mode": NONE}, False),
        (OPEN, {"tls_mode": NONE}, False),
        (OPEN, {"port": 465}, False),
        (RELAY, {"port": 587}, False),
        # Another name, user or client, however strict the rest is.
        (STRICT, {"host": "smtp.example.net"}, False),
        (OPEN, {"host": "evil.test", "tls_mode": AUTO}, False),
        (STRICT, {"user": "you"}, False),
        (STRICT, {"user": "Me"}, False),
        (STRICT, {"user": "me "}, False),
        (STRICT, {"user": ""}, False),
        (changed(STRICT, user=""), {"user": "me"}, False),
        (STRICT, {"client": ("https://id.example.com/token", "client")}, False),
        (TOKENS, {"client": None, "tls_mode": AUTO}, False),
        (TOKENS, {"client": ("https://evil.test/token", "client"), "tls_mode": AUTO}, False),
        (TOKENS, {"client": ("https://id.example.com/token", "other"), "tls_mode": AUTO}, False),
        # The token of the same client goes where a password may go.
        (TOKENS, {"tls_mode": AUTO, "port": 465}, True),
        (TOKENS, {"tls_mode": NONE}, False),
    ],
    ids=str,
)
def test_what_may_change(stored: LoginTarget, changes: dict[str, Any], may: bool) -> None:
    assert may_use_stored_secret(stored, changed(stored, **changes)) is may


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("smtp.example.com", "SMTP.Example.COM"),
        ("smtp.example.com", "smtp.example.com."),
        ("bücher.example", "xn--bcher-kva.example"),
        ("bücher.example", "BÜCHER.example."),
        ("smtp.example.com", "smtp\u3002example\uff0ecom"),  # RFC 3490 section 3.1: dots as well
        ("kelvin.example", "\u212aelvin.example"),
        ("::1", "[::1]"),
        ("2001:DB8::1", "2001:db8::1"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert may_use_stored_secret(changed(STRICT, host=one), changed(STRICT, host=other))
    assert may_use_stored_secret(changed(OPEN, host=other), changed(STRICT, host=one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("smtp.example.com", "smtp.example.com.evil.test"),
        ("smtp.example.com", "evil.test.smtp.example.com"),
        ("smtp.example.com", "smtp-example.com"),
        ("smtp.example.com", "example.com"),
        ("smtp.example.com", "smtp.example.com.."),
        ("smtp.example.com", "smtp.example.com\u200b"),
        ("smtp.example.com", "smtp.example.com%00.evil.test"),
        ("smtp.example.com", "smtp.example.com@evil.test"),
        ("smtp.example.com", "smtp.examp\u04cfe.com"),  # Cyrillic palochka in place of the l
        ("straße.example", "strasse.example"),
        ("βολος.example", "ΒΟΛΟΣ.example"),
        ("localhost", "127.0.0.1"),
        ("127.0.0.1", "127.1"),
        ("", "."),
    ],
)
def test_a_name_that_only_looks_alike_is_another(one: str, other: str) -> None:
    for stored, wanted in ((one, other), (other, one)):
        assert not may_use_stored_secret(changed(OPEN, host=stored), changed(STRICT, host=wanted))
        assert not may_use_stored_secret(changed(STRICT, host=stored), changed(STRICT, host=wanted))


HOSTS = st.sampled_from(
    ["smtp.example.com", "SMTP.example.com.", "smtp.example.com.evil.test", "bücher.example", "::1"]
)
TARGETS = st.builds(
    LoginTarget,
    HOSTS | st.text(max_size=20),
    st.sampled_from([25, 465, 587, 2465, 2525, 2587, 4650]) | st.integers(0, 65535),
    st.sampled_from(TlsMode),
    st.sampled_from(["me", "Me", "you", ""]),
    st.sampled_from([None, ("https://id.example.com/token", "client"), ("https://id.example.com/token", "other")]),
)


def dialled(host: str) -> str:
    try:
        return check_host(host).lower()
    except ValueError:
        return host


@given(TARGETS, st.lists(TARGETS, max_size=5))
@example(OPEN, [STRICT, changed(STRICT, port=465), OPEN])
def test_no_chain_of_changes_leads_a_secret_astray(first: LoginTarget, rest: list[LoginTarget]) -> None:
    """Each step is allowed against the one before, as updates are: the last is as the rule says of the first."""
    now = first
    for wanted in rest:
        if may_use_stored_secret(now, wanted):
            now = wanted
    assert (dialled(now.host), now.user, now.client) == (dialled(first.host), first.user, first.client)
    if (now.port, now.tls_mode) != (first.port, first.tls_mode):
        assert now.tls_mode in VERIFYING
        assert now.port in SUBMISSION_PORTS or (now.port == first.port and first.tls_mode in VERIFYING)


@given(TARGETS)
def test_what_did_not_change_is_asked_for_never(target: LoginTarget) -> None:
    assert may_use_stored_secret(target, target)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, ()),
        ({"host": "SMTP.example.com."}, ()),
        ({"host": "other.example", "user": "you"}, ("host", "user")),
        ({"port": 25, "tls_mode": NONE}, ("port", "tls_mode")),
        ({"client": None}, ("xoauth2",)),
    ],
)
def test_the_settings_that_differ_are_named(changes: dict[str, Any], names: tuple[str, ...]) -> None:
    assert differing(TOKENS, changed(TOKENS, **changes)) == names
