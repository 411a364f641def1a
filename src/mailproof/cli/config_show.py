"""`mailproof config show ID`: all facts of a stored configuration, its last tests among them, and never its secret."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mailproof.cli.config_lookup import add_config_argument, find_config, name_of
from mailproof.cli.exit_codes import DONE
from mailproof.cli.service_access import add_service_arguments
from mailproof.cli.service_refusals import in_arguments
from mailproof.cli.table import print_facts, print_line, print_message
from mailproof.reporting.facts import moment, word

if TYPE_CHECKING:
    from mailproof.client import Client
    from smtpdiag.v1 import config_overview_pb2

MARKS = {1: "+", 2: "x", 3: "/"}
"""What stands for an outcome, by the numbers of TestOutcome."""


def add_arguments(parser: argparse.ArgumentParser, *, signing_key: bool = False) -> None:
    """Add the arguments.

    Args:
        parser: The command's.
        signing_key: Whether it can show the signing key of a provider that mail is posted to.
    """
    add_config_argument(parser)
    if signing_key:
        parser.add_argument(
            "--signing-key",
            action="store_true",
            help="print nothing but the key that posts to an HTTP provider are signed with; needs iam.write",
        )
    add_service_arguments(parser, in_arguments(_show))


async def _show(client: Client, parsed: argparse.Namespace) -> int:
    config = await find_config(client, parsed.id)
    if getattr(parsed, "signing_key", False):
        return await _show_key(client, config, parsed)
    if parsed.json:
        print_message(config)
        return DONE
    print_facts(facts(config))
    return DONE


async def _show_key(client: Client, config: config_overview_pb2.ConfigOverview, parsed: argparse.Namespace) -> int:
    from mailproof.cli.arguments import UsageError
    from mailproof.cli.service_access import NotCarriedOut
    from zitadel.admin.v1 import admin_pb2

    if not config.HasField("http"):
        raise UsageError(f"argument --signing-key: {config.id} is an SMTP configuration, which has none")
    answer = await client.admin.GetEmailProviderById(admin_pb2.GetEmailProviderByIdRequest(id=config.id))
    key = answer.config.http.signing_key
    if not key:
        raise NotCarriedOut("the signing key is not shown: it can't be opened, or the token lacks iam.write")
    if parsed.json:
        print_message(answer.config)
    else:
        print_line(key)
    return DONE


def facts(config: config_overview_pb2.ConfigOverview) -> list[tuple[str, str]]:
    """Return what is known of a configuration, as names and values."""
    from smtpdiag.v1 import instance_pb2

    kind = _http(config) if config.HasField("http") else _smtp(config)
    return [
        ("id", config.id),
        ("description", name_of(config)),
        ("state", word(instance_pb2.ProviderState, config.state, "PROVIDER_STATE_")),
        *kind,
        *_tests(config),
        ("added", moment(config.create_time)),
        ("changed", f"{moment(config.update_time)}, by event {config.sequence}"),
    ]


def _smtp(config: config_overview_pb2.ConfigOverview) -> list[tuple[str, str]]:
    smtp = config.smtp
    if not smtp.user:
        login = "nobody logs in"
    elif smtp.HasField("oauth"):
        login = f"{smtp.user}, by OAuth 2.0 tokens"
    else:
        login = f"{smtp.user}, by a password"
    tls = "auto: encrypted and verified" if smtp.tls else "opportunistic: clear text where no STARTTLS is offered"
    found = [("server", smtp.host), ("TLS", tls), ("user", login)]
    if smtp.HasField("oauth"):
        found += [("token endpoint", smtp.oauth.token_endpoint), ("client id", smtp.oauth.client_id)]
        found += [("scopes", " ".join(smtp.oauth.scopes))]
    found += [("secret", secret(config)), ("from", f"{smtp.sender_name} <{smtp.sender_address}>")]
    return [*found, ("reply to", smtp.reply_to_address or "the sender")]


def _http(config: config_overview_pb2.ConfigOverview) -> list[tuple[str, str]]:
    return [("posts to", config.http.endpoint), ("signing key", secret(config))]


def secret(config: config_overview_pb2.ConfigOverview) -> str:
    """Return what is known of a configuration's secret, without the secret."""
    from smtpdiag.v1 import config_overview_pb2 as messages

    words = {
        messages.SECRET_STATE_STORED: "stored",
        messages.SECRET_STATE_MISSING: "missing: update it with one",
        messages.SECRET_STATE_NOT_NEEDED: "not needed",
        messages.SECRET_STATE_UNREADABLE: "stored, and can't be opened: update it with a new one",
    }
    known = words.get(config.secret_state, str(config.secret_state))
    since = f", sealed {moment(config.secret_time)}" if config.HasField("secret_time") else ""
    return known + since


def _tests(config: config_overview_pb2.ConfigOverview) -> list[tuple[str, str]]:
    from smtpdiag.v1 import test_pb2

    if not config.HasField("last_test"):
        return [("last test", "none is kept")]
    last = config.last_test
    outcome = word(test_pb2.TestOutcome, last.outcome, "TEST_OUTCOME_")
    verdict = {"ok": "passed", "fail": f"failed at {last.stage}: {last.code}"}.get(outcome, f"{outcome}: {last.code}")
    marks = "".join(MARKS.get(each.outcome, "?") for each in config.recent_tests)
    found = [
        ("last test", f"{verdict}, {moment(last.start_time)}, {last.elapsed_ms} ms"),
        ("", f"mailproof tests show {last.id}"),
        ("recent tests", f"{marks} (+ passed, x failed, / cancelled; the newest first)"),
    ]
    if config.tls_version:
        found.append(("TLS version", config.tls_version))
    if config.HasField("certificate_expire_time"):
        found.append(("certificate", f"ends {moment(config.certificate_expire_time)}"))
    return found
