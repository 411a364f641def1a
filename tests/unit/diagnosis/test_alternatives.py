"""What is worth a try after which failure: tables, and the laws for any plan and failure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.diagnosis.alternatives import MAX_TRIALS, FailedAttempt, Trial, port_of, trial_plan, trials_after
from mailproof.diagnosis.catalogue import WARNING_CODES
from mailproof.domain.secret import Secret
from mailproof.smtp.actions import Cause
from mailproof.smtp.report import Credentials, OAuth, Plan
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode

AUTO, IMPLICIT, STARTTLS, NONE = TlsMode.AUTO, TlsMode.IMPLICIT, TlsMode.STARTTLS, TlsMode.NONE
OPPORTUNISTIC = TlsMode.OPPORTUNISTIC
LOGIN = Credentials("me", Secret("secret-word"))


def shown(mode: TlsMode, port: int, stage: Stage, code: Code, **known: Any) -> list[str]:
    found = trials_after(Plan("mail.test", port, mode), FailedAttempt(Cause(stage, code), **known))
    return [" ".join(filter(None, (str(c.port), c.tls_mode.value, c.name))) for c in found]


FAR = ["465 implicit", "587 starttls", "2525 starttls", "2465 implicit", "2587 starttls", "25 starttls"]


def but(port: int) -> list[str]:
    return [text for text in FAR if not text.startswith(f"{port} ")]


@pytest.mark.parametrize(
    ("mode", "port", "stage", "code", "known", "expected"),
    [
        (AUTO, 587, Stage.CONNECT, Code.CONNECTION_REFUSED, {}, but(587)),
        (AUTO, 0, Stage.CONNECT, Code.TIMEOUT, {}, but(587)),
        (IMPLICIT, 0, Stage.CONNECT, Code.NETWORK_UNREACHABLE, {}, but(465)),
        (NONE, 0, Stage.CONNECT, Code.CONNECTION_REFUSED, {}, but(25)),
        (STARTTLS, 1025, Stage.CONNECT, Code.CONNECTION_REFUSED, {}, FAR),
        (STARTTLS, 465, Stage.GREETING, Code.TIMEOUT, {}, ["465 implicit", *but(465)]),
        (OPPORTUNISTIC, 465, Stage.GREETING, Code.CONNECTION_CLOSED, {}, ["465 implicit", *but(465)]),
        (STARTTLS, 465, Stage.GREETING, Code.TIMEOUT, {"heard": True}, but(465)),
        (AUTO, 465, Stage.GREETING, Code.TIMEOUT, {}, but(465)),
        (NONE, 587, Stage.GREETING, Code.WRONG_TLS_MODE_USE_IMPLICIT, {}, ["587 implicit", *but(587)]),
        (IMPLICIT, 587, Stage.TLS, Code.WRONG_TLS_MODE_USE_STARTTLS, {}, ["587 starttls", *but(587)]),
        (IMPLICIT, 587, Stage.TLS, Code.TIMEOUT, {}, ["587 starttls", *but(587)]),
        (IMPLICIT, 465, Stage.TLS, Code.TLS_HANDSHAKE_FAILED, {}, but(465)),
        (STARTTLS, 25, Stage.STARTTLS, Code.STARTTLS_NOT_OFFERED, {}, but(25)),
        (AUTO, 25, Stage.STARTTLS, Code.STARTTLS_REJECTED, {}, but(25)),
        (AUTO, 587, Stage.STARTTLS, Code.STARTTLS_INJECTION, {}, ["465 implicit", "2465 implicit"]),
        (NONE, 587, Stage.AUTH, Code.AUTH_REQUIRES_TLS, {}, ["587 starttls", *but(587)]),
        (NONE, 587, Stage.MAIL, Code.TLS_REQUIRED, {}, ["587 starttls", *but(587)]),
        (STARTTLS, 25, Stage.AUTH, Code.AUTH_NOT_OFFERED, {}, but(25)),
        (STARTTLS, 25, Stage.AUTH, Code.AUTH_NOT_ENABLED, {}, but(25)),
        (STARTTLS, 80, Stage.GREETING, Code.NOT_SMTP, {}, FAR),
        (STARTTLS, 587, Stage.GREETING, Code.TIMEOUT, {}, ["587 implicit", *but(587)]),
        (AUTO, 465, Stage.TLS, Code.TIMEOUT, {"implicit": True}, but(465)),
        (AUTO, 587, Stage.TLS, Code.TLS_HOSTNAME_MISMATCH, {"names": ("b.test.",)}, ["587 starttls b.test"]),
        (AUTO, 465, Stage.TLS, Code.TLS_HOSTNAME_MISMATCH, {"names": ("b.test",), "implicit": True},
         ["465 implicit b.test"]),
        (AUTO, 587, Stage.TLS, Code.TLS_HOSTNAME_MISMATCH,
         {"names": ("*.b.test", "192.0.2.1", "::1", "a b.test", "MAIL.test.", "localhost", "0x7f.1", "x.test", "X.test",
                    "y.test", "z.test")}, ["587 starttls x.test", "587 starttls y.test"]),
    ],
)  # fmt: skip
def test_which_settings_are_tried(
    mode: TlsMode, port: int, stage: Stage, code: Code, known: dict[str, Any], expected: list[str]
) -> None:
    assert shown(mode, port, stage, code, **known) == expected


@pytest.mark.parametrize(
    ("stage", "code"),
    [
        (Stage.AUTH, Code.AUTH_REJECTED),
        (Stage.AUTH, Code.TIMEOUT),
        (Stage.AUTH, Code.CONNECTION_CLOSED),
        (Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED),
        (Stage.AUTH, Code.AUTH_BASIC_DISABLED),
        (Stage.MAIL, Code.AUTH_REQUIRED),
        (Stage.MAIL, Code.SENDER_REJECTED),
        (Stage.RCPT, Code.RECIPIENT_REJECTED),
        (Stage.RCPT, Code.RELAY_DENIED),
        (Stage.RCPT, Code.GREYLISTED),
        (Stage.DATA, Code.MESSAGE_REJECTED),
        (Stage.POLICY, Code.EGRESS_DENIED),
        (Stage.RESOLVE, Code.DNS_NOT_FOUND),
        (Stage.RESOLVE, Code.DNS_TEMPORARY),
        (Stage.RESOLVE, Code.TIMEOUT),
        (Stage.RESOLVE, Code.INVALID_HOST),
        (Stage.EHLO, Code.EHLO_REJECTED),
        (Stage.GREETING, Code.SERVICE_UNAVAILABLE),
        (Stage.GREETING, Code.TOO_MANY_CONNECTIONS),
        (Stage.TLS, Code.TLS_CERT_EXPIRED),
        (Stage.TLS, Code.TLS_SELF_SIGNED),
        (Stage.TLS, Code.TLS_UNTRUSTED),
    ],
)
@pytest.mark.parametrize("mode", list(TlsMode), ids=str)
def test_nothing_is_tried_where_mode_port_and_address_are_not_the_problem(
    mode: TlsMode, stage: Stage, code: Code
) -> None:
    assert shown(mode, 587, stage, code, names=("x.test",)) == []


plans = st.builds(
    Plan,
    host=st.sampled_from(["mail.test", "192.0.2.1", "2001:db8::1"]),
    port=st.one_of(st.sampled_from([0, 25, 465, 587, 2465, 2525, 2587]), st.integers(1, 65535)),
    tls_mode=st.sampled_from(TlsMode),
    credentials=st.sampled_from([None, LOGIN]),
    oauth=st.sampled_from([None, OAuth(Secret("a-token"))]),
    mechanism=st.sampled_from(["", "PLAIN"]),
    sender=st.sampled_from(["", "a@example.org"]),
    recipient=st.just("b@example.org"),
    depth=st.sampled_from(Depth),
)
failures = st.builds(
    FailedAttempt,
    cause=st.builds(Cause, st.sampled_from(Stage), st.sampled_from(sorted(set(Code) - WARNING_CODES))),
    implicit=st.booleans(),
    heard=st.booleans(),
    names=st.lists(st.one_of(st.text(max_size=30), st.sampled_from(["x.test", "*.test", "mail.test"]))).map(tuple),
)


@given(plans, failures)
def test_the_laws_for_any_plan_and_failure(plan: Plan, failure: FailedAttempt) -> None:
    found = trials_after(plan, failure)
    assert len(found) == len(set(found)) <= MAX_TRIALS
    for candidate in found:
        same = Trial(port_of(plan), candidate.tls_mode)
        assert candidate != same or candidate.tls_mode is not plan.tls_mode, "the plan itself"
        assert candidate != same or plan.tls_mode is not AUTO, "auto has tried both"
        assert candidate.tls_mode is not AUTO
        assert not candidate.name or failure.cause.code is Code.TLS_HOSTNAME_MISMATCH
        assert not candidate.name or candidate.name in {name.rstrip(".").lower() for name in failure.names}
        made = trial_plan(plan, candidate)
        assert made.host in (plan.host, candidate.name)
        assert (made.credentials, made.oauth, made.sender, made.recipient) == (None, None, "", "")
        assert Depth.EHLO.reaches(made.depth)
        assert plan.depth.reaches(made.depth)
        assert not made.verify_alternatives
