"""The tokens by which an export or import in pages goes on: they hold where it stands, so that no server has to. Pure.

Law: a token counts for the caller and instance that it was made for, as it was made (it has a keyed digest), and for
less time than the store remembers which pages were imported (`LASTS`), so that none of them can be imported twice.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, TypeVar

from mailproof.domain.model import Caller
from mailproof.domain.phrase import say
from mailproof.domain.secret import Vault, associated_data
from mailproof.usecases.passphrase_encryption import KeyParameters, SecretsEncryption

LASTS = timedelta(hours=23)
"""How long an export or import may take in all; an hour less than idempotency keys are kept."""

_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlace:
    """Where an export stands.

    Attributes:
        begun: When it began, in seconds since 1970.
        export_id: The document.
        until: The instance's last sequence as the export began; what was added later is not in it.
        after: The sequence that added the last provider that was read.
        total: How many providers the instance had as the export began.
        active_id: The active one at that moment; empty for none.
        pages: How many pages there were so far.
        providers: How many providers were on them.
        changed: How many of these were changed after the export began.
        finished: Whether only the trailer is missing.
        encryption: How the secrets are encrypted, as `pack_encryption` returns it; empty where they are left out.
    """

    begun: int
    export_id: str
    until: int
    after: int = 0
    total: int
    active_id: str
    pages: int = 0
    providers: int = 0
    changed: int = 0
    finished: bool = False
    encryption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlace:
    """Where an import stands.

    Attributes:
        begun: As in `ExportPlace`.
        import_id: The import.
        export_id: The document.
        source: The instance that was exported, which the secrets are bound to.
        pages: How many pages were imported so far.
        providers: How many providers were on them.
        saw_active: Whether one of them was the active one.
        active_id: The new id of that one; empty where there was none.
        skip_secrets: Whether the secrets are left out.
        validate_only: Whether all is only checked.
        encryption: As in `ExportPlace`.
    """

    begun: int
    import_id: str
    export_id: str
    source: str
    pages: int = 0
    providers: int = 0
    saw_active: bool = False
    active_id: str = ""
    skip_secrets: bool = False
    validate_only: bool = False
    encryption: str = ""


AnyPlace = TypeVar("AnyPlace", ExportPlace, ImportPlace)


def make_token(vault: Vault, caller: Caller, place: ExportPlace | ImportPlace) -> str:
    """Return the token of a place."""
    body = json.dumps(asdict(place), separators=(",", ":")).encode()
    return urlsafe_b64encode(body + _digests(vault, caller, type(place), body)[0]).decode().rstrip("=")


def read_token(vault: Vault, caller: Caller, kind: type[AnyPlace], token: str, now: datetime) -> AnyPlace:
    """Return the place of a token.

    Raises:
        ValueError: The token is not one for this caller and instance, or it is too old; the message begins with "must"
            or "is".
    """
    try:
        data = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        data = b""
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if not any(hmac.compare_digest(digest, each) for each in _digests(vault, caller, kind, body)):
        raise ValueError(say("must be the token of the answer before, to the same caller and instance"))
    content: dict[str, Any] = json.loads(body)
    if now.timestamp() - content["begun"] > LASTS.total_seconds():
        raise ValueError(say("is too old: an export or import has 23 hours"))
    known = {each.name for each in fields(kind)}
    return kind(**{name: value for name, value in content.items() if name in known})


def pack_encryption(encryption: SecretsEncryption | None) -> str:
    """Return how secrets are encrypted as a text; empty for None."""
    if encryption is None:
        return ""
    parameters = encryption.parameters
    numbers = f"{parameters.memory_kib} {parameters.iterations} {parameters.lanes}"
    return f"{numbers} {b64encode(parameters.salt).decode()} {b64encode(encryption.check).decode()}"


def unpack_encryption(text: str) -> SecretsEncryption | None:
    """Return what `pack_encryption` was given."""
    if not text:
        return None
    memory, iterations, lanes, salt, check = text.split(" ")
    parameters = KeyParameters(b64decode(salt), int(memory), int(iterations), int(lanes))
    return SecretsEncryption(parameters, b64decode(check))


def _digests(vault: Vault, caller: Caller, kind: type[ExportPlace | ImportPlace], body: bytes) -> tuple[bytes, ...]:
    whom = associated_data(f"transfer token 1 {kind.__name__}", caller.instance_id, caller.token.id)
    return tuple(digest[:_DIGEST_BYTES] for digest in vault.fingerprints(whom + body))
