"""Cuts a server's refusal out of what people paste, and judges it as a test would.

That is a bare reply, a log's line, a transcript or another program's exception. Where the text has several refusals,
the first one counts: the others are its echoes. What is pasted is hostile: it is bounded and cleaned first, and no
expression here has a repetition within a repetition. Pure.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from mailproof.smtp.refusals.judgement import Circumstances, Judgement, judge
from mailproof.smtp.sanitize import clean
from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import Reply, enhanced_code

MAX_PASTED = 16 * 1024
"""Bytes of a pasted text that are read."""

MAX_LINE = 1000
"""Characters of one line of it that are read."""

_DIGITS = r"(?P<code>[45][0-5][0-9]|571|334)"  # RFC 5321 section 4.2.1; 571 of address block lists; 334 with an error
_NO_UNIT = r"(?!\s*(?:ms|msecs?|milliseconds?|s|secs?|seconds?|bytes|kB|MB)\b)"
_REPLIES = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        # Python's exceptions: (535, b'5.7.8 …')
        rf"\(\s*{_DIGITS}\s*,\s*b?(?P<quote>['\"])",
        # lettre: permanent error (535): 5.7.8 …
        rf"\berror \({_DIGITS}\):?[ ]?",
        # With an enhanced status code, wherever it stands.
        rf"(?<![\w.]){_DIGITS}[ :-]+(?=[245]\.[0-9]{{1,3}}\.[0-9]{{1,3}}\b)",
        # Without one: at the beginning of a line, or behind a sign that programs put before replies.
        rf"(?:^|[:>=<~*(\"']|\bsaid|\bcode)[ \t]*{_DIGITS}{_NO_UNIT}(?:[ :-]|(?=[\s\"')]*$))",
    )
)
_WITHOUT_CODE = re.compile(r"(?:^|response was: )[ \t]*(?P<enhanced>[45]\.[0-9]{1,3}\.[0-9]{1,3})\b", re.MULTILINE)
_PHP = re.compile(r"SMTP code: (?P<code>[45][0-9]{2})(?:[ ]*Additional SMTP info: (?P<enhanced>[0-9.]+))?")

# System.Net.Mail.SmtpStatusCode -> the code that .NET leaves out of its sentences.
_DOTNET = (
    ("requires a secure connection or the client was not authenticated", 530),
    ("Mailbox unavailable", 550),
    ("Mailbox name not allowed", 553),
    ("Transaction failed", 554),
    ("Exceeded storage allocation", 552),
    ("Service not available, closing transmission channel", 421),
    ("Insufficient system storage", 452),
    ("Error in processing", 451),
    ("does not have permission to submit mail", 454),
)

# Words by which programs name the command that was refused -> its stage.
_COMMANDS: tuple[tuple[str, Stage], ...] = (
    ("refused to talk to me|after initial connection|greeting|SMTPConnectError", Stage.GREETING),
    ("in reply to STARTTLS|refused to start TLS|STARTTLS denied|connection with STARTTLS", Stage.STARTTLS),
    ("in reply to (?:EHLO|HELO)|after (?:pipelined )?(?:EHLO|HELO)|SMTPHeloError|Invalid HELO", Stage.EHLO),
    (
        (
            r"in reply to AUTH|SASL authentication failed|Invalid login|SMTPAuthenticationError|\bEAUTH\b"
            r"|AuthenticationFailedException|AuthenticationException|Could not authenticate|authenticator failed"
            r"|Failed to authenticate|authentication failed \(method|(?:AUTH|Password|User ?name) command failed"
        ),
        Stage.AUTH,
    ),
    (
        (
            "end of DATA|in reply to DATA|after DATA|DATA END command|DATA command failed|Message failed"
            "|SMTPDataError|data not accepted|did not accept the mail|DATA failed"
        ),
        Stage.DATA,
    ),
    (
        (
            "in reply to RCPT|after (?:pipelined )?RCPT TO|(?:RCPT TO|Recipient) command failed"
            "|recipients were rejected|SMTPRecipientsRefused|SMTPAddressFailedException|rejected RCPT"
            r"|recipient address [^\n]{0,300} not accepted|following recipients failed|RCPT failed"
        ),
        Stage.RCPT,
    ),
    (
        (
            "in reply to MAIL|after (?:pipelined )?MAIL FROM|(?:MAIL FROM|Mail) command failed|MAIL failed"
            r"|SMTPSenderRefused|SMTPSenderFailedException|envelope from address [^\n]{0,300} not accepted"
            "|From address failed"
        ),
        Stage.MAIL,
    ),
)

# Commands in a transcript; the last one before the reply is the one that was refused.
_TRANSCRIPT = re.compile(
    r"\b(?:(AUTH) [A-Z]|(MAIL) FROM:|(RCPT) TO:|(DATA)$|(EHLO) |(HELO) |(STARTTLS)$)", re.MULTILINE
)

_OF_LOGINS = frozenset({334, 432, 454, 534, 535, 538})
_LOGIN_REFUSED = re.compile(
    r"authentication (?:has )?(?:failed|failure|unsuccessful|credentials|rejected)|unable to authenticate"
    r"|(?:invalid|incorrect|bad|wrong) (?:login|user|username|password|credentials|authentication|api key)"
    r"|(?:login|logon) (?:failed|failure|denied|invalid)|password (?:has )?expired|username and password"
    r"|user credentials|application-specific password|app password|BadCredentials",
    re.IGNORECASE,
)
_ABOUT_GREETING = re.compile(r"no smtp service|service (?:not available|unavailable|closing)", re.IGNORECASE)
_ABOUT_MAIL = re.compile(r"relay|recipient|mailbox|user unknown|no such user", re.IGNORECASE)
_ABOUT_SENDER = re.compile(r"\bsender\b|\bfrom address\b|return[- ]path|send as", re.IGNORECASE)
_ABOUT_MESSAGE = re.compile(
    r"\bmessages?\b|content|\bspam\b|virus|attachment|\bsize\b|\bDMARC\b|\bDKIM\b|\bSPF\b", re.IGNORECASE
)
_ABOUT_TLS = re.compile(r"tls|\bssl\b|encrypt|secure", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PastedReply:
    """A refusal that was found in a text.

    Attributes:
        stage: The stage of the command that it refuses.
        is_stage_named: Whether the text names that command; otherwise the stage is guessed from the reply.
        code: What it means.
        recognised: Whether the reason is known; otherwise the code only says what was refused.
        words: The words of the reply that decided.
    """

    stage: Stage
    is_stage_named: bool
    reply: Reply
    code: Code
    recognised: bool
    words: str


def cleaned(text: str) -> str:
    """Return a pasted text within the bounds, without control characters; its lines stay lines."""
    bounded = text.encode("utf-8", "replace")[:MAX_PASTED].decode("utf-8", "ignore")
    # Exceptions and JSON show line ends as escapes.
    unfolded = bounded.replace("\\r\\n", "\n").replace("\\n", "\n")
    return "\n".join(clean(line, MAX_LINE) for line in unfolded.splitlines()).strip()


def judged_reply(text: str) -> PastedReply | None:
    """Return the first refusal in a cleaned text and what it means; None where it has none."""
    found = _first_reply(text)
    if found is None:
        return None
    reply, place = found
    named = _named_stage(text, place)
    stage = named or _guessed_stage(reply)
    judgement = _judged(stage, reply)
    return PastedReply(stage, named is not None, reply, judgement.code, judgement.recognised, judgement.words)


def _judged(stage: Stage, reply: Reply) -> Judgement:
    """Return what a reply means: the one place where this module asks `smtp.refusals`.

    A refusal that speaks of encryption was mostly given to a connection in clear text; others tell nothing of that.
    """
    return judge(reply, Circumstances(stage, secure=_ABOUT_TLS.search(reply.text) is None))


def _first_reply(text: str) -> tuple[Reply, int] | None:
    """Return the first refusal of a text and where it begins."""
    php = _PHP.search(text)
    if php is not None:
        before = text[: php.start()].rpartition("\n")[2].rstrip(" ")
        detail = before.rpartition("Detail: ")[2] or before
        return _reply(int(php["code"]), " ".join(part for part in (php["enhanced"], detail) if part)), php.end()
    matches = [match for pattern in _REPLIES if (match := pattern.search(text)) is not None]
    for match in sorted(matches, key=lambda each: each.start("code")):
        code = int(match["code"])
        rest = text[match.end() :]
        quote = match.groupdict().get("quote")
        words = rest.partition(quote)[0] if quote else _same_reply(code, rest)
        if code == 334:
            words = _decoded(words)
            if not words.startswith("{"):
                continue  # a challenge, and no refusal
            code = 535  # RFC 7628 section 3.2.3: the error comes as a challenge, and 535 follows
        return _reply(code, words), match.start("code")
    bare = _WITHOUT_CODE.search(text)
    if bare is None:
        return None
    words = _same_reply(0, text[bare.start("enhanced") :])
    return _reply(_code_of(text, bare["enhanced"], words), words), bare.start("enhanced")


def _same_reply(code: int, rest: str) -> str:
    """Return the reply's text: the rest of its line, and the lines after it that begin with the same code."""
    first, *others = rest.split("\n")
    lines = [first]
    for line in others:
        bare = line.lstrip(" <~*S:")
        if not re.match(rf"{code}[ -]", bare):
            break
        lines.append(bare)
    return "\n".join(lines)


def _reply(code: int, words: str) -> Reply:
    """Return a reply of a text that may repeat the code before each of its lines."""
    words = words.partition(" (in reply to")[0]
    lines = [line.strip(" \t\"'") for line in re.split(rf"(?:^|\s){code}[ -]|\n", words)]
    lines = [line for line in lines if line] or [""]
    if lines[-1].count(")") > lines[-1].count("("):
        lines[-1] = lines[-1].rstrip(")")
    return Reply(code, tuple(lines), enhanced_code(code, lines[0]))


def _decoded(words: str) -> str:
    """Return a challenge's text, decoded from base64 where it is that."""
    try:
        return base64.b64decode(words.split(maxsplit=1)[0], validate=True).decode("utf-8", "replace")
    except (binascii.Error, IndexError, ValueError):
        return words.strip()


def _code_of(text: str, enhanced: str, words: str) -> int:
    """Return the reply code that stands behind an enhanced status code alone."""
    for phrase, code in _DOTNET:
        if phrase in text:
            return code
    if enhanced.startswith("5"):
        return 535 if _LOGIN_REFUSED.search(words) else 550
    return 454 if _LOGIN_REFUSED.search(words) else 450


def _named_stage(text: str, place: int) -> Stage | None:
    """Return the stage that a text names: by a program's words, or by the command before the reply."""
    for pattern, stage in _COMMANDS:
        if re.search(pattern, text, re.IGNORECASE):
            return stage
    commands = _TRANSCRIPT.findall(text[:place])
    if not commands:
        return None
    word = "".join(commands[-1]).lower()
    return Stage.EHLO if word == "helo" else Stage(word)


def _guessed_stage(reply: Reply) -> Stage:
    """Return the stage at which a reply is usual."""
    text = reply.text
    if _LOGIN_REFUSED.search(text) or (reply.code in _OF_LOGINS and not _ABOUT_MAIL.search(text)):
        return Stage.AUTH
    if reply.code in (421, 554) and _ABOUT_GREETING.search(text):
        return Stage.GREETING
    if _ABOUT_SENDER.search(text):
        return Stage.MAIL
    if _ABOUT_MAIL.search(text) or not _ABOUT_MESSAGE.search(text):
        return Stage.RCPT
    return Stage.DATA
