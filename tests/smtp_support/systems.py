"""The command `mailproof` as it runs on other systems: what they lack is taken away before anything is imported.

A simulation goes as far as it is honest: what is missing, what the event loops refuse, what no signal interrupts. That
nothing is named that another system's Python has not, the type checker looks after (`make types`).
"""

from __future__ import annotations

import select
import signal
import sys
from pathlib import Path
from typing import Any

SYSTEMS = ("as_it_is", "without_epoll", "like_windows")

_TESTS = Path(__file__).parent.parent


def command(system: str, prepare: str = "") -> list[str]:
    """Return a command that is `mailproof` on a system; `prepare` is code that runs before it."""
    lines = [
        "import sys",
        f"sys.path.insert(0, {str(_TESTS)!r})",
        f"from smtp_support import systems; systems.{system}()",
        prepare,
        "from mailproof.cli.main import main",
        "sys.exit(main())",
    ]
    return [sys.executable, "-c", "\n".join(lines)]


def as_it_is() -> None:
    """Take nothing away."""


def without_epoll() -> None:
    """Be a system that has everything but epoll."""
    early = {"mailproof", "asyncio", "selectors", "socket"} & sys.modules.keys()
    if early:
        sys.exit(f"too late, these have looked for it already: {early}")
    _take(select, *(name for name in dir(select) if "epoll" in name.lower()))


def like_windows() -> None:
    """Be as Windows is to a program that dials: no epoll, no poll, no uvloop, two event loops with their gaps."""
    without_epoll()
    _take(select, "poll")
    sys.modules["uvloop"] = None  # type: ignore[assignment] # then an import of it fails

    import asyncio
    import selectors
    import socket

    _take(socket, "SOCK_NONBLOCK", "SOCK_CLOEXEC", "MSG_DONTWAIT", "EAI_ADDRFAMILY", "EAI_SYSTEM")

    class UninterruptedSelector(selectors.SelectSelector):
        """One that no signal wakes: it is told when the wait is over."""

        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            try:
                return super().select(timeout)
            finally:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])

    def refuse(*_: object) -> Any:
        raise NotImplementedError

    class SelectorLoop(asyncio.SelectorEventLoop):
        """Windows' other loop: it knows no signals."""

        def __init__(self) -> None:
            super().__init__(UninterruptedSelector())

    class ProactorLoop(SelectorLoop):
        """Windows' default one: besides, it watches no sockets."""

    _put(SelectorLoop, refuse, "add_signal_handler", "remove_signal_handler")
    _put(ProactorLoop, refuse, "add_reader", "add_writer", "remove_reader", "remove_writer")

    class Policy(asyncio.DefaultEventLoopPolicy):
        def new_event_loop(self) -> asyncio.AbstractEventLoop:
            return ProactorLoop()

    asyncio.set_event_loop_policy(Policy())
    _put(asyncio, SelectorLoop, "SelectorEventLoop")


def _take(module: object, *names: str) -> None:
    for name in names:
        if hasattr(module, name):
            delattr(module, name)


def _put(place: object, what: object, *names: str) -> None:
    for name in names:
        setattr(place, name, what)
