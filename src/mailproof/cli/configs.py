"""`mailproof config`: what is done with all configurations of an instance, by calls to a running service."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the actions."""
    from mailproof.cli import config_export, config_import

    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    text = "Write all configurations of an instance to a file."
    config_export.add_arguments(actions.add_parser("export", help=text, description=text, allow_abbrev=False))
    text = "Add all configurations of such a file to an instance, under new ids."
    config_import.add_arguments(actions.add_parser("import", help=text, description=text, allow_abbrev=False))
