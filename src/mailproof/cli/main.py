"""The command `mailproof`: finds the subcommand, runs it, and turns what it raises into an exit code.

What stands around it is guard.py; the exit codes are those of exit_codes.py. The law kept here: a subcommand's modules
are imported when it runs, so that `--help` and `diagnose` pay neither for gRPC nor for the database.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailproof import __version__
from mailproof.cli.examples import EXAMPLES
from mailproof.cli.guard import guarded
from mailproof.cli.parser import Parser
from mailproof.domain.errors import StartupError


@dataclass(frozen=True, slots=True)
class _Command:
    """A subcommand.

    Attributes:
        name: Its name.
        help: What it does, in one sentence.
        fill: Adds its arguments; called only if it is the one that was asked for.
    """

    name: str
    help: str
    fill: Callable[[argparse.ArgumentParser], None]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: The arguments without the program's name; None means those of the process.

    Returns:
        The exit code.
    """
    if argv is None:  # the process is this command's
        from mailproof.service.garbage import collect_rarely

        collect_rarely()
    arguments = sys.argv[1:] if argv is None else list(argv)
    return guarded(lambda: _run(arguments))


def _run(arguments: Sequence[str]) -> int:
    if arguments[:1] == ["help"]:
        arguments = [*arguments[1:], "--help"]
    named = next((argument for argument in arguments if not argument.startswith("-")), "")
    parser = build_parser(named)
    command = parser.commands().get(named)
    if command is not None and not {"-h", "--help"} & set(arguments):
        from mailproof.cli import arguments as said
        from mailproof.cli import defaults

        try:
            defaults.apply(command, named, os.environ)
        except said.UsageError as error:
            return said.complain(named, error)
        said.forget_origins(arguments)
    parsed = parser.parse_args(arguments)
    parsed.typed = arguments  # `diagnose --apply` prints them again
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return run(parsed)
    except ImportError as error:
        from mailproof.cli.extras import missing_extra

        sentence = missing_extra(error, named)
        if not sentence:
            raise
        raise StartupError(sentence) from error


def build_parser(named: str | None) -> Parser:
    """Build the parser.

    Args:
        named: The command that is asked for: only that one gets its arguments. None: all of them do.
    """
    parser = Parser(
        prog="mailproof",
        description="Stores SMTP settings and proves that they work.",
        epilog="mailproof COMMAND --help tells each command's flags, and where man pages are read, "
        "man mailproof-COMMAND. Exit codes: 0 done or passed, 1 the test failed or nothing was found, 2 bad usage, "
        "3 it could not be carried out.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"mailproof {__version__}")
    parser.example = "mailproof diagnose smtp.example.com"
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        sub = commands.add_parser(command.name, help=command.help, description=command.help, allow_abbrev=False)
        if named is None or command.name == named:
            command.fill(sub)
            for leaf in sub.leaves():
                leaf.example = EXAMPLES.get(leaf.prog.partition(" ")[2], "")
    return parser


def _fill_serve(parser: argparse.ArgumentParser) -> None:
    from mailproof.service import settings

    settings.add_arguments(parser)
    parser.epilog = (
        "A flag wins over its environment variable (in brackets), that over the TOML file, that over the default. "
        "The key that seals the stored passwords can also be given, as base64 of 32 bytes, in "
        "MAILPROOF_ENCRYPTION_KEY; it has no flag, since flags show in the list of processes."
    )
    parser.set_defaults(run=_serve)


def _serve(parsed: argparse.Namespace) -> int:
    from mailproof.service import settings, settings_check, system

    system.check_system()
    chosen = settings.from_arguments(parsed, os.environ)  # before the imports: bad settings are reported at once
    settings_check.check(chosen)

    # gRPC's core prints a line for each handshake that fails, and for each header of a stranger that it can't parse:
    # strangers must not fill the log, which is JSON besides.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from mailproof.service import app

    return app.serve(chosen)


def _fill_token(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import tokens

    tokens.add_arguments(parser)


def _fill_instance(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import instances

    instances.add_arguments(parser)


def _fill_keys(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import keys

    keys.add_arguments(parser)


def _fill_migrate(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import migrate

    migrate.add_arguments(parser)


def _fill_diagnose(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import diagnose

    diagnose.add_arguments(parser)
    parser.set_defaults(run=diagnose.run)


def _fill_discover(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import discover

    discover.add_arguments(parser)
    parser.set_defaults(run=discover.run)


def _fill_explain(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import explain

    explain.add_arguments(parser)
    parser.set_defaults(run=explain.run)


def _fill_rebuild(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import rebuild

    rebuild.add_arguments(parser)
    parser.set_defaults(run=rebuild.run)


def _fill_backup(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import backup

    backup.add_arguments(parser)
    parser.set_defaults(run=backup.run)


def _fill_restore(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import restore

    restore.add_arguments(parser)
    parser.set_defaults(run=restore.run)


def _fill_thin(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import thin

    thin.add_arguments(parser)
    parser.set_defaults(run=thin.run)


def _fill_whoami(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import whoami

    whoami.add_arguments(parser)


def _fill_server(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import server

    server.add_arguments(parser)


def _fill_presets(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import presets

    presets.add_arguments(parser)


def _fill_config(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import configs

    configs.add_arguments(parser)


def _fill_provider(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import providers

    providers.add_arguments(parser)


def _fill_events(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import events

    events.add_arguments(parser)


def _fill_tests(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import kept_tests

    kept_tests.add_arguments(parser)


def _fill_completion(parser: argparse.ArgumentParser) -> None:
    from mailproof.cli import completion

    completion.add_arguments(parser)


_COMMANDS = (
    _Command("serve", "Run the service.", _fill_serve),
    _Command("token", "Create, list and revoke access tokens.", _fill_token),
    _Command("instance", "Create and list instances.", _fill_instance),
    _Command("keys", "List, rotate and retire the keys that secrets are sealed under.", _fill_keys),
    _Command("migrate", "Move all data from one database into an empty one.", _fill_migrate),
    _Command("rebuild", "Make the stored state anew from the event log.", _fill_rebuild),
    _Command("backup", "Copy the database into one file, while the service runs.", _fill_backup),
    _Command("restore", "Put a backup in the place of a stopped service's database.", _fill_restore),
    _Command("thin", "Take old events out of the event logs, and leave the state.", _fill_thin),
    _Command("diagnose", "Test an SMTP server without a service or a database.", _fill_diagnose),
    _Command("discover", "Find the SMTP settings of a mail address.", _fill_discover),
    _Command("explain", "Explain a code, a server's answer, or another program's error.", _fill_explain),
    _Command(
        "config", "Add, change, test, activate, list and export configurations of a running service.", _fill_config
    ),
    _Command("presets", "List the mail providers whose servers a running service knows.", _fill_presets),
    _Command("server", "Ask a running service for its version, limits and features.", _fill_server),
    _Command("whoami", "Ask a running service whose token this is and what it may do.", _fill_whoami),
    _Command("tests", "List and show the kept tests of a running service's configurations.", _fill_tests),
    _Command("provider", "The same, and besides for providers that mail is posted to.", _fill_provider),
    _Command("events", "List who changed what in a running service's configurations, and when.", _fill_events),
    _Command("completion", "Print the script that completes this command line in a shell.", _fill_completion),
)
