"""The console's bars: size and paint of a first load, a long list, a step on screen, a test that is cancelled.

Run by `make bench-console [ROUNDS=10]`; the figures are in docs/console.md. Exits with 1 where a bar is missed.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.overviews_bench import fill
from playwright.sync_api import Browser, Response

from console_support.browser import open_browser
from console_support.visitor import visitor
from mailproof.domain.model import Caller, Role
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite import store as sqlite
from service_support.rest import call
from service_support.service import RunningService, create_token, running_service
from service_support.silent import SilentServer
from smtp_support.scripted import EHLO_CLEAR, serve, smtp

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
PAUSE = 0.15
"""Seconds between a server's replies, so that each step's message comes alone."""

_LIST = """
() => new Promise((done) => {
  const began = performance.now();
  location.hash = "#/configs";
  const look = () => {
    const rows = document.querySelectorAll("[data-config]").length;
    if (rows >= 50) requestAnimationFrame(() => done(performance.now() - began));
    else requestAnimationFrame(look);
  };
  look();
})
"""

_LISTEN = """
window.arrived = []; window.drawn = [];
const read = ReadableStreamDefaultReader.prototype.read;
ReadableStreamDefaultReader.prototype.read = async function (...given) {
  const got = await read.apply(this, given);
  if (!got.done) window.arrived.push(performance.now());
  return got;
};
new MutationObserver((changes) => {
  const rows = changes.flatMap((change) => [...change.addedNodes, change.target]);
  if (rows.some((node) => node.closest?.("[data-stage]") || node.querySelector?.("[data-stage]")))
    requestAnimationFrame(() => window.drawn.push(performance.now()));
}).observe(document, { childList: true, subtree: true, attributes: true });
"""


@dataclass
class Bar:
    """One figure and what it may be at most."""

    what: str
    figures: list[float]
    most: float
    unit: str

    def line(self) -> tuple[str, bool]:
        """Return the figure as a line, and whether it keeps the bar."""
        worst = max(self.figures)
        middle = statistics.median(self.figures)
        return f"{self.what:42} {middle:8.1f} {worst:8.1f} {self.most:8.0f} {self.unit}", worst <= self.most


def first_load(browser: Browser, service: RunningService, token: str) -> Iterator[Bar]:
    """Measure what a first visit fetches and when it paints."""
    sizes, paints, moved = [], [], []
    for _ in range(ROUNDS):
        with visitor(browser, service.http_url) as visit:
            answers: list[Response] = []
            visit.page.on("response", answers.append)
            visit.sign_in(token)
            visit.page.locator("[data-config]").first.wait_for()
            sizes.append(sum(int(answer.headers.get("content-length", 0)) for answer in answers) / 1024)
            paints.append(visit.page.evaluate("window.seen.paints['first-contentful-paint']"))
            moved.append(float(sum(shift[0] for shift in visit.shifts())))
    yield Bar("first load with the list, gzipped", sizes, 100, "KiB")
    yield Bar("first contentful paint", paints, 1000, "ms")
    yield Bar("layout shift", moved, 0, "")


def long_list(browser: Browser, service: RunningService, token: str) -> Iterator[Bar]:
    """Measure the list of 1,000 configurations with their tests, from the address to 50 rows on screen."""
    taken = []
    with visitor(browser, service.http_url) as visit:
        visit.sign_in(token)
        visit.page.locator("[data-config]").first.wait_for()
        for _ in range(ROUNDS):
            visit.go("#/settings")
            visit.heading("Settings").wait_for()
            taken.append(visit.page.evaluate(_LIST))
    yield Bar("1,000 configurations listed", taken, 200, "ms")


def steps(browser: Browser, service: RunningService, token: str) -> Iterator[Bar]:
    """Measure the time from a message's arrival in the browser to the frame that shows its step."""
    taken = []
    answers = {verb: (PAUSE, text) for verb, text in (("AUTH", "235 ok"), ("QUIT", "221 bye"))}
    script = smtp(greeting=(PAUSE, "220 x"), ehlo=(PAUSE, *EHLO_CLEAR), replies=answers)
    with serve(script) as server, stored(service, token, server.port) as config:
        for _ in range(ROUNDS):
            with visitor(browser, service.http_url) as visit:
                visit.page.add_init_script(_LISTEN)
                visit.sign_in(token, f"#/configs/{config}")
                visit.button("Test").first.wait_for()
                visit.page.evaluate("window.arrived.length = window.drawn.length = 0")
                visit.button("Test").first.click()
                visit.page.locator(".verdict.is-ok").wait_for()
                arrived, drawn = visit.page.evaluate("[window.arrived, window.drawn]")
                for at in arrived:
                    after = [moment for moment in drawn if moment >= at]
                    if after and min(after) - at < 1000 * PAUSE / 2:
                        taken.append(min(after) - at)
    yield Bar(f"a step on screen ({len(taken)} messages)", taken, 50, "ms")


def cancelled(browser: Browser, service: RunningService, token: str) -> Iterator[Bar]:
    """Measure the time from the press until the SMTP server has seen the connection end."""
    taken = []
    with visitor(browser, service.http_url) as visit:
        visit.sign_in(token)
        for _ in range(ROUNDS):
            with SilentServer() as server, stored(service, token, server.port) as config:
                visit.go(f"#/configs/{config}")
                visit.button("Test").first.click()
                server.wait_for_connections(1)
                visit.button("Cancel test").wait_for()
                time.sleep(0.3)
                began = time.perf_counter()
                visit.button("Cancel test").click()
                server.wait_until_all_closed()
                taken.append((time.perf_counter() - began) * 1000)
                visit.page.get_by_text("Cancelled").first.wait_for()
    yield Bar("cancel: the SMTP connection is gone", taken, 500, "ms")


@contextmanager
def stored(service: RunningService, token: str, port: int) -> Iterator[str]:
    """Store a configuration of a server on this machine while it is needed."""
    document = {"host": f"127.0.0.1:{port}", "senderAddress": "a@example.com", "senderName": "A", "user": "user"}
    added = call(service, "POST", "/admin/v1/smtp", {**document, "password": "secret-word"}, token=token)
    assert added.status == 200, added
    try:
        yield added.document["id"]
    finally:
        call(service, "DELETE", f"/admin/v1/smtp/{added.document['id']}", token=token)


async def fill_instance(data_dir: Path, instance: str) -> None:
    """Put 1,000 configurations with 100 tests each into an instance of a service that does not run."""
    store = sqlite.open_store(data_dir / "mailproof.db")
    try:
        tokens = await store.list_tokens()
        token = next(record.token for record in tokens if record.token and record.token.instance_ids == (instance,))
        assert token.role is Role.ADMIN
        await fill(store, Sealer(bytes(32)), Caller(token, instance))
    finally:
        await store.close()


def main() -> int:
    """Measure everything and compare with the bars."""
    kept = True
    print(f"{ROUNDS} rounds{'':34}   median    worst  at most")
    with tempfile.TemporaryDirectory() as folder, open_browser() as browser:
        data_dir = Path(folder) / "data"
        with running_service(data_dir):
            many = create_token(data_dir, "admin", "--instance", "many")
            few = create_token(data_dir, "admin", "--instance", "few")
        asyncio.run(fill_instance(data_dir, "many"))
        with running_service(data_dir) as service:
            for measure, token in ((first_load, many), (long_list, many), (steps, few), (cancelled, few)):
                for bar in measure(browser, service, token):
                    line, good = bar.line()
                    kept = kept and good
                    print(f"{line}{'' if good else '   MISSED'}", flush=True)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
