"""`mailproof diagnose`: one SMTP test from the command line, without a server or a database.

Readable steps as they end and then the verdict, or one JSON document. Law: everything heavy is imported by `run`, so
that `--help` costs nothing, and neither gRPC nor protobuf nor the store is imported at all.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mailproof.cli.arguments import UsageError, add_depth, add_json, add_language, add_timeout, complain
from mailproof.cli.diagnose_output import DiagnoseOutput, as_json
from mailproof.cli.exit_codes import DONE, FAILED, INTERRUPTED
from mailproof.cli.printer import Printer, print_json, show_until

if TYPE_CHECKING:
    from mailproof.smtp.report import Plan

MAX_CA_FILE = 1024 * 1024  # bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    from mailproof.cli import oauth_arguments
    from mailproof.cli.tls_words import tls_mode
    from mailproof.net.egress import Profile
    from mailproof.smtp.vocabulary import Patience, TlsMode

    parser.add_argument(
        "host",
        metavar="HOST[:PORT]",
        help="server to test; port by TLS mode if none; IPv6 as [::1]:587; also a URL: smtp://HOST, smtps://HOST",
    )
    parser.add_argument(
        "--tls",
        type=tls_mode,
        metavar="{" + ",".join(TlsMode) + "}",
        default=TlsMode.AUTO,
        help="auto: encrypted and verified, implicit TLS or STARTTLS as the server speaks (default; also tls); "
        "implicit: also ssl, smtps; opportunistic: STARTTLS when offered, otherwise clear text; none: also plain, off",
    )
    parser.add_argument("--user", metavar="U", help="user to authenticate as; needs --password-stdin or an --oauth-…")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    parser.add_argument("--mechanism", metavar="M", default="", help="SASL mechanism; default: the strongest first")
    parser.add_argument("--ca-file", metavar="F", help="extra trust anchors, PEM")
    parser.add_argument("--from", dest="sender", metavar="A", default="", help="address for MAIL FROM")
    parser.add_argument("--to", dest="recipient", metavar="B", default="", help="send a test message to this address")
    add_depth(parser)
    add_timeout(parser)
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
        "host are tried, all of its addresses, and a host that may be meant instead, without user and password",
    )
    parser.add_argument(
        "--wait",
        choices=[wait.value for wait in Patience],
        default=Patience.VERIFIED.value,
        help="how long to wait for a server that says nothing: until another setting is verified and this one had its "
        "time (default), or for all of the test's time",
    )
    parser.add_argument(
        "--apply",
        action="store_true",
        help="after a failed test print this command with the best fix applied; runs nothing, changes nothing",
    )
    add_json(parser)
    add_language(parser)
    oauth_arguments.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command and return its exit code: 0 passed, 1 test failed, 2 bad usage, 130 interrupted."""
    try:
        plan = _plan(args)
    except UsageError as error:
        return complain("diagnose", error)
    except KeyboardInterrupt:  # while the password was awaited
        return INTERRUPTED

    from mailproof.cli import event_loop
    from mailproof.cli.fixed_command import fixed_command
    from mailproof.diagnosis.translation import report_in
    from mailproof.discovery.host_adviser import KnownHosts
    from mailproof.languages.language import Language
    from mailproof.net.egress import Policy, Profile, policy_for_operator
    from mailproof.net.trust import TrustStore
    from mailproof.probe.probe import Probe
    from mailproof.smtp.report import Report

    guard = Policy(Profile(args.egress_profile)) if args.egress_profile else policy_for_operator()
    language = Language(args.language)
    output = DiagnoseOutput(Printer(quiet=args.json), language)
    try:
        probe = Probe(
            guard=guard, https_guard=guard.for_https(), trust=TrustStore(), adviser=KnownHosts(guard.for_web())
        )
        report = report_in(event_loop.run(show_until(Report, probe.run(plan), output.progress)), language)
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        output.end_progress()
    passed = report.outcome.value == "ok"
    fixed = fixed_command(args.typed, report.fixes) if args.apply and not passed else None
    if args.json:
        document = as_json(report)
        print_json(document | {"fixed_command": fixed.text if fixed else ""} if args.apply else document)
    else:
        output.verdict(report)
        if args.apply and not passed:
            output.fixed(fixed)
    return DONE if passed else FAILED


def _plan(args: argparse.Namespace) -> Plan:
    """Make the plan that the arguments describe, reading the secret from standard input.

    Raises:
        UsageError: An argument is wrong.
    """
    from mailproof.cli import oauth_arguments
    from mailproof.cli.typed_server import read_server
    from mailproof.domain.secret import Secret
    from mailproof.smtp.plans import violations
    from mailproof.smtp.report import Credentials, Plan
    from mailproof.smtp.vocabulary import Depth, Patience

    host, port, mode = read_server(args.host, args.tls)
    problem = oauth_arguments.problem(args)
    if problem:
        raise UsageError(problem)
    if args.password_stdin and args.user is None:
        raise UsageError("argument --password-stdin: needs --user")
    if args.user is not None and not args.password_stdin and not oauth_arguments.wanted(args):
        raise UsageError("argument --user: needs --password-stdin")
    if args.user == "":
        raise UsageError("argument --user: must not be empty")
    ca_pem = _ca_file(args.ca_file) if args.ca_file is not None else ""
    depth = Depth(args.depth) if args.depth else Depth.DATA if args.recipient else Depth.AUTH
    plan = Plan(
        host=host,
        port=port,
        tls_mode=mode,
        mechanism=args.mechanism,
        sender=args.sender or args.recipient,  # a message from its own recipient is refused by nobody's sender check
        recipient=args.recipient,
        depth=depth,
        timeout=args.timeout,
        ca_pem=ca_pem,
        ehlo_name=args.ehlo_name,
        verify_alternatives=args.verify_alternatives,
        wait=Patience(args.wait),
        credentials=Credentials(args.user, Secret("")) if args.user else None,
        oauth=oauth_arguments.oauth(args, "x"),  # a placeholder: the rest is checked before the secret is read
    )
    flag_of = {"sender": "--from", "recipient": "--to", "ehlo_name": "--ehlo-name", "password": "--password-stdin"}
    flag_of |= oauth_arguments.FLAGS

    def check() -> None:
        for name, must in violations(plan):
            if name != "sender" or args.sender:
                raise UsageError(f"argument {flag_of.get(name, '--' + name)}: {must}")

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


def _ca_file(name: str) -> str:
    """Return the trust anchors in a file.

    Raises:
        UsageError: It can't be read, or holds none.
    """
    from pathlib import Path

    from mailproof.syntax.pem import check_ca_pem

    try:
        with Path(name).open("rb") as file:
            data = file.read(MAX_CA_FILE)
        text = data.decode("ascii", "replace")
        check_ca_pem(text)
    except OSError as error:
        raise UsageError(f"argument --ca-file: {error.strerror or 'can not be read'}") from None
    except ValueError as error:  # also a NUL in the name
        raise UsageError(f"argument --ca-file: {error}") from None
    return text


def _secret(flag: str) -> str:
    """Read a secret from standard input.

    Args:
        flag: The flag that says which secret it is.

    Raises:
        UsageError: Standard input does not hold one line of UTF-8.
    """
    from mailproof.cli.typed_secret import read_secret

    what = {"--password-stdin": "password", "--oauth-token-stdin": "token"}.get(flag, "client secret")
    return read_secret(flag, what)
