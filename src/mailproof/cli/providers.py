"""`mailproof provider`: what `mailproof config` does, and besides providers that mail is posted to.

One set of records, and one implementation of each action: `config` has the flags of SMTP alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

Fill = Callable[[argparse.ArgumentParser], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    from mailproof.cli import configs

    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    configs.add_listing(actions, "providers")
    add_actions(actions, "provider", http=True)


def add_actions(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], noun: str, *, http: bool = False
) -> None:
    """Add the actions that `config` and `provider` share.

    Args:
        actions: Where they are added.
        noun: What the command is called.
        http: Whether it has the flags of providers that mail is posted to.
    """
    from mailproof.cli import config_add, config_change, config_show, config_test

    what = "an SMTP configuration, or a provider that mail is posted to" if http else "an SMTP configuration"
    example = f"mailproof {noun}"
    rows: tuple[tuple[str, str, Fill, str], ...] = (
        (
            "add",
            f"Store {what}, inactive; test and activate it where that is asked for.",
            lambda parser: config_add.add_arguments(parser, http=http),
            f"{example} add smtp.example.com --user me@example.com --test --activate"
            + (f"\n  {example} add https://hooks.example.com/mail --description Hook" if http else ""),
        ),
        (
            "show",
            "Show all that is known of one: settings, last tests, whether its secret is stored; never the secret.",
            lambda parser: config_show.add_arguments(parser, signing_key=http),
            f"{example} show active",
        ),
        (
            "update",
            "Change what is given, and leave all else as it is, the secret too.",
            lambda parser: config_change.add_update_arguments(parser, http=http),
            f"{example} update active --host smtp.example.com:465 --test",
        ),
        (
            "activate",
            "Make one the active one; the one that was active becomes inactive.",
            config_change.add_activate_arguments,
            f"{example} activate 'Office mail' --test",
        ),
        (
            "deactivate",
            "Make the active one inactive, so that none is in use.",
            config_change.add_deactivate_arguments,
            f"{example} deactivate active",
        ),
        (
            "remove",
            "Remove one for good, its secret too; a terminal is asked before.",
            config_change.add_remove_arguments,
            f"{example} remove 'Office mail'",
        ),
        (
            "test",
            "Test one as it is stored, and show each step as it happens.",
            config_test.add_arguments,
            f"{example} test active --to me@example.com",
        ),
    )
    for name, text, fill, shown in rows:
        parser = actions.add_parser(
            name,
            help=text,
            description=text,
            allow_abbrev=False,
            epilog=f"example:\n  {shown}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        fill(parser)
