"""The event log, export and import over each wire of a running service."""

import json
import urllib.parse
from typing import Any

import pytest
from google.protobuf import json_format

from service_support.framing import TEXT, decode_text, text_frame
from service_support.wires import Client, Refused
from smtpdiag.v1 import instance_pb2

from .conftest import Office

SMTP = {"sender_address": "a@example.com", "sender_name": "Ä", "tls": True, "host": "mx.example.com:587", "user": "u"}
PHRASE = "a passphrase for tests"


def add(client: Client, password: str = "", **changes: Any) -> str:
    plain = {"plain": {"password": password}} if password else {}
    identity: str = client("AddEmailProviderSMTP", **SMTP | plain | changes).id
    return identity


def export(client: Client, passphrase: str = "") -> instance_pb2.ConfigsDocument:
    document: instance_pb2.ConfigsDocument = client("ExportConfigs", passphrase=passphrase).document
    return document


def neighbour(office: Office, client: Client) -> Client:
    return office.client(client.wire)


# --- events -------------------------------------------------------------------------------------------------------


def test_every_change_is_in_the_log(office: Office, client: Client) -> None:
    first = add(client, office.secret("password"))
    second = client("AddEmailProviderHTTP", endpoint="https://hooks.example.com/x", description="d").id
    client("ActivateEmailProvider", id=first)
    client("ActivateEmailProvider", id=second)
    client("UpdateEmailProviderSMTP", id=first, **SMTP | {"host": "mx2.example.com:587"}, password=office.secret("new"))
    client("UpdateEmailProviderSMTPPassword", id=first, password=office.secret("newer"))
    client("DeactivateEmailProvider", id=second)
    client("UpdateEmailProviderHTTP", id=second, endpoint="https://hooks.example.com/y", expiration_signing_key={})
    client("RemoveEmailProvider", id=first)
    events = client("ListEvents").events
    name = instance_pb2.ConfigEventType.Name
    assert [
        (e.sequence, name(e.type).removeprefix("CONFIG_EVENT_TYPE_"), e.provider_id, list(e.changed_fields))
        for e in reversed(events)
    ] == [
        (1, "SMTP_ADDED", first, []),
        (2, "HTTP_ADDED", second, []),
        (3, "ACTIVATED", first, []),
        (4, "ACTIVATED", second, []),
        (5, "SMTP_CHANGED", first, ["host", "password"]),
        (6, "PASSWORD_CHANGED", first, ["password"]),
        (7, "DEACTIVATED", second, []),
        (8, "HTTP_CHANGED", second, ["endpoint", "description", "signing_key"]),
        (9, "REMOVED", first, []),
    ]
    by_sequence = {event.sequence: event for event in events}
    assert by_sequence[4].deactivated_provider_id == first
    assert by_sequence[5].smtp.host == "mx2.example.com:587"
    assert by_sequence[2].http == instance_pb2.HttpProvider(endpoint="https://hooks.example.com/x", description="d")
    assert by_sequence[9].WhichOneof("settings") is None
    assert len({event.actor_token_id for event in events}) == 1
    assert all(event.peer.startswith("127.0.0.1:") for event in events)
    assert all(event.HasField("create_time") for event in events)
    of_second = client("ListEvents", provider_id=second).events
    assert [event.sequence for event in of_second] == [8, 7, 4, 2]


def test_pages_go_on_while_others_write(office: Office, client: Client) -> None:
    for _ in range(5):
        add(client)
    seen, token = [], ""
    while True:
        page = client("ListEvents", page_size=2, page_token=token)
        seen += [event.sequence for event in page.events]
        add(client)
        token = page.next_page_token
        if not token:
            break
    assert seen == [5, 4, 3, 2, 1]


def test_a_page_token_is_of_its_instance_and_filter(office: Office, client: Client) -> None:
    stranger = neighbour(office, client)
    ids = [add(client) for _ in range(2)]
    add(stranger)
    token = client("ListEvents", page_size=1).next_page_token
    for caller, values in ((client, {"provider_id": ids[0]}), (stranger, {})):
        refusal = caller.refused("ListEvents", page_token=token, **values)
        assert (refusal.code, refusal.reason, refusal.fields) == (3, "FIELD_INVALID", ["page_token"])
    refusal = client.refused("ListEvents", page_token="made up", page_size=-1)
    assert refusal.fields == ["page_size", "page_token"]


def test_an_event_log_is_its_instances_own(office: Office, client: Client) -> None:
    add(client)
    assert list(neighbour(office, client)("ListEvents").events) == []


def test_who_did_it_is_told_by_the_tokens_name(office: Office) -> None:
    sandbox = Client(office.wires, "grpc", office.service.admin_token)
    add(sandbox)
    (event,) = sandbox("ListEvents", page_size=1).events
    assert event.actor_token_name == "sandbox"


def test_events_by_query(office: Office) -> None:
    client = office.client("rest")
    for _ in range(3):
        add(client)

    def get(query: str) -> Any:
        answer = client.wires.http("GET", f"/v1/events?{query}", None, client.headers())
        return answer.status, json.loads(answer.body)

    for query in ("pageSize=1", "page_size=1"):
        status, page = get(query)
        assert status == 200
        assert [event["sequence"] for event in page["events"]] == ["3"]
    status, page = get(f"page_size=5&page_token={urllib.parse.quote(page['nextPageToken'])}")
    assert [event["sequence"] for event in page["events"]] == ["2", "1"]
    for query, field in (("page_size=x", "page_size"), ("pageSize=1&page_size=1", "page_size")):
        status, error = get(query)
        assert status == 400
        assert error["details"][1]["fieldViolations"][0]["field"] == field


# --- export and import --------------------------------------------------------------------------------------------


def test_a_copy_of_an_instance(office: Office, client: Client) -> None:
    target = neighbour(office, client)
    first = add(client, office.secret("copied"), description="one")
    http = client("AddEmailProviderHTTP", endpoint="https://hooks.example.com/x")
    third = add(client, user="", description="no user")
    client("ActivateEmailProvider", id=http.id)
    document = export(client, PHRASE)
    assert [provider.id for provider in document.providers] == [first, http.id, third]
    imported = target("ImportConfigs", document=document, passphrase=PHRASE).providers
    kinds = instance_pb2.ImportedSecret
    assert [(p.old_id, kinds.Name(p.secret).removeprefix("IMPORTED_SECRET_"), p.active) for p in imported] == [
        (first, "STORED", False),
        (http.id, "STORED", True),
        (third, "NOT_NEEDED", False),
    ]
    copied = target("GetEmailProvider").config
    assert copied.id == imported[1].id != http.id
    assert copied.http.signing_key == http.signing_key
    again = export(target)
    assert [p.smtp for p in again.providers] == [p.smtp for p in document.providers]
    assert [p.state for p in again.providers] == [p.state for p in document.providers]
    assert [event.sequence for event in target("ListEvents").events] == [4, 3, 2, 1]
    # A second time beside the first, and the active one stays.
    target("ImportConfigs", document=document, passphrase=PHRASE)
    assert len(export(target).providers) == 6
    assert target("GetEmailProvider").config.id == imported[1].id


def test_a_stored_password_works_where_it_was_imported(office: Office, client: Client) -> None:
    target = neighbour(office, client)
    sandbox = office.service.sandbox
    host = f"{sandbox.host}:{sandbox.starttls_port}"
    add(client, sandbox.password, host=host, user=sandbox.user, tls=False)
    document = export(client, PHRASE)
    (imported,) = target("ImportConfigs", document=document, passphrase=PHRASE).providers
    target("TestEmailProviderSMTPById", id=imported.id, receiver_address="you@example.com")


def test_without_a_passphrase_there_is_no_secret(office: Office, client: Client) -> None:
    target = neighbour(office, client)
    add(client, office.secret("left out"))
    client("AddEmailProviderHTTP", endpoint="https://hooks.example.com/x")
    document = export(client)
    assert not document.HasField("encryption")
    assert not any(provider.secret for provider in document.providers)
    imported = target("ImportConfigs", document=document).providers
    assert [instance_pb2.ImportedSecret.Name(p.secret) for p in imported] == [
        "IMPORTED_SECRET_MISSING",
        "IMPORTED_SECRET_NEW_SIGNING_KEY",
    ]


def test_secrets_take_the_permission_to_write(office: Office, client: Client) -> None:
    add(client, office.secret("password"))
    viewer = Client(client.wires, client.wire, office.viewer, client.instance)
    assert len(export(viewer).providers) == 1
    refusal = viewer.refused("ExportConfigs", passphrase=PHRASE)
    assert (refusal.code, refusal.reason) == (7, "PERMISSION_MISSING")
    refusal = viewer.refused("ImportConfigs", document=export(viewer))
    assert (refusal.code, refusal.reason) == (7, "PERMISSION_MISSING")


def test_a_wrong_passphrase_is_one_clear_error(office: Office, client: Client) -> None:
    target = neighbour(office, client)
    add(client, office.secret("password"))
    document = export(client, PHRASE)
    refusal = target.refused("ImportConfigs", document=document, passphrase=PHRASE + "x")
    assert (refusal.code, refusal.reason, refusal.fields) == (3, "PASSPHRASE_WRONG", ["passphrase"])
    refusal = target.refused("ImportConfigs", document=document)
    assert refusal.fields == ["passphrase"]
    assert export(target).providers == []
    imported = target("ImportConfigs", document=document, skip_secrets=True).providers
    assert [p.secret for p in imported] == [instance_pb2.IMPORTED_SECRET_MISSING]


def test_a_password_does_not_follow_an_edited_host(office: Office, client: Client) -> None:
    target = neighbour(office, client)
    add(client, office.secret("password"))
    document = export(client, PHRASE)
    document.providers[0].smtp.host = "evil.example.com:587"
    refusal = target.refused("ImportConfigs", document=document, passphrase=PHRASE)
    assert (refusal.code, refusal.fields) == (3, ["document.providers[0].secret"])
    assert export(target).providers == []


def test_every_bad_field_is_named_and_nothing_added(office: Office, client: Client) -> None:
    for _ in range(4):
        add(client)
    document = export(client)
    document.providers[1].smtp.sender_address = "nobody"
    document.providers[3].smtp.host = "no port"
    document.providers[3].id = ""
    refusal = client.refused("ImportConfigs", document=document)
    assert (refusal.code, refusal.reason) == (3, "FIELD_INVALID")
    assert refusal.fields == [
        "document.providers[1].smtp.sender_address",
        "document.providers[3].id",
        "document.providers[3].smtp.host",
    ]
    assert len(export(client).providers) == 4


def test_no_more_are_named_than_travel_in_metadata(office: Office, client: Client) -> None:
    target = neighbour(office, client)
    add(client, office.secret("password"))
    document = export(client, PHRASE)
    for at in range(200):
        document.providers.add().CopyFrom(document.providers[0])
        document.providers[-1].id = str(at)
    refusal = target.refused("ImportConfigs", document=document, passphrase=PHRASE)
    assert refusal.fields == [f"document.providers[{at}].secret" for at in range(1, 21)]
    assert export(target).providers == []


def test_a_hostile_document_is_refused_before_anything_is_derived(office: Office, client: Client) -> None:
    add(client, office.secret("password"))
    document = export(client, PHRASE)
    document.encryption.argon2id.memory_kib = 2**32 - 1
    document.encryption.argon2id.iterations = 2**32 - 1
    refusal = client.refused("ImportConfigs", document=document, passphrase=PHRASE)
    assert refusal.fields == ["document.encryption.argon2id.memory_kib", "document.encryption.argon2id.iterations"]


def test_a_repeated_import_adds_nothing(office: Office, client: Client) -> None:
    target = neighbour(office, client)
    add(client, office.secret("password"))
    client("AddEmailProviderHTTP", endpoint="https://hooks.example.com/x")
    document, key = export(client, PHRASE), ("x-idempotency-key", "again")
    first = target("ImportConfigs", key, document=document, passphrase=PHRASE)
    assert target("ImportConfigs", key, document=document, passphrase=PHRASE) == first
    assert len(export(target).providers) == 2
    refusal = target.refused("ImportConfigs", key, document=document, passphrase=PHRASE, skip_secrets=True)
    assert refusal.reason == "IDEMPOTENCY_KEY_REUSED"


def test_a_short_passphrase_is_refused(client: Client) -> None:
    refusal = client.refused("ExportConfigs", passphrase="11 characte")
    assert (refusal.code, refusal.fields) == (3, ["passphrase"])


def test_the_largest_document_goes_there_and_back(office: Office, client: Client) -> None:
    target = neighbour(office, client)
    add(client, description="d" * 200)
    document = export(client)
    for at in range(1, 1000):
        document.providers.add().CopyFrom(document.providers[0])
        document.providers[at].id = str(at)
    assert len(json_format.MessageToJson(document, indent=None)) > 6 * 64 * 1024
    assert len(target("ImportConfigs", document=document).providers) == 1000
    assert len(export(target).providers) == 1000
    target("AddEmailProviderSMTP", **SMTP)
    refusal = target.refused("ExportConfigs")
    assert (refusal.code, refusal.reason) == (9, "EXPORT_TOO_LARGE")
    document.providers.add().CopyFrom(document.providers[0])
    assert target.refused("ImportConfigs", document=document).fields == ["document.providers"]


@pytest.mark.parametrize("wire", ["grpc", "grpc-web", "rest"])
def test_a_request_beyond_its_own_limit_is_refused(office: Office, wire: str) -> None:
    client = office.client(wire)
    document = instance_pb2.ConfigsDocument(format_version=1)
    for at in range(60):
        document.providers.add(id=str(at)).http.endpoint = "https://hooks.example.com/"
        document.providers[at].secret = b"s" * 20000
    with pytest.raises(Refused) as caught:
        client("ImportConfigs", document=document, passphrase=PHRASE)
    assert (caught.value.code, caught.value.reason) == (8, "REQUEST_TOO_LARGE")
    assert caught.value.info.metadata["limitBytes"] == str(1024 * 1024)
    with pytest.raises(Refused) as caught:
        client("AddEmailProviderHTTP", endpoint="https://hooks.example.com/", description="d" * 70_000)
    assert caught.value.info.metadata["limitBytes"] == str(64 * 1024)


def test_a_large_document_in_text_frames(office: Office) -> None:
    client = office.client("grpc-web")
    document = instance_pb2.ConfigsDocument(format_version=1)
    for at in range(400):
        document.providers.add(id=str(at)).http.endpoint = "https://hooks.example.com/" + "x" * 1000
    request = instance_pb2.ImportConfigsRequest(document=document)
    path = "/smtpdiag.v1.InstanceService/ImportConfigs"
    answer = client.wires.http("POST", path, text_frame(request), client.headers(), content_type=TEXT[1])
    assert b"grpc-status: 0" in decode_text(answer.body)


def test_the_saved_answer_of_an_export_is_the_body_of_an_import(office: Office) -> None:
    client, target = office.client("rest"), office.client("rest")
    add(client, office.secret("password"))
    body = json.dumps({"passphrase": PHRASE}).encode()
    saved = client.wires.http("POST", "/v1/configs/export", body, client.headers()).body
    sent = json.dumps({**json.loads(saved), "passphrase": PHRASE}).encode()
    answer = target.wires.http("POST", "/v1/configs/import", sent, target.headers())
    assert answer.status == 200
    assert json.loads(answer.body)["providers"][0]["secret"] == "IMPORTED_SECRET_STORED"
