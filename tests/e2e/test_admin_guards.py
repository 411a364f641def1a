"""Who may make each of the administration calls, for which instance, and what a repeated call gets; over each wire."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from service_support.families import FAMILIES, GOOD, Family
from service_support.rules import METHODS
from service_support.service import RunningService, create_token, running_service
from service_support.wires import WIRES, Client, Refused, open_wires, request_of
from zitadel.admin.v1 import admin_pb2

from .conftest import Office

ADMIN_RPCS = [method.name for method in admin_pb2.DESCRIPTOR.services_by_name["AdminService"].methods]
READS = {
    "GetSMTPConfig",
    "GetSMTPConfigById",
    "ListSMTPConfigs",
    "GetEmailProvider",
    "GetEmailProviderById",
    "ListEmailProviders",
}
ADDS = {
    "AddSMTPConfig": GOOD,
    "AddEmailProviderSMTP": GOOD,
    "AddEmailProviderHTTP": {"endpoint": "https://mail.example.com/hook"},
}


def usable(rpc: str, provider_id: str) -> dict[str, Any]:
    """Return good values for a call that is about a record."""
    values: dict[str, Any] = {"id": provider_id, "receiver_address": "you@example.com", **GOOD}
    values |= {"endpoint": "https://mail.example.com/hook"}
    known = request_of(rpc).DESCRIPTOR.fields_by_name
    return {name: value for name, value in values.items() if name in known}


def test_there_are_24_calls() -> None:
    assert len(ADMIN_RPCS) == 24


@pytest.mark.parametrize("rpc", ADMIN_RPCS)
def test_a_viewer_reads_and_nobody_else_gets_in(office: Office, client: Client, rpc: str) -> None:
    added = Family("smtp", client).add()
    Family("smtp", client)("activate", id=added)
    if "HTTP" in rpc and rpc not in ADDS:
        added = client("AddEmailProviderHTTP", endpoint="https://mail.example.com/").id
    log = Family("smtp", client).list()[0].processed_sequence
    values = usable(rpc, added)
    viewer = Client(client.wires, client.wire, office.viewer, client.instance)
    if rpc in READS:
        viewer(rpc, **values)
    else:
        refusal = viewer.refused(rpc, **values)
        assert (refusal.code, refusal.reason) == (7, "PERMISSION_MISSING")
        assert refusal.http in (None, 403)
        assert refusal.info.metadata["permission"] == "iam.write"
        assert refusal.reference.id == "PERMISSION_MISSING"
    for token in ("mp_unknown", "x y"):
        refusal = Client(client.wires, client.wire, token, client.instance).refused(rpc, **values)
        assert (refusal.code, refusal.reason) == (16, "TOKEN_INVALID")
        assert refusal.http in (None, 401)
        assert refusal.reference.id == "TOKEN_INVALID"
    assert Family("smtp", client).list()[0].processed_sequence == log


@pytest.mark.parametrize("rpc", ADMIN_RPCS)
def test_an_instance_that_the_token_is_not_for_is_not_found(office: Office, client: Client, rpc: str) -> None:
    for instance in ("office-no", "OFFICE-0", client.instance + " x", f"{client.instance}, {client.instance}", "*"):
        stranger = Client(client.wires, client.wire, office.admin, instance)
        refusal = stranger.refused(rpc, **usable(rpc, "1"))
        assert (refusal.code, refusal.reason) == (5, "INSTANCE_NOT_FOUND")
        assert refusal.http in (None, 404)
        assert refusal.reference.id == "INSTANCE_NOT_FOUND"


def test_a_header_without_a_value_names_no_instance_of_anybody(client: Client) -> None:
    """Rather than the first: a script whose variable is empty must not change the wrong instance."""
    nameless = Client(client.wires, client.wire, client.token)
    for headers in ([("x-instance-id", "")], [("x-instance-id", client.instance)] * 2):
        assert nameless.refused("ListSMTPConfigs", *headers).reason == "INSTANCE_NOT_FOUND"


@pytest.mark.parametrize("rpc", [rpc for rpc in ADMIN_RPCS if "id" in METHODS[rpc].input_type.fields_by_name])
def test_two_instances_see_nothing_of_each_other(office: Office, client: Client, rpc: str) -> None:
    family = Family("smtp", client)
    http = client("AddEmailProviderHTTP", endpoint="https://mail.example.com/").id
    smtp = family.add(user="me", password="p")
    family("activate", id=smtp)
    before = family.get(smtp), family.get(http), family.list()[0].processed_sequence
    neighbour = office.client(client.wire)
    values = usable(rpc, http if "HTTP" in rpc else smtp)
    if rpc.startswith("Test"):
        values |= {"user": "me"} if "user" in METHODS[rpc].input_type.fields_by_name else {}
    refusal = neighbour.refused(rpc, **values)
    assert (refusal.code, refusal.reason) == (5, "SMTP_CONFIG_NOT_FOUND")
    assert (family.get(smtp), family.get(http), family.list()[0].processed_sequence) == before


def test_each_instance_has_its_own_log_list_and_active_one(office: Office, client: Client) -> None:
    here, there = Family("smtp", client), Family("email", office.client(client.wire))
    first, second = here.add(), there.add()
    here("activate", id=first)
    assert there.refused("active").code == 5
    there("activate", id=second)
    assert (here.active().id, there.active().id) == (first, second)
    assert (here.active().details.sequence, there.active().details.sequence) == (2, 2)
    assert [[view.id for view in family.list()[1]] for family in (here, there)] == [[first], [second]]


def test_without_a_name_the_first_instance_is_meant(office: Office, client: Client) -> None:
    nameless = Client(client.wires, client.wire, office.admin)
    added = nameless("AddSMTPConfig", **GOOD)
    assert added.details.resource_owner == "office-0"
    named = Client(client.wires, client.wire, office.admin, "office-0")
    assert named("GetSMTPConfigById", id=added.id).smtp_config.id == added.id
    nameless("RemoveSMTPConfig", id=added.id)


# --- idempotency -------------------------------------------------------------------------------------------------


def keyed(key: str) -> tuple[str, str]:
    return ("x-idempotency-key", key)


@pytest.mark.parametrize("rpc", ADDS)
def test_a_repeated_add_is_answered_as_the_first_time_over_any_wire(office: Office, client: Client, rpc: str) -> None:
    key, values = keyed("!key~with/visible=characters"), ADDS[rpc]
    first = client(rpc, key, **values)
    for wire in WIRES:
        again = Client(client.wires, wire, client.token, client.instance)
        assert again(rpc, key, **values) == first
    record = Family("email", client).get(first.id)
    assert record.details.sequence == 1
    Family("email", client)("activate", id=first.id)
    assert client(rpc, key, **values) == first
    Family("email", client)("remove", id=first.id)
    again = client(rpc, key, **values)
    if rpc == "AddEmailProviderHTTP":  # with the provider its signing key was destroyed
        assert again.signing_key == ""
        again.signing_key = first.signing_key
    assert again == first
    assert Family("email", client).refused("get", id=first.id).code == 5
    assert Family("email", client).list()[0].processed_sequence == 3

    other = client.refused(rpc, key, **{**values, "description": "another"})
    assert (other.code, other.reason, other.fields) == (3, "IDEMPOTENCY_KEY_REUSED", ["x-idempotency-key"])
    assert other.http in (None, 400)
    assert other.reference.id == "IDEMPOTENCY_KEY_REUSED"
    assert client(rpc, keyed("another-key"), **values).id != first.id
    assert client(rpc, **values).id != first.id


def test_a_key_is_for_one_request_its_secret_included(client: Client, office: Office) -> None:
    key, password = keyed("k"), office.secret("repeated")
    first = client("AddSMTPConfig", key, **GOOD, user="me", password=password)
    assert client("AddSMTPConfig", key, **GOOD, user="me", password=password) == first
    for rpc, changes in (
        ("AddSMTPConfig", {"password": office.secret("another")}),
        ("AddSMTPConfig", {"password": ""}),
        ("AddEmailProviderSMTP", {"password": password}),
        ("AddEmailProviderSMTP", {"plain": {"password": password}}),
    ):
        assert client.refused(rpc, key, **GOOD, user="me", **changes).reason == "IDEMPOTENCY_KEY_REUSED"


def test_each_instance_and_each_token_has_its_own_keys(office: Office, client: Client) -> None:
    first = client("AddSMTPConfig", keyed("mine"), **GOOD)
    neighbour, colleague = office.client(client.wire), replace(client, token=office.colleague)
    for other in (neighbour, colleague):
        changed = other("AddSMTPConfig", keyed("mine"), **{**GOOD, "sender_name": "N"})
        assert changed.id != first.id
    assert client("AddSMTPConfig", keyed("mine"), **GOOD) == first


def test_a_call_that_was_refused_leaves_its_key_unused(client: Client) -> None:
    refusal = client.refused("AddSMTPConfig", keyed("k"), **{**GOOD, "host": "nowhere"})
    assert refusal.fields == ["host"]
    assert client("AddSMTPConfig", keyed("k"), **GOOD).details.sequence == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "twice", "a\tb", "k\u00e9y"])
@pytest.mark.parametrize("rpc", ADDS)
@pytest.mark.parametrize("wire", WIRES)
def test_a_key_that_is_none_is_named_beside_the_wrong_fields(office: Office, wire: str, rpc: str, key: str) -> None:
    client, headers = office.client(wire), [keyed(key)] * (2 if key == "twice" else 1)
    if wire == "grpc" and not (key.isprintable() and key.isascii()):
        client = office.client("grpc-web")  # the library of gRPC refuses to send such metadata
    refusal = client.refused(rpc, *headers, **ADDS[rpc])
    assert (refusal.code, refusal.reason, refusal.fields) == (3, "FIELD_INVALID", ["x-idempotency-key"])
    refusal = client.refused(rpc, *headers, **{**ADDS[rpc], "description": "d" * 201})
    assert refusal.fields == ["description", "x-idempotency-key"]


def test_a_key_has_no_meaning_for_what_adds_nothing(client: Client) -> None:
    family = Family("smtp", client)
    added = family.add()
    for key in ("k", "not a key"):
        client("ActivateSMTPConfig", keyed(key), id=added)
        client("DeactivateSMTPConfig", keyed(key), id=added)
        client("ListSMTPConfigs", keyed(key))
    assert family.get(added).details.sequence == 5


def test_the_same_add_at_the_same_time_adds_once(office: Office) -> None:
    clients = [office.client(WIRES[0])]
    clients += [Client(office.wires, wire, office.admin, clients[0].instance) for wire in WIRES * 4]
    start, answers = threading.Barrier(len(clients)), []

    def add(client: Client) -> None:
        start.wait()
        answers.append(client("AddSMTPConfig", keyed("at-once"), **GOOD))

    threads = [threading.Thread(target=add, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(clients)
    assert all(answer == answers[0] for answer in answers)
    assert Family("smtp", clients[0]).list()[0].total_result == 1


@pytest.mark.parametrize("key", ["k", '"k"'])
def test_the_standard_header_has_the_same_key(office: Office, client: Client, key: str) -> None:
    first = client("AddSMTPConfig", keyed("k"), **GOOD)
    assert client("AddSMTPConfig", ("idempotency-key", key), **GOOD) == first
    both = client.refused("AddSMTPConfig", keyed("another"), ("idempotency-key", key), **GOOD)
    assert (both.code, both.fields) == (3, ["idempotency-key"])


# --- no lost updates ---------------------------------------------------------------------------------------------


CONDITIONAL = {
    "UpdateSMTPConfig": {**GOOD, "description": "new"},
    "UpdateSMTPConfigPassword": {"password": "new"},
    "UpdateEmailProviderSMTP": {**GOOD, "description": "newer"},
    "UpdateEmailProviderSMTPPassword": {"password": "newer"},
    "ActivateSMTPConfig": {},
    "DeactivateSMTPConfig": {},
    "ActivateEmailProvider": {},
    "DeactivateEmailProvider": {},
}


def based_on(sequence: object) -> tuple[str, str]:
    return ("x-expected-sequence", str(sequence))


def test_what_is_based_on_another_sequence_is_aborted(client: Client) -> None:
    family = Family("email", client)
    added = family.add()
    hook = client("AddEmailProviderHTTP", endpoint="https://mail.example.com/hook").id
    calls = [(rpc, {**values, "id": added}) for rpc, values in CONDITIONAL.items()]
    calls += [("UpdateEmailProviderHTTP", {"id": hook, "endpoint": "https://mail.example.com/new"})]
    calls += [("RemoveSMTPConfig", {"id": added}), ("RemoveEmailProvider", {"id": hook})]
    assert {rpc for rpc, _ in calls} == {
        name for name in ADMIN_RPCS if name.startswith(("Update", "Activate", "Deactivate", "Remove"))
    }
    for rpc, values in calls:
        present = family.get(values["id"]).details.sequence
        for wrong in (0, present - 1, present + 1, 2**64 - 1):
            refusal = client.refused(rpc, based_on(wrong), **values)
            assert (refusal.code, refusal.reason, refusal.http) in (
                (10, "SEQUENCE_MISMATCH", http) for http in (None, 409)
            )
            assert dict(refusal.info.metadata) == {"expectedSequence": str(wrong), "sequence": str(present)}
        assert client.refused(rpc, based_on("x"), **values).fields == ["x-expected-sequence"]
        assert client.refused(rpc, based_on(present), **{**values, "id": "1"}).code == 5
        assert family.get(values["id"]).details.sequence == present
        client(rpc, based_on(present), **values)
    assert family.list()[0].total_result == 0
    assert client.refused("AddSMTPConfig", based_on(1), **GOOD).fields == ["x-expected-sequence"]


def test_of_updates_on_one_sequence_one_is_carried_out(office: Office) -> None:
    first = office.client(WIRES[0])
    clients = [Client(office.wires, wire, office.admin, first.instance) for wire in WIRES * 4]
    added = Family("smtp", first).add()
    start, won, lost = threading.Barrier(len(clients)), [], []

    def update(number: int, client: Client) -> None:
        start.wait()
        try:
            client("UpdateSMTPConfig", based_on(1), id=added, **{**GOOD, "description": str(number)})
        except Refused as refusal:
            lost.append(refusal.reason)
        else:
            won.append(str(number))

    threads = [threading.Thread(target=update, args=pair) for pair in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lost == ["SEQUENCE_MISMATCH"] * (len(clients) - 1)
    assert [Family("smtp", first).get(added).description] == won


def test_a_header_that_decides_is_not_misspelt(client: Client) -> None:
    for name, meant in (("x-instanceid", "x-instance-id"), ("x-expected-seqence", "x-expected-sequence")):
        refusal = client.refused("AddSMTPConfig", (name, "1"), **GOOD)
        assert (refusal.code, refusal.reason, refusal.fields) == (3, "FIELD_UNKNOWN", [name])
        assert refusal.info.metadata["nearest"] == meant
    assert Family("smtp", client).list()[0].total_result == 0


def test_the_numbers_of_a_newer_client_are_passed_over(office: Office) -> None:
    """Protobuf has no names; what it does not know is of a newer release, also where names are taken strictly."""
    client = office.client("grpc")
    newer = request_of("AddSMTPConfig", **GOOD)
    newer.MergeFromString(b"\xfa\xff\xff\xff\x0f\x00")
    assert client.wires.call("grpc", "AddSMTPConfig", newer, client.headers(("x-strict", "true"))).id
    assert client.refused("AddSMTPConfig", ("x-strict", "maybe"), **GOOD).fields == ["x-strict"]


# --- one configuration an instance -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningService, str]]:
    with running_service(tmp_path_factory.mktemp("single") / "data", "--single-config") as service:
        instances = [part for wire in WIRES for name in FAMILIES for part in ("--instance", f"{wire}-{name}")]
        yield service, create_token(service.data_dir, "admin", *instances)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("name", FAMILIES)
def test_a_second_configuration_is_refused_where_one_is_all(
    single: tuple[RunningService, str], wire: str, name: str
) -> None:
    service, token = single
    with open_wires(service) as wires:
        client = Client(wires, wire, token, f"{wire}-{name}")
        family, rpc = Family(name, client), FAMILIES[name]["add"]
        added = client(rpc, keyed("once"), **GOOD)
        for other, values in ADDS.items():
            refusal = client.refused(other, **values)
            assert (refusal.code, refusal.reason, refusal.reference.id) == (6, "SMTP_CONFIG_EXISTS", "INST-W3VS2")
            assert refusal.http in (None, 409)
        assert client(rpc, keyed("once"), **GOOD) == added
        family("remove", id=added.id)
        assert family.add() != added.id
