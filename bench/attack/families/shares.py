"""Attacks on what many share, with figures: guessed passwords, all slots, a bombed inbox, guessed tokens.

The service has the limits of its defaults. The short versions are in tests/e2e/attacks/test_shares.py.
"""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from bench.attack.row import Row
from bench.attack.target import Target, Watch

from service_support.rest import Reply, call
from service_support.service import DEFAULT_LIMITS, RunningService, create_token

FLAGS = ("--test-timeout", "10")
ENV = DEFAULT_LIMITS

GUESSES = 300
AT_ONCE = 30
HELD = 120
MESSAGES = 300
TOKENS = 2000


def run(target: Target) -> Iterator[Row]:
    """Make all attacks."""
    for attack in (bomb_a_receiver, take_all_slots, guess_passwords, guess_tokens):
        with target.watched(attack.__name__.replace("_", " "), max_health=100) as watch:
            attack(target.service, watch)
        yield watch.row()


def guess_passwords(service: RunningService, watch: Watch) -> None:
    """Try passwords of one user, many at once."""
    token = create_token(service.data_dir, "admin", "--instance", "attack-guesser")

    def guess(number: int) -> str:
        return _outcome(_check(service, service.sandbox.tls_port, f"guess {number}", token))

    seconds, counted = _timed(GUESSES, AT_ONCE, guess)
    watch.tried = f"{GUESSES} guesses in {seconds:.1f} s, {counted['False']} reached the server"
    watch.check(counted["False"] <= 6, "6 at most reach the server")


def take_all_slots(service: RunningService, watch: Watch) -> None:
    """Hold as many slots as one instance gets, and see how soon a second one gets its own."""
    greedy, second = (
        create_token(service.data_dir, "admin", "--instance", name) for name in ("attack-greedy", "attack-second")
    )
    with _silent() as port, ThreadPoolExecutor(HELD) as threads:
        held = [threads.submit(_check, service, port, "", greedy) for _ in range(HELD)]
        time.sleep(2)
        refused = sum(each.done() for each in held)
        started = time.monotonic()
        reply = _check(service, service.sandbox.tls_port, "", second)
        seconds = time.monotonic() - started
        watch.tried = (
            f"of {HELD} tests of one instance {HELD - refused} run and {refused} are refused; "
            f"a second instance's test: HTTP {reply.status} after {seconds * 1000:.0f} ms"
        )
        watch.check(reply.status == 200, "a second instance finds a slot")


def bomb_a_receiver(service: RunningService, watch: Watch) -> None:
    """Send messages to one person, spelled in many ways."""
    token = create_token(service.data_dir, "admin", "--instance", "attack-bomber")
    sandbox = service.sandbox

    def send(number: int) -> str:
        settings = {
            "senderAddress": "post@example.com",
            "senderName": "n",
            "tls": True,
            "host": f"{sandbox.host}:{sandbox.tls_port}",
            "user": sandbox.user,
            "password": sandbox.password,
            "receiverAddress": f"victim+{number}@a.example",
        }
        reply = call(service, "POST", "/admin/v1/email/smtp/_test", settings, token=token)
        return "sent" if reply.status == 200 else reply.reason

    seconds, counted = _timed(MESSAGES, 5, send)
    watch.tried = f"{MESSAGES} messages to one person in {seconds:.1f} s, {counted['sent']} sent"
    watch.check(counted["sent"] <= 150, "150 at most are sent")


def guess_tokens(service: RunningService, watch: Watch) -> None:
    """Guess tokens, and measure a good one beside it."""

    def guess(number: int) -> str:
        return str(call(service, "POST", "/admin/v1/smtp/_search", {}, token=f"mp_guess{number}").status)

    seconds, counted = _timed(TOKENS, AT_ONCE, guess)
    good = Counter(call(service, "POST", "/admin/v1/smtp/_search", {}).status for _ in range(20))
    watch.tried = f"{TOKENS} tokens in {seconds:.1f} s: {dict(counted)}; a good one from the same source: {dict(good)}"
    watch.check(good[200] == 20, "good tokens from the same source are served")


def _timed(count: int, at_once: int, work: Callable[[int], str]) -> tuple[float, Counter[str]]:
    started = time.monotonic()
    with ThreadPoolExecutor(at_once) as threads:
        counted = Counter(threads.map(work, range(count)))
    return time.monotonic() - started, counted


def _check(service: RunningService, port: int, password: str, token: str) -> Reply:
    document = {
        "emailSMTPHost": service.sandbox.host,
        "emailSMTPPort": str(port),
        "emailSMTPAuthMethod": "SSL",
        "emailSMTPUsername": service.sandbox.user if password else "",
        "emailSMTPPassword": password,
    }
    return call(service, "POST", "/ccadmin/v1/email/test", document, token=token)


def _outcome(reply: Reply) -> str:
    return str(reply.document["status"] if reply.status == 200 else reply.document["devMessage"])


@contextmanager
def _silent() -> Iterator[int]:
    """Listen on a port that takes connections and says nothing."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=HELD) as listener:

        def accept() -> None:
            while True:
                try:
                    kept.append(listener.accept()[0])
                except OSError:  # closed
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
    for each in kept:
        each.close()
