"""The whole life of a configuration in both families of calls over each wire: states, details, lists, removal."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from service_support.families import ACTIVE, FAMILIES, GOOD, INACTIVE, Family
from service_support.wires import Client

from .conftest import Office

FULL: dict[str, Any] = {
    "sender_address": "jörg@exämple.de",
    "sender_name": "Jörg 名前",
    "tls": True,
    "host": "[2001:db8::1]:465",
    "user": "me",
    "reply_to_address": "answers@example.com",
}


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest, client: Client) -> Family:
    return Family(request.param, client)


def other(family: Family) -> Family:
    """Return the other family of the same client: there is one set of records."""
    (name,) = set(FAMILIES) - {family.name}
    return Family(name, family.client)


def test_what_is_added_is_inactive_and_read_as_it_was_sent(family: Family) -> None:
    added = family("add", **FULL, password="p", description="for people")
    assert added.id.isdigit()
    assert added.details.sequence == 1
    assert added.details.HasField("change_date")
    assert added.details.creation_date == added.details.change_date
    assert added.details.resource_owner == family.client.instance
    for reader in (family, other(family)):
        read = reader.get(added.id)
        assert (read.id, read.state, read.description, read.smtp) == (added.id, INACTIVE, "for people", FULL)
        assert read.details.sequence == 1
        assert read.details.creation_date == read.details.change_date == added.details.change_date
        assert read.details.resource_owner == family.client.instance


def test_texts_are_stored_trimmed(family: Family) -> None:
    spaced = {name: f"  {value} " if isinstance(value, str) else value for name, value in FULL.items()}
    read = family.get(family.add(**spaced, description="  for people\u00a0"))
    assert (read.smtp, read.description) == (FULL, "for people")


def test_nothing_is_active_until_one_is_activated(family: Family) -> None:
    added = family.add()
    refusal = family.refused("active")
    assert (refusal.code, refusal.reason) == (5, "SMTP_CONFIG_NOT_FOUND")
    assert refusal.reference.id == "QUERY-fwofw"
    answer = family("activate", id=added)
    assert answer.details.sequence == 2
    assert answer.details.creation_date == answer.details.change_date
    for reader in (family, other(family)):
        assert (reader.active().id, reader.active().state) == (added, ACTIVE)
    assert family.get(added).details.change_date == answer.details.change_date


def test_an_activation_makes_the_other_inactive_with_the_same_event(family: Family) -> None:
    first, second, third = family.add(), other(family).add(), family.add()
    untouched = family.get(third)
    family("activate", id=first)
    answer = family("activate", id=second)
    for each, state in ((first, INACTIVE), (second, ACTIVE)):
        read = family.get(each)
        assert (read.state, read.details.sequence) == (state, 5)
        assert read.details.change_date == answer.details.change_date
        assert read.details.creation_date != read.details.change_date
    assert family.get(third) == untouched
    assert [read.state for read in family.list(asc=True)[1]] == [INACTIVE, ACTIVE, INACTIVE]


def test_a_second_activation_is_refused(family: Family) -> None:
    added = family.add()
    family("activate", id=added)
    before = family.get(added)
    for caller in (family, other(family)):
        refusal = caller.refused("activate", id=added)
        assert (refusal.code, refusal.reason) == (9, "SMTP_CONFIG_ALREADY_ACTIVE")
        assert refusal.reference.id == "COMMAND-vUHBSmBzaw"
        assert refusal.http in (None, 400)
    assert family.get(added) == before


def test_deactivation_leaves_none_active_and_is_refused_the_second_time(family: Family) -> None:
    added = family.add()
    refusal = family.refused("deactivate", id=added)
    assert (refusal.code, refusal.reason) == (9, "SMTP_CONFIG_ALREADY_INACTIVE")
    assert refusal.reference.id == "COMMAND-km8g3"
    assert refusal.message == "SMTP configuration already deactivated (COMMAND-km8g3)"
    family("activate", id=added)
    answer = family("deactivate", id=added)
    assert answer.details.sequence == 3
    assert answer.details.HasField("creation_date")
    assert family.get(added).state == INACTIVE
    assert family.refused("active").code == 5
    family("activate", id=added)
    assert family.active().details.sequence == 4


@pytest.mark.parametrize("active", [False, True])
def test_removal_in_any_state(family: Family, active: bool) -> None:
    kept, added = family.add(), family.add()
    if active:
        family("activate", id=added)
    answer = family("remove", id=added)
    assert answer.details.sequence == 3 + active
    assert not answer.details.HasField("creation_date")
    assert family.refused("get", id=added).code == 5
    assert family.refused("active").code == 5
    details, records = family.list()
    assert (details.total_result, [read.id for read in records]) == (1, [kept])
    assert details.processed_sequence == 3 + active
    assert family.refused("remove", id=added).reference.id == "COMMAND-09CXlTDL6w"


def test_an_update_replaces_all_and_keeps_the_state(family: Family) -> None:
    added = family.add(**FULL, password="p", description="before")
    family("activate", id=added)
    changed = {**GOOD, "user": "you", "password": "q"}
    answer = family("update", id=added, **changed)
    assert answer.details.sequence == 3
    assert not answer.details.HasField("creation_date")
    read = family.get(added)
    assert (read.state, read.description) == (ACTIVE, "")
    assert read.smtp == {**GOOD, "tls": False, "user": "you", "reply_to_address": ""}
    assert (read.details.sequence, read.details.change_date) == (3, answer.details.change_date)
    assert read.details.creation_date != read.details.change_date


def test_an_update_that_changes_nothing_succeeds_without_an_event(family: Family) -> None:
    added = family.add(**FULL, password="p")
    first = family.get(added).details
    for again in ({"password": "p"}, {}):
        answer = family("update", id=added, **FULL, **again)
        assert (answer.details.sequence, answer.details.change_date) == (1, first.change_date)
        assert not answer.details.HasField("creation_date")
    family.add()
    assert family.list()[0].processed_sequence == 2


UNKNOWN = {
    "get": "QUERY-fwofw",
    "update": "COMMAND-j5IDFtt3T1",
    "password": "COMMAND-rDHzqjGuKQ",
    "activate": "COMMAND-E9K20hxOS9",
    "deactivate": "COMMAND-k39PJ",
    "remove": "COMMAND-09CXlTDL6w",
    "test_stored": "SMTP-99klw",
    "test": "SMTP-p9cc",
}
TESTED = {**GOOD, "user": "me", "receiver_address": "you@example.com"}
VALUES: dict[str, dict[str, Any]] = {
    "update": GOOD,
    "test": TESTED,
    "test_stored": {"receiver_address": "you@example.com"},
}


@pytest.mark.parametrize("does", UNKNOWN)
def test_an_unknown_id_is_not_found_with_the_references_id_and_sentence(family: Family, does: str) -> None:
    for unknown in ("1", "no-id", "x" * 100, "ö ?#%"):
        refusal = family.refused(does, id=unknown, **VALUES.get(does, {}))
        assert (refusal.code, refusal.reason) == (5, "SMTP_CONFIG_NOT_FOUND")
        assert refusal.http in (None, 404)
        assert (refusal.reference.id, refusal.reference.message) == (UNKNOWN[does], "SMTP configuration not found")
        assert refusal.message == f"SMTP configuration not found ({UNKNOWN[does]})"


@pytest.mark.parametrize("does", ["update", "password", "test_stored", "test"])
def test_an_http_provider_is_not_found_by_what_is_about_smtp(family: Family, does: str) -> None:
    added = family.client("AddEmailProviderHTTP", endpoint="https://mail.example.com/hook").id
    refusal = family.refused(does, id=added, **VALUES.get(does, {}))
    assert (refusal.code, refusal.reference.id) == (5, UNKNOWN[does])
    assert family.get(added).details.sequence == 1


def test_an_http_providers_life(office: Office, family: Family) -> None:
    client = family.client
    added = client("AddEmailProviderHTTP", endpoint=" https://mail.example.com/hook?a=1 ", description="hook")
    assert len(added.signing_key) >= 32
    assert added.details.sequence == 1
    assert added.details.creation_date == added.details.change_date
    read = client("GetEmailProviderById", id=added.id).config
    assert (read.http.endpoint, read.http.signing_key) == ("https://mail.example.com/hook?a=1", added.signing_key)
    assert (read.description, read.state, read.WhichOneof("config")) == ("hook", INACTIVE, "http")
    seen = family.get(added.id)
    assert seen.smtp == {**dict.fromkeys(FULL, ""), "tls": False}
    assert seen.description == "hook"

    smtp = family.add()
    family("activate", id=smtp)
    family("activate", id=added.id)
    assert (family.active().id, family.get(smtp).state) == (added.id, INACTIVE)

    same = client(
        "UpdateEmailProviderHTTP", id=added.id, endpoint="https://mail.example.com/hook?a=1", description="hook"
    )
    assert (same.details.sequence, same.signing_key) == (4, "")
    moved = client("UpdateEmailProviderHTTP", id=added.id, endpoint="https://mail.example.com/other")
    assert (moved.details.sequence, moved.signing_key) == (5, "")
    read = client("GetEmailProvider").config
    assert (read.http.endpoint, read.http.signing_key, read.description) == (
        "https://mail.example.com/other",
        added.signing_key,
        "",
    )
    rotated = client(
        "UpdateEmailProviderHTTP", id=added.id, endpoint="https://mail.example.com/other", expiration_signing_key={}
    )
    assert rotated.details.sequence == 6
    assert rotated.signing_key not in ("", added.signing_key)
    office.signing_keys |= {added.signing_key, rotated.signing_key}
    assert client("GetEmailProvider").config.http.signing_key == rotated.signing_key
    viewer = Client(client.wires, client.wire, office.viewer, client.instance)
    for seen in (
        viewer("GetEmailProvider").config,
        viewer("GetEmailProviderById", id=added.id).config,
        *(each for each in viewer("ListEmailProviders").result if each.id == added.id),
    ):
        assert (seen.id, seen.http.endpoint, seen.http.signing_key) == (added.id, "https://mail.example.com/other", "")
    later = client.refused(
        "UpdateEmailProviderHTTP",
        id=added.id,
        endpoint="https://mail.example.com/other",
        expiration_signing_key={"seconds": 60},
    )
    assert (later.code, later.fields) == (3, ["expiration_signing_key"])
    assert client.refused("UpdateEmailProviderHTTP", id=smtp, endpoint="https://mail.example.com/").code == 5
    family("remove", id=added.id)
    assert client.refused("GetEmailProviderById", id=added.id).code == 5


@pytest.mark.parametrize(
    ("values", "auth"),
    [
        ({}, "none"),
        ({"user": "me", "password": "p"}, "plain"),
        ({"user": "me", "plain": {"password": "p"}}, "plain"),
        ({"user": "me", "none": {}}, "none"),
        (
            {
                "user": "me",
                "xoauth2": {
                    "token_endpoint": "https://id.example.com/token",
                    "scopes": ["https://mail.example.com/.default", "offline"],
                    "client_credentials": {"client_id": "client", "client_secret": "s"},
                },
            },
            "xoauth2",
        ),
    ],
    ids=["no user", "the old fields", "plain", "none", "xoauth2"],
)
def test_the_ways_to_authenticate_are_shown_without_secrets(client: Client, values: dict[str, Any], auth: str) -> None:
    family = Family("email", client)
    added = family.add(**values)
    read = client("GetEmailProviderById", id=added).config.smtp
    assert read.WhichOneof("auth") == auth
    assert read.user == ("" if auth == "none" else "me")
    if auth == "xoauth2":
        assert (read.xoauth2.token_endpoint, list(read.xoauth2.scopes)) == (
            "https://id.example.com/token",
            ["https://mail.example.com/.default", "offline"],
        )
        assert read.xoauth2.client_credentials.client_id == "client"
    assert Family("smtp", client).get(added).smtp["user"] == read.user


def test_lists_are_pages_in_order_of_creation(family: Family) -> None:
    added = [(family if n % 2 else other(family)).add(description=str(n)) for n in range(5)]
    added.append(family.client("AddEmailProviderHTTP", endpoint="https://mail.example.com/").id)
    family("remove", id=added.pop(2))
    family("update", id=added[0], **GOOD, description="changed last")  # changes no order

    def ids(**query: Any) -> list[str]:
        details, records = family.list(**query)
        assert (details.total_result, details.processed_sequence) == (5, 8)
        assert details.HasField("view_timestamp")
        return [read.id for read in records]

    newest_first = added[::-1]
    assert ids() == ids(limit=0) == ids(limit=1000) == newest_first
    assert ids(asc=True) == added
    assert ids(limit=2) == newest_first[:2]
    assert ids(limit=2, offset=2) == newest_first[2:4]
    assert ids(limit=2, offset=1, asc=True) == added[1:3]
    assert ids(offset=5) == ids(offset=2**63 - 1) == []
    http = next(read for read in family.list()[1] if read.id == added[-1])
    assert http.smtp == {**dict.fromkeys(FULL, ""), "tls": False}
    for query in ({"limit": 1001}, {"offset": 2**63}):
        refusal = family.refused("list", query=query)
        assert (refusal.code, refusal.fields) == (3, [f"query.{next(iter(query))}"])


def test_a_list_has_a_hundred_unless_more_are_asked_for(client: Client) -> None:
    family = Family("smtp", client)
    for _ in range(101):
        family.add()
    assert len(family.list()[1]) == 100
    assert len(family.list(limit=1000)[1]) == 101


@pytest.mark.parametrize("base", ["/admin/v1", ""])
def test_rest_speaks_the_json_of_that_api(office: Office, base: str) -> None:
    client = office.client("rest")

    def send(verb: str, path: str, document: object = None) -> dict[str, Any]:
        body = None if document is None else json.dumps(document).encode()
        answer = client.wires.http(verb, base + path, body, client.headers())
        assert (answer.status, answer.header("content-type")) == (200, "application/json"), answer.body
        made: dict[str, Any] = json.loads(answer.body)
        return made

    good = {"senderAddress": "a@example.com", "sender_name": "A", "host": "mx.example.com:587", "noSuchField": [{}]}
    added = send("POST", "/smtp", good)
    assert set(added) == {"details", "id"}
    assert set(added["details"]) == {"sequence", "creationDate", "changeDate", "resourceOwner"}
    assert added["details"]["sequence"] == "1"
    assert added["details"]["creationDate"] == added["details"]["changeDate"]
    assert datetime.fromisoformat(added["details"]["changeDate"]).utcoffset() == timedelta(0)
    assert added["details"]["changeDate"].endswith("Z")
    one = f"/smtp/{added['id']}"
    # The id of the path wins over the body's.
    assert send("PUT", one, {**good, "id": "other", "tls": True, "user": None})["details"]["sequence"] == "2"
    assert send("POST", f"{one}/_activate", {})["details"]["sequence"] == "3"
    config = send("GET", one)["smtpConfig"]
    assert config == send("GET", "/smtp")["smtpConfig"]
    assert config == {
        "details": config["details"],
        "senderAddress": "a@example.com",
        "senderName": "A",
        "tls": True,
        "host": "mx.example.com:587",
        "state": "SMTP_CONFIG_ACTIVE",
        "id": added["id"],
    }
    assert set(config["details"]) == {"sequence", "creationDate", "changeDate", "resourceOwner"}
    hook = send("POST", "/email/http", {"endpoint": "https://mail.example.com/", "description": "d"})
    listed = send("POST", "/email/_search", {"query": {"offset": "0", "limit": 5, "asc": True, "more": 1}})
    assert (listed["details"]["totalResult"], listed["details"]["processedSequence"]) == ("2", "4")
    assert [record.get("state") for record in listed["result"]] == ["EMAIL_PROVIDER_ACTIVE", "EMAIL_PROVIDER_INACTIVE"]
    assert listed["result"][0]["smtp"] == {
        "senderAddress": "a@example.com",
        "senderName": "A",
        "tls": True,
        "host": "mx.example.com:587",
        "none": {},
    }
    assert listed["result"][1]["http"] == {"endpoint": "https://mail.example.com/", "signingKey": hook["signingKey"]}
    changed = {"endpoint": "https://mail.example.com/", "expirationSigningKey": "0s"}
    assert send("PUT", f"/email/http/{hook['id']}", changed)["signingKey"] != hook["signingKey"]
    assert send("PUT", f"{one}/password", {"password": ""})["details"]["sequence"] == "3"
    for path, sequence in ((f"/email/{hook['id']}", "6"), (one, "7")):
        assert send("DELETE", path)["details"]["sequence"] == sequence
    assert "result" not in send("POST", "/smtp/_search", {})


def test_an_empty_instance_has_an_empty_list(family: Family) -> None:
    details, records = family.list()
    assert (details.total_result, details.processed_sequence, records) == (0, 0, [])
