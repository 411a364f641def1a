"""The use cases of export and import: all providers of an instance as one document.

Laws: a document holds secrets only encrypted with a passphrase, and each is bound to its destination, so that nobody
can redirect a password to another server by editing the document; an import adds everything or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.ledger import ADDED, UNBOUNDED, Change, EventType, IdempotencyKey, Quota, Situation
from mailproof.domain.limits import Activity, BoundedWork, Limits
from mailproof.domain.model import Caller, Page, ProviderState
from mailproof.domain.phrase import say
from mailproof.domain.provider_errors import ProviderExists
from mailproof.domain.secret import Secret, Vault, associated_data
from mailproof.domain.transfer_errors import ExportTooLarge, PassphraseWrong
from mailproof.store.contract import ProviderStore
from mailproof.usecases.documents import (
    FORMAT_VERSION,
    Document,
    Entry,
    Imported,
    added,
    document_secret_problem,
    encryption_problems,
    entry_problems,
    may_export,
    secret_state,
)
from mailproof.usecases.noted import Notes
from mailproof.usecases.passphrase_encryption import PassphraseCipher, WrongPassphrase
from mailproof.usecases.provider_secrets import secret_name, usable_secret

MAX_PROVIDERS = 1000


class Transfers:
    """Exports and imports the providers of the caller's instance.

    Args:
        store: Has the providers.
        vault: Encrypts the stored secrets.
        cipher: Encrypts the secrets of documents.
        single: Whether an instance holds at most one provider.
        quota: How much an instance may have.
        limits: Bounds how often an instance is exported and imported; None for no bound.
        secret_export: Whether a document may hold secrets at all.
        clock: Returns the present.
    """

    def __init__(
        self,
        store: ProviderStore,
        vault: Vault,
        cipher: PassphraseCipher,
        *,
        single: bool = False,
        quota: Quota = UNBOUNDED,
        limits: Limits | None = None,
        secret_export: bool = True,
        clock: Clock = utc_now,
    ) -> None:
        self._store = store
        self._vault = vault
        self._cipher = cipher
        self._single = single
        self._quota = quota
        self._limits = limits
        self._secret_export = secret_export
        self._clock = clock
        self._notes = Notes(store, quota)

    async def export(self, caller: Caller, passphrase: Secret) -> Document:
        """Return all providers, read in one snapshot.

        Args:
            passphrase: Encrypts the secrets; empty where they are left out.

        Raises:
            PermissionDenied: Secrets are wanted, and the caller lacks the permission for them.
            SecretExportOff: Secrets are wanted, and this service lets none out.
            InvalidFields: The passphrase is too short.
            RateExceeded: The instance was exported as often lately as it may be.
            StoreUnavailable: The database can't be used now, so that the export can't be noted in the event log.
            ExportTooLarge: There are more providers than a document may hold.
            SecretUnreadable: A secret can't be decrypted; a document without it would say that there is none.
            TooMuchWork: Too many exports and imports with a passphrase wait already.
        """
        may_export(caller, passphrase, secret_export=self._secret_export)
        if self._limits is not None:
            await self._limits.admit(BoundedWork(Activity.EXPORT, caller))
        page = await self._store.list(caller.instance_id, Page(limit=MAX_PROVIDERS, ascending=True))
        if page.total > MAX_PROVIDERS:
            sentence = say(
                "there are {count} configurations, and one document holds {most}", count=page.total, most=MAX_PROVIDERS
            )
            raise ExportTooLarge(sentence, metadata={"limit": str(MAX_PROVIDERS)})
        entries = tuple(
            Entry(
                provider.id,
                provider.settings,
                provider.state is ProviderState.ACTIVE,
                provider.details.creation_date,
                provider.details.change_date,
            )
            for provider in page.providers
        )
        document = Document(caller.instance_id, entries, None, self._clock())
        if not passphrase:
            return document
        opened = [usable_secret(self._vault, provider) for provider in page.providers]
        texts = [
            (secret, _associated_data(document, entry)) for secret, entry in zip(opened, entries, strict=True) if secret
        ]
        encryption, blobs = await self._cipher.encrypt(passphrase, texts, share=caller.instance_id)
        await self._notes.exported(caller, len(blobs))  # before the document leaves: none goes without a trace
        remaining_blobs = iter(blobs)
        sealed = (
            replace(entry, secret=next(remaining_blobs)) if secret else entry
            for secret, entry in zip(opened, entries, strict=True)
        )
        return replace(document, entries=tuple(sealed), encryption=encryption)

    async def import_(
        self,
        caller: Caller,
        document: Document,
        passphrase: Secret,
        *,
        skip_secrets: bool = False,
        key: IdempotencyKey | None = None,
    ) -> tuple[Imported, ...]:
        """Add all providers of a document with new ids; stored providers are not changed.

        Args:
            document: Its fields already keep the rules that the proto declares for each of them.
            passphrase: Decrypts the secrets; empty where there are none, or they are skipped.
            skip_secrets: Whether to leave the secrets out.
            key: Identifies the request, so that a repeated one gets the first one's answer.

        Raises:
            InvalidFields: Fields of the document contradict each other, or secrets in it were changed.
            PassphraseWrong: The document was encrypted with another passphrase.
            ProviderExists: An instance holds at most one provider.
            ConfigQuotaExceeded: The instance would have more than it may.
            RateExceeded: As many documents were imported lately as may be.
            IdempotencyKeyReused: The key was used for another request.
            TooMuchWork: Too many exports and imports with a passphrase wait already.
        """
        problems = list(_problems(document, passphrase, skip_secrets=skip_secrets))
        if problems:
            raise InvalidFields(problems)
        if not document.entries:
            return ()
        if self._limits is not None:
            await self._limits.admit(BoundedWork(Activity.IMPORT, caller))
        if skip_secrets:
            document = replace(document, entries=tuple(replace(entry, secret=b"") for entry in document.entries))
        opened = await self._open(caller, document, passphrase)
        changes = [
            added(self._store, self._vault, caller, entry, secret)
            for entry, secret in zip(document.entries, opened, strict=True)
        ]
        first_active = next((index for index, entry in enumerate(document.entries) if entry.active), None)

        def decide(situation: Situation) -> Sequence[Change]:
            if self._single and situation.count + len(changes) > 1:
                raise ProviderExists
            if first_active is None or situation.active is not None:
                return changes
            return [*changes, Change(EventType.ACTIVATED, changes[first_active].provider_id)]

        outcome = await self._store.commit(caller, "", self._quota.bounding(decide), key=key)
        # From the events: a repeated call gets the first one's ids.
        ids = [event.change.provider_id for event in outcome.events if event.change.type in ADDED]
        active = {event.change.provider_id for event in outcome.events if event.change.type is EventType.ACTIVATED}
        return tuple(
            Imported(entry.id, new_id, secret_state(entry, secret), new_id in active)
            for entry, secret, new_id in zip(document.entries, opened, ids, strict=True)
        )

    async def _open(self, caller: Caller, document: Document, passphrase: Secret) -> tuple[Secret, ...]:
        """Return the decrypted secret of each entry; empty where it has none.

        Raises:
            InvalidFields: A secret was changed, or can't be used.
            PassphraseWrong: The document was encrypted with another passphrase.
        """
        if document.encryption is None or not any(entry.secret for entry in document.entries):
            return tuple(Secret("") for _ in document.entries)
        encrypted = [index for index, entry in enumerate(document.entries) if entry.secret]
        blobs = [
            (document.entries[index].secret, _associated_data(document, document.entries[index])) for index in encrypted
        ]
        try:
            found = await self._cipher.decrypt(passphrase, document.encryption, blobs, share=caller.instance_id)
        except WrongPassphrase:
            raise PassphraseWrong from None
        by_index = dict(zip(encrypted, found, strict=True))
        problems = [
            FieldViolation(f"document.providers[{index}].secret", problem)
            for index, secret in by_index.items()
            if (problem := document_secret_problem(document.entries[index].settings, secret))
        ]
        if problems:
            raise InvalidFields(problems)
        return tuple(by_index.get(index) or Secret("") for index in range(len(document.entries)))


def _associated_data(document: Document, entry: Entry) -> bytes:
    """Return the associated data of an entry's secret, which binds it to instance, entry and destination."""
    settings = entry.settings
    return associated_data(document.instance_id, entry.id, secret_name(settings), *settings.destination)


def _problems(document: Document, passphrase: Secret, *, skip_secrets: bool) -> Iterator[FieldViolation]:
    """Yield where fields of a document contradict each other, or the other fields of the request."""
    if document.version != FORMAT_VERSION:
        yield FieldViolation("document.format_version", say("must be {format_version}", format_version=FORMAT_VERSION))
        return
    yield from entry_problems(document.entries, "document.providers")
    if skip_secrets or not any(entry.secret for entry in document.entries):
        return
    if document.encryption is None:
        yield FieldViolation("document.encryption", say("must be set: there are secrets"))
        return
    yield from encryption_problems(document.encryption, passphrase, "document.encryption")
