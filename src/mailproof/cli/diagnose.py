"""`mailproof diagnose`: one SMTP test from the command line, without a server or a database.

Readable steps as they end and then the verdict, or one JSON document. Law: everything heavy is imported by `run`, so
that `--help` costs nothing, and neither gRPC nor protobuf nor the store is imported at all.
"""
# ruff: noqa: T201 - a command prints

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from mailproof.cli.diagnose_printer import Printer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from datetime import datetime

    from mailproof.probe.probe import Progress
    from mailproof.smtp.report import Plan, Report

PASSED, FAILED, BAD_USAGE, INTERRUPTED = 0, 1, 2, 130

MAX_CA_FILE = 1024 * 1024  # bytes
MAX_PASSWORD = 64 * 1024  # bytes


class _UsageError(Exception):
    """What is wrong with an argument; the text begins with its name."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    from mailproof.cli import oauth_arguments
    from mailproof.net.egress import Profile
    from mailproof.smtp.vocabulary import Depth, TlsMode

    parser.add_argument(
        "host", metavar="HOST[:PORT]", help="server to test; port by TLS mode if none; IPv6 as [::1]:587"
    )
    parser.add_argument(
        "--tls",
        choices=[mode.value for mode in TlsMode],
        default=TlsMode.AUTO.value,
        help="auto: encrypted and verified, implicit TLS or STARTTLS as the server speaks (default); opportunistic: "
        "STARTTLS when offered, otherwise clear text",
    )
    parser.add_argument("--user", metavar="U", help="user to authenticate as; needs --password-stdin or an --oauth-…")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    parser.add_argument("--mechanism", metavar="M", default="", help="SASL mechanism; default: the strongest first")
    parser.add_argument("--ca-file", metavar="F", help="extra trust anchors, PEM")
    parser.add_argument("--from", dest="sender", metavar="A", default="", help="address for MAIL FROM")
    parser.add_argument("--to", dest="recipient", metavar="B", default="", help="send a test message to this address")
    parser.add_argument(
        "--depth",
        choices=[depth.value for depth in Depth],
        help="how far the test goes; default: auth, with --to data; rcpt tries a recipient and sends nothing",
    )
    parser.add_argument("--timeout", metavar="S", type=_seconds, default=30.0, help="for everything; default: 30")
    parser.add_argument("--ehlo-name", metavar="N", default="", help="name to say in EHLO; default: this machine's")
    parser.add_argument(
        "--egress-profile",
        choices=[profile.value for profile in Profile],
        help="which destinations may be dialled; default: development, any but cloud metadata and the like",
    )
    parser.add_argument(
        "--no-alternatives",
        dest="verify_alternatives",
        action="store_false",
        help="dial nothing but HOST:PORT; default: where the test fails for it, other TLS modes and ports of the same "
        "host are tried, without user and password",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    oauth_arguments.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code: 0 passed, 1 test failed, 2 bad usage, 130 interrupted."""
    try:
        plan = _plan(args)
    except _UsageError as error:
        print(f"mailproof diagnose: {error}", file=sys.stderr)
        return BAD_USAGE
    except KeyboardInterrupt:  # while the password was awaited
        return INTERRUPTED

    from mailproof.cli import event_loop
    from mailproof.net.egress import Policy, Profile, policy_for_operator
    from mailproof.net.trust import TrustStore
    from mailproof.probe.probe import Probe

    guard = Policy(Profile(args.egress_profile)) if args.egress_profile else policy_for_operator()
    printer = Printer(quiet=args.json)
    try:
        probe = Probe(guard=guard, https_guard=guard.for_https(), trust=TrustStore())
        report = event_loop.run(_collect(probe.run(plan), printer))
    except KeyboardInterrupt:
        return INTERRUPTED
    if args.json:
        print(json.dumps(as_json(report), indent=2))
    else:
        printer.verdict(report)
    return PASSED if report.outcome.value == "ok" else FAILED


def as_json(report: Report) -> dict[str, Any]:
    """Return a report as plain JSON values: enums short and lower case, times RFC 3339, durations as "0.001s"."""
    import dataclasses

    document: dict[str, Any] = _plain(dataclasses.asdict(report))
    for step, plain in zip(report.steps, document["steps"], strict=True):
        plain["duration"] = f"{step.duration:.6f}s"
    order = ("outcome", "stage", "code", "message", "advice", "evidence", "tls", "ehlo", "findings", "alternatives")
    return {key: document[key] for key in (*order, "steps", "elapsed_ms", "round_trips")}


def _plain(value: Any) -> Any:
    from datetime import datetime

    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _rfc3339(value) if isinstance(value, datetime) else value


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


async def _collect(events: AsyncGenerator[Progress, None], printer: Printer) -> Report:
    from contextlib import aclosing

    from mailproof.smtp.report import Report, Step

    async with aclosing(events):
        async for event in events:
            if isinstance(event, Report):
                return event
            if isinstance(event, Step):
                printer.step(event)
            else:
                printer.heartbeat(event)
    raise AssertionError("the probe ended without a report")


def _plan(args: argparse.Namespace) -> Plan:
    """Make the plan of the arguments."""
    from mailproof.cli import oauth_arguments
    from mailproof.domain.secret import Secret
    from mailproof.smtp.plans import violations
    from mailproof.smtp.report import Credentials, Plan
    from mailproof.smtp.vocabulary import Depth, TlsMode

    host, port = _host_port(args.host)
    problem = oauth_arguments.problem(args)
    if problem:
        raise _UsageError(problem)
    if args.password_stdin and args.user is None:
        raise _UsageError("argument --password-stdin: needs --user")
    if args.user is not None and not args.password_stdin and not oauth_arguments.wanted(args):
        raise _UsageError("argument --user: needs --password-stdin")
    if args.user == "":
        raise _UsageError("argument --user: must not be empty")
    ca_pem = _ca_file(args.ca_file) if args.ca_file is not None else ""
    depth = Depth(args.depth) if args.depth else Depth.DATA if args.recipient else Depth.AUTH
    plan = Plan(
        host=host,
        port=port,
        tls_mode=TlsMode(args.tls),
        mechanism=args.mechanism,
        sender=args.sender or args.recipient,  # a message from its own recipient is refused by nobody's sender check
        recipient=args.recipient,
        depth=depth,
        timeout=args.timeout,
        ca_pem=ca_pem,
        ehlo_name=args.ehlo_name,
        verify_alternatives=args.verify_alternatives,
        credentials=Credentials(args.user, Secret("")) if args.user else None,
        oauth=oauth_arguments.oauth(args, "x"),  # what can be wrong beside the secret is told before that is asked for
    )
    flags = {"sender": "--from", "recipient": "--to", "ehlo_name": "--ehlo-name", "password": "--password-stdin"}
    flags |= oauth_arguments.FLAGS

    def check() -> None:
        for name, must in violations(plan):
            if name != "sender" or args.sender:
                raise _UsageError(f"argument {flags.get(name, '--' + name)}: {must}")

    check()
    if not plan.credentials:
        return plan

    import dataclasses

    if plan.oauth is None:
        plan = dataclasses.replace(plan, credentials=Credentials(args.user, Secret(_secret("--password-stdin"))))
    else:
        flag = oauth_arguments.FLAGS["access_token" if args.oauth_token_stdin else "client_secret"]
        plan = dataclasses.replace(plan, oauth=oauth_arguments.oauth(args, _secret(flag)))
    check()
    return plan


def _host_port(text: str) -> tuple[str, int]:
    """Split HOST[:PORT]; the port is 0 where none is given."""
    from mailproof.syntax.host import check_host

    host, port = text, ""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")) or rest == ":":
            raise _UsageError("argument HOST[:PORT]: must be like [::1] or [::1]:587")
        port = rest[1:]
        if ":" not in host:
            raise _UsageError("argument HOST[:PORT]: only an IPv6 address stands in brackets")
    elif text.count(":") == 1:  # more are an IPv6 address without a port
        host, _, port = text.partition(":")
        if not port:
            raise _UsageError("argument HOST[:PORT]: has no port behind the colon")
    if port and not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise _UsageError("argument HOST[:PORT]: the port must be a number between 1 and 65535")
    try:
        return check_host(host), int(port or 0)
    except ValueError as error:
        words = "must be a host without a scheme or path" if "/" in text else str(error)
        raise _UsageError(f"argument HOST[:PORT]: {words}") from None


def _ca_file(name: str) -> str:
    from pathlib import Path

    from mailproof.syntax.pem import check_ca_pem

    try:
        with Path(name).open("rb") as file:
            data = file.read(MAX_CA_FILE)
        text = data.decode("ascii", "replace")
        check_ca_pem(text)
    except OSError as error:
        raise _UsageError(f"argument --ca-file: {error.strerror or 'can not be read'}") from None
    except ValueError as error:  # also a NUL in the name
        raise _UsageError(f"argument --ca-file: {error}") from None
    return text


def _secret(flag: str) -> str:
    """Read the secret that a flag announces: a line of standard input, without its end."""
    what = {"--password-stdin": "password", "--oauth-token-stdin": "token"}.get(flag, "client secret")
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass(f"{what.capitalize()}: ")
    data = sys.stdin.buffer.read(MAX_PASSWORD + 1)
    try:
        text = data.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise _UsageError(f"argument {flag}: the {what} must be UTF-8 text") from None
    if not text:
        raise _UsageError(f"argument {flag}: standard input is empty")
    if len(data) > MAX_PASSWORD or any(c in text for c in "\r\n\0"):
        raise _UsageError(f"argument {flag}: the {what} must be one line")
    return text


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:  # also false for nan
        raise argparse.ArgumentTypeError("must be a number of seconds, more than 0 and at most 3600")
    return seconds
