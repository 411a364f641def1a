"""The words of a diagnosis: stages, codes, outcomes, modes. They are a stable public API: add, never rename.

`mailproof diagnose --json` prints the values. In upper case they are `ErrorInfo.reason`, and with the enum's prefix the
names of the proto enum (a test compares them). Pure: standard library only.
"""

from __future__ import annotations

from enum import StrEnum


class TlsMode(StrEnum):
    """How the connection is secured (RFC 8314 section 3, RFC 3207)."""

    AUTO = "auto"  # encrypted and verified: implicit TLS or STARTTLS, whichever the port speaks
    IMPLICIT = "implicit"
    STARTTLS = "starttls"  # STARTTLS is required
    OPPORTUNISTIC = "opportunistic"  # STARTTLS when offered, otherwise clear text
    NONE = "none"  # never STARTTLS


class Depth(StrEnum):
    """How far a test goes; each includes the ones before it."""

    CONNECT = "connect"
    TLS = "tls"
    EHLO = "ehlo"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"

    @property
    def rank(self) -> int:
        """Position in the order of the definition, from 0."""
        return _RANKS[self]

    def reaches(self, other: Depth) -> bool:
        """Return whether a test of this depth includes `other`."""
        return _RANKS[self] >= _RANKS[other]


_RANKS = {depth: rank for rank, depth in enumerate(Depth)}


class Patience(StrEnum):
    """How long a test waits at one step for a server that says nothing."""

    VERIFIED = "verified"  # until another setting is verified, and the step has had a fair time
    FULL = "full"  # for all of the test's time


class Outcome(StrEnum):
    """Whether the requested test passed."""

    OK = "ok"
    FAIL = "fail"


class Severity(StrEnum):
    """How much a finding matters: an error fails the test, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Stage(StrEnum):
    """The stages of a test, in order. The EHLO inside TLS is `EHLO` again; `TLS` is any handshake or certificate."""

    POLICY = "policy"
    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    QUIT = "quit"


class ChangeKind(StrEnum):
    """What differs between a failing test and the last good one of the same configuration."""

    SETTING = "setting"  # of the configuration, or what was tested in its place
    SECRET = "secret"  # noqa: S105 - a word; a secret that was replaced, its value is never told
    DEPTH = "depth"  # the test went further than the last good one
    ADDRESS = "address"
    TLS_MODE = "tls_mode"  # how the connection was secured
    TLS_VERSION = "tls_version"
    CIPHER = "cipher"
    CERTIFICATE = "certificate"  # another one, or the same one has ended
    CERTIFICATE_CHAIN = "certificate_chain"
    CERTIFICATE_TRUST = "certificate_trust"
    SOFTWARE = "software"  # as the greeting names it
    EXTENSION = "extension"  # of EHLO
    SIZE_LIMIT = "size_limit"
    OFFERED_MECHANISM = "offered_mechanism"
    MECHANISM = "mechanism"  # that the login used
    REPLY = "reply"  # at the stage that failed


class Code(StrEnum):
    """What was found. Codes of the first block are root causes, those of the last block are warnings."""

    OK = "ok"
    EGRESS_DENIED = "egress_denied"
    INVALID_HOST = "invalid_host"
    DNS_NOT_FOUND = "dns_not_found"
    DNS_TEMPORARY = "dns_temporary"
    DNS_ERROR = "dns_error"
    CONNECTION_REFUSED = "connection_refused"
    NETWORK_UNREACHABLE = "network_unreachable"
    TIMEOUT = "timeout"
    CONNECTION_CLOSED = "connection_closed"
    CONNECTION_RESET = "connection_reset"
    NOT_SMTP = "not_smtp"
    PROTOCOL_ERROR = "protocol_error"
    RESPONSE_TOO_LARGE = "response_too_large"
    SERVICE_UNAVAILABLE = "service_unavailable"
    TOO_MANY_CONNECTIONS = "too_many_connections"
    RATE_LIMITED = "rate_limited"
    TEMPORARY_FAILURE = "temporary_failure"
    WRONG_TLS_MODE_USE_IMPLICIT = "wrong_tls_mode_use_implicit"
    WRONG_TLS_MODE_USE_STARTTLS = "wrong_tls_mode_use_starttls"
    WRONG_TLS_MODE_USE_NONE = "wrong_tls_mode_use_none"
    STARTTLS_NOT_OFFERED = "starttls_not_offered"
    STARTTLS_REJECTED = "starttls_rejected"
    STARTTLS_INJECTION = "starttls_injection"
    TLS_HANDSHAKE_FAILED = "tls_handshake_failed"
    TLS_VERSION_TOO_OLD = "tls_version_too_old"
    TLS_CLIENT_CERT_REQUIRED = "tls_client_cert_required"
    TLS_UNRECOGNIZED_NAME = "tls_unrecognized_name"
    TLS_CERT_EXPIRED = "tls_cert_expired"
    TLS_CERT_NOT_YET_VALID = "tls_cert_not_yet_valid"
    TLS_HOSTNAME_MISMATCH = "tls_hostname_mismatch"
    TLS_SELF_SIGNED = "tls_self_signed"
    TLS_UNTRUSTED = "tls_untrusted"
    TLS_MISSING_INTERMEDIATE = "tls_missing_intermediate"
    TLS_CERT_WEAK = "tls_cert_weak"
    TLS_CERT_WRONG_PURPOSE = "tls_cert_wrong_purpose"
    TLS_REQUIRED = "tls_required"
    EHLO_REJECTED = "ehlo_rejected"
    AUTH_NOT_OFFERED = "auth_not_offered"
    AUTH_NOT_ENABLED = "auth_not_enabled"
    AUTH_MECHANISM_UNSUPPORTED = "auth_mechanism_unsupported"
    AUTH_REQUIRES_TLS = "auth_requires_tls"
    AUTH_REQUIRED = "auth_required"
    AUTH_REJECTED = "auth_rejected"
    AUTH_BASIC_DISABLED = "auth_basic_disabled"
    AUTH_APP_PASSWORD_REQUIRED = "auth_app_password_required"  # noqa: S105 - a code, not a password
    AUTH_WEB_LOGIN_REQUIRED = "auth_web_login_required"
    AUTH_TEMPORARY_FAILURE = "auth_temporary_failure"
    AUTH_TOKEN_FAILED = "auth_token_failed"  # noqa: S105 - a code, not a token
    SENDER_REJECTED = "sender_rejected"
    RECIPIENT_REJECTED = "recipient_rejected"
    RELAY_DENIED = "relay_denied"
    GREYLISTED = "greylisted"
    MAILBOX_FULL = "mailbox_full"
    MESSAGE_REJECTED = "message_rejected"
    MESSAGE_TOO_LARGE = "message_too_large"
    SMTPUTF8_NOT_SUPPORTED = "smtputf8_not_supported"
    # Causes of a refusal, at whichever command it comes.
    CLIENT_IP_BLOCKED = "client_ip_blocked"
    CLIENT_NO_RDNS = "client_no_rdns"
    SENDER_AUTHENTICATION_FAILED = "sender_authentication_failed"
    SENDER_NOT_VERIFIED = "sender_not_verified"
    SENDER_NOT_OWNED = "sender_not_owned"
    SENDER_DOMAIN_NOT_FOUND = "sender_domain_not_found"
    RECIPIENT_DOMAIN_NOT_FOUND = "recipient_domain_not_found"
    SENDING_LIMIT_REACHED = "sending_limit_reached"
    ACCOUNT_RESTRICTED = "account_restricted"
    PERMISSION_MISSING = "permission_missing"
    CONTENT_REJECTED = "content_rejected"
    AUTH_PASSWORD_EXPIRED = "auth_password_expired"  # noqa: S105 - a code, not a password
    AUTH_SMTP_DISABLED = "auth_smtp_disabled"
    AUTH_CLIENT_NOT_ALLOWED = "auth_client_not_allowed"
    AUTH_TOO_MANY_ATTEMPTS = "auth_too_many_attempts"
    # Of the way there, and of this side.
    OUTGOING_SMTP_BLOCKED = "outgoing_smtp_blocked"
    TLS_INTERCEPTED = "tls_intercepted"
    SMTP_REDIRECTED = "smtp_redirected"
    TRUST_STORE_EMPTY = "trust_store_empty"
    # Warnings.
    CLEARTEXT_CREDENTIALS = "cleartext_credentials"
    STARTTLS_AVAILABLE_BUT_OFF = "starttls_available_but_off"
    CERT_EXPIRES_SOON = "cert_expires_soon"
    OLD_TLS_VERSION = "old_tls_version"
    HELO_ONLY_SERVER = "helo_only_server"
    AUTH_OVER_LEGACY_SYNTAX = "auth_over_legacy_syntax"
    QUIT_IGNORED = "quit_ignored"
    SIZE_LIMIT_SMALL = "size_limit_small"
    SERVER_ECHOES_SECRET = "server_echoes_secret"  # noqa: S105 - a code, not a secret
    LOGIN_NOT_TESTED = "login_not_tested"
    ADDRESSES_DIFFER = "addresses_differ"
