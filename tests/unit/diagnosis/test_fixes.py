"""Fixes: which settings are told to change, in the words of the API that was called."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.diagnosis.alternatives import FailedAttempt, Trial, TrialResult, trials_after
from mailproof.diagnosis.catalogue import WARNING_CODES
from mailproof.diagnosis.findings import conclude
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.suggested_hosts import CheckedHost, SuggestedHost, SuggestionReason
from mailproof.domain.secret import Secret
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Audience, Certificate, Credentials, Fix, Plan, SettingChange, TlsInfo
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.stored_secret import LoginTarget
from mailproof.smtp.vocabulary import Code, Stage, TlsMode
from mailproof.smtp.wire import Ehlo, Reply

AUTO, IMPLICIT, STARTTLS, NONE = TlsMode.AUTO, TlsMode.IMPLICIT, TlsMode.STARTTLS, TlsMode.NONE
OPPORTUNISTIC = TlsMode.OPPORTUNISTIC
LOGIN = Credentials("me", Secret("secret-word"))
OFFER = Ehlo({}, ("PLAIN", "LOGIN"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
REFUSED = Cause(Stage.CONNECT, Code.CONNECTION_REFUSED)


def good(port: int, mode: TlsMode, name: str = "") -> TrialResult:
    facts = Facts(ehlo=OFFER, secure=mode is not NONE)
    return TrialResult(Trial(port, mode, name), None, facts, message="it answers.")


def bad(port: int, mode: TlsMode) -> TrialResult:
    return TrialResult(Trial(port, mode), REFUSED)


def told(plan: Plan, results: list[TrialResult], cause: Cause = REFUSED, **more: object) -> tuple[str, tuple[Fix, ...]]:
    """Return the advice and the fixes of a failed test."""
    facts = more.pop("facts", Facts())
    seen = Observed(plan, plan.port, facts, Redactor(), NOW, cause=cause, results=results, **more)  # type: ignore[arg-type]
    concluded = conclude(seen)
    return concluded.findings[0].advice, concluded.fixes


@pytest.mark.parametrize(
    ("mode", "trials", "change"),
    [
        (STARTTLS, [good(465, IMPLICIT)], "Set the TLS mode to implicit and the port to 465"),
        (AUTO, [good(465, IMPLICIT)], "Set the port to 465"),
        (OPPORTUNISTIC, [good(2525, STARTTLS)], "Set the port to 2525"),
        (OPPORTUNISTIC, [good(465, IMPLICIT)], "Set the TLS mode to implicit and the port to 465"),
        (NONE, [good(2525, NONE)], "Set the port to 2525"),
        (NONE, [good(2525, STARTTLS)], "Set the TLS mode to starttls and the port to 2525"),
        (NONE, [good(587, STARTTLS)], "Set the TLS mode to starttls"),
        (IMPLICIT, [good(587, STARTTLS), good(465, IMPLICIT)], "Set the TLS mode to starttls"),
        (IMPLICIT, [good(587, NONE), good(2525, STARTTLS)], "Set the TLS mode to starttls and the port to 2525"),
        (IMPLICIT, [good(587, NONE)], "Set the TLS mode to none, if clear text is acceptable on this network"),
        (STARTTLS, [bad(465, IMPLICIT), good(2525, STARTTLS), good(25, STARTTLS)], "Set the port to 2525"),
        (STARTTLS, [good(587, STARTTLS, name="x.test")], "Set the host to x.test"),
    ],
)
def test_the_verified_fix_comes_first(mode: TlsMode, trials: list[TrialResult], change: str) -> None:
    advice, found = told(Plan("mail.test", 587, mode), trials)
    assert advice == f"{change}: verified, it answers."
    assert found[0].verified
    assert found[0].sentence == advice


@pytest.mark.parametrize(
    ("login", "offer", "advised"),
    [
        (LOGIN, OFFER, True),
        (LOGIN, Ehlo({}, ()), False),
        (LOGIN, Ehlo({}, ("GSSAPI",)), False),
        (None, Ehlo({}, ()), True),
    ],
)
def test_clear_text_is_advised_only_where_the_login_is_possible_in_it(
    login: Credentials | None, offer: Ehlo, advised: bool
) -> None:
    plan = Plan("mail.test", 587, STARTTLS, login)
    cause = Cause(Stage.STARTTLS, Code.STARTTLS_NOT_OFFERED)
    advice, found = told(plan, [bad(465, IMPLICIT)], cause, facts=Facts(ehlo=offer))
    assert ("Set the TLS mode to none" in advice) is advised
    assert bool(found) is advised
    assert advice


@pytest.mark.parametrize(
    ("mode", "code", "right"),
    [(IMPLICIT, Code.WRONG_TLS_MODE_USE_STARTTLS, STARTTLS), (STARTTLS, Code.WRONG_TLS_MODE_USE_IMPLICIT, IMPLICIT)],
)
@pytest.mark.parametrize(
    ("fault", "told_of"),
    [
        (Cause(Stage.GREETING, Code.CLIENT_IP_BLOCKED), True),
        (Cause(Stage.AUTH, Code.AUTH_NOT_OFFERED), True),
        (REFUSED, False),
        (Cause(Stage.GREETING, Code.WRONG_TLS_MODE_USE_IMPLICIT), False),
        (Cause(Stage.TLS, Code.TLS_CERT_EXPIRED), False),
    ],
)
def test_the_next_fault_behind_a_wrong_tls_mode_is_told(
    mode: TlsMode, code: Code, right: TlsMode, fault: Cause, told_of: bool
) -> None:
    result = TrialResult(Trial(587, right), fault, message="mail.test blocks you.")
    advice, _ = told(Plan("mail.test", 587, mode), [result, bad(465, IMPLICIT)], Cause(Stage.TLS, code))
    assert ("fails for another reason: mail.test blocks you." in advice) is told_of
    assert "TLS set-up" not in advice or not told_of


@pytest.mark.parametrize("code", [Code.OUTGOING_SMTP_BLOCKED, Code.NOT_SMTP, Code.CONNECTION_REFUSED])
def test_no_port_of_the_wrong_host_is_advised_beside_another_host(code: Code) -> None:
    other = CheckedHost(SuggestedHost("smtp.mail.test", SuggestionReason.READS_MAIL))
    advice, found = told(Plan("imap.mail.test", 993, AUTO), [], Cause(Stage.CONNECT, code), suggested=(other,))
    assert [fix.changes for fix in found] == [
        (SettingChange("host", "imap.mail.test", "smtp.mail.test"), SettingChange("port", "993", "465"))
    ]
    assert advice.count("465") == 1
    assert "right host" not in advice
    assert ("outgoing SMTP is blocked" in advice) is (code is Code.OUTGOING_SMTP_BLOCKED)


@pytest.mark.parametrize(
    ("mode", "host", "candidate", "change"),
    [
        (AUTO, "mail.test", Trial(465, IMPLICIT), 'Set host to "mail.test:465"'),
        (AUTO, "mail.test", Trial(2525, STARTTLS), 'Set host to "mail.test:2525"'),
        (AUTO, "::1", Trial(465, IMPLICIT), 'Set host to "[::1]:465"'),
        (AUTO, "mail.test", Trial(587, STARTTLS, name="x.test"), 'Set host to "x.test:587"'),
        (OPPORTUNISTIC, "mail.test", Trial(587, IMPLICIT), "Set tls to true"),
        (OPPORTUNISTIC, "mail.test", Trial(465, IMPLICIT), 'Set tls to true and host to "mail.test:465"'),
        (OPPORTUNISTIC, "mail.test", Trial(2525, STARTTLS), 'Set host to "mail.test:2525"'),
        (OPPORTUNISTIC, "mail.test", Trial(25, NONE), 'Set host to "mail.test:25"'),
    ],
)  # fmt: skip
def test_the_verified_fix_for_a_flag_names_the_settings_of_its_api(
    mode: TlsMode, host: str, candidate: Trial, change: str
) -> None:
    tried = TrialResult(candidate, None, Facts(secure=candidate.tls_mode is not NONE), message="it answers.")
    plan = Plan(host, 587, mode, audience=Audience.FLAG)
    advice, found = told(plan, [tried])
    assert advice == f"{change}: verified, it answers."
    assert all(change.setting in ("tls", "host") for change in found[0].changes)


@given(
    st.sampled_from([AUTO, OPPORTUNISTIC]), st.sampled_from(list(Stage)),
    st.sampled_from(sorted(set(Code) - WARNING_CODES)), st.booleans(), st.sampled_from([25, 465, 587, 7777]),
)  # fmt: skip
def test_every_fix_for_a_flag_changes_something(
    mode: TlsMode, stage: Stage, code: Code, implicit: bool, port: int
) -> None:
    plan = Plan("mail.test", port, mode, audience=Audience.FLAG)
    cause = Cause(stage, code)
    failure = FailedAttempt(cause, implicit, names=("x.test",))
    for candidate in trials_after(plan, failure):
        advice, _ = told(plan, [TrialResult(candidate, None, Facts(secure=True), message="ok.")], cause)
        assert advice.startswith(("Set tls to true", 'Set host to "')), advice


def test_clear_text_is_no_fix_where_an_encrypted_one_works() -> None:
    _, fixes = told(Plan("mail.test", 587, IMPLICIT), [good(587, NONE), good(2525, STARTTLS)])
    assert [fix.changes[0].to for fix in fixes] == ["starttls"]


def test_what_was_tried_in_vain_is_not_advised() -> None:
    plan = Plan("mail.test", 587, STARTTLS)
    advice, fixes = told(plan, [bad(465, IMPLICIT), bad(2525, STARTTLS), bad(25, STARTTLS)])
    assert fixes == ()
    assert "465" not in advice
    assert "No mail port of mail.test answers from here" in advice


def test_without_trials_the_standard_ports_are_worth_a_try() -> None:
    advice, fixes = told(Plan("mail.test", 25, STARTTLS), [])
    assert advice == "Try to set the TLS mode to implicit and the port to 465, or the port to 587."
    assert [fix.verified for fix in fixes] == [False, False]
    assert fixes[1].changes == (SettingChange("port", "25", "587"),)


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize(
    ("port", "mode", "trial", "needed"),
    [
        (587, AUTO, good(465, IMPLICIT), False),
        (25, OPPORTUNISTIC, good(465, IMPLICIT), False),
        (587, OPPORTUNISTIC, good(587, IMPLICIT), False),
        (587, AUTO, good(2525, STARTTLS), True),
        (587, AUTO, good(25, NONE), True),
        (587, AUTO, good(587, STARTTLS, name="x.test"), True),
        (25, OPPORTUNISTIC, good(25, IMPLICIT), True),
    ],
    ids=str,
)
def test_a_fix_needs_the_stored_secret_again_as_an_update_would(
    audience: Audience, port: int, mode: TlsMode, trial: TrialResult, needed: bool
) -> None:
    entered_for = LoginTarget("Mail.Test", port, mode, LOGIN.user)
    plan = Plan("mail.test", port, mode, LOGIN, audience=audience, secret_entered_for=entered_for)
    _, fixes = told(plan, [trial])
    assert fixes[0].needs_secret is needed
    _, fixes = told(dataclasses.replace(plan, secret_entered_for=None), [trial])
    assert fixes[0].needs_secret is False


def test_a_fix_of_the_user_needs_the_stored_secret_again() -> None:
    entered_for = LoginTarget("smtp.sendgrid.net", 587, AUTO, LOGIN.user)
    plan = Plan("smtp.sendgrid.net", 587, AUTO, LOGIN, secret_entered_for=entered_for)
    _, fixes = told(plan, [], Cause(Stage.AUTH, Code.AUTH_REJECTED))
    assert fixes[0].needs_secret


@pytest.mark.parametrize(
    ("host", "names", "tos"),
    [
        ("mail.customer.test", ("mx1.hoster.test",), ["mx1.hoster.test"]),
        ("mail.customer.test", ("www.customer.test", "smtp.hoster.test"), ["www.customer.test", "smtp.hoster.test"]),
        ("mail.customer.test", ("archive.example", "*.hoster.test"), []),
        ("smtp.gmail.com", ("mx1.hoster.test",), []),
    ],
)
def test_the_names_of_a_certificate_are_worth_a_try_but_not_for_a_known_provider(
    host: str, names: tuple[str, ...], tos: list[str]
) -> None:
    leaf = Certificate("CN=x", names, "CN=y", NOW, NOW, "RSA 2048", "s", "f")
    cause = Cause(Stage.TLS, Code.TLS_HOSTNAME_MISMATCH)
    plan = Plan(host, 587, STARTTLS, verify_alternatives=False)
    advice, fixes = told(plan, [], cause, tls=TlsInfo(chain=(leaf,)))
    assert [fix.changes[0].to for fix in fixes] == tos
    assert "certificate for smtp.gmail.com installed" not in advice
    tried = dataclasses.replace(plan, verify_alternatives=True)
    assert told(tried, [], cause, tls=TlsInfo(chain=(leaf,)))[1] == ()


@pytest.mark.parametrize(
    ("host", "advice"),
    [
        ("mail.test", "Set the TLS mode to none, if clear text is acceptable on this network."),
        ("smtp.gmail.com", "Have TLS enabled on the server"),
    ],
)
def test_clear_text_is_advised_last_and_never_for_a_known_provider(host: str, advice: str) -> None:
    told_so, fixes = told(
        Plan(host, 587, STARTTLS), [bad(465, IMPLICIT)], Cause(Stage.STARTTLS, Code.STARTTLS_NOT_OFFERED)
    )
    assert told_so.startswith(advice)
    assert bool(fixes) is (host == "mail.test")


def test_a_link_at_the_end_of_a_message_stays_a_link() -> None:
    reply = Reply(550, ("blocked; see https://list.test/1.2.3.4",))
    seen = Observed(
        Plan("mail.test", 587), 587, Facts(), Redactor(), NOW, cause=Cause(Stage.DATA, Code.MESSAGE_REJECTED, reply)
    )
    assert conclude(seen).findings[0].message.endswith("https://list.test/1.2.3.4")


def test_a_mechanism_that_the_server_lacks_is_left_open() -> None:
    plan = Plan("mail.test", 587, STARTTLS, LOGIN, mechanism="CRAM-MD5")
    advice, fixes = told(plan, [], Cause(Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED), facts=Facts(ehlo=OFFER))
    assert fixes[0].changes == (SettingChange("mechanism", "CRAM-MD5", ""),)
    assert advice.startswith("Set no mechanism (empty).")


def test_the_user_that_a_provider_wants() -> None:
    plan = Plan("smtp.sendgrid.net", 587, STARTTLS, LOGIN)
    advice, fixes = told(plan, [], Cause(Stage.AUTH, Code.AUTH_REJECTED))
    assert fixes[0].changes == (SettingChange("user", "me", "apikey"),)
    assert advice == "Set the user to apikey. The password is the API key."
