"""What the catalogue holds for each code: one `Definition`, with its sentences and advice. Pure.

A message and an advice are `str.format` templates; `diagnosis.words` lists their fields. Law: a text names no port, no
TLS mode and no SASL mechanism of its own. These come from a `SettingsAdvice`, whose settings are compared with what the
test knows, so that nothing is advised that is in use or was tried in vain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from mailproof.smtp.vocabulary import Severity, Stage, TlsMode


class Topic(Enum):
    """What an advice tells to change."""

    HOST = auto()
    PORT = auto()  # with the TLS mode that belongs to it
    TLS_MODE = auto()
    MECHANISM = auto()
    USER = auto()
    LOGIN = auto()  # user and password, or the token
    ACCOUNT = auto()  # at the provider: its plan, its rights, its state
    SENDER = auto()
    RECIPIENT = auto()
    MESSAGE = auto()
    EHLO_NAME = auto()
    CLIENT = auto()  # the address, network or machine that the test runs on
    SERVER = auto()  # by its operator
    TIMEOUT = auto()
    WAITING = auto()


class Waiting(Enum):
    """Whether the same settings may work later."""

    NEVER = auto()
    IF_TEMPORARY = auto()  # where the reply is a 4xx, or where there was none
    ALWAYS = auto()


class Try(Enum):
    """Which other settings are worth a try after a failure."""

    PORTS = auto()  # the other usual ports of submission, with their TLS modes
    PORTS_IF_EARLY = auto()  # the same, where the connection was lost before the server proved to speak SMTP
    ENCRYPTED = auto()  # STARTTLS at the same port, where the plan forgoes it
    NAMES = auto()  # the names on the certificate as the host
    OTHER_HOST = auto()  # a host that may be meant, where the host looks like a slip and no server was met


class Condition(Enum):
    """What must be so for an advice to be given; `diagnosis.knowledge` decides it."""

    LOGIN_GIVEN = auto()  # the plan has a user
    NO_LOGIN_GIVEN = auto()
    PASSWORD_WITHOUT_USER = auto()  # a password is stored, and no user is set for it
    SECRET_IS_SPACED_APP_PASSWORD = auto()  # of the secret that was refused, as the next four
    SECRET_HAS_LINE_BREAK = auto()  # at its beginning or end
    SECRET_HAS_BLANK = auto()  # at its beginning or end
    SECRET_HAS_INVISIBLE = auto()
    SECRET_HAS_LOOK_ALIKE = auto()
    USER_HAS_BLANK = auto()  # or a character that can't be seen
    PROVIDER_WANTS_ADDRESS = auto()  # the user has no domain, and the provider's users are addresses
    LOGGED_IN = auto()
    NOT_LOGGED_IN = auto()
    TOKEN = auto()  # an access token is used, and not a password
    PASSWORD = auto()
    LOGIN_OFFERED = auto()  # the server offers AUTH
    LOGIN_NOT_OFFERED = auto()
    LONGER_ALLOWED = auto()  # the test might have had more time, had it been asked for
    NO_LONGER_ALLOWED = auto()
    TEMPORARY = auto()  # the reply is a 4xx
    PERMANENT = auto()  # the reply is a 5xx
    NO_PORT_ANSWERS = auto()  # every port of the host that was tried refuses, is silent or unreachable
    SOME_PORT_ANSWERS = auto()
    OTHER_HOST_SUGGESTED = auto()  # the host looks like a slip, and another one may be meant
    FAILS_IN_RIGHT_MODE = auto()  # a trial with the TLS mode that the port speaks has failed for another reason
    KNOWN_PROVIDER = auto()
    UNKNOWN_PROVIDER = auto()
    ENCRYPTED = auto()
    BOTH_MODES_TRIED = auto()  # the mode `auto`, or trials, have shown that neither kind of TLS gets an answer
    GREETING_BEGUN = auto()  # the server has sent something, so the TLS mode is right
    SENDER_IS_LOGIN = auto()  # the sender is the user that logs in
    SENDER_IS_NOT_LOGIN = auto()
    LINK_GIVEN = auto()  # the reply names a page
    SPF_NAMED = auto()  # the reply names it, as the next two
    DKIM_NAMED = auto()
    DMARC_NAMED = auto()
    NO_PROOF_NAMED = auto()
    FIREWALL_BANNER = auto()  # a Cisco firewall masks the greeting or the extensions
    ADDRESS_FAILS = auto()  # the settings don't work over one of the host's addresses
    NO_ADDRESS_FAILS = auto()
    MAY_BE_FORBIDDEN = auto()  # there may be addresses that the egress policy forbids
    FAMILY_UNREACHED = auto()  # no address of one family could be reached, and one of the other could


@dataclass(frozen=True, slots=True)
class Prose:
    """An advice in words.

    Attributes:
        topic: What it tells to change.
        text: A template, for callers who have a TLS mode, a port and so on (`Audience.MODES`).
        flag_text: A template for callers of the ZITADEL API (`Audience.FLAG`); empty where `text` serves.
        when: What must be so, all of it.
        otherwise: Whether it is given only where no advice before it applies.
    """

    topic: Topic
    text: str
    flag_text: str = ""
    when: tuple[Condition, ...] = ()
    otherwise: bool = False


@dataclass(frozen=True, slots=True)
class SettingsAdvice:
    """An advice to change settings, whose values depend on what the test knows.

    It is left out where every such value is in use, was tried in vain, or is impossible.

    Attributes:
        topic: `PORT`: the usual ports that were not tried; `TLS_MODE`: `mode`; `HOST`: a name on the certificate;
            `MECHANISM`: another one that the server offers; `USER`: `user`, or the user with the sender's domain.
        mode: The TLS mode to set.
        user: The user to set.
        with_domain: Whether the user to set is the one in use with the sender's domain, where it has none.
        reason: Why it is worth a try, as the beginning of its sentence; empty where the code says it.
        when: What must be so, all of it.
    """

    topic: Topic
    mode: TlsMode | None = None
    user: str = ""
    with_domain: bool = False
    reason: str = ""
    when: tuple[Condition, ...] = ()


Advice = Prose | SettingsAdvice


@dataclass(frozen=True, slots=True)
class Wording:
    """How a code is told.

    Attributes:
        message: A template of one sentence for an administrator: what happened.
        advice: What to change, the best first.
    """

    message: str
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """All that there is to know of one code.

    Attributes:
        wording: How it is told.
        severity: Whether it fails a test.
        waiting: Whether the same settings may work later.
        tries: Which other settings are worth a try.
        excludes: What no advice on this code may tell to change.
        at: More exact wordings at stages.
        unrecognised: How it is told where only the refused command is known and not the cause; None for `wording`.
        silent: Whether no octet of the server may be shown.
        about_certificate: Whether it says why a certificate could not be verified.
    """

    wording: Wording
    severity: Severity = Severity.ERROR
    waiting: Waiting = Waiting.NEVER
    tries: frozenset[Try] = frozenset()
    excludes: frozenset[Topic] = frozenset()
    at: Mapping[Stage, Wording] = field(default_factory=dict)
    unrecognised: Wording | None = None
    silent: bool = False
    about_certificate: bool = False

    def worded(self, stage: Stage, *, recognised: bool = True) -> Wording:
        """Return how the code is told.

        Args:
            stage: The stage that failed.
            recognised: Whether the cause was recognised, and not only the command that was refused.
        """
        if not recognised and self.unrecognised is not None:
            return self.unrecognised
        return self.at.get(stage, self.wording)

    def may_pass_later(self, reply_code: int) -> bool:
        """Return whether the same settings may work later.

        Args:
            reply_code: The reply that told of the failure; 0 for none.
        """
        return self.waiting is Waiting.ALWAYS or (self.waiting is Waiting.IF_TEMPORARY and reply_code < 500)


OTHER_PORTS = SettingsAdvice(Topic.PORT)
IMPLICIT_TLS = SettingsAdvice(Topic.TLS_MODE, mode=TlsMode.IMPLICIT)
STARTTLS = SettingsAdvice(Topic.TLS_MODE, mode=TlsMode.STARTTLS)

THE_LINK = Prose(Topic.SERVER, "The server's answer names a page about it: {link}", when=(Condition.LINK_GIVEN,))
"""The first advice on a refusal whose cause is not recognised: the server may explain itself."""

ASK_THE_OPERATOR = Prose(
    Topic.SERVER,
    "The reason is not known here: do what the server's answer says, where it says something; otherwise give its "
    "operator this answer and the time of the test.",
)
"""The last one: whatever went beyond that would be a guess."""


def wording(message: str, *advice: Advice) -> Wording:
    """Return a wording of a message and its advice."""
    return Wording(message, advice)
