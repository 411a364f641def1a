"""A gRPC client that sends frame by frame, as no library does: half of a message, or no window to answer in."""

from __future__ import annotations

import socket
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import (
    DataReceived,
    Event,
    ResponseReceived,
    SettingsAcknowledged,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from h2.settings import SettingCodes

from clock_support.waiting import HANG

Headers = Sequence[tuple[str, str]]


class Http2Client:
    """One connection.

    Args:
        address: Of the gRPC server.
        window: Bytes that the server may send on a stream; None for what HTTP/2 begins with.

    Attributes:
        headers: Of each stream, what came as headers and trailers.
        data: Of each stream, the bytes that came.
        ended: The streams that the server has ended.
    """

    def __init__(self, address: str, window: int | None = None) -> None:
        host, _, port = address.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), timeout=HANG)
        self._h2 = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        self.headers: defaultdict[int, dict[str, str]] = defaultdict(dict)
        self.data: defaultdict[int, bytes] = defaultdict(bytes)
        self.ended: set[int] = set()
        self._acknowledged = 0
        self._h2.initiate_connection()
        if window is not None:
            self._h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: window})
        self._flush()
        self.wait(lambda: self._acknowledged == (1 if window is None else 2))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def call(self, path: str, headers: Headers = (), message: bytes = b"", *, announced: int | None = None) -> int:
        """Begin a call and return its stream.

        Args:
            message: What is sent of the request.
            announced: How long the request claims to be; None: the message is all of it, and the stream ends with it.
        """
        stream = self._head(path, headers)  # in one write with the message: the server answers the head at once
        length = len(message) if announced is None else announced
        self.send(stream, b"\0" + length.to_bytes(4, "big") + message, end=announced is None)
        return stream

    def begin(self, path: str, headers: Headers = ()) -> int:
        """Send the head of a call and return its stream."""
        stream = self._head(path, headers)
        self._flush()
        return stream

    def _head(self, path: str, headers: Headers) -> int:
        stream = self._h2.get_next_available_stream_id()
        fixed = [(":method", "POST"), (":path", path), (":scheme", "http"), (":authority", "localhost")]
        fixed += [("content-type", "application/grpc"), ("te", "trailers")]
        self._h2.send_headers(stream, [*fixed, *headers])
        return stream

    def send(self, stream: int, body: bytes, *, end: bool) -> None:
        """Send bytes of a request, frames or not; `end` says that there are no more."""
        for start in range(0, max(len(body), 1), 16384):
            self._h2.send_data(stream, body[start : start + 16384], end_stream=end and start + 16384 >= len(body))
        self._flush()

    def wait(self, condition: Callable[[], bool]) -> bool:
        """Take in frames until a condition holds; return whether it does when no more come."""
        while not condition():
            try:
                received = self._socket.recv(65536)
            except TimeoutError:
                return False
            if not received:
                return condition()
            for event in self._h2.receive_data(received):
                self._take(event)
            self._flush()
        return True

    def _take(self, event: Event) -> None:
        if isinstance(event, SettingsAcknowledged):
            self._acknowledged += 1
        elif isinstance(event, ResponseReceived | TrailersReceived):
            assert event.stream_id is not None
            self.headers[event.stream_id] |= {str(name): str(value) for name, value in event.headers or ()}
        elif isinstance(event, DataReceived):
            assert event.stream_id is not None
            self.data[event.stream_id] += event.data or b""
        elif isinstance(event, StreamEnded | StreamReset):
            assert event.stream_id is not None
            self.ended.add(event.stream_id)

    def _flush(self) -> None:
        self._socket.sendall(self._h2.data_to_send())
