"""What is posted to an HTTP provider: the format, the signature, and the verdict on every answer."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.diagnosis.catalogue_webhook import WebhookCode
from mailproof.domain.model import Details, HttpSettings, Provider, ProviderState
from mailproof.domain.secret import Secret
from mailproof.smtp.vocabulary import Code, Outcome
from mailproof.syntax.url import Phase, Url
from mailproof.webhook.format import parse_webhook, sample, signature
from mailproof.webhook.verdict import PostResult, judge

NOW = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
PROVIDER = Provider(
    "17", HttpSettings("https://hooks.example.com/", "für Mail"), ProviderState.ACTIVE, Details(1, NOW, NOW, "i"), 1
)
URL = Url("https", "hooks.example.com", 443, "/")


def test_a_signature_as_the_reference_makes_it() -> None:
    # From ComputeSignatureHeader of zitadel/pkg/actions: hex of HMAC-SHA256 over "seconds.body".
    expected = hmac.new(b"key", b'1767323045.{"a":1}', hashlib.sha256).hexdigest()
    assert signature(Secret("key"), b'{"a":1}', NOW) == f"t=1767323045,v1={expected}"


@given(key=st.text(min_size=1), body=st.binary(), other=st.binary(), seconds=st.integers(1, 10**9))
def test_a_signature_is_of_its_key_time_and_body(key: str, body: bytes, other: bytes, seconds: int) -> None:
    key = key.encode("utf-8", "replace").decode()
    made = signature(Secret(key), body, NOW)
    assert made == signature(Secret(key), body, NOW + timedelta(milliseconds=300))
    assert made != signature(Secret(key), body, NOW + timedelta(seconds=seconds))
    assert made.split("v1=")[1] != signature(Secret(key + "x"), body, NOW).split("v1=")[1]
    assert (made == signature(Secret(key), other, NOW)) == (body == other)


def test_a_sample_has_the_parts_that_receivers_read() -> None:
    body = json.loads(sample(PROVIDER, "jörg@example.com", NOW))
    assert set(body) == {"contextInfo", "templateData", "args"}
    assert body["contextInfo"] == {
        "eventType": "mailproof.test",
        "provider": {"id": "17", "description": "für Mail"},
        "recipientEmailAddress": "jörg@example.com",
    }
    assert {"title", "preHeader", "subject", "greeting", "text", "url", "buttonText", "footerText"} <= set(
        body["templateData"]
    )
    assert body["args"]["verifiedEmail"] == "jörg@example.com"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (200, WebhookCode.OK),
        (204, WebhookCode.OK),
        (299, WebhookCode.OK),
        (301, WebhookCode.REDIRECTED),
        (307, WebhookCode.REDIRECTED),
        (400, WebhookCode.REJECTED),
        (401, WebhookCode.UNAUTHORIZED),
        (403, WebhookCode.UNAUTHORIZED),
        (404, WebhookCode.NOT_FOUND),
        (405, WebhookCode.METHOD_NOT_ALLOWED),
        (410, WebhookCode.NOT_FOUND),
        (415, WebhookCode.REJECTED),
        (429, WebhookCode.RATE_LIMITED),
        (500, WebhookCode.SERVER_ERROR),
        (503, WebhookCode.SERVER_ERROR),
        (599, WebhookCode.SERVER_ERROR),
        (600, WebhookCode.NOT_HTTP),
        (999, WebhookCode.NOT_HTTP),
    ],
)
def test_a_verdict_on_each_status(status: int, code: WebhookCode) -> None:
    report = judge(PostResult(Phase.RESPONSE, Code.OK, status, 0.0123), URL)
    assert report.code is code
    assert report.outcome is (Outcome.OK if code is WebhookCode.OK else Outcome.FAIL)
    assert (report.status, report.elapsed_ms) == (status, 12)
    assert bool(report.advice) == (code is not WebhookCode.OK)


# What `net.http` can fail with.
FAILURES = [
    (Phase.POLICY, Code.EGRESS_DENIED, WebhookCode.EGRESS_DENIED),
    (Phase.RESOLVE, Code.DNS_NOT_FOUND, WebhookCode.DNS_NOT_FOUND),
    (Phase.RESOLVE, Code.DNS_TEMPORARY, WebhookCode.DNS_TEMPORARY),
    (Phase.RESOLVE, Code.DNS_ERROR, WebhookCode.DNS_ERROR),
    (Phase.RESOLVE, Code.INVALID_HOST, WebhookCode.DNS_NOT_FOUND),
    (Phase.CONNECT, Code.CONNECTION_REFUSED, WebhookCode.CONNECTION_REFUSED),
    (Phase.CONNECT, Code.NETWORK_UNREACHABLE, WebhookCode.NETWORK_UNREACHABLE),
    (Phase.TLS, Code.TLS_HANDSHAKE_FAILED, WebhookCode.TLS_HANDSHAKE_FAILED),
    (Phase.TLS, Code.TLS_CERT_EXPIRED, WebhookCode.TLS_CERT_EXPIRED),
    (Phase.TLS, Code.TLS_CERT_NOT_YET_VALID, WebhookCode.TLS_CERT_NOT_YET_VALID),
    (Phase.TLS, Code.TLS_HOSTNAME_MISMATCH, WebhookCode.TLS_HOSTNAME_MISMATCH),
    (Phase.TLS, Code.TLS_SELF_SIGNED, WebhookCode.TLS_SELF_SIGNED),
    (Phase.TLS, Code.TLS_UNTRUSTED, WebhookCode.TLS_UNTRUSTED),
    (Phase.TLS, Code.TRUST_STORE_EMPTY, WebhookCode.TRUST_STORE_EMPTY),
    (Phase.TLS, Code.TLS_MISSING_INTERMEDIATE, WebhookCode.TLS_UNTRUSTED),
    (Phase.TLS, Code.TLS_CERT_WEAK, WebhookCode.TLS_UNTRUSTED),
    (Phase.TLS, Code.TLS_CERT_WRONG_PURPOSE, WebhookCode.TLS_UNTRUSTED),
    (Phase.RESPONSE, Code.TIMEOUT, WebhookCode.TIMEOUT),
    (Phase.RESPONSE, Code.CONNECTION_RESET, WebhookCode.CONNECTION_RESET),
    (Phase.RESPONSE, Code.PROTOCOL_ERROR, WebhookCode.NOT_HTTP),
    (Phase.RESPONSE, Code.RESPONSE_TOO_LARGE, WebhookCode.RESPONSE_TOO_LARGE),
]


@pytest.mark.parametrize(("phase", "code", "expected"), FAILURES)
def test_a_verdict_on_each_failure(phase: Phase, code: Code, expected: WebhookCode) -> None:
    report = judge(PostResult(phase, code, 0, 1.0), URL)
    assert (report.outcome, report.phase, report.code) == (Outcome.FAIL, phase, expected)
    assert report.advice


def test_every_phase_can_run_out_of_time() -> None:
    sentences = {judge(PostResult(phase, Code.TIMEOUT, 0, 5.0), URL).message for phase in Phase}
    assert len(sentences) == len(Phase)


def test_the_target_keeps_path_and_query() -> None:
    assert parse_webhook("http://Hooks.example.com:8080/a%20b?x=1&y=") == Url(
        "http", "hooks.example.com", 8080, "/a%20b?x=1&y="
    )
