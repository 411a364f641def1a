"""What trials prove: which settings work, and the cause."""

from __future__ import annotations

import pytest

from mailproof.diagnosis.alternatives import Trial, TrialResult
from mailproof.diagnosis.trial_results import alternative, answers, assess, refine, settles
from mailproof.domain.secret import Secret
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Credentials, OAuth, Plan, TlsInfo
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode
from mailproof.smtp.wire import Ehlo

AUTO, IMPLICIT, STARTTLS, NONE = TlsMode.AUTO, TlsMode.IMPLICIT, TlsMode.STARTTLS, TlsMode.NONE
OPPORTUNISTIC = TlsMode.OPPORTUNISTIC
LOGIN = Credentials("me", Secret("secret-word"))
OFFER = Ehlo({}, ("PLAIN", "LOGIN"))
REFUSED = Cause(Stage.CONNECT, Code.CONNECTION_REFUSED)
NO_STARTTLS = Cause(Stage.STARTTLS, Code.STARTTLS_NOT_OFFERED)


def good(port: int, mode: TlsMode, name: str = "") -> TrialResult:
    facts = Facts(ehlo=OFFER, secure=mode is not NONE)
    return TrialResult(Trial(port, mode, name), None, facts, message="it answers.")


def bad(
    port: int, mode: TlsMode, cause: Cause = REFUSED, facts: Facts | None = None, *, tls: bool = False
) -> TrialResult:
    return TrialResult(Trial(port, mode), cause, facts or Facts(), TlsInfo() if tls else None)


@pytest.mark.parametrize(
    ("mode", "port", "cause", "tried", "code"),
    [
        (STARTTLS, 465, Cause(Stage.GREETING, Code.TIMEOUT), good(465, IMPLICIT), Code.WRONG_TLS_MODE_USE_IMPLICIT),
        (NONE, 465, Cause(Stage.GREETING, Code.CONNECTION_CLOSED), bad(465, IMPLICIT, tls=True),
         Code.WRONG_TLS_MODE_USE_IMPLICIT),
        (STARTTLS, 465, Cause(Stage.GREETING, Code.TIMEOUT), bad(465, IMPLICIT), Code.TIMEOUT),
        (STARTTLS, 587, Cause(Stage.GREETING, Code.TIMEOUT), good(465, IMPLICIT), Code.TIMEOUT),
        (STARTTLS, 465, Cause(Stage.EHLO, Code.TIMEOUT), good(465, IMPLICIT), Code.TIMEOUT),
        (IMPLICIT, 587, Cause(Stage.TLS, Code.TIMEOUT), good(587, STARTTLS), Code.WRONG_TLS_MODE_USE_STARTTLS),
        (IMPLICIT, 587, Cause(Stage.TLS, Code.WRONG_TLS_MODE_USE_STARTTLS), good(587, NONE),
         Code.WRONG_TLS_MODE_USE_NONE),
        (IMPLICIT, 587, Cause(Stage.TLS, Code.CONNECTION_RESET), bad(587, STARTTLS, facts=Facts(starttls_offered=True)),
         Code.WRONG_TLS_MODE_USE_STARTTLS),
        (IMPLICIT, 587, Cause(Stage.TLS, Code.TLS_HANDSHAKE_FAILED), good(587, STARTTLS), Code.TLS_HANDSHAKE_FAILED),
    ],
)  # fmt: skip
def test_a_trial_makes_the_cause_exact(mode: TlsMode, port: int, cause: Cause, tried: TrialResult, code: Code) -> None:
    refined = refine(Plan("mail.test", port, mode), cause, [tried])
    assert (refined.stage, refined.code) == (cause.stage, code)


@pytest.mark.parametrize(
    ("plan", "mode", "code"),
    [
        (Plan("x", 587, STARTTLS), STARTTLS, Code.STARTTLS_NOT_OFFERED),
        (Plan("x", 587, AUTO), STARTTLS, Code.STARTTLS_NOT_OFFERED),
        (Plan("x", 587, OPPORTUNISTIC), NONE, Code.OK),
        (Plan("x", 587, NONE), NONE, Code.OK),
        (Plan("x", 25, IMPLICIT), NONE, Code.OK),
        (Plan("x", 465, IMPLICIT), STARTTLS, Code.STARTTLS_NOT_OFFERED),
    ],
)
def test_clear_text_counts_only_where_it_is_allowed_or_explains_the_failure(
    plan: Plan, mode: TlsMode, code: Code
) -> None:
    tried = assess(plan, bad(25, STARTTLS, NO_STARTTLS, Facts(ehlo=OFFER)))
    shown = alternative(tried)
    assert (shown.tls_mode, shown.code) == (mode, code)
    assert settles(plan, tried) is (code is Code.OK and plan.tls_mode is not IMPLICIT)


@pytest.mark.parametrize(
    ("plan", "offer", "code"),
    [
        (Plan("x"), Ehlo(), Code.OK),
        (Plan("x", credentials=LOGIN), OFFER, Code.OK),
        (Plan("x", credentials=LOGIN), Ehlo(), Code.AUTH_NOT_OFFERED),
        (Plan("x", credentials=LOGIN, depth=Depth.EHLO), Ehlo(), Code.OK),
        (Plan("x", credentials=LOGIN, mechanism="cram-md5"), OFFER, Code.AUTH_MECHANISM_UNSUPPORTED),
        (Plan("x", credentials=LOGIN, mechanism="login"), OFFER, Code.OK),
        (Plan("x", credentials=LOGIN), Ehlo({}, ("GSSAPI",)), Code.AUTH_MECHANISM_UNSUPPORTED),
        (Plan("x", credentials=LOGIN, oauth=OAuth(Secret("t"))), OFFER, Code.AUTH_MECHANISM_UNSUPPORTED),
        (Plan("x", credentials=LOGIN, oauth=OAuth(Secret("t"))), Ehlo({}, ("XOAUTH2",)), Code.OK),
        (Plan("x", credentials=LOGIN), Ehlo({}, ("XOAUTH2", "OAUTHBEARER")), Code.AUTH_MECHANISM_UNSUPPORTED),
    ],
)
def test_a_login_needs_an_offer(plan: Plan, offer: Ehlo, code: Code) -> None:
    tried = TrialResult(Trial(465, IMPLICIT), None, Facts(ehlo=offer, secure=True))
    assert alternative(assess(plan, tried)).code is code


@pytest.mark.parametrize(
    ("tried", "sentence"),
    [
        (good(465, IMPLICIT), "h:465 with implicit TLS answers and offers AUTH PLAIN, LOGIN."),
        (good(25, NONE), "h:465 without encryption answers and offers AUTH PLAIN, LOGIN."),
        (good(587, STARTTLS), "h:465 with STARTTLS answers and offers AUTH PLAIN, LOGIN."),
        (TrialResult(Trial(587, STARTTLS), None, Facts(ehlo=Ehlo(), secure=True)),
         "h:465 with STARTTLS answers and offers no authentication."),
        (TrialResult(Trial(465, IMPLICIT), None, Facts(secure=True)), "h:465 with implicit TLS answers."),
        (TrialResult(Trial(465, IMPLICIT), None), "h:465 can be reached."),
    ],
)  # fmt: skip
def test_what_a_working_trial_says(tried: TrialResult, sentence: str) -> None:
    assert answers("h:465", tried) == sentence
