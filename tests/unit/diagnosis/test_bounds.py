"""A report has 16 kB at most, in each of its forms, whatever a server says."""

from __future__ import annotations

import dataclasses
import json
import random
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproof.diagnosis.bounds import LINK_OCTETS, MAX_OCTETS, bounded, fitted, size, surely_fits
from mailproof.domain.phrase import say
from mailproof.smtp.report import (
    AddressResult,
    Alternative,
    Certificate,
    EhloInfo,
    Evidence,
    Finding,
    Fix,
    ObservedChange,
    Report,
    SettingChange,
    SinceLastGood,
    Step,
    TlsInfo,
)
from mailproof.smtp.vocabulary import ChangeKind, Code, Outcome, Severity, Stage, TlsMode
from smtp_support.any_value import any_of
from smtp_support.forms import check_size, forms, linked

NOON = datetime(2026, 1, 2, 12, 0, 0, 250000, tzinfo=UTC)
CHINESE = "邮件被拒绝" * 200


def step(stage: Stage, sent: str = "", received: str = "", code: Code = Code.OK) -> Step:
    return Step(stage, NOON, 3600.123456, "[2001:db8:1111:2222:3333:4444:5555:6666]:65535", sent, received, code)


def certificate(name: str, sans: int = 100) -> Certificate:
    return Certificate(
        subject=f"CN={name}" + "s" * 300,
        sans=tuple(f"{number}.{'n' * 240}.test" for number in range(sans)),
        issuer="CN=" + "证" * 300,
        not_before=NOON,
        not_after=NOON,
        key="RSA 16384",
        signature="sha256WithRSAEncryption",
        fingerprint="ab" * 32,
        more_sans=17,
    )


MESSAGE = 'smtp.example.com refused the login: "535 5.7.8 用户名或密码错误".'
ADVICE = "Check the user and the password. " * 12
SMALL = Report(
    outcome=Outcome.FAIL,
    stage=Stage.AUTH,
    code=Code.AUTH_REJECTED,
    message=MESSAGE,
    advice=ADVICE,
    evidence=Evidence(535, "5.7.8", "用户名或密码错误"),
    tls=TlsInfo("TLSv1.3", "TLS_AES_256_GCM_SHA384", chain=(dataclasses.replace(certificate("a", 2), issuer="CN=b"),)),
    ehlo=EhloInfo("me.test", {"SIZE": "1000", "AUTH": "PLAIN"}, (), ("PLAIN",)),
    findings=(Finding(Code.AUTH_REJECTED, Severity.ERROR, Stage.AUTH, MESSAGE, ADVICE, "docs/findings/x.md"),),
    steps=(step(Stage.EHLO, "EHLO me.test", "250 hello"), step(Stage.AUTH, "AUTH PLAIN", "535", Code.AUTH_REJECTED)),
    fixes=(
        Fix((SettingChange("port", "587", "465"), SettingChange("tls_mode", "starttls", "implicit")), sentence="Set."),
    ),
)
HUGE = dataclasses.replace(
    SMALL,
    tls=TlsInfo("TLSv1.3", "AES", "smtp", tuple(certificate(str(number)) for number in range(10)), False, "v" * 200),
    ehlo=EhloInfo(
        "me.test",
        {f"X{number}": "p" * 300 for number in range(99)} | {"STARTTLS": ""},
        tuple(f"X-{number}" for number in range(70)),
        (*(f"X-{number}" for number in range(70)), "PLAIN"),
    ),
    findings=(*SMALL.findings, *[dataclasses.replace(SMALL.findings[0], severity=Severity.WARNING)] * 9),
    alternatives=tuple(Alternative(port, TlsMode.IMPLICIT, Code.TIMEOUT, CHINESE[:300]) for port in range(8)),
    addresses=tuple(
        AddressResult(f"2001:db8::{place}", "IPv6", Stage.TLS, Code.TLS_HOSTNAME_MISMATCH, CHINESE[:300], 1.25)
        for place in range(9)
    ),
    steps=(
        *(step(Stage.EHLO, "EHLO me.test", CHINESE[:1000]) for _ in range(30)),
        step(Stage.AUTH, "AUTH PLAIN ********", "535 5.7.8 " + "x" * 500, Code.AUTH_REJECTED),
        *(step(Stage.QUIT, "QUIT", CHINESE[:1000]) for _ in range(29)),
    ),
)


def test_a_report_that_fits_is_returned_as_it_is() -> None:
    assert bounded(SMALL) is SMALL
    assert surely_fits(SMALL)


def test_a_huge_report_keeps_what_is_needed_most() -> None:
    report = bounded(HUGE)
    check_size(report)
    for name in ("outcome", "stage", "code", "message", "advice", "evidence", "fixes", "elapsed_ms", "round_trips"):
        assert getattr(report, name) == getattr(HUGE, name), name
    assert [step.received for step in report.steps if step.stage is Stage.AUTH] == ["535 5.7.8 " + "x" * 500]


def test_each_cut_says_how_much_more_there_was() -> None:
    report = bounded(HUGE)
    assert report.ehlo is not None
    assert report.tls is not None
    more = len(report.ehlo.extensions) - 1
    assert list(report.ehlo.extensions)[-2:] == ["STARTTLS", f"… {100 - more} more extensions"]
    inside = report.ehlo.mechanisms_inside_tls
    assert inside[-2:] == ("PLAIN", f"… {72 - len(inside)} more mechanisms")
    assert report.ehlo.extensions["X0"].startswith("ppp")
    assert (kept := re.fullmatch("(p+)… ([0-9]+) more characters", report.ehlo.extensions["X0"]))
    assert len(kept[1]) + int(kept[2]) == 300
    leaf = report.tls.chain[0]
    assert leaf.more_sans + len(leaf.sans) == 117
    assert report.tls.chain[-1].issuer.endswith(f" … {10 - len(report.tls.chain)} more certificates")
    gaps = [int(number) for step in report.steps for number in re.findall("… ([0-9]+) more steps", step.received)]
    assert sum(gaps) + len(report.steps) == 60
    assert report.alternatives[-1].message.endswith(f" … {8 - len(report.alternatives)} more alternatives")
    assert report.addresses[-1].message.endswith(f" … {9 - len(report.addresses)} more addresses")
    assert report.findings[-1].message.endswith(f" … {10 - len(report.findings)} more findings")


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({"ehlo": HUGE.ehlo}, ("tls", "steps", "alternatives", "addresses", "findings")),
        ({"tls": HUGE.tls}, ("ehlo", "alternatives", "addresses", "findings")),
        ({"steps": HUGE.steps[:6]}, ("alternatives", "addresses", "findings")),
    ],
    ids=["ehlo", "tls", "steps"],
)
def test_no_more_is_shortened_than_is_needed(changed: dict[str, Any], kept: Sequence[str]) -> None:
    large = dataclasses.replace(SMALL, **changed)
    assert len(forms(large)["the command's JSON"]) > MAX_OCTETS
    report = bounded(large)
    check_size(report)
    for name in (*kept, "message", "advice", "evidence", "fixes"):
        assert getattr(report, name) == getattr(large, name), name


def test_what_is_needed_most_is_shortened_in_the_end() -> None:
    huge = dataclasses.replace(
        HUGE,
        message=CHINESE * 9,
        advice=CHINESE * 9,
        evidence=Evidence(535, "5.7.8", CHINESE * 9),
        fixes=tuple(Fix(SMALL.fixes[0].changes * 9, sentence=CHINESE) for _ in range(20)),
    )
    report = bounded(huge)
    check_size(report)
    assert (report.outcome, report.stage, report.code) == (huge.outcome, huge.stage, huge.code)
    assert report.message.startswith("邮件被拒绝")
    assert report.message.endswith(" more characters")
    assert report.fixes[-1].sentence.endswith(f" … {20 - len(report.fixes)} more fixes")


def test_a_sentence_that_remembers_its_template_is_shortened_too() -> None:
    phrases = dataclasses.replace(SMALL.findings[0], message=say("The server said {text}.", text=CHINESE * 3))
    report = bounded(dataclasses.replace(HUGE, findings=(phrases,)))
    check_size(report)
    assert report.findings[0].message.endswith(" more characters")


def test_a_passed_test_has_no_step_that_decides() -> None:
    report = bounded(
        dataclasses.replace(HUGE, outcome=Outcome.OK, stage=Stage.QUIT, code=Code.OK, steps=HUGE.steps[:30])
    )
    check_size(report)
    assert report.steps[0].stage is Stage.EHLO


@given(st.text(), st.integers(0, 300))
def test_a_text_is_fitted(text: str, octets: int) -> None:
    short = fitted(text, octets)
    length = len(json.dumps(short)) - 2
    assert short == text or length <= max(octets, 40)
    if short != text:
        assert len(json.dumps(text)) - 2 > octets
        assert (kept := re.fullmatch("(.*)… ([0-9]+) more characters", short, re.DOTALL))
        assert text.startswith(kept[1])
        assert len(kept[1]) + int(kept[2]) == len(text)


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_any_report_is_bounded_and_measured(seed: int) -> None:
    draw = random.Random(seed)
    report = any_of(Report, draw)
    for field in dataclasses.fields(report):  # some have but a few large parts
        if draw.random() < seed % 3 / 3:
            report = dataclasses.replace(report, **{field.name: getattr(SMALL, field.name)})
    report = dataclasses.replace(report, test_id=str(draw.getrandbits(63)))  # our own, and never longer
    longest = max(map(len, forms(linked(report)).values()))
    measured = size(report) + len(report.findings) * LINK_OCTETS + 64
    assert measured >= longest
    assert measured <= MAX_OCTETS or not surely_fits(report)
    short = bounded(report)
    check_size(short)
    assert (short is report) is (measured <= MAX_OCTETS)
    assert (short.outcome, short.stage, short.code) == (report.outcome, report.stage, report.code)


def test_the_quick_count_is_never_more_generous_than_the_exact_one() -> None:
    """Reports of each part alone, as many of it as still fit."""
    empty = Report(Outcome.OK, Stage.QUIT, Code.OK, "")
    certificates = TlsInfo(chain=(Certificate("", (), "", NOON, NOON, "", "", ""),))
    parts: dict[str, Any] = {
        "steps": (step(Stage.STARTTLS, code=Code.AUTH_APP_PASSWORD_REQUIRED),),
        "findings": (Finding(Code.AUTH_APP_PASSWORD_REQUIRED, Severity.WARNING, Stage.STARTTLS, ""),),
        "alternatives": (Alternative(65535, TlsMode.OPPORTUNISTIC, Code.AUTH_APP_PASSWORD_REQUIRED),),
        "addresses": (AddressResult("", "", Stage.STARTTLS, Code.AUTH_APP_PASSWORD_REQUIRED),),
        "fixes": (Fix((SettingChange("", "", ""),)),),
        "ehlo": EhloInfo("", {"": ""}, ("",), ("",)),
        "tls": certificates,
        "since_last_good": SinceLastGood("", NOON, "", (ObservedChange(ChangeKind.CERTIFICATE_CHAIN),)),
    }
    for name, part in parts.items():
        for times in range(60):
            value = part * times if isinstance(part, tuple) else part
            if name == "tls":
                value = dataclasses.replace(certificates, chain=certificates.chain * times)
            if name == "since_last_good":
                value = dataclasses.replace(part, changes=part.changes * times)
            changed: dict[str, Any] = {name: value}
            report = dataclasses.replace(empty, **changed)
            if surely_fits(report):
                check_size(report)
