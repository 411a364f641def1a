"""The verdict on a post to an HTTP provider: its code, and the report in the words of the catalogue. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.diagnosis.catalogue_webhook import WEBHOOK, WebhookCode
from mailproof.diagnosis.definition import Prose
from mailproof.domain.phrase import Phrase, sentences
from mailproof.smtp.vocabulary import Code, Outcome
from mailproof.syntax.url import Phase, Url


@dataclass(frozen=True, slots=True)
class PostResult:
    """What happened in a post.

    Attributes:
        phase: The last phase of the request.
        code: OK where there was a response, whatever its status.
        status: The response's status; 0 where there was no response.
        elapsed: Seconds that the post took.
    """

    phase: Phase
    code: Code
    status: int
    elapsed: float


@dataclass(frozen=True, slots=True)
class WebhookReport:
    """The verdict on a post; of the receiver's response it holds only the status.

    Attributes:
        test_id: Under which id the test is kept; empty where it is not.
    """

    outcome: Outcome
    phase: Phase
    code: WebhookCode
    status: int
    message: str
    advice: str
    elapsed_ms: int
    test_id: str = ""


def judge(result: PostResult, url: Url) -> WebhookReport:
    """Return the verdict on a post to `url`."""
    code = _code(result)
    wording = WEBHOOK[code].wording
    words = {
        "host": url.host,
        "port": url.port,
        "status": result.status,
        "doing": Phrase(_DOING[result.phase], {}),
        "seconds": f"{result.elapsed:.1f}",
    }
    return WebhookReport(
        Outcome.OK if code is WebhookCode.OK else Outcome.FAIL,
        result.phase,
        code,
        result.status,
        Phrase(wording.message, words),
        sentences([Phrase(advice.text, words) for advice in wording.advice if isinstance(advice, Prose)]),
        round(result.elapsed * 1000),
    )


def _code(result: PostResult) -> WebhookCode:
    """Return the code of a post's result."""
    if result.code is not Code.OK:
        return _OTHER_NAMES.get(result.code) or WebhookCode(result.code.value)
    status = result.status
    if 300 <= status < 400:
        return WebhookCode.REDIRECTED
    if status in _STATUSES:
        return _STATUSES[status]
    if 200 <= status < 300:
        return WebhookCode.OK
    if 400 <= status < 500:
        return WebhookCode.REJECTED
    return WebhookCode.SERVER_ERROR if 500 <= status < 600 else WebhookCode.NOT_HTTP  # RFC 9110 section 15


_STATUSES = {
    401: WebhookCode.UNAUTHORIZED,
    403: WebhookCode.UNAUTHORIZED,
    404: WebhookCode.NOT_FOUND,
    405: WebhookCode.METHOD_NOT_ALLOWED,
    410: WebhookCode.NOT_FOUND,
    429: WebhookCode.RATE_LIMITED,
}


# Codes of `net.http` that have another name here, or no name of their own.
_OTHER_NAMES = {
    Code.INVALID_HOST: WebhookCode.DNS_NOT_FOUND,
    Code.PROTOCOL_ERROR: WebhookCode.NOT_HTTP,
    Code.TLS_MISSING_INTERMEDIATE: WebhookCode.TLS_UNTRUSTED,
    Code.TLS_CERT_WEAK: WebhookCode.TLS_UNTRUSTED,
    Code.TLS_CERT_WRONG_PURPOSE: WebhookCode.TLS_UNTRUSTED,
}


_DOING = {
    Phase.POLICY: "before anything was asked",
    Phase.RESOLVE: "looking up the name",
    Phase.CONNECT: "connecting",
    Phase.TLS: "in the TLS handshake",
    Phase.REQUEST: "sending the request",
    Phase.RESPONSE: "waiting for the answer",
}
