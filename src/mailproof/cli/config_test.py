"""`mailproof config test ID`: tests a stored configuration on the service, each step as it happens, and offers its fix.

Law: a fix is applied only if --apply asks for it, it was tried and works, and gives up no encryption; and only to the
configuration as it was tested. Ctrl-C ends the test on the service too: the call ends with the connection.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailproof.cli.arguments import add_depth
from mailproof.cli.config_lookup import add_config_argument, find_config, noun_of
from mailproof.cli.exit_codes import DONE, FAILED
from mailproof.cli.service_access import add_service_arguments
from mailproof.cli.service_refusals import in_arguments
from mailproof.cli.table import print_line

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from mailproof.client import Client
    from smtpdiag.v1 import config_overview_pb2, report_pb2

GRACE = 5.0
"""Seconds that the answer may take beyond the test itself."""

_APPLIED = frozenset({"tls", "host", "user"})


@dataclass(frozen=True, slots=True)
class TestRun:
    """What came of a test.

    Attributes:
        passed: Whether it passed.
        answer: The report, of an SMTP test or of a post.
        fix: The first fix of the report; None for none.
    """

    passed: bool
    answer: Message
    fix: report_pb2.Fix | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    from mailproof.cli.config_arguments import add_secret_flags
    from mailproof.smtp.vocabulary import Patience

    add_config_argument(parser)
    add_recipient(parser)
    add_depth(parser)
    parser.add_argument(
        "--no-alternatives",
        dest="verify_alternatives",
        action="store_false",
        help="dial nothing but the stored server; default: where the test fails for it, other TLS modes and ports are "
        "tried, without user and password",
    )
    parser.add_argument(
        "--wait",
        choices=[wait.value for wait in Patience],
        default=Patience.VERIFIED.value,
        help="how long to wait for a server that says nothing, as in `mailproof diagnose`",
    )
    parser.add_argument(
        "--apply",
        action="store_true",
        help="after a failed test change the configuration by the fix that was verified, and test it again; a terminal "
        "is asked before, and for the password where the changed settings need it anew",
    )
    parser.add_argument("--yes", action="store_true", help="with --apply: do not ask before the fix is applied")
    add_secret_flags(parser)
    add_service_arguments(parser, in_arguments(_test))


def add_recipient(parser: argparse.ArgumentParser) -> None:
    """Add `--to`."""
    parser.add_argument(
        "--to", dest="recipient", metavar="B", default="", help="send a test message to this address as well"
    )


async def _test(client: Client, parsed: argparse.Namespace) -> int:
    from mailproof.cli.arguments import UsageError
    from mailproof.cli.config_arguments import given_secret
    from mailproof.cli.printer import print_json
    from mailproof.cli.table import as_json

    if given_secret(parsed) and not parsed.apply:
        raise UsageError(f"argument {_flag_of(parsed)}: goes with --apply alone; the test uses the stored secret")
    config = await find_config(client, parsed.id)
    tested = await run_test(client, config, parsed)
    documents: dict[str, Any] = {}
    if not tested.passed and parsed.apply:
        tested, documents = await _apply(client, config, tested, parsed)
    elif not tested.passed and not parsed.json:
        _hint(noun_of(parsed), config.id, tested)
    if parsed.json:
        print_json(as_json(tested.answer) | documents)
    return DONE if tested.passed else FAILED


def _flag_of(parsed: argparse.Namespace) -> str:
    return "--password-stdin" if parsed.password_stdin else "--password-file"


async def run_test(client: Client, config: config_overview_pb2.ConfigOverview, parsed: argparse.Namespace) -> TestRun:
    """Test a stored configuration, and print what happens unless a JSON document follows.

    Args:
        client: The service.
        config: The configuration, of any kind.
        parsed: The command's arguments; those of a test that a command does not have are as by default.
    """
    if config.HasField("http"):
        return await _post(client, config, parsed)
    from mailproof.cli.diagnose_output import DiagnoseOutput
    from mailproof.cli.printer import Printer
    from mailproof.languages.language import Language
    from mailproof.reporting.answered_report import progress_of, report_of

    output = DiagnoseOutput(Printer(quiet=parsed.json), Language(parsed.language))
    stream = client.diagnosis.Diagnose(_request(config, parsed), timeout=parsed.timeout + GRACE)
    report = None
    try:
        async for each in stream:
            seen = progress_of(each)
            if seen is not None:
                output.progress(seen)
            elif each.HasField("report"):
                report = each.report
    finally:
        output.end_progress()
        stream.cancel()
    if report is None:
        from mailproof.cli.service_access import NotCarriedOut

        raise NotCarriedOut("the service ended the test without a report")
    shown = report_of(report)
    if not parsed.json:
        output.verdict(shown)
    return TestRun(shown.outcome.value == "ok", report, next(iter(report.fixes), None))


def _request(config: config_overview_pb2.ConfigOverview, parsed: argparse.Namespace) -> Any:
    from smtpdiag.v1 import diagnosis_pb2, vocabulary_pb2

    depth = getattr(parsed, "depth", None) or ("data" if parsed.recipient else "auth")
    wait = getattr(parsed, "wait", None)
    request = diagnosis_pb2.DiagnoseRequest(
        config_id=config.id,
        recipient=parsed.recipient,
        depth=vocabulary_pb2.Depth.Value(f"DEPTH_{depth.upper()}"),
        verify_alternatives=getattr(parsed, "verify_alternatives", True),
        wait=vocabulary_pb2.Wait.Value(f"WAIT_{wait.upper()}") if wait else vocabulary_pb2.WAIT_UNSPECIFIED,
    )
    request.timeout.FromNanoseconds(int(parsed.timeout * 1e9))
    return request


async def _post(client: Client, config: config_overview_pb2.ConfigOverview, parsed: argparse.Namespace) -> TestRun:
    """Post a signed sample to the endpoint of an HTTP provider."""
    from mailproof.cli.printer import Printer
    from mailproof.reporting.facts import word
    from mailproof.reporting.sheet import BOLD, DIM, GREEN, RED
    from smtpdiag.v1 import instance_pb2, vocabulary_pb2

    printer = Printer(quiet=parsed.json)
    request = instance_pb2.TestHTTPProviderRequest(id=config.id, recipient_address=parsed.recipient)
    request.timeout.FromNanoseconds(int(parsed.timeout * 1e9))
    printer.running(f"  ...   posting to {config.http.endpoint}", DIM)
    try:
        report = (await client.instances.TestHTTPProvider(request, timeout=parsed.timeout + GRACE)).report
    finally:
        printer.clear()
    passed = report.outcome == vocabulary_pb2.OUTCOME_OK
    stage = word(instance_pb2.WebhookStage, report.stage, "WEBHOOK_STAGE_")
    code = word(instance_pb2.WebhookCode, report.code, "WEBHOOK_CODE_")
    head = printer.paint("PASSED" if passed else f"FAILED at {stage}: {code}", f"{BOLD};{GREEN if passed else RED}")
    status = f", status {report.http_status}" if report.http_status else ""
    printer.line(f"{head}  ({report.elapsed_ms} ms{status})")
    printer.paragraph("", report.message)
    if report.advice:
        printer.paragraph("What to do:", report.advice, BOLD)
    return TestRun(passed, report)


async def _apply(
    client: Client, config: config_overview_pb2.ConfigOverview, tested: TestRun, parsed: argparse.Namespace
) -> tuple[TestRun, dict[str, Any]]:
    """Apply the verified fix and test again.

    Returns:
        The last test, and what a JSON document says of the fix.
    """
    fix = tested.fix
    if fix is None or not applicable(fix):
        if not parsed.json:
            _hint(noun_of(parsed), config.id, tested)
        return tested, {"appliedFix": None}
    if not parsed.json:
        print_line(f"  Verified fix: {fix_in_words(fix)}")
    if not parsed.yes and sys.stdin.isatty():
        from mailproof.cli.typed_secret import confirmed

        if not confirmed(f"Change {config.id} so, and test it again?"):
            return tested, {"appliedFix": None}
    await _change(client, config, fix, parsed)
    if not parsed.json:
        print_line(f"changed {config.id}: {fix_in_words(fix)}\n")
    from mailproof.cli.table import as_json

    again = await run_test(client, config, parsed)
    return again, {"appliedFix": as_json(fix), "firstReport": as_json(tested.answer)}


async def _change(
    client: Client, config: config_overview_pb2.ConfigOverview, fix: report_pb2.Fix, parsed: argparse.Namespace
) -> None:
    from mailproof.cli.config_change import send_with_secret
    from mailproof.cli.config_request import fixed
    from zitadel.admin.v1 import admin_pb2

    stored = (await client.admin.GetEmailProviderById(admin_pb2.GetEmailProviderByIdRequest(id=config.id))).config
    changes = {change.setting: change.to for change in fix.changes}
    calls = client.using(expected_sequence=config.sequence)  # what was tested, and nothing newer
    await send_with_secret(
        lambda secret: calls.admin.UpdateEmailProviderSMTP(fixed(stored, changes, secret)),
        stored,
        parsed,
        needed=fix.needs_secret,
    )


def applicable(fix: report_pb2.Fix) -> bool:
    """Return whether `--apply` changes a configuration so: it was tried and works, and gives up no encryption."""
    changes = {change.setting: change.to for change in fix.changes}
    return bool(fix.verified and changes and changes.keys() <= _APPLIED and changes.get("tls") != "false")


def fix_in_words(fix: report_pb2.Fix) -> str:
    """Return the changes of a fix: "host a:25 -> a:587, tls false -> true"."""
    changes = ((change.setting, getattr(change, "from"), change.to) for change in fix.changes)  # a keyword of Python
    return ", ".join(f"{setting} {before or '-'} -> {after}" for setting, before, after in changes)


def update_command(noun: str, config_id: str, fix: report_pb2.Fix) -> str:
    """Return the command that makes the changes of a fix, quoted for a POSIX shell; empty where none does."""
    words = ["mailproof", noun, "update", config_id]
    for change in fix.changes:
        if change.setting not in _APPLIED:
            return ""
        value = change.to
        if change.setting == "tls":
            value = "auto" if value == "true" else "opportunistic"
        words += [f"--{change.setting}", value]
    if not fix.changes:
        return ""
    return shlex.join([*words, *(["--password-stdin"] if fix.needs_secret else [])])


def _hint(noun: str, config_id: str, tested: TestRun) -> None:
    """Print the command that applies the best fix; nothing where there is none."""
    if tested.fix is None:
        return
    if applicable(tested.fix):
        print_line(f"  With the fix: mailproof {noun} test {config_id} --apply")
        return
    command = update_command(noun, config_id, tested.fix)
    if command:
        label = "With the fix:" if tested.fix.verified else "With the fix, which was not tried:"
        print_line(f"  {label} {command}")
