"""The rules for characters against Unicode's own categories, and every place that asks one of them against the rule."""

from __future__ import annotations

import argparse
import contextlib
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.cli import tokens
from mailproof.discovery.autoconfig import AutoconfigError, parse
from mailproof.domain.errors import InvalidFields
from mailproof.domain.model import OAuthClient, SmtpSettings
from mailproof.domain.secret import Secret
from mailproof.rpc.bodies import parse_json
from mailproof.rpc.validation import violations as message_violations
from mailproof.service.settings_values import documentation_url, listen, optional_file
from mailproof.smtp.plans import violations
from mailproof.smtp.report import Credentials, OAuth, Plan
from mailproof.smtp.sanitize import Redactor, clean
from mailproof.smtp.wire import encode_command
from mailproof.syntax import text as rules
from mailproof.syntax.host import check_ehlo_name, check_host, split_host_port
from mailproof.syntax.mailbox import parse_mailbox
from mailproof.syntax.oauth import ClientCredentials, check_scope, grant_problems, token_problem
from mailproof.syntax.url import parse_url
from mailproof.usecases.provider_secrets import secret_problem
from zitadel.admin.v1 import admin_pb2

ODD = (
    "\0\x01\t\n\r\x1b\x1f !~\x7f\x80\x85\x9f\xa0\xad\u200b\u200e\u2028\u2029\u202e\u2066\ufeff\ud800\udbff\udc00\udfff"
)
texts = st.text(st.one_of(st.sampled_from(ODD), st.sampled_from("aZ9ü名"), st.characters()), min_size=1, max_size=6)

LOGIN = SmtpSettings("a@example.com", "A", True, "mx.example.com:587", "u")
CLIENT = replace(LOGIN, oauth=OAuthClient("https://login.test/", "id", ()))


def categories(text: str) -> set[str]:
    return {unicodedata.category(c) for c in text}


@given(texts)
def test_each_kind_of_character_is_unicodes_category(text: str) -> None:
    assert rules.has_controls(text) is ("Cc" in categories(text))
    assert rules.has_surrogates(text) is ("Cs" in categories(text))
    seen = {category for c in text if c != " " for category in categories(c)}
    assert rules.has_invisible(text) is any(category[0] in "CZ" for category in seen)
    assert rules.has_nul(text) is (min(text) == "\0")
    assert rules.is_visible_ascii(text) is all(33 <= ord(c) <= 126 for c in text)


@given(texts)
def test_what_protocols_ask_for(text: str) -> None:
    assert rules.fits_login(text) is ("Cs" not in categories(text) and min(text) != "\0")
    assert rules.fits_client(text) is categories(text).isdisjoint({"Cs", "Cc"})
    assert rules.fits_command(text) is categories(text).isdisjoint({"Cc", "Zl", "Zp"})


@given(texts)
def test_what_replaces_the_invisible_leaves_nothing_invisible(text: str) -> None:
    shown = rules.replace_invisible(text)
    assert len(shown) == len(text)
    assert not rules.has_invisible(shown)
    assert rules.replace_invisible(shown) == shown


def accepted(check: Callable[[str], object]) -> Callable[[str], bool]:
    """Return whether a check raises nothing."""

    def ask(text: str) -> bool:
        try:
            check(text)
        except (ValueError, argparse.ArgumentTypeError, InvalidFields):
            return False
        return True

    return ask


def plan(text: str, field: str) -> bool:
    user, password = (text, "p") if field == "user" else ("u", text)
    return not violations(Plan("x", credentials=Credentials(user, Secret(password))))


def client(text: str, field: str) -> bool:
    identifier, secret = (text, "s") if field == "client_id" else ("i", text)
    return not list(grant_problems(ClientCredentials("https://login.test/", identifier, Secret(secret))))


def name_of_sender(text: str) -> bool:
    message = admin_pb2.AddSMTPConfigRequest(sender_address="a@example.com", sender_name=f"A{text}A", host="x:1")
    return not list(message_violations(message))


def json_body(text: str) -> object:
    escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else c for c in text)
    return parse_json(admin_pb2.AddSMTPConfigRequest, f'{{"senderName": "{escaped}"}}'.encode(), {})


AGREE: dict[str, tuple[Callable[[str], bool], Callable[[str], bool]]] = {
    "a plan's user": (lambda text: plan(text, "user"), rules.fits_login),
    "a plan's password": (lambda text: plan(text, "password"), rules.fits_login),
    "a stored password": (lambda text: not secret_problem(LOGIN, Secret(text)), rules.fits_login),
    "a client's id": (lambda text: client(text, "client_id"), rules.fits_client),
    "a client's secret": (lambda text: client(text, "client_secret"), rules.fits_client),
    "a stored client's secret": (lambda text: not secret_problem(CLIENT, Secret(text)), rules.fits_client),
    "a token's user": (
        lambda text: not violations(Plan("x", credentials=Credentials(text, Secret("")), oauth=OAuth(Secret("t")))),
        rules.fits_client,
    ),
    "a command": (
        accepted(lambda text: encode_command("MAIL", text)),
        lambda text: rules.fits_command(text) and not rules.has_surrogates(text),
    ),
    "a scope": (
        accepted(check_scope),
        lambda text: rules.is_visible_ascii(text) and not set('"\\') & set(text),
    ),
    "a token": (lambda text: not token_problem(text), rules.is_visible_ascii),
    "a token's note": (accepted(tokens._name), lambda text: not rules.has_invisible(text)),
    "a name in JSON": (accepted(json_body), lambda text: not rules.has_surrogates(text)),
}
"""A place that takes a text -> whether it does, and the rule that says so."""


@pytest.mark.parametrize("place", AGREE)
@given(texts)
def test_a_place_takes_what_its_rule_allows_and_nothing_else(place: str, text: str) -> None:
    takes, rule = AGREE[place]
    assert takes(text) is rule(text)


@given(texts)
def test_a_field_of_a_message_has_no_control_characters(text: str) -> None:
    if not rules.has_surrogates(text):  # protobuf takes none
        assert name_of_sender(text) is not rules.has_controls(text)


REFUSE: dict[str, Callable[[str], object]] = {
    "a host": lambda text: check_host(f"mx{text}x.test"),
    "a host and a port": lambda text: split_host_port(f"mx{text}x.test:587"),
    "a name for EHLO": lambda text: check_ehlo_name(f"mx{text}x.test"),
    "an address": lambda text: parse_mailbox(f"a{text}b@example.com"),
    "an address's domain": lambda text: parse_mailbox(f"a@mx{text}x.test"),
    "where to listen": lambda text: listen(f"a{text}b:80"),
    "a URL": lambda text: parse_url(f"https://a.test/{text}x", ("https",)),
    "the documentation's URL": lambda text: documentation_url(f"https://a.test/{text}x"),
}


@pytest.mark.parametrize("place", REFUSE)
@given(texts)
def test_an_address_has_nothing_invisible(place: str, text: str) -> None:
    if rules.has_invisible(text):
        with pytest.raises(ValueError):
            REFUSE[place](text)


@given(texts)
def test_a_path_has_no_nul(text: str) -> None:
    if rules.has_nul(text):
        with pytest.raises(ValueError, match="must be a file"):
            optional_file(text)


@given(texts)
def test_what_is_shown_has_nothing_invisible(text: str) -> None:
    assert not rules.has_invisible(clean(text))
    assert not rules.has_invisible(Redactor("secret-word", "user")(f"{text}secret-word{text}"))


@given(st.sampled_from("\u200b\u202e\ufeff\u2060"))
def test_a_published_user_has_nothing_invisible(character: str) -> None:
    document = (
        '<clientConfig><emailProvider id="x"><outgoingServer type="smtp"><hostname>mx.test</hostname><port>587</port>'
        "<socketType>STARTTLS</socketType><username>{}</username></outgoingServer></emailProvider></clientConfig>"
    )
    mailbox = parse_mailbox("a@example.com")
    assert [server.user for server in parse(document.format("jo").encode(), mailbox)] == ["jo"]
    with contextlib.suppress(AutoconfigError):
        assert not parse(document.format(f"j{character}o").encode(), mailbox)


@pytest.mark.parametrize("secret", ["\ud800", "a\udfffb"])
def test_a_secret_without_utf8_is_refused_where_it_is_stored_as_where_it_is_tested(secret: str) -> None:
    assert secret_problem(LOGIN, Secret(secret)) == "must be text without NUL"
    assert secret_problem(CLIENT, Secret(secret)) == "must be text without control characters"
    assert [name for name, _ in violations(Plan("x", credentials=Credentials("u", Secret(secret))))] == ["password"]


@pytest.mark.parametrize("character", ["\x7f", "\x85", "\x9f"])
def test_a_tokens_user_has_no_c1_control(character: str) -> None:
    plan = Plan("x", credentials=Credentials(f"a{character}", Secret("")), oauth=OAuth(Secret("t")))
    assert violations(plan) == [("user", "must be text without control characters")]
