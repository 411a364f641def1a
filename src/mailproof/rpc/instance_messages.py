"""The messages of smtpdiag.v1.InstanceService and the values of an instance: its events, copies and webhook tests.

Texts of a document are trimmed, as those of an Add are; what it holds of secrets is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mailproof.diagnosis.catalogue_webhook import WebhookCode
from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.ledger import EventType, Snapshot
from mailproof.domain.model import HttpSettings, OAuthClient, ProviderSettings, ProviderState
from mailproof.domain.phrase import say
from mailproof.domain.transfer_errors import ExportTooLarge
from mailproof.languages.language import Language
from mailproof.languages.translation import in_language
from mailproof.rpc.codec import dump, to_json
from mailproof.rpc.settings_messages import http_settings, members, smtp_settings, trimmed
from mailproof.rpc.times import seconds_of, timestamp
from mailproof.smtp.vocabulary import Outcome
from mailproof.syntax.url import Phase
from mailproof.usecases.documents import Document, Entry, Imported
from mailproof.usecases.history import EventPage, LoggedEvent
from mailproof.usecases.passphrase_encryption import KeyParameters, SecretsEncryption
from mailproof.usecases.webhook_tests import DEFAULT_TIMEOUT
from mailproof.webhook.format import DEFAULT_RECIPIENT
from mailproof.webhook.verdict import WebhookReport
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
    EventType.SECRET_RESEALED: instance_pb2.CONFIG_EVENT_TYPE_SECRET_RESEALED,
    EventType.TESTED: instance_pb2.CONFIG_EVENT_TYPE_TESTED,
    EventType.SECRETS_EXPORTED: instance_pb2.CONFIG_EVENT_TYPE_SECRETS_EXPORTED,
    EventType.IMPORT_BEGUN: instance_pb2.CONFIG_EVENT_TYPE_IMPORT_BEGUN,
    EventType.IMPORT_FINISHED: instance_pb2.CONFIG_EVENT_TYPE_IMPORT_FINISHED,
    EventType.IMPORT_UNDONE: instance_pb2.CONFIG_EVENT_TYPE_IMPORT_UNDONE,
    EventType.UNKNOWN: instance_pb2.CONFIG_EVENT_TYPE_UNKNOWN,
    EventType.SNAPSHOT: instance_pb2.CONFIG_EVENT_TYPE_SNAPSHOT,
}
_STATES = {
    ProviderState.ACTIVE: instance_pb2.PROVIDER_STATE_ACTIVE,
    ProviderState.INACTIVE: instance_pb2.PROVIDER_STATE_INACTIVE,
}
_STAGES = {word: instance_pb2.WebhookStage.Value(f"WEBHOOK_STAGE_{word.name}") for word in Phase}
_CODES = {word: instance_pb2.WebhookCode.Value(f"WEBHOOK_CODE_{word.name}") for word in WebhookCode}
_OUTCOMES = {word: vocabulary_pb2.Outcome.Value(f"OUTCOME_{word.name}") for word in Outcome}


def event_page(page: EventPage) -> instance_pb2.ListEventsResponse:
    """Return a page of the log."""
    return instance_pb2.ListEventsResponse(
        events=[_event(logged) for logged in page.events],
        next_page_token=page.next_page_token,
        thinned_through=page.thinned_through,
    )


def _event(logged: LoggedEvent) -> instance_pb2.ConfigEvent:
    event, change = logged.event, logged.event.change
    return instance_pb2.ConfigEvent(
        sequence=event.sequence,
        type=_EVENT_TYPES[change.type],
        provider_id=change.provider_id,
        changed_fields=change.changed,
        deactivated_provider_id=change.deactivated,
        actor_token_id=event.actor_token_id,
        actor_token_name=logged.actor_name,
        peer=event.peer,
        create_time=timestamp(event.created_at),
        test_code=change.outcome,
        secret_count=change.count if change.type is EventType.SECRETS_EXPORTED else 0,
        provider_count=0 if change.type is EventType.SECRETS_EXPORTED else change.count,
        import_id=change.import_id,
        unknown_type=change.unknown,
        snapshot=_snapshot(change.snapshot) if change.snapshot is not None else None,
        **(_settings(change.settings) if change.settings is not None else {}),
    )


def _snapshot(was: Snapshot) -> instance_pb2.ConfigSnapshot:
    return instance_pb2.ConfigSnapshot(
        sequence=was.sequence, update_time=timestamp(was.changed_at), state=_STATES[was.state]
    )


def exported(document: Document) -> instance_pb2.ConfigsDocument:
    """Return a document as it is to be kept.

    Raises:
        ExportTooLarge: An import would not take it.
    """
    message = instance_pb2.ConfigsDocument(
        format_version=document.version,
        export_time=timestamp(document.exported) if document.exported else None,
        instance_id=document.instance_id,
        providers=[exported_entry(entry) for entry in document.entries],
        encryption=encryption_message(document.encryption) if document.encryption else None,
    )
    if len(dump(to_json(message, defaults=True))) > MAX_DOCUMENT_BYTES:
        sentence = say(
            "the configurations together are longer than {most} bytes, which one document holds",
            most=MAX_DOCUMENT_BYTES,
        )
        raise ExportTooLarge(sentence, metadata={"limitBytes": str(MAX_DOCUMENT_BYTES)})
    return message


def encryption_message(encryption: SecretsEncryption) -> instance_pb2.SecretsEncryption:
    """Return how secrets are encrypted."""
    parameters = encryption.parameters
    return instance_pb2.SecretsEncryption(
        check=encryption.check,
        argon2id=instance_pb2.Argon2idParameters(
            salt=parameters.salt,
            memory_kib=parameters.memory_kib,
            iterations=parameters.iterations,
            lanes=parameters.lanes,
        ),
    )


def exported_entry(entry: Entry) -> instance_pb2.ExportedProvider:
    """Return a provider as it stands in a document."""
    return instance_pb2.ExportedProvider(
        id=entry.id,
        state=instance_pb2.PROVIDER_STATE_ACTIVE if entry.active else instance_pb2.PROVIDER_STATE_INACTIVE,
        create_time=timestamp(entry.created) if entry.created else None,
        update_time=timestamp(entry.changed) if entry.changed else None,
        secret=entry.secret,
        **_settings(entry.settings),
    )


def document(request: instance_pb2.ImportConfigsRequest) -> Document:
    """Return the document of a request.

    Raises:
        InvalidFields: It, or something in it that must be there, is missing.
    """
    message = request.document
    missing = without_settings(message.providers, "document.providers")
    if not request.HasField("document"):
        missing.append(FieldViolation("document", say("must be set")))
    if message.HasField("encryption") and not message.encryption.HasField("argon2id"):
        missing.append(FieldViolation("document.encryption.argon2id", say("must be set")))
    if missing:
        raise InvalidFields(missing)
    return Document(
        message.instance_id.strip(),
        entries(message.providers, "document.providers"),
        encryption_of(message.encryption) if message.HasField("encryption") else None,
        version=message.format_version,
    )


def without_settings(providers: Iterable[instance_pb2.ExportedProvider], path: str) -> list[FieldViolation]:
    """Return where providers of a document have no settings.

    Args:
        path: The field that they stand in.
    """
    return [
        FieldViolation(f"{path}[{at}]", say("must have smtp or http"))
        for at, provider in enumerate(providers)
        if provider.WhichOneof("settings") is None
    ]


def encryption_of(message: instance_pb2.SecretsEncryption) -> SecretsEncryption:
    """Return how a document says that its secrets are encrypted."""
    argon2id = message.argon2id
    parameters = KeyParameters(argon2id.salt, argon2id.memory_kib, argon2id.iterations, argon2id.lanes)
    return SecretsEncryption(parameters, message.check)


def entries(providers: Iterable[instance_pb2.ExportedProvider], path: str) -> tuple[Entry, ...]:
    """Return the providers of a document, each of which has settings.

    Args:
        path: The field that they stand in.
    """
    return tuple(_entry(provider, f"{path}[{at}]") for at, provider in enumerate(providers))


def _entry(provider: instance_pb2.ExportedProvider, path: str) -> Entry:
    settings: ProviderSettings
    if provider.HasField("http"):
        settings = http_settings(provider.http)
    else:
        settings = smtp_settings(provider.smtp, _client(provider.smtp), f"{path}.smtp.")
    active = provider.state == instance_pb2.PROVIDER_STATE_ACTIVE
    return Entry(provider.id.strip(), settings, active, secret=provider.secret)


def _client(smtp: instance_pb2.SmtpProvider) -> OAuthClient | None:
    if not smtp.HasField("oauth"):
        return None
    return OAuthClient(smtp.oauth.token_endpoint.strip(), smtp.oauth.client_id.strip(), trimmed(smtp.oauth.scopes))


def imported(providers: Iterable[Imported]) -> instance_pb2.ImportConfigsResponse:
    """Return what was added."""
    return instance_pb2.ImportConfigsResponse(providers=imported_providers(providers))


def imported_providers(providers: Iterable[Imported]) -> list[instance_pb2.ImportedProvider]:
    """Return providers as they were added."""
    return [
        instance_pb2.ImportedProvider(
            old_id=each.old_id,
            id=each.id,
            secret=instance_pb2.ImportedSecret.ValueType(each.secret.value),
            active=each.active,
        )
        for each in providers
    ]


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


def webhook_report(
    report: WebhookReport, language: Language = Language.ENGLISH
) -> instance_pb2.TestHTTPProviderResponse:
    """Return the verdict on a post, its sentences in a language."""
    return instance_pb2.TestHTTPProviderResponse(
        report=instance_pb2.WebhookReport(
            outcome=_OUTCOMES[report.outcome],
            stage=_STAGES[report.phase],
            code=_CODES[report.code],
            http_status=report.status,
            message=in_language(report.message, language),
            advice=in_language(report.advice, language),
            elapsed_ms=report.elapsed_ms,
        )
    )


def _settings(settings: ProviderSettings) -> dict[str, Any]:
    """Return settings as the one field, `smtp` or `http`, of an event or a document."""
    if isinstance(settings, HttpSettings):
        return {"http": members(settings, instance_pb2.HttpProvider)}
    message = members(settings, instance_pb2.SmtpProvider)
    if settings.oauth is not None:
        client = settings.oauth
        message["oauth"] = {
            "token_endpoint": client.token_endpoint,
            "client_id": client.client_id,
            "scopes": client.scopes,
        }
    return {"smtp": message}


def settings_members(settings: ProviderSettings) -> dict[str, Any]:
    """Return settings as the one field, `smtp` or `http`, that a message of a configuration has for them."""
    return _settings(settings)
