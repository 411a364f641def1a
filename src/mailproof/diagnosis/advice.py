"""What a row of `advices` is, and when it fits. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import Reply


@dataclass(frozen=True, slots=True)
class Case:
    """What a row is compared with.

    Attributes:
        mechanism: The SASL mechanism last begun, "" for none. offered: Those that the server has.
        token: Whether an access token is used and not a password.
    """

    code: Code
    stage: Stage
    host: str
    reply: Reply | None = None
    mechanism: str = ""
    offered: tuple[str, ...] = ()
    user: str = ""
    token: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """One advice. Every condition that is given must hold; among the values of one, any.

    Attributes:
        user_is_not: Holds where the user is another than this.
        token: Holds with an access token (True) or a password (False) alone.
        mechanisms: Beginnings of the mechanism that was tried; ("",) fits where none was.
        offered: Holds where the server has one of these; lacking: and none of those.
        message: Replaces the sentence too; empty: it stays.
        flag_advice: For callers without most settings (`flag_advice`); empty: `advice`.
    """

    source: str
    codes: tuple[Code, ...]
    advice: str
    stages: tuple[Stage, ...] = ()
    hosts: tuple[str, ...] = ()
    enhanced: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    user_is_not: str = ""
    token: bool | None = None
    mechanisms: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    message: str = ""
    flag_advice: str = ""

    def fits(self, case: Case) -> bool:
        """Return whether this is the advice for a case."""
        host = f".{case.host.rstrip('.').lower()}"
        text = case.reply.text.lower() if case.reply else ""
        enhanced = case.reply.enhanced if case.reply else ""
        return (
            case.code in self.codes
            and (not self.stages or case.stage in self.stages)
            and (not self.hosts or any(host.endswith(f".{name}") for name in self.hosts))
            and (not self.enhanced or enhanced.endswith(self.enhanced))
            and (not self.words or any(word in text for word in self.words))
            and (not self.user_is_not or case.user != self.user_is_not)
            and (self.token is None or self.token is case.token)
            and (not self.mechanisms or any(_begins(case.mechanism, name) for name in self.mechanisms))
            and (not self.offered or not set(self.offered).isdisjoint(case.offered))
            and set(self.lacking).isdisjoint(case.offered)
        )


def _begins(mechanism: str, name: str) -> bool:
    return mechanism.startswith(name) if name else not mechanism
