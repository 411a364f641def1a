"""The client-credentials grant of OAuth 2.0 (RFC 6749): its fields, the request for a token, and the answer. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

from mailproof.domain.phrase import say
from mailproof.domain.secret import Secret
from mailproof.syntax.credentials import client_problem
from mailproof.syntax.text import is_visible_ascii
from mailproof.syntax.url import Url, parse_url

MAX_TOKEN = 9000
"""Characters of a token: what 12,288 octets of base64 hold (RFC 4954 section 4), less the rest of the message."""


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What fetches an access token by the client-credentials grant (RFC 6749 section 4.4).

    Attributes:
        token_endpoint: An https URL.
        client_id: The client's name at the endpoint.
        client_secret: The client's password there.
        scopes: What the token is asked for.
    """

    token_endpoint: str
    client_id: str
    client_secret: Secret
    scopes: tuple[str, ...] = ()


class TokenRefused(Exception):
    """The answer of a token endpoint has no token.

    Attributes:
        detail: A phrase for people; it holds the endpoint's words as they came.
        client: Whether the endpoint refused the client itself; it may accept the same secret sent in another way.
    """

    def __init__(self, detail: str, *, client: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.client = client


def parse_endpoint(url: str) -> Url:
    """Parse the URL of a token endpoint.

    Raises:
        ValueError: It is no https URL; the message begins with "must".
    """
    return parse_url(url, ("https",))  # RFC 6749 section 3.2: TLS is required


def check_scope(text: str) -> None:
    """Check one scope (RFC 6749 section 3.3).

    Raises:
        ValueError: It is none; the message begins with "must".
    """
    if not text or not is_visible_ascii(text) or '"' in text or "\\" in text:
        raise ValueError(say("must be a scope: printable ASCII without spaces, quotes and backslashes"))


def grant_problems(grant: ClientCredentials) -> Iterator[tuple[str, str]]:
    """Yield the name of every field of a grant that is wrong, and what it must be."""
    try:
        parse_endpoint(grant.token_endpoint)
    except ValueError as error:
        yield "token_endpoint", str(error)
    for name, text in (("client_id", grant.client_id), ("client_secret", grant.client_secret.reveal())):
        if not text:
            yield name, say("must not be empty")
        elif client_problem(text):
            yield name, client_problem(text)
    try:
        for scope in grant.scopes:
            check_scope(scope)
    except ValueError:
        yield "scopes", say("must be scopes: printable ASCII without spaces, quotes and backslashes")


def request(grant: ClientCredentials, *, basic: bool) -> tuple[dict[str, str], bytes]:
    """Return headers and body of the client-credentials request (RFC 6749 section 4.4.2).

    Args:
        grant: Its fields.
        basic: Whether the secret is sent in the Authorization header and not in the body (section 2.3.1).
    """
    fields = {"grant_type": "client_credentials"}
    if grant.scopes:
        fields["scope"] = " ".join(grant.scopes)
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    secret = grant.client_secret.reveal()
    if basic:
        pair = f"{quote_plus(grant.client_id)}:{quote_plus(secret)}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode("ascii")
    else:
        fields |= {"client_id": grant.client_id, "client_secret": secret}
    return headers, urlencode(fields).encode("ascii")


def read_token(status: int, body: bytes) -> str:
    """Return the access token of an answer (RFC 6749 section 5).

    Raises:
        TokenRefused: The answer has none, or one that a mail server does not take.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise TokenRefused(
            say("it answers with status {status} and no JSON object", status=status), client=status == 401
        )
    token = document.get("access_token")
    if status == 200 and isinstance(token, str) and token:
        return _checked(token, document.get("token_type"))
    error = document.get("error")
    if not isinstance(error, str):
        raise TokenRefused(say("it answers with status {status} and no token", status=status), client=status == 401)
    words = error
    description = document.get("error_description")
    if isinstance(description, str) and description:
        words += f": {description}"
    raise TokenRefused(say("it answers {words}", words=words), client=status == 401 or error == "invalid_client")


def _checked(token: str, kind: object) -> str:
    if isinstance(kind, str) and kind.lower() != "bearer":
        raise TokenRefused(say("it gives a token of the type {kind}, and mail servers take bearer", kind=kind))
    problem = token_problem(token)
    if problem:
        raise TokenRefused(say("its token {problem}", problem=problem))
    return token


def token_problem(token: str) -> str:
    """Return why a text can't be sent as an access token, as a phrase that begins with "must"; "" if it can."""
    if len(token) > MAX_TOKEN:
        return say("must not be longer than {max_token} characters", max_token=MAX_TOKEN)
    if not is_visible_ascii(token):  # wider than RFC 6750 section 2.1; a control would end its field
        return say("must be printable ASCII without spaces")
    return ""
