"""What the parts of a login must be: a user, a password, a client's id and secret. Pure.

The same rules hold where a secret is stored and where a test is begun, so that what was stored can be sent.
"""

from __future__ import annotations

from mailproof.domain.phrase import say
from mailproof.domain.secret import Secret
from mailproof.syntax.text import fits_client, fits_login, has_controls

MAX_CREDENTIALS = 9000
"""Octets of user and password together: what a response of 12,288 in base64 holds (RFC 4954 section 4)."""


def user_problem(user: str) -> str:
    """Return what is wrong with a user, "" for nothing: what it must be."""
    return "" if fits_login(user) else say("must be text without NUL")


def password_problem(user: str, password: Secret) -> str:
    """Return what is wrong with the password of a user, "" for nothing: what it must be.

    Without a user it is never sent, so it has no bound of its own.
    """
    text = password.reveal()
    if not fits_login(text):
        return say("must be text without NUL")
    if user and fits_login(user) and len(user.encode()) + len(text.encode()) > MAX_CREDENTIALS:
        return say(
            "must not be longer than {max_credentials} bytes, the user's name included", max_credentials=MAX_CREDENTIALS
        )
    return ""


def token_user_problem(user: str) -> str:
    """Return what is wrong with the user of an access token, "" for nothing: what it must be."""
    # A control character separates the fields of XOAUTH2 and of OAUTHBEARER (RFC 7628 section 3.1).
    return say("must be text without control characters") if has_controls(user) else ""


def client_problem(text: str) -> str:
    """Return what is wrong with a client's id or secret (RFC 6749 appendix A), "" for nothing: what it must be."""
    return "" if fits_client(text) else say("must be text without control characters")
