"""`mailproof explain`: the page on a code, found by the code, by a server's answer, or by another program's words.

It needs no service and no network. Law: everything but the arguments is imported by `run`, so that `--help` costs
nothing. What is pasted is shown only after it was cleaned.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from mailproof.cli.exit_codes import DONE, FAILED, INTERRUPTED
from mailproof.cli.printer import Printer
from mailproof.reporting.sheet import BOLD, DIM, YELLOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailproof.diagnosis.finding_pages import FindingPage
    from mailproof.diagnosis.foreign_words import Meaning
    from mailproof.diagnosis.pasted_replies import PastedReply
    from mailproof.smtp.vocabulary import Code

_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "words",
        nargs="+",
        metavar="WORDS",
        help="a code such as auth_rejected; or, in quotes, what a server answered, a log's line, or what another "
        "program says; - reads it from standard input",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code: 0 explained, 1 nothing is known of it."""
    from mailproof.diagnosis.finding_pages import code_named
    from mailproof.diagnosis.foreign_words import meanings
    from mailproof.diagnosis.pasted_replies import cleaned, judged_reply

    try:
        text = cleaned(_given(args.words))
    except KeyboardInterrupt:  # while standard input was awaited
        return INTERRUPTED
    printer = Printer(quiet=False)
    code = code_named(text)
    if code is not None:
        _show(printer, code)
        return DONE
    reply = judged_reply(text)
    if reply is not None:
        _show_reply(printer, reply)
        return DONE
    found = meanings(text)
    if found:
        _show_meanings(printer, found)
        return DONE
    print(f"mailproof explain: {_nothing_known(text)}", file=sys.stderr)
    return FAILED


def _given(words: Sequence[str]) -> str:
    """Return what is to be explained: the arguments, or what standard input has."""
    from mailproof.diagnosis.pasted_replies import MAX_PASTED

    if list(words) == ["-"]:
        return sys.stdin.buffer.read(MAX_PASTED).decode("utf-8", "replace")
    return " ".join(words)


def _nothing_known(text: str) -> str:
    """Return what to say of a text that nothing is known of: the codes that resemble it, or how to ask."""
    from mailproof.diagnosis.finding_pages import MAX_NAME, nearest_codes

    nearest = nearest_codes(text) if len(text) <= MAX_NAME else ()
    if nearest:
        return f"no finding has this code; did you mean {' or '.join(nearest)}?"
    return (
        "nothing is known of this. Paste the server's answer with its three digits, such as '535 5.7.8 …', or the "
        "line of the log that has it; or test the server: mailproof diagnose HOST"
    )


def _show(printer: Printer, code: Code) -> None:
    """Print a code, what it means and what to change, and then its page."""
    from mailproof.diagnosis.finding_pages import finding_page

    page = finding_page(code)
    _show_summary(printer, page)
    printer.line("")
    _show_markdown(printer, page.markdown.partition("\n\n")[2])  # the heading is the code, which stands above


def _show_summary(printer: Printer, page: FindingPage) -> None:
    kind = "a warning" if page.severity.value == "warning" else "fails a test"
    later = "may pass by waiting" if page.may_pass_later else "does not pass by waiting"
    printer.line(f"{printer.paint(page.code.value, BOLD)}  ({kind}, {later})")
    printer.paragraph("", page.title)
    for change in page.changes[:1]:
        printer.paragraph("What to change:", change, BOLD)


def _show_reply(printer: Printer, found: PastedReply) -> None:
    """Print how a refusal was read, and then the page on what it means."""
    from mailproof.reporting.sheet import shortened

    stage = found.stage.value
    where = f"at the stage {stage}" if found.is_stage_named else f"taken for one at the stage {stage}"
    printer.line(f"{printer.paint('Refusal', DIM)} {shortened(str(found.reply))}  ({where})")
    if not found.recognised:
        printer.paragraph("", "It gives no reason that is known. Only the server's operator can tell what it means.")
        printer.line(f"  The command that was refused: mailproof explain {found.code}")
        return
    if found.words:
        printer.line(f"{printer.paint('Decided by', DIM)} {shortened(found.words)}")
    printer.line("")
    _show(printer, found.code)


def _show_meanings(printer: Printer, found: Sequence[Meaning]) -> None:
    """Print the codes that may be behind another program's words, and then the page on the likeliest."""
    from mailproof.reporting.sheet import shortened

    printer.line(f'"{shortened(found[0].words)}" may be, the likeliest first:')
    for meaning in found:
        printer.paragraph(f"{meaning.code.value}:", meaning.reason, YELLOW)
    printer.line("")
    _show(printer, found[0].code)
    if len(found) > 1:
        printer.line("")
        printer.line(f"More: {'; '.join(f'mailproof explain {other.code.value}' for other in found[1:])}")


def _show_markdown(printer: Printer, markdown: str) -> None:
    """Print a page as plain text: headings painted, links as their words, the marks of code blocks left out."""
    in_code = False
    for line in markdown.rstrip("\n").split("\n"):
        if line.startswith("```"):
            in_code = not in_code
        elif in_code:
            printer.line(f"    {line}" if line else "")
        elif line.startswith("#"):
            printer.line(line.lstrip("# "), BOLD)
        else:
            printer.line(_LINK.sub(r"\1", line))
