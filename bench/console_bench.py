"""The console's bars: size and paint of a first load, a long list, a step on screen, a test that is cancelled.

Run by `make bench-console [ROUNDS=10]`; the figures are in docs/console.md. Exits with 1 where a bar is missed.
"""

from __future__ import annotations

import base64
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.overviews_bench import fill
from playwright.sync_api import Browser, Response

from console_support.browser import open_browser
from console_support.visitor import Visitor, visitor
from mailproof.domain.model import Caller, Role
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite import store as sqlite
from service_support.rest import call
from service_support.service import RunningService, create_token, running_service
from service_support.silent import SilentServer
from smtp_support.scripted import EHLO_CLEAR, background, serve, smtp

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
KEY = bytes(range(32))
"""The encryption key of the service, since what it lists is stored before it runs."""
PAUSE = 0.15
"""Seconds between a server's replies, so that each step's message comes alone."""

_WATCH = """
// Calls back once the frame that has the present state of the page was drawn: a message that is posted as a frame
// begins is taken up after that frame.
window.onceDrawn = (then) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => then(performance.now());
  channel.port2.postMessage(null);
});

// The time until a list of 50 rows is drawn that stands in place of the rows that are there now.
window.listed = (place) => new Promise((done) => {
  const former = document.querySelector("[data-config]");
  const began = performance.now();
  const watch = new MutationObserver(() => {
    if (document.querySelectorAll("[data-config]").length < 50 || former?.isConnected) return;
    watch.disconnect();
    onceDrawn((at) => done(at - began));
  });
  watch.observe(document, { childList: true, subtree: true });
  location.hash = place;
});

// When each part of a test's stream came, and when the rows and the verdict were drawn otherwise than before.
window.arrived = []; window.drawn = []; window.shown = "";
const fetched = window.fetch;
window.fetch = async (...given) => {
  const answer = await fetched(...given);
  if (!String(given[0]?.url ?? given[0]).endsWith("/Diagnose")) return answer;
  const body = answer.body.pipeThrough(new TransformStream({
    transform(chunk, to) {
      // A chunk ends with a whole message, or with the trailer (0x80), which tells of no step.
      let at = 0, last = 0;
      while (at < chunk.length) {
        last = chunk[at];
        at += 5 + new DataView(chunk.buffer, chunk.byteOffset + at + 1, 4).getUint32(0);
        if (last === 0) window.arrived.push(performance.now());
      }
      to.enqueue(chunk);
    },
  }));
  return new Response(body, { status: answer.status, headers: answer.headers });
};
new MutationObserver(() => {
  const rows = [...document.querySelectorAll("[data-stage], [data-phase]")];
  const shown = rows.map(({ dataset }) => `${dataset.stage ?? dataset.phase} ${dataset.outcome ?? ""}`).join();
  if (shown === window.shown) return;
  window.shown = shown;
  onceDrawn((at) => window.drawn.push(at));
}).observe(document, { childList: true, subtree: true, attributes: true });
"""


@dataclass
class Bar:
    """One figure and what it may be at most."""

    what: str
    figures: Sequence[float]
    most: float
    unit: str

    def line(self) -> tuple[str, bool]:
        """Return the figure as a line, and whether it keeps the bar."""
        worst = max(self.figures)
        middle = statistics.median(self.figures)
        return f"{self.what:44} {middle:8.1f} {worst:8.1f} {self.most:8.0f} {self.unit}", worst <= self.most


def first_load(browser: Browser, service: RunningService, token: str) -> Iterator[Bar]:
    """Measure what a first visit fetches, when it paints, and when it does once the browser has the files."""
    sizes, paints, later, moved = [], [], [], []
    for _ in range(ROUNDS):
        with visitor(browser, service.http_url) as visit:
            answers: list[Response] = []
            visit.page.on("response", _into(answers))
            visit.sign_in(token)
            visit.page.locator("[data-config]").first.wait_for()
            sizes.append(sum(map(_packed, answers)) / 1024)
            paints.append(_painted(visit))
            moved.append(float(sum(shift[0] for shift in visit.shifts())))
            visit.page.reload()
            visit.page.locator("[data-config]").first.wait_for()
            later.append(_painted(visit))
            moved.append(float(sum(shift[0] for shift in visit.shifts())))
    yield Bar("first load with the list, packed", sizes, 100, "KiB")
    yield Bar("first contentful paint, first visit", paints, 1000, "ms")
    yield Bar("first contentful paint, files in the cache", later, 1000, "ms")
    yield Bar("layout shift", moved, 0, "")


def _into(answers: list[Response]) -> Callable[[Response], None]:
    """Return what keeps each answer; Playwright takes no method of a list."""

    def keep(answer: Response) -> None:
        answers.append(answer)

    return keep


def _packed(answer: Response) -> int:
    """Return the bytes of one of the console's files as it was sent; of calls 0."""
    path = urlsplit(answer.url).path
    if path != "/" and not path.startswith("/assets/"):
        return 0
    assert answer.headers["content-encoding"] == "gzip", answer.url
    return int(answer.headers["content-length"])


def _painted(visit: Visitor) -> float:
    return float(visit.page.evaluate("window.seen.paints['first-contentful-paint']"))


def long_list(browser: Browser, service: RunningService, token: str) -> Iterator[Bar]:
    """Measure the list of 1,000 configurations with their tests, from the address to 50 rows that are drawn.

    First on a page that has shown no list yet, and fetches its code; then in another order, so that nothing is shown
    that the page had already.
    """
    first, later = [], []
    for _ in range(ROUNDS):
        with visitor(browser, service.http_url) as visit:
            visit.page.add_init_script(_WATCH)
            visit.sign_in(token, "#/settings")
            visit.heading("Settings").wait_for()
            visit.page.wait_for_load_state("networkidle")
            first.append(visit.page.evaluate("listed('#/configs')"))
            later += [visit.page.evaluate(f"listed('#/configs?sort={order}')") for order in ("name", "-server")]
    yield Bar("1,000 configurations listed, for the first time", first, 200, "ms")
    yield Bar("1,000 configurations listed in another order", later, 200, "ms")


def steps(browser: Browser, service: RunningService, token: str) -> Iterator[Bar]:
    """Measure the time from a message's arrival in the browser until the frame that shows what it tells is drawn."""
    first: list[float] = []
    later: list[float] = []
    answers = {verb: (PAUSE, text) for verb, text in (("AUTH", "235 ok"), ("QUIT", "221 bye"))}
    script = smtp(greeting=(PAUSE, "220 x"), ehlo=(PAUSE, *EHLO_CLEAR), replies=answers)
    with serve(script) as server, stored(service, token, server.port) as config:
        for _ in range(ROUNDS):
            with visitor(browser, service.http_url) as visit:
                visit.page.add_init_script(_WATCH)
                visit.sign_in(token, f"#/configs/{config}")
                for taken, button in ((first, "Test"), (later, "Test again")):
                    visit.button(button).first.wait_for()
                    visit.page.wait_for_load_state("networkidle")
                    visit.page.evaluate("window.arrived.length = window.drawn.length = 0")
                    visit.button(button).first.click()
                    visit.page.locator(".verdict.is-run").wait_for()
                    visit.page.locator(".verdict.is-ok").wait_for()
                    taken += _until_drawn(visit)
    yield Bar(f"a step, first test of a page ({len(first)} messages)", first, 50, "ms")
    yield Bar(f"a step, second test ({len(later)} messages)", later, 50, "ms")


def _until_drawn(visit: Visitor) -> list[float]:
    """Return how long each message of the test waited for the next frame that showed more; none is left out."""
    visit.page.evaluate("() => new Promise((done) => onceDrawn(() => onceDrawn(done)))")
    arrived, drawn = visit.page.evaluate("[window.arrived, window.drawn]")
    assert len(arrived) > 10, arrived
    return [min(moment for moment in drawn if moment >= at) - at for at in arrived]


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
                cancel = visit.button("Cancel test")
                cancel.hover()
                began = time.perf_counter()
                visit.page.mouse.down()
                visit.page.mouse.up()
                assert server.wait_until_all_closed()
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
        await fill(store, Sealer(KEY), Caller(token, instance))
    finally:
        await store.close()


def main() -> int:
    """Measure everything and compare with the bars."""
    kept = True
    print(f"{ROUNDS} rounds{'':36}   median    worst  at most")
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        env = {"MAILPROOF_ENCRYPTION_KEY": base64.b64encode(KEY).decode()}
        many = create_token(data_dir, "admin", "--instance", "many", env=env)
        few = create_token(data_dir, "admin", "--instance", "few", env=env)
        background(fill_instance(data_dir, "many"))
        with running_service(data_dir, env=env) as service, open_browser() as browser:
            for measure, token in ((first_load, many), (long_list, many), (steps, few), (cancelled, few)):
                for bar in measure(browser, service, token):
                    line, good = bar.line()
                    kept = kept and good
                    print(f"{line}{'' if good else '   MISSED'}", flush=True)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
