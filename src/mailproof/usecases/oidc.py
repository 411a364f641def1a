"""Callers by a bearer token of an OpenID Connect issuer: a JSON Web Token that the issuer's keys verify.

Law: algorithms are pinned by a setting and must fit the key's type; a token is believed after one signature check with
a key that the issuer publishes, and in no other way (RFC 8725). What was verified is remembered until it ends, or the
issuer's keys change.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

import jwt

from mailproof.domain.caller_errors import BearerTokenRefused, RoleMissing
from mailproof.domain.errors import InstanceNotFound
from mailproof.domain.model import Role, Token
from mailproof.domain.phrase import say
from mailproof.syntax.instance_id import is_instance_id
from mailproof.syntax.text import has_invisible, is_visible_ascii
from mailproof.usecases.json_web_token import Unproved, read

PREFIX = "oidc:"
"""Begins the id of such a caller, as the event log names it."""

KEY_TYPES: Mapping[str, tuple[str, frozenset[str]]] = {
    **{name: ("RSA", frozenset[str]()) for name in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")},
    "ES256": ("EC", frozenset({"P-256"})),
    "ES384": ("EC", frozenset({"P-384"})),
    "ES512": ("EC", frozenset({"P-521"})),
    "EdDSA": ("OKP", frozenset({"Ed25519", "Ed448"})),
}
"""The type and the curves of the key that an algorithm needs (RFC 7518 section 3.1, RFC 8037). No other is known here:
`none` proves nothing, and HS256 would take a public key for a shared one."""

_RSA_BITS = range(2048, 8193)
_MAX_SUBJECT = 255  # OpenID Connect Core section 2
_MAX_INSTANCES = 1000
_REMEMBERED = 4096
_LOOK_AGAIN = 2.0  # seconds between two looks for instances that were not there

JwkSet = tuple[Mapping[str, Any], ...]
"""The keys as the issuer publishes them (RFC 7517 section 5); the same object as long as they are the same."""


class IssuerKeys(Protocol):
    """Has the issuer's keys. Usable from several event loops."""

    async def current(self) -> JwkSet:
        """Return the keys that are known.

        Raises:
            IssuerUnavailable: None are, and they can't be fetched now.
        """
        ...

    async def newer_than(self, seen: JwkSet) -> JwkSet:
        """Return newer keys if there are some; where the issuer was asked a moment ago, `seen`."""
        ...


class Instances(Protocol):
    """Has the instances."""

    async def instances(self) -> frozenset[str]:
        """Return the ids of all instances."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of a token, and where it says who the caller is.

    Attributes:
        issuer: The claim `iss`, to the letter.
        audience: What the claim `aud` must be or hold, to the letter.
        algorithms: Names of `KEY_TYPES`.
        skew: Seconds that the issuer's clock may differ.
        role_claim: The claim of the roles: a name, or a path of names with dots.
        roles: Which of its values mean which role here.
        instance_claim: The claim of the instances, likewise; "" for the default instance.
    """

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    skew: float
    role_claim: str
    roles: Mapping[str, Role]
    instance_claim: str = ""


class BearerTokens:
    """Verifies bearer tokens. Safe to use from several threads and event loops.

    Args:
        terms: What is asked of a token.
        keys: The issuer's keys.
        instances: Which instances there are: a claim makes none.
        default_instance: The instance of callers where no claim says it.
        now: Seconds since 1970.
    """

    def __init__(
        self,
        terms: Terms,
        keys: IssuerKeys,
        instances: Instances,
        default_instance: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._terms = terms
        self._keys = keys
        self._instances = instances
        self._default_instance = default_instance
        self._now = now
        self._lock = threading.Lock()
        self._verified: OrderedDict[bytes, tuple[Token, float]] = OrderedDict()
        self._verified_with: JwkSet = ()
        self._usable: dict[tuple[str, str | None], jwt.PyJWK | None] = {}
        self._existing: frozenset[str] = frozenset()
        self._looked_at = float("-inf")

    async def token_of(self, token: str) -> Token:
        """Return the record that stands for a caller's token.

        Raises:
            BearerTokenRefused: It is not accepted.
            RoleMissing: It gives no role.
            InstanceNotFound: There is none of its instances.
            IssuerUnavailable: The issuer's keys can't be had.
        """
        digest = hashlib.sha256(token.encode()).digest()
        unproved = None if digest in self._verified else self._plausible(token)
        keys = await self._keys.current()
        found = self._remembered(digest, keys)
        if found is None:
            unproved = unproved or self._plausible(token)
            keys, key = await self._key(unproved, keys)
            found, end = self._proved(token, unproved.algorithm, key)
            self._remember(digest, keys, found, end)
        return await self._with_existing_instances(found)

    def _remembered(self, digest: bytes, keys: JwkSet) -> Token | None:
        with self._lock:
            self._begin_with(keys)
            found = self._verified.get(digest)
            if found is None or found[1] <= self._now():
                return None
            self._verified.move_to_end(digest)
            return found[0]

    def _remember(self, digest: bytes, keys: JwkSet, token: Token, end: float) -> None:
        with self._lock:
            if keys is self._verified_with:
                self._verified[digest] = (token, end)
                while len(self._verified) > _REMEMBERED:
                    self._verified.popitem(last=False)

    def _begin_with(self, keys: JwkSet) -> None:
        """Forget what other keys have verified: the issuer may have withdrawn one."""
        if keys is not self._verified_with:
            self._verified_with = keys
            self._verified.clear()
            self._usable.clear()

    def _plausible(self, token: str) -> Unproved:
        """Read a token that may pass: it is of the issuer, and of an algorithm that is allowed, as it says itself."""
        unproved = read(token)
        if unproved.algorithm not in self._terms.algorithms:
            allowed = ", ".join(self._terms.algorithms)
            raise BearerTokenRefused("algorithm_refused", say("its algorithm is none of {allowed}", allowed=allowed))
        if unproved.claims.get("iss") != self._terms.issuer:
            raise BearerTokenRefused("issuer_wrong", say("it is of another issuer"))
        return unproved

    async def _key(self, unproved: Unproved, keys: JwkSet) -> tuple[JwkSet, jwt.PyJWK]:
        """Return the key that a token names, and the set that it is of."""
        key = self._usable_key(unproved, keys)
        if key is None:
            keys = await self._keys.newer_than(keys)
            with self._lock:
                self._begin_with(keys)
            key = self._usable_key(unproved, keys)
        if key is None:
            raise BearerTokenRefused("key_unknown", say("the issuer has no key of that name for its algorithm"))
        return keys, key

    def _usable_key(self, unproved: Unproved, keys: JwkSet) -> jwt.PyJWK | None:
        """Return the key of a name and algorithm. A token that names none needs an issuer that has one such key."""
        fitting = [key for key in keys if _fits(key, unproved)]
        if not fitting or (unproved.key_id is None and len(fitting) > 1):
            return None
        name = (unproved.algorithm, unproved.key_id)
        with self._lock:
            if keys is self._verified_with and name in self._usable:
                return self._usable[name]
        made = _made(fitting[0], unproved.algorithm)
        with self._lock:
            if keys is self._verified_with:  # of names that the issuer uses, so they are few
                self._usable[name] = made
        return made

    def _proved(self, token: str, algorithm: str, key: jwt.PyJWK) -> tuple[Token, float]:
        """Check the signature and what is claimed. Return the caller's record, and when it ends."""
        terms = self._terms
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=terms.audience,
                issuer=terms.issuer,
                leeway=terms.skew,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise _refusal(error) from None
        if "cnf" in claims:  # RFC 7800: whoever presents it must prove a key; a bearer proves none
            raise BearerTokenRefused(
                "bound_to_a_key", say("it is bound to a key of its holder, which is not checked here")
            )
        subject = claims["sub"]
        if not (0 < len(subject) <= _MAX_SUBJECT and is_visible_ascii(subject)):
            raise BearerTokenRefused("claim_wrong", say("its claim sub is not 1 to 255 visible ASCII characters"))
        end = claims["exp"] + terms.skew
        issued = claims.get("iat", claims["exp"])
        issuer = hashlib.sha256(terms.issuer.encode()).hexdigest()[:12]
        record = Token(
            id=f"{PREFIX}{issuer}:{subject}",
            name=_name(claims, subject),
            role=self._role(claims),
            instance_ids=self._claimed_instances(claims),
            created_at=datetime.fromtimestamp(issued, UTC),
            expires_at=datetime.fromtimestamp(end, UTC),
        )
        return record, end

    def _role(self, claims: Mapping[str, Any]) -> Role:
        """Return the role that a token gives, of several the one that may do most."""
        given = {
            self._terms.roles[word]
            for word in _words(_claim(claims, self._terms.role_claim))
            if word in self._terms.roles
        }
        if not given:
            raise RoleMissing(self._terms.role_claim)
        return max(given, key=lambda role: len(role.permissions))

    def _claimed_instances(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        name = self._terms.instance_claim
        if not name:
            return (self._default_instance,)
        found = tuple(dict.fromkeys(word for word in _words(_claim(claims, name)) if is_instance_id(word)))
        if not found or len(found) > _MAX_INSTANCES:
            raise BearerTokenRefused("instance_missing", say("its claim {name} names no instance", name=name))
        return found

    async def _with_existing_instances(self, token: Token) -> Token:
        """Return a record with those of its instances that there are. None is ever removed."""
        if not self._existing.issuperset(token.instance_ids) and time.monotonic() - self._looked_at > _LOOK_AGAIN:
            self._looked_at = time.monotonic()
            self._existing = await self._instances.instances()
        existing = tuple(name for name in token.instance_ids if name in self._existing)
        if not existing:
            raise InstanceNotFound
        return token if existing == token.instance_ids else replace(token, instance_ids=existing)


def _fits(key: Mapping[str, Any], unproved: Unproved) -> bool:
    """Return whether a published key may be the one of a token (RFC 7517 section 4)."""
    kind, curves = KEY_TYPES[unproved.algorithm]
    operations = key.get("key_ops")
    return (
        key.get("kty") == kind
        and (not curves or key.get("crv") in curves)
        and key.get("use", "sig") == "sig"
        and (operations is None or (isinstance(operations, list) and "verify" in operations))
        and key.get("alg", unproved.algorithm) == unproved.algorithm
        and (unproved.key_id is None or key.get("kid") == unproved.key_id)
        and "d" not in key  # a private key that was published proves nothing
    )


def _made(key: Mapping[str, Any], algorithm: str) -> jwt.PyJWK | None:
    try:
        made = jwt.PyJWK(dict(key), algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return made if key["kty"] != "RSA" or made.key.key_size in _RSA_BITS else None


_REFUSALS: tuple[tuple[type[jwt.PyJWTError], str, str], ...] = (
    (jwt.ExpiredSignatureError, "expired", "it has expired"),
    (jwt.ImmatureSignatureError, "not_yet_valid", "it is not valid yet: compare the clocks"),
    (jwt.InvalidAudienceError, "audience_wrong", "it is meant for another audience"),
    (jwt.InvalidIssuerError, "issuer_wrong", "it is of another issuer"),
    (jwt.InvalidSignatureError, "signature_wrong", "its signature is not that of the issuer's key"),
    (jwt.DecodeError, "malformed", "it is malformed"),
)
"""In this order: some of these errors are kinds of others."""


def _refusal(error: jwt.PyJWTError) -> BearerTokenRefused:
    if isinstance(error, jwt.MissingRequiredClaimError):  # its text is a name of ours
        return BearerTokenRefused("claim_missing", say("it lacks the claim {claim}", claim=error.claim))
    for kind, problem, sentence in _REFUSALS:
        if isinstance(error, kind):
            return BearerTokenRefused(problem, sentence)
    return BearerTokenRefused("claim_wrong", say("a claim of it is not what it must be"))


def _claim(claims: Mapping[str, Any], name: str) -> object:
    """Return the claim of a name, or at the end of a path with dots; a name that has dots itself comes first."""
    if name in claims:
        return claims[name]
    found: object = claims
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def _words(value: object) -> Iterable[str]:
    """Return the words of a claim: a text (with spaces between, as of `scope`), a list, or an object's names.

    A name whose value is false or null is no word: some issuers list what a caller does not have.
    """
    if isinstance(value, str):
        return value.split(" ")
    if isinstance(value, Mapping):
        return [word for word, said in value.items() if said is not False and said is not None]
    if isinstance(value, list):
        return [word for word in value if isinstance(word, str)]
    return ()


def _name(claims: Mapping[str, Any], subject: str) -> str:
    """Return a name for people."""
    for claim in ("preferred_username", "email", "client_id"):
        found = claims.get(claim)
        if isinstance(found, str) and 0 < len(found) <= 200 and not has_invisible(found):
            return found
    return subject
