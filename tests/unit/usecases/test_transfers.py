"""Export and import on a real store: the round trip, what is refused, and that an import is all or nothing."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproof.domain.errors import InvalidFields
from mailproof.domain.ledger import Change, CommitResult, Decide, EventType, IdempotencyKey
from mailproof.domain.model import (
    Caller,
    HttpSettings,
    OAuthClient,
    Page,
    Permission,
    Provider,
    ProviderSettings,
    SmtpSettings,
)
from mailproof.domain.provider_errors import ProviderExists
from mailproof.domain.secret import Secret
from mailproof.domain.transfer_errors import ExportTooLarge, PassphraseWrong
from mailproof.store.contract import Store
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite.store import open_store
from mailproof.usecases.documents import Document, Entry, Imported, SecretState
from mailproof.usecases.passphrase_encryption import KeyParameters, PassphraseCipher
from mailproof.usecases.provider_secrets import open_secret
from mailproof.usecases.providers import Auth, Providers, SmtpInput
from mailproof.usecases.transfers import (
    MAX_PROVIDERS,
    Transfers,
    _associated_data,
)
from service_support.tokens import stored_token

VAULT = Sealer(b"k" * 32)
CHEAP = KeyParameters(memory_kib=8, iterations=1, lanes=1)
PHRASE = Secret("a long passphrase")
NONE = Secret("")
SMTP = SmtpSettings("a@example.com", "A", tls=True, host="mx.example.com:587", user="u")


@dataclass
class World:
    """A store with two instances, and the use cases on it."""

    store: Store
    source: Caller
    target: Caller
    use_cases: Providers
    transfers: Transfers

    def providers(self, caller: Caller) -> list[Provider]:
        page = run(self.store.list(caller.instance_id, Page(limit=2000, ascending=True)))
        return list(page.providers)

    def add(self, *providers: tuple[ProviderSettings, str], active: int | None = None) -> None:
        for at, (each, secret) in enumerate(providers):
            if isinstance(each, HttpSettings):
                event, _ = run(self.use_cases.add_http(self.source, each))
            else:
                auth = Auth.XOAUTH2 if each.oauth else Auth.PLAIN
                event = run(self.use_cases.add_smtp(self.source, SmtpInput(each, Secret(secret), auth)))
            if at == active:
                run(self.use_cases.activate(self.source, event.change.provider_id))

    def export(self, passphrase: Secret = PHRASE) -> Document:
        document: Document = run(self.transfers.export(self.source, passphrase))
        return document

    def import_(self, document: Document, passphrase: Secret = PHRASE, **options: Any) -> tuple[Imported, ...]:
        imported: tuple[Imported, ...] = run(self.transfers.import_(self.target, document, passphrase, **options))
        return imported


def run(work: Awaitable[Any]) -> Any:
    async def wait() -> Any:
        return await work

    return asyncio.run(wait())


def build(path: Path, cipher: PassphraseCipher, *, single: bool = False) -> World:
    store = open_store(path / "mailproof.db")
    callers = []
    for name in ("100", "200"):
        token = run(stored_token(store, name=name, instance_ids=(name,)))
        token = replace(token, extra_permissions=frozenset({Permission.SECRETS}))
        callers.append(Caller(token, name, "192.0.2.1:1"))
    transfers = Transfers(store, VAULT, cipher, single=single)
    return World(store, callers[0], callers[1], Providers(store, VAULT), transfers)


@pytest.fixture(scope="module")
def cipher() -> Iterator[PassphraseCipher]:
    made = PassphraseCipher(CHEAP)
    yield made
    made.close()


@pytest.fixture
def world(tmp_path: Path, cipher: PassphraseCipher) -> Iterator[World]:
    made = build(tmp_path, cipher)
    yield made
    run(made.store.close())


TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20).map(str.strip)
CLIENTS = st.builds(
    OAuthClient, st.just("https://login.example/token"), st.just("client"), st.lists(st.just("scope")).map(tuple)
)
SMTPS = st.builds(
    SmtpSettings,
    sender_address=st.just("a@example.com"),
    sender_name=TEXT,
    tls=st.booleans(),
    host=st.sampled_from(["mx.example.com:25", "MX.example.com:587", "[2001:db8::1]:465"]),
    user=TEXT.filter(bool),
    reply_to_address=st.just(""),
    description=TEXT,
    oauth=st.none() | CLIENTS,
)
PROVIDERS = st.tuples(SMTPS | st.builds(HttpSettings, st.just("https://hooks.example.com/x"), TEXT), TEXT.filter(bool))


@given(st.lists(PROVIDERS, max_size=4), st.data())
@settings(max_examples=30)
def test_what_is_exported_is_imported(
    cipher: PassphraseCipher, providers: list[tuple[ProviderSettings, str]], data: st.DataObject
) -> None:
    active = data.draw(st.none() | st.integers(0, max(len(providers) - 1, 0)))
    with tempfile.TemporaryDirectory() as folder:
        world = build(Path(folder), cipher)
        try:
            world.add(*providers, active=active)
            document = world.export()
            imported = world.import_(document)
            before, after = world.providers(world.source), world.providers(world.target)
        finally:
            run(world.store.close())
    assert [each.settings for each in after] == [each.settings for each in before]
    assert [each.state for each in after] == [each.state for each in before]
    assert [open_secret(VAULT, each) for each in after] == [open_secret(VAULT, each) for each in before]
    assert [(each.old_id, each.id) for each in imported] == [(b.id, a.id) for b, a in zip(before, after, strict=True)]
    assert not {each.id for each in before} & {each.id for each in after}


def test_a_password_without_a_user_is_exported_and_imported(world: World) -> None:
    world.add((replace(SMTP, user=""), "nobody's"))
    (imported,) = world.import_(world.export())
    assert imported.secret is SecretState.STORED
    (provider,) = world.providers(world.target)
    assert open_secret(VAULT, provider).reveal() == "nobody's"


def test_a_document_without_a_passphrase_holds_no_secret(world: World) -> None:
    hooks = HttpSettings("https://hooks.example.com/")
    nobody = replace(SMTP, user="")
    world.add((SMTP, "secret"), (nobody, ""), (hooks, ""))
    document = world.export(NONE)
    assert document.encryption is None
    assert not any(entry.secret for entry in document.entries)
    imported = world.import_(document, NONE)
    assert [each.secret for each in imported] == [
        SecretState.MISSING,
        SecretState.NOT_NEEDED,
        SecretState.NEW_SIGNING_KEY,
    ]
    smtp, _, http = world.providers(world.target)
    assert smtp.sealed is None
    key = open_secret(VAULT, http)
    assert key
    assert key != open_secret(VAULT, world.providers(world.source)[2])


def test_secrets_may_be_skipped_without_the_passphrase(world: World) -> None:
    world.add((SMTP, "secret"))
    imported = world.import_(world.export(), NONE, skip_secrets=True)
    assert [each.secret for each in imported] == [SecretState.MISSING]


def test_an_active_one_stays_active(world: World) -> None:
    world.add((SMTP, "one"), (SMTP, "two"), active=1)
    document = world.export()
    assert [each.active for each in world.import_(document)] == [False, True]
    assert [each.active for each in world.import_(document)] == [False, False]
    active = run(world.store.get_active(world.target.instance_id))
    assert active == world.providers(world.target)[1]


def test_a_wrong_passphrase_adds_nothing(world: World) -> None:
    world.add((SMTP, "secret"))
    with pytest.raises(PassphraseWrong) as caught:
        world.import_(world.export(), Secret("another passphrase"))
    assert [violation.field for violation in caught.value.violations] == ["passphrase"]
    assert world.providers(world.target) == []


def edited(document: Document, at: int, **changes: Any) -> Document:
    entries = list(document.entries)
    entries[at] = replace(entries[at], settings=replace(entries[at].settings, **changes))
    return replace(document, entries=tuple(entries))


@pytest.mark.parametrize(
    "changes", [{"host": "evil.example.com:587"}, {"tls": False}, {"user": "other"}], ids=lambda c: next(iter(c))
)
def test_a_password_can_not_be_turned_to_another_server_by_editing_the_document(
    world: World, changes: dict[str, Any]
) -> None:
    world.add((SMTP, "one"), (SMTP, "two"))
    with pytest.raises(InvalidFields, match="was changed since the export") as caught:
        world.import_(edited(world.export(), 1, **changes))
    assert [violation.field for violation in caught.value.violations] == ["document.providers[1].secret"]
    assert world.providers(world.target) == []


def test_a_client_secret_can_not_be_turned_to_another_token_endpoint(world: World) -> None:
    client = OAuthClient("https://login.example/token", "me")
    world.add((replace(SMTP, oauth=client), "client secret"))
    evil = replace(client, token_endpoint="https://evil.example/token")
    with pytest.raises(InvalidFields, match="was changed since the export"):
        world.import_(edited(world.export(), 0, oauth=evil))


def test_what_is_for_people_may_be_edited(world: World) -> None:
    world.add((SMTP, "one"))
    world.import_(edited(world.export(), 0, description="new", sender_name="B", host="MX.example.com:587"))
    assert open_secret(VAULT, world.providers(world.target)[0]) == Secret("one")


def test_secrets_can_not_be_swapped_between_providers(world: World) -> None:
    world.add((SMTP, "one"), (SMTP, "two"))
    document = world.export()
    first, second = document.entries
    swapped = (replace(first, secret=second.secret), replace(second, secret=first.secret))
    with pytest.raises(InvalidFields, match="was changed since the export") as caught:
        world.import_(replace(document, entries=swapped))
    assert len(caught.value.violations) == 2


def test_every_contradiction_is_named(world: World) -> None:
    world.add((SMTP, "one"), (SMTP, "two"), (SMTP, "three"))
    document = world.export()
    a, b, c = document.entries
    oauth = replace(SMTP, user="", oauth=OAuthClient("https://login.example/token", "me"))
    wrong = (
        replace(a, active=True),
        replace(b, active=True, id=a.id),
        replace(c, settings=oauth, secret=b""),
    )
    with pytest.raises(InvalidFields) as caught:
        world.import_(replace(document, entries=wrong, encryption=None), NONE)
    assert [violation.field for violation in caught.value.violations] == [
        "document.providers[0].id",
        "document.providers[1].state",
        "document.providers[1].id",
        "document.providers[2].smtp.user",
        "document.encryption",
    ]


def test_parameters_are_checked_before_anything_is_derived(world: World) -> None:
    world.add((SMTP, "one"))
    document = world.export()
    assert document.encryption is not None
    hostile = replace(document.encryption, parameters=KeyParameters(b"x" * 16, 2**31, 8, 8), check=b"")
    with pytest.raises(InvalidFields) as caught:
        world.import_(replace(document, encryption=hostile), NONE)
    assert [violation.field for violation in caught.value.violations] == [
        "document.encryption.argon2id.memory_kib",
        "document.encryption.check",
        "passphrase",
    ]


@pytest.mark.parametrize(
    ("settings_", "secret", "says"),
    [
        (SMTP, "a\0b", "without NUL"),
        (SMTP, "x" * 9500, "must not be longer"),
        (replace(SMTP, oauth=OAuthClient("https://login.example/token", "me")), "a\nb", "control characters"),
        (HttpSettings("https://hooks.example.com/"), "two words", "a signing key"),
        (HttpSettings("https://hooks.example.com/"), "k" * 201, "a signing key"),
        (HttpSettings("https://hooks.example.com/"), "\ud800", "does not open"),
    ],
)
def test_a_secret_that_an_add_would_not_take_is_refused(
    world: World, cipher: PassphraseCipher, settings_: ProviderSettings, secret: str, says: str
) -> None:
    document = Document("1", (Entry("1", settings_),))
    encryption, (blob,) = run(
        cipher.encrypt(PHRASE, [(Secret(secret), _associated_data(document, document.entries[0]))])
    )
    made = replace(document, entries=(replace(document.entries[0], secret=blob),), encryption=encryption)
    with pytest.raises(InvalidFields, match=says) as caught:
        world.import_(made)
    assert [violation.field for violation in caught.value.violations] == ["document.providers[0].secret"]


@pytest.mark.parametrize("version", [0, 2])
def test_another_format_is_refused(world: World, version: int) -> None:
    with pytest.raises(InvalidFields, match="must be 1"):
        world.import_(replace(world.export(), version=version))


def test_a_short_passphrase_is_refused(world: World) -> None:
    with pytest.raises(InvalidFields, match="12 characters"):
        world.export(Secret("11 characte"))


def test_an_empty_document_adds_nothing(world: World) -> None:
    assert world.import_(world.export()) == ()
    assert run(world.store.list_events(world.target.instance_id, before=None, limit=9)) == ()


def test_a_repeated_import_is_answered_as_the_first_one(world: World) -> None:
    world.add((SMTP, "one"), (HttpSettings("https://hooks.example.com/"), ""), active=0)
    document = world.export()
    key = IdempotencyKey("again", (b"d" * 32,))
    first = world.import_(document, key=key)
    assert world.import_(document, key=key) == first
    assert len(world.providers(world.target)) == 2


def test_an_instance_that_holds_one_provider_takes_one(tmp_path: Path, cipher: PassphraseCipher) -> None:
    world = build(tmp_path, cipher, single=True)
    world.add((SMTP, "one"))
    document = world.export()
    world.import_(document)
    with pytest.raises(ProviderExists):
        world.import_(document)
    world.add((SMTP, "two"))
    fresh = replace(world, target=replace(world.target, instance_id=world.source.instance_id))
    with pytest.raises(ProviderExists):
        fresh.import_(world.export())
    run(world.store.close())


@dataclass
class FullStore:
    """A store whose instance has more than a document holds."""

    store: Store
    pages: list[Page] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def list(self, instance_id: str, page: Page) -> Any:
        self.pages.append(page)
        return replace(await self.store.list(instance_id, page), total=MAX_PROVIDERS + 1)


def test_more_than_a_document_holds_is_refused(world: World, cipher: PassphraseCipher) -> None:
    full = FullStore(world.store)
    with pytest.raises(ExportTooLarge, match="1001 configurations"):
        run(Transfers(full, VAULT, cipher).export(world.source, NONE))
    assert full.pages == [Page(limit=MAX_PROVIDERS, ascending=True)]


def test_a_failed_write_adds_nothing(world: World, cipher: PassphraseCipher, monkeypatch: pytest.MonkeyPatch) -> None:
    world.add((SMTP, "one"), (SMTP, "two"))
    commit: Callable[..., Awaitable[CommitResult]] = world.store.commit

    async def broken(
        caller: Caller, provider_id: str, decide: Decide, *, key: IdempotencyKey | None = None
    ) -> CommitResult:
        def twice(situation: Any) -> list[Change]:
            changes = list(decide(situation))
            return [*changes, Change(EventType.DEACTIVATED, "1")]  # which the log can't carry out

        return await commit(caller, provider_id, twice, key=key)

    monkeypatch.setattr(world.store, "commit", broken)
    with pytest.raises(KeyError):
        world.import_(world.export())
    assert world.providers(world.target) == []
