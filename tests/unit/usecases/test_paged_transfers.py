"""Export and import in pages on a real store: what arrives, what is refused and why, how both go on or are undone."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from mailproof.domain.caller_errors import PermissionDenied
from mailproof.domain.clock import utc_now
from mailproof.domain.errors import InvalidFields
from mailproof.domain.ledger import Change, EventType, Quota
from mailproof.domain.limit_errors import ConfigQuotaExceeded, RateExceeded
from mailproof.domain.limits import GO_ON, Bounds, Limits
from mailproof.domain.model import Caller, HttpSettings, Permission, Provider, SmtpSettings
from mailproof.domain.provider_errors import ProviderExists, SecretUnreadable
from mailproof.domain.secret import Secret
from mailproof.domain.transfer_errors import ImportEnded, ImportNotFound, PassphraseWrong
from mailproof.scheduling.fair_worker import FairWorker
from mailproof.store.contract import Store
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite.store import open_store
from mailproof.usecases.document_keys import DocumentKeys
from mailproof.usecases.document_pages import DocumentPage, Header, Trailer
from mailproof.usecases.documents import Entry, SecretState, added
from mailproof.usecases.import_undo import ImportUndo, UndoneStep
from mailproof.usecases.paged_export import ExportPart, PagedExport
from mailproof.usecases.paged_import import ImportStep, PagedImport
from mailproof.usecases.passphrase_encryption import DocumentKey, KeyParameters, PassphraseCipher
from mailproof.usecases.provider_secrets import identity, open_secret
from mailproof.usecases.providers import Providers
from service_support.tokens import stored_token

VAULT = Sealer(b"k" * 32)
CHEAP = KeyParameters(memory_kib=8, iterations=1, lanes=1)
PHRASE = Secret("a long passphrase")
NONE = Secret("")
NUMBERS = count(100)
SMTP = SmtpSettings("a@example.com", "A", tls=True, host="mx.example.com:587", user="u")


class CountingCipher(PassphraseCipher):
    """Counts the derivations."""

    derived = 0

    async def derive(self, passphrase: Secret, parameters: KeyParameters, *, share: str = "") -> DocumentKey:
        self.derived += 1
        return await super().derive(passphrase, parameters, share=share)


@dataclass
class World:
    """A store with two instances, and the use cases on it."""

    store: Store
    source: Caller
    target: Caller
    cipher: CountingCipher
    worker: FairWorker
    now: datetime

    def clock(self) -> datetime:
        return self.now

    def exporter(self, **options: Any) -> PagedExport:
        keys = DocumentKeys(self.cipher, clock=self.clock)
        return PagedExport(self.store, VAULT, keys, self.worker, clock=self.clock, **options)

    def importer(self, **options: Any) -> PagedImport:
        keys = DocumentKeys(self.cipher, clock=self.clock)
        return PagedImport(self.store, VAULT, keys, self.worker, clock=self.clock, **options)

    def add(self, count: int, caller: Caller | None = None) -> list[str]:
        caller = caller or self.source
        events = []
        for at in range(count):
            settings = replace(SMTP, host=f"mx{at}.example.com:587", description=f"number {at}")
            events.append(run(self.store.add(caller, self.change(caller, settings, f"password {at}"))))
        return [event.change.provider_id for event in events]

    def change(self, caller: Caller, settings: SmtpSettings | HttpSettings, secret: str) -> Change:
        return added(self.store, VAULT, caller, Entry("", settings), Secret(secret))

    def providers(self, caller: Caller) -> tuple[Provider, ...]:
        found = run(self.store.list_added(caller.instance_id, after=0, until=None, limit=10_000))
        providers: tuple[Provider, ...] = found.providers
        return providers

    def export(self, passphrase: Secret = PHRASE, page_size: int = 3, **options: Any) -> list[ExportPart]:
        return collected(self.exporter().stream(self.source, passphrase, page_size=page_size, **options))

    def events(self, caller: Caller) -> list[Change]:
        events = run(self.store.list_events(caller.instance_id, before=None, limit=1000))
        return [event.change for event in reversed(events)]

    def import_all(self, parts: list[ExportPart], passphrase: Secret = PHRASE, **options: Any) -> ImportStep:
        return self.import_(document(parts), passphrase, **options)

    def import_(self, document: "Document", passphrase: Secret = PHRASE, **options: Any) -> ImportStep:
        importer = self.importer()
        step = run(importer.begin(self.target, document.header, passphrase, **options))
        for page in document.pages:
            step = run(importer.page(self.target, step.token, page, passphrase))
        last: ImportStep = run(importer.finish(self.target, step.token, document.trailer, passphrase))
        return last

    def undo(self, token: str) -> list[UndoneStep]:
        return collected(ImportUndo(self.store, VAULT, clock=self.clock).stream(self.target, token))


def apart(parts: list[ExportPart]) -> tuple[Header, list[DocumentPage], Trailer]:
    header, trailer = parts[0].part, parts[-1].part
    assert isinstance(header, Header)
    assert isinstance(trailer, Trailer)
    return header, [part.part for part in parts[1:-1] if isinstance(part.part, DocumentPage)], trailer


def run(work: Awaitable[Any]) -> Any:
    async def wait() -> Any:
        return await work

    return asyncio.run(wait())


def collected(stream: Any) -> list[Any]:
    async def collect() -> list[Any]:
        return [each async for each in stream]

    return asyncio.run(collect())


def secrets_of(providers: tuple[Provider, ...]) -> list[str]:
    return [open_secret(VAULT, each).reveal() for each in providers]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One database for all tests: each has two instances of its own."""
    opened = open_store(tmp_path_factory.mktemp("store") / "mailproof.db")
    yield opened
    run(opened.close())


@contextmanager
def made(store: Store) -> Iterator[World]:
    callers = []
    for name in (f"{next(NUMBERS)}", f"{next(NUMBERS)}"):
        token = run(stored_token(store, name=name, instance_ids=(name,)))
        token = replace(token, extra_permissions=frozenset({Permission.SECRETS}))
        callers.append(Caller(token, name, "192.0.2.1:1"))
    cipher, worker = CountingCipher(CHEAP), FairWorker("pages", most=100, most_of_share=10)
    yield World(store, callers[0], callers[1], cipher, worker, utc_now())
    cipher.close()
    worker.close()


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    with made(store) as world:
        yield world


def test_what_is_exported_in_pages_is_imported_with_one_derivation_on_each_side(world: World) -> None:
    ids = world.add(7)
    run(world.store.add(world.source, world.change(world.source, HttpSettings("https://h.example/x"), "key")))
    run(Providers(world.store, VAULT).activate(world.source, ids[4]))
    parts = world.export()
    header, pages, trailer = apart(parts)
    assert [len(page.entries) for page in pages] == [3, 3, 2]
    assert (header.provider_count, trailer.page_count, trailer.provider_count) == (8, 3, 8)
    last = world.import_all(parts)
    assert world.cipher.derived == 2
    before, after = world.providers(world.source), world.providers(world.target)
    assert [each.settings for each in after] == [each.settings for each in before]
    assert secrets_of(after) == secrets_of(before)
    assert last.active_id == after[4].id
    assert {each.id for each in after}.isdisjoint(each.id for each in before)
    kinds = [change.type for change in world.events(world.target)]
    assert kinds[0] is EventType.IMPORT_BEGUN
    assert kinds[-2:] == [EventType.IMPORT_FINISHED, EventType.ACTIVATED]
    assert len({change.import_id for change in world.events(world.target)[:-1]}) == 1


def test_an_empty_instance_has_a_header_and_a_trailer(world: World) -> None:
    parts = world.export()
    assert [type(part.part) for part in parts] == [Header, Trailer]
    assert world.import_all(parts).providers == 0


def test_the_secrets_are_noted_before_a_page_leaves_and_again_by_each_call_that_goes_on(world: World) -> None:
    world.add(5)
    parts = world.export()
    world.export(token=parts[1].token)
    world.export(NONE)
    counts = [change.count for change in world.events(world.source) if change.type is EventType.SECRETS_EXPORTED]
    assert counts == [5, 2]


def test_an_export_that_broke_off_goes_on_behind_each_page(world: World) -> None:
    world.add(7)
    parts = world.export()
    for at in range(1, len(parts) - 1):
        rest = world.export(token=parts[at].token)
        again = apart([*parts[: at + 1], *rest])[1]
        assert [entry.id for page in again for entry in page.entries] == [
            each.id for each in world.providers(world.source)
        ]
        world.import_all([*parts[: at + 1], *rest])


def test_what_happens_meanwhile_is_told(world: World) -> None:
    """Added: not in it. Removed before its page: missing, and counted. Changed: as it is by now, and counted."""
    ids = world.add(7)
    use_cases = Providers(world.store, VAULT)
    run(use_cases.activate(world.source, ids[6]))
    parts = world.export()
    world.add(2)
    run(use_cases.remove(world.source, ids[4]))
    run(use_cases.activate(world.source, ids[5]))
    rest = world.export(token=parts[1].token)
    _, pages, trailer = apart([*parts[:2], *rest])
    assert [entry.id for page in pages for entry in page.entries] == [*ids[:4], *ids[5:]]
    assert [entry.active for page in pages for entry in page.entries] == [False] * 5 + [True]
    assert (trailer.changed_count, trailer.removed_count) == (2, 1)
    assert world.import_all([*parts[:2], *rest]).active_id


def test_a_page_of_long_configurations_has_fewer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailproof.usecases.paged_export.MAX_PAGE_BYTES", 2500)
    world.add(5)
    assert [len(page.entries) for page in apart(world.export(page_size=100))[1]] == [2, 2, 1]


def test_an_unreadable_secret_stops_the_export_until_it_is_mended(world: World) -> None:
    world.add(7)
    broken = added(world.store, VAULT, world.source, Entry("", SMTP), Secret("x"))
    foreign = replace(broken, sealed=VAULT.seal(Secret("x"), identity(world.source.instance_id, "another", SMTP)))
    run(world.store.add(world.source, foreign))
    received: list[ExportPart] = []

    async def read() -> None:
        async for part in world.exporter().stream(world.source, PHRASE, page_size=4):
            received.append(part)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(SecretUnreadable):
        asyncio.run(read())
    assert len(received) == 2
    run(Providers(world.store, VAULT).remove(world.source, broken.provider_id))
    rest = world.export(token=received[-1].token)
    assert apart([*received, *rest])[2].removed_count == 1


@pytest.mark.parametrize("phrase", [Secret("another passphrase"), NONE])
def test_an_export_goes_on_with_its_passphrase_alone(world: World, phrase: Secret) -> None:
    world.add(4)
    parts = world.export()
    with pytest.raises(InvalidFields):
        world.export(phrase, token=parts[1].token)


def test_secrets_need_the_permission_also_to_go_on(world: World) -> None:
    world.add(4)
    parts = world.export()
    world.source = replace(world.source, token=replace(world.source.token, extra_permissions=frozenset()))
    with pytest.raises(PermissionDenied):
        world.export(token=parts[1].token)


def test_a_token_of_another_caller_or_instance_or_of_yesterday_is_refused(world: World) -> None:
    world.add(4)
    token = world.export(NONE)[1].token
    for token_ in (token[:-2] + "AA", "x", "", token + "ü"):
        if token_:
            with pytest.raises(InvalidFields, match="page_token"):
                world.export(NONE, token=token_)
    other = run(stored_token(world.store, name="other", instance_ids=(world.source.instance_id,)))
    for caller in (replace(world.source, token=other), world.target):
        with pytest.raises(InvalidFields, match="page_token"):
            collected(world.exporter().stream(caller, NONE, token=token))
    world.now += timedelta(hours=23, seconds=1)
    with pytest.raises(InvalidFields, match="23 hours"):
        world.export(NONE, token=token)


def test_a_page_is_no_way_around_the_limit_and_does_not_run_into_it(world: World) -> None:
    world.add(40)
    limits = Limits(max_timeout=1, max_concurrent=1, bounds=Bounds(exports=1))
    exporter = world.exporter(limits=limits)
    parts = collected(exporter.stream(world.source, NONE, page_size=1))
    assert len(parts) == 42
    for _ in range(GO_ON):
        collected(exporter.stream(world.source, NONE, token=parts[-2].token))
    for token in ("", parts[-2].token):
        with pytest.raises(RateExceeded):
            collected(exporter.stream(world.source, NONE, token=token))


@dataclass(frozen=True)
class Document:
    """A document as it was exported, to be damaged."""

    header: Header
    pages: tuple[DocumentPage, ...]
    trailer: Trailer

    def only(self, *numbers: int) -> "Document":
        return replace(self, pages=tuple(self.pages[number - 1] for number in numbers))

    def page(self, at: int, page: DocumentPage | None = None, /, **changes: Any) -> "Document":
        changed = replace(page or self.pages[at - 1], **changes)
        return replace(self, pages=(*self.pages[: at - 1], changed, *self.pages[at:]))

    def entry(self, number: int, **changes: Any) -> "Document":
        first, *rest = self.pages[number - 1].entries
        return self.page(number, entries=(replace(first, **changes), *rest))

    def entries(self, number: int) -> tuple[Entry, ...]:
        return self.pages[number - 1].entries


def document(parts: list[ExportPart]) -> Document:
    header, pages, trailer = apart(parts)
    return Document(header, tuple(pages), trailer)


EVIL = replace(SMTP, host="evil.example:587")
CHANGED = "page: 2 was changed since the export"
DAMAGES: dict[str, tuple[Callable[[Document, Document], Document], str]] = {
    "a page is missing": (lambda d, _: d.only(1, 3), "page 2 would be left out"),
    "the first is missing": (lambda d, _: d.only(2, 3), "page 1 would be left out"),
    "the last is missing": (lambda d, _: d.only(1, 2), "is 3, and 2 pages were imported"),
    "a page is doubled": (lambda d, _: d.only(1, 2, 2, 3), "page 2 was imported already"),
    "pages are in another order": (lambda d, _: d.only(2, 1, 3), "page 1 would be left out"),
    "a page says another number": (lambda d, _: d.only(1, 3).page(2, number=2), "page.preceding_count: must be 3"),
    "and another place": (lambda d, _: d.only(1, 3).page(2, number=2, preceding=3), CHANGED),
    "a page of another document": (lambda d, o: d.page(2, o.pages[1]), "the page is of another document"),
    "that says it were of this one": (lambda d, o: d.page(2, o.pages[1], export_id=d.header.export_id), CHANGED),
    "a provider is left out": (lambda d, _: d.page(2, entries=d.entries(2)[1:]), CHANGED),
    "two change places": (lambda d, _: d.page(2, entries=d.entries(2)[::-1]), CHANGED),
    "a host is another one": (lambda d, _: d.entry(2, settings=EVIL), CHANGED),
    "a secret is left out": (lambda d, _: d.entry(2, secret=b""), CHANGED),
    "another one is made active": (lambda d, _: d.entry(2, active=True), CHANGED),
    "the digest is left out": (lambda d, _: d.page(2, digest=b""), CHANGED),
    "a trailer that asks for less": (
        lambda d, _: replace(d.only(1, 2), trailer=replace(d.trailer, page_count=2, provider_count=6)),
        "trailer: was changed since the export",
    ),
    "a trailer of another document": (lambda d, o: replace(d, trailer=o.trailer), "trailer is of another document"),
    "the secrets are said to be none": (
        lambda d, _: replace(d, header=replace(d.header, encryption=None)),
        "by its header the document holds no secrets",
    ),
}


@pytest.fixture(scope="module")
def shared(store: Store) -> Iterator[tuple[World, Document, Document]]:
    with made(store) as world:
        world.add(8)
        yield world, document(world.export()), document(world.export())


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_document_is_refused_by_a_sentence_that_says_what_is_wrong(
    shared: tuple[World, Document, Document], damage: str
) -> None:
    world, whole, other = shared
    change, says = DAMAGES[damage]
    with pytest.raises(InvalidFields, match=says):
        world.import_(change(whole, other))
    assert not any(change.type is EventType.IMPORT_FINISHED for change in world.events(world.target))


def test_what_is_for_people_may_be_edited(world: World) -> None:
    world.add(4)
    whole = document(world.export())
    world.import_(whole.entry(2, settings=replace(whole.entries(2)[0].settings, description="new")))
    assert world.providers(world.target)[3].settings.description == "new"


def test_a_wrong_passphrase_is_told_before_anything_is_added(world: World) -> None:
    world.add(4)
    parts = world.export()
    with pytest.raises(PassphraseWrong):
        world.import_all(parts, Secret("another passphrase"))
    assert world.events(world.target) == []


def test_the_passphrase_is_asked_for_by_each_page_and_the_trailer(world: World) -> None:
    world.add(2)
    header, (page,), trailer = apart(world.export())
    importer = world.importer()
    step = run(importer.begin(world.target, header, PHRASE))
    with pytest.raises(PassphraseWrong):
        run(importer.page(world.target, step.token, page, NONE))
    step = run(importer.page(world.target, step.token, page, PHRASE))
    with pytest.raises(PassphraseWrong):
        run(importer.finish(world.target, step.token, trailer, Secret("another passphrase")))


def test_a_repeated_call_is_answered_as_the_first_time(world: World) -> None:
    ids = world.add(5)
    run(Providers(world.store, VAULT).activate(world.source, ids[0]))
    header, pages, trailer = apart(world.export())
    step = run(world.importer().begin(world.target, header, PHRASE))
    for page in pages:
        first, again = (run(world.importer().page(world.target, step.token, page, PHRASE)) for _ in range(2))
        assert first == again
        step = first
    first, again = (run(world.importer().finish(world.target, step.token, trailer, PHRASE)) for _ in range(2))
    assert first == again
    assert first.active_id
    assert len(world.providers(world.target)) == 5


def test_the_same_page_with_other_content_is_not_taken_for_the_first_one(world: World) -> None:
    world.add(2)
    header, (page,), _ = apart(world.export(NONE))
    step = run(world.importer().begin(world.target, header, NONE))
    run(world.importer().page(world.target, step.token, page, NONE))
    other = replace(page, entries=tuple(replace(entry, settings=EVIL) for entry in page.entries))
    with pytest.raises(InvalidFields, match="is not page 1 as this import has added it"):
        run(world.importer().page(world.target, step.token, other, NONE))


def test_two_calls_at_once_add_a_page_once(world: World) -> None:
    world.add(3)
    header, (page,), _ = apart(world.export())
    importer = world.importer()

    async def both() -> list[ImportStep]:
        step = await importer.begin(world.target, header, PHRASE)
        return await asyncio.gather(*(importer.page(world.target, step.token, page, PHRASE) for _ in range(4)))

    steps = asyncio.run(both())
    assert len({step.imported for step in steps}) == 1
    assert len(world.providers(world.target)) == 3


def test_nothing_is_active_before_the_end(world: World) -> None:
    ids = world.add(2)
    run(Providers(world.store, VAULT).activate(world.source, ids[0]))
    header, pages, _ = apart(world.export())
    step = run(world.importer().begin(world.target, header, PHRASE))
    run(world.importer().page(world.target, step.token, pages[0], PHRASE))
    assert run(world.store.get_active(world.target.instance_id)) is None


def test_half_an_import_is_undone_with_any_of_its_tokens_and_ended_by_that(world: World) -> None:
    world.add(8)
    world.add(1, world.target)
    header, pages, _ = apart(world.export())
    importer = world.importer()
    begun = run(importer.begin(world.target, header, PHRASE))
    step = run(importer.page(world.target, begun.token, pages[0], PHRASE))
    step = run(importer.page(world.target, step.token, pages[1], PHRASE))
    changed = step.imported[1].id
    run(Providers(world.store, VAULT).activate(world.target, changed))
    assert world.undo(begun.token) == [UndoneStep(2, 2, (changed,)), UndoneStep(1, 3, ())]
    assert world.undo(step.token) == [UndoneStep(2, 0, (changed,)), UndoneStep(1, 0, ())]
    assert len(world.providers(world.target)) == 2
    with pytest.raises(ImportEnded, match="undone"):
        run(importer.page(world.target, step.token, pages[2], PHRASE))
    assert [change.count for change in world.events(world.target) if change.type is EventType.IMPORT_UNDONE] == [0]


def test_a_finished_import_is_not_undone(world: World) -> None:
    world.add(2)
    last = world.import_all(world.export())
    with pytest.raises(ImportEnded, match="finished"):
        world.undo(last.token)
    assert len(world.providers(world.target)) == 2


def test_a_page_is_not_added_behind_the_end(world: World) -> None:
    world.add(4)
    header, pages, trailer = apart(world.export(NONE))
    importer = world.importer()
    step = run(importer.begin(world.target, header, NONE))
    step = run(importer.page(world.target, step.token, pages[0], NONE))
    short = replace(trailer, page_count=1, provider_count=3)
    run(importer.finish(world.target, step.token, short, NONE))
    with pytest.raises(ImportEnded, match="finished"):
        run(importer.page(world.target, step.token, pages[1], NONE))


def test_only_checked_means_that_nothing_is_stored(world: World) -> None:
    world.add(4)
    world.import_all(world.export(), validate_only=True)
    assert world.events(world.target) == []
    with pytest.raises(InvalidFields, match=CHANGED):
        world.import_(document(world.export()).entry(2, settings=EVIL), validate_only=True)


def test_without_its_secrets_a_document_needs_no_passphrase(world: World) -> None:
    world.add(2)
    header, (page,), trailer = apart(world.export())
    importer = world.importer()
    step = run(importer.begin(world.target, header, NONE, skip_secrets=True))
    step = run(importer.page(world.target, step.token, page, NONE))
    assert {each.secret for each in step.imported} == {SecretState.MISSING}
    run(importer.finish(world.target, step.token, trailer, NONE))


def test_there_must_be_room_before_anything_is_added(world: World) -> None:
    world.add(4)
    header, _, _ = apart(world.export(NONE))
    with pytest.raises(ConfigQuotaExceeded):
        run(world.importer(quota=Quota(providers=3)).begin(world.target, header, NONE))
    with pytest.raises(ProviderExists):
        run(world.importer(single=True).begin(world.target, header, NONE))
    assert world.events(world.target) == []


def test_a_header_that_promises_less_room_gets_no_more(world: World) -> None:
    world.add(4)
    header, pages, _ = apart(world.export(NONE))
    importer = world.importer(quota=Quota(providers=2))
    step = run(importer.begin(world.target, replace(header, provider_count=0), NONE))
    with pytest.raises(ConfigQuotaExceeded):
        run(importer.page(world.target, step.token, pages[0], NONE))


def test_an_import_has_less_time_than_its_pages_are_remembered(world: World) -> None:
    world.add(2)
    header, (page,), _ = apart(world.export(NONE))
    step = run(world.importer().begin(world.target, header, NONE))
    world.now += timedelta(hours=23, seconds=1)
    with pytest.raises(ImportNotFound):
        run(world.importer().page(world.target, step.token, page, NONE))
    with pytest.raises(ImportNotFound):
        world.undo(step.token)


def test_a_token_of_an_export_is_none_of_an_import(world: World) -> None:
    world.add(2)
    parts = world.export(NONE)
    with pytest.raises(ImportNotFound):
        run(world.importer().page(world.source, parts[1].token, parts[1].part, NONE))  # type: ignore[arg-type]


def test_keys_that_are_derived_anew_are_bounded(world: World) -> None:
    world.add(2)
    header, (page,), _ = apart(world.export())
    limits = Limits(max_timeout=1, max_concurrent=1, bounds=Bounds(imports=1))
    importer = world.importer(limits=limits)
    step = run(importer.begin(world.target, header, PHRASE))
    for at in range(GO_ON):
        with pytest.raises(PassphraseWrong):
            run(importer.page(world.target, step.token, page, Secret(f"another passphrase {at}")))
    with pytest.raises(RateExceeded):
        run(importer.page(world.target, step.token, page, Secret("yet another passphrase")))
    run(importer.page(world.target, step.token, page, PHRASE))
