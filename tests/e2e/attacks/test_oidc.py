"""Bearer tokens of a real issuer over HTTPS: forged, stale, by invented keys, and while the issuer is away."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from clock_support.waiting import HANG
from service_support.issuer import AUDIENCE, Issuer, published, running_issuer
from service_support.service import RunningService, run, running_service
from service_support.wires import WIRES, Client, open_wires
from smtp_support import pki


@dataclass
class World:
    """An issuer, and a service that trusts it."""

    issuer: Issuer
    service: RunningService

    def ask(self, token: str, path: str = "/v1/events", instance: str = "") -> tuple[int, dict[str, Any]]:
        """Call over REST; return the status and what was answered."""
        connection = http.client.HTTPConnection(urlsplit(self.service.http_url).netloc, timeout=HANG)
        named = {"x-instance-id": instance} if instance else {}
        try:
            connection.request("GET", path, headers={"authorization": f"Bearer {token}", **named})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def problem(self, token: str) -> str:
        """Return why a token is refused."""
        status, document = self.ask(token)
        assert status == 401, document
        assert not [part for part in token.split(".") if len(part) > 7 and part in json.dumps(document)]
        return str(document["details"][0]["metadata"]["problem"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("oidc")
    (folder / "ca.pem").write_text(pki.authority().pem)
    return folder


def started(folder: Path, issuer: Issuer, name: str, *arguments: str) -> Any:
    """Run a service that trusts an issuer and finds its keys by the issuer's document."""
    settings = ("--ca-file", str(folder / "ca.pem"), "--oidc-issuer", issuer.url, "--oidc-audience", AUDIENCE)
    return running_service(folder / name, *settings, *arguments, env={"MAILPROOF_EGRESS_PROFILE": "internet"})


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[World]:
    made = run("instance", "create", "--init", "--data-dir", str(folder / "data"), "billing", "sales")
    assert made.returncode == 0, made.stderr
    with (
        running_issuer(pki.good()) as issuer,
        started(folder, issuer, "data", "--oidc-instance-claim", "tenants") as service,
    ):
        yield World(issuer, service)


@pytest.mark.parametrize("wire", WIRES)
def test_a_token_of_the_issuer_is_a_caller_on_every_wire(world: World, wire: str) -> None:
    with open_wires(world.service) as wires:
        token = world.issuer.token(tenants=["billing", "sales"])
        ann = Client(wires, wire, token, "sales")
        ann("AddSMTPConfig", sender_address="a@example.com", sender_name="A", host="mx.example.com:587")
        event = ann("ListEvents").events[0]
        assert event.actor_token_id.startswith("oidc:")
        assert event.actor_token_id.endswith(":ann")
        bob = Client(wires, wire, world.issuer.token(tenants="sales", sub="bob", roles=["mailproof.viewer"]))
        assert bob("ListSMTPConfigs").result
        refused = bob.refused(
            "AddSMTPConfig", sender_address="a@example.com", sender_name="A", host="mx.example.com:587"
        )
        assert refused.reason == "PERMISSION_MISSING"
        assert Client(wires, wire, token, "other").refused("ListEvents").reason == "INSTANCE_NOT_FOUND"
        forged = Client(wires, wire, token[:-8] + "AAAAAAAA", "sales").refused("ListEvents")
        assert (forged.reason, forged.info.metadata["problem"]) == ("BEARER_TOKEN_REFUSED", "signature_wrong")


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forged_with_public_key(issuer: Issuer) -> str:
    pem = (
        issuer.keys["first"]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    text = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(issuer.claims(tenants='sales'))}"
    return f"{text}.{base64.urlsafe_b64encode(hmac.digest(pem, text.encode(), 'sha256')).rstrip(b'=').decode()}"


def test_forged_tokens_are_refused_for_what_they_are(world: World) -> None:
    issuer, mine = world.issuer, rsa.generate_private_key(65537, 2048)
    headers: dict[str, dict[str, Any]] = {
        "an embedded jwk": {"jwk": published(mine, "first")},
        "a jku": {"jku": f"{issuer.url}/attacker"},
        "an x5u": {"x5u": f"{issuer.url}/attacker"},
    }
    good = issuer.claims(tenants="sales")
    asked = len(issuer.asked)
    for header in headers.values():
        token = jwt.encode(good, mine, "RS256", headers={"kid": "first", **header})
        assert world.problem(token) == "signature_wrong"
    none = f"{part({'alg': 'none', 'kid': 'first'})}.{part(good)}.AA"
    assert world.problem(none) == "algorithm_refused"
    assert world.problem(forged_with_public_key(issuer)) == "algorithm_refused"
    assert world.problem(issuer.token(aud="other", tenants="sales")) == "audience_wrong"
    assert world.problem(issuer.token(iss="https://attacker.example", tenants="sales")) == "issuer_wrong"
    assert world.problem(issuer.token(exp=1, tenants="sales")) == "expired"
    assert world.problem(issuer.token(nbf=good["exp"], tenants="sales")) == "not_yet_valid"
    assert world.problem(issuer.token(cnf={"jkt": "x"}, tenants="sales")) == "bound_to_a_key"
    assert world.problem(issuer.token(filler="a" * 6200, tenants="sales")) == "too_large"
    crit = jwt.encode(good, issuer.keys["first"], "RS256", headers={"kid": "first", "crit": ["exp"]})
    assert world.problem(crit) == "header_refused"
    assert "/attacker" not in issuer.asked[asked:]


def test_a_token_without_a_role_is_told_so(world: World) -> None:
    status, document = world.ask(world.issuer.token(roles=["admin"], tenants="sales"))
    assert (status, document["details"][0]["reason"]) == (403, "ROLE_MISSING")


def test_a_flood_of_invented_key_names_is_one_question_to_the_issuer_at_most(world: World) -> None:
    world.ask(world.issuer.token(tenants="sales"))
    before = len(world.issuer.asked)
    mine = rsa.generate_private_key(65537, 2048)
    tokens = [
        jwt.encode(world.issuer.claims(tenants="sales"), mine, "RS256", headers={"kid": f"x{number}"})
        for number in range(60)
    ]
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(world.problem, tokens)) == {"key_unknown"}
    assert len(world.issuer.asked) - before <= 2  # its document, and the keys
    assert world.ask(world.issuer.token(tenants="sales"))[0] == 200


def test_an_oversized_authorization_is_refused_before_it_is_looked_into(world: World) -> None:
    status, document = world.ask("a" * 12_000)
    assert (status, document["details"][0]["reason"]) == (401, "TOKEN_INVALID")


def test_no_token_is_logged(world: World) -> None:
    token = world.issuer.token(tenants="sales", sub="logged")
    assert world.ask(token)[0] == 200
    assert world.problem(token + "A") == "signature_wrong"
    assert token.rpartition(".")[2] not in world.service.log_file.read_text()


def test_while_the_issuer_is_away_its_keys_go_on_to_count(world: World) -> None:
    assert world.ask(world.issuer.token(tenants="sales"))[0] == 200
    world.issuer.down = True
    try:
        assert world.ask(world.issuer.token(tenants="sales", sub="bob"))[0] == 200
    finally:
        world.issuer.down = False


def test_an_issuer_that_is_away_from_the_start_is_said_and_stops_nobody_else(folder: Path) -> None:
    with running_issuer(pki.good()) as issuer, started(folder, issuer, "away") as service:
        issuer.down = True
        world = World(issuer, service)
        status, document = world.ask(issuer.token())
        assert (status, document["details"][0]["reason"]) == (503, "ISSUER_UNAVAILABLE")
        assert world.ask(service.admin_token)[0] == 200
