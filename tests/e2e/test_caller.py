"""Who one is, over each wire of a running service."""

import hashlib
from datetime import timedelta

from service_support.wires import Client
from smtpdiag.v1 import access_pb2

from .conftest import Office


def test_a_caller_is_told_who_they_are_over_every_wire(office: Office, client: Client) -> None:
    for text, role, permissions in (
        (office.admin, access_pb2.ROLE_ADMIN, ["iam.read", "iam.secrets", "iam.write"]),
        (office.colleague, access_pb2.ROLE_ADMIN, ["iam.read", "iam.write"]),
        (office.viewer, access_pb2.ROLE_VIEWER, ["iam.read"]),
    ):
        answer = Client(office.wires, client.wire, text, client.instance)("GetCaller")
        assert answer.id
        assert answer.fingerprint == hashlib.sha256(text.encode()).hexdigest()[:12]
        assert answer.kind == access_pb2.CALLER_KIND_TOKEN
        assert (answer.role, answer.permissions) == (role, permissions)
        assert answer.instance == client.instance
        assert client.instance in answer.instances
        lasts = answer.expire_time.ToDatetime() - answer.create_time.ToDatetime()
        assert timedelta(days=364) < lasts <= timedelta(days=365), "what create gives by default"
        assert not answer.expires_soon


def test_nobody_else_is_told_anything(office: Office, client: Client) -> None:
    stranger = Client(office.wires, client.wire, "mp_unknown", client.instance)
    assert stranger.refused("GetCaller").code == 16
    elsewhere = Client(office.wires, client.wire, office.admin, "no-such-instance")
    assert elsewhere.refused("GetCaller").code == 5
