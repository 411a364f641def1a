"""The use cases on providers, over a store in memory: what happens, what is refused, and what holds whatever comes."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.errors import IdempotencyKeyReused, InvalidFields
from mailproof.domain.ledger import EventType, Expected, IdempotencyKey
from mailproof.domain.model import (
    Caller,
    HttpSettings,
    OAuthClient,
    Page,
    Provider,
    ProviderState,
    Role,
    SmtpSettings,
    Token,
)
from mailproof.domain.provider_errors import (
    AlreadyActive,
    AlreadyInactive,
    EntityTagMismatch,
    NoActiveProvider,
    PasswordNotUsed,
    PasswordRequired,
    ProviderExists,
    ProviderNotFound,
    SequenceMismatch,
)
from mailproof.domain.secret import Secret
from mailproof.usecases.provider_secrets import identity, may_keep_secret, open_secret
from mailproof.usecases.providers import Auth, Providers, SmtpInput
from service_support.memory import MemoryStore, PlainVault

T = TypeVar("T")

TOKEN = Token("token-1", "", Role.ADMIN, ("here", "there"), datetime(2026, 1, 1, tzinfo=UTC))
HERE, THERE = Caller(TOKEN, "here", "192.0.2.1:5"), Caller(TOKEN, "there")
SETTINGS = SmtpSettings("a@example.com", "A", tls=True, host="mx.example.com:587", user="me")
CLIENT = OAuthClient("https://id.example.com/token", "client", ("mail",))
TOKENS = dataclasses.replace(SETTINGS, oauth=CLIENT)
SECRET_FIELD = "xoauth2.client_credentials.client_secret"
HOOK = HttpSettings("https://mail.example.com/hook")


class Desk:
    """The use cases, their store, and calls that are awaited at once."""

    def __init__(self, *, single: bool = False) -> None:
        self.store, self.vault = MemoryStore(), PlainVault()
        self.providers = Providers(self.store, self.vault, single=single)

    def add(self, settings: SmtpSettings = SETTINGS, secret: str = "", auth: Auth = Auth.UNSPECIFIED) -> str:
        return run(self.providers.add_smtp(HERE, SmtpInput(settings, Secret(secret), auth))).change.provider_id

    def update(self, provider_id: str, settings: SmtpSettings, secret: str = "", auth: Auth = Auth.UNSPECIFIED) -> int:
        new = SmtpInput(settings, Secret(secret), auth)
        return run(self.providers.update_smtp(HERE, provider_id, new)).sequence

    def get(self, provider_id: str) -> Provider:
        return run(self.providers.get(HERE, provider_id))

    def signing_key(self, provider_id: str, caller: Caller | None = None) -> Secret:
        return self.providers.signing_key(caller or HERE, self.get(provider_id))

    def secret(self, provider_id: str) -> str:
        return open_secret(self.vault, self.get(provider_id)).reveal()

    @property
    def last(self) -> Any:
        """The last event's change."""
        return self.store.events["here"][-1].change


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def test_an_event_knows_who_did_it_and_from_where() -> None:
    desk = Desk()
    desk.add()
    (event,) = desk.store.events["here"]
    assert (event.actor_token_id, event.peer, event.instance_id) == ("token-1", "192.0.2.1:5", "here")


def test_no_event_and_no_provider_shows_a_secret() -> None:
    desk = Desk()
    added = desk.add(secret="hunter2")
    desk.update(added, SETTINGS, "hunter3")
    run(desk.providers.update_password(HERE, added, Secret("hunter4")))
    shown = repr(desk.store.events) + repr(desk.get(added))
    assert "hunter" not in shown


@pytest.mark.parametrize(
    ("after", "secret", "auth", "changed"),
    [
        ({"sender_name": "B", "description": "d"}, "", Auth.UNSPECIFIED, ("sender_name", "description")),
        ({"host": "other.example.com:587"}, "new", Auth.UNSPECIFIED, ("host", "password")),
        ({}, "new", Auth.PLAIN, ("password",)),
        ({"oauth": CLIENT}, "new", Auth.XOAUTH2, ("oauth", "client_secret")),
        ({}, "", Auth.NONE, ("user", "password")),
        ({"user": ""}, "", Auth.UNSPECIFIED, ("user", "password")),
    ],
    ids=str,
)
def test_an_update_names_what_it_changed(
    after: dict[str, Any], secret: str, auth: Auth, changed: tuple[str, ...]
) -> None:
    desk = Desk()
    added = desk.add(secret="old")
    assert desk.update(added, dataclasses.replace(SETTINGS, **after), secret, auth) == 2
    assert (desk.last.type, desk.last.changed) == (EventType.SMTP_CHANGED, changed)


def test_a_cleared_client_secret_is_named_as_what_it_was() -> None:
    desk = Desk()
    added = desk.add(dataclasses.replace(SETTINGS, oauth=CLIENT), "s", Auth.XOAUTH2)
    desk.update(added, SETTINGS, auth=Auth.NONE)
    assert desk.last.changed == ("user", "oauth", "client_secret")
    assert desk.get(added).sealed is None


@pytest.mark.parametrize("secret", ["", "old"])
def test_an_update_that_changes_nothing_is_no_event_and_keeps_the_blob(secret: str) -> None:
    desk = Desk()
    added = desk.add(secret="old")
    blob = desk.get(added).sealed
    assert desk.update(added, SETTINGS, secret) == 1
    assert desk.update(added, dataclasses.replace(SETTINGS, host="MX.example.com:587"), secret) == 2
    assert desk.get(added).sealed == blob


def test_a_secret_that_can_not_be_decrypted_is_replaced_but_not_used() -> None:
    desk = Desk()
    added = desk.add(secret="old")
    desk.store.damage("here", added, b"noise")
    assert desk.update(added, dataclasses.replace(SETTINGS, sender_name="B")) == 2  # keeps it, whatever it is
    assert desk.update(added, SETTINGS, "new") == 3
    assert desk.secret(added) == "new"
    desk.store.damage("here", added, b"noise")
    assert run(desk.providers.update_password(HERE, added, Secret("newer"))).sequence == 4
    assert desk.secret(added) == "newer"


def test_a_password_that_is_the_same_or_cleared_twice_is_no_event() -> None:
    desk = Desk()
    added = desk.add(secret="old")
    for password, sequence in (("old", 1), ("new", 2), ("", 3), ("", 3), ("new", 4)):
        assert run(desk.providers.update_password(HERE, added, Secret(password))).sequence == sequence
        assert desk.secret(added) == password
    assert desk.last.changed == ("password",)


def test_a_password_where_tokens_are_used_is_refused() -> None:
    desk = Desk()
    added = desk.add(dataclasses.replace(SETTINGS, oauth=CLIENT), "s", Auth.XOAUTH2)
    with pytest.raises(PasswordNotUsed):
        run(desk.providers.update_password(HERE, added, Secret("p")))
    assert len(desk.store.events["here"]) == 1


def test_tokens_without_a_user_are_refused() -> None:
    desk = Desk()
    added = desk.add(secret="old")
    nobody = dataclasses.replace(TOKENS, user="")
    for attempt in (
        lambda: desk.add(nobody, "new", Auth.XOAUTH2),
        lambda: desk.update(added, nobody, "new", Auth.XOAUTH2),
    ):
        with pytest.raises(InvalidFields) as caught:
            attempt()
        assert [violation.field for violation in caught.value.violations] == ["user"]
    assert desk.secret(added) == "old"
    assert len(desk.store.events["here"]) == 1


NOBODY = dataclasses.replace(SETTINGS, user="")


@pytest.mark.parametrize("auth", [Auth.UNSPECIFIED, Auth.PLAIN])
def test_a_password_without_a_user_is_stored(auth: Auth) -> None:
    desk = Desk()
    added = desk.add(NOBODY, "first", auth)
    assert desk.secret(added) == "first"
    assert desk.update(added, NOBODY, "second", auth) == 2
    assert desk.secret(added) == "second"
    assert run(desk.providers.update_password(HERE, added, Secret("third"))).sequence == 3
    assert desk.secret(added) == "third"
    assert run(desk.providers.update_password(HERE, added, Secret(""))).sequence == 4
    assert desk.get(added).sealed is None
    assert run(desk.providers.update_password(HERE, added, Secret("fourth"))).sequence == 5
    assert desk.secret(added) == "fourth"


@pytest.mark.parametrize(
    ("stored", "changes", "auth", "kept"),
    [
        (NOBODY, {"description": "d"}, Auth.UNSPECIFIED, True),
        (NOBODY, {"description": "d"}, Auth.PLAIN, True),
        (NOBODY, {}, Auth.NONE, False),
        (NOBODY, {"host": "evil.example:587"}, Auth.UNSPECIFIED, False),
        (NOBODY, {"tls": False}, Auth.UNSPECIFIED, False),
        (SETTINGS, {"user": ""}, Auth.UNSPECIFIED, False),
    ],
    ids=["the same", "the same, plain", "none", "another host", "tls off", "the user is removed"],
)
def test_a_password_that_nobody_logs_in_with_is_kept_or_dropped_but_never_asked_for(
    stored: SmtpSettings, changes: dict[str, Any], auth: Auth, kept: bool
) -> None:
    desk = Desk()
    added = desk.add(stored, "old")
    desk.update(added, dataclasses.replace(stored, **changes), "", auth)
    assert (desk.get(added).sealed is not None) is kept


@pytest.mark.parametrize("auth", [Auth.UNSPECIFIED, Auth.PLAIN])
def test_a_user_that_is_added_needs_the_password_again(auth: Auth) -> None:
    """It was entered for no user, so it may be anybody's."""
    desk = Desk()
    added = desk.add(NOBODY, "old")
    with pytest.raises(PasswordRequired):
        desk.update(added, SETTINGS, "", auth)
    assert desk.update(added, SETTINGS, "old", auth) == 2
    assert desk.secret(added) == "old"


@pytest.mark.parametrize("secret", ["", "nul\0"])
def test_an_unusable_secret_is_refused_with_its_field(secret: str) -> None:
    desk = Desk()
    with pytest.raises(InvalidFields) as caught:
        desk.add(TOKENS, secret, Auth.XOAUTH2)
    assert [violation.field for violation in caught.value.violations] == [SECRET_FIELD]
    if secret:
        with pytest.raises(InvalidFields) as caught:
            desk.add(SETTINGS, secret, Auth.PLAIN)
        assert [violation.field for violation in caught.value.violations] == ["plain.password"]


def test_an_unknown_or_foreign_provider_is_not_found_by_any_use_case() -> None:
    desk = Desk()
    added = desk.add(secret="p")
    providers, new = desk.providers, SmtpInput(SETTINGS)
    for caller, provider_id in ((THERE, added), (HERE, "0"), (HERE, "")):
        attempts: list[Coroutine[Any, Any, object]] = [
            providers.get(caller, provider_id),
            providers.update_smtp(caller, provider_id, new),
            providers.update_http(caller, provider_id, HOOK, rotate=True),
            providers.update_password(caller, provider_id, Secret("q")),
            providers.activate(caller, provider_id),
            providers.deactivate(caller, provider_id),
            providers.remove(caller, provider_id),
        ]
        for attempt in attempts:
            with pytest.raises(ProviderNotFound):
                asyncio.run(attempt)
    assert len(desk.store.events["here"]) == 1
    assert not desk.store.events["there"]


def test_each_family_of_updates_finds_its_own_kind_alone() -> None:
    desk = Desk()
    smtp, (hook, _) = desk.add(secret="p"), run(desk.providers.add_http(HERE, HOOK))
    with pytest.raises(ProviderNotFound):
        desk.update(hook.change.provider_id, SETTINGS)
    with pytest.raises(ProviderNotFound):
        run(desk.providers.update_http(HERE, smtp, HOOK, rotate=False))
    with pytest.raises(ProviderNotFound):
        run(desk.providers.update_password(HERE, hook.change.provider_id, Secret("p")))


def test_an_activation_names_whom_it_makes_inactive() -> None:
    desk = Desk()
    first, second = desk.add(), desk.add()
    for provider_id, deactivated in ((first, ""), (second, first), (first, second)):
        run(desk.providers.activate(HERE, provider_id))
        assert (desk.last.type, desk.last.deactivated) == (EventType.ACTIVATED, deactivated)
        assert run(desk.providers.get_active(HERE)).id == provider_id
    with pytest.raises(AlreadyActive):
        run(desk.providers.activate(HERE, first))
    run(desk.providers.deactivate(HERE, first))
    with pytest.raises(AlreadyInactive):
        run(desk.providers.deactivate(HERE, first))
    with pytest.raises(NoActiveProvider, match="none is active, of 2 stored") as caught:
        run(desk.providers.get_active(HERE))
    assert caught.value.metadata == {"id": "", "stored": "2"}


def test_where_nothing_is_stored_nothing_is_active() -> None:
    with pytest.raises(NoActiveProvider, match="none is stored"):
        run(Desk().providers.get_active(HERE))


@pytest.mark.parametrize(
    ("stored", "new", "auth", "field", "words"),
    [
        (SETTINGS, {"oauth": CLIENT}, Auth.XOAUTH2, SECRET_FIELD, "what is stored is a password"),
        (
            SETTINGS,
            {"tls": False},
            Auth.UNSPECIFIED,
            "password",
            "host, tls and user are not those that the stored",
        ),
        (TOKENS, {}, Auth.PLAIN, "plain.password", "what is stored is a client secret"),
        (TOKENS, {"host": "x.example:25"}, Auth.UNSPECIFIED, "password", "sent, or xoauth2 with a client_secret"),
        (TOKENS, {"host": "x.example:25"}, Auth.XOAUTH2, SECRET_FIELD, "token_endpoint and client_id are not those"),
    ],
)
def test_a_secret_that_must_be_sent_is_asked_for_in_words(
    stored: SmtpSettings, new: dict[str, Any], auth: Auth, field: str, words: str
) -> None:
    desk = Desk()
    added = desk.add(stored, "s", Auth.XOAUTH2 if stored.oauth else Auth.UNSPECIFIED)
    base = stored if auth is Auth.XOAUTH2 else SETTINGS
    with pytest.raises(PasswordRequired, match=words) as caught:
        desk.update(added, dataclasses.replace(base, **new), auth=auth)
    assert [violation.field for violation in caught.value.violations] == [field]


def test_a_signing_key_is_made_kept_and_rotated() -> None:
    desk = Desk()
    event, key = run(desk.providers.add_http(HERE, HOOK))
    added = event.change.provider_id
    assert len(key.reveal()) >= 32
    assert desk.signing_key(added) == key
    viewer = Caller(dataclasses.replace(TOKEN, role=Role.VIEWER), "here")
    assert desk.signing_key(added, viewer) == Secret(""), "who may only read could sign with it"
    moved = dataclasses.replace(HOOK, endpoint="https://mail.example.com/other")
    details, new = run(desk.providers.update_http(HERE, added, moved, rotate=False))
    assert (details.sequence, new, desk.signing_key(added)) == (2, None, key)
    details, new = run(desk.providers.update_http(HERE, added, moved, rotate=True))
    assert details.sequence == 3
    assert desk.last.changed == ("signing_key",)
    assert new is not None
    assert new != key
    assert desk.signing_key(added) == new
    assert run(desk.providers.update_http(HERE, added, moved, rotate=False))[0].sequence == 3


def test_a_signing_key_that_does_not_open_hides_nothing_but_itself(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    added = run(desk.providers.add_http(HERE, HOOK))[0].change.provider_id
    desk.store.damage("here", added, b"noise")
    assert desk.signing_key(added) == Secret("")
    assert "does not open" in caplog.text
    _, new = run(desk.providers.update_http(HERE, added, HOOK, rotate=True))
    assert new is not None
    assert desk.signing_key(added) == new


def test_a_repeated_add_has_the_first_answer_and_the_first_key_of_signing() -> None:
    desk = Desk()
    key = IdempotencyKey("k", (b"digest",))
    first, signing = run(desk.providers.add_http(HERE, HOOK, key=key))
    run(desk.providers.update_http(HERE, first.change.provider_id, HOOK, rotate=True))
    assert run(desk.providers.add_http(HERE, HOOK, key=key)) == (first, signing)
    run(desk.providers.remove(HERE, first.change.provider_id))
    assert run(desk.providers.add_http(HERE, HOOK, key=key)) == (first, signing)
    with pytest.raises(IdempotencyKeyReused):
        run(desk.providers.add_http(HERE, HOOK, key=IdempotencyKey("k", (b"another",))))
    assert run(desk.providers.add_http(THERE, HOOK, key=key))[0].instance_id == "there"


def test_an_instance_holds_one_configuration_where_that_is_set() -> None:
    desk = Desk(single=True)
    key = IdempotencyKey("k", (b"digest",))
    first = run(desk.providers.add_smtp(HERE, SmtpInput(SETTINGS), key=key))
    with pytest.raises(ProviderExists):
        desk.add()
    with pytest.raises(ProviderExists):
        run(desk.providers.add_http(HERE, HOOK))
    assert run(desk.providers.add_smtp(HERE, SmtpInput(SETTINGS), key=key)) == first
    run(desk.providers.add_smtp(THERE, SmtpInput(SETTINGS)))
    run(desk.providers.remove(HERE, first.change.provider_id))
    desk.add()


# --- whatever comes ----------------------------------------------------------------------------------------------

CLIENTS = [None, CLIENT, dataclasses.replace(CLIENT, client_id="other")]
INPUTS = st.builds(
    lambda host, tls, user, oauth, secret, auth: SmtpInput(
        dataclasses.replace(SETTINGS, host=host, tls=tls, user=user, oauth=oauth if auth is Auth.XOAUTH2 else None),
        Secret("" if auth is Auth.NONE else secret),
        auth,
    ),
    st.sampled_from(["mx.example.com:587", "MX.example.com:587", "mx.example.com:465", "evil.example:587"]),
    st.booleans(),
    st.sampled_from(["me", "me", "you", ""]),
    st.sampled_from(CLIENTS[1:]),
    st.sampled_from(["", "", "a", "b"]),
    st.sampled_from(Auth),
)
WHICH = st.integers(0, 3)
COMMANDS = st.one_of(
    st.tuples(st.just("add"), INPUTS),
    st.tuples(st.just("update"), WHICH, INPUTS),
    st.tuples(st.just("update"), WHICH, INPUTS),
    st.tuples(st.just("password"), WHICH, st.sampled_from(["", "a", "c"])),
    st.tuples(st.just("activate"), WHICH),
    st.tuples(st.just("deactivate"), WHICH),
    st.tuples(st.just("remove"), WHICH),
    st.tuples(st.just("hook")),
    st.tuples(st.just("rotate"), WHICH, st.booleans()),
)


class Model:
    """What must hold of the secrets: each provider's, and the destination that it was sent for."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.secrets: dict[str, tuple[str, SmtpSettings]] = {}
        self.ids: list[str] = []

    def which(self, number: int) -> str:
        return self.ids[number % len(self.ids)] if self.ids else "none"

    def perform(self, command: tuple[Any, ...]) -> None:
        name, *values = command
        before = len(self.desk.store.events["here"])
        state = dict(self.desk.store.providers("here"))
        try:
            getattr(self, name)(*values)
        except (AlreadyActive, AlreadyInactive, ProviderNotFound, InvalidFields, PasswordNotUsed):
            happened = len(self.desk.store.events["here"]) - before
            if happened or self.desk.store.providers("here") != state:
                raise

    def add(self, new: SmtpInput) -> None:
        added = self.desk.add(new.settings, new.secret.reveal(), new.auth)
        self.ids.append(added)
        self.sent(added, new)

    def update(self, number: int, new: SmtpInput) -> None:
        provider_id = self.which(number)
        self.desk.update(provider_id, new.settings, new.secret.reveal(), new.auth)
        self.sent(provider_id, new)

    def sent(self, provider_id: str, new: SmtpInput) -> None:
        kept = self.secrets.get(provider_id)
        if new.auth is Auth.NONE:
            self.secrets.pop(provider_id, None)
        elif new.secret:
            self.secrets[provider_id] = (new.secret.reveal(), new.settings)
        elif not new.settings.user and kept is not None and not may_keep_secret(kept[1], new.settings):
            self.secrets.pop(provider_id)  # nobody logs in, and it belongs to somebody else

    def password(self, number: int, password: str) -> None:
        provider_id = self.which(number)
        run(self.desk.providers.update_password(HERE, provider_id, Secret(password)))
        self.secrets.pop(provider_id, None)
        if password:
            settings = self.desk.get(provider_id).settings
            assert isinstance(settings, SmtpSettings)
            self.secrets[provider_id] = (password, settings)

    def activate(self, number: int) -> None:
        run(self.desk.providers.activate(HERE, self.which(number)))

    def deactivate(self, number: int) -> None:
        run(self.desk.providers.deactivate(HERE, self.which(number)))

    def remove(self, number: int) -> None:
        provider_id = self.which(number)
        run(self.desk.providers.remove(HERE, provider_id))
        self.ids.remove(provider_id)
        self.secrets.pop(provider_id, None)

    def hook(self) -> None:
        self.ids.append(run(self.desk.providers.add_http(HERE, HOOK))[0].change.provider_id)

    def rotate(self, number: int, rotate: bool) -> None:
        run(self.desk.providers.update_http(HERE, self.which(number), HOOK, rotate=rotate))

    def check(self) -> None:
        store, vault = self.desk.store, self.desk.vault
        state = store.providers("here")
        assert [event.sequence for event in store.events["here"]] == list(range(1, len(store.events["here"]) + 1))
        assert store.folded("here") == state
        assert set(state) == set(self.ids)
        active = [provider.id for provider in state.values() if provider.state is ProviderState.ACTIVE]
        assert len(active) <= 1
        listed = run(self.desk.providers.list(HERE, Page(ascending=True))).providers
        assert [provider.id for provider in listed] == self.ids
        for provider in state.values():
            if isinstance(provider.settings, HttpSettings):
                assert open_secret(vault, provider)
                continue
            kept = self.secrets.get(provider.id)
            assert (provider.sealed is None) == (kept is None), "a secret survived, or is lost"
            if kept is not None and provider.sealed is not None:
                secret, sent_for = kept
                assert may_keep_secret(sent_for, provider.settings), "a secret has got another destination"
                assert vault.open(provider.sealed, identity("here", provider.id, provider.settings)).reveal() == secret
            assert provider.settings.user or provider.settings.oauth is None


@given(st.lists(COMMANDS, min_size=8, max_size=40))
def test_the_laws_hold_after_any_commands(commands: list[tuple[Any, ...]]) -> None:
    model = Model()
    for command in commands:
        model.perform(command)
        model.check()


@given(INPUTS, INPUTS)
def test_a_stored_secret_never_survives_a_changed_destination(first: SmtpInput, second: SmtpInput) -> None:
    model = Model()
    model.perform(("add", first))
    if not model.ids or not model.secrets or second.secret:
        return
    before = model.desk.get(model.ids[0])
    model.perform(("update", 0, second))
    model.check()
    after = model.desk.get(model.ids[0])
    assert isinstance(before.settings, SmtpSettings)
    assert isinstance(after.settings, SmtpSettings)
    if after.sealed is not None:
        assert may_keep_secret(before.settings, after.settings)
        assert after.sealed == before.sealed


@pytest.mark.parametrize(
    "host", ["MX.example.com:587", "mx.example.com.:587", "mx.example.com:0587", "mx\u3002example.com:587"]
)
def test_a_secret_is_not_lost_by_another_spelling_of_its_host(host: str) -> None:
    desk = Desk()
    made = desk.add(secret="s")
    desk.update(made, dataclasses.replace(SETTINGS, host=host))
    assert (desk.secret(made), desk.last.settings.host) == ("s", host)


@pytest.mark.parametrize(
    "host", ["mx.example.com:588", "mx.example.co:587", "mx.ex\u0430mple.com:587", "mx.example.com"]
)
def test_a_secret_follows_to_no_other_host(host: str) -> None:
    desk = Desk()
    made = desk.add(secret="s")
    with pytest.raises(PasswordRequired):
        desk.update(made, dataclasses.replace(SETTINGS, host=host))


def test_an_update_on_another_sequence_changes_nothing() -> None:
    desk = Desk()
    provider_id = desk.add(secret="one")
    other = desk.add()
    run(desk.providers.activate(HERE, provider_id))
    run(desk.providers.activate(HERE, other))  # which changes the first one too
    present = desk.get(provider_id).details.sequence
    assert present == 4
    hook = run(desk.providers.add_http(HERE, HOOK))[0].change.provider_id
    new = SmtpInput(dataclasses.replace(SETTINGS, description="new"))
    providers = desk.providers

    def calls(expected: Expected) -> list[Coroutine[Any, Any, Any]]:
        return [
            providers.update_smtp(HERE, provider_id, new, expected=expected),
            providers.update_password(HERE, provider_id, Secret("two"), expected=expected),
            providers.activate(HERE, provider_id, expected=expected),
            providers.deactivate(HERE, provider_id, expected=expected),  # which it is; the sequence is looked at first
            providers.update_http(HERE, hook, HOOK, rotate=True, expected=expected),
            providers.remove(HERE, provider_id, expected=expected),
        ]

    before = list(desk.store.events["here"])
    for number in (0, 3, 6, 2**64 - 1):
        for expected, kind in (
            (Expected(number), SequenceMismatch),
            (Expected(number, by_tag=True), EntityTagMismatch),
        ):
            for change in calls(expected):
                with pytest.raises(SequenceMismatch) as caught:
                    run(change)
                assert type(caught.value) is kind
                assert caught.value.metadata["expectedSequence"] == str(number)
    assert desk.store.events["here"] == before
    assert run(providers.update_smtp(HERE, provider_id, new, expected=Expected(present))).sequence == 6
    assert run(providers.remove(HERE, provider_id, expected=Expected(6))).sequence == 7
    for change in (providers.remove(HERE, provider_id, expected=Expected(7)),):
        with pytest.raises(ProviderNotFound):  # what is not there has no sequence
            run(change)


def test_a_sequence_stays_what_it_is_where_nothing_is_changed() -> None:
    desk = Desk()
    provider_id = desk.add()
    for _ in range(2):
        assert (
            run(desk.providers.update_smtp(HERE, provider_id, SmtpInput(SETTINGS), expected=Expected(1))).sequence == 1
        )


def test_a_secret_does_not_go_with_a_user_that_was_left_out() -> None:
    desk = Desk()
    provider_id = desk.add(secret="one")
    without = dataclasses.replace(SETTINGS, user="")
    left_out = SmtpInput(without, user_left_out=True)
    with pytest.raises(InvalidFields) as caught:
        run(desk.providers.update_smtp(HERE, provider_id, left_out))
    assert [problem.field for problem in caught.value.violations] == ["user"]
    assert desk.secret(provider_id) == "one"
    run(desk.providers.update_smtp(HERE, provider_id, SmtpInput(without)))  # it says so, or the wire can't
    assert desk.get(provider_id).sealed is None
    assert run(desk.providers.update_smtp(HERE, provider_id, left_out)).sequence == 2  # nothing is lost any more
    run(desk.providers.update_smtp(HERE, provider_id, SmtpInput(SETTINGS)))
    assert run(desk.providers.update_smtp(HERE, provider_id, left_out)).sequence == 4  # a user without a secret
