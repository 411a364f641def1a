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
    add_actions(actions, http=True)


def add_actions(actions: argparse._SubParsersAction[argparse.ArgumentParser], *, http: bool = False) -> None:
    """Add the actions that `config` and `provider` share.

    Args:
        actions: Where they are added.
        http: Whether it has the flags of providers that mail is posted to.
    """
    from mailproof.cli import config_add, config_change, config_show, config_test

    what = "an SMTP configuration, or a provider that mail is posted to" if http else "an SMTP configuration"
    rows: tuple[tuple[str, str, Fill], ...] = (
        (
            "add",
            f"Store {what}, inactive; test and activate it where that is asked for.",
            lambda parser: config_add.add_arguments(parser, http=http),
        ),
        (
            "show",
            "Show all that is known of one: settings, last tests, whether its secret is stored; never the secret.",
            lambda parser: config_show.add_arguments(parser, signing_key=http),
        ),
        (
            "update",
            "Change what is given, and leave all else as it is, the secret too.",
            lambda parser: config_change.add_update_arguments(parser, http=http),
        ),
        (
            "activate",
            "Make one the active one; the one that was active becomes inactive.",
            config_change.add_activate_arguments,
        ),
        (
            "deactivate",
            "Make the active one inactive, so that none is in use.",
            config_change.add_deactivate_arguments,
        ),
        (
            "remove",
            "Remove one for good, its secret too; a terminal is asked before.",
            config_change.add_remove_arguments,
        ),
        ("test", "Test one as it is stored, and show each step as it happens.", config_test.add_arguments),
    )
    for name, text, fill in rows:
        fill(actions.add_parser(name, help=text, description=text, allow_abbrev=False))
