"""Says why the database can't be used as a service or command starts, and what to change: a sentence for operators.

The driver names half of its errors only by their type, and some quote the URL. So each mistake that an operator can
make is told apart here, by the error and the parameters of the URL; the password is in no sentence.
"""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import asyncpg

from mailproof.domain.database import DatabaseUrl
from mailproof.store.postgres.faults import describe

_DRIVERS_ROOT = "~/.postgresql/root.crt"
"""Where the driver looks for certificate authorities, as libpq does (libpq, section 34.19.1)."""

_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile")

_CURES = {
    "28P01": "give the right password in the URL, percent-encoded, or in the file that passfile names",
    "28000": "create that role, or let it in by the server's pg_hba.conf; for its hostssl lines, give sslmode=require",
    "3D000": "create it: createdb --owner USER NAME",
    "42501": "let the URL's user own the database, or GRANT CREATE ON SCHEMA public TO that user",
    "53300": "raise the server's max_connections, or lower --database-pool-size",
}
"""What mends an error that the server itself has told, by its SQLSTATE."""


def opening_problem(error: Exception, url: DatabaseUrl) -> str:
    """Return what is wrong and, where one thing mends it, what to change.

    Args:
        error: What the driver has raised.
        url: The database's URL.
    """
    reason, cure = _reason_and_cure(error, url)
    return f"{reason}: {cure}" if cure else reason


def _reason_and_cure(error: Exception, url: DatabaseUrl) -> tuple[str, str]:
    if isinstance(error, asyncpg.PostgresError):
        return describe(error), _CURES.get(error.sqlstate or "", "")
    unread = _unread_file(url)
    if unread and isinstance(error, OSError | asyncpg.ClientConfigurationError):
        return unread
    if isinstance(error, ssl.SSLCertVerificationError):
        return _not_verified(error, url)
    if isinstance(error, ssl.SSLError):
        return _no_tls(error, url)
    if isinstance(error, asyncpg.ClientConfigurationError):
        return _misconfigured(error, url)
    if isinstance(error, asyncpg.TargetServerAttributeNotMatched):
        return f"no server of the URL is what target_session_attrs={url.session_attributes} asks for", ""
    if isinstance(error, socket.gaierror):
        return f"its host has no address ({error.strerror})", "check the host in the URL, and the DNS of this machine"
    if isinstance(error, ConnectionRefusedError):
        return "it refuses the connection", "check host and port in the URL, and that the server runs and listens there"
    if isinstance(error, ConnectionError) and "rejected SSL" in str(error):
        return (
            "the server has no TLS, which the URL demands",
            "turn on ssl in the server's postgresql.conf, or, on a network that you trust, give sslmode=prefer",
        )
    return describe(error), ""


def _unread_file(url: DatabaseUrl) -> tuple[str, str] | None:
    """Return what is wrong with a file that the URL names; None where all can be read."""
    for name in _FILES:
        given = url.parameter(name)
        if name == "sslrootcert" and given == "system":
            bundle = ssl.get_default_verify_paths().openssl_cafile
            return (
                "sslrootcert=system is a word of libpq's; here it must be a file",
                f"sslrootcert={bundle} is the system's",
            )
        if not given:
            continue
        try:
            with Path(given).open("rb"):
                pass
        except OSError as error:
            return (
                f"{name}={given} can't be read ({error.strerror})",
                "correct the path in the URL, or the file's rights",
            )
    return None


def _misconfigured(error: asyncpg.ClientConfigurationError, url: DatabaseUrl) -> tuple[str, str]:
    mode = url.parameter("sslmode")
    if mode.startswith("verify-") and not url.parameter("sslrootcert"):
        needs = f"sslmode={mode} needs the certificates of the authorities to verify the server's by"
        return (
            f"{needs}, and there is no file {_DRIVERS_ROOT}",
            f"add sslrootcert=/path/to/ca.pem to the URL; for a public authority sslrootcert={_system_bundle()}",
        )
    # The driver's other sentences name a parameter; one that quotes what it was given could quote a password.
    return type(error).__name__ if url.holds(str(error)) else str(error), ""


def _not_verified(error: ssl.SSLCertVerificationError, url: DatabaseUrl) -> tuple[str, str]:
    reason = f"its certificate is not accepted ({error.verify_message})"
    if "ostname mismatch" in error.verify_message or "IP address mismatch" in error.verify_message:
        return reason, "use a host in the URL that the certificate names; sslmode=verify-ca does not look at the name"
    if "expired" in error.verify_message:
        return reason, "renew the server's certificate"
    authorities = url.parameter("sslrootcert") or _DRIVERS_ROOT
    return reason, f"put the authority that has signed it into {authorities}"


def _no_tls(error: ssl.SSLError, url: DatabaseUrl) -> tuple[str, str]:
    if error.reason in {"NO_CERTIFICATE_OR_CRL_FOUND", "NO_START_LINE"} or error.library in {"PEM", "X509"}:
        named = [f"{name}={url.parameter(name)}" for name in _FILES[:4] if url.parameter(name)]
        return f"{' or '.join(named) or _DRIVERS_ROOT} is not what its name says", "it must be a PEM file"
    return f"TLS with it fails ({error.reason or 'no reason is given'})", ""


def _system_bundle() -> str:
    return ssl.get_default_verify_paths().openssl_cafile
