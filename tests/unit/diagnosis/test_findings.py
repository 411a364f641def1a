import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from language_support.templates import is_phrase
from mailproof.diagnosis.catalogue import WARNING_CODES
from mailproof.diagnosis.findings import conclude, evidence, passed
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.special_cases import SPECIAL_CASES
from mailproof.domain.secret import Secret
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Audience, Certificate, Credentials, Evidence, Plan, TlsInfo
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.vocabulary import Code, Depth, Severity, Stage, TlsMode
from mailproof.smtp.wire import Ehlo, Reply

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LEAF = Certificate("CN=x", ("mail.test",), "CN=y", NOW - DAY, NOW + 90 * DAY, "RSA 2048", "s", "f")
PLAN = Plan(host="mail.test", credentials=Credentials("u", Secret("hunter22!")))


def seen(**more: object) -> Observed:
    values: dict[str, object] = {
        "plan": PLAN,
        "port": 587,
        "facts": Facts(ehlo_name="probe.test"),
        "redact": Redactor("hunter22!", "u"),
        "now": NOW,
    }
    return Observed(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("code", sorted(set(Code) - WARNING_CODES - {Code.OK}), ids=str)
def test_a_cause_becomes_the_first_finding(code: Code) -> None:
    reply = Reply(550, ("5.7.1 no hunter22! here",), "5.7.1")
    first, *others = conclude(seen(cause=Cause(Stage.AUTH, code, reply))).findings
    assert (first.code, first.stage, first.severity) == (code, Stage.AUTH, Severity.ERROR)
    assert "hunter22!" not in first.message + first.advice
    assert others == []
    assert "{" not in first.message + first.advice


def test_findings_link_to_their_pages() -> None:
    facts = Facts(credentials_in_clear=True)
    found = conclude(seen(facts=facts, cause=Cause(Stage.AUTH, Code.AUTH_REJECTED))).findings
    assert [finding.link for finding in found] == [
        "/v1/findings/auth_rejected",
        "/v1/findings/cleartext_credentials",
    ]


def test_the_message_names_server_and_reply() -> None:
    reply = Reply(535, ("5.7.8 wrong",), "5.7.8")
    observed = seen(cause=Cause(Stage.AUTH, Code.AUTH_REJECTED, reply))
    assert conclude(observed).findings[0].message == "mail.test:587 refuses user and password: 535 5.7.8 wrong."
    assert evidence(observed) == Evidence(535, "5.7.8", "wrong")
    for host in ("2001:db8::1", "[2001:db8::1]"):
        message = conclude(replace(observed, plan=replace(PLAN, host=host))).findings[0].message
        assert message.startswith("[2001:db8::1]:587 ")


@pytest.mark.parametrize("code", [Code.NOT_SMTP, Code.EGRESS_DENIED])
def test_nothing_of_a_foreign_protocol_is_revealed(code: Code) -> None:
    observed = seen(cause=Cause(Stage.GREETING, code, Reply(220, ("secret service FTP",))))
    assert evidence(observed) == Evidence()
    assert "secret service" not in repr(conclude(observed).findings)


def test_mechanisms_of_both_sides_are_listed() -> None:
    facts = Facts(ehlo=Ehlo(mechanisms=("NTLM", "GSSAPI")))
    message = conclude(seen(facts=facts, cause=Cause(Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED))).findings[0].message
    assert "NTLM, GSSAPI" in message
    assert "PLAIN, LOGIN" in message


@pytest.mark.parametrize(
    ("code", "leaf", "words"),
    [
        (
            Code.TLS_CERT_EXPIRED,
            replace(LEAF, problem="expired on 2025-12-31"),
            "no longer valid: expired on 2025-12-31",
        ),
        (Code.TLS_CERT_EXPIRED, LEAF, "no longer valid."),
        (Code.TLS_HOSTNAME_MISMATCH, LEAF, "it is for mail.test"),
        (Code.TLS_HOSTNAME_MISMATCH, replace(LEAF, sans=()), "names no host"),
        (Code.TLS_HOSTNAME_MISMATCH, replace(LEAF, more_sans=90), "it is for mail.test and 90 more"),
        (Code.TLS_UNTRUSTED, replace(LEAF, problem="its issuer CN=y is not trusted here"), "its issuer CN=y"),
    ],
)
def test_a_bad_certificate_speaks_for_itself(code: Code, leaf: Certificate, words: str) -> None:
    tls = TlsInfo(chain=(leaf,), verify_error="x")
    assert words in conclude(seen(tls=tls, cause=Cause(Stage.TLS, code))).findings[0].message
    (warning,) = conclude(seen(tls=tls, unverified=code)).findings
    assert words in warning.message
    assert warning.severity is Severity.WARNING


@pytest.mark.parametrize("cause", [None, Cause(Stage.MAIL, Code.AUTH_REQUIRED, Reply(530, ("no",)))])
def test_a_password_without_a_user_is_told_whether_or_not_the_test_passes(cause: Cause | None) -> None:
    plan = Plan("mail.test", depth=Depth.DATA, password_without_user=True)
    found = conclude(seen(plan=plan, cause=cause)).findings[-1]
    assert (found.code, found.severity) == (Code.LOGIN_NOT_TESTED, Severity.WARNING)
    assert found.message == "No login was tried although a password is stored: no user is set."
    assert found.advice.startswith("Set the user, and the password with it")
    assert "Set user and password" not in found.advice
    assert not conclude(seen(plan=replace(plan, depth=Depth.EHLO))).findings


def echoed() -> Redactor:
    redact = Redactor("hunter22!")
    redact.echoed = True
    return redact


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"facts": Facts(credentials_in_clear=True)}, Code.CLEARTEXT_CREDENTIALS),
        ({"facts": Facts(starttls_offered=True)}, Code.STARTTLS_AVAILABLE_BUT_OFF),
        ({"facts": Facts(helo_only=True)}, Code.HELO_ONLY_SERVER),
        ({"facts": Facts(quit_answered=False)}, Code.QUIT_IGNORED),
        ({"facts": Facts(ehlo=Ehlo(legacy_auth=True))}, Code.AUTH_OVER_LEGACY_SYNTAX),
        ({"facts": Facts(ehlo=Ehlo({"SIZE": "5000"}))}, Code.SIZE_LIMIT_SMALL),
        (
            {"tls": TlsInfo("TLSv1.3", chain=(replace(LEAF, not_after=NOW + DAY),), verified=True)},
            Code.CERT_EXPIRES_SOON,
        ),
        ({"tls": TlsInfo("TLSv1.1", chain=(LEAF,), verified=True)}, Code.OLD_TLS_VERSION),
        ({"redact": echoed()}, Code.SERVER_ECHOES_SECRET),
        ({"plan": Plan("mail.test"), "facts": Facts(ehlo=Ehlo(mechanisms=("PLAIN",)))}, Code.LOGIN_NOT_TESTED),
    ],
)
def test_warnings(more: dict[str, object], code: Code) -> None:
    (finding,) = conclude(seen(**more)).findings
    assert (finding.code, finding.severity) == (code, Severity.WARNING)
    assert code in WARNING_CODES
    assert is_phrase(finding.message)
    assert is_phrase(finding.advice)


@pytest.mark.parametrize(
    ("mechanism", "words"),
    [
        ("PLAIN", "User and password were sent unencrypted (PLAIN)."),
        ("LOGIN", "User and password were sent unencrypted (LOGIN)."),
        ("CRAM-MD5", "The login was unencrypted: CRAM-MD5 sends no password, but a listener can"),
        ("SCRAM-SHA-256", "The login was unencrypted: SCRAM-SHA-256 sends no password, but a listener can"),
        ("XOAUTH2", "User and access token were sent unencrypted (XOAUTH2)"),
        ("OAUTHBEARER", "User and access token were sent unencrypted (OAUTHBEARER)"),
    ],
)
def test_the_warning_of_clear_text_depends_on_the_mechanism(mechanism: str, words: str) -> None:
    (warning,) = conclude(seen(facts=Facts(credentials_in_clear=True, mechanism=mechanism))).findings
    assert warning.message.startswith(words)


NOT_THE_FLAGS = re.compile(
    r"TLS mode|[Tt]he port to|port and TLS|[Uu]se a port|EHLO name to|[Ss]et the (host|mechanism|TLS)|mechanism setting"
    r"|CA file|longer timeout"
)
FLAG_CASES = [
    *((code, stage, Facts(ehlo_name="probe.test"), "x") for code in Code for stage in (Stage.MAIL, *Stage)),
    *(
        (code, stage, Facts(mechanism=name.replace("SCRAM-", "SCRAM-SHA-256"), ehlo=Ehlo(mechanisms=row.offered)), host)
        for row in SPECIAL_CASES
        for code in row.codes
        for stage in row.stages or (Stage.AUTH,)
        for name in row.mechanisms or ("PLAIN",)
        for host in row.hosts or ("mail.test",)
    ),
]


@pytest.mark.parametrize("tls", [TlsMode.AUTO, TlsMode.OPPORTUNISTIC])
def test_advice_for_a_flag_names_only_settings_that_its_api_has(tls: TlsMode) -> None:
    for code, stage, facts, host in FLAG_CASES:
        plan = replace(PLAN, tls_mode=tls, audience=Audience.FLAG, host=host)
        cause = None if code in WARNING_CODES else Cause(stage, code)
        for found in conclude(seen(plan=plan, facts=facts, cause=cause)).findings:
            assert not NOT_THE_FLAGS.search(found.message + found.advice), found
            assert "{" not in found.message + found.advice
        for found in conclude(seen(plan=replace(plan, audience=Audience.MODES), facts=facts, cause=cause)).findings:
            assert not re.search(r"\btls: |\btls to |(?<!the )\bhost to ", found.message + found.advice), found


@pytest.mark.parametrize("audience", Audience)
def test_warnings_speak_of_the_callers_settings(audience: Audience) -> None:
    plan = replace(PLAN, tls_mode=TlsMode.OPPORTUNISTIC, audience=audience)
    facts = Facts(credentials_in_clear=True, starttls_offered=True, mechanism="PLAIN", helo_only=True)
    advice = " ".join(found.advice for found in conclude(seen(plan=plan, facts=facts)).findings)
    assert ("Set tls to true." in advice) is (audience is Audience.FLAG)
    assert ("TLS mode" in advice) is (audience is Audience.MODES)


@pytest.mark.parametrize(
    ("host", "tls", "code", "stage", "message", "advice"),
    [
        ("mail.test", TlsMode.OPPORTUNISTIC, Code.WRONG_TLS_MODE_USE_IMPLICIT, Stage.GREETING,
         "mail.test:587 speaks TLS from the first byte, but these settings begin in clear text.", "Set tls to true."),
        ("2001:db8::1", TlsMode.AUTO, Code.CONNECTION_REFUSED, Stage.CONNECT, None,
         'Try to set host to "[2001:db8::1]:465".'),
        ("mail.test", TlsMode.AUTO, Code.STARTTLS_NOT_OFFERED, Stage.STARTTLS,
         ("mail.test:587 does not offer STARTTLS, or something on the way removes the offer, and these settings "
          "demand encryption."), None),
    ],
)  # fmt: skip
def test_the_flags_advice_names_the_value(
    host: str, tls: TlsMode, code: Code, stage: Stage, message: str | None, advice: str | None
) -> None:
    plan = replace(PLAN, host=host, tls_mode=tls, audience=Audience.FLAG)
    root = conclude(seen(plan=plan, cause=Cause(stage, code))).findings[0]
    assert message in (None, root.message)
    assert advice in (None, root.advice)


def test_a_good_server_has_no_findings() -> None:
    facts = Facts(starttls_offered=True, secure=True, quit_answered=True, ehlo=Ehlo({"SIZE": "0"}))
    assert conclude(seen(facts=facts, tls=TlsInfo("TLSv1.2", chain=(LEAF,), verified=True))).findings == ()


@pytest.mark.parametrize(
    ("depth", "facts", "message"),
    [
        (Depth.CONNECT, Facts(), "the connection stands. No message was sent."),
        (Depth.TLS, Facts(secure=True), "the connection is encrypted. No message was sent."),
        (Depth.AUTH, Facts(), "the server answers. No message was sent."),
        (
            Depth.AUTH,
            Facts(mechanism="PLAIN", logged_in=True),
            "the server accepts user and password (PLAIN). No message was sent.",
        ),
        (Depth.MAIL, Facts(), "the server takes mail from a@x. No message was sent."),
        (
            Depth.RCPT,
            Facts(mechanism="PLAIN", logged_in=True),
            "the server accepts user and password (PLAIN) and the server takes mail for b@x. No message was sent.",
        ),
        (Depth.DATA, Facts(), "the server took a message for b@x."),
    ],
)
def test_a_passed_test_says_what_was_proven_and_what_was_not_tested(depth: Depth, facts: Facts, message: str) -> None:
    plan = replace(PLAN, depth=depth, sender="a@x", recipient="b@x")
    sentence = passed(seen(plan=plan, facts=facts))
    assert sentence == f"The test passed: {message}"
    assert is_phrase(sentence)


@pytest.mark.parametrize("depth", [Depth.CONNECT, Depth.TLS, Depth.EHLO, Depth.RCPT, Depth.DATA])
def test_a_login_that_was_not_asked_for_or_not_needed_is_no_warning(depth: Depth) -> None:
    plan = Plan("mail.test", depth=depth, recipient="b@x")
    assert conclude(seen(plan=plan, facts=Facts(ehlo=Ehlo(mechanisms=("PLAIN",))))).findings == ()
