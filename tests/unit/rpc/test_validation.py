"""The declared rules: each kind, the paths it names, and that all violations are collected."""

import pytest
from google.protobuf.message import Message

from ccadmin.v1 import email_pb2
from mailproof.rpc.validation import violations
from smtpdiag.v1 import diagnosis_pb2
from zitadel.admin.v1 import admin_pb2
from zitadel.v1 import object_pb2


def broken(message: Message) -> dict[str, str]:
    return {violation.field: violation.description for violation, _ in violations(message)}


def add(**changes: object) -> admin_pb2.AddSMTPConfigRequest:
    fields: dict[str, object] = {"sender_address": "a@example.com", "sender_name": "A", "host": "mx.example.com:587"}
    return admin_pb2.AddSMTPConfigRequest(**(fields | changes))  # type: ignore[arg-type]


def test_a_good_request_has_no_violation() -> None:
    assert broken(add()) == {}
    assert broken(add(sender_address="  a@example.com ", host=" [2001:db8::1]:25 ")) == {}
    assert broken(add(sender_address="jörg@exämple.de", sender_name="名前")) == {}


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("sender_address", "", "must not be empty"),
        ("sender_address", "   ", "must not be empty"),
        ("sender_address", "a@example.com\r\nRCPT TO:<x@y.example>", "control characters"),
        ("sender_address", "nobody", "@"),
        ("sender_name", "x" * 201, "at most 200 characters"),
        ("sender_name", "x\x00", "control characters"),
        ("host", "mx.example.com", "a host and a port"),
        ("host", "mx.example.com:0", "between 1 and 65535"),
        ("host", "mx.example.com:65536", "between 1 and 65535"),
        ("host", "mx.example.com:587\n", "control characters"),
        ("host", "2001:db8::1:587", "brackets"),
        ("host", "smtp://mx.example.com", 'must be a host and a port, like "mx.example.com:587"'),
        ("host", "x" * 500 + ":25", "at most 500 characters"),
        ("host", "me@gmail.com", "is a mail address and no server; did you mean smtp.gmail.com (Gmail)?"),
        ("host", "me@example.org", "DiscoverSettings"),
        ("host", "imaps://imap.example.com:993", "mail is read from"),
        ("host", "smtps://u:pw@smtp.example.com", "must not hold a user or password"),
        ("reply_to_address", "a@@b", ""),
        ("description", "d" * 201, "at most 200 characters"),
        ("user", "u" * 501, "at most 500 characters"),
        ("user", "me\r\nQUIT", "control characters"),
        ("password", "p" * 5001, "at most 5000 characters"),
    ],
)
def test_one_violation(field: str, value: str, says: str) -> None:
    found = broken(add(**{field: value}))
    assert list(found) == [field]
    assert says in found[field]


def test_lengths_count_characters_not_bytes() -> None:
    assert broken(add(sender_name="ü" * 200)) == {}
    assert broken(add(sender_name="ü" * 201)) != {}


def test_a_password_may_hold_anything() -> None:
    assert broken(add(password="\x01 p\tü\r\n")) == {}


def test_all_violations_are_collected() -> None:
    assert set(broken(admin_pb2.AddSMTPConfigRequest())) == {"sender_address", "sender_name", "host"}


def test_parts_are_named_by_their_path() -> None:
    request = admin_pb2.ListSMTPConfigsRequest(query=object_pb2.ListQuery(limit=1001))
    assert broken(request) == {"query.limit": "must be at most 1000"}
    scopes = diagnosis_pb2.XOAuth2(client_credentials=diagnosis_pb2.ClientCredentials(scopes=["fine", "x" * 501]))
    assert list(broken(diagnosis_pb2.DiagnoseRequest(host="mx.example.com", xoauth2=scopes))) == [
        "xoauth2.client_credentials.scopes[1]"
    ]


def test_an_unknown_enum_is_named() -> None:
    request = diagnosis_pb2.DiagnoseRequest(host="mx.example.com", tls_mode=99)  # type: ignore[arg-type]
    assert "TLS_MODE_IMPLICIT" in broken(request)["tls_mode"]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "25x", "٢٥", " ", ""])
def test_a_commerce_port_is_a_decimal_string(port: str) -> None:
    request = email_pb2.TestSmtpConnectionRequest(email_smtp_host="mx.example.com", email_smtp_port=port)
    assert list(broken(request)) == ["email_smtp_port"]


@pytest.mark.parametrize("method", ["ssl", "STARTTLS", "none"])
def test_a_commerce_auth_method_is_ssl_tls_or_empty(method: str) -> None:
    request = email_pb2.TestSmtpConnectionRequest(
        email_smtp_host="mx.example.com", email_smtp_port="25", email_smtp_auth_method=method
    )
    assert list(broken(request)) == ["email_smtp_auth_method"]


@pytest.mark.parametrize(
    ("anchors", "says"),
    [
        ("not a certificate", "holds no certificate"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "can't be read"),
    ],
)
def test_trust_anchors_must_be_certificates(anchors: str, says: str) -> None:
    request = diagnosis_pb2.DiagnoseRequest(host="mx.example.com", ca_pem=anchors)
    assert says in broken(request)["ca_pem"]


def test_the_reference_id_of_a_violation_is_known() -> None:
    request = add(host="mx.example.com")
    assert [(violation.field, reference) for violation, reference in violations(request)] == [
        ("host", "COMMAND-EvAtufIinh")
    ]


WEBHOOK = admin_pb2.AddEmailProviderHTTPRequest


@pytest.mark.parametrize(
    "url",
    ["https://hooks.example.com/mail?key=1", "http://[2001:db8::1]:8080/", "https://192.0.2.7", " https://a.example "],
)
def test_a_webhook_is_a_url_of_https_or_http(url: str) -> None:
    assert broken(WEBHOOK(endpoint=url)) == {}


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "must not be empty"),
        ("hooks.example.com/mail", "begins with https:// or http://"),
        ("ftp://hooks.example.com/", "begins with https:// or http://"),
        ("https:///mail", "begins with https:// or http://"),
        ("https://me:secret@hooks.example.com/", "must not hold a user or password"),
        ("https://hooks.example.com/#part", "must not have a fragment"),
        ("https://hooks.example.com:0/", "between 1 and 65535"),
        ("https://hooks.example.com:70000/", "must be a URL"),
        ("https://hooks.example.com/a b", "without spaces"),
        ("https://höoks.example.com/", "in ASCII"),
        ("https://hooks..example.com/", "valid host name"),
        ("https://hooks.example.com/\r\nX-Evil: 1", "control characters"),
        ("https://hooks.example.com/" + "x" * 2048, "at most 2048 characters"),
    ],
)
def test_what_is_no_webhook(url: str, says: str) -> None:
    found = broken(WEBHOOK(endpoint=url))
    assert list(found) == ["endpoint"]
    assert says in found["endpoint"]


def oauth(endpoint: str = "https://login.example/token", scopes: tuple[str, ...] = ()) -> Message:
    client = admin_pb2.SMTPXOAuth2Auth.ClientCredentials(client_id="me", client_secret="s")
    return admin_pb2.SMTPXOAuth2Auth(token_endpoint=endpoint, scopes=scopes, client_credentials=client)


def test_a_token_endpoint_is_a_url_of_https() -> None:
    assert broken(oauth()) == {}
    assert "begins with https://" in broken(oauth("http://login.example/token"))["token_endpoint"]


def test_scopes_are_checked_and_counted() -> None:
    assert broken(oauth(scopes=("https://outlook.office365.com/.default", "openid"))) == {}
    assert list(broken(oauth(scopes=("fine", "two words", 'a"b', "")))) == ["scopes[1]", "scopes[2]", "scopes[3]"]
    assert broken(oauth(scopes=("s",) * 20)) == {}
    assert broken(oauth(scopes=("s",) * 21)) == {"scopes": "must have at most 20 items"}
