"""`mailproof serve` that takes the plain way of the shortcut that a file names, read anew at each SIGUSR1.

Arguments: the file, then the command line of `mailproof`. It empties the file when it has obeyed.
"""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from bench.shortcuts.plain import SHORTCUTS_OF_CALLS

from mailproof.cli.main import main

order = Path(sys.argv[1])
plain = ExitStack()


def obey(*_: object) -> None:
    """Take the ways that the file orders."""
    plain.close()
    name = order.read_text()
    if name in SHORTCUTS_OF_CALLS:
        plain.enter_context(SHORTCUTS_OF_CALLS[name].off())
    order.write_text("")


signal.signal(signal.SIGUSR1, obey)
sys.exit(main(sys.argv[2:]))
