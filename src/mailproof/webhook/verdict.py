"""The verdict on a post to an HTTP provider, and what to change: codes, sentences and the report. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailproof.smtp.vocabulary import Code, Outcome
from mailproof.syntax.url import Phase, Url


class WebhookCode(StrEnum):
    """The result of a post; the names are those of smtpdiag.v1.WebhookCode."""

    OK = "ok"
    EGRESS_DENIED = "egress_denied"
    DNS_NOT_FOUND = "dns_not_found"
    DNS_TEMPORARY = "dns_temporary"
    DNS_ERROR = "dns_error"
    CONNECTION_REFUSED = "connection_refused"
    NETWORK_UNREACHABLE = "network_unreachable"
    TIMEOUT = "timeout"
    CONNECTION_RESET = "connection_reset"
    TLS_HANDSHAKE_FAILED = "tls_handshake_failed"
    TLS_CERT_EXPIRED = "tls_cert_expired"
    TLS_CERT_NOT_YET_VALID = "tls_cert_not_yet_valid"
    TLS_HOSTNAME_MISMATCH = "tls_hostname_mismatch"
    TLS_SELF_SIGNED = "tls_self_signed"
    TLS_UNTRUSTED = "tls_untrusted"
    NOT_HTTP = "not_http"
    RESPONSE_TOO_LARGE = "response_too_large"
    REDIRECTED = "redirected"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    REJECTED = "rejected"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"


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
    """The verdict on a post; of the receiver's response it holds only the status."""

    outcome: Outcome
    phase: Phase
    code: WebhookCode
    status: int
    message: str
    advice: str
    elapsed_ms: int


def judge(result: PostResult, url: Url) -> WebhookReport:
    """Return the verdict on a post to `url`."""
    code = _code(result)
    message, advice = _SENTENCES[code]
    words = {
        "host": url.host,
        "port": url.port,
        "status": result.status,
        "doing": _DOING[result.phase],
        "seconds": f"{result.elapsed:.1f}",
    }
    return WebhookReport(
        Outcome.OK if code is WebhookCode.OK else Outcome.FAIL,
        result.phase,
        code,
        result.status,
        message.format_map(words),
        advice.format_map(words),
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


_ADMIT = "Check name and port; if they are right, the operator of this service has to allow them (docs/egress.md)."


_SERVICE = "Start the receiver's service, or correct the port in the endpoint."


_SENTENCES: dict[WebhookCode, tuple[str, str]] = {
    WebhookCode.OK: ("The receiver took the message (status {status}).", ""),
    WebhookCode.EGRESS_DENIED: ("This service may not connect to {host} port {port}.", _ADMIT),
    WebhookCode.DNS_NOT_FOUND: ("The name {host} has no address.", "Correct the host name in the endpoint."),
    WebhookCode.DNS_TEMPORARY: ("The name {host} can't be looked up now.", "Try again in a minute."),
    WebhookCode.DNS_ERROR: ("Looking up the name {host} failed.", "Check the DNS of the domain."),
    WebhookCode.CONNECTION_REFUSED: ("Nothing answers at {host} port {port}.", _SERVICE),
    WebhookCode.NETWORK_UNREACHABLE: (
        "There is no way to {host} port {port} from here.",
        "Check firewalls and routes between this service and the receiver.",
    ),
    WebhookCode.TIMEOUT: (
        "{host} did not answer in time: after {seconds} seconds the test was still {doing}.",
        "Let the receiver answer at once and do its work afterwards; where it is not reached at all, check firewalls.",
    ),
    WebhookCode.CONNECTION_RESET: (
        "{host} broke the connection {doing}.",
        "Look into the receiver's log; a proxy in front of it may have closed the connection.",
    ),
    WebhookCode.TLS_HANDSHAKE_FAILED: (
        "{host} port {port} does not speak TLS, or nothing newer than TLS 1.1.",
        "Correct the port in the endpoint, or switch on TLS 1.2 or 1.3 at the receiver.",
    ),
    WebhookCode.TLS_CERT_EXPIRED: ("The certificate of {host} has expired.", "Renew the receiver's certificate."),
    WebhookCode.TLS_CERT_NOT_YET_VALID: (
        "The certificate of {host} is not valid yet.",
        "Check the clocks of the receiver and of this service, or install a certificate that is valid now.",
    ),
    WebhookCode.TLS_HOSTNAME_MISMATCH: (
        "The certificate of {host} is for other names.",
        "Use a name of the certificate in the endpoint, or install one that has {host} among its names.",
    ),
    WebhookCode.TLS_SELF_SIGNED: (
        "The certificate of {host} is signed by itself.",
        "Install a certificate of a known authority, or let the operator of this service trust yours (ca_file).",
    ),
    WebhookCode.TLS_UNTRUSTED: (
        "The certificate of {host} can't be traced to a known authority.",
        "Install the whole chain of certificates at the receiver, or let this service's operator trust it (ca_file).",
    ),
    WebhookCode.NOT_HTTP: (
        "What answers at {host} port {port} does not speak HTTP as it should.",
        "Correct the port in the endpoint; a port that speaks TLS needs https://.",
    ),
    WebhookCode.RESPONSE_TOO_LARGE: (
        "The head of the receiver's answer is too large.",
        "Let the receiver answer with few headers.",
    ),
    WebhookCode.REDIRECTED: (
        "The receiver redirects elsewhere (status {status}), which is not followed.",
        "Put the final URL into the endpoint; a missing or extra slash at the end is a frequent reason.",
    ),
    WebhookCode.UNAUTHORIZED: (
        "The receiver refuses the caller (status {status}).",
        "Give it this provider's signing key, set its clock, and let it verify the body as it came (docs/webhooks.md).",
    ),
    WebhookCode.NOT_FOUND: (
        "The receiver has nothing at this path (status {status}).",
        "Correct the path in the endpoint.",
    ),
    WebhookCode.METHOD_NOT_ALLOWED: (
        "The receiver takes no POST at this path (status {status}).",
        "Correct the path in the endpoint, or let the receiver take POST there.",
    ),
    WebhookCode.REJECTED: (
        "The receiver refuses the message (status {status}).",
        "Look into the receiver's log; docs/webhooks.md has the format that it is sent.",
    ),
    WebhookCode.RATE_LIMITED: (
        "The receiver is asked too often (status {status}).",
        "Try again later, or raise the receiver's limit.",
    ),
    WebhookCode.SERVER_ERROR: (
        "The receiver failed (status {status}).",
        "Look into the receiver's log.",
    ),
}
