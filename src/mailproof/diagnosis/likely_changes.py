"""Says which changes a failure can depend on: a refused login on a new password, and not on a new certificate.

A table of stages, and of the codes whose cause is known more exactly than their stage tells. Law: a change is called
likely only where the failing stage can depend on it. Pure.
"""

from __future__ import annotations

from mailproof.smtp.vocabulary import ChangeKind as Kind
from mailproof.smtp.vocabulary import Code, Stage

_WHERE = frozenset({(Kind.SETTING, "host"), (Kind.SETTING, "port"), (Kind.ADDRESS, "")})
_SECURED = frozenset({(Kind.SETTING, "tls_mode"), (Kind.TLS_MODE, "")})
_CERTIFICATE = frozenset({(Kind.CERTIFICATE, ""), (Kind.CERTIFICATE_CHAIN, ""), (Kind.CERTIFICATE_TRUST, "")})
_SERVER = frozenset({(Kind.SOFTWARE, "")})
_LOGIN = frozenset(
    {
        (Kind.SETTING, "user"),
        (Kind.SETTING, "login"),
        (Kind.SETTING, "token_endpoint"),
        (Kind.SETTING, "client_id"),
        (Kind.SETTING, "scopes"),
        (Kind.SECRET, ""),
    }
)
_MECHANISM = frozenset({(Kind.SETTING, "mechanism"), (Kind.OFFERED_MECHANISM, ""), (Kind.MECHANISM, "")})
_SENDER = frozenset({(Kind.SETTING, "user"), (Kind.SETTING, "sender"), (Kind.SETTING, "ehlo_name")})
_RECIPIENT = frozenset({(Kind.SETTING, "recipient")})
_SIZE = frozenset({(Kind.SIZE_LIMIT, "")})
_STARTTLS = frozenset({(Kind.EXTENSION, "STARTTLS")})
_DEPTH = frozenset({(Kind.DEPTH, "")})

_Change = tuple[Kind, str]
"""A kind with the name of the setting or the extension; other kinds have an empty one, whatever they name."""

_NAMED = (Kind.SETTING, Kind.EXTENSION)

_OF_STAGE: dict[Stage, frozenset[_Change]] = {
    Stage.POLICY: _WHERE,
    Stage.RESOLVE: _WHERE,
    Stage.CONNECT: _WHERE,
    Stage.GREETING: _WHERE | _SECURED | _SERVER,
    Stage.TLS: _WHERE | _SECURED | _SERVER | _CERTIFICATE | {(Kind.TLS_VERSION, ""), (Kind.CIPHER, "")},
    Stage.EHLO: _WHERE | _SECURED | _SERVER | {(Kind.SETTING, "ehlo_name")},
    Stage.STARTTLS: _WHERE | _SECURED | _SERVER | _STARTTLS,
    Stage.AUTH: _WHERE | _SECURED | _SERVER | _LOGIN | _MECHANISM | _DEPTH,
    Stage.MAIL: _WHERE | _SECURED | _SERVER | _SENDER | _MECHANISM | _DEPTH,
    Stage.RCPT: _WHERE | _SECURED | _SERVER | _SENDER | _RECIPIENT | _DEPTH,
    Stage.DATA: _WHERE | _SECURED | _SERVER | _SENDER | _RECIPIENT | _DEPTH,
    Stage.QUIT: frozenset(),
}

_OF_CODE: dict[Code, frozenset[_Change]] = {
    # These depend on how much was asked of the server lately, or on who asks, and on nothing that a test sees.
    **dict.fromkeys(
        (
            Code.RATE_LIMITED,
            Code.TOO_MANY_CONNECTIONS,
            Code.SERVICE_UNAVAILABLE,
            Code.TEMPORARY_FAILURE,
            Code.CLIENT_IP_BLOCKED,
            Code.CLIENT_NO_RDNS,
            Code.OUTGOING_SMTP_BLOCKED,
            Code.AUTH_TEMPORARY_FAILURE,
            Code.AUTH_TOO_MANY_ATTEMPTS,
        ),
        _WHERE | _SERVER,
    ),
    **dict.fromkeys(
        (Code.SENDING_LIMIT_REACHED, Code.ACCOUNT_RESTRICTED, Code.AUTH_BASIC_DISABLED, Code.AUTH_SMTP_DISABLED),
        _WHERE | _SERVER | {(Kind.SETTING, "user"), (Kind.MECHANISM, ""), (Kind.OFFERED_MECHANISM, "")},
    ),
    **dict.fromkeys((Code.GREYLISTED, Code.MAILBOX_FULL), _WHERE | _SERVER | _RECIPIENT | _DEPTH),
    Code.AUTH_TOKEN_FAILED: _LOGIN,  # the mail server has no part in it
    # A certificate that is refused: the session that showed it has no part in that.
    **dict.fromkeys(
        (
            Code.TLS_CERT_EXPIRED,
            Code.TLS_CERT_NOT_YET_VALID,
            Code.TLS_SELF_SIGNED,
            Code.TLS_UNTRUSTED,
            Code.TLS_MISSING_INTERMEDIATE,
            Code.TLS_CERT_WEAK,
            Code.TLS_CERT_WRONG_PURPOSE,
            Code.TLS_INTERCEPTED,
        ),
        _WHERE | _SECURED | _CERTIFICATE,
    ),
    Code.TLS_HOSTNAME_MISMATCH: _WHERE | _SECURED | {(Kind.CERTIFICATE, "")},
    # Found before a login is tried, so it depends on nothing that one brings.
    **dict.fromkeys(
        (Code.AUTH_NOT_OFFERED, Code.AUTH_NOT_ENABLED, Code.AUTH_MECHANISM_UNSUPPORTED, Code.AUTH_REQUIRES_TLS),
        _WHERE | _SECURED | _SERVER | _STARTTLS | _MECHANISM | _DEPTH | {(Kind.SETTING, "login")},
    ),
    Code.TLS_REQUIRED: _WHERE | _SECURED | _SERVER | _STARTTLS | _DEPTH,
    Code.AUTH_REQUIRED: _WHERE | _SERVER | _LOGIN | _MECHANISM | _DEPTH,
    Code.MESSAGE_TOO_LARGE: _WHERE | _SERVER | _SIZE,
    Code.SMTPUTF8_NOT_SUPPORTED: _WHERE | _SERVER | _SENDER | _RECIPIENT | {(Kind.EXTENSION, "SMTPUTF8")} | _DEPTH,
}

_ORDER = (
    Kind.SETTING,
    Kind.SECRET,
    Kind.CERTIFICATE,
    Kind.CERTIFICATE_CHAIN,
    Kind.CERTIFICATE_TRUST,
    Kind.TLS_MODE,
    Kind.OFFERED_MECHANISM,
    Kind.MECHANISM,
    Kind.SIZE_LIMIT,
    Kind.EXTENSION,
    Kind.TLS_VERSION,
    Kind.SOFTWARE,
    Kind.ADDRESS,
    Kind.CIPHER,
    Kind.DEPTH,
    Kind.REPLY,
)
"""Of two changes that are both likely, or both not, the one that more often is the cause comes first."""


def can_depend_on(stage: Stage, code: Code, kind: Kind, name: str = "") -> bool:
    """Return whether a failure can depend on a change.

    Args:
        stage: Where the test failed.
        code: With what.
        kind: What has changed.
        name: Of a setting or an extension, its name.
    """
    causes = _OF_CODE.get(code, _OF_STAGE[stage])
    return (kind, name if kind in _NAMED else "") in causes


def order_of(kind: Kind) -> int:
    """Return a kind's place among changes that are equally likely."""
    return _ORDER.index(kind)
