"""What the service needs of the system that it runs on. It is built for Linux and tested there alone."""

from __future__ import annotations

from mailproof.domain.errors import StartupError
from mailproof.net.readiness import HAS_EPOLL


def check_system() -> None:
    """Make sure that the service can run here.

    Raises:
        StartupError: It can't; the sentence says what is missing.
    """
    missing = [] if HAS_EPOLL else ["epoll"]
    try:
        from mailproof.transport import loops  # noqa: F401 - whether it can be imported is the question
    except ModuleNotFoundError as error:
        if error.name != "uvloop" or HAS_EPOLL:  # where there is epoll, the package is not installed with its extra
            raise
        missing.append("uvloop")
    if missing:
        raise StartupError(
            f"serve needs Linux: this system has no {' and no '.join(missing)}; "
            "`mailproof diagnose` and `mailproof discover` work here"
        )
