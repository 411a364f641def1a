"""The use case of an export without an end: all providers of an instance, in pages that can be read again.

What is promised: the providers that the instance had as the export began, in the order of their creation, each as it is
when its page is read, and which one was active as it began. What is added later is not in it; what is removed before
its page is read is missing; the trailer says how many were changed or removed meanwhile. No server holds anything of
it.

Laws: secrets leave only encrypted with the passphrase, and not before that is noted in the event log; each call that
reads pages with secrets is noted, since a provider may have another secret by then.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.ledger import UNBOUNDED, Quota
from mailproof.domain.limits import Activity, BoundedWork, Limits
from mailproof.domain.model import Caller, Provider, SmtpSettings
from mailproof.domain.phrase import say
from mailproof.domain.secret import Secret, Vault
from mailproof.scheduling.fair_worker import FairWorker
from mailproof.store.contract import ProviderStore
from mailproof.usecases.document_keys import DocumentKeys
from mailproof.usecases.document_pages import DocumentPage, Header, Trailer, page_digest, secret_data, trailer_digest
from mailproof.usecases.documents import Entry, may_export
from mailproof.usecases.noted import Notes
from mailproof.usecases.passphrase_encryption import DocumentKey
from mailproof.usecases.provider_secrets import usable_secret
from mailproof.usecases.transfer_tokens import (
    ExportPlace,
    make_token,
    pack_encryption,
    read_token,
    unpack_encryption,
)

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 500

MAX_PAGE_BYTES = 768 * 1024
"""About how long a page's JSON may be; an import takes requests of 1 MiB."""

PAGES_WAITING = 256
PAGES_WAITING_OF_INSTANCE = 8

_BESIDE_TEXTS = 500
"""Octets of a provider's JSON beside its texts and its secret: names, times and digits."""


@dataclass(frozen=True, slots=True)
class ExportPart:
    """One message of the stream.

    Attributes:
        part: What stands in the document here.
        token: Where to go on behind a page; empty behind a header and a trailer.
    """

    part: Header | DocumentPage | Trailer
    token: str = ""


class PagedExport:
    """Exports the providers of the caller's instance in pages.

    Args:
        store: Has the providers.
        vault: Opens the stored secrets, and authenticates tokens.
        keys: Has the keys of documents.
        worker: Makes the pages, the instances in turn, so that no event loop waits for it.
        quota: How much an instance may have.
        limits: Bounds how often an instance is exported; None for no bound.
        secret_export: Whether a document may hold secrets at all.
        clock: Returns the present.
    """

    def __init__(
        self,
        store: ProviderStore,
        vault: Vault,
        keys: DocumentKeys,
        worker: FairWorker,
        *,
        quota: Quota = UNBOUNDED,
        limits: Limits | None = None,
        secret_export: bool = True,
        clock: Clock = utc_now,
    ) -> None:
        self._store = store
        self._vault = vault
        self._keys = keys
        self._worker = worker
        self._limits = limits
        self._secret_export = secret_export
        self._clock = clock
        self._notes = Notes(store, quota)

    async def stream(
        self, caller: Caller, passphrase: Secret, *, page_size: int = 0, token: str = ""
    ) -> AsyncGenerator[ExportPart, None]:
        """Yield a document, or the rest of one.

        Args:
            passphrase: Encrypts the secrets; empty where they are left out. It must be the same in every call.
            page_size: How many providers a page has at most; 0 for the default.
            token: That of the last page that arrived; empty for a new document, which begins with its header.

        Raises:
            PermissionDenied: Secrets are wanted, and the caller lacks the permission for them.
            SecretExportOff: Secrets are wanted, and this service lets none out.
            InvalidFields: The passphrase is too short, or the token is not one for this caller.
            PassphraseWrong: The export was begun with another passphrase.
            RateExceeded: The instance was exported as often lately as it may be.
            StoreUnavailable: The database can't be used now, so that the export can't be noted in the event log.
            SecretUnreadable: A secret can't be decrypted; the export can go on once that is mended.
            TooMuchWork: Too much waits already.
        """
        may_export(caller, passphrase, secret_export=self._secret_export)
        if page_size < 0:
            raise InvalidFields([FieldViolation("page_size", say("must not be negative"))])
        size = min(page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
        if token:
            place, key = await self._go_on(caller, passphrase, token)
        else:
            header, place, key = await self._begin(caller, passphrase)
            yield ExportPart(header)
        if key is not None and not place.finished:
            count = await self._store.count_secrets(caller.instance_id, after=place.after, until=place.until)
            await self._notes.exported(caller, count)  # before a page leaves: none goes without a trace
        while not place.finished:
            page, place = await self._page(caller, place, size, key)
            if page is not None:
                yield ExportPart(page, make_token(self._vault, caller, place))
        yield ExportPart(_trailer(place, key))

    async def _begin(self, caller: Caller, passphrase: Secret) -> tuple[Header, ExportPlace, DocumentKey | None]:
        if self._limits is not None:
            await self._limits.admit(BoundedWork(Activity.EXPORT, caller))
        key = await self._keys.create(caller.instance_id, passphrase) if passphrase else None
        encryption = key.encryption() if key else None
        head = await self._store.list_added(caller.instance_id, after=0, until=None, limit=1)
        place = ExportPlace(
            begun=int(self._clock().timestamp()),
            export_id=secrets.token_hex(16),
            until=head.sequence,
            total=head.total,
            active_id=head.active_id,
            encryption=pack_encryption(encryption),
        )
        return Header(place.export_id, caller.instance_id, head.total, encryption, self._clock()), place, key

    async def _go_on(self, caller: Caller, passphrase: Secret, token: str) -> tuple[ExportPlace, DocumentKey | None]:
        try:
            place = read_token(self._vault, caller, ExportPlace, token, self._clock())
        except ValueError as error:
            raise InvalidFields([FieldViolation("page_token", str(error))]) from None
        encryption = unpack_encryption(place.encryption)
        if (encryption is None) == bool(passphrase):
            asked = say("must be empty: the call before had none")
            if encryption is not None:
                asked = say("must be that of the call before")
            raise InvalidFields([FieldViolation("passphrase", asked)])
        if self._limits is not None:
            await self._limits.admit(BoundedWork(Activity.GO_ON_EXPORT, caller))
        if encryption is None:
            return place, None
        return place, await self._keys.find(caller.instance_id, passphrase, encryption)

    async def _page(
        self, caller: Caller, place: ExportPlace, size: int, key: DocumentKey | None
    ) -> tuple[DocumentPage | None, ExportPlace]:
        """Return the next page and where it leaves the export; None where there are no more providers."""
        found = await self._store.list_added(caller.instance_id, after=place.after, until=place.until, limit=size + 1)
        providers = _fitting(found.providers[:size])
        if not providers:
            return None, replace(place, finished=True)
        page = DocumentPage(place.export_id, place.pages + 1, place.providers, ())
        page = await self._worker.run(caller.instance_id, lambda: self._filled(page, place, providers, key))
        return page, replace(
            place,
            after=providers[-1].added_sequence,
            pages=page.number,
            providers=place.providers + len(providers),
            changed=place.changed + sum(each.details.sequence > place.until for each in providers),
            finished=len(providers) == len(found.providers),
        )

    def _filled(
        self, page: DocumentPage, place: ExportPlace, providers: tuple[Provider, ...], key: DocumentKey | None
    ) -> DocumentPage:
        entries = []
        for each in providers:
            details = each.details
            active = each.id == place.active_id
            entry = Entry(each.id, each.settings, active, details.creation_date, details.change_date)
            secret = usable_secret(self._vault, each) if key else None
            if key and secret:
                data = secret_data(details.resource_owner, page.export_id, page.number, entry)
                entry = replace(entry, secret=key.seal(secret, data))
            entries.append(entry)
        page = replace(page, entries=tuple(entries))
        return replace(page, digest=page_digest(key, page)) if key else page


def _trailer(place: ExportPlace, key: DocumentKey | None) -> Trailer:
    trailer = Trailer(
        place.export_id, place.pages, place.providers, place.changed, max(place.total - place.providers, 0)
    )
    return replace(trailer, digest=trailer_digest(key, trailer)) if key else trailer


def _fitting(providers: tuple[Provider, ...]) -> tuple[Provider, ...]:
    """Return the first ones, at least one, that fit on a page."""
    octets = 0
    for count, each in enumerate(providers):
        octets += _longest(each)
        if count and octets > MAX_PAGE_BYTES:
            return providers[:count]
    return providers


def _longest(provider: Provider) -> int:
    """Return how long a provider's JSON may be: of a character up to six octets, of three of a secret four."""
    settings = provider.settings
    texts = sum(len(text) for text in settings.destination) + len(settings.description)
    if isinstance(settings, SmtpSettings):
        texts += len(settings.sender_address) + len(settings.sender_name) + len(settings.reply_to_address)
        texts += sum(len(scope) + 1 for scope in settings.oauth.scopes) if settings.oauth else 0
    return 6 * texts + 2 * len(provider.sealed or b"") + _BESIDE_TEXTS
