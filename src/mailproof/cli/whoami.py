"""`mailproof whoami`: asks a running service whose token this is and what it may do."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mailproof.cli.exit_codes import DONE
from mailproof.cli.service_access import add_service_arguments
from mailproof.cli.table import print_facts, print_message
from mailproof.reporting.facts import moment, word

if TYPE_CHECKING:
    from mailproof.client import Client


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    add_service_arguments(parser, _whoami)


async def _whoami(client: Client, parsed: argparse.Namespace) -> int:
    from smtpdiag.v1 import access_pb2

    caller = await client.access.GetCaller(access_pb2.GetCallerRequest())
    if parsed.json:
        print_message(caller)
        return DONE
    ends = moment(caller.expire_time) if caller.HasField("expire_time") else "never"
    print_facts(
        (
            ("name", caller.name),
            ("id", caller.id),
            ("fingerprint", caller.fingerprint),
            ("shown by", word(access_pb2.CallerKind, caller.kind, "CALLER_KIND_")),
            ("role", word(access_pb2.Role, caller.role, "ROLE_")),
            ("permissions", ", ".join(caller.permissions)),
            ("instance", caller.instance),
            ("instances", ", ".join(caller.instances)),
            ("made", moment(caller.create_time)),
            ("expires", f"{ends}, soon" if caller.expires_soon else ends),
        )
    )
    return DONE
