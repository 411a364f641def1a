"""Messages of smtpdiag.v1.InstanceService to domain values and back; the counterpart of `convert` for instances.

Texts of a document are trimmed, as those of an Add are; what it holds of secrets is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from mailproof.domain.errors import ExportTooLarge, FieldViolation, InvalidFields
from mailproof.domain.ledger import EventType
from mailproof.domain.model import HttpSettings, OAuthClient, ProviderSettings, SmtpSettings
from mailproof.rpc.codec import dump, to_json
from mailproof.rpc.times import seconds_of
from mailproof.smtp.vocabulary import Outcome
from mailproof.syntax.url import Phase
from mailproof.usecases.history import EventPage, LoggedEvent
from mailproof.usecases.passphrase_encryption import KeyParameters, SecretsEncryption
from mailproof.usecases.transfers import Document, Entry, Imported
from mailproof.usecases.webhook_tests import DEFAULT_TIMEOUT
from mailproof.webhook.format import DEFAULT_RECIPIENT
from mailproof.webhook.verdict import WebhookCode, WebhookReport
from smtpdiag.v1 import instance_pb2, vocabulary_pb2

MAX_DOCUMENT_BYTES = 1024 * 1024 - 16 * 1024
"""Octets of a document's JSON: what a request of ImportConfigs may have, less what is beside the document."""

_EVENT_TYPES = {
    EventType.SMTP_ADDED: instance_pb2.CONFIG_EVENT_TYPE_SMTP_ADDED,
    EventType.SMTP_CHANGED: instance_pb2.CONFIG_EVENT_TYPE_SMTP_CHANGED,
    EventType.PASSWORD_CHANGED: instance_pb2.CONFIG_EVENT_TYPE_PASSWORD_CHANGED,
    EventType.HTTP_ADDED: instance_pb2.CONFIG_EVENT_TYPE_HTTP_ADDED,
    EventType.HTTP_CHANGED: instance_pb2.CONFIG_EVENT_TYPE_HTTP_CHANGED,
    EventType.ACTIVATED: instance_pb2.CONFIG_EVENT_TYPE_ACTIVATED,
    EventType.DEACTIVATED: instance_pb2.CONFIG_EVENT_TYPE_DEACTIVATED,
    EventType.REMOVED: instance_pb2.CONFIG_EVENT_TYPE_REMOVED,
}
_STAGES = {word: instance_pb2.WebhookStage.Value(f"WEBHOOK_STAGE_{word.name}") for word in Phase}
_CODES = {word: instance_pb2.WebhookCode.Value(f"WEBHOOK_CODE_{word.name}") for word in WebhookCode}
_OUTCOMES = {word: vocabulary_pb2.Outcome.Value(f"OUTCOME_{word.name}") for word in Outcome}


def event_page(page: EventPage) -> instance_pb2.ListEventsResponse:
    """Return a page of the log."""
    return instance_pb2.ListEventsResponse(
        events=[_event(logged) for logged in page.events], next_page_token=page.next_page_token
    )


def _event(logged: LoggedEvent) -> instance_pb2.ConfigEvent:
    event, change = logged.event, logged.event.change
    message = instance_pb2.ConfigEvent(
        sequence=event.sequence,
        type=_EVENT_TYPES[change.type],
        provider_id=change.provider_id,
        changed_fields=change.changed,
        deactivated_provider_id=change.deactivated,
        actor_token_id=event.actor_token_id,
        actor_token_name=logged.actor_name,
        peer=event.peer,
        create_time=_timestamp(event.created_at),
    )
    if isinstance(change.settings, SmtpSettings):
        message.smtp.CopyFrom(_smtp(change.settings))
    elif change.settings is not None:
        message.http.CopyFrom(_http(change.settings))
    return message


def exported(document: Document) -> instance_pb2.ConfigsDocument:
    """Return a document as it is to be kept.

    Raises:
        ExportTooLarge: An import would not take it.
    """
    message = instance_pb2.ConfigsDocument(
        format_version=document.version,
        export_time=_timestamp(document.exported),
        instance_id=document.instance_id,
        providers=[_exported(entry) for entry in document.entries],
    )
    if document.encryption is not None:
        parameters = document.encryption.parameters
        message.encryption.check = document.encryption.check
        message.encryption.argon2id.salt = parameters.salt
        message.encryption.argon2id.memory_kib = parameters.memory_kib
        message.encryption.argon2id.iterations = parameters.iterations
        message.encryption.argon2id.lanes = parameters.lanes
    if len(dump(to_json(message, defaults=True))) > MAX_DOCUMENT_BYTES:
        sentence = f"the configurations together are longer than {MAX_DOCUMENT_BYTES} bytes, which one document holds"
        raise ExportTooLarge(sentence, metadata={"limitBytes": str(MAX_DOCUMENT_BYTES)})
    return message


def _exported(entry: Entry) -> instance_pb2.ExportedProvider:
    message = instance_pb2.ExportedProvider(
        id=entry.id,
        state=instance_pb2.PROVIDER_STATE_ACTIVE if entry.active else instance_pb2.PROVIDER_STATE_INACTIVE,
        create_time=_timestamp(entry.created),
        update_time=_timestamp(entry.changed),
        secret=entry.secret,
    )
    if isinstance(entry.settings, SmtpSettings):
        message.smtp.CopyFrom(_smtp(entry.settings))
    else:
        message.http.CopyFrom(_http(entry.settings))
    return message


def document(request: instance_pb2.ImportConfigsRequest) -> Document:
    """Return the document of a request.

    Raises:
        InvalidFields: It, or something in it that must be there, is missing.
    """
    message = request.document
    missing = [
        FieldViolation(f"document.providers[{at}]", "must have smtp or http")
        for at, provider in enumerate(message.providers)
        if provider.WhichOneof("settings") is None
    ]
    if not request.HasField("document"):
        missing.append(FieldViolation("document", "must be set"))
    if message.HasField("encryption") and not message.encryption.HasField("argon2id"):
        missing.append(FieldViolation("document.encryption.argon2id", "must be set"))
    if missing:
        raise InvalidFields(missing)
    encryption = None
    if message.HasField("encryption"):
        argon2id = message.encryption.argon2id
        parameters = KeyParameters(argon2id.salt, argon2id.memory_kib, argon2id.iterations, argon2id.lanes)
        encryption = SecretsEncryption(parameters, message.encryption.check)
    return Document(
        message.instance_id.strip(),
        tuple(_entry(provider) for provider in message.providers),
        encryption,
        version=message.format_version,
    )


def _entry(provider: instance_pb2.ExportedProvider) -> Entry:
    settings: ProviderSettings
    if provider.HasField("http"):
        settings = HttpSettings(provider.http.endpoint.strip(), provider.http.description.strip())
    else:
        settings = _smtp_settings(provider.smtp)
    active = provider.state == instance_pb2.PROVIDER_STATE_ACTIVE
    return Entry(provider.id.strip(), settings, active, secret=provider.secret)


def _smtp_settings(smtp: instance_pb2.SmtpProvider) -> SmtpSettings:
    client = None
    if smtp.HasField("oauth"):
        scopes = tuple(scope.strip() for scope in smtp.oauth.scopes)
        client = OAuthClient(smtp.oauth.token_endpoint.strip(), smtp.oauth.client_id.strip(), scopes)
    return SmtpSettings(
        sender_address=smtp.sender_address.strip(),
        sender_name=smtp.sender_name.strip(),
        tls=smtp.tls,
        host=smtp.host.strip(),
        user=smtp.user.strip(),
        reply_to_address=smtp.reply_to_address.strip(),
        description=smtp.description.strip(),
        oauth=client,
    )


def imported(providers: Iterable[Imported]) -> instance_pb2.ImportConfigsResponse:
    """Return what was added."""
    return instance_pb2.ImportConfigsResponse(
        providers=[
            instance_pb2.ImportedProvider(
                old_id=each.old_id,
                id=each.id,
                secret=instance_pb2.ImportedSecret.ValueType(each.secret.value),
                active=each.active,
            )
            for each in providers
        ]
    )


def webhook_test(request: instance_pb2.TestHTTPProviderRequest) -> tuple[str, float]:
    """Return the recipient, and the seconds that a test may take.

    Raises:
        InvalidFields: The timeout is not positive.
    """
    limit = DEFAULT_TIMEOUT
    if request.HasField("timeout"):
        limit, wrong = seconds_of(request.timeout)
        if wrong:
            raise InvalidFields(wrong)
    return request.recipient_address.strip() or DEFAULT_RECIPIENT, limit


def webhook_report(report: WebhookReport) -> instance_pb2.TestHTTPProviderResponse:
    """Return the verdict on a post."""
    return instance_pb2.TestHTTPProviderResponse(
        report=instance_pb2.WebhookReport(
            outcome=_OUTCOMES[report.outcome],
            stage=_STAGES[report.phase],
            code=_CODES[report.code],
            http_status=report.status,
            message=report.message,
            advice=report.advice,
            elapsed_ms=report.elapsed_ms,
        )
    )


def _smtp(settings: SmtpSettings) -> instance_pb2.SmtpProvider:
    message = instance_pb2.SmtpProvider(
        sender_address=settings.sender_address,
        sender_name=settings.sender_name,
        tls=settings.tls,
        host=settings.host,
        user=settings.user,
        reply_to_address=settings.reply_to_address,
        description=settings.description,
    )
    if settings.oauth is not None:
        message.oauth.token_endpoint = settings.oauth.token_endpoint
        message.oauth.client_id = settings.oauth.client_id
        message.oauth.scopes.extend(settings.oauth.scopes)
    return message


def _http(settings: HttpSettings) -> instance_pb2.HttpProvider:
    return instance_pb2.HttpProvider(endpoint=settings.endpoint, description=settings.description)


def _timestamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    message = Timestamp()
    message.FromDatetime(moment)
    return message
