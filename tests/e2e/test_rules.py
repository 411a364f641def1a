"""Every declared rule of every call, broken over each wire: one code, field and reference id; nothing is stored."""

import json
import re
from collections.abc import Iterator

import pytest

from service_support.families import Family
from service_support.rules import METHODS, Case, boundaries_of, violations_of
from service_support.wires import WIRES, Client, Refused, rest_of

from .conftest import Office

REFERENCE = "zitadel.admin.v1.AdminService"
COMMERCE = "ccadmin.v1.EmailService"

BROKEN = [case for method in METHODS.values() for case in violations_of(method)]
# Boundaries of the calls that dial nothing; the others' are tested where the rules are.
KEPT = [
    case
    for method in METHODS.values()
    if method.containing_service.full_name == REFERENCE and not method.name.startswith("Test")
    for case in boundaries_of(method)
]


@pytest.fixture(scope="module")
def caller(office: Office) -> Iterator[Client]:
    """An administrator whose instance must stay empty."""
    client = office.client("grpc")
    yield client
    assert Family("smtp", client).list()[0].processed_sequence == 0


@pytest.mark.parametrize("case", BROKEN, ids=str)
def test_a_broken_rule_is_named_over_each_wire(caller: Client, case: Case) -> None:
    method = METHODS[case.rpc]
    service = method.containing_service.full_name
    for wire in WIRES:
        if wire in ("rest", "bare"):
            _, path, _ = rest_of(method, wire, case.request)
            if case.empty and lacks_a_part(path):
                continue  # an empty part of a path is another path
            if service == COMMERCE:
                names_in_its_own_model(caller, case)
                continue
        with pytest.raises(Refused) as caught:
            caller.wires.call(wire, case.rpc, case.request, caller.headers())
        refusal = caught.value
        assert (refusal.code, refusal.reason, refusal.fields) == (3, "FIELD_INVALID", [case.path]), wire
        assert refusal.http in (None, 400)
        assert f"{case.path}: " in refusal.message
        if service == REFERENCE:
            assert refusal.reference.id == (case.reference or "FIELD_INVALID"), wire
            assert refusal.message.endswith(f" ({case.reference})") == bool(case.reference)
            assert refusal.reference.message in refusal.message


def lacks_a_part(path: str) -> bool:
    return bool(re.search(r"/(/|:|$)", path))


def names_in_its_own_model(caller: Client, case: Case) -> None:
    method = METHODS[case.rpc]
    verb, path, body = rest_of(method, "rest", case.request)
    answer = caller.wires.http(verb, path, body, caller.headers())
    assert answer.status == 400
    name = method.input_type.fields_by_name[case.path].json_name
    assert json.loads(answer.body)["o:errorPath"] == name


@pytest.mark.parametrize("wire", WIRES)
def test_what_just_keeps_the_rules_is_not_refused_for_them(office: Office, wire: str) -> None:
    client = office.client(wire)
    assert len(KEPT) > 50
    for case in KEPT:
        if wire in ("rest", "bare") and lacks_a_part(rest_of(METHODS[case.rpc], wire, case.request)[1]):
            continue
        try:
            client.wires.call(wire, case.rpc, case.request, client.headers())
        except Refused as refusal:  # for an id that nobody has, or for parts that are missing elsewhere
            if case.path in refusal.fields:
                raise
