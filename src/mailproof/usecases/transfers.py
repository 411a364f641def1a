"""Use cases on all of an instance's providers at once: a document to keep or to move, and back.

The laws kept here: a document holds no secret except under a passphrase, and there each is bound to its destination, so
that nobody can turn a password to another server by editing the file; an import adds everything or nothing.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import ExportTooLarge, FieldViolation, InvalidFields, PassphraseWrong, ProviderExists
from mailproof.domain.ledger import ADDED, Change, EventType, IdempotencyKey, Situation
from mailproof.domain.model import Caller, HttpSettings, Page, ProviderSettings, ProviderState, SmtpSettings
from mailproof.domain.secret import Secret, Vault, associated_data
from mailproof.store.contract import ProviderStore
from mailproof.usecases.passphrase_encryption import (
    CHECK_BYTES,
    MIN_LENGTH,
    PassphraseCipher,
    SecretsEncryption,
    WrongPassphrase,
)
from mailproof.usecases.provider_secrets import identity, secret_name, secret_problem, usable_secret
from mailproof.usecases.providers import SIGNING_KEY_BYTES

FORMAT_VERSION = 1
MAX_PROVIDERS = 1000

_SIGNING_KEY = re.compile(r"[!-~]{1,200}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A provider in a document.

    Attributes:
        created, changed: None where a document to be imported leaves them out; nothing depends on them.
        secret: Encrypted; empty: none.
    """

    id: str
    settings: ProviderSettings
    active: bool = False
    created: datetime | None = None
    changed: datetime | None = None
    secret: bytes = b""


@dataclass(frozen=True, slots=True)
class Document:
    """All providers of an instance at one moment, in the order of their creation."""

    instance_id: str
    entries: tuple[Entry, ...]
    encryption: SecretsEncryption | None = None
    exported: datetime | None = None
    version: int = FORMAT_VERSION


class SecretState(Enum):
    """What became of an imported provider's secret; the numbers are those of smtpdiag.v1.ImportedSecret."""

    NOT_NEEDED = 1
    STORED = 2
    MISSING = 3
    NEW_SIGNING_KEY = 4


@dataclass(frozen=True, slots=True)
class Imported:
    """A provider as it was added."""

    old_id: str
    id: str
    secret: SecretState
    active: bool


class Transfers:
    """Exports and imports the providers of the caller's instance.

    Args:
        single: Whether an instance holds one provider at most.
    """

    def __init__(
        self,
        store: ProviderStore,
        vault: Vault,
        lockbox: PassphraseCipher,
        *,
        single: bool = False,
        clock: Clock = utc_now,
    ) -> None:
        self._store = store
        self._vault = vault
        self._lockbox = lockbox
        self._single = single
        self._clock = clock

    async def export(self, caller: Caller, passphrase: Secret) -> Document:
        """Return all providers, read in one snapshot.

        Args:
            passphrase: Encrypts the secrets; empty: they are left out.

        Raises:
            InvalidFields: The passphrase is too short. ExportTooLarge: There are more than a document holds.
            SecretUnreadable: One does not open; a document that lacks it would say that there is none.
        """
        if passphrase and len(passphrase.reveal()) < MIN_LENGTH:
            raise InvalidFields([FieldViolation("passphrase", f"must have at least {MIN_LENGTH} characters")])
        page = await self._store.list(caller.instance_id, Page(limit=MAX_PROVIDERS, ascending=True))
        if page.total > MAX_PROVIDERS:
            sentence = f"there are {page.total} configurations, and one document holds {MAX_PROVIDERS}"
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
        texts = [(secret, _place(document, entry)) for secret, entry in zip(opened, entries, strict=True) if secret]
        encryption, blobs = await self._lockbox.lock(passphrase, texts)
        rest = iter(blobs)
        sealed = (
            replace(entry, secret=next(rest)) if secret else entry
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
        """Add all providers of a document under new ids; what is there stays as it is.

        Args:
            document: Each of its fields by itself keeps the declared rules.

        Raises:
            InvalidFields: The document contradicts itself, or secrets in it were changed. PassphraseWrong: It is
            another. ConfigExists: An instance holds one provider at most. IdempotencyKeyReused: As the store has it.
        """
        problems = list(_problems(document, passphrase, skip_secrets=skip_secrets))
        if problems:
            raise InvalidFields(problems)
        if not document.entries:
            return ()
        if skip_secrets:
            document = replace(document, entries=tuple(replace(entry, secret=b"") for entry in document.entries))
        opened = await self._open(document, passphrase)
        changes = [self._added(caller, entry, secret) for entry, secret in zip(document.entries, opened, strict=True)]
        first_active = next((at for at, entry in enumerate(document.entries) if entry.active), None)

        def decide(situation: Situation) -> Sequence[Change]:
            if self._single and situation.count + len(changes) > 1:
                raise ProviderExists
            if first_active is None or situation.active is not None:
                return changes
            return [*changes, Change(EventType.ACTIVATED, changes[first_active].provider_id)]

        outcome = await self._store.commit(caller, "", decide, key=key)
        # From the events: a repeated call gets the ids of the first one.
        ids = [event.change.provider_id for event in outcome.events if event.change.type in ADDED]
        active = {event.change.provider_id for event in outcome.events if event.change.type is EventType.ACTIVATED}
        return tuple(
            Imported(entry.id, new_id, _state(entry, secret), new_id in active)
            for entry, secret, new_id in zip(document.entries, opened, ids, strict=True)
        )

    async def _open(self, document: Document, passphrase: Secret) -> tuple[Secret, ...]:
        """Return the secret of each entry, empty where it has none."""
        if document.encryption is None or not any(entry.secret for entry in document.entries):
            return tuple(Secret("") for _ in document.entries)
        locked = [at for at, entry in enumerate(document.entries) if entry.secret]
        blobs = [(document.entries[at].secret, _place(document, document.entries[at])) for at in locked]
        try:
            found = await self._lockbox.unlock(passphrase, document.encryption, blobs)
        except WrongPassphrase:
            raise PassphraseWrong from None
        by_place = dict(zip(locked, found, strict=True))
        problems = [
            FieldViolation(f"document.providers[{at}].secret", problem)
            for at, secret in by_place.items()
            if (problem := _secret_problem(document.entries[at].settings, secret))
        ]
        if problems:
            raise InvalidFields(problems)
        return tuple(by_place.get(at) or Secret("") for at in range(len(document.entries)))

    def _added(self, caller: Caller, entry: Entry, secret: Secret) -> Change:
        provider_id = self._store.new_id()
        http = isinstance(entry.settings, HttpSettings)
        if http and not secret:
            secret = Secret(secrets.token_urlsafe(SIGNING_KEY_BYTES))
        sealed = None
        if secret:
            sealed = self._vault.seal(secret, identity(caller.instance_id, provider_id, entry.settings))
        kind = EventType.HTTP_ADDED if http else EventType.SMTP_ADDED
        return Change(kind, provider_id, entry.settings, sealed)


def _secret_problem(settings: ProviderSettings, secret: Secret | None) -> str:
    """Return what is wrong with a secret of a document, "" for nothing: whoever knows the passphrase can write one."""
    if secret is None:
        return "does not open: it, or the destination that it belongs to, was changed since the export"
    if isinstance(settings, SmtpSettings):
        return secret_problem(settings, secret)
    return "" if _SIGNING_KEY.fullmatch(secret.reveal()) else "must be a signing key: 1 to 200 visible ASCII characters"


def _state(entry: Entry, secret: Secret) -> SecretState:
    if secret:
        return SecretState.STORED
    if isinstance(entry.settings, HttpSettings):
        return SecretState.NEW_SIGNING_KEY
    return SecretState.MISSING if entry.settings.user else SecretState.NOT_NEEDED


def _place(document: Document, entry: Entry) -> bytes:
    """Return what an entry's secret is bound to: the document's instance, the entry, and the destination."""
    settings = entry.settings
    return associated_data(document.instance_id, entry.id, secret_name(settings), *settings.destination)


def _problems(document: Document, passphrase: Secret, *, skip_secrets: bool) -> Iterator[FieldViolation]:
    """Yield what is wrong between the fields of a document."""
    if document.version != FORMAT_VERSION:
        yield FieldViolation("document.format_version", f"must be {FORMAT_VERSION}")
        return
    times = Counter(entry.id for entry in document.entries)
    actives = 0
    for at, entry in enumerate(document.entries):
        path = f"document.providers[{at}]"
        actives += entry.active
        if entry.active and actives == 2:
            yield FieldViolation(f"{path}.state", "must not be active: another one is")
        if times[entry.id] > 1:
            yield FieldViolation(f"{path}.id", "must not be that of another provider in the document")
        if isinstance(entry.settings, SmtpSettings) and not entry.settings.user:
            if entry.settings.oauth is not None:
                yield FieldViolation(f"{path}.smtp.user", "is needed with oauth")
            elif entry.secret:
                yield FieldViolation(f"{path}.secret", "must be empty: there is no user")
    if skip_secrets or not any(entry.secret for entry in document.entries):
        return
    if document.encryption is None:
        yield FieldViolation("document.encryption", "must be set: there are secrets")
        return
    for name, problem in document.encryption.parameters.problems():
        yield FieldViolation(f"document.encryption.argon2id.{name}", problem)
    if len(document.encryption.check) != CHECK_BYTES:
        yield FieldViolation("document.encryption.check", f"must have {CHECK_BYTES} octets")
    if not passphrase:
        yield FieldViolation("passphrase", "must be given: the document holds secrets (or skip_secrets set)")
