"""Unix sockets to listen on: permissions, what a crash has left, and what is never touched."""

import asyncio
import os
import socket
import stat
from pathlib import Path

import pytest

from mailproof.domain.errors import StartupError
from mailproof.transport.cors import Cors
from mailproof.transport.grpc_server import GrpcServer
from mailproof.transport.http_app import HttpApp
from mailproof.transport.http_server import HttpServer
from mailproof.transport.unix_sockets import UnixAddress
from service_support.table import Table


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o666])
def test_a_socket_has_its_permissions_whatever_the_umask(tmp_path: Path, mode: int) -> None:
    address = UnixAddress(tmp_path / "s", mode)
    before = os.umask(0o077)
    try:
        address.bind().close()
        assert os.umask(0o077) == 0o077, "and the umask is what it was"
    finally:
        os.umask(before)
    assert stat.S_IMODE(address.path.stat().st_mode) == mode


def test_what_a_crash_has_left_is_replaced(tmp_path: Path) -> None:
    address = UnixAddress(tmp_path / "s")
    address.bind().close()
    left = address.identity()
    with address.bind():
        assert address.identity() not in (None, left)


def test_a_socket_that_somebody_listens_on_is_left_alone(tmp_path: Path) -> None:
    address = UnixAddress(tmp_path / "s")
    with address.bind():
        before = address.identity()
        with pytest.raises(StartupError, match=f"can't listen on unix:{tmp_path}/s: another program listens there"):
            address.bind()
        assert address.identity() == before


def test_of_two_starts_after_a_crash_one_has_the_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = UnixAddress(tmp_path / "s")
    address.bind().close()
    first: list[socket.socket] = []
    connect = socket.socket.connect

    def slow(asking: socket.socket, where: str) -> None:
        try:
            connect(asking, where)
        finally:
            if not first:  # the other start is faster
                monkeypatch.setattr(socket.socket, "connect", connect)
                first.append(address.bind())

    monkeypatch.setattr(socket.socket, "connect", slow)
    with pytest.raises(StartupError, match=r"can't listen on unix:.*: Address already in use"):
        address.bind()
    with first[0], socket.socket(socket.AF_UNIX) as client:
        client.connect(str(address.path))


@pytest.mark.parametrize("kind", ["file", "directory", "dangling link"])
def test_what_is_no_socket_is_left_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "s"
    if kind == "file":
        path.touch()
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "none")
    with pytest.raises(StartupError, match="the file exists and is no socket"):
        UnixAddress(path).bind()
    assert os.path.lexists(path)


def test_a_directory_that_is_missing_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="No such file or directory"):
        UnixAddress(tmp_path / "none" / "s").bind()
    (tmp_path / "file").touch()
    with pytest.raises(StartupError, match="Not a directory"):
        UnixAddress(tmp_path / "file" / "s").bind()


def test_only_the_file_that_was_made_is_removed(tmp_path: Path) -> None:
    address = UnixAddress(tmp_path / "s")
    address.bind().close()
    made = address.identity()
    address.remove(None)
    address.path.rename(tmp_path / "other")
    with socket.socket(socket.AF_UNIX) as another:
        another.bind(str(address.path))
        address.remove(made)
        assert address.path.exists(), "it is another program's"
    (tmp_path / "other").rename(address.path)
    address.remove(made)
    assert not address.path.exists()
    address.remove(made)


def test_no_server_takes_the_socket_of_another(tmp_path: Path, table: Table) -> None:
    app = HttpApp(table.calls, Cors([]), ready=table.store.ping)
    address = UnixAddress(tmp_path / "s")

    async def both(first: GrpcServer | HttpServer) -> None:
        assert await first.start(address) == 0
        taken = address.identity()
        for another in (GrpcServer(table.calls), HttpServer(app)):
            with pytest.raises(StartupError, match="another program listens there"):
                await another.start(address)
            await another.stop(0)
        assert address.identity() == taken
        await first.stop(0)
        assert address.identity() is None

    asyncio.run(both(GrpcServer(table.calls)))
    asyncio.run(both(HttpServer(app)))
