"""Every mechanism over a real connection: right and wrong credentials, fall-through, stops, hostile servers."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from mailproof.cli.diagnose_output import as_json
from mailproof.domain.secret import Secret
from mailproof.smtp.report import Credentials, OAuth, Report
from mailproof.smtp.vocabulary import Code, Outcome, Stage, TlsMode
from smtp_support import pki
from smtp_support.probing import LOGIN, run
from smtp_support.sasl_server import TOKEN, Sasl, encode, json_of, leaf, secrets_of
from smtp_support.scripted import Do, Part, Peer, Served, serve, smtp

WRONG = Credentials("user", Secret("wrong-word"))
BY_TOKEN: dict[str, Any] = {
    "credentials": Credentials("user", Secret("")),
    "oauth": OAuth(access_token=Secret(TOKEN)),
}
WITH_PASSWORD = (
    "SCRAM-SHA-256-PLUS",
    "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-256",
    "SCRAM-SHA-1",
    "PLAIN",
    "LOGIN",
    "CRAM-MD5",
)
WITH_TOKEN = ("OAUTHBEARER", "XOAUTH2")


@contextmanager
def server(sasl: Sasl, *mechanisms: str, old_tls: bool = False) -> Iterator[Served]:
    context = pki.server_context(leaf())
    if old_tls:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    offer = ["250-x", f"250 AUTH {' '.join(mechanisms)}"]
    with serve(smtp(auth=sasl, ehlo_tls=offer, secure=True), context=context) as served:
        yield served


def login(sasl: Sasl, *mechanisms: str, old_tls: bool = False, **settings: Any) -> Report:
    values: dict[str, Any] = {"tls_mode": TlsMode.IMPLICIT, "credentials": LOGIN} | settings
    with server(sasl, *mechanisms, old_tls=old_tls) as served:
        report = run(served.port, **values)
    shown = str(as_json(report))
    for secret in secrets_of(sasl):
        assert secret not in shown
    return report


@pytest.mark.parametrize("mechanism", WITH_PASSWORD)
@pytest.mark.parametrize("old_tls", [False, True], ids=["TLS 1.3", "TLS 1.2"])
def test_the_right_password_passes(mechanism: str, old_tls: bool) -> None:
    report = login(Sasl(), mechanism, old_tls=old_tls)
    assert report.outcome is Outcome.OK, report.message
    assert mechanism in report.message


@pytest.mark.parametrize("mechanism", WITH_PASSWORD)
def test_a_wrong_password_is_rejected_and_nothing_else_is_tried(mechanism: str) -> None:
    sasl = Sasl()
    weaker = WITH_PASSWORD[WITH_PASSWORD.index(mechanism) + 1 :]
    report = login(sasl, mechanism, *weaker, credentials=WRONG, old_tls=mechanism.endswith("-PLUS"))
    assert (report.stage, report.code) == (Stage.AUTH, Code.AUTH_REJECTED)
    assert sasl.tried == [mechanism]
    assert report.evidence.reply_code == 535


@pytest.mark.parametrize("mechanism", WITH_TOKEN)
def test_a_good_token_passes(mechanism: str) -> None:
    report = login(Sasl(), "PLAIN", mechanism, **BY_TOKEN)
    assert report.outcome is Outcome.OK, report.message
    assert f"accepts the access token ({mechanism})" in report.message


@pytest.mark.parametrize(("mechanism", "farewell"), [("OAUTHBEARER", "AQ=="), ("XOAUTH2", "")])
def test_a_bad_token_is_explained_by_the_servers_challenge(mechanism: str, farewell: str) -> None:
    sasl = Sasl(token="another")
    report = login(sasl, *WITH_TOKEN, mechanism=mechanism, **BY_TOKEN)
    assert (report.stage, report.code) == (Stage.AUTH, Code.AUTH_REJECTED)
    assert sasl.last == farewell
    assert sasl.tried == [mechanism]
    assert report.evidence.text == "wrong (status 401, scope https://mail.test/, schemes bearer)"
    assert "refuses the access token of user: 535 5.7.8 wrong (status 401" in report.message
    assert TOKEN not in str(as_json(report))


@pytest.mark.parametrize("words", ["x" * 190 + TOKEN, TOKEN[:9] + "\x1b[" + TOKEN[9:], TOKEN[:9] + "\x1b]" + TOKEN[9:]])
def test_a_token_echoed_in_the_challenges_json_is_hidden_before_it_is_cut(words: str) -> None:
    error = json_of(status="401", error_description=words).decode()
    report = login(Sasl(token="another", error=error), "XOAUTH2", **BY_TOKEN)
    shown = str(as_json(report))
    assert not [piece for piece in (TOKEN[:9], TOKEN[10:], TOKEN[1:9]) if piece in shown]
    assert Code.SERVER_ECHOES_SECRET in {finding.code for finding in report.findings}


@pytest.mark.parametrize(
    "offer",
    [
        ["250-x", "250-AUTH CRAM-MD5", "250-secr et-word", "250 SIZE 10"],
        ["250-x", "250-AUTH CRAM-MD5", "250-SECRET- WORD", "250 SIZE 10"],
        ["250-x", "250-AUTH CRAM-MD5 SECR ET-WORD", "250 SIZE 10"],
        ["250-x", "250-AUTH CRAM-MD5 secr\x1b[et-word", "250 SIZE 10"],
    ],
)
def test_a_password_split_over_the_answer_to_ehlo_is_hidden(offer: list[str]) -> None:
    context = pki.server_context(leaf())
    with serve(smtp(ehlo_tls=offer, secure=True), context=context) as served:
        report = run(served.port, tls_mode=TlsMode.IMPLICIT, credentials=LOGIN)
    shown = "".join(character for character in str(as_json(report)).lower() if character.isalpha())
    assert "secretword" not in shown
    assert "ecretword" not in shown
    assert "secrtword" not in shown


def test_a_token_too_long_for_the_command_waits_for_the_question() -> None:
    token = "t" * 3000
    report = login(Sasl(token=token), "XOAUTH2", **BY_TOKEN | {"oauth": OAuth(access_token=Secret(token))})
    assert report.outcome is Outcome.OK


def test_the_best_is_tried_first_and_the_next_ones_where_the_mechanism_is_refused() -> None:
    answers: dict[str, Sequence[Part]] = {
        "SCRAM-SHA-256-PLUS": ["504 5.5.4 no"],
        "SCRAM-SHA-1-PLUS": ["334 " + encode("e=unsupported-channel-binding-type")],
        "SCRAM-SHA-256": ["501 5.5.2 what"],
        "SCRAM-SHA-1": ["534 5.7.9 too weak"],
        "PLAIN": ["500 5.5.6 too long"],
        "LOGIN": ["504 5.5.4 not here"],
    }
    sasl = Sasl(answers=answers)
    report = login(sasl, *reversed(WITH_PASSWORD), "XOAUTH2", old_tls=True)
    assert sasl.tried == list(WITH_PASSWORD)
    assert report.outcome is Outcome.OK
    sasl.tried.clear()
    report = login(sasl, *reversed(WITH_PASSWORD), "XOAUTH2")  # tls-server-end-point, which few servers take
    order = ["SCRAM-SHA-256", "SCRAM-SHA-1", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"]
    assert sasl.tried == [*order, "PLAIN", "LOGIN", "CRAM-MD5"]
    assert report.outcome is Outcome.OK


def test_the_last_mechanisms_refusal_is_told() -> None:
    report = login(Sasl(answers={"PLAIN": ["504 5.5.4 not today"]}), "PLAIN")
    assert (report.stage, report.code) == (Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED)
    assert "offers PLAIN but does not go through with it: 504 5.5.4 not today" in report.message


@pytest.mark.parametrize("words", ["534 5.7.9 Application-specific password required", "535 5.7.8 no", "454 later"])
def test_a_refusal_of_the_account_stops(words: str) -> None:
    sasl = Sasl(answers={"PLAIN": [words]})
    login(sasl, "CRAM-MD5", "PLAIN", "LOGIN")
    assert sasl.tried == ["PLAIN"]


def test_a_server_with_hashed_passwords_that_offers_cram_md5_gets_the_password_inside_verified_tls() -> None:
    sasl = Sasl(answers={"CRAM-MD5": ["535 5.7.8 wrong"]})
    report = login(sasl, "CRAM-MD5", "LOGIN")
    assert (report.outcome, sasl.tried) == (Outcome.OK, ["LOGIN"])


@pytest.mark.parametrize("mode", [TlsMode.NONE, TlsMode.OPPORTUNISTIC])
def test_in_clear_or_in_unverified_tls_the_password_itself_is_sent_last(mode: TlsMode) -> None:
    sasl = Sasl()
    offer = ["250-x", "250-AUTH PLAIN LOGIN CRAM-MD5", "250 HELP"]
    before = offer if mode is TlsMode.NONE else ["250-x", "250 STARTTLS"]
    with serve(smtp(auth=sasl, ehlo=before, ehlo_tls=offer, context=pki.bad("self-signed"))) as served:
        report = run(served.port, tls_mode=mode, credentials=LOGIN)
    assert (report.outcome, sasl.tried) == (Outcome.OK, ["CRAM-MD5"])


@pytest.mark.parametrize(
    ("mechanism", "answer"),
    [
        ("LOGIN", ("235 2.7.0 welcome",)),
        ("LOGIN", ("334 VXNlcm5hbWU6", "235 2.7.0 welcome")),
        ("CRAM-MD5", ("235 2.7.0 welcome",)),
        ("SCRAM-SHA-256", ("235 2.7.0 welcome",)),
    ],
)
def test_a_login_that_is_accepted_before_the_password_was_sent_is_none(mechanism: str, answer: tuple[str, ...]) -> None:
    class Careless(Sasl):
        async def __call__(self, peer: Peer, line: str) -> Sequence[Part]:
            for challenge in answer[:-1]:
                await peer.perform([challenge])
                await peer.hear()
            return [answer[-1]]

    report = login(Careless(), mechanism)
    assert (report.stage, report.code) == (Stage.AUTH, Code.PROTOCOL_ERROR)
    assert "accepts the login before" in report.message
    assert "the password was sent" in report.message
    assert report.evidence.reply_code == 235


@pytest.mark.parametrize(
    ("offered", "plus", "flag"),
    [
        (("SCRAM-SHA-256",), False, "y"),
        (("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"), True, "n"),
    ],
)
def test_the_flag_says_whether_binding_was_possible(offered: tuple[str, ...], plus: bool, flag: str) -> None:
    sasl = Sasl(plus=plus)
    report = login(sasl, *offered, mechanism="SCRAM-SHA-256")
    assert report.outcome is Outcome.OK
    assert sasl.gs2 == [flag]


def test_a_stripped_offer_of_binding_is_noticed_by_the_server() -> None:
    report = login(Sasl(plus=True), "SCRAM-SHA-256")
    assert report.code is Code.AUTH_REJECTED


def test_without_tls_there_is_no_binding() -> None:
    sasl = Sasl()
    with serve(smtp(auth=sasl, ehlo=["250-x", "250 AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256"])) as served:
        report = run(served.port, tls_mode=TlsMode.NONE, credentials=LOGIN)
    assert report.outcome is Outcome.OK
    assert sasl.tried == ["SCRAM-SHA-256"]
    assert sasl.gs2 == ["n"]


def test_a_type_of_binding_that_the_server_may_lack_costs_no_refusal() -> None:
    sasl = Sasl(bindings=("tls-exporter",))
    report = login(sasl, "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "PLAIN")
    assert report.outcome is Outcome.OK, report.message
    assert sasl.tried == ["SCRAM-SHA-256"]


OFFERS = (
    WITH_PASSWORD,
    ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"),
    ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "PLAIN"),
    ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1"),
    ("CRAM-MD5", "LOGIN", "PLAIN"),
)


@pytest.mark.parametrize("old_tls", [False, True], ids=["TLS 1.3", "TLS 1.2"])
@pytest.mark.parametrize("bindings", [(), ("tls-exporter",), ("tls-unique",), ("tls-server-end-point",)])
@pytest.mark.parametrize("offered", OFFERS, ids=len)
def test_a_wrong_password_counts_once_towards_a_lockout(
    offered: tuple[str, ...], bindings: tuple[str, ...], old_tls: bool
) -> None:
    sasl = Sasl(bindings=bindings, plus=True)
    report = login(sasl, *offered, old_tls=old_tls, credentials=WRONG)
    assert len(sasl.tried) == 1
    # Where it is the type of binding that was refused, the password was neither sent nor refused.
    about_binding = sasl.tried[0].endswith("-PLUS") and not sasl.bound and not old_tls
    code = Code.AUTH_MECHANISM_UNSUPPORTED if about_binding else Code.AUTH_REJECTED
    assert (report.stage, report.code) == (Stage.AUTH, code)
    assert report.evidence.reply_code == 535


@pytest.mark.parametrize("reply", ["535 5.7.8 no", "454 4.7.0 later", "535 5.7.0 aborted"])
def test_a_login_that_we_cancel_counts_once_towards_a_lockout(reply: str) -> None:
    class Strict(Sasl):
        async def __call__(self, peer: Peer, line: str) -> Sequence[Part]:
            said = await super().__call__(peer, line)
            return [reply] if peer.heard[-1] == "*" else said

    sasl = Strict(first="nonsense")
    report = login(sasl, "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN")
    assert (report.stage, report.outcome) == (Stage.AUTH, Outcome.FAIL)
    assert sasl.tried == ["SCRAM-SHA-256"]


def test_another_tls_session_ends_it_before_a_weaker_mechanism_gives_the_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("smtp_support.sasl_server.end_point", lambda: b"of a proxy")
    sasl = Sasl()
    report = login(sasl, "SCRAM-SHA-256-PLUS", "PLAIN")
    assert (report.stage, report.code) == (Stage.AUTH, Code.PROTOCOL_ERROR)
    assert "sees another TLS session" in report.message
    assert sasl.tried == ["SCRAM-SHA-256-PLUS"]


@pytest.mark.parametrize(
    ("sasl", "words"),
    [
        (Sasl(final="v=AAAA"), "can't prove that it knows the password"),
        (Sasl(final="v=!"), "can't prove that it knows the password"),
        (Sasl(final=""), "has not proven that it knows the password"),
        (Sasl(first="r=another,s=c2FsdA==,i=4096"), "nonce does not continue ours"),
    ],
    ids=["wrong signature", "no base64", "no signature", "nonce of another exchange"],
)
def test_a_server_that_does_not_know_the_password_is_found_out(sasl: Sasl, words: str) -> None:
    report = login(replace(sasl, tried=[]), "SCRAM-SHA-256", "PLAIN")
    assert (report.stage, report.code) == (Stage.AUTH, Code.PROTOCOL_ERROR)
    assert words in report.message


@pytest.mark.parametrize(
    "first",
    ["r={nonce},s=c2FsdA==,i=1000001", "r={nonce},s=c2FsdA==,i=99999999999", "r={nonce},s=c2FsdA==,i=0",
     "r={nonce},s=,i=4096", "m=x,r={nonce},s=c2FsdA==,i=4096", "nonsense", "x" * 3000],
)  # fmt: skip
def test_an_unsound_first_message_makes_us_take_the_next_mechanism(first: str) -> None:
    sasl = Sasl(first=first)
    report = login(sasl, "SCRAM-SHA-256", "PLAIN")
    assert report.outcome is Outcome.OK, report.message
    assert sasl.tried == ["SCRAM-SHA-256", "PLAIN"]
    assert sasl.bound == []


def test_much_stretching_does_not_hold_up_the_event_loop() -> None:
    report = login(Sasl(iterations=100_000), "SCRAM-SHA-256")
    assert report.outcome is Outcome.OK


def test_silence_after_microsofts_credentials_has_advice_of_its_own() -> None:
    report = login(Sasl(answers={"PLAIN": [Do.SILENCE]}), "PLAIN", timeout=0.5, loop_factory=WaitedClock(slowness=4))
    assert (report.stage, report.code) == (Stage.AUTH, Code.TIMEOUT)


@pytest.mark.parametrize(
    ("words", "codec"),
    [
        ("Неверный логин или пароль", "cp1251"),
        ("用户名或密码错误", "gb2312"),
        ("認証に失敗しました", "iso2022_jp"),
        ("Benutzername oder Kennwort ungültig", "latin-1"),
    ],
)
def test_a_refusal_that_is_not_utf_8_can_be_read(words: str, codec: str) -> None:
    report = login(Sasl(answers={"PLAIN": [b"535 5.7.8 " + words.encode(codec) + b"\r\n"]}), "PLAIN")
    assert report.code is Code.AUTH_REJECTED
    assert report.evidence.text == words
    assert words in report.message
    assert f"535 5.7.8 {words}" in [step.received for step in report.steps]


def test_challenges_are_shown_in_words() -> None:
    report = login(Sasl(), "LOGIN")
    challenges = [step.received for step in report.steps if step.received.startswith("334")]
    assert challenges == ["334", '334 UGFzc3dvcmQ6 ("Password:")']


def test_a_refused_token_is_explained_in_the_step_too() -> None:
    report = login(Sasl(token="another", error='{"status":"400","schemes":"bearer"}'), "XOAUTH2", **BY_TOKEN)
    assert [step.received for step in report.steps if "(status 400, schemes bearer)" in step.received]


def test_an_error_in_base64_within_the_refusal_is_told_in_words() -> None:
    blob = encode('{"status":"401","error":"the mailbox is locked"}')
    report = login(Sasl(answers={"PLAIN": [f"535 5.7.8 {blob}"]}), "PLAIN")
    words = "(status 401, error the mailbox is locked)"
    assert words in report.message
    assert words in report.evidence.text
    assert any(step.received.endswith(words) for step in report.steps)


@pytest.mark.parametrize("challenge", ["secret-word", "AHVzZXIAc2VjcmV0LXdvcmQ="])
def test_an_echo_in_a_challenge_is_masked_in_both_forms(challenge: str) -> None:
    class Echo(Sasl):
        async def __call__(self, peer: Peer, line: str) -> Sequence[Part]:
            await peer.perform([f"334 {encode(challenge)}"])
            await peer.hear()
            return ["535 5.7.8 wrong"]

    report = login(Echo(), "PLAIN")
    shown = "".join(step.received for step in report.steps)
    assert "secret-word" not in shown
    assert "AHVzZXIAc2VjcmV0LXdvcmQ" not in shown


def test_an_echoed_proof_is_hidden() -> None:
    class Echo(Sasl):
        async def _cram(self, peer: Any) -> Sequence[Part]:
            await super()._cram(peer)
            proof = self.bound[-1].decode()
            return [f"535 5.7.8 {proof} is wrong, and so is {encode(proof)}"]

    sasl = Echo()
    report = login(sasl, "CRAM-MD5")
    assert report.code is Code.AUTH_REJECTED
    assert Code.SERVER_ECHOES_SECRET in {finding.code for finding in report.findings}
