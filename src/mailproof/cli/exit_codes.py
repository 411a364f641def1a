"""The exit codes of all subcommands."""

DONE = 0
FAILED = 1
"""A test failed, nothing was found, the state differs, or the command could not do its work and says so on stderr."""

BAD_USAGE = 2
INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""
