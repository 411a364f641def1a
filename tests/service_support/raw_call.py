"""One gRPC call frame by frame over HTTP/2, with whatever headers: what grpc's own clients refuse to send."""

from __future__ import annotations

import socket

import h2.config
import h2.connection
import h2.events

from clock_support.waiting import HANG


def call(address: str, path: str, message: bytes, headers: list[tuple[str, str]]) -> dict[str, str]:
    """Make a unary call on a connection of its own.

    Args:
        headers: Those beside the pseudo-headers, content-type and te.

    Returns:
        Headers and trailers of the answer together; "reset": the error with which the stream was ended.
    """
    host, _, port = address.rpartition(":")
    settings = h2.config.H2Configuration(
        header_encoding="latin-1", validate_outbound_headers=False, normalize_outbound_headers=False
    )
    connection = h2.connection.H2Connection(settings)
    frame = b"\0" + len(message).to_bytes(4, "big") + message
    found: dict[str, str] = {}
    with socket.create_connection((host, int(port)), timeout=HANG) as wire:
        connection.initiate_connection()
        pseudo = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", address)]
        connection.send_headers(1, [*pseudo, ("content-type", "application/grpc"), ("te", "trailers"), *headers])
        connection.send_data(1, frame, end_stream=True)
        wire.sendall(connection.data_to_send())
        while data := wire.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.ResponseReceived | h2.events.TrailersReceived):
                    found |= {str(name): str(value) for name, value in event.headers}
                if isinstance(event, h2.events.StreamReset):
                    found["reset"] = str(event.error_code)
                if isinstance(event, h2.events.StreamEnded | h2.events.StreamReset | h2.events.ConnectionTerminated):
                    return found
            wire.sendall(connection.data_to_send())
    return found
