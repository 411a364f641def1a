"""Acme: an organisation with configurations of every kind, in front of real servers, and weeks of kept tests.

Its names are those of well-known providers; behind each stands a server of ours on loopback (`World`).
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from console_support.inhabitant import program
from discovery_support.world import World
from mailproof.domain.kept_test import KeptOutcome, KeptTest, TestTrigger
from mailproof.store.sqlite import store as sqlite
from service_support.rest import call
from service_support.service import RunningService, create_token, running_service
from smtp_support import pki
from smtp_support.pki import DAY
from smtp_support.scripted import Part, Script, background, serve, smtp

INSTANCE = "acme"
NETWORK = f"127.{os.getpid() // 250 % 250 + 1}.{os.getpid() % 250}"
"""The first three parts of the servers' addresses: another process has others."""

KNOWN_PORTS = (25, 465, 587, 2465, 2525, 2587)
PASSWORD = "correct horse"

POSTMARK = "Postmark, production"
STAGING = "Staging"
EXCHANGE = "On-premises Exchange"
RELAY = "Office relay"
AMAZON = "Amazon SES, Frankfurt"
GMAIL = "Gmail, legacy"
NEWSLETTER = "Mailbox.org, newsletter"
WEBHOOK = "Billing webhook"
SLOW = "Invoices"

CONFIGS: dict[str, dict[str, Any]] = {
    POSTMARK: {"host": "smtp.postmarkapp.com:587", "senderAddress": "noreply@acme.example", "tls": True},
    STAGING: {"host": "mail.staging.acme.example:465", "senderAddress": "staging@acme.example", "tls": False},
    EXCHANGE: {"host": "smtp.corp.acme.example:587", "senderAddress": "alerts@acme.example", "tls": True},
    RELAY: {"host": "relay.acme.example:25", "senderAddress": "scanner@acme.example", "tls": False},
    AMAZON: {
        "host": "email-smtp.eu-central-1.amazonaws.com:465",
        "senderAddress": "noreply@acme.example",
        "tls": True,
    },
    GMAIL: {"host": "smtp.gmail.com:587", "senderAddress": "acme.mailer@gmail.com", "tls": True},
    NEWSLETTER: {"host": "smtp.mailbox.org:465", "senderAddress": "news@acme.example", "tls": True},
    SLOW: {"host": "smtp.slow.example:587", "senderAddress": "noreply@acme.example", "tls": True},
}

_EHLO_OF_EXCHANGE = ("250-EXCH02.corp.acme.example", "250-SIZE 37748736", "250-STARTTLS", "250 8BITMIME")


def why_not() -> str:
    """Return what keeps it from running here, "" for nothing."""
    try:
        with socket.create_server((f"{NETWORK}.1", 25)):
            return ""
    except PermissionError:
        return "the servers have the mail ports, which only root may open here"


def _slowly(seconds: float, *parts: Part) -> tuple[Part, ...]:
    """Return what is said after a while, as from some way off."""
    return (seconds, *parts)


@dataclass
class Acme:
    """The organisation, and its service.

    Attributes:
        service: The service, in the world of the servers.
        world: The servers; more can be placed only before the service is started.
        token: An administrator's token, for Acme alone.
        viewer: A viewer's.
        ids: The ids of the configurations, by description.
    """

    service: RunningService
    world: World
    token: str
    viewer: str
    ids: dict[str, str]

    def call(self, verb: str, path: str, document: object = None) -> Any:
        """Make a REST call as the administrator, and return its answer."""
        reply = call(self.service, verb, path, document, token=self.token)
        assert reply.status == 200, reply
        return reply.document


def _place_servers(world: World) -> None:
    """Put a server behind each name."""
    login = {"user": "noreply@acme.example", "password": PASSWORD}
    addresses: dict[str, str] = {}

    def listen(name: str, port: int, script: Script, context: ssl.SSLContext | None = None) -> None:
        # The port itself on an address of its own: what is probed beside a setting is that address at other ports.
        address = addresses.setdefault(name, f"{NETWORK}.{len(addresses) + 1}")
        world.enter(serve(script, context=context, host=address, port=port))
        for known in KNOWN_PORTS:
            world.place(name, known, known, address)

    def at(name: str, port: int, **script: Any) -> None:
        chain = script.pop("chain", None)
        pair = pki.issue(name, pki.authority(), sans=(name,), end=83 * DAY)
        context = pki.server_context(*(chain or (pair,)))
        inside = port == 465
        parts = {"greeting": _slowly(0.05, f"220 {name} ESMTP"), **login, **script}
        listen(name, port, smtp(context=context, secure=inside, **parts), context if inside else None)

    at("smtp.postmarkapp.com", 587)
    at("mail.staging.acme.example", 465, user="staging@acme.example")
    at("email-smtp.eu-central-1.amazonaws.com", 465)
    at("smtp.mailbox.org", 465, user="news@acme.example")
    at("smtp.mailbox.org", 587, user="news@acme.example")
    at("smtp.slow.example", 587, replies={"AUTH": _slowly(600.0, "235 2.7.0 welcome")})
    soon = pki.issue("relay.acme.example", pki.authority(), sans=("relay.acme.example",), end=9 * DAY)
    at("relay.acme.example", 25, chain=(soon,), user="scanner@acme.example")
    between = pki.issue("Acme Issuing CA 2", pki.authority(), ca=True)
    names = ("smtp.corp.acme.example", "autodiscover.acme.example")
    leaf = pki.issue("smtp.corp.acme.example", between, sans=names, start=-419 * DAY, end=311 * DAY)
    greeting = _slowly(0.014, "220 EXCH02.corp.acme.example Microsoft ESMTP MAIL Service ready")
    at("smtp.corp.acme.example", 587, chain=(leaf,), greeting=greeting, ehlo=_EHLO_OF_EXCHANGE)
    refusal = "534 5.7.9 Application-specific password required. For more information, go to"
    lines = (f"{refusal.replace(' 5', '-5', 1)}", "534 5.7.9 https://support.example/mail/?p=InvalidSecondFactor")
    at("smtp.gmail.com", 587, replies={"AUTH": _slowly(0.1, *lines)})
    world.mx("10 mxext1.mailbox.org.", domain="acme.example")


@dataclass(frozen=True)
class _Failed:
    """Tests that failed, by their places from the newest, and how."""

    places: Sequence[int] = ()
    code: str = ""
    stage: str = "connect"


def _history(name: str, config_id: str, tests: int, end: datetime, failed: _Failed) -> list[KeptTest]:
    """Return the tests of some weeks, the newest first, as if they had been made every six hours."""
    chance = Random(name)
    settings = CONFIGS[name]
    host, _, port = settings["host"].rpartition(":")
    sender = settings["senderAddress"]
    mode = "auto" if settings["tls"] else "opportunistic"
    tested = (("host", host), ("port", port), ("tls_mode", mode), ("user", sender), ("sender", sender))
    stage = failed.stage
    kept = []
    for place in range(tests):
        fails = place in failed.places
        part = chance.randint
        phases = [("resolve", part(8, 24)), ("connect", part(20, 60)), ("tls", part(90, 150))]
        phases += [("greeting", part(40, 90)), ("ehlo", part(40, 80)), ("auth", part(60, 100)), ("quit", part(10, 20))]
        if fails:
            phases = phases[: 1 + max(number for number, (name, _) in enumerate(phases) if name in (stage, "connect"))]
        kept.append(
            KeptTest(
                "",
                INSTANCE,
                config_id,
                1,
                "",
                "192.0.2.7:40112",
                TestTrigger.DIAGNOSE,
                "auth",
                KeptOutcome.FAIL if fails else KeptOutcome.OK,
                stage if fails else "quit",
                failed.code if fails else "ok",
                end - timedelta(hours=6 * place + part(0, 50) / 60),
                sum(milliseconds for _, milliseconds in phases),
                tuple(phases),
                "TLSv1.3",
                end + 83 * DAY,
                reply_code=535 if fails and stage == "auth" else 0,
                tested=(*tested, ("login", "password")),
            )
        )
    return kept


async def _keep(data_dir: Path, histories: Sequence[Sequence[KeptTest]]) -> None:
    store = sqlite.open_store(data_dir / "mailproof.db")
    try:
        for history in histories:
            for test in reversed(history):
                await store.keep_test(replace(test, id=store.new_test_id()), most=100)
    finally:
        await store.close()


@contextmanager
def acme(folder: Path) -> Iterator[Acme]:
    """Run Acme's service, with everything in it."""
    (folder / "ca.pem").write_text(pki.authority().pem)
    data_dir = folder / "data"
    options = ("--ca-file", str(folder / "ca.pem"))
    with ExitStack() as stack:
        world = World(stack)
        _place_servers(world)
        own = program(world, folder)
        with running_service(data_dir, *options, program=own) as service:
            token = create_token(data_dir, "admin", "--instance", INSTANCE, "--name", "anna")
            viewer = create_token(data_dir, "viewer", "--instance", INSTANCE, "--name", "otto")
            made = Acme(service, world, token, viewer, {})
            for name, settings in CONFIGS.items():
                sender = settings["senderAddress"]
                document = {"description": name, "senderName": "Acme", "user": sender, "password": PASSWORD, **settings}
                made.ids[name] = made.call("POST", "/admin/v1/smtp", document)["id"]
            document = {"description": WEBHOOK, "endpoint": "https://hooks.acme.example/mail"}
            made.ids[WEBHOOK] = made.call("POST", "/admin/v1/email/http", document)["id"]
            made.call("POST", f"/admin/v1/smtp/{made.ids[POSTMARK]}/_activate", {})
        now = datetime.now(UTC)
        histories = [
            _history(name, made.ids[name], tests, now - timedelta(hours=hours), failed)
            for name, tests, hours, failed in (
                (POSTMARK, 39, 6, _Failed((7, 22, 23), "tls_cert_not_yet_valid", "tls")),
                (STAGING, 19, 0, _Failed((0, 1, 2, 3), "wrong_tls_mode_use_implicit", "greeting")),
                (EXCHANGE, 19, 5, _Failed((0,), "tls_missing_intermediate", "tls")),
                (RELAY, 20, 24, _Failed()),
                (AMAZON, 12, 72, _Failed()),
                (GMAIL, 14, 216, _Failed((0, 1, 2, 3), "auth_app_password_required", "auth")),
            )
        ]
        background(_keep(data_dir, histories))  # a browser of this thread has a loop of its own
        with running_service(data_dir, *options, program=own) as service:
            made.service = service
            yield made
