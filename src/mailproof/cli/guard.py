"""What stands around every command: whatever happens, there is one sentence on standard error and an exit code.

Law: no traceback, unless MAILPROOF_DEBUG asks for it, and none of them ever shows a value: neither local variables nor
the messages of errors that may quote what somebody has typed. Imports nothing heavy: `--help` passes here.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from mailproof.cli import terminal
from mailproof.cli.exit_codes import BAD_USAGE, DONE, FAILED, INTERRUPTED, NOT_CARRIED_OUT, READER_LEFT
from mailproof.cli.waiting import end_waiting
from mailproof.domain.errors import Failure, ServiceShortage, StartupError

DEBUG_VARIABLE = "MAILPROOF_DEBUG"

_MESSAGE_IS_OURS = (
    ArithmeticError,
    AttributeError,
    ImportError,
    NameError,
    NotImplementedError,
    RuntimeError,
    TypeError,
)
"""Errors whose message comes from the code that was run, and quotes no value that it was run with."""

_DEEPEST = 20  # errors of a chain that are shown


def guarded(work: Callable[[], int]) -> int:
    """Run a command.

    Args:
        work: Does what the command does, and returns its exit code.

    Returns:
        The exit code.
    """
    try:
        terminal.open_what_is_closed()
        terminal.show_what_can_be_shown()
        try:
            code = work()
        except SystemExit as ended:  # argparse's way to end: --help, --version, bad usage
            code = ended.code if isinstance(ended.code, int) else DONE if ended.code is None else FAILED
        sys.stdout.flush()
        terminal.say()
    except BaseException as error:  # noqa: BLE001 - the one place that lets nothing pass
        return _end(error)
    return code


def _end(error: BaseException) -> int:
    """Say why a command ends, and return its exit code."""
    try:
        code, sentence = _judged(error)
        if code in (READER_LEFT, INTERRUPTED):  # nobody reads any more, or somebody knows
            return code
        end_waiting()
        terminal.say(f"mailproof: {sentence}")
        if os.environ.get(DEBUG_VARIABLE):
            for line in _trace(error):
                terminal.say(line)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _judged(error: BaseException) -> tuple[int, str]:
    """Return the exit code of an error, and the sentence on it."""
    while isinstance(error, BaseExceptionGroup):  # of tasks that ran at once: the first one stands for all
        error = error.exceptions[0]
    output = terminal.problem_of_output(error)
    if output is not None:
        if terminal.reader_has_left(output):
            return READER_LEFT, ""
        return NOT_CARRIED_OUT, f"standard output can't be written: {output.strerror or output}"
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, ""
    if isinstance(error, StartupError):
        from mailproof.service.declaration import SettingError

        return BAD_USAGE if isinstance(error, SettingError) else NOT_CARRIED_OUT, str(error)
    if isinstance(error, ServiceShortage | Failure):
        return NOT_CARRIED_OUT, str(error)
    if isinstance(error, EOFError):
        return BAD_USAGE, "the input ended where an answer was asked for"
    if isinstance(error, MemoryError):
        return NOT_CARRIED_OUT, "there is not enough memory for it"
    if isinstance(error, BrokenPipeError) and error.filename is None:
        return READER_LEFT, ""
    if isinstance(error, OSError) and error.errno is not None:
        where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        return NOT_CARRIED_OUT, f"{where}{error.strerror or error}"
    hint = "" if os.environ.get(DEBUG_VARIABLE) else f", with what {DEBUG_VARIABLE}=1 shows of the same command"
    return NOT_CARRIED_OUT, (
        f"this is a fault of mailproof and not yours: {_name(error)}{_place(error)}. Please report it in the issues of "
        f"its repository{hint}"
    )


def _name(error: BaseException) -> str:
    return type(error).__name__


def _place(error: BaseException) -> str:
    """Return where an error was raised, as far as it is known."""
    last = error.__traceback__
    if last is None:
        return ""
    while last.tb_next is not None:
        last = last.tb_next
    return f" in {os.path.basename(last.tb_frame.f_code.co_filename)}, line {last.tb_lineno}"  # noqa: PTH119 - a name


def _trace(error: BaseException) -> Iterator[str]:
    """Yield the lines of a traceback, the error first and then what it came from."""
    import traceback

    each: BaseException | None = error
    for _ in range(_DEEPEST):
        if each is None:
            return
        words = f": {each}" if isinstance(each, (StartupError, Failure, *_MESSAGE_IS_OURS)) else ""
        if isinstance(each, OSError):
            words = f": {each.strerror}"
        yield f"{_name(each)}{words}"
        with contextlib.suppress(RecursionError):
            for line in traceback.format_tb(each.__traceback__):
                yield line.rstrip("\n")
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
