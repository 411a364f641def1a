"""The messages of exports and imports in pages, and the values that they are made of.

Texts are trimmed as those of a document in one piece are (`rpc.instance_messages`).
"""

from __future__ import annotations

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.phrase import say
from mailproof.rpc.instance_messages import (
    encryption_message,
    encryption_of,
    entries,
    exported_entry,
    imported_providers,
    without_settings,
)
from mailproof.rpc.times import timestamp
from mailproof.usecases.document_pages import DocumentPage, Header, Trailer
from mailproof.usecases.import_undo import UndoneStep
from mailproof.usecases.paged_export import ExportPart
from mailproof.usecases.paged_import import ImportStep
from smtpdiag.v1 import instance_pb2


def export_part(part: ExportPart) -> instance_pb2.StreamExportConfigsResponse:
    """Return a message of an export's stream."""
    if isinstance(part.part, Header):
        return instance_pb2.StreamExportConfigsResponse(header=_header(part.part))
    if isinstance(part.part, DocumentPage):
        return instance_pb2.StreamExportConfigsResponse(page=_page(part.part), next_page_token=part.token)
    return instance_pb2.StreamExportConfigsResponse(trailer=_trailer(part.part))


def _header(header: Header) -> instance_pb2.ConfigsHeader:
    return instance_pb2.ConfigsHeader(
        format_version=header.version,
        export_id=header.export_id,
        export_time=timestamp(header.exported) if header.exported else None,
        instance_id=header.instance_id,
        provider_count=header.provider_count,
        encryption=encryption_message(header.encryption) if header.encryption else None,
    )


def _page(page: DocumentPage) -> instance_pb2.ConfigsPage:
    return instance_pb2.ConfigsPage(
        export_id=page.export_id,
        number=page.number,
        preceding_count=page.preceding,
        providers=[exported_entry(entry) for entry in page.entries],
        digest=page.digest,
    )


def _trailer(trailer: Trailer) -> instance_pb2.ConfigsTrailer:
    return instance_pb2.ConfigsTrailer(
        export_id=trailer.export_id,
        page_count=trailer.page_count,
        provider_count=trailer.provider_count,
        changed_count=trailer.changed_count,
        removed_count=trailer.removed_count,
        digest=trailer.digest,
    )


def header(request: instance_pb2.BeginConfigsImportRequest) -> Header:
    """Return the header of a request.

    Raises:
        InvalidFields: It, or something in it that must be there, is missing.
    """
    message = request.header
    if not request.HasField("header"):
        raise InvalidFields([FieldViolation("header", say("must be set"))])
    if message.HasField("encryption") and not message.encryption.HasField("argon2id"):
        raise InvalidFields([FieldViolation("header.encryption.argon2id", say("must be set"))])
    return Header(
        message.export_id,
        message.instance_id.strip(),
        message.provider_count,
        encryption_of(message.encryption) if message.HasField("encryption") else None,
        version=message.format_version,
    )


def page(request: instance_pb2.ContinueConfigsImportRequest) -> DocumentPage:
    """Return the page of a request.

    Raises:
        InvalidFields: It, or something in it that must be there, is missing.
    """
    message = request.page
    missing = without_settings(message.providers, "page.providers")
    if not request.HasField("page"):
        missing.append(FieldViolation("page", say("must be set")))
    elif not message.number:
        missing.append(FieldViolation("page.number", say("must be set")))
    if missing:
        raise InvalidFields(missing)
    return DocumentPage(
        message.export_id,
        message.number,
        message.preceding_count,
        entries(message.providers, "page.providers"),
        message.digest,
    )


def trailer(request: instance_pb2.FinishConfigsImportRequest) -> Trailer:
    """Return the trailer of a request.

    Raises:
        InvalidFields: It is missing.
    """
    message = request.trailer
    if not request.HasField("trailer"):
        raise InvalidFields([FieldViolation("trailer", say("must be set"))])
    return Trailer(message.export_id, message.page_count, message.provider_count, digest=message.digest)


def begun(step: ImportStep) -> instance_pb2.BeginConfigsImportResponse:
    """Return an import that has begun."""
    return instance_pb2.BeginConfigsImportResponse(import_id=step.import_id, next_import_token=step.token)


def page_imported(step: ImportStep) -> instance_pb2.ContinueConfigsImportResponse:
    """Return what a page has added."""
    return instance_pb2.ContinueConfigsImportResponse(
        providers=imported_providers(step.imported),
        page_count=step.pages,
        provider_count=step.providers,
        next_import_token=step.token,
    )


def finished(step: ImportStep) -> instance_pb2.FinishConfigsImportResponse:
    """Return an import that is finished."""
    return instance_pb2.FinishConfigsImportResponse(
        page_count=step.pages, provider_count=step.providers, active_provider_id=step.active_id
    )


def undone(step: UndoneStep) -> instance_pb2.UndoConfigsImportResponse:
    """Return what was done about a page of an import that is taken back."""
    return instance_pb2.UndoConfigsImportResponse(
        page_number=step.page, removed_count=step.removed, kept_provider_ids=step.kept
    )
