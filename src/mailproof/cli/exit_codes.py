"""The exit codes of all subcommands. Scripts tell by them a "no" from a command that could not be carried out."""

DONE = 0
"""It was done; a test passed."""

FAILED = 1
"""The command did its work and the answer is no: a test failed, nothing was found, the compared state differs."""

BAD_USAGE = 2
"""Wrong arguments, environment variables or settings: nothing was begun."""

NOT_CARRIED_OUT = 3
"""Something in the way, told on standard error: an unreachable service, a refused call, a locked store, a full disk."""

INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""

READER_LEFT = 141
"""128 and the number of SIGPIPE, as of any program whose reader has gone: `mailproof config list | head -1`."""
