"""The JSON that databases hold: what today's release writes, letter for letter, and what older ones wrote."""

from dataclasses import MISSING, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.ledger import Change, EventType
from mailproof.domain.model import HttpSettings, OAuthClient, ProviderSettings, SmtpSettings
from mailproof.store.payloads import (
    SEALED,
    UNREADABLE,
    dump_change,
    dump_settings,
    load_change,
    load_settings,
    without_secret,
)
from mailproof.store.rows import key_counts

PLAIN = SmtpSettings("a@example.com", "Ä", True, "mx.example.com:587", "u", "r@example.com", 'd "\\\0\ud800')
TOKEN = replace(PLAIN, oauth=OAuthClient("https://login.example/token", "client", ("one", "two")))

# Recorded from the writer that named each field. Databases hold this text, so not a space of it may change.
_REST = (
    r'"sender_address":"a@example.com","sender_name":"\u00c4","tls":true,"host":"mx.example.com:587",'
    r'"user":"u","reply_to_address":"r@example.com","description":"d \"\\\u0000\ud800"'
)
_CLIENT = '{"token_endpoint":"https://login.example/token","client_id":"client","scopes":["one","two"]}'
_SHORT = '"kind":"smtp","sender_address":"a","sender_name":"b","tls":true,"host":"c"'
_NO_TEXTS = '"user":"","reply_to_address":"","description":""'
_NO_SCOPES = '{"token_endpoint":"https://t","client_id":"c","scopes":[]}'
RECORDED: list[tuple[ProviderSettings, str]] = [
    (PLAIN, rf'{{"kind":"smtp",{_REST}}}'),
    (
        TOKEN,
        f'{{"kind":"smtp",{_REST},"oauth":{_CLIENT}}}',
    ),
    (
        SmtpSettings("a", "b", True, "c", oauth=OAuthClient("https://t", "c")),
        f'{{{_SHORT},{_NO_TEXTS},"oauth":{_NO_SCOPES}}}',
    ),
    (
        HttpSettings("https://hooks.example.com/", "für"),
        r'{"kind":"http","endpoint":"https://hooks.example.com/","description":"f\u00fcr"}',
    ),
    (HttpSettings("https://x/"), '{"kind":"http","endpoint":"https://x/","description":""}'),
]
CHANGES = [
    (Change(EventType.REMOVED, "7"), "{}"),
    (Change(EventType.ACTIVATED, "7", deactivated="8"), '{"deactivated":"8"}'),
    (
        Change(EventType.PASSWORD_CHANGED, "7", sealed=b"\0\xff", changed=("password",)),
        '{"sealed":"AP8=","changed":["password"]}',
    ),
    (
        Change(EventType.HTTP_CHANGED, "7", HttpSettings("https://x/"), b"", ("endpoint", "signing_key")),
        f'{{"settings":{RECORDED[4][1]},"sealed":"",' + '"changed":["endpoint","signing_key"]}',
    ),
    (Change(EventType.SMTP_ADDED, "7", TOKEN), f'{{"settings":{RECORDED[1][1]}}}'),
]


@pytest.mark.parametrize(("settings", "text"), RECORDED)
def test_settings_are_written_as_they_always_were(settings: ProviderSettings, text: str) -> None:
    assert dump_settings(settings) == text
    assert load_settings(text) == settings


@pytest.mark.parametrize(("change", "text"), CHANGES)
def test_changes_are_written_as_they_always_were(change: Change, text: str) -> None:
    assert dump_change(change) == text
    assert load_change(change.type.value, "7", text) == change


def test_what_an_older_release_left_out_has_its_default() -> None:
    assert load_settings(f"{{{_SHORT}}}") == SmtpSettings("a", "b", True, "c")
    assert load_settings('{"kind":"http","endpoint":"c"}') == HttpSettings("c")
    client = '"oauth":{"token_endpoint":"t","client_id":"i"}'
    assert load_settings(f"{{{_SHORT},{client}}}") == SmtpSettings("a", "b", True, "c", oauth=OAuthClient("t", "i"))


def test_what_a_newer_release_added_is_ignored() -> None:
    text = RECORDED[1][1].replace('"client_id"', '"new":[1],"client_id"').replace('"user"', '"newer":{},"user"')
    assert load_settings(text) == TOKEN
    assert load_change("smtp.added", "7", '{"new":1}') == Change(EventType.SMTP_ADDED, "7")


@pytest.mark.parametrize(
    "text",
    ["", "7", "[]", "{}", '"text"', '{"kind":"post"}', '{"kind":"smtp"}', f'{{{_SHORT},"oauth":7}}'],
)
def test_what_is_not_settings_is_refused_with_an_error_that_readers_expect(text: str) -> None:
    with pytest.raises(UNREADABLE):
        load_settings(text)


@pytest.mark.parametrize("sealed", ['"sealed":"QUJD"', '"sealed":""', '"sealed":"QUJD\\n!!"', '"sealed":"QUJD'])
def test_a_sealed_secret_is_destroyed_also_where_it_is_damaged(sealed: str) -> None:
    destroyed = without_secret(f'{{"settings":{{}},{sealed}')
    assert SEALED not in destroyed
    assert "QUJD" not in destroyed
    assert '"destroyed":true' in destroyed


def test_a_damaged_secret_is_counted_under_no_key() -> None:
    assert key_counts([(b"123456789", 2)], [("MTIzNDU2Nzg5", 1), ("!", 1), ("QUJDR", 1)]) == {b"123456789": (2, 1)}


def _any(kind: Any) -> Any:
    """Return a strategy for values of a class, with every field given."""
    of = {
        "str": st.text(),
        "bool": st.booleans(),
        "tuple[str, ...]": st.lists(st.text()).map(tuple),
        "OAuthClient | None": st.none() | st.deferred(lambda: _any(OAuthClient)),
    }
    return st.builds(kind, **{each.name: of[str(each.type)] for each in fields(kind)})


@given(_any(SmtpSettings) | _any(HttpSettings))
def test_settings_are_read_as_they_were_written(settings: ProviderSettings) -> None:
    assert load_settings(dump_settings(settings)) == settings


@pytest.mark.parametrize("kind", [SmtpSettings, HttpSettings, OAuthClient])
def test_a_field_that_older_releases_do_not_know_has_a_default(kind: Any) -> None:
    needed = [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]
    assert (
        needed
        == {
            SmtpSettings: ["sender_address", "sender_name", "tls", "host"],
            HttpSettings: ["endpoint"],
            OAuthClient: ["token_endpoint", "client_id"],
        }[kind]
    )
