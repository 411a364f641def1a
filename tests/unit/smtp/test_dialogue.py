"""The conversation as tables: what was planned, what the server says, what we say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.secret import Secret
from mailproof.smtp.actions import Done, Secure, Send, Wait
from mailproof.smtp.dialogue import _TABLE, Dialogue, State
from mailproof.smtp.report import Credentials, Plan
from mailproof.smtp.sasl.mechanism import Binding
from mailproof.smtp.vocabulary import Code, Depth, Stage, TlsMode
from mailproof.smtp.wire import Reply

LOGIN = Credentials("user", Secret("secret-word"))
BLOB = "AHVzZXIAc2VjcmV0LXdvcmQ="
SECURED = "(handshake)"


def dialogue(**settings: Any) -> Dialogue:
    values: dict[str, Any] = {"host": "mail.test", "tls_mode": TlsMode.NONE} | settings
    plan = Plan(**values)
    return Dialogue(plan, "probe.test", plan.tls_mode is TlsMode.IMPLICIT, lambda _utf8: b"Subject: x\r\n\r\n.dot\r\n")


def reply(text: str) -> Reply:
    code, _, words = text.partition(" ")
    return Reply(int(code), tuple(words.split("|")))


def play(talk: Dialogue, *replies: str) -> tuple[list[str], Done | None]:
    """Return all that was said, and how it ended if it did."""
    said: list[str] = []
    left = iter(replies)
    action = talk.begin()
    while not isinstance(action, Done):
        if isinstance(action, Secure):
            said.append(SECURED)
            action = talk.secured()
            continue
        if isinstance(action, Send):
            said.append(action.data.decode().removesuffix("\r\n"))
        text = next(left, None)
        if text is None:
            return said, None
        action = talk.received(reply(text))
    assert next(left, None) is None, "the server was not asked for the rest"
    return said, action


OFFER = "250 x|STARTTLS|AUTH PLAIN LOGIN"
PLAIN_OFFER = "250 x|AUTH PLAIN LOGIN"
HI = "220 hi"
MAIL: dict[str, Any] = {"depth": Depth.DATA, "sender": "a@example.org", "recipient": "b@example.net"}


@pytest.mark.parametrize(
    ("settings", "replies", "said"),
    [
        ({"depth": Depth.CONNECT}, [], []),
        ({"depth": Depth.TLS, "tls_mode": TlsMode.IMPLICIT}, [], [SECURED]),
        ({"depth": Depth.TLS, "tls_mode": TlsMode.STARTTLS}, [HI, OFFER, "220 go", "221 bye"],
         ["EHLO probe.test", "STARTTLS", SECURED, "QUIT"]),
        ({"depth": Depth.EHLO, "tls_mode": TlsMode.IMPLICIT}, [HI, OFFER, "221 bye"],
         [SECURED, "EHLO probe.test", "QUIT"]),
        ({"credentials": LOGIN, "depth": Depth.EHLO}, [HI, OFFER, "221 bye"], ["EHLO probe.test", "QUIT"]),
        ({}, [HI, OFFER, "221 bye"], ["EHLO probe.test", "QUIT"]),
        ({"credentials": LOGIN}, [HI, PLAIN_OFFER, "235 in", "221 bye"],
         ["EHLO probe.test", f"AUTH PLAIN {BLOB}", "QUIT"]),
        ({"credentials": LOGIN}, [HI, PLAIN_OFFER, "334 ", "235 in", "221 bye"],
         ["EHLO probe.test", f"AUTH PLAIN {BLOB}", "*"]),
        ({"credentials": LOGIN, "mechanism": "login"},
         [HI, PLAIN_OFFER, "334 VXNlcjo=", "334 UGFzczo=", "235 in", "221 x"],
         ["EHLO probe.test", "AUTH LOGIN", "dXNlcg==", "c2VjcmV0LXdvcmQ=", "QUIT"]),
        ({"credentials": LOGIN}, [HI, PLAIN_OFFER, "504 no", "334 whatever", "334 ", "235 in", "221 x"],
         ["EHLO probe.test", f"AUTH PLAIN {BLOB}", "AUTH LOGIN", "dXNlcg==", "c2VjcmV0LXdvcmQ=", "QUIT"]),
        ({"credentials": LOGIN, "tls_mode": TlsMode.STARTTLS}, [HI, OFFER, "220 go", PLAIN_OFFER, "235 in", "221 x"],
         ["EHLO probe.test", "STARTTLS", SECURED, "EHLO probe.test", f"AUTH PLAIN {BLOB}", "QUIT"]),
        ({"credentials": LOGIN, "tls_mode": TlsMode.OPPORTUNISTIC}, [HI, PLAIN_OFFER, "235 in", "221 x"],
         ["EHLO probe.test", f"AUTH PLAIN {BLOB}", "QUIT"]),
        ({}, [HI, "502 what?", "250 x", "221 bye"], ["EHLO probe.test", "HELO probe.test", "QUIT"]),
        (MAIL, [HI, "250 x|SIZE 1000", "250 ok", "250 ok", "354 go", "250 ok", "221 bye"],
         ["EHLO probe.test", "MAIL FROM:<a@example.org> SIZE=20", "RCPT TO:<b@example.net>", "DATA",
          "Subject: x\r\n\r\n..dot\r\n.", "QUIT"]),
        ({**MAIL, "depth": Depth.RCPT}, [HI, "250 x|SIZE", "250 ok", "251 elsewhere", "221 bye"],
         ["EHLO probe.test", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "QUIT"]),
        ({**MAIL, "depth": Depth.MAIL, "sender": ""}, [HI, "250 x", "250 ok", "221 bye"],
         ["EHLO probe.test", "MAIL FROM:<>", "QUIT"]),
        ({**MAIL, "depth": Depth.MAIL, "sender": "jürgen@bücher.example"},
         [HI, "250 x|SMTPUTF8|8BITMIME", "250 ok", "221 bye"],
         ["EHLO probe.test", "MAIL FROM:<jürgen@xn--bcher-kva.example> BODY=8BITMIME SMTPUTF8", "QUIT"]),
    ],
)  # fmt: skip
def test_the_commands_of_a_conversation(settings: dict[str, Any], replies: list[str], said: list[str]) -> None:
    if said[-1:] == ["*"]:
        assert play(dialogue(**settings), *replies[:3]) == (said, None)
        return
    assert play(dialogue(**settings), *replies) == (said, Done())


NEEDS_TLS: dict[str, Any] = {"credentials": LOGIN, "tls_mode": TlsMode.STARTTLS}


@pytest.mark.parametrize(
    ("settings", "replies", "stage", "code", "send_quit"),
    [
        ({}, ["554 no"], Stage.GREETING, Code.SERVICE_UNAVAILABLE, True),
        ({}, ["220 FTP ready"], Stage.GREETING, Code.NOT_SMTP, False),
        ({}, ["220 LMTP ready"], Stage.GREETING, Code.NOT_SMTP, False),
        ({}, [HI, "421 bye"], Stage.EHLO, Code.SERVICE_UNAVAILABLE, True),
        ({}, [HI, "500 no", "550 no"], Stage.EHLO, Code.EHLO_REJECTED, True),
        (NEEDS_TLS, [HI, "502 no"], Stage.STARTTLS, Code.STARTTLS_NOT_OFFERED, True),
        (NEEDS_TLS, [HI, PLAIN_OFFER], Stage.STARTTLS, Code.STARTTLS_NOT_OFFERED, True),
        (NEEDS_TLS, [HI, OFFER, "454 no"], Stage.STARTTLS, Code.STARTTLS_REJECTED, True),
        (NEEDS_TLS, [HI, OFFER, "220 go", "250 x"], Stage.AUTH, Code.AUTH_NOT_OFFERED, True),
        ({"credentials": LOGIN}, [HI, "250 x|STARTTLS"], Stage.AUTH, Code.AUTH_REQUIRES_TLS, True),
        ({"credentials": LOGIN}, [HI, "250 x|AUTH NTLM"], Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED, True),
        ({"credentials": LOGIN, "mechanism": "CRAM-MD5"}, [HI, "250 x|AUTH PLAIN LOGIN"], Stage.AUTH,
         Code.AUTH_MECHANISM_UNSUPPORTED, True),
        ({"credentials": LOGIN}, [HI, PLAIN_OFFER, "535 no"], Stage.AUTH, Code.AUTH_REJECTED, True),
        ({"credentials": LOGIN}, [HI, PLAIN_OFFER, "504 no", "504 no"], Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED,
         True),
        ({"credentials": LOGIN}, [HI, PLAIN_OFFER, "504 no", "535 no"], Stage.AUTH, Code.AUTH_REJECTED, True),
        ({"credentials": LOGIN}, [HI, PLAIN_OFFER, "454 later"], Stage.AUTH, Code.AUTH_TEMPORARY_FAILURE, True),
        ({"credentials": LOGIN}, [HI, PLAIN_OFFER, "534 5.7.9 app password needed"], Stage.AUTH,
         Code.AUTH_APP_PASSWORD_REQUIRED, True),
        ({"credentials": LOGIN}, [HI, PLAIN_OFFER, "334 ", "250 hm"], Stage.AUTH, Code.PROTOCOL_ERROR, True),
        ({**MAIL, "recipient": "ü@example.org"}, [HI, "250 x"], Stage.MAIL, Code.SMTPUTF8_NOT_SUPPORTED, True),
        (MAIL, [HI, "250 x|SIZE 19"], Stage.MAIL, Code.MESSAGE_TOO_LARGE, True),
    ],
)  # fmt: skip
def test_how_a_conversation_ends(
    settings: dict[str, Any], replies: list[str], stage: Stage, code: Code, send_quit: bool
) -> None:
    _, done = play(dialogue(**settings), *replies)
    assert done is not None
    assert done.cause is not None
    assert (done.cause.stage, done.cause.code, done.send_quit) == (stage, code, send_quit)


@pytest.mark.parametrize(
    ("replies", "stage", "code"),
    [
        ([HI, "502 what?"], Stage.EHLO, Code.EHLO_REJECTED),  # HELO would follow
        ([HI, PLAIN_OFFER, "504 no"], Stage.AUTH, Code.AUTH_MECHANISM_UNSUPPORTED),  # LOGIN would follow
        ([HI, PLAIN_OFFER, "535 no"], Stage.AUTH, Code.AUTH_REJECTED),
    ],
)
def test_a_refusal_after_which_nothing_can_be_read_is_the_end(replies: list[str], stage: Stage, code: Code) -> None:
    talk = dialogue(credentials=LOGIN)
    talk.begin()
    for text in replies[:-1]:
        talk.received(reply(text))
    done = talk.received(reply(replies[-1]), last=True)
    assert isinstance(done, Done)
    assert done.cause is not None
    assert (done.cause.stage, done.cause.code, done.cause.reply) == (stage, code, reply(replies[-1]))
    assert talk.facts.mechanism in ("", "PLAIN")


def after_starttls() -> Dialogue:
    talk = dialogue(**NEEDS_TLS)
    talk.begin()
    talk.received(reply(HI))
    talk.received(reply(OFFER))
    return talk


def test_bytes_behind_the_220_to_starttls_are_an_attack() -> None:
    action = after_starttls().received(reply("220 go"), b"250-x\r\n")
    assert isinstance(action, Done)
    assert action.cause is not None
    assert (action.cause.code, action.send_quit) == (Code.STARTTLS_INJECTION, False)


def test_what_is_learned_before_tls_is_forgotten_inside_it() -> None:
    talk = after_starttls()
    talk.received(reply("220 go"))
    talk.secured()
    assert talk.facts.ehlo is None
    talk.received(reply("250 x|AUTH LOGIN"))
    assert talk.facts.mechanism == "LOGIN"


def test_a_reply_nobody_asked_for_ends_the_conversation() -> None:
    talk = dialogue()
    talk.begin()
    action = talk.received(reply(HI), b"250 x\r\n")
    assert isinstance(action, Done)
    assert action.cause is not None
    assert (action.cause.stage, action.cause.code) == (Stage.GREETING, Code.PROTOCOL_ERROR)


def test_a_421_may_come_unasked() -> None:
    talk = dialogue()
    talk.begin()
    assert talk.received(reply(HI), b"421 x\r\n") == Wait(Stage.EHLO)
    action = talk.received(reply("421 x"))
    assert isinstance(action, Done)
    assert action.cause is not None
    assert action.cause.code is Code.SERVICE_UNAVAILABLE


def test_what_comes_behind_a_refusal_changes_nothing() -> None:
    talk = dialogue()
    talk.begin()
    action = talk.received(reply("554 no"), b"421 bye\r\n")
    assert isinstance(action, Done)
    assert action.cause is not None
    assert action.cause.reply == reply("554 no")


def test_the_password_is_in_no_representation() -> None:
    talk = dialogue(credentials=LOGIN)
    talk.begin()
    talk.received(reply(HI))
    action = talk.received(reply(PLAIN_OFFER))
    assert isinstance(action, Send)
    assert action.credentials
    assert "secret-word" not in action.shown
    assert BLOB not in action.shown
    assert BLOB not in repr(action)
    assert "secret-word" not in repr(talk)


def test_every_row_of_the_table_is_reachable() -> None:
    awaited = {state for state, _ in _TABLE}
    assert awaited == set(State) - {State.START, State.HANDSHAKE, State.QUIT, State.OVER}


codes = st.sampled_from([220, 221, 235, 250, 251, 334, 354, 421, 450, 454, 500, 501, 502, 504, 530, 534, 535, 550, 554])
texts = st.sampled_from(
    [
        ("x",),
        ("x", "STARTTLS", "AUTH PLAIN LOGIN"),
        ("x", "AUTH LOGIN", "SMTPUTF8", "SIZE 99"),
        ("x", "AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 CRAM-MD5 LOGIN XOAUTH2"),
        ("PDE+",),  # a challenge
        ("",),
    ]
)


@given(
    st.sampled_from(list(TlsMode)),
    st.sampled_from(list(Depth)),
    st.booleans(),
    st.lists(st.tuples(codes, texts), max_size=40),
)
def test_no_server_makes_us_send_secrets_in_clear(
    mode: TlsMode, depth: Depth, login: bool, replies: list[tuple[int, tuple[str, ...]]]
) -> None:
    talk = dialogue(**MAIL | {"tls_mode": mode, "depth": depth, "credentials": LOGIN if login else None})
    secure, offered, rejected = False, False, False
    action = talk.begin()
    left = iter(replies)
    for _ in range(60):
        if isinstance(action, Done):
            break
        if isinstance(action, Secure):
            secure = True
            action = talk.secured(lambda: Binding("tls-exporter", b"x"))
            continue
        assert isinstance(action, Wait | Send)
        if isinstance(action, Send):
            if action.credentials:
                assert secure or mode is TlsMode.NONE or (mode is TlsMode.OPPORTUNISTIC and not offered)
            if action.data.startswith((b"AUTH", b"MAIL")) and mode not in (TlsMode.NONE, TlsMode.OPPORTUNISTIC):
                assert secure
            assert not (rejected and action.data.startswith(b"AUTH"))
        code, lines = next(left, (554, ("x",)))
        offered = offered or (code == 250 and "STARTTLS" in lines)
        rejected = rejected or (code == 535 and action.stage is Stage.AUTH)
        action = talk.received(Reply(code, lines))
    else:
        pytest.fail("the conversation has no end")


def test_a_cause_says_whether_its_reason_is_known_and_by_which_words() -> None:
    _, done = play(dialogue(**MAIL), HI, "250 x", "550 5.7.1 IP address is blacklisted")
    assert done is not None
    assert done.cause is not None
    assert (done.cause.code, done.cause.recognised) == (Code.CLIENT_IP_BLOCKED, True)
    assert "blacklisted" in done.cause.words
    _, done = play(dialogue(**MAIL), HI, "250 x", "550 5.7.1 No")
    assert done is not None
    assert done.cause is not None
    assert (done.cause.code, done.cause.recognised, done.cause.words) == (Code.SENDER_REJECTED, False, "")


def test_after_a_login_nobody_is_told_to_log_in() -> None:
    talk = dialogue(credentials=LOGIN, **MAIL)
    _, done = play(talk, "220 hi there", PLAIN_OFFER, "235 ok", "530 5.7.0 Authentication required")
    assert done is not None
    assert done.cause is not None
    assert done.cause.code is not Code.AUTH_REQUIRED
    assert talk.facts.logged_in
    assert talk.facts.greeting == "hi there"
    talk = dialogue(**MAIL)
    _, done = play(talk, HI, PLAIN_OFFER, "530 5.7.0 Authentication required")
    assert done is not None
    assert done.cause is not None
    assert done.cause.code is Code.AUTH_REQUIRED
    assert not talk.facts.logged_in


def test_a_refused_login_says_whether_its_reason_is_known() -> None:
    for text, code, recognised in (
        ("535 5.7.8 Error: authentication failed", Code.AUTH_REJECTED, True),
        ("535 No", Code.AUTH_REJECTED, False),
        ("535 Your password has expired", Code.AUTH_PASSWORD_EXPIRED, True),
    ):
        _, done = play(dialogue(credentials=LOGIN, depth=Depth.AUTH), HI, PLAIN_OFFER, text)
        assert done is not None
        assert done.cause is not None
        assert (done.cause.code, done.cause.recognised) == (code, recognised)
