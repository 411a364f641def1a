"""The use case of an import without an end: begun with a document's header, then page by page, then finished or undone.

Laws: a page is added whole or not at all, once, and only as the next one; a repeated page gets the first one's answer.
What was added stays inactive until the trailer has shown that nothing is missing. Half an import is told by the event
log: it has its beginning and no end. Every page, and the end, takes the next number of the import under an idempotency
key of its own, so that of two calls at once only one has it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hmac import compare_digest

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.ledger import ADDED, UNBOUNDED, Change, Event, EventType, IdempotencyKey, Quota, Situation
from mailproof.domain.limits import Activity, BoundedWork, Limits
from mailproof.domain.model import Caller
from mailproof.domain.phrase import say
from mailproof.domain.provider_errors import ProviderExists
from mailproof.domain.secret import Secret, Vault
from mailproof.domain.transfer_errors import ImportEnded, ImportNotFound
from mailproof.scheduling.fair_worker import FairWorker
from mailproof.store.contract import ProviderStore
from mailproof.usecases.document_keys import DocumentKeys
from mailproof.usecases.document_pages import (
    FORMAT_VERSION,
    DocumentPage,
    Header,
    Trailer,
    page_digest,
    secret_data,
    trailer_digest,
)
from mailproof.usecases.documents import (
    Imported,
    added,
    document_secret_problem,
    encryption_problems,
    entry_problems,
    secret_state,
)
from mailproof.usecases.passphrase_encryption import DocumentKey
from mailproof.usecases.transfer_tokens import (
    ImportPlace,
    make_token,
    pack_encryption,
    read_token,
    unpack_encryption,
)

_EVENTS_BESIDE = 3
"""Events of an import beside one for each provider: its beginning, an activation, its end."""

_CHANGED = say("was changed since the export: its digest does not fit it")


@dataclass(frozen=True, slots=True)
class ImportStep:
    """What a call of an import did.

    Attributes:
        import_id: The import.
        token: What the next call needs, and the same call where its answer is lost needs the one before.
        pages: How many pages were imported so far.
        providers: How many providers were on them.
        imported: What this page added.
        active_id: The provider that the end made the active one; empty for none.
    """

    import_id: str
    token: str
    pages: int = 0
    providers: int = 0
    imported: tuple[Imported, ...] = ()
    active_id: str = ""


class PagedImport:
    """Imports a document in pages into the caller's instance.

    Args:
        store: Gets the providers.
        vault: Seals the secrets, and authenticates tokens.
        keys: Has the keys of documents.
        worker: Opens the pages, the instances in turn, so that no event loop waits for it.
        single: Whether an instance holds at most one provider.
        quota: How much an instance may have.
        limits: Bounds how often an import is begun; None for no bound.
        clock: Returns the present.
    """

    def __init__(
        self,
        store: ProviderStore,
        vault: Vault,
        keys: DocumentKeys,
        worker: FairWorker,
        *,
        single: bool = False,
        quota: Quota = UNBOUNDED,
        limits: Limits | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._store = store
        self._vault = vault
        self._keys = keys
        self._worker = worker
        self._single = single
        self._quota = quota
        self._limits = limits
        self._clock = clock

    async def begin(
        self,
        caller: Caller,
        header: Header,
        passphrase: Secret,
        *,
        skip_secrets: bool = False,
        validate_only: bool = False,
    ) -> ImportStep:
        """Begin an import: check what the header says, and that there is room, and note it in the event log.

        Args:
            passphrase: Decrypts the secrets; empty where there are none, or they are skipped.
            skip_secrets: Whether to leave the secrets out.
            validate_only: Whether all calls of this import only check, and add nothing.

        Raises:
            InvalidFields: The header breaks a rule.
            PassphraseWrong: The document was encrypted with another passphrase.
            ProviderExists: An instance holds at most one provider.
            ConfigQuotaExceeded: The instance would have more than it may.
            EventQuotaExceeded: Likewise.
            RateExceeded: As many imports were begun lately as may be.
            TooMuchWork: Too much waits already.
        """
        problems = list(_header_problems(header, passphrase, skip_secrets=skip_secrets))
        if problems:
            raise InvalidFields(problems)
        if self._limits is not None:
            await self._limits.admit(BoundedWork(Activity.IMPORT, caller))
        if header.encryption is not None and not skip_secrets:
            await self._keys.find(caller.instance_id, passphrase, header.encryption)
        place = ImportPlace(
            begun=int(self._clock().timestamp()),
            import_id=secrets.token_hex(16),
            export_id=header.export_id,
            source=header.instance_id,
            skip_secrets=skip_secrets,
            validate_only=validate_only,
            encryption=pack_encryption(header.encryption),
        )

        def decide(situation: Situation) -> Sequence[Change]:
            count = header.provider_count
            if self._single and situation.count + count > 1:
                raise ProviderExists
            self._quota.check_room(situation.count, situation.events, added=count, more_events=count + _EVENTS_BESIDE)
            if validate_only:
                return ()
            return (Change(EventType.IMPORT_BEGUN, "", count=count, import_id=place.import_id),)

        await self._store.commit(caller, "", self._quota.bounding(decide))
        return self._step(caller, place)

    async def page(self, caller: Caller, token: str, page: DocumentPage, passphrase: Secret) -> ImportStep:
        """Add the providers of the next page with new ids, or none of them.

        Args:
            token: That of the answer before.
            page: Its fields already keep the rules that the proto declares for each of them.
            passphrase: As at the beginning.

        Raises:
            ImportNotFound: The token is not one of this caller's imports.
            InvalidFields: The page is not the next one of this document, or something in it was changed.
            PassphraseWrong: It is not the passphrase of the document.
            ImportEnded: The import was undone or finished.
            ProviderExists: An instance holds at most one provider.
            ConfigQuotaExceeded: The instance would have more than it may.
            EventQuotaExceeded: Likewise.
            RateExceeded: The key was derived anew as often lately as may be.
            TooMuchWork: Too much waits already.
        """
        place = self._place(caller, token)
        problems = list(_page_problems(place, page))
        if problems:
            raise InvalidFields(problems)
        key = await self._key(caller, place, passphrase)
        if place.skip_secrets:
            page = replace(page, entries=tuple(replace(entry, secret=b"") for entry in page.entries))
        opened, changes = await self._worker.run(caller.instance_id, lambda: self._opened(caller, place, page, key))
        ids = [change.provider_id for change in changes]
        if not place.validate_only:
            events = await self._add(caller, place, changes)
            if [event.change.settings for event in events] != [entry.settings for entry in page.entries]:
                problem = say("is not page {number} as this import has added it already", number=page.number)
                raise InvalidFields([FieldViolation("page", problem)])
            ids = [event.change.provider_id for event in events]  # a repeated call gets the first one's
        imported = tuple(
            Imported(entry.id, new_id, secret_state(entry, secret), active=False)
            for entry, secret, new_id in zip(page.entries, opened, ids, strict=True)
        )
        active = next((new_id for entry, new_id in zip(page.entries, ids, strict=True) if entry.active), "")
        place = replace(
            place,
            pages=page.number,
            providers=place.providers + len(page.entries),
            saw_active=place.saw_active or bool(active),
            active_id=active or place.active_id,
        )
        return replace(self._step(caller, place), imported=imported)

    async def finish(self, caller: Caller, token: str, trailer: Trailer, passphrase: Secret) -> ImportStep:
        """Check that no page is missing, make the document's active provider active if none is, and note the end.

        Args:
            token: That of the answer to the last page.
            trailer: What stands behind the last page.
            passphrase: As at the beginning.

        Raises:
            ImportNotFound: The token is not one of this caller's imports.
            InvalidFields: Pages are missing, or the trailer is another document's or was changed.
            PassphraseWrong: It is not the passphrase of the document.
            ImportEnded: The import was undone.
            EventQuotaExceeded: The instance would have more events than it may.
            RateExceeded: The key was derived anew as often lately as may be.
        """
        place = self._place(caller, token)
        problems = list(_trailer_problems(place, trailer))
        if problems:
            raise InvalidFields(problems)
        key = await self._key(caller, place, passphrase)
        if key is not None and not compare_digest(trailer_digest(key, trailer), trailer.digest):
            raise InvalidFields([FieldViolation("trailer", _CHANGED)])
        if place.validate_only:
            return self._step(caller, place)

        def decide(situation: Situation) -> Sequence[Change]:
            end = Change(EventType.IMPORT_FINISHED, "", count=place.providers, import_id=place.import_id)
            if situation.provider is None or situation.active is not None:
                return (end,)
            return (end, Change(EventType.ACTIVATED, place.active_id))

        key_of_end = self._number(place, place.pages + 1)
        result = await self._store.commit(caller, place.active_id, self._quota.bounding(decide), key=key_of_end)
        _check_end(result.events, EventType.IMPORT_FINISHED)
        active = [event.change.provider_id for event in result.events if event.change.type is EventType.ACTIVATED]
        return replace(self._step(caller, place), active_id=active[0] if active else "")

    def _place(self, caller: Caller, token: str) -> ImportPlace:
        try:
            return read_token(self._vault, caller, ImportPlace, token, self._clock())
        except ValueError:
            raise ImportNotFound from None

    def _step(self, caller: Caller, place: ImportPlace) -> ImportStep:
        token = make_token(self._vault, caller, place)
        return ImportStep(place.import_id, token, place.pages, place.providers)

    async def _key(self, caller: Caller, place: ImportPlace, passphrase: Secret) -> DocumentKey | None:
        encryption = unpack_encryption(place.encryption)
        if encryption is None or place.skip_secrets:
            return None

        async def before() -> None:
            if self._limits is not None:
                await self._limits.admit(BoundedWork(Activity.GO_ON_IMPORT, caller))

        return await self._keys.find(caller.instance_id, passphrase, encryption, before=before)

    def _opened(
        self, caller: Caller, place: ImportPlace, page: DocumentPage, key: DocumentKey | None
    ) -> tuple[tuple[Secret, ...], tuple[Change, ...]]:
        """Return the secret of each provider, empty for none, and what adds it."""
        if key is not None and not compare_digest(page_digest(key, page), page.digest):
            raise InvalidFields(
                [FieldViolation("page", say("{number} {changed}", number=page.number, changed=_CHANGED))]
            )
        opened: list[Secret] = []
        problems = []
        for index, entry in enumerate(page.entries):
            secret: Secret | None = Secret("")
            if key is not None and entry.secret:
                secret = key.open(entry.secret, secret_data(place.source, place.export_id, page.number, entry))
                problem = document_secret_problem(entry.settings, secret)
                if problem:
                    problems.append(FieldViolation(f"page.providers[{index}].secret", problem))
            opened.append(secret or Secret(""))
        if problems:
            raise InvalidFields(problems)
        changes = (
            added(self._store, self._vault, caller, entry, secret, import_id=place.import_id)
            for entry, secret in zip(page.entries, opened, strict=True)
        )
        return tuple(opened), tuple(changes)

    async def _add(self, caller: Caller, place: ImportPlace, changes: Sequence[Change]) -> tuple[Event, ...]:
        def decide(situation: Situation) -> Sequence[Change]:
            if self._single and situation.count + len(changes) > 1:
                raise ProviderExists
            return changes

        key = self._number(place, place.pages + 1)
        result = await self._store.commit(caller, "", self._quota.bounding(decide), key=key)
        if result.events and result.events[0].change.type not in ADDED:
            _check_end(result.events, None)
        return result.events

    def _number(self, place: ImportPlace, number: int) -> IdempotencyKey:
        return number_key(self._vault, place.import_id, number)


def number_key(vault: Vault, import_id: str, number: int) -> IdempotencyKey:
    """Return the key under which a page, or the end, takes a number of an import.

    A caller's own keys have no spaces, so that none is the same.
    """
    text = f"import {import_id} {number}"
    return IdempotencyKey(text, vault.fingerprints(text.encode()))


def _check_end(events: Sequence[Event], wanted: EventType | None) -> None:
    """Check how an import has ended.

    Raises:
        ImportEnded: Otherwise than wanted.
        InvalidFields: It has not: a page has the number.
    """
    kind = events[0].change.type
    if kind is wanted:
        return
    if kind is EventType.IMPORT_UNDONE:
        raise ImportEnded("undone")
    if kind is EventType.IMPORT_FINISHED:
        raise ImportEnded("finished")
    raise InvalidFields([FieldViolation("import_token", say("must be that of the last page: one more was imported"))])


def _header_problems(header: Header, passphrase: Secret, *, skip_secrets: bool) -> Iterator[FieldViolation]:
    if header.version != FORMAT_VERSION:
        yield FieldViolation("header.format_version", say("must be {format_version}", format_version=FORMAT_VERSION))
        return
    if skip_secrets:
        return
    if header.encryption is not None:
        yield from encryption_problems(header.encryption, passphrase, "header.encryption")
    elif passphrase:
        yield FieldViolation("passphrase", say("must be empty: by its header the document holds no secrets"))


def _page_problems(place: ImportPlace, page: DocumentPage) -> Iterator[FieldViolation]:
    following = place.pages + 1
    if page.export_id != place.export_id:
        problem = say("must be {export_id}: the page is of another document", export_id=place.export_id)
        yield FieldViolation("page.export_id", problem)
    elif page.number < following:
        problem = say(
            "must be {following}: page {number} was imported already", following=following, number=page.number
        )
        yield FieldViolation("page.number", problem)
    elif page.number > following:
        problem = say("must be {following}: page {following} would be left out", following=following)
        if page.number > following + 1:
            problem = say(
                "must be {following}: pages {following} to {last} would be left out",
                following=following,
                last=page.number - 1,
            )
        yield FieldViolation("page.number", problem)
    elif page.preceding != place.providers:
        problem = say("must be {providers}: so many were on the pages before", providers=place.providers)
        yield FieldViolation("page.preceding_count", problem)
    elif not page.entries:
        yield FieldViolation("page.providers", say("must not be empty"))
    else:
        yield from entry_problems(page.entries, "page.providers", one_active=not place.saw_active)
        if not place.encryption and not place.skip_secrets and any(entry.secret for entry in page.entries):
            problem = say("must hold no secrets: by its header the document has none")
            yield FieldViolation("page.providers", problem)


def _trailer_problems(place: ImportPlace, trailer: Trailer) -> Iterator[FieldViolation]:
    if trailer.export_id != place.export_id:
        problem = say("must be {export_id}: the trailer is of another document", export_id=place.export_id)
        yield FieldViolation("trailer.export_id", problem)
    elif trailer.page_count != place.pages:
        problem = say(
            "is {count}, and {pages} pages were imported: pages are missing or too many",
            count=trailer.page_count,
            pages=place.pages,
        )
        yield FieldViolation("trailer.page_count", problem)
    elif trailer.provider_count != place.providers:
        problem = say(
            "is {count}, and {providers} configurations were imported",
            count=trailer.provider_count,
            providers=place.providers,
        )
        yield FieldViolation("trailer.provider_count", problem)
