"""TestHTTPProvider against real receivers: the signature verifies, and every way to fail is an answer with advice."""

import asyncio
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from clock_support.waiting import HANG, eventually
from mailproof.net.egress import Policy, Profile, allow_rule
from mailproof.net.trust import TrustStore
from mailproof.smtp.vocabulary import Code
from mailproof.syntax.url import Phase
from mailproof.webhook.format import parse_webhook
from mailproof.webhook.poster import WebhookPoster
from mailproof.webhook.verdict import PostResult
from service_support.receiver import receiver
from service_support.rest import call
from service_support.service import RunningService, running_service
from service_support.silent import SilentServer
from smtp_support import pki
from smtp_support.names import resolve

DOCS = Path(__file__).parents[2] / "docs" / "webhooks.md"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that trusts the tests' authority."""
    folder = tmp_path_factory.mktemp("webhooks")
    anchors = folder / "ca.pem"
    anchors.write_text(pki.authority().pem)
    with running_service(folder / "data", "--ca-file", str(anchors)) as running:
        yield running


def add(service: RunningService, endpoint: str) -> tuple[str, str]:
    reply = call(service, "POST", "/admin/v1/email/http", {"endpoint": endpoint, "description": "für Mail"})
    assert reply.status == 200, reply
    return reply.document["id"], reply.document["signingKey"]


def posted_to(service: RunningService, endpoint: str, **request: object) -> dict[str, Any]:
    provider, _ = add(service, endpoint)
    reply = call(service, "POST", f"/v1/providers/{provider}/test", request)
    assert reply.status == 200, reply
    report: dict[str, Any] = reply.document["report"]
    return report


def verdict(report: dict[str, Any]) -> tuple[str, str, int]:
    stage, code = report["stage"].removeprefix("WEBHOOK_STAGE_"), report["code"].removeprefix("WEBHOOK_CODE_")
    assert (report["outcome"] == "OUTCOME_OK") == (code == "OK")
    assert bool(report["advice"]) == (code != "OK")
    return stage, code, report["httpStatus"]


def documented_verify() -> Callable[[str, str, bytes], bool]:
    """Return the function of the documentation's example."""
    (source,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    verify: Callable[[str, str, bytes], bool] = namespace["verify"]
    return verify


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_a_sample_arrives_signed_as_documented(service: RunningService, secure: bool) -> None:
    with receiver(pki.good() if secure else None) as received:
        provider, key = add(service, received.url("/mail?x=1", host="localhost"))
        reply = call(service, "POST", f"/v1/providers/{provider}/test", {"recipientAddress": "jörg@example.com"})
    assert verdict(reply.document["report"]) == ("RESPONSE", "OK", 204)
    (posted,) = received.posted
    assert (posted.method, posted.target) == ("POST", "/mail?x=1")
    assert posted.headers["Content-Type"] == "application/json"
    assert posted.headers["Host"] == f"localhost:{received.port}"
    body = json.loads(posted.body)
    assert body["contextInfo"]["provider"] == {"id": provider, "description": "für Mail"}
    assert body["contextInfo"]["recipientEmailAddress"] == "jörg@example.com"
    verify = documented_verify()
    header = posted.headers["ZITADEL-Signature"]
    assert verify(key, header, posted.body)
    assert not verify(key + "x", header, posted.body)
    assert not verify(key, header, posted.body + b" ")
    assert not verify(key, header.replace("t=", "t=1"), posted.body)
    assert not verify(key, "", posted.body)
    assert not verify(key, "t=x,v1=ü", posted.body)


def test_an_old_signature_is_refused_by_the_documented_example() -> None:
    verify = documented_verify()
    then = int(time.time()) - 301
    old = hmac.new(b"key", b"%d.{}" % then, hashlib.sha256).hexdigest()
    assert not verify("key", f"t={then},v1={old}", b"{}")
    fresh = hmac.new(b"key", b"%d.{}" % (then + 100), hashlib.sha256).hexdigest()
    assert verify("key", f"t={then + 100},v1=00,v1={fresh}", b"{}")


def test_the_new_key_signs_after_a_rotation(service: RunningService) -> None:
    verify = documented_verify()
    with receiver() as received:
        provider, old = add(service, received.url())
        changed = {"endpoint": received.url(), "expirationSigningKey": "0s"}
        new = call(service, "PUT", f"/admin/v1/email/http/{provider}", changed).document["signingKey"]
        call(service, "POST", f"/v1/providers/{provider}/test", {})
    (posted,) = received.posted
    header = posted.headers["ZITADEL-Signature"]
    assert verify(new, header, posted.body)
    assert not verify(old, header, posted.body)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (200, "OK"),
        (401, "UNAUTHORIZED"),
        (404, "NOT_FOUND"),
        (405, "METHOD_NOT_ALLOWED"),
        (422, "REJECTED"),
        (429, "RATE_LIMITED"),
        (500, "SERVER_ERROR"),
        (503, "SERVER_ERROR"),
    ],
)
def test_a_refusal_is_an_answer_without_a_byte_of_the_receivers(
    service: RunningService, status: int, code: str
) -> None:
    with receiver() as received:
        received.status, received.body = status, b"internal page"
        received.headers = {"X-Internal": "internal header"}
        report = posted_to(service, received.url())
    assert verdict(report) == ("RESPONSE", code, status)
    assert "internal" not in json.dumps(report)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(service: RunningService, status: int) -> None:
    with receiver() as other, receiver() as received:
        received.status, received.headers = status, {"Location": other.url("/secret")}
        report = posted_to(service, received.url())
    assert verdict(report) == ("RESPONSE", "REDIRECTED", status)
    assert other.posted == []
    assert "secret" not in json.dumps(report)


def test_a_slow_receiver_is_given_up(service: RunningService) -> None:
    """It is given up before one that was asked earlier and has the usual ten seconds."""
    with receiver() as received, ThreadPoolExecutor(1) as thread:
        received.gate = threading.Event()
        patient = thread.submit(posted_to, service, received.url())
        eventually(lambda: received.posted)
        report = posted_to(service, received.url(), timeout="0.5s")
        received.gate.set()
        assert verdict(patient.result(HANG)) == ("RESPONSE", "OK", 204)
    assert verdict(report) == ("RESPONSE", "TIMEOUT", 0)
    assert "waiting for the answer" in report["message"]


def test_a_receiver_that_never_ends_its_tls_handshake_is_given_up(service: RunningService) -> None:
    with SilentServer() as silent:
        report = posted_to(service, f"https://127.0.0.1:{silent.port}/", timeout="0.5s")
        assert verdict(report) == ("TLS", "TIMEOUT", 0)
        assert silent.wait_until_all_closed()


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("expired", "TLS_CERT_EXPIRED"),
        ("not yet valid", "TLS_CERT_NOT_YET_VALID"),
        ("other name", "TLS_HOSTNAME_MISMATCH"),
        ("self-signed", "TLS_SELF_SIGNED"),
        ("untrusted", "TLS_UNTRUSTED"),
        ("no intermediate", "TLS_UNTRUSTED"),
        ("client purpose", "TLS_UNTRUSTED"),
    ],
)
def test_a_certificate_that_is_no_good(service: RunningService, kind: str, code: str) -> None:
    with receiver(pki.bad(kind)) as received:
        report = posted_to(service, received.url(host="localhost"))
    assert verdict(report) == ("TLS", code, 0)
    assert received.posted == []


def test_a_receiver_without_tls(service: RunningService) -> None:
    with receiver() as received:
        report = posted_to(service, f"https://127.0.0.1:{received.port}/")
    assert verdict(report) == ("TLS", "TLS_HANDSHAKE_FAILED", 0)


def test_nothing_there(service: RunningService) -> None:
    with receiver() as received:
        pass
    assert verdict(posted_to(service, received.url())) == ("CONNECT", "CONNECTION_REFUSED", 0)
    assert verdict(posted_to(service, "https://nothing.invalid/"))[1] in {"DNS_NOT_FOUND", "DNS_TEMPORARY"}


def test_what_does_not_speak_http(service: RunningService) -> None:
    smtp = service.sandbox.starttls_port
    assert verdict(posted_to(service, f"http://127.0.0.1:{smtp}/")) == ("RESPONSE", "NOT_HTTP", 0)


def test_an_answers_head_is_bounded(service: RunningService) -> None:
    with receiver() as received:
        received.headers = {f"X-{at}": "x" * 1000 for at in range(30)}
        report = posted_to(service, received.url())
    assert verdict(report)[1] in {"NOT_HTTP", "RESPONSE_TOO_LARGE"}


def test_metadata_is_never_asked_whatever_the_profile(service: RunningService) -> None:
    report = posted_to(service, "http://169.254.169.254/latest/meta-data/")
    assert verdict(report) == ("POLICY", "EGRESS_DENIED", 0)


def test_the_policy_holds_for_webhooks(tmp_path: Path) -> None:
    with (
        receiver() as received,
        running_service(tmp_path / "data", env={"MAILPROOF_EGRESS_PROFILE": "internet"}) as own,
    ):
        for url in (received.url(), f"https://127.0.0.1:{received.port}/", "https://[::ffff:127.0.0.1]/"):
            assert verdict(posted_to(own, url)) == ("POLICY", "EGRESS_DENIED", 0)
        assert received.posted == []
    with receiver() as received:
        allowed = {"MAILPROOF_EGRESS_PROFILE": "internet", "MAILPROOF_EGRESS_ALLOW": f"127.0.0.1:{received.port}"}
        with running_service(tmp_path / "data", env=allowed) as own:
            assert verdict(posted_to(own, received.url())) == ("RESPONSE", "OK", 204)


def attempt(policy: Policy, url: str) -> PostResult:
    poster = WebhookPoster(policy.for_https(), TrustStore())
    return asyncio.run(poster.post(parse_webhook(url), {}, b"{}", 5.0))


@pytest.mark.parametrize("url", ["http://hooks.test/", "https://hooks.test:8443/", "http://hooks.test:25/"])
def test_only_the_port_of_https_is_open_without_more(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    asked = resolve(monkeypatch, {"hooks.test": ["93.184.215.14"]})
    done = attempt(Policy(Profile.INTERNET), url)
    assert (done.phase, done.code, done.status) == (Phase.POLICY, Code.EGRESS_DENIED, 0)
    assert asked == []


def test_a_name_that_leads_inside_is_not_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as received:
        resolve(monkeypatch, {"hooks.test": ["127.0.0.1", "169.254.169.254"]})
        opened = Policy(Profile.INTERNET, (allow_rule(str(received.port)),))
        done = attempt(opened, received.url(host="hooks.test"))
        assert (done.phase, done.code) == (Phase.RESOLVE, Code.DNS_NOT_FOUND)
        assert received.posted == []


def test_the_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as received:
        asked = resolve(monkeypatch, {"hooks.test": ["127.0.0.1"]})
        done = attempt(Policy(Profile.DEVELOPMENT), received.url(host="hooks.test"))
    assert (done.code, done.status) == (Code.OK, 204)
    assert asked == ["hooks.test"]


def test_an_smtp_provider_and_an_unknown_one_are_not_found(service: RunningService) -> None:
    smtp = {"senderAddress": "a@example.com", "senderName": "A", "host": "mx.example.com:587"}
    provider = call(service, "POST", "/admin/v1/email/smtp", smtp).document["id"]
    for each in (provider, "1"):
        reply = call(service, "POST", f"/v1/providers/{each}/test", {})
        assert (reply.status, reply.reason) == (404, "SMTP_CONFIG_NOT_FOUND")


def test_it_takes_the_permission_to_write(service: RunningService) -> None:
    with receiver() as received:
        provider, _ = add(service, received.url())
        reply = call(service, "POST", f"/v1/providers/{provider}/test", {}, token=service.viewer_token)
        assert (reply.status, reply.reason) == (403, "PERMISSION_MISSING")
        assert received.posted == []


def test_bad_input_is_named(service: RunningService) -> None:
    provider, _ = add(service, "https://hooks.example.com/")
    reply = call(service, "POST", f"/v1/providers/{provider}/test", {"recipientAddress": "x"})
    assert (reply.status, reply.fields) == (400, ["recipient_address"])
    reply = call(service, "POST", f"/v1/providers/{provider}/test", {"timeout": "-1s"})
    assert (reply.status, reply.fields) == (400, ["timeout"])


def test_tests_are_bounded_in_number(tmp_path: Path) -> None:
    with receiver() as received, running_service(tmp_path / "data", "--max-concurrent-tests", "1") as own:
        received.gate = threading.Event()
        provider, _ = add(own, received.url())
        first = threading.Thread(target=call, args=(own, "POST", f"/v1/providers/{provider}/test", {}))
        first.start()
        eventually(lambda: received.posted)
        reply = call(own, "POST", f"/v1/providers/{provider}/test", {})
        received.gate.set()
        first.join()
    assert (reply.status, reply.reason) == (429, "TOO_MANY_TESTS")


def test_no_key_and_no_body_is_in_the_log(service: RunningService) -> None:
    with receiver() as received:
        received.status, received.body = 500, b"what the receiver says"
        provider, key = add(service, received.url())
        call(service, "POST", f"/v1/providers/{provider}/test", {"recipientAddress": "who@example.com"})
    log = service.log_file.read_text()
    for secret in (key, "what the receiver says", "who@example.com", received.posted[0].headers["ZITADEL-Signature"]):
        assert secret not in log
