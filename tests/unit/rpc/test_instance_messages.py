"""Messages of the instance API: every word has its number, and a document survives the way to JSON and back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf import json_format

from mailproof.diagnosis.catalogue_webhook import WebhookCode
from mailproof.domain.errors import InvalidFields
from mailproof.domain.ledger import Change, Event, EventType
from mailproof.domain.model import HttpSettings, OAuthClient, SmtpSettings
from mailproof.domain.transfer_errors import ExportTooLarge
from mailproof.rpc import instance_messages as convert
from mailproof.rpc.validation import violations
from mailproof.smtp.vocabulary import Outcome
from mailproof.syntax.url import Phase
from mailproof.usecases.documents import Document, Entry, Imported, SecretState
from mailproof.usecases.history import EventPage, LoggedEvent
from mailproof.usecases.passphrase_encryption import KeyParameters, SecretsEncryption
from mailproof.webhook.verdict import WebhookReport
from smtpdiag.v1 import instance_pb2

NOW = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
SMTP = SmtpSettings(
    "a@example.com",
    "Ä",
    tls=True,
    host="mx.example.com:587",
    user="u",
    reply_to_address="r@example.com",
    description="d",
    oauth=OAuthClient("https://login.example/token", "client", ("one", "two")),
)
DOCUMENT = Document(
    "100",
    (
        Entry("1", SMTP, active=True, created=NOW, changed=NOW + timedelta(days=1), secret=b"\x00\xff" * 20),
        Entry("2", HttpSettings("https://hooks.example.com/", "für Mail"), created=NOW, changed=NOW),
        Entry("3", replace(SMTP, oauth=None, user=""), created=NOW, changed=NOW),
    ),
    SecretsEncryption(KeyParameters(b"s" * 16, 65536, 3, 4), b"c" * 28),
    NOW,
)


def test_a_document_is_the_same_after_json() -> None:
    text = json_format.MessageToJson(convert.exported(DOCUMENT))
    request = instance_pb2.ImportConfigsRequest(document=json_format.Parse(text, instance_pb2.ConfigsDocument()))
    assert list(violations(request)) == []
    kept = tuple(replace(entry, created=None, changed=None) for entry in DOCUMENT.entries)
    assert convert.document(request) == replace(DOCUMENT, entries=kept, exported=None)


def test_what_must_be_there_is_named() -> None:
    with pytest.raises(InvalidFields) as caught:
        convert.document(instance_pb2.ImportConfigsRequest())
    assert [violation.field for violation in caught.value.violations] == ["document"]
    message = instance_pb2.ConfigsDocument(providers=[instance_pb2.ExportedProvider(id="1")])
    message.encryption.check = b"c"
    with pytest.raises(InvalidFields) as caught:
        convert.document(instance_pb2.ImportConfigsRequest(document=message))
    assert [violation.field for violation in caught.value.violations] == [
        "document.providers[0]",
        "document.encryption.argon2id",
    ]


def test_each_provider_is_checked_as_an_add_checks_it() -> None:
    bad = instance_pb2.SmtpProvider(sender_address="nobody", host="mx.example.com", oauth=instance_pb2.OAuthClient())
    http = instance_pb2.HttpProvider(endpoint="ftp://x")
    providers = [
        instance_pb2.ExportedProvider(id="1", smtp=bad),
        instance_pb2.ExportedProvider(http=http, secret=b"x" * 20101),
    ]
    message = instance_pb2.ConfigsDocument(providers=providers)
    message.encryption.argon2id.memory_kib = 2**32 - 1
    request = instance_pb2.ImportConfigsRequest(document=message)
    assert [violation.field for violation, _ in violations(request)] == [
        "document.providers[0].smtp.sender_address",
        "document.providers[0].smtp.sender_name",
        "document.providers[0].smtp.host",
        "document.providers[0].smtp.oauth.token_endpoint",
        "document.providers[0].smtp.oauth.client_id",
        "document.providers[1].id",
        "document.providers[1].http.endpoint",
        "document.providers[1].secret",
        "document.encryption.argon2id.salt",
        "document.encryption.argon2id.memory_kib",
    ]


def test_too_many_providers_are_counted_not_read() -> None:
    message = instance_pb2.ConfigsDocument(providers=[instance_pb2.ExportedProvider()] * 1001)
    request = instance_pb2.ImportConfigsRequest(document=message)
    assert [(v.field, v.description) for v, _ in violations(request)] == [
        ("document.providers", "must have at most 1000 items")
    ]


def test_a_document_that_no_import_would_take_is_refused() -> None:
    big = Entry("1", replace(SMTP, description="ü" * 200, host="h" * 480 + ":25"), secret=b"x" * 20000)
    many = tuple(replace(big, id=str(at)) for at in range(60))
    with pytest.raises(ExportTooLarge):
        convert.exported(replace(DOCUMENT, entries=many))


def test_the_bounds_of_key_derivation_are_those_of_the_rules() -> None:
    fields = instance_pb2.Argon2idParameters(salt=b"s" * 16, memory_kib=128 * 1024, iterations=8, lanes=8)
    assert list(violations(fields)) == []
    assert list(KeyParameters(b"s" * 16, 128 * 1024, 8, 8).problems()) == []


@pytest.mark.parametrize("kind", EventType)
def test_every_event_has_its_type(kind: EventType) -> None:
    change = Change(kind, "7", SMTP, b"sealed blob", ("host",), "8")
    page = EventPage((LoggedEvent(Event("100", 3, change, "t", "192.0.2.1:1", NOW), "name"),), "next")
    message = convert.event_page(page)
    event = message.events[0]
    assert instance_pb2.ConfigEventType.Name(event.type).removeprefix("CONFIG_EVENT_TYPE_") == kind.name
    assert (event.sequence, event.provider_id, event.deactivated_provider_id) == (3, "7", "8")
    assert (event.actor_token_id, event.actor_token_name, event.peer) == ("t", "name", "192.0.2.1:1")
    assert event.create_time.ToDatetime(UTC) == NOW
    assert list(event.changed_fields) == ["host"]
    assert event.smtp.oauth.client_id == "client"
    assert b"sealed" not in message.SerializeToString()
    assert message.next_page_token == "next"


@pytest.mark.parametrize("state", SecretState)
def test_every_secret_state_has_its_number(state: SecretState) -> None:
    message = convert.imported([Imported("1", "2", state, active=True)]).providers[0]
    assert instance_pb2.ImportedSecret.Name(message.secret) == f"IMPORTED_SECRET_{state.name}"
    assert (message.old_id, message.id, message.active) == ("1", "2", True)


def test_the_words_of_a_verdict_are_the_protos() -> None:
    codes = {f"WEBHOOK_CODE_{code.name}" for code in WebhookCode}
    assert codes | {"WEBHOOK_CODE_UNSPECIFIED"} == set(instance_pb2.WebhookCode.keys())
    phases = {f"WEBHOOK_STAGE_{phase.name}" for phase in Phase}
    assert phases | {"WEBHOOK_STAGE_UNSPECIFIED"} == set(instance_pb2.WebhookStage.keys())
    report = WebhookReport(Outcome.FAIL, Phase.TLS, WebhookCode.TLS_UNTRUSTED, 0, "m", "a", 12)
    message = convert.webhook_report(report).report
    assert (message.message, message.advice, message.elapsed_ms) == ("m", "a", 12)
    assert message.code == instance_pb2.WEBHOOK_CODE_TLS_UNTRUSTED
    assert message.stage == instance_pb2.WEBHOOK_STAGE_TLS


def test_a_test_has_its_defaults_and_bounds() -> None:
    request = instance_pb2.TestHTTPProviderRequest(id="1")
    assert convert.webhook_test(request) == ("recipient@example.com", 10.0)
    request.timeout.FromMilliseconds(1500)
    request.recipient_address = " me@example.com "
    assert convert.webhook_test(request) == ("me@example.com", 1.5)
    request.timeout.FromSeconds(0)
    with pytest.raises(InvalidFields, match="timeout"):
        convert.webhook_test(request)
