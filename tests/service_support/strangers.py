"""Connections of strangers: many of them, from addresses of their own, which say nothing or next to nothing."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service_support.service import RunningService, command


def sources(count: int, net: int = 1) -> list[str]:
    """Return loopback addresses to connect from, each a source of its own; another `net` gives others."""
    return [f"127.{net}.{number // 250}.{number % 250 + 1}" for number in range(count)]


def http_address(service: RunningService) -> tuple[str, int]:
    """Return host and port of REST and grpc-web."""
    host, _, port = service.http_url.rpartition("/")[2].rpartition(":")
    return host, int(port)


def grpc_address(service: RunningService) -> tuple[str, int]:
    """Return host and port of gRPC."""
    host, _, port = service.grpc_address.rpartition(":")
    return host, int(port)


def connect(address: tuple[str, int], source: str = "", first: bytes = b"") -> socket.socket:
    """Open a connection and send the first bytes."""
    connection = socket.create_connection(address, 20, (source, 0) if source else None)
    if first:
        connection.sendall(first)
    return connection


def is_open(connection: socket.socket) -> bool:
    """Return whether the server has not closed; what it has sent is read and forgotten."""
    connection.setblocking(False)
    try:
        while connection.recv(65536):
            pass
    except BlockingIOError:
        return True
    except OSError:
        pass
    return False


@contextmanager
def limited_descriptors(folder: Path, descriptors: int) -> Iterator[None]:
    """Let services that are started meanwhile have so many open files at most: a hard limit, and a lower soft one."""
    before = os.environ.get("MAILPROOF_TEST_COMMAND")
    program = folder / "limited"
    program.write_text(f'#!/bin/sh\nulimit -Sn {descriptors // 2}\nulimit -Hn {descriptors}\nexec {command()} "$@"\n')
    program.chmod(0o755)
    os.environ["MAILPROOF_TEST_COMMAND"] = str(program)
    try:
        yield
    finally:
        del os.environ["MAILPROOF_TEST_COMMAND"]
        if before is not None:
            os.environ["MAILPROOF_TEST_COMMAND"] = before
