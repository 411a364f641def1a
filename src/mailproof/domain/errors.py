"""The catalogue of failures: a type for each reason to refuse a call, with the facts that belong to it.

A failure has a kind (gRPC's canonical code), a reason (stable and machine-readable; the proto enum
`smtpdiag.v1.ErrorReason` lists them) and a sentence that anyone may read. `rpc.status` alone makes a google.rpc.Status
or an HTTP answer of it. A failed SMTP test is a failure only where an API has no other way to say so
(`SmtpTestFailed`). Standard library only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from functools import reduce

from mailproof.domain.phrase import Phrase, listed, say


class Kind(Enum):
    """The canonical codes of gRPC that we use, with their numbers (google/rpc/code.proto)."""

    CANCELLED = 1
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


_LONG_WAIT = 120  # seconds from which a wait is told in minutes

MAX_VIOLATIONS = 20
"""How many violations an answer names at most; more than a message has fields. A repeated field could break rules any
number of times, and violations are sent twice in the metadata, of which clients take 8 to 16 KiB."""


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """A field that breaks a rule.

    Attributes:
        field: Its path in the request's message: "query.limit".
        description: What it must be; begins with "must" or "is".
    """

    field: str
    description: str


class Failure(Exception):
    """A reason to refuse a call. Subclasses set `kind` and `reason`, instances the sentence and the facts.

    Args:
        message: A sentence for people. It never holds a secret or another caller's data.
        metadata: Machine-readable facts for ErrorInfo; the keys are in lowerCamelCase.
        violations: The fields that break rules, if the caller's input is at fault.
        retry_after: Seconds after which the same call may succeed; None if it will not.
        reference: The id that the reference service gives such an error (`zitadel.v1.ErrorDetail`); empty for none.
        help_url: The page that explains the failure; empty if there is none.
    """

    kind: Kind = Kind.INTERNAL
    reason: str = "INTERNAL"

    def __init__(
        self,
        message: str,
        *,
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[FieldViolation] = (),
        retry_after: float | None = None,
        reference: str = "",
        help_url: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.metadata = dict(metadata or {})
        self.violations = tuple(violations)
        self.retry_after = retry_after
        self.reference = reference
        self.help_url = help_url


class InvalidFields(Failure):
    """Fields break the contract's rules; the first `MAX_VIOLATIONS` of them are named."""

    kind = Kind.INVALID_ARGUMENT
    reason = "FIELD_INVALID"

    def __init__(self, violations: Sequence[FieldViolation], *, reference: str = "") -> None:
        violations = violations[:MAX_VIOLATIONS]
        each = [say("{field}: {problem}", field=it.field, problem=it.description) for it in violations]
        super().__init__(
            say("invalid request: {problems}", problems=listed(each)), violations=violations, reference=reference
        )


class FieldUnknown(InvalidFields):
    """The request has names that its message, or this service's headers, do not have.

    Args:
        violations: The names, and what else is wrong with the request.
        unknown: The first of the names.
        nearest: What is meant by it; empty if nothing resembles it.
    """

    reason = "FIELD_UNKNOWN"

    def __init__(self, violations: Sequence[FieldViolation], unknown: str, nearest: str) -> None:
        super().__init__(violations)
        self.metadata["unknown"] = unknown
        if nearest:
            self.metadata["nearest"] = nearest


class MalformedRequest(Failure):
    """The bytes of a request are not a message: its JSON, protobuf, UTF-8 or framing is broken."""

    kind = Kind.INVALID_ARGUMENT
    reason = "REQUEST_MALFORMED"


class ExpectationUnknown(MalformedRequest):
    """The client expects something of the server that this one does not know (RFC 9110 section 10.1.1)."""


class RequestTooLarge(Failure):
    """The request is larger than the limit."""

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "REQUEST_TOO_LARGE"

    def __init__(self, limit: int) -> None:
        super().__init__(
            say("the request is larger than {limit} bytes", limit=limit), metadata={"limitBytes": str(limit)}
        )


class UnsupportedMediaType(Failure):
    """This path does not read the content type of the request."""

    kind = Kind.INVALID_ARGUMENT
    reason = "MEDIA_TYPE_UNSUPPORTED"


class RouteNotFound(Failure):
    """The server has no such path.

    Args:
        nearest: The route that resembles it most, with its HTTP methods: "GET /v1/events"; empty where none does.
    """

    kind = Kind.NOT_FOUND
    reason = "ROUTE_NOT_FOUND"

    def __init__(self, nearest: str = "") -> None:
        # The reference service says "Not Found".
        known = say("Not Found: there is no such path; did you mean {nearest}?", nearest=nearest)
        super().__init__(known if nearest else say("Not Found"), metadata={"nearest": nearest} if nearest else None)


class MethodNotAllowed(Failure):
    """The path exists, but not with this HTTP method."""

    kind = Kind.UNIMPLEMENTED
    reason = "METHOD_NOT_ALLOWED"

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = tuple(allowed)
        # The reference service says "Method Not Allowed".
        sentence = say("Method Not Allowed: this path takes {methods}", methods=", ".join(self.allowed))
        super().__init__(sentence, metadata={"allow": ", ".join(self.allowed)})


class UnknownRpc(Failure):
    """The server has no such RPC.

    Args:
        nearest: The RPC that resembles it most, "package.Service/Rpc"; empty where none does.
    """

    kind = Kind.UNIMPLEMENTED
    reason = "RPC_UNKNOWN"

    def __init__(self, nearest: str = "") -> None:
        known = say("no such RPC; did you mean {nearest}?", nearest=nearest)
        super().__init__(known if nearest else say("no such RPC"), metadata={"nearest": nearest} if nearest else None)


class Unauthenticated(Failure):
    """The call has no valid token."""

    kind = Kind.UNAUTHENTICATED
    reason = "TOKEN_INVALID"


class BearerTokenRefused(Unauthenticated):
    """A token of the issuer (a JSON Web Token) is not accepted.

    Args:
        problem: Why, a word for programs: "expired", "audience_wrong".
        message: Why, for people; it never repeats the token.
    """

    reason = "BEARER_TOKEN_REFUSED"

    def __init__(self, problem: str, message: str) -> None:
        super().__init__(
            say("the bearer token is not accepted: {message}", message=message), metadata={"problem": problem}
        )


class ClientCertificateUnknown(Unauthenticated):
    """The client's certificate is verified, and no setting says who it is."""

    reason = "CLIENT_CERTIFICATE_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(say("no caller is configured for any name of this client certificate, and there is no token"))


class ClientCertificateExpired(Unauthenticated):
    """The connection has outlived the certificate that its client showed."""

    reason = "CLIENT_CERTIFICATE_EXPIRED"

    def __init__(self) -> None:
        super().__init__(say("the client certificate of this connection has expired: connect anew with a new one"))


class RoleMissing(Failure):
    """The issuer knows the caller, and gives it no role here."""

    kind = Kind.PERMISSION_DENIED
    reason = "ROLE_MISSING"

    def __init__(self, claim: str) -> None:
        super().__init__(
            say("the bearer token gives no role: its claim {claim} has none that is known here", claim=claim)
        )


class IssuerUnavailable(Failure):
    """The keys of the issuer of bearer tokens can't be had now, so nothing can be said about a token."""

    kind = Kind.UNAVAILABLE
    reason = "ISSUER_UNAVAILABLE"

    def __init__(self) -> None:
        super().__init__(
            say("the issuer's keys can't be fetched right now, so no bearer token can be checked"), retry_after=5.0
        )


class TokenExpired(Unauthenticated):
    """The token was valid until a moment that has passed."""

    reason = "TOKEN_EXPIRED"

    def __init__(self, expired_at: datetime) -> None:
        moment = f"{expired_at:%Y-%m-%dT%H:%M:%SZ}"
        super().__init__(
            say("the access token has expired, at {moment}: ask for a new one", moment=moment),
            metadata={"expiredAt": moment},
        )


class PermissionDenied(Failure):
    """Neither the role of the token nor the token itself gives the permission that the call needs."""

    kind = Kind.PERMISSION_DENIED
    reason = "PERMISSION_MISSING"

    def __init__(self, permission: str) -> None:
        super().__init__(
            say("this call needs the permission {permission}", permission=permission),
            metadata={"permission": permission},
        )


class ProviderNotFound(Failure):
    """The caller's instance has no provider with this id."""

    kind = Kind.NOT_FOUND
    reason = "SMTP_CONFIG_NOT_FOUND"

    def __init__(self, config_id: str, *, reference: str = "QUERY-fwofw") -> None:
        super().__init__(say("SMTP configuration not found"), metadata={"id": config_id[:100]}, reference=reference)


class NoActiveProvider(ProviderNotFound):
    """None of the providers of the caller's instance is active.

    Args:
        stored: How many it has.
    """

    def __init__(self, stored: int) -> None:
        super().__init__("")
        if stored:
            self.message = say(
                "SMTP configuration not found: none is active, of {stored} stored; activate one of them", stored=stored
            )
        else:
            self.message = say("SMTP configuration not found: none is stored")
        self.args = (self.message,)
        self.metadata["stored"] = str(stored)


class FindingNotFound(Failure):
    """No code of a diagnosis has this name.

    Args:
        nearest: The codes that resemble it, the nearest first.
    """

    kind = Kind.NOT_FOUND
    reason = "FINDING_NOT_FOUND"

    def __init__(self, nearest: Sequence[str]) -> None:
        super().__init__(
            say("no finding has this code; did you mean {codes}?", codes=reduce(_or, nearest))
            if nearest
            else say("no finding has this code"),
            metadata={"nearest": ", ".join(nearest)} if nearest else None,
        )


class KeptTestNotFound(Failure):
    """The instance keeps no test with this id, or keeps it no more.

    Args:
        test_id: The id.
    """

    kind = Kind.NOT_FOUND
    reason = "TEST_NOT_FOUND"

    def __init__(self, test_id: str) -> None:
        super().__init__(say("no test with this id is kept"), metadata={"id": test_id[:100]})


class PasswordRequired(InvalidFields):
    """The stored secret can't be used for these settings, so the caller must send one."""

    reason = "PASSWORD_REQUIRED"

    def __init__(self, description: str, *, field: str = "password", reference: str = "") -> None:
        super().__init__([FieldViolation(field, description)], reference=reference)


class PasswordNotUsed(Failure):
    """The provider authenticates by access tokens, so there is no password to replace."""

    kind = Kind.FAILED_PRECONDITION
    reason = "PASSWORD_NOT_USED"


class PasswordNotStored(Failure):
    """The provider has a user, but no secret is stored that it could log in with."""

    kind = Kind.FAILED_PRECONDITION
    reason = "PASSWORD_NOT_STORED"

    def __init__(self, secret: str) -> None:
        super().__init__(
            say("this configuration has a user, but no {secret} is stored: update it with one", secret=secret)
        )


class UserNotSet(Failure):
    """The provider has a password, but no user that it could log in."""

    kind = Kind.FAILED_PRECONDITION
    reason = "USER_NOT_SET"

    def __init__(self) -> None:
        super().__init__(
            say(
                "no user is set: this configuration has a password that nobody logs in with; update it with "
                "the user and the password, or clear the password if the server needs no login"
            )
        )


class SecretUnreadable(Failure):
    """A stored secret can't be opened: it is damaged, or sealed under a key that this server does not have."""

    kind = Kind.FAILED_PRECONDITION
    reason = "SECRET_UNREADABLE"

    def __init__(self, config_id: str, secret: str, remedy: str) -> None:
        super().__init__(
            say(
                "the stored {secret} of configuration {config_id} can't be opened: {remedy}",
                secret=secret,
                config_id=config_id,
                remedy=remedy,
            ),
            metadata={"id": config_id},
        )


class AlreadyActive(Failure):
    """The provider that is to be activated is active already."""

    kind = Kind.FAILED_PRECONDITION
    reason = "SMTP_CONFIG_ALREADY_ACTIVE"

    def __init__(self, config_id: str) -> None:
        super().__init__(
            say("SMTP configuration already active"), metadata={"id": config_id}, reference="COMMAND-vUHBSmBzaw"
        )


class AlreadyInactive(Failure):
    """The provider that is to be deactivated is inactive already."""

    kind = Kind.FAILED_PRECONDITION
    reason = "SMTP_CONFIG_ALREADY_INACTIVE"

    def __init__(self, config_id: str) -> None:
        super().__init__(
            say("SMTP configuration already deactivated"), metadata={"id": config_id}, reference="COMMAND-km8g3"
        )


class ProviderExists(Failure):
    """The instance has a provider, and this server is set to hold one at most."""

    kind = Kind.ALREADY_EXISTS
    reason = "SMTP_CONFIG_EXISTS"

    def __init__(self) -> None:
        super().__init__(say("SMTP configuration already exists"), reference="INST-W3VS2")


class SequenceMismatch(Failure):
    """The configuration has changed since the caller read it, so that an update would undo what another one did.

    Args:
        expected: The sequence that the call was based on.
        present: The sequence that the configuration has.
    """

    kind = Kind.ABORTED
    reason = "SEQUENCE_MISMATCH"

    def __init__(self, expected: int, present: int) -> None:
        super().__init__(
            say(
                "the configuration has the sequence {present}, and this call was based on {expected}: read it again, "
                "and decide anew",
                present=present,
                expected=expected,
            ),
            metadata={"expectedSequence": str(expected), "sequence": str(present)},
        )


class EntityTagMismatch(SequenceMismatch):
    """The same, where the caller has said the sequence by the HTTP header if-match."""


class InstanceNotFound(Failure):
    """There is no such instance, or the caller's token is not for it; the answer does not say which."""

    kind = Kind.NOT_FOUND
    reason = "INSTANCE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__(say("the caller has no instance with the id of the header x-instance-id"))


class IdempotencyKeyReused(Failure):
    """The key of the header x-idempotency-key was used with another request."""

    kind = Kind.INVALID_ARGUMENT
    reason = "IDEMPOTENCY_KEY_REUSED"

    def __init__(self) -> None:
        super().__init__(
            say("the idempotency key was used with another request: send a new key with a new request"),
            violations=[FieldViolation("x-idempotency-key", say("was used with another request"))],
        )


class PassphraseWrong(InvalidFields):
    """The passphrase does not open the document's secrets."""

    reason = "PASSPHRASE_WRONG"

    def __init__(self) -> None:
        super().__init__([FieldViolation("passphrase", say("does not open the document's secrets"))])


class ExportTooLarge(Failure):
    """An instance has more providers than one document can hold."""

    kind = Kind.FAILED_PRECONDITION
    reason = "EXPORT_TOO_LARGE"


class ImportEnded(Failure):
    """An import in pages was undone, or finished, so that no page can be added to it.

    Args:
        ended: How it ended: "undone" or "finished".
    """

    kind = Kind.FAILED_PRECONDITION
    reason = "IMPORT_ENDED"

    def __init__(self, ended: str) -> None:
        sentence = say("this import was finished: begin another one")
        if ended == "undone":
            sentence = say("this import was undone: begin another one")
        super().__init__(sentence, metadata={"ended": ended})


class ImportNotFound(Failure):
    """A token is not one of the caller's imports, or too much time has passed since that began."""

    kind = Kind.NOT_FOUND
    reason = "IMPORT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__(
            say(
                "the import token is not one of this caller's imports into this instance, or 23 hours have passed "
                "since the import began"
            )
        )


class SecretExportOff(Failure):
    """This service lets no secrets out, whoever asks."""

    kind = Kind.FAILED_PRECONDITION
    reason = "SECRET_EXPORT_OFF"

    def __init__(self) -> None:
        super().__init__(say("this server exports no secrets: export without a passphrase, or set secret_export"))


_RUNNING = {
    "server": "{limit} SMTP tests are running, as many as this server allows",
    "instance": "{limit} tests of this instance are running, as many as its share allows",
    "token": "{limit} tests of this token are running, as many as a token may have",
    "host": "{limit} tests of this host are running, as many as one host is to bear",
    "login": "{limit} tests log in as this user right now, as many as may fail at once",
}
"""What running tests are counted for -> that there are as many as may be."""


class TooManyTests(Failure):
    """As many tests, searches and posts are running as may.

    Args:
        limit: How many may run at once.
        scope: What they are counted for.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_TESTS"

    def __init__(self, limit: int, scope: str = "server") -> None:
        many = Phrase(_RUNNING[scope], {"limit": limit})
        super().__init__(
            say("{many}; try again in a moment", many=many),
            metadata={"limit": str(limit), "scope": scope},
            retry_after=1.0,
        )


def _or(first: str, second: str) -> str:
    return say("{first} or {second}", first=first, second=second)


def _wait(seconds: float) -> str:
    """Return a wait in words, rounded up."""
    whole = math.ceil(seconds)
    if whole < _LONG_WAIT:
        return say("a second") if whole <= 1 else say("{seconds} seconds", seconds=whole)
    return say("{minutes} minutes", minutes=math.ceil(seconds / 60))


def _period(seconds: int) -> str:
    known = {60: say("a minute"), 600: say("in ten minutes"), 3600: say("an hour")}
    return known.get(seconds) or say("in {seconds} seconds", seconds=seconds)


_WHOSE = {"all": "this service", "token": "a token", "instance": "an instance", "host": "one host"}
"""What a rate is counted for, in words."""


class RateExceeded(Failure):
    """As many tests, searches, posts, imports or exports were made lately as may be.

    Args:
        name: What was made: "tests".
        limit: How many may be made in the period.
        period: Seconds.
        scope: What they are counted for.
        retry_after: Seconds until the next one may be made.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "RATE_EXCEEDED"

    def __init__(self, name: str, limit: int, period: int, scope: str, retry_after: float) -> None:
        whose = Phrase(_WHOSE[scope], {})
        super().__init__(
            say(
                "{whose} may have {limit} {things} {period}, and they are used up; try again in {wait}",
                whose=whose,
                limit=limit,
                things=Phrase(name.replace("_", " "), {}),
                period=_period(period),
                wait=_wait(retry_after),
            ),
            metadata={"name": name, "limit": str(limit), "period": f"{period}s", "scope": scope},
            retry_after=retry_after,
        )


class TooManyFailedLogins(Failure):
    """Logins of one user, or of one instance, have failed so often that no other one is tried for a while.

    Args:
        limit: How many may fail in the period.
        period: Seconds.
        scope: Whether the user's ("login") or the instance's ("instance") are meant.
        retry_after: Seconds until the next one is tried.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_FAILED_LOGINS"

    def __init__(self, limit: int, period: int, scope: str, retry_after: float) -> None:
        whose = say("logins of this user") if scope == "login" else say("logins that this instance tested")
        super().__init__(
            say(
                "too many {whose} have failed (at most {limit} {period}); nothing was sent, so that the "
                "mail provider does not lock the account; try again in {wait}",
                whose=whose,
                limit=limit,
                period=_period(period),
                wait=_wait(retry_after),
            ),
            metadata={"name": "failed_logins", "limit": str(limit), "period": f"{period}s", "scope": scope},
            retry_after=retry_after,
        )


class TooManyMessages(Failure):
    """The receiver has got as many test messages lately as one may.

    Args:
        limit: How many one may get in the period.
        period: Seconds.
        retry_after: Seconds until the next one is sent.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_MESSAGES"

    def __init__(self, limit: int, period: int, retry_after: float) -> None:
        super().__init__(
            say(
                "this receiver has got {limit} test messages {period}, as many as one may; nothing was "
                "sent; try again in {wait}, or test without a message",
                limit=limit,
                period=_period(period),
                wait=_wait(retry_after),
            ),
            metadata={"name": "messages", "limit": str(limit), "period": f"{period}s", "scope": "receiver"},
            retry_after=retry_after,
        )


class TooManyBadTokens(Failure):
    """So many unknown tokens came from one source lately that no other unknown one is looked up for a while.

    Args:
        limit: How many may come in the period.
        period: Seconds.
        retry_after: Seconds until the next one is looked up.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_BAD_TOKENS"

    def __init__(self, limit: int, period: int, retry_after: float) -> None:
        super().__init__(
            say(
                "too many unknown access tokens have come from this address (at most {limit} {period}); try "
                "again in {wait}",
                limit=limit,
                period=_period(period),
                wait=_wait(retry_after),
            ),
            metadata={"name": "bad_tokens", "limit": str(limit), "period": f"{period}s", "scope": "source"},
            retry_after=retry_after,
        )


class EventQuotaExceeded(Failure):
    """The instance's log would have more events than one may.

    Args:
        limit: How many an instance may have.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "EVENT_QUOTA_EXCEEDED"

    def __init__(self, limit: int) -> None:
        super().__init__(
            say(
                "the log of an instance may have {limit} events, so configurations can only be removed or "
                "deactivated: ask the operator of this service for more",
                limit=limit,
            ),
            metadata={"limit": str(limit), "scope": "instance"},
        )


class ConfigQuotaExceeded(Failure):
    """The instance would have more configurations than one may.

    Args:
        limit: How many an instance may have.
    """

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "CONFIG_QUOTA_EXCEEDED"

    def __init__(self, limit: int) -> None:
        super().__init__(
            say(
                "an instance may have {limit} configurations: remove one that is not needed, or ask the "
                "operator of this service for more",
                limit=limit,
            ),
            metadata={"limit": str(limit), "scope": "instance"},
        )


QUOTAS_EXCEEDED = (ConfigQuotaExceeded, EventQuotaExceeded)
"""What an instance would have too much of. Waiting does not help."""


class TooManyBytes(Failure):
    """The bodies of the requests under way hold as much memory as they may, of this token or of all."""

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MANY_BYTES"

    def __init__(self) -> None:
        super().__init__(
            say("the requests that are being sent hold as much memory as this server allows; try again in a moment"),
            retry_after=1.0,
        )


class TooMuchWork(Failure):
    """So much work that takes long waits already (key derivations, large documents) that no more is accepted."""

    kind = Kind.RESOURCE_EXHAUSTED
    reason = "TOO_MUCH_WORK"

    def __init__(self) -> None:
        super().__init__(
            say("too much work of this kind is waiting, of this instance or of all; try again in a moment"),
            retry_after=5.0,
        )


class DeadlineExceeded(Failure):
    """The deadline of the caller, or of the server, passed before there was an answer.

    Args:
        message: As with `Failure`.
        cut_to: The seconds that the server gives a call, where the caller's deadline was later; None where it was not.
    """

    kind = Kind.DEADLINE_EXCEEDED
    reason = "DEADLINE_EXCEEDED"

    def __init__(self, message: str, *, cut_to: float | None = None) -> None:
        if cut_to is not None:
            message = say(
                "{over}; it was cut to {seconds} s, which is all that this server gives a call",
                over=message,
                seconds=f"{cut_to:g}",
            )
        super().__init__(message, metadata={"cutTo": f"{cut_to:g}s"} if cut_to is not None else None)


class ServerStopping(Failure):
    """The server stops or starts anew, and the call's time to end is over. What a write has done stands."""

    kind = Kind.UNAVAILABLE
    reason = "SERVER_STOPPING"

    def __init__(self) -> None:
        super().__init__(
            say("the server is stopping, so this call was ended before its answer was whole; call again"),
            retry_after=2.0,
        )


class SmtpTestFailed(Failure):
    """An SMTP test failed, in an API whose answer has no place for a report.

    Its kind is DEADLINE_EXCEEDED if the test ran out of time, and FAILED_PRECONDITION otherwise.

    Args:
        message: As with `Failure`.
        code: The diagnosis' code; in upper case it is the failure's reason.
        stage: The stage that the test came to.
        metadata: As with `Failure`; the stage is added.
        retry_after: As with `Failure`.
        timed_out: Whether the test ran out of time.
        reference: As with `Failure`.
        help_url: As with `Failure`.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        stage: str,
        metadata: Mapping[str, str],
        retry_after: float | None,
        timed_out: bool,
        reference: str = "",
        help_url: str = "",
    ) -> None:
        super().__init__(
            message,
            metadata={"stage": stage, **metadata},
            retry_after=retry_after,
            reference=reference,
            help_url=help_url,
        )
        self.kind = Kind.DEADLINE_EXCEEDED if timed_out else Kind.FAILED_PRECONDITION
        self.reason = code.upper()


class StoreUnavailable(Failure):
    """The database can't be used now. Nothing was changed, unless the sentence says otherwise."""

    kind = Kind.UNAVAILABLE
    reason = "STORE_UNAVAILABLE"

    def __init__(self, message: str = say("the database can't be used right now"), retry_after: float = 1.0) -> None:
        super().__init__(message, retry_after=retry_after)


class Resource(StrEnum):
    """What this service can run out of while it tests a server."""

    FILE_DESCRIPTORS = "file_descriptors"
    PORTS = "local_ports"
    MEMORY = "memory"
    THREADS = "threads"


class ServiceShortage(Failure):
    """Something is used up on this side, so that a test, a search or a post can't be finished: no fault of the server.

    Args:
        resource: What is used up.

    Attributes:
        resource: What is used up.
    """

    kind = Kind.UNAVAILABLE
    reason = "RESOURCES_SHORT"

    def __init__(self, resource: Resource) -> None:
        super().__init__(
            say(
                "this service has no {resource} left, so the test was not finished and says nothing about "
                "the server; try again in a moment",
                resource=Phrase(resource.replace("_", " "), {}),
            ),
            metadata={"resource": resource.value},
            retry_after=5.0,
        )
        self.resource = resource


class StartupError(Exception):
    """The service can't start: a setting is wrong, a key does not fit, a port is in use. It is for operators."""


class AddressUnusable(StartupError):
    """The service can't listen on an address: another program does, or it is none of this machine's.

    Args:
        address: The address, with its port.
        wire: What it is for, as people call it.
        reason: The system's words.

    Attributes:
        wire: What it is for.
    """

    def __init__(self, address: str, wire: str, reason: str) -> None:
        super().__init__(f"can't listen on {address} for {wire}: {reason}")
        self.wire = wire
