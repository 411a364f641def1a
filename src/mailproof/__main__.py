"""The program `mailproof`, also as `python -m mailproof`: Ctrl-C ends it quietly, whenever it comes.

While modules are imported nothing of ours can catch it, so that until then, and once the command is done, the signal
ends the process as it does any other program; a shell tells both as 130.
"""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the command line of this process and return its exit code."""
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # else it is ignored, as by nohup
    if ours:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from mailproof.cli.main import main as run

    try:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return run()
    except KeyboardInterrupt:  # it was just about to begin, or to end
        from mailproof.cli.exit_codes import INTERRUPTED

        return INTERRUPTED
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    sys.exit(main())
