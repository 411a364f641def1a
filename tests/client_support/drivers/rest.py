"""What the REST clients of Python share: where a call goes, and what its answer says."""

from __future__ import annotations

import json
import re
import urllib.parse

from client_support.drivers.common import Made, Refused


def url_of(base: str, made: Made) -> str:
    """Return where a call goes."""
    path = re.sub(r"\{(\w+)\}", lambda found: urllib.parse.quote(made.request[found[1]], safe=""), made.rest["path"])
    query = urllib.parse.urlencode(made.rest.get("query") or {})
    return f"{base}{path}?{query}" if query else f"{base}{path}"


def body_of(made: Made) -> bytes | None:
    """Return the body of a call."""
    return json.dumps(made.rest["body"]).encode() if "body" in made.rest else None


def headers_of(made: Made) -> dict[str, str]:
    """Return the headers of a call."""
    deadline = {"Grpc-Timeout": f"{round(made.timeout * 1000)}m"} if made.timeout is not None else {}
    return {**made.headers, "content-type": "application/json", **deadline}


def take_answer(made: Made, status: int, line: str) -> None:
    """Take an answer, or one line of a stream.

    Raises:
        Refused: It is an error.
    """
    document = json.loads(line)
    error = document if status != 200 else document.get("error") if made.rpc.stream else None
    if error is not None:
        raise Refused(0, error["message"], document=error)
    made.take(document)
