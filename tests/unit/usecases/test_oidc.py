"""Bearer tokens of an issuer: what is accepted, and every known way to forge one."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from mailproof.domain.caller_errors import BearerTokenRefused, RoleMissing
from mailproof.domain.errors import Failure, InstanceNotFound
from mailproof.domain.model import Role, Token
from mailproof.usecases.json_web_token import MAX_TOKEN
from mailproof.usecases.oidc import KEY_TYPES, BearerTokens, JwkSet, Terms

ISSUER, AUDIENCE = "https://issuer.example", "mailproof"
RSA = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
EC = {
    name: ec.generate_private_key(curve())
    for name, curve in (("P-256", ec.SECP256R1), ("P-384", ec.SECP384R1), ("P-521", ec.SECP521R1))
}
ED = ed25519.Ed25519PrivateKey.generate()


def public(key: Any, kid: str, **more: str) -> dict[str, Any]:
    """Return the public half of a key as an issuer publishes it."""
    algorithms = jwt.algorithms.get_default_algorithms()
    name = "RS256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        name = "EdDSA"
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        name = "ES256"
    made = json.loads(algorithms[name].to_jwk(key.public_key()))
    made.pop("key_ops", None)
    return {**made, "kid": kid, **more}


PUBLISHED: JwkSet = (
    public(RSA, "rsa", use="sig"),
    public(ED, "ed"),
    *(public(key, curve) for curve, key in EC.items()),
)


class Keys:
    """Has keys, and newer ones for who asks."""

    def __init__(self, keys: JwkSet, newer: JwkSet | None = None) -> None:
        self.keys, self.newer, self.asked = keys, newer, 0

    async def current(self) -> JwkSet:
        return self.keys

    async def newer_than(self, seen: JwkSet) -> JwkSet:
        self.asked += 1
        if self.newer is not None:
            self.keys, self.newer = self.newer, None
        return self.keys


class Some:
    def __init__(self, *names: str) -> None:
        self.names = names

    async def instances(self) -> frozenset[str]:
        return frozenset(self.names)


def terms(**changes: Any) -> Terms:
    roles = {"mailproof.admin": Role.ADMIN, "mailproof.viewer": Role.VIEWER}
    given: dict[str, Any] = {
        "algorithms": ("RS256", "ES256", "EdDSA"),
        "skew": 60.0,
        "role_claim": "roles",
        "roles": roles,
    }
    return Terms(issuer=ISSUER, audience=AUDIENCE, **(given | changes))


def verifier(keys: Keys | None = None, instances: Some | None = None, **changes: Any) -> BearerTokens:
    return BearerTokens(
        terms(**changes), keys or Keys(PUBLISHED), instances or Some("default", "one", "two"), "default"
    )


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())  # some are made as this file is read, which may be many minutes before they are used
    made = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "iat": now, "exp": now + 3600, "roles": ["mailproof.admin"]}
    return {name: value for name, value in (made | changes).items() if value is not None}


def signed(payload: Mapping[str, Any] | None = None, key: Any = RSA, algorithm: str = "RS256", **header: Any) -> str:
    return jwt.encode(dict(payload or claims()), key, algorithm, headers={"kid": "rsa", **header})


def part(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def by_hand(header: object, payload: object, key: rsa.RSAPrivateKey = RSA) -> str:
    """Return a token that is signed in order, whatever its parts say."""
    text = f"{part(header)}.{part(payload)}"
    signature = jwt.algorithms.get_default_algorithms()["RS256"].sign(text.encode(), key)
    return f"{text}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def token_of(token: str, of: BearerTokens | None = None) -> Token:
    return asyncio.run((of or verifier()).token_of(token))


def problem(token: str, of: BearerTokens | None = None) -> str:
    with pytest.raises(BearerTokenRefused) as caught:
        token_of(token, of)
    for piece in token.split("."):
        assert len(piece) < 8 or piece not in caught.value.message
    return caught.value.metadata["problem"]


def test_a_good_token_is_a_caller() -> None:
    payload = claims(email="ann@example.com")
    found = token_of(signed(payload))
    assert (found.role, found.instance_ids, found.name) == (Role.ADMIN, ("default",), "ann@example.com")
    assert found.id == f"oidc:{hashlib.sha256(ISSUER.encode()).hexdigest()[:12]}:ann"
    assert found.expires_at is not None
    assert found.expires_at.timestamp() == payload["exp"] + 60


@pytest.mark.parametrize(
    ("algorithm", "key", "kid"),
    [(name, RSA, "rsa") for name in KEY_TYPES if name[1] == "S" and name[0] in "RP"]
    + [("ES256", EC["P-256"], "P-256"), ("ES384", EC["P-384"], "P-384"), ("ES512", EC["P-521"], "P-521")]
    + [("EdDSA", ED, "ed")],
)
def test_each_algorithm_is_verified_where_it_is_allowed_and_refused_where_not(
    algorithm: str, key: Any, kid: str
) -> None:
    token = signed(key=key, algorithm=algorithm, kid=kid)
    assert token_of(token, verifier(algorithms=(algorithm,))).role is Role.ADMIN
    others = tuple(name for name in KEY_TYPES if name != algorithm)
    assert problem(token, verifier(algorithms=others)) == "algorithm_refused"


HEADER = {"alg": "RS256", "typ": "JWT", "kid": "rsa"}
PEM = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def with_shared_key(secret: bytes, algorithm: str = "HS256") -> str:
    text = f"{part(HEADER | {'alg': algorithm})}.{part(claims())}"
    mac = hmac.new(secret, text.encode(), "sha256").digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


NOW = int(time.time())
ATTACKS: dict[str, tuple[str, str]] = {
    "alg none": (f"{part(HEADER | {'alg': 'none'})}.{part(claims())}.AA", "algorithm_refused"),
    "alg None in capitals": (f"{part(HEADER | {'alg': 'NONE'})}.{part(claims())}.AA", "algorithm_refused"),
    "no signature": (f"{part(HEADER)}.{part(claims())}.", "malformed"),
    "HS256 with the public key": (with_shared_key(PEM), "algorithm_refused"),
    "the public key's MAC called RS256": (with_shared_key(PEM, "RS256"), "signature_wrong"),
    "another key of the same name": (signed(key=OTHER), "signature_wrong"),
    "another key's kid": (signed(kid="ed"), "key_unknown"),
    "an unknown kid": (signed(kid="x"), "key_unknown"),
    "a path as kid": (signed(kid="../../dev/null"), "key_unknown"),
    "SQL as kid": (signed(kid="x' UNION SELECT 'secret"), "key_unknown"),
    "a list as kid": (by_hand(HEADER | {"kid": ["rsa"]}, claims()), "header_refused"),
    "no kid among several keys that fit": (jwt.encode(claims(), EC["P-384"], "ES384"), "algorithm_refused"),
    "an embedded jwk": (signed(key=OTHER, kid="mine", jwk=public(OTHER, "mine")), "key_unknown"),
    "an embedded jwk of a known name": (signed(key=OTHER, jwk=public(OTHER, "rsa")), "signature_wrong"),
    "a jku": (signed(key=OTHER, jku="https://attacker.example/jwks"), "signature_wrong"),
    "an x5u": (signed(key=OTHER, x5u="https://attacker.example/x"), "signature_wrong"),
    "crit": (by_hand(HEADER | {"crit": ["exp"]}, claims()), "header_refused"),
    "b64 false": (by_hand(HEADER | {"b64": False}, claims()), "header_refused"),
    "a typ of another kind": (signed(typ="logout+jwt"), "header_refused"),
    "an alg that is no text": (by_hand(HEADER | {"alg": ["RS256"]}, claims()), "header_refused"),
    "another audience": (signed(claims(aud="other")), "audience_wrong"),
    "a part of the audience": (signed(claims(aud="mailproof2")), "audience_wrong"),
    "another case of the audience": (signed(claims(aud="MAILPROOF")), "audience_wrong"),
    "an audience that is an object": (signed(claims(aud={"mailproof": 1})), "audience_wrong"),
    "no audience": (signed(claims(aud=None)), "claim_missing"),
    "another issuer": (signed(claims(iss="https://attacker.example")), "issuer_wrong"),
    "the issuer with a slash": (signed(claims(iss=ISSUER + "/")), "issuer_wrong"),
    "the issuer in a list": (by_hand(HEADER, claims(iss=[ISSUER])), "issuer_wrong"),
    "no issuer": (signed(claims(iss=None)), "issuer_wrong"),
    "expired": (signed(claims(exp=NOW - 61)), "expired"),
    "no end": (signed(claims(exp=None)), "claim_missing"),
    "an end beyond all dates": (
        by_hand(HEADER, json.dumps(claims()).replace(str(claims()["exp"]), "1e999")),
        "claim_wrong",
    ),
    "an end that is no number": (by_hand(HEADER, claims(exp="never")), "claim_wrong"),
    "an end that is true": (by_hand(HEADER, claims(exp=True)), "claim_wrong"),
    "an end before all dates": (by_hand(HEADER, claims(exp=-1)), "claim_wrong"),
    "an end behind all dates": (by_hand(HEADER, claims(exp=300_000_000_000)), "claim_wrong"),
    "not yet valid": (signed(claims(nbf=NOW + 1000)), "not_yet_valid"),
    "issued in the future": (signed(claims(iat=NOW + 1000)), "not_yet_valid"),
    "no subject": (signed(claims(sub=None)), "claim_missing"),
    "an empty subject": (signed(claims(sub="")), "claim_wrong"),
    "a subject with a line break": (signed(claims(sub="ann\nadmin")), "claim_wrong"),
    "a subject beyond ASCII": (signed(claims(sub="аnn")), "claim_wrong"),  # noqa: RUF001 - a Cyrillic letter
    "a subject that is a number": (by_hand(HEADER, claims(sub=7)), "claim_wrong"),
    "a long subject": (signed(claims(sub="a" * 256)), "claim_wrong"),
    "bound to a key": (signed(claims(cnf={"jkt": "x"})), "bound_to_a_key"),
    "a claim twice": (by_hand(HEADER, json.dumps(claims(aud="other"))[:-1] + ',"aud":"mailproof"}'), "malformed"),
    "a header's name twice": (by_hand('{"alg":"none","alg":"RS256","kid":"rsa"}', claims()), "malformed"),
    "deeply nested": (f"{part(HEADER)}.{part('[' * 5000)}.AA", "malformed"),
    "a list": (by_hand(HEADER, [1]), "malformed"),
    "no JSON": (by_hand(HEADER, "x"), "malformed"),
    "NaN": (by_hand(HEADER, json.dumps(claims(x=float("nan")))), "malformed"),
    "no base64": (f"{part(HEADER)}.A.AA", "malformed"),
    "no UTF-8": (f"{part(HEADER)}._w.AA", "malformed"),
    "a huge token": (signed(claims(x="a" * MAX_TOKEN)), "too_large"),
    "five parts, encrypted": ("a.b.c.d.e", "malformed"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_is_refused(name: str) -> None:
    token, expected = ATTACKS[name]
    assert problem(token) == expected


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "application/at+jwt"])
def test_both_types_of_an_access_token_are_read(typ: str) -> None:
    assert token_of(signed(typ=typ)).role is Role.ADMIN


def test_the_clock_of_the_issuer_may_differ_by_the_skew() -> None:
    now = int(time.time())
    assert token_of(signed(claims(exp=now - 30, nbf=now + 30, iat=now + 30))).role is Role.ADMIN


def test_one_of_several_audiences_is_enough() -> None:
    assert token_of(signed(claims(aud=["a", AUDIENCE]))).role is Role.ADMIN


def test_a_token_without_a_kid_needs_an_issuer_with_one_key_that_fits() -> None:
    token = jwt.encode(claims(), RSA, "RS256")
    assert token_of(token).role is Role.ADMIN
    assert problem(token, verifier(Keys((*PUBLISHED, public(OTHER, "second"))))) == "key_unknown"


@pytest.mark.parametrize(
    "published",
    [
        public(rsa.generate_private_key(65537, 1024), "rsa"),
        public(RSA, "rsa", use="enc"),
        {**public(RSA, "rsa"), "key_ops": ["encrypt"]},
        {**public(RSA, "rsa"), "key_ops": "verify"},
        public(RSA, "rsa", alg="RS512"),
        {**public(RSA, "rsa"), "d": "AQAB"},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "rsa"},
        {"kty": "RSA", "kid": "rsa"},
        {"kty": "RSA", "kid": "rsa", "n": 5, "e": "!"},
        {"kid": "rsa"},
    ],
)
def test_a_key_that_is_not_fit_verifies_nothing(published: dict[str, Any]) -> None:
    assert problem(signed(), verifier(Keys((published,)))) == "key_unknown"


def test_a_rotated_key_is_asked_for_once_and_the_old_one_verifies_no_more() -> None:
    keys = Keys(PUBLISHED, newer=(public(OTHER, "next"),))
    tokens = verifier(keys)

    async def scenario() -> None:
        old = signed()
        await tokens.token_of(old)
        assert (await tokens.token_of(signed(key=OTHER, kid="next"))).role is Role.ADMIN
        assert keys.asked == 1
        with pytest.raises(BearerTokenRefused):  # although it was verified before
            await tokens.token_of(old)

    asyncio.run(scenario())


def test_a_token_is_verified_once_and_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    tokens = BearerTokens(terms(), Keys(PUBLISHED), Some("default"), "default", now=lambda: now)
    token = signed()
    verified: list[str] = []
    real = jwt.decode

    def counted(*given: Any, **more: Any) -> Any:
        verified.append(given[0])
        return real(*given, **more)

    monkeypatch.setattr(jwt, "decode", counted)

    async def scenario() -> None:
        nonlocal now
        for _ in range(5):
            await tokens.token_of(token)
        assert len(verified) == 1
        now += 3661
        await tokens.token_of(token)
        assert len(verified) == 2  # what was remembered counts no more; jwt's own clock has not moved

    asyncio.run(scenario())


ROLES = [
    ({"roles": ["mailproof.viewer"]}, {}, Role.VIEWER),
    ({"roles": "mailproof.viewer"}, {}, Role.VIEWER),
    ({"roles": "openid mailproof.viewer mailproof.admin"}, {}, Role.ADMIN),
    ({"roles": ["x", "mailproof.viewer", "mailproof.admin"]}, {}, Role.ADMIN),
    ({"roles": {"mailproof.viewer": {"1": "org"}}}, {}, Role.VIEWER),
    ({"roles": {"mailproof.viewer": True, "mailproof.admin": False}}, {}, Role.VIEWER),
    ({"roles": {"mailproof.admin": None}}, {}, None),
    ({"realm_access": {"roles": ["mailproof.viewer"]}}, {"role_claim": "realm_access.roles"}, Role.VIEWER),
    ({"https://a.example/r": ["mailproof.viewer"]}, {"role_claim": "https://a.example/r"}, Role.VIEWER),
    ({"groups": ["ops"]}, {"role_claim": "groups", "roles": {"ops": Role.ADMIN}}, Role.ADMIN),
    ({"roles": ["admin"]}, {}, None),
    ({"roles": ["MAILPROOF.ADMIN"]}, {}, None),
    ({"roles": [["mailproof.admin"]]}, {}, None),
    ({"roles": 7}, {}, None),
    ({"roles": None}, {}, None),
    ({"roles": ["mailproof.admin"]}, {"role_claim": "roles.x"}, None),
]


@pytest.mark.parametrize(("payload", "changes", "role"), ROLES)
def test_roles_come_from_the_claim_that_is_set(
    payload: dict[str, Any], changes: dict[str, Any], role: Role | None
) -> None:
    token = signed(claims(**({"roles": None} | payload)))
    if role is None:
        with pytest.raises(RoleMissing):
            token_of(token, verifier(**changes))
    else:
        assert token_of(token, verifier(**changes)).role is role


INSTANCES = [
    ("one", ("one",)),
    (["two", "one", "two"], ("two", "one")),
    (["one", "absent"], ("one",)),
    ("absent", InstanceNotFound),
    (None, BearerTokenRefused),
    ([], BearerTokenRefused),
    ("", BearerTokenRefused),
    (["../x", "a b", "*"], BearerTokenRefused),
    (7, BearerTokenRefused),
]


@pytest.mark.parametrize(("claimed", "expected"), INSTANCES)
def test_instances_come_from_the_claim_and_none_is_made(
    claimed: object, expected: tuple[str, ...] | type[Failure]
) -> None:
    token = signed(claims(tenant=claimed))
    if isinstance(expected, tuple):
        assert token_of(token, verifier(instance_claim="tenant")).instance_ids == expected
    else:
        with pytest.raises(expected):
            token_of(token, verifier(instance_claim="tenant"))


def test_an_instance_that_is_made_later_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailproof.usecases.oidc._LOOK_AGAIN", -1.0)
    some = Some("one")
    tokens = verifier(instances=some, instance_claim="tenant")
    token = signed(claims(tenant=["one", "late"]))

    async def scenario() -> None:
        assert (await tokens.token_of(token)).instance_ids == ("one",)
        some.names = ("one", "late")
        assert (await tokens.token_of(token)).instance_ids == ("one", "late")

    asyncio.run(scenario())
