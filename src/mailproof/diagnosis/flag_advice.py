"""Advice for callers whose API has only two settings of the connection: `tls`, a boolean, and `host`, "name:port".

That is the ZITADEL API (`Audience.FLAG`). Here stands only what differs from `diagnosis.sentences` and
`diagnosis.advice_rows`; the templates have the same fields, where {at} is the host as it is written before a port. Law:
advice names a setting that this API does not have only together with the person who has it. Pure.
"""

from __future__ import annotations

from mailproof.smtp.vocabulary import Code, Stage

_OTHER_PORT = 'Set host to "{at}:465" or "{at}:587", with tls: true.'
_USUAL = 'Check the port in host: "{at}:587" and "{at}:465", both with tls: true, are usual.'
_ANCHORS = "have the operator of this service add {what} to its trust anchors (ca_file)"

FLAG_ADVICE: dict[Code, str] = {
    Code.INVALID_HOST: 'Set host to a name or address with its port, like "smtp.example.com:587".',
    Code.CONNECTION_REFUSED: _USUAL,
    Code.TIMEOUT: "Check name and port in host, or give the call a longer deadline if the server is known to be slow.",
    Code.CONNECTION_CLOSED: "Check name and port in host; the server's log tells why it hung up.",
    Code.CONNECTION_RESET: "Check name and port in host, and any firewall between this service and the server.",
    Code.NOT_SMTP: _OTHER_PORT,
    Code.PROTOCOL_ERROR: "Check that host names an SMTP server and that no proxy or firewall changes the traffic.",
    Code.RESPONSE_TOO_LARGE: "Check that host names an SMTP server and its port.",
    Code.SERVICE_UNAVAILABLE: "Try again later; if it stays so, ask whether the address of this service is blocked, or "
    "set another port in host.",
    Code.WRONG_TLS_MODE_USE_IMPLICIT: "Set tls to true.",
    Code.WRONG_TLS_MODE_USE_STARTTLS: "Set tls to true: it finds STARTTLS by itself.",
    Code.WRONG_TLS_MODE_USE_NONE: "Set tls to false if clear text is acceptable on this network.",
    Code.STARTTLS_NOT_OFFERED: 'Set host to "{at}:465", or to a port that offers STARTTLS, usually "{at}:587"; or set '
    "tls to false if clear text is acceptable on this network.",
    Code.STARTTLS_REJECTED: 'Set host to "{at}:465", or have the server\'s TLS certificate and key checked.',
    Code.STARTTLS_INJECTION: 'Set host to "{at}:465" with tls: true, where this can\'t happen, and have the network '
    "path checked.",
    Code.TLS_HANDSHAKE_FAILED: "Check the port in host; if it is right, the server's TLS set-up needs repair.",
    Code.TLS_CLIENT_CERT_REQUIRED: 'Set host to a port that takes user and password ("{at}:587" or "{at}:465"), or '
    "have the server stop asking for certificates.",
    Code.TLS_UNRECOGNIZED_NAME: "Set host to the name that the provider documents, with its port.",
    Code.TLS_HOSTNAME_MISMATCH: "Set host to a name on the certificate, with its port, or have a certificate for "
    "{host} installed.",
    Code.TLS_SELF_SIGNED: f"Have a certificate of a public authority installed, or {_ANCHORS.format(what='this one')}.",
    Code.TLS_UNTRUSTED: f"Have a certificate of a public authority installed, or {_ANCHORS.format(what='its issuer')}.",
    Code.TLS_REQUIRED: "Set tls to true.",
    Code.EHLO_REJECTED: "Have the operator of this service set its EHLO name (ehlo_name) to the full DNS name of its "
    "public address.",
    Code.AUTH_NOT_OFFERED: 'Set host to the submission port ("{at}:587" or "{at}:465"), or leave user and password '
    "empty if the relay needs none.",
    Code.AUTH_NOT_ENABLED: 'Set host to the submission port ("{at}:587" or "{at}:465"), or have authentication enabled '
    "on the server.",
    Code.AUTH_MECHANISM_UNSUPPORTED: "Have PLAIN or LOGIN enabled on the server.",
    Code.AUTH_REQUIRES_TLS: "Set tls to true.",
    Code.SENDER_REJECTED: "Set sender_address to one that this account may use and that the provider has verified.",
    Code.RECIPIENT_REJECTED: "Check receiver_address.",
    Code.MAILBOX_FULL: "Set another receiver_address, or have the mailbox cleared.",
    Code.SMTPUTF8_NOT_SUPPORTED: "Set sender_address and receiver_address to addresses with ASCII characters only.",
    Code.CLEARTEXT_CREDENTIALS: "Set tls to true.",
    Code.STARTTLS_AVAILABLE_BUT_OFF: "Set tls to true.",
}
"""Code -> advice."""

FLAG_ADVICE_AT: dict[tuple[Code, Stage], str] = {
    (Code.TIMEOUT, Stage.RESOLVE): "Check the name in host, and the DNS settings of the machine that this service "
    "runs on.",
    (
        Code.TIMEOUT,
        Stage.CONNECT,
    ): 'Check name and port in host; many networks block port 25, so set host to "{at}:587" '
    'or "{at}:465", with tls: true.',
    (Code.TIMEOUT, Stage.GREETING): "If the port expects TLS from the start, as 465 does, set tls to true; else give "
    "the call a longer deadline.",
    (Code.TIMEOUT, Stage.TLS): _USUAL,
    (Code.CONNECTION_CLOSED, Stage.GREETING): "Check the port in host, and set tls to true; the server may also block "
    "the address of this service.",
    (Code.CONNECTION_CLOSED, Stage.TLS): _USUAL,
    (Code.CONNECTION_CLOSED, Stage.AUTH): "Check user and password first: some servers hang up where they should "
    "refuse.",
}
"""(code, stage) -> more exact advice, where `diagnosis.sentences.AT_STAGE` has more exact sentences."""
