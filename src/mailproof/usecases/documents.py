"""Documents of an export: what they hold of each provider, what may be wrong with that, and how an import adds one.

A document is one message (`usecases.transfers`) or a row of pages (`usecases.document_pages`).
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.ledger import Change, EventType
from mailproof.domain.model import Caller, HttpSettings, Permission, ProviderSettings, SmtpSettings
from mailproof.domain.phrase import say
from mailproof.domain.secret import Secret, Vault
from mailproof.domain.transfer_errors import SecretExportOff
from mailproof.store.contract import ProviderStore
from mailproof.syntax.text import is_visible_ascii
from mailproof.usecases.access import authorize
from mailproof.usecases.passphrase_encryption import CHECK_BYTES, MIN_LENGTH, SecretsEncryption
from mailproof.usecases.provider_secrets import identity, secret_problem
from mailproof.usecases.providers import SIGNING_KEY_BYTES

FORMAT_VERSION = 1

_MAX_SIGNING_KEY = 200  # characters


@dataclass(frozen=True, slots=True)
class Entry:
    """A provider in a document.

    Attributes:
        created: None where a document to be imported leaves it out; nothing depends on it.
        changed: None where a document to be imported leaves it out; nothing depends on it.
        secret: Encrypted; empty for none.
    """

    id: str
    settings: ProviderSettings
    active: bool = False
    created: datetime | None = None
    changed: datetime | None = None
    secret: bytes = b""


@dataclass(frozen=True, slots=True)
class Document:
    """All providers of an instance at one moment.

    Attributes:
        instance_id: The instance that was exported.
        entries: In the order of their creation.
        encryption: How the secrets are encrypted; None where they are left out.
        exported: When; None where a document to be imported leaves it out.
        version: The version of the format.
    """

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
    """An imported provider.

    Attributes:
        old_id: Its id in the document.
        id: Its new id.
        secret: What became of its secret.
        active: Whether the import has made it the active one.
    """

    old_id: str
    id: str
    secret: SecretState
    active: bool


def may_export(caller: Caller, passphrase: Secret, *, secret_export: bool) -> None:
    """Check that a caller may export secrets with this passphrase; an empty one is for an export without any.

    Raises:
        PermissionDenied: The caller lacks the permission for secrets.
        SecretExportOff: This service lets none out.
        InvalidFields: The passphrase is too short.
    """
    if not passphrase:
        return
    authorize(caller, Permission.SECRETS)
    if not secret_export:
        raise SecretExportOff
    if len(passphrase.reveal()) < MIN_LENGTH:
        raise InvalidFields(
            [FieldViolation("passphrase", say("must have at least {least} characters", least=MIN_LENGTH))]
        )


def added(
    store: ProviderStore, vault: Vault, caller: Caller, entry: Entry, secret: Secret, *, import_id: str = ""
) -> Change:
    """Return the change that adds a provider of a document under a new id.

    Args:
        store: Makes the id.
        vault: Seals the secret.
        caller: Whose instance gets it.
        entry: The provider.
        secret: Its secret; empty for none. A provider that mail is posted to gets a new signing key then.
        import_id: The import in pages that it is part of; empty for none.
    """
    provider_id = store.new_id()
    http = isinstance(entry.settings, HttpSettings)
    if http and not secret:
        secret = Secret(secrets.token_urlsafe(SIGNING_KEY_BYTES))
    sealed = None
    if secret:
        sealed = vault.seal(secret, identity(caller.instance_id, provider_id, entry.settings))
    kind = EventType.HTTP_ADDED if http else EventType.SMTP_ADDED
    return Change(kind, provider_id, entry.settings, sealed, import_id=import_id)


def document_secret_problem(settings: ProviderSettings, secret: Secret | None) -> str:
    """Return what is wrong with a document's secret; empty for nothing.

    It is checked like that of a new provider, since whoever knows the passphrase can write any secret.
    """
    if secret is None:
        return say("does not open: it, or the destination that it belongs to, was changed since the export")
    if isinstance(settings, SmtpSettings):
        return secret_problem(settings, secret)
    key = secret.reveal()
    if 1 <= len(key) <= _MAX_SIGNING_KEY and is_visible_ascii(key):
        return ""
    return say("must be a signing key: 1 to {most} visible ASCII characters", most=_MAX_SIGNING_KEY)


def secret_state(entry: Entry, secret: Secret) -> SecretState:
    """Return what becomes of a provider's secret, which is empty where the document has none."""
    if secret:
        return SecretState.STORED
    if isinstance(entry.settings, HttpSettings):
        return SecretState.NEW_SIGNING_KEY
    return SecretState.MISSING if entry.settings.user else SecretState.NOT_NEEDED


def entry_problems(entries: Sequence[Entry], path: str, *, one_active: bool = True) -> Iterator[FieldViolation]:
    """Yield where the providers of a document contradict each other.

    Args:
        path: The field that they stand in: "document.providers".
        one_active: Whether one of them may be the active one.
    """
    times = Counter(entry.id for entry in entries)
    actives = 0 if one_active else 1
    for index, entry in enumerate(entries):
        actives += entry.active
        if entry.active and actives > 1:
            yield FieldViolation(f"{path}[{index}].state", say("must not be active: another one is"))
        if times[entry.id] > 1:
            yield FieldViolation(f"{path}[{index}].id", say("must not be that of another provider in the document"))
        if isinstance(entry.settings, SmtpSettings) and entry.settings.oauth is not None and not entry.settings.user:
            yield FieldViolation(f"{path}[{index}].smtp.user", say("is needed with oauth"))


def encryption_problems(encryption: SecretsEncryption, passphrase: Secret, path: str) -> Iterator[FieldViolation]:
    """Yield what keeps the secrets of a document from being decrypted.

    Args:
        path: The field that says how they are encrypted: "document.encryption".
    """
    for name, problem in encryption.parameters.problems():
        yield FieldViolation(f"{path}.argon2id.{name}", problem)
    if len(encryption.check) != CHECK_BYTES:
        yield FieldViolation(f"{path}.check", say("must have {check_bytes} octets", check_bytes=CHECK_BYTES))
    if not passphrase:
        yield FieldViolation("passphrase", say("must be given: the document holds secrets (or skip_secrets set)"))
