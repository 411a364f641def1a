"""A document in pages: a header, any number of pages, and a trailer that says how many there were. Pure.

Law: under a passphrase each page and the trailer have a digest that nobody can make without it. It is over what must
not change: which document and which page this is, how many providers stand before it, which providers are in it, in
which order, where their secrets go, and the secrets as they are encrypted. So a page that was left out, doubled, moved,
changed or taken from another document is found out. What is for people may be edited: names, addresses, descriptions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mailproof.domain.secret import associated_data
from mailproof.usecases.documents import Entry
from mailproof.usecases.passphrase_encryption import DocumentKey, SecretsEncryption
from mailproof.usecases.provider_secrets import secret_name

FORMAT_VERSION = 1
DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the pages of a document.

    Attributes:
        export_id: Random; names the document.
        instance_id: The instance that was exported.
        provider_count: How many providers the instance had as the export began.
        encryption: How the secrets are encrypted; None where they are left out.
        exported: When the export began; None where a document to be imported leaves it out.
        version: The version of the format.
    """

    export_id: str
    instance_id: str
    provider_count: int
    encryption: SecretsEncryption | None = None
    exported: datetime | None = None
    version: int = FORMAT_VERSION


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """Some providers of a document.

    Attributes:
        export_id: The document that it belongs to.
        number: Its place among the pages, from 1.
        preceding: How many providers stand on the pages before it.
        entries: The providers, in the order of their creation.
        digest: Shows that the page is as it was exported; empty where the document holds no secrets.
    """

    export_id: str
    number: int
    preceding: int
    entries: tuple[Entry, ...]
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class Trailer:
    """What stands behind the pages of a document.

    Attributes:
        export_id: The document that it belongs to.
        page_count: How many pages there are.
        provider_count: How many providers are on them.
        changed_count: How many of these were changed after the export began; they are as they were when they were read.
        removed_count: How many were removed before they were read, and are missing.
        digest: As that of a page.
    """

    export_id: str
    page_count: int
    provider_count: int
    changed_count: int = 0
    removed_count: int = 0
    digest: bytes = b""


def secret_data(instance_id: str, export_id: str, number: int, entry: Entry) -> bytes:
    """Return the associated data of a provider's secret: its instance, document, page, provider and destination."""
    settings = entry.settings
    return associated_data(
        _SECRET, instance_id, export_id, str(number), entry.id, secret_name(settings), *settings.destination
    )


def page_digest(key: DocumentKey, page: DocumentPage) -> bytes:
    """Return the digest of a page."""
    place = (_PAGE, page.export_id, str(page.number), str(page.preceding), str(len(page.entries)))
    return key.digest(associated_data(*place, *_bound(page.entries)))


def trailer_digest(key: DocumentKey, trailer: Trailer) -> bytes:
    """Return the digest of a trailer."""
    return key.digest(
        associated_data(_TRAILER, trailer.export_id, str(trailer.page_count), str(trailer.provider_count))
    )


_SECRET, _PAGE, _TRAILER = "mailproof secret 2", "mailproof page 2", "mailproof trailer 2"


def _bound(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield what a page's digest is over of each provider."""
    for entry in entries:
        destination = entry.settings.destination
        yield entry.id
        yield "active" if entry.active else ""
        yield secret_name(entry.settings)
        yield str(len(destination))
        yield from destination
        yield hashlib.sha256(entry.secret).hexdigest() if entry.secret else ""
