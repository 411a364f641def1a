"""SIGTERM and SIGINT as something that the main thread can wait for, whichever thread the system hands them to."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

_HANGUP: int = getattr(signal, "SIGHUP", 1)  # not each system has it, and the type checker asks for all
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopSignal:
    """Takes SIGTERM and SIGINT from its making on. To be made and waited for in the main thread.

    CPython runs a signal's handler in the main thread, but doesn't wake that thread where the system delivered the
    signal to another one: a main thread that waits at a lock then sleeps on. The wakeup file descriptor is written to
    by the thread that got the signal, so nothing is lost, also before the wait has begun.
    """

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._on_hangup: Callable[[], None] = _nothing
        for number in _SIGNALS:
            signal.signal(number, _taken)

    def on_hangup(self, action: Callable[[], None]) -> None:
        """From now on take SIGHUP too, and run an action for it; else it ends the process, as a closed terminal does.

        Args:
            action: Is run in the main thread, while that waits.
        """
        self._on_hangup = action
        signal.signal(_HANGUP, _taken)

    def wait(self) -> None:
        """Return once one of the signals has come. From then on SIGINT ends the process; SIGTERM changes nothing."""
        while self._reader.recv(1)[0] == _HANGUP:  # the octet is the signal's number
            self._on_hangup()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        self._reader.close()
        self._writer.close()


def _taken(number: int, frame: FrameType | None) -> None:
    """Stands in for the default action; the wakeup file descriptor has told already."""


def _nothing() -> None:
    """Stands in until there is an action for SIGHUP."""
