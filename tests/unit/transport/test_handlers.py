"""Handlers over both wires: what a body costs is paid where the guards say."""

import threading

import pytest

from mailproof.transport import grpc_web
from mailproof.transport.http_app import HttpApp
from service_support.asgi import call
from service_support.framing import TEXT, read, text_frame
from service_support.table import Table

IMPORT = "/smtpdiag.v1.InstanceService/ImportConfigs"


def test_the_text_of_a_large_body_is_decoded_beside_the_event_loop(
    app: HttpApp, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    decode = grpc_web._decode_text

    def noted(body: bytes) -> bytes:
        threads.append(threading.current_thread().name)
        return decode(body)

    monkeypatch.setattr(grpc_web, "_decode_text", noted)
    headers = [TEXT, ("authorization", f"Bearer {table.admin}")]
    read(call(app, "POST", IMPORT, headers, [text_frame(b"")]))
    assert [name.rpartition("_")[0] for name in threads] == ["mailproof-large"]
