"""An SMTP server that takes connections and says nothing, and knows when its peers have left."""

from __future__ import annotations

import socket
import threading
from typing import Self

from clock_support.waiting import HANG


class SilentServer:
    """Listens on a free port of loopback while it is entered."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.connected = threading.Event()
        """Set at the first connection."""
        self.seen = 0
        """How many connections there were."""
        self._open = 0
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def wait_until_all_closed(self, seconds: float = HANG) -> bool:
        """Return whether somebody came and all have left, at the latest after so many seconds."""
        if not self.connected.wait(seconds):
            return False
        with self._changed:
            return self._changed.wait_for(lambda: self._open == 0, seconds)

    def wait_for_connections(self, count: int) -> None:
        """Return once so many connections are open."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._open >= count, HANG)

    def wait_for_seen(self, count: int) -> None:
        """Return once there were so many connections, whether they are still open or not."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.seen >= count, HANG)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            with self._changed:
                self._open += 1
                self.seen += 1
                self._changed.notify_all()
            self.connected.set()
            threading.Thread(target=self._hold, args=(connection,), daemon=True).start()

    def _hold(self, connection: socket.socket) -> None:
        with connection:
            try:
                while connection.recv(4096):
                    pass
            except OSError:  # reset is a way to leave too
                pass
        with self._changed:
            self._open -= 1
            self._changed.notify_all()
