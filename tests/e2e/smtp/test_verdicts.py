"""What the probe makes of servers that misbehave: one row a behaviour, a real connection each.

FIELD_5_2 holds all cases of the fake mail server's SMTP part. Of its 50 two kinds can't do to us what they do to other
clients: `rset/*` (seven answers to a RSET after a refused EHLO; we never say RSET) and `quit/*` (seven answers to the
QUIT after a refused greeting; we say QUIT and don't wait). Their rows show just that: the verdict stays the greeting's
or EHLO's, and no RSET is ever heard.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from clock_support.loop import WaitedClock
from mailproof.smtp.report import Report
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage, TlsMode
from smtp_support import pki
from smtp_support.probing import LOGIN, PASSWORD, run
from smtp_support.scripted import EHLO_CLEAR, Do, Part, Script, Turns, raw, serve, smtp

GOOD = "good"
NONE: dict[str, Any] = {"tls_mode": TlsMode.NONE}
OPPORTUNISTIC: dict[str, Any] = {"tls_mode": TlsMode.OPPORTUNISTIC}
MAIL: dict[str, Any] = {"depth": Depth.DATA, "sender": "a@example.org", "recipient": "b@example.net"}
CLEAR: dict[str, Any] = {"ehlo": EHLO_CLEAR}
SHORT: dict[str, Any] = {"timeout": 0.3}


@dataclass(frozen=True)
class Case:
    name: str
    script: Script
    code: Code
    stage: Stage
    plan: dict[str, Any] = field(default_factory=dict)
    never: tuple[str, ...] = ()  # verbs that must not have been sent
    evidence: int = 0
    drips: bool = False


def case(name: str, script: Script, code: Code, stage: Stage, plan: dict[str, Any] | None = None, **more: Any) -> Any:
    return pytest.param(Case(name, script, code, stage, plan or {}, **more), id=name)


def at(verb: str, *parts: Any, **settings: Any) -> Script:
    answers = Turns(parts) if isinstance(parts[0], tuple) else parts
    return smtp(context=pki.good(), replies={verb: answers}, **settings)


def greeting(*parts: Part) -> Script:
    return smtp(context=pki.good(), greeting=parts)


def starttls(*parts: Part, **settings: Any) -> Script:
    return smtp(context=pki.good(), starttls=parts, **settings)


SECRETS = ("AUTH", "MAIL")
G, E, S, T, A = Stage.GREETING, Stage.EHLO, Stage.STARTTLS, Stage.TLS, Stage.AUTH
M, R, D = Stage.MAIL, Stage.RCPT, Stage.DATA

# Codes of refusals that may give no reason; then no advice goes beyond the command.
WITHOUT_REASON = {Code.EHLO_REJECTED, Code.SENDER_REJECTED, Code.RECIPIENT_REJECTED, Code.MESSAGE_REJECTED}

FIELD_5_2 = [  # the cases of the fake mail server of "Why TLS is better without STARTTLS"
    case("EHLO ignored inside TLS", at("EHLO", ("250-x", "250 STARTTLS"), (Do.SILENCE,)), Code.TIMEOUT, E,
         {"timeout": 0.5}, never=SECRETS),
    case("response injection behind the 220", starttls(b"220 go\r\n250-x\r\n250 AUTH LOGIN\r\n", Do.TLS),
         Code.STARTTLS_INJECTION, S, never=SECRETS),
    case("response injection in a segment of its own",
         starttls("220 go", 0.05, b"250-x\r\n250 AUTH LOGIN\r\n", Do.SILENCE), Code.STARTTLS_INJECTION, S,
         never=SECRETS),
    case("pretends to be older than ESMTP", at("EHLO", "502 what?"), Code.STARTTLS_NOT_OFFERED, S,
         never=("HELO", *SECRETS)),
    case("STARTTLS stripped, AUTH in clear", smtp(**CLEAR), Code.STARTTLS_NOT_OFFERED, S, never=SECRETS),
    case("STARTTLS answered 502", starttls("502 no"), Code.STARTTLS_REJECTED, S, never=SECRETS, evidence=502),
    case("STARTTLS answered 454", starttls("454 4.7.0 not now"), Code.STARTTLS_REJECTED, S, never=SECRETS,
         evidence=454),
    case("STARTTLS answered 354", starttls("354 go on"), Code.PROTOCOL_ERROR, S, never=SECRETS),
    *(case(f"STARTTLS answered {reply}", starttls(f"{reply} x"), code, S, never=SECRETS)
      for reply, code in ((221, Code.PROTOCOL_ERROR), (421, Code.SERVICE_UNAVAILABLE), (500, Code.STARTTLS_REJECTED),
                          (501, Code.STARTTLS_REJECTED), (530, Code.STARTTLS_REJECTED))),
    case("STARTTLS answered 220, then clear text", starttls("220 go", 0.05, "500 what?", Do.SILENCE),
         Code.TLS_HANDSHAKE_FAILED, T, never=SECRETS),
    case("STARTTLS answered 220, then silence", starttls("220 go", Do.SILENCE), Code.TIMEOUT, T, SHORT, never=SECRETS),
    case("60 mechanisms in clear",
         smtp(ehlo=["250-x", "250 AUTH " + " ".join(f"MECHANISM-{n}" for n in range(64))]),
         Code.STARTTLS_NOT_OFFERED, S, never=SECRETS),
    *(case(f"greeting {reply}", greeting(f"{reply} x"), code, G, never=("EHLO", *SECRETS), evidence=reply)
      for reply, code in ((221, Code.PROTOCOL_ERROR), (354, Code.PROTOCOL_ERROR), (421, Code.SERVICE_UNAVAILABLE),
                          (450, Code.TEMPORARY_FAILURE), (500, Code.PROTOCOL_ERROR), (501, Code.PROTOCOL_ERROR),
                          (530, Code.PROTOCOL_ERROR), (554, Code.SERVICE_UNAVAILABLE))),
    *(case(f"EHLO answered {reply}", at("EHLO", f"{reply} x"), code, stage, never=SECRETS)
      for reply, code, stage in ((220, Code.PROTOCOL_ERROR, E), (221, Code.PROTOCOL_ERROR, E),
                                 (354, Code.PROTOCOL_ERROR, E), (421, Code.SERVICE_UNAVAILABLE, E),
                                 (500, Code.STARTTLS_NOT_OFFERED, S), (501, Code.EHLO_REJECTED, E),
                                 (502, Code.STARTTLS_NOT_OFFERED, S), (504, Code.EHLO_REJECTED, E),
                                 (530, Code.TLS_REQUIRED, E), (550, Code.EHLO_REJECTED, E))),
    *(case(f"greeting 500, QUIT answered {reply}",
           smtp(greeting=["500 x"], replies={"QUIT": [f"{reply} x"]}), Code.PROTOCOL_ERROR, G,
           never=("EHLO", *SECRETS), evidence=500)
      for reply in (220, 221, 354, 421, 500, 501, 530)),
    *(case(f"EHLO 500, RSET answered {reply}",
           smtp(replies={"EHLO": ["500 x"], "HELO": ["500 x"], "RSET": [f"{reply} x"]}), Code.EHLO_REJECTED, E,
           {**OPPORTUNISTIC, **MAIL}, never=SECRETS, evidence=500)
      for reply in (220, 221, 250, 354, 421, 500, 501)),
    case("EHLO without any extension", at("EHLO", "250 x"), Code.STARTTLS_NOT_OFFERED, S, never=SECRETS),
    *(case(f"EHLO 500, HELO {reply}", smtp(replies={"EHLO": ["500 x"], "HELO": [f"{reply} x"]}), code, E,
           {**OPPORTUNISTIC, **MAIL}, never=SECRETS)
      for reply, code in ((220, Code.PROTOCOL_ERROR), (221, Code.PROTOCOL_ERROR), (354, Code.PROTOCOL_ERROR),
                          (421, Code.SERVICE_UNAVAILABLE), (500, Code.EHLO_REJECTED), (501, Code.EHLO_REJECTED),
                          (530, Code.TLS_REQUIRED))),
    case("EHLO without STARTTLS", at("EHLO", *EHLO_CLEAR), Code.STARTTLS_NOT_OFFERED, S, never=SECRETS),
    case("SCRAM in clear, inside TLS nothing that we speak",
         smtp(context=pki.good(), ehlo=["250-x", "250-STARTTLS", "250 AUTH SCRAM-SHA-256 PLAIN"],
              ehlo_tls=["250-x", "250 AUTH NTLM"]),
         Code.AUTH_MECHANISM_UNSUPPORTED, A, {"credentials": LOGIN}, never=SECRETS),
    case("STARTTLS offered again inside TLS", smtp(context=pki.good(), ehlo_tls=["250-x", "250-STARTTLS", "250 HELP"]),
         Code.AUTH_NOT_OFFERED, A, {"credentials": LOGIN}, never=SECRETS),
    case("421 inside the EHLO reply", at("EHLO", "250-x", "421 4.3.2 going down", Do.CLOSE), Code.PROTOCOL_ERROR, E,
         never=SECRETS),
    case("AUTH gone inside TLS", smtp(context=pki.good(), ehlo_tls=["250-x", "250 HELP"]), Code.AUTH_NOT_OFFERED, A,
         {"credentials": LOGIN}, never=SECRETS),
    case("STARTTLS offered, AUTH not in clear", smtp(), Code.AUTH_REQUIRES_TLS, A, {**NONE, "credentials": LOGIN},
         never=SECRETS),
    case("opportunistic: STARTTLS offered and refused",
         starttls("454 no", ehlo=("250-x", "250-STARTTLS", "250 AUTH PLAIN")),
         Code.STARTTLS_REJECTED, S, {**OPPORTUNISTIC, "credentials": LOGIN}, never=SECRETS),
]  # fmt: skip

NOT_SMTP = [
    *(case(f"{name} greeting", raw(words), Code.NOT_SMTP, G, NONE)
      for name, words in (("HTTP", b"HTTP/1.1 400 Bad Request\r\n\r\n"), ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n"),
                          ("IMAP", b"* OK [CAPABILITY IMAP4rev1] ready\r\n"), ("POP3", b"+OK ready <1@x>\r\n"),
                          ("FTP", b"220 (vsFTPd 3.0.5)\r\n"), ("FTP in words", b"220 ProFTPD Server ready.\r\n"),
                          ("LMTP", b"220 mail.test LMTP ready\r\n"), ("NNTP", b"200 news.test ready\r\n"),
                          ("MySQL", b"J\0\0\0\x0a8.0.36\0"), ("binary", bytes(range(256))),
                          ("one byte", b"\0"))),
    case("HTTP on the implicit port", raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Code.NOT_SMTP, T,
         {"tls_mode": TlsMode.IMPLICIT}),
    case("FTP on the implicit port", raw(b"220 FTP ready\r\n"), Code.NOT_SMTP, T, {"tls_mode": TlsMode.IMPLICIT}),
    case("plain SMTP on the implicit port", smtp(), Code.WRONG_TLS_MODE_USE_STARTTLS, T,
         {"tls_mode": TlsMode.IMPLICIT}),
    case("plain refusal on the implicit port", raw("421 too busy"), Code.WRONG_TLS_MODE_USE_STARTTLS, T,
         {"tls_mode": TlsMode.IMPLICIT}),
    case("TLS alert in place of a greeting", raw(b"\x15\x03\x01\0\x02\x02\x28", Do.SILENCE),
         Code.WRONG_TLS_MODE_USE_IMPLICIT, G),
]  # fmt: skip

BROKEN = [
    case("silence before the greeting", raw(Do.SILENCE), Code.TIMEOUT, G, SHORT),
    case("silence after EHLO", at("EHLO", Do.SILENCE), Code.TIMEOUT, E, SHORT),
    case("silence after STARTTLS", at("STARTTLS", Do.SILENCE), Code.TIMEOUT, S, SHORT),
    case("silence after AUTH", at("AUTH", Do.SILENCE), Code.TIMEOUT, A, {"timeout": 0.5, "credentials": LOGIN}),
    case("silence after the message", at(".", Do.SILENCE), Code.TIMEOUT, D, {"timeout": 0.5, **MAIL}),
    case("a drip for a greeting", raw(*(part for _ in range(400) for part in (b"220-x\r\n", 0.05))), Code.TIMEOUT, G,
         {"timeout": 0.5}, drips=True),
    case("a drip inside a line", raw(*(part for _ in range(400) for part in (b"2", 0.2, b"2", 0.2, b"0-", 0.2))),
         Code.TIMEOUT, G, {"timeout": 0.5}, drips=True),
    case("closed before the greeting", raw(Do.CLOSE), Code.CONNECTION_CLOSED, G),
    case("closed after EHLO", at("EHLO", Do.CLOSE), Code.CONNECTION_CLOSED, E),
    case("closed after STARTTLS", at("STARTTLS", Do.CLOSE), Code.CONNECTION_CLOSED, S),
    case("closed in place of the handshake", starttls("220 go", 0.05, Do.CLOSE), Code.CONNECTION_CLOSED, T),
    case("closed after AUTH", at("AUTH", Do.CLOSE), Code.CONNECTION_CLOSED, A, {"credentials": LOGIN}),
    case("closed in the middle of a success", at("MAIL", b"250 2.0", Do.CLOSE), Code.CONNECTION_CLOSED, M, MAIL),
    case("closed after the message", at(".", Do.CLOSE), Code.CONNECTION_CLOSED, D, MAIL),
    case("reset before the greeting", raw(0.05, Do.RESET), Code.CONNECTION_RESET, G),
    case("reset after EHLO", at("EHLO", Do.RESET), Code.CONNECTION_RESET, E),
    case("a line without an end", raw(b"220 " + b"x" * 5000), Code.RESPONSE_TOO_LARGE, G),
    case("a reply without an end", raw(b"220-x\r\n" * 500), Code.RESPONSE_TOO_LARGE, G),
    case("different codes in one reply", raw(b"220-x\r\n250 y\r\n"), Code.PROTOCOL_ERROR, G),
    case("garbage after the greeting", at("EHLO", b"\0\xff\xfe garbage\r\n"), Code.PROTOCOL_ERROR, E),
    case("two greetings", greeting("220 a", "220 b"), Code.PROTOCOL_ERROR, G, never=("EHLO",)),
    case("a reply to no command", at("EHLO", "250 x", "250 y"), Code.PROTOCOL_ERROR, E, {**NONE, **MAIL}),
    case("421 behind the EHLO reply", at("EHLO", "250 x", "421 4.3.2 going down", Do.CLOSE), Code.SERVICE_UNAVAILABLE,
         M, {**NONE, **MAIL}, never=("MAIL",), evidence=421),
    case("421 while the client thinks", at("EHLO", "250 x", 0.0, "421 4.4.2 idle", Do.CLOSE),
         Code.SERVICE_UNAVAILABLE, M, {**NONE, **MAIL}, evidence=421),
    case("a refusal in a line without an end", at("MAIL", b"550 5.7.1 no " + b"x" * 9000, Do.SILENCE),
         Code.SENDER_REJECTED, M, {**NONE, **MAIL}, evidence=550),
    case("a refusal of too many lines", at("MAIL", b"550-5.7.1 no\r\n" * 500, Do.SILENCE), Code.SENDER_REJECTED, M,
         {**NONE, **MAIL}, evidence=550),
    case("an endless refusal", greeting(b"554-5.7.1 no\r\n" * 40_000, Do.SILENCE), Code.SERVICE_UNAVAILABLE, G,
         evidence=554),
    case("a refusal that the time ends", greeting("554-5.7.1 you are blocked", "554-see", Do.SILENCE),
         Code.CLIENT_IP_BLOCKED, G, SHORT, evidence=554),
    case("a refusal that the time ends in its line", at("EHLO", b"550 5.7.1 no su", Do.SILENCE), Code.EHLO_REJECTED, E,
         SHORT, evidence=550),
    case("a drip inside a refusal", raw(*(part for _ in range(400) for part in (b"554-x\r\n", 0.05))),
         Code.SERVICE_UNAVAILABLE, G, {"timeout": 0.5}, drips=True, evidence=554),
    case("EHLO unknown, and then silence", at("EHLO", "502-what", Do.SILENCE), Code.EHLO_REJECTED, E,
         {**SHORT, **NONE}, evidence=502, never=("HELO",)),
    case("another code within a refusal", at("MAIL", "550-5.7.1 no", "250 yes"), Code.SENDER_REJECTED, M,
         {**NONE, **MAIL}, evidence=550),
    case("garbage within a refusal", at("MAIL", "550-5.7.1 no", "what?"), Code.SENDER_REJECTED, M,
         {**NONE, **MAIL}, evidence=550),
    case("EHLO inside TLS answered 421", at("EHLO", ("250-x", "250 STARTTLS"), ("421 4.3.2 going down", Do.CLOSE)),
         Code.SERVICE_UNAVAILABLE, E, evidence=421),
]  # fmt: skip

AUTHENTICATED = {"credentials": LOGIN}
AUTH = [
    *(case(f"AUTH answered {reply}", at("AUTH", *(reply if isinstance(reply, tuple) else (reply,))), code, A,
           AUTHENTICATED)
      for reply, code in (
          ("535 5.7.8 no", Code.AUTH_REJECTED),
          (("535 5.7.8 no", Do.CLOSE), Code.AUTH_REJECTED),
          (("535-5.7.8 no", b"535 5.7.8 see http", Do.CLOSE), Code.AUTH_REJECTED),
          (("535-5.7.8 no", Do.CLOSE), Code.AUTH_REJECTED),
          (("535 5.7.8 no", "421 4.7.0 bye", Do.CLOSE), Code.AUTH_REJECTED),
          (("535-5.7.8 no", "421 4.7.0 bye", Do.CLOSE), Code.AUTH_REJECTED),
          (("504-5.5.4 no", Do.CLOSE), Code.AUTH_MECHANISM_UNSUPPORTED),
          ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
           Code.AUTH_BASIC_DISABLED),
          ("550 5.7.30 Basic authentication is not supported for Client Submission.", Code.AUTH_BASIC_DISABLED),
          ("535 5.7.3 Authentication unsuccessful", Code.AUTH_REJECTED),
          (("534-5.7.9 Application-specific password required. Learn more at",
            "534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor"), Code.AUTH_APP_PASSWORD_REQUIRED),
          (("534-5.7.14 <https://accounts.google.com/signin/continue?sarp=1>",
            "534-5.7.14 Please log in via your web browser",
            "534 5.7.14 and then try again."), Code.AUTH_WEB_LOGIN_REQUIRED),
          ("454 4.7.0 Temporary authentication failure", Code.AUTH_TEMPORARY_FAILURE),
          ("454 4.7.0 Too many login attempts, please try again later.", Code.AUTH_TOO_MANY_ATTEMPTS),
          ("432 4.7.12 A password transition is needed", Code.AUTH_PASSWORD_EXPIRED),
          ("503 5.5.1 Error: authentication not enabled", Code.AUTH_NOT_ENABLED),
          ("502 5.5.1 Command not implemented", Code.AUTH_NOT_ENABLED),
          ("538 5.7.11 Encryption required", Code.AUTH_REJECTED),
          ("525 5.7.13 User account disabled", Code.ACCOUNT_RESTRICTED),
          ("504 5.7.4 Unrecognized authentication type", Code.AUTH_MECHANISM_UNSUPPORTED),
          ("250 fine", Code.PROTOCOL_ERROR),
          ("421 4.7.0 Too many errors", Code.AUTH_TOO_MANY_ATTEMPTS),
          ("421 4.3.2 Too many concurrent connections", Code.TOO_MANY_CONNECTIONS),
      )),
    case("535 in a line that is too long", at("AUTH", b"535 5.7.8 no " + b"x" * 5000, "", Do.CLOSE),
         Code.AUTH_REJECTED, A, AUTHENTICATED, evidence=535),
    case("504 in a line that is too long, twice", at("AUTH", b"504 5.5.4 no " + b"x" * 5000, ""),
         Code.AUTH_MECHANISM_UNSUPPORTED, A, AUTHENTICATED, evidence=504),
    case("530 to AUTH in clear", smtp(**CLEAR, replies={"AUTH": ["530 5.7.0 Must issue a STARTTLS command first"]}),
         Code.AUTH_REQUIRES_TLS, A, {**NONE, **AUTHENTICATED}),
    case("only mechanisms we can't speak", smtp(context=pki.good(), ehlo_tls=["250-x", "250 AUTH GSSAPI NTLM"]),
         Code.AUTH_MECHANISM_UNSUPPORTED, A, AUTHENTICATED, never=SECRETS),
    case("a wrong password", smtp(context=pki.good(), password="another"), Code.AUTH_REJECTED, A, AUTHENTICATED,
         evidence=535),
]  # fmt: skip

ENVELOPE = [
    *(case(f"{verb} answered {reply}", at(verb, reply), code, stage, MAIL)
      for verb, stage, reply, code in (
          ("MAIL", M, "530 5.7.0 Authentication Required. Learn more", Code.AUTH_REQUIRED),
          ("MAIL", M, "550 5.7.1 sender not welcome", Code.SENDER_REJECTED),
          ("MAIL", M, "553 5.1.8 domain does not exist", Code.SENDER_DOMAIN_NOT_FOUND),
          ("MAIL", M, "552 5.3.4 message too big", Code.MESSAGE_TOO_LARGE),
          ("MAIL", M, "451 4.3.0 try later", Code.TEMPORARY_FAILURE),
          ("MAIL", M, "450 4.1.8 <a@example.org>: Sender address rejected: Domain not found",
           Code.SENDER_DOMAIN_NOT_FOUND),
          ("MAIL", M, "354 go on", Code.PROTOCOL_ERROR),
          ("RCPT", R, "554 5.7.1 <b@example.net>: Relay access denied", Code.RELAY_DENIED),
          ("RCPT", R, "454 4.7.1 <b@example.net>: Relay access denied", Code.RELAY_DENIED),
          ("RCPT", R, "550 5.7.1 Unable to relay", Code.RELAY_DENIED),
          ("RCPT", R, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", Code.RELAY_DENIED),
          ("RCPT", R, "550 5.1.1 no such user", Code.RECIPIENT_REJECTED),
          ("RCPT", R, "553 5.1.3 bad address", Code.RECIPIENT_REJECTED),
          ("RCPT", R, "450 4.2.0 Greylisted, see http://postgrey.test", Code.GREYLISTED),
          ("RCPT", R, "452 4.2.2 over quota", Code.MAILBOX_FULL),
          ("RCPT", R, "552 5.2.2 mailbox full", Code.MAILBOX_FULL),
          ("RCPT", R, "451 4.7.1 try again", Code.TEMPORARY_FAILURE),
          ("RCPT", R, "450 4.7.1 <x>: Helo command rejected: Host not found", Code.EHLO_REJECTED),
          ("RCPT", R, "504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname", Code.EHLO_REJECTED),
          ("RCPT", R, "530 5.7.57 Client was not authenticated to send anonymous mail", Code.AUTH_REQUIRED),
          ("DATA", D, "554 5.5.1 no valid recipients", Code.RECIPIENT_REJECTED),
          ("DATA", D, "250 fine", Code.PROTOCOL_ERROR),
          (".", D, "554 5.7.1 Message rejected: Email address is not verified.", Code.SENDER_NOT_VERIFIED),
          (".", D, "554 5.2.252 SendAsDenied; a@example.org not allowed to send as", Code.SENDER_NOT_OWNED),
          (".", D, "552 5.3.4 too big", Code.MESSAGE_TOO_LARGE),
          (".", D, "550 5.7.1 spam", Code.CONTENT_REJECTED),
          (".", D, "451 4.7.1 Greylisting in action", Code.GREYLISTED),
          (".", D, "421 4.4.5 too busy", Code.SERVICE_UNAVAILABLE),
      )),
    case("530 to MAIL in clear", smtp(replies={"MAIL": ["530 5.7.0 Must issue a STARTTLS command first"]}),
         Code.TLS_REQUIRED, M, {**NONE, **MAIL}),
    case("no SMTPUTF8", smtp(), Code.SMTPUTF8_NOT_SUPPORTED, M, {**NONE, **MAIL, "recipient": "jürgen@example.net"},
         never=("MAIL",)),
    case("SIZE below the test message", smtp(ehlo=["250-x", "250 SIZE 100"]), Code.MESSAGE_TOO_LARGE, M,
         {**NONE, **MAIL}, never=("MAIL",)),
]  # fmt: skip


@pytest.mark.parametrize("row", [*FIELD_5_2, *NOT_SMTP, *BROKEN, *AUTH, *ENVELOPE])
def test_the_root_cause_is_named(row: Case) -> None:
    clock = None if row.drips else WaitedClock(slowness=4)
    with serve(row.script) as served:
        report = run(served.port, loop_factory=clock, **row.plan)
    assert (report.code, report.stage) == (row.code, row.stage), report
    assert report.outcome is Outcome.FAIL
    assert report.steps[-1].code is row.code
    assert report.steps[-1].stage is row.stage
    assert report.message
    assert report.advice or row.code in WITHOUT_REASON
    assert report.findings[0].code is row.code
    if row.evidence:
        assert report.evidence.reply_code == row.evidence
    verbs = {verb for peer in served.peers for verb in peer.verbs}
    assert not verbs & {"RSET", *row.never}
    assert all(peer.verbs.count("STARTTLS") <= 1 for peer in served.peers)
    no_leak(report)
    if row.code is Code.NOT_SMTP:
        assert not report.evidence.text
        assert not any(step.received for step in report.steps if step.stage in (G, T))


EVERY_EXTENSION = (
    "8BITMIME", "ATRN", "AUTH=PLAIN LOGIN", "BINARYMIME", "BURL imap", "CHECKPOINT", "CHUNKING", "CONPERM", "CONNEG",
    "DELIVERBY", "DSN", "ENHANCEDSTATUSCODES", "ETRN", "EXPN", "FUTURERELEASE 604800 2038-01-19T03:14:07Z", "HELP",
    "LIMITS RCPTMAX=20", "MT-PRIORITY MIXER", "MTRK", "NO-SOLICITING net.example:ADV", "PIPELINING", "REQUIRETLS",
    "RRVS", "SIZE 52428800", "SMTPUTF8", "SUBMITTER", "TURN", "UTF8SMTP", "VERB", "X-UNKNOWN a=b",
)  # fmt: skip


def test_every_extension_at_once_does_no_harm() -> None:  # FIELD_5_2's ehlo/250-all, greeting/220 and setup
    before = ["250-mail.test", *(f"250-{name}" for name in EVERY_EXTENSION), "250 STARTTLS"]
    inside = ["250-mail.test", *(f"250-{name}" for name in EVERY_EXTENSION), "250 AUTH PLAIN LOGIN"]
    with serve(smtp(context=pki.good(), ehlo=before, ehlo_tls=inside)) as served:
        report = run(served.port, credentials=LOGIN, **MAIL)
    assert report.outcome is Outcome.OK, report
    assert report.ehlo is not None
    assert {name.partition(" ")[0].partition("=")[0] for name in EVERY_EXTENSION} <= set(report.ehlo.extensions)
    peer = served.peer
    assert peer.secure_from is not None
    assert all(peer.verbs.index(verb) >= peer.secure_from for verb in SECRETS)
    no_leak(report)


def no_leak(report: Report) -> None:
    """The password shows nowhere, nor does a control character."""
    import base64

    shown = repr(report)
    assert PASSWORD not in shown
    assert base64.b64encode(PASSWORD.encode()).decode().rstrip("=") not in shown
    assert base64.b64encode(f"\0user\0{PASSWORD}".encode()).decode().rstrip("=") not in shown
    assert report.message.isprintable()
    assert report.advice.isprintable()
    for text in (report.evidence.text, *(s.received + s.sent for s in report.steps)):  # replies keep their lines
        assert text.replace("\n", "").isprintable()
