"""The errorModel of the commerce admin API: what that API's clients read instead of google.rpc.Status."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from mailproof.domain.phrase import say
from mailproof.languages.translation import in_language
from mailproof.rpc.status import StatusError

PATH_PREFIX = "/ccadmin/"

# Sections of RFC 9110 that define the codes we answer; 429 is RFC 6585's.
_RFC9110 = {
    400: "15.5.1",
    401: "15.5.2",
    403: "15.5.4",
    404: "15.5.5",
    405: "15.5.6",
    409: "15.5.10",
    413: "15.5.14",
    415: "15.5.16",
    500: "15.6.1",
    501: "15.6.2",
    503: "15.6.4",
    504: "15.6.5",
}


def error_model(refusal: StatusError, json_names: Mapping[str, str]) -> dict[str, Any]:
    """Return the error's body; all values are strings, `errors` is a list.

    Args:
        json_names: The request's field names by proto name, since this API's clients know only those.
    """
    status, code = str(refusal.http_status), error_code(refusal)
    failure = refusal.failure
    violations = failure.violations if failure else ()
    body: dict[str, Any] = {
        "errorCode": code,
        "message": refusal.status.message,
        "status": status,
        "type": _type(refusal.http_status),
    }
    if failure is not None:
        body["devMessage"] = failure.reason
    language = refusal.language
    named = [(json_names.get(v.field, v.field), in_language(v.description, language)) for v in violations]
    if named:
        problems = "; ".join(f"{name}: {problem}" for name, problem in named)
        body["message"] = in_language(say("invalid request: {problems}", problems=problems), language)
        body["o:errorPath"] = named[0][0]
    if len(named) > 1:
        body["errors"] = [
            {"errorCode": code, "message": f"{name}: {problem}", "status": status, "o:errorPath": name}
            for name, problem in named
        ]
    return body


def error_code(refusal: StatusError) -> str:
    """Return the numerical code: the HTTP status and two digits of the canonical code, so it is stable and unique."""
    return f"{refusal.http_status}{refusal.status.code:02d}"


def _type(status: int) -> str:
    if status in _RFC9110:
        return f"https://www.rfc-editor.org/rfc/rfc9110#section-{_RFC9110[status]}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "https://www.rfc-editor.org/rfc/rfc6585#section-4"
    return "about:blank"
