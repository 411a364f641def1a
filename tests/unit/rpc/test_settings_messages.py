"""Every field of a provider's settings is in every message that shows or takes them, but for those that are named."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.errors import InvalidFields
from mailproof.domain.model import (
    Details,
    HttpSettings,
    OAuthClient,
    Provider,
    ProviderSettings,
    ProviderState,
    SmtpSettings,
)
from mailproof.domain.secret import Secret
from mailproof.rpc import admin_messages, instance_messages
from mailproof.rpc.settings_messages import http_settings, shared, smtp_settings
from mailproof.usecases.documents import Document, Entry
from smtpdiag.v1 import instance_pb2
from zitadel.admin.v1 import admin_pb2
from zitadel.settings.v1 import settings_pb2

NOW = datetime(2026, 1, 2, tzinfo=UTC)

# Where an access token comes from has another form in each family of messages; the round trips below read it back.
OLD_CALLS = {"oauth"}
# The reference's tests take nothing that a test message does not need.
TESTS = {"oauth", "reply_to_address", "description"}
LACKING: list[tuple[type[ProviderSettings], type[Message], set[str]]] = [
    (SmtpSettings, admin_pb2.AddSMTPConfigRequest, OLD_CALLS),
    (SmtpSettings, admin_pb2.UpdateSMTPConfigRequest, OLD_CALLS),
    (SmtpSettings, admin_pb2.TestSMTPConfigRequest, TESTS),
    (SmtpSettings, admin_pb2.AddEmailProviderSMTPRequest, {"oauth"}),
    (SmtpSettings, admin_pb2.UpdateEmailProviderSMTPRequest, {"oauth"}),
    (SmtpSettings, admin_pb2.TestEmailProviderSMTPRequest, TESTS),
    (SmtpSettings, settings_pb2.SMTPConfig, OLD_CALLS),
    (SmtpSettings, settings_pb2.EmailProviderSMTP, {"oauth", "description"}),  # the description is in EmailProvider
    (SmtpSettings, instance_pb2.SmtpProvider, {"oauth"}),
    (HttpSettings, admin_pb2.AddEmailProviderHTTPRequest, set()),
    (HttpSettings, admin_pb2.UpdateEmailProviderHTTPRequest, set()),
    (HttpSettings, settings_pb2.SMTPConfig, {"endpoint"}),  # the SMTP calls show an HTTP provider without it
    (HttpSettings, settings_pb2.EmailProviderHTTP, {"description"}),
    (HttpSettings, instance_pb2.HttpProvider, set()),
]


@pytest.mark.parametrize(("kind", "message", "lacking"), LACKING)
def test_a_message_has_every_field_of_the_settings(
    kind: type[ProviderSettings], message: type[Message], lacking: set[str]
) -> None:
    assert set(shared(kind, message)) == {each.name for each in fields(kind)} - lacking


def filled(kind: Any) -> Any:
    """Return a value of a class of settings whose fields all differ from their defaults and from each other."""
    of: dict[str, Any] = {
        "str": lambda name: f"the {name}",
        "bool": lambda _: True,
        "tuple[str, ...]": lambda name: (f"{name}1", f"{name}2"),
        "OAuthClient | None": lambda _: filled(OAuthClient),
    }
    return kind(**{each.name: of[str(each.type)](each.name) for each in fields(kind)})


def provider(settings: ProviderSettings) -> Provider:
    return Provider("7", settings, ProviderState.INACTIVE, Details(1, NOW, NOW, "100"), 1)


def add(shown: settings_pb2.EmailProvider) -> admin_pb2.AddEmailProviderSMTPRequest:
    """Return the request that adds a provider as it is shown."""
    request = admin_pb2.AddEmailProviderSMTPRequest(description=shown.description)
    for field, value in shown.smtp.ListFields():
        if field.name == "xoauth2":
            request.xoauth2.token_endpoint = value.token_endpoint
            request.xoauth2.scopes.extend(value.scopes)
            request.xoauth2.client_credentials.client_id = value.client_credentials.client_id
        elif field.message_type is None:
            setattr(request, field.name, value)
    return request


def test_what_is_shown_of_a_provider_can_be_added_and_is_the_same() -> None:
    settings = filled(SmtpSettings)
    shown = admin_messages.email_provider(provider(settings), lambda _: Secret(""))
    assert admin_messages.smtp_input(add(shown)).settings == settings


def test_what_is_shown_of_a_configuration_is_all_but_its_client() -> None:
    settings = filled(SmtpSettings)
    shown = admin_messages.smtp_config(provider(settings))
    assert smtp_settings(shown, settings.oauth) == settings


@pytest.mark.parametrize("settings", [filled(SmtpSettings), filled(HttpSettings)])
def test_what_is_exported_can_be_imported_and_is_the_same(settings: ProviderSettings) -> None:
    message = instance_messages.exported(Document("100", (Entry("7", settings),)))
    imported = instance_messages.document(instance_pb2.ImportConfigsRequest(document=message))
    assert [entry.settings for entry in imported.entries] == [settings]


@given(st.text(), st.booleans())
def test_texts_are_trimmed_and_nothing_else_is_changed(text: str, tls: bool) -> None:
    text = text.encode("utf-8", "replace").decode()
    request = admin_pb2.AddSMTPConfigRequest(sender_name=f" \t{text}\n", tls=tls)
    read = smtp_settings(request, None)
    assert (read.sender_name, read.tls, read.host) == (text.strip(), tls, "")
    assert http_settings(instance_pb2.HttpProvider(endpoint=f" {text} ")) == HttpSettings(text.strip())


@pytest.mark.parametrize(
    ("host", "kept"),
    [
        (" SMTP.example.com:587 ", "SMTP.example.com:587"),
        ("smtp://smtp.example.com:587/", "smtp.example.com:587"),
        ("smtps://smtp.example.com", "smtp.example.com:465"),
    ],
)
def test_a_host_is_kept_as_host_and_port(host: str, kept: str) -> None:
    request = admin_pb2.AddSMTPConfigRequest(sender_address="a@example.com", host=host, tls=True)
    assert smtp_settings(request, None).host == kept


def test_a_url_that_demands_tls_contradicts_tls_false() -> None:
    smtp = instance_pb2.SmtpProvider(host="smtps://smtp.example.com")
    provider = instance_pb2.ExportedProvider(id="1", smtp=smtp)
    request = instance_pb2.ImportConfigsRequest(document=instance_pb2.ConfigsDocument(providers=[provider]))
    with pytest.raises(InvalidFields) as refused:
        instance_messages.document(request)
    assert [(each.field, each.description) for each in refused.value.violations] == [
        ("document.providers[0].smtp.tls", "must be true: smtps:// in host demands TLS")
    ]
