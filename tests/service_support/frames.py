"""A gRPC client of raw HTTP/2 frames, for what no well-behaved client does: half-sent calls, floods, silence."""

from __future__ import annotations

import socket
import struct
from types import TracebackType
from typing import Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, Event, StreamEnded, StreamReset
from h2.exceptions import ProtocolError

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
SETTINGS_ACK = b"\x00\x00\x00\x04\x01\x00\x00\x00\x00"
CONTINUATION = b"\x00\x04\x00\x09\x00\x00\x00\x00\x01" + bytes(1024)
PING = b"\x00\x00\x08\x06\x00\x00\x00\x00\x00" + b"12345678"


class FrameClient:
    """One connection. Nothing is sent or read by itself.

    Args:
        address: Of the server.
        source: The address to connect from; "" for any.
        timeout: Seconds that one read or write may wait.
    """

    def __init__(self, address: tuple[str, int], *, source: str = "", timeout: float = 10.0) -> None:
        self.socket = socket.create_connection(address, timeout, (source, 0) if source else None)
        self.http = H2Connection(
            H2Configuration(client_side=True, header_encoding="utf-8", validate_inbound_headers=False)
        )
        self.ended: set[int] = set()  # streams that the server has ended or reset
        self.terminated = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def open(self) -> None:
        """Send the preface, and wait for the server's settings."""
        self.http.initiate_connection()
        self.flush()
        self.read()

    def flush(self) -> None:
        """Send what is due."""
        self.socket.sendall(self.http.data_to_send())

    def read(self) -> list[Event]:
        """Read once and return what it means; nothing at the end of the connection."""
        data = self.socket.recv(65536)
        if not data:
            self.terminated = True
            return []
        try:
            events = self.http.receive_data(data)
        except ProtocolError:  # what still comes after a GOAWAY
            self.terminated = True
            return []
        for event in events:
            if isinstance(event, StreamEnded | StreamReset) and event.stream_id is not None:
                self.ended.add(event.stream_id)
            self.terminated = self.terminated or isinstance(event, ConnectionTerminated)
        self.flush()
        return events

    def read_what_is_there(self, moment: float = 0.05) -> None:
        """Read without waiting for more than a moment."""
        waited = self.socket.gettimeout()
        self.socket.settimeout(moment)
        try:
            while not self.terminated:
                self.read()
        except OSError:
            pass
        finally:
            self.socket.settimeout(waited)

    def call(self, path: str, *headers: tuple[str, str]) -> int:
        """Send the head of a gRPC call and return its stream."""
        stream: int = self.http.get_next_available_stream_id()
        self.http.send_headers(
            stream,
            [
                (":method", "POST"),
                (":scheme", "http"),
                (":path", path),
                (":authority", "attacked.example"),
                ("content-type", "application/grpc"),
                ("te", "trailers"),
                *headers,
            ],
        )
        self.flush()
        return stream

    def announce(self, stream: int, size: int) -> None:
        """Begin a message of so many bytes."""
        self.http.send_data(stream, struct.pack(">BI", 0, size))
        self.flush()

    def send_some(self, stream: int, size: int) -> int:
        """Send up to so many bytes, as many as the window has room for, and return their number."""
        sent = 0
        while sent < size and stream not in self.ended and not self.terminated:
            room = min(self.http.local_flow_control_window(stream), self.http.max_outbound_frame_size, size - sent)
            if room <= 0:
                break
            self.http.send_data(stream, bytes(room))
            self.flush()
            sent += room
        return sent
