"""The definitions of the codes of a test post to an HTTP provider: codes, sentences and advice.

Only data; see `diagnosis.definition`. The templates have the fields {host} {port} {status} {doing} {seconds}. Pure.
"""

from __future__ import annotations

from enum import StrEnum

from mailproof.diagnosis.definition import Definition, Prose, Topic, Waiting, Wording


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
    TRUST_STORE_EMPTY = "trust_store_empty"


_ADMIT = "Check name and port; if they are right, the operator of this service has to allow them (docs/egress.md)."


_SERVICE = "Start the receiver's service, or correct the port in the endpoint."


def _defined(message: str, advice: str = "", waiting: Waiting = Waiting.NEVER) -> Definition:
    return Definition(Wording(message, (Prose(Topic.SERVER, advice),) if advice else ()), waiting=waiting)


WEBHOOK: dict[WebhookCode, Definition] = {
    WebhookCode.OK: _defined("The receiver took the message (status {status})."),
    WebhookCode.EGRESS_DENIED: _defined("This service may not connect to {host} port {port}.", _ADMIT),
    WebhookCode.DNS_NOT_FOUND: _defined(
        "The name {host} has no address that this service may connect to.", "Correct the host name in the endpoint."
    ),
    WebhookCode.DNS_TEMPORARY: _defined(
        "The name {host} can't be looked up now.", "Try again in a minute.", Waiting.ALWAYS
    ),
    WebhookCode.DNS_ERROR: _defined("Looking up the name {host} failed.", "Check the DNS of the domain."),
    WebhookCode.CONNECTION_REFUSED: _defined("Nothing answers at {host} port {port}.", _SERVICE),
    WebhookCode.NETWORK_UNREACHABLE: _defined(
        "There is no way to {host} port {port} from here.",
        "Check firewalls and routes between this service and the receiver.",
    ),
    WebhookCode.TIMEOUT: _defined(
        "{host} did not answer in time: after {seconds} seconds the test was still {doing}.",
        "Let the receiver answer at once and do its work afterwards; where it is not reached at all, check firewalls.",
    ),
    WebhookCode.CONNECTION_RESET: _defined(
        "{host} broke the connection {doing}.",
        "Look into the receiver's log; a proxy in front of it may have closed the connection.",
    ),
    WebhookCode.TLS_HANDSHAKE_FAILED: _defined(
        "{host} port {port} does not speak TLS, or nothing newer than TLS 1.1.",
        "Correct the port in the endpoint, or switch on TLS 1.2 or 1.3 at the receiver.",
    ),
    WebhookCode.TLS_CERT_EXPIRED: _defined(
        "The certificate of {host} has expired.", "Renew the receiver's certificate."
    ),
    WebhookCode.TLS_CERT_NOT_YET_VALID: _defined(
        "The certificate of {host} is not valid yet.",
        "Check the clocks of the receiver and of this service, or install a certificate that is valid now.",
    ),
    WebhookCode.TLS_HOSTNAME_MISMATCH: _defined(
        "The certificate of {host} is for other names.",
        "Use a name of the certificate in the endpoint, or install one that has {host} among its names.",
    ),
    WebhookCode.TLS_SELF_SIGNED: _defined(
        "The certificate of {host} is signed by itself.",
        "Install a certificate of a known authority, or let the operator of this service trust yours (ca_file).",
    ),
    WebhookCode.TLS_UNTRUSTED: _defined(
        "The certificate of {host} can't be traced to a known authority.",
        "Install the whole chain of certificates at the receiver, or let this service's operator trust it (ca_file).",
    ),
    WebhookCode.TRUST_STORE_EMPTY: _defined(
        "This service trusts no certificate authority at all, so that the certificate of {host} can't be verified.",
        "Have the operator of this service install the authorities' certificates, or set trust anchors (ca_file).",
    ),
    WebhookCode.NOT_HTTP: _defined(
        "What answers at {host} port {port} does not speak HTTP as it should.",
        "Correct the port in the endpoint; a port that speaks TLS needs https://.",
    ),
    WebhookCode.RESPONSE_TOO_LARGE: _defined(
        "The head of the receiver's answer is too large.",
        "Let the receiver answer with few headers.",
    ),
    WebhookCode.REDIRECTED: _defined(
        "The receiver redirects elsewhere (status {status}), which is not followed.",
        "Put the final URL into the endpoint; a missing or extra slash at the end is a frequent reason.",
    ),
    WebhookCode.UNAUTHORIZED: _defined(
        "The receiver refuses the caller (status {status}).",
        "Give it this provider's signing key, set its clock, and let it verify the body as it came (docs/webhooks.md).",
    ),
    WebhookCode.NOT_FOUND: _defined(
        "The receiver has nothing at this path (status {status}).",
        "Correct the path in the endpoint.",
    ),
    WebhookCode.METHOD_NOT_ALLOWED: _defined(
        "The receiver takes no POST at this path (status {status}).",
        "Correct the path in the endpoint, or let the receiver take POST there.",
    ),
    WebhookCode.REJECTED: _defined(
        "The receiver refuses the message (status {status}).",
        "Look into the receiver's log; docs/webhooks.md has the format that it is sent.",
    ),
    WebhookCode.RATE_LIMITED: _defined(
        "The receiver is asked too often (status {status}).",
        "Try again later, or raise the receiver's limit.",
        Waiting.ALWAYS,
    ),
    WebhookCode.SERVER_ERROR: _defined(
        "The receiver failed (status {status}).",
        "Look into the receiver's log.",
    ),
}
"""Code -> definition."""
