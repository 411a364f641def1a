"""Which field is meant by a name that a message does not have."""

import pytest
from google.protobuf.descriptor import Descriptor

from ccadmin.v1 import email_pb2
from mailproof.rpc.near_names import NearField, near_field
from smtpdiag.v1 import diagnosis_pb2, instance_pb2
from zitadel.admin.v1 import admin_pb2

ADD = admin_pb2.AddSMTPConfigRequest.DESCRIPTOR
UPDATE = admin_pb2.UpdateSMTPConfigRequest.DESCRIPTOR
PASSWORD = admin_pb2.UpdateSMTPConfigPasswordRequest.DESCRIPTOR
LIST = admin_pb2.ListSMTPConfigsRequest.DESCRIPTOR
EMAIL = admin_pb2.AddEmailProviderSMTPRequest.DESCRIPTOR
COMMERCE = email_pb2.TestSmtpConnectionRequest.DESCRIPTOR
DIAGNOSE = diagnosis_pb2.DiagnoseRequest.DESCRIPTOR
EVENTS = instance_pb2.ListEventsRequest.DESCRIPTOR


@pytest.mark.parametrize(
    ("message", "name", "meant"),
    [
        *((ADD, name, "tls") for name in ("TLS", "Tls", "tls ", "t-l-s", "tsl", "ttls", "ssl", "useTls", "startTLS")),
        *((PASSWORD, name, "password") for name in ("passwort", "Password", "pasword", "PASSWORD", "passwd", "pwd")),
        (ADD, "SenderAddress", "senderAddress"),
        (ADD, "sender-address", "senderAddress"),
        (ADD, "sender__adress", "sender_address"),
        (ADD, "hots", "host"),
        (ADD, "username", "user"),
        (UPDATE, "descripton", "description"),
        (COMMERCE, "emailSmtpHost", "emailSMTPHost"),
        (COMMERCE, "EMAILSMTPPASSWORD", "emailSMTPPassword"),
        (DIAGNOSE, "tls", "tlsMode"),
    ],
)
def test_what_is_surely_meant(message: Descriptor, name: str, meant: str) -> None:
    assert near_field(message, message, name, ()) == NearField(
        meant, message.fields_by_camelcase_name[meant].name if "_" not in meant else meant, sure=True
    )


@pytest.mark.parametrize(
    ("message", "name", "meant"),
    [
        (ADD, "from", "senderAddress"),
        (ADD, "smtpServer", "host"),
        (DIAGNOSE, "receiverAddress", "recipient"),
        (LIST, "limit", "query.limit"),  # of a message within
        (EVENTS, "limit", "pageSize"),
        (EMAIL, "token_endpoint", "xoauth2.tokenEndpoint"),
    ],
)
def test_what_is_suggested(message: Descriptor, name: str, meant: str) -> None:
    near = near_field(message, message, name, ())
    assert near is not None
    assert (near.path, near.sure) == (meant, False)


@pytest.mark.parametrize("name", ["", "color", "x", "tlx", "@type", "ü", "noSuchField", "\0", "t" * 5000, "siteId"])
def test_what_resembles_nothing(name: str) -> None:
    assert near_field(ADD, ADD, name, ()) is None


def test_a_field_that_is_given_is_not_meant() -> None:
    assert near_field(ADD, ADD, "TLS", {"tls"}) is None or not near_field(ADD, ADD, "TLS", {"tls"}).sure  # type: ignore[union-attr]


def compatible() -> list[Descriptor]:
    methods = admin_pb2.DESCRIPTOR.services_by_name["AdminService"].methods
    return [method.input_type for method in methods] + [COMMERCE]


def test_no_other_field_of_these_apis_is_surely_a_misspelt_one() -> None:
    """A client that sends one form to several calls must not be refused for it."""
    names = {field.json_name for message in compatible() for field in message.fields}
    wrong = {
        (message.name, name, near.path)
        for message in compatible()
        for name in names - {field.json_name for field in message.fields}
        if (near := near_field(message, message, name, ())) is not None and near.sure
        if not name.startswith("emailSMTP") and message is not COMMERCE  # two APIs, whose words differ
    }
    assert wrong == set()
