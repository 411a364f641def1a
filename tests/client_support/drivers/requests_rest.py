"""REST by requests."""

from __future__ import annotations

import requests

from client_support.drivers.common import Json, Limits, Made, Refused, Task, drive
from client_support.drivers.rest import body_of, headers_of, take_answer, url_of


class Client:
    """A session."""

    def __init__(self, way: Json) -> None:
        self._session = requests.Session()
        self._url = way["http"]

    def call(self, made: Made) -> None:
        """Make a call."""
        url, verb = url_of(self._url, made), made.rest["verb"]
        stream = made.rpc.stream
        with self._session.request(verb, url, data=body_of(made), headers=headers_of(made), stream=stream) as answer:
            for line in answer.iter_lines(decode_unicode=True) if stream else [answer.text]:
                take_answer(made, answer.status_code, line)
                if made.cancelled is not None:
                    raise Refused(1, "left at its first message")

    def close(self) -> None:
        """Close the session."""
        self._session.close()


if __name__ == "__main__":
    drive(Task(), Client, Limits(cancel_unary="a call blocks until it is answered", breaks_off=True))
