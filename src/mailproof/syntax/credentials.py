"""What the parts of a login must be: a user, a password, a client's id and secret. Pure.

The same rules hold where a secret is stored and where a test is begun, so that what was stored can be sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailproof.domain.secret import Secret
from mailproof.syntax.text import fits_client, fits_login, has_controls

MAX_CREDENTIALS = 9000
"""Octets of user and password together: what a response of 12,288 in base64 holds (RFC 4954 section 4)."""


def password_problems(user: str, password: Secret) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a user and a password: the field, "user" or "password", and what it must be."""
    texts = {"user": user, "password": password.reveal()}
    wrong = [name for name, text in texts.items() if not fits_login(text)]
    for name in wrong:
        yield name, "must be text without NUL"
    if not wrong and sum(len(text.encode()) for text in texts.values()) > MAX_CREDENTIALS:
        yield "password", f"must not be longer than {MAX_CREDENTIALS} bytes, the user's name included"


def token_user_problem(user: str) -> str:
    """Return what is wrong with the user of an access token, "" for nothing: what it must be."""
    # A control character separates the fields of XOAUTH2 and of OAUTHBEARER (RFC 7628 section 3.1).
    return "must be text without control characters" if has_controls(user) else ""


def client_problem(text: str) -> str:
    """Return what is wrong with a client's id or secret (RFC 6749 appendix A), "" for nothing: what it must be."""
    return "" if fits_client(text) else "must be text without control characters"
