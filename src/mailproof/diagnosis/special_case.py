"""What a row of `diagnosis.special_cases` holds, and when it applies. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.diagnosis.definition import Advice
from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import Reply


@dataclass(frozen=True, slots=True)
class Case:
    """A failed test, as far as rows are compared with it.

    Attributes:
        code: The root cause.
        stage: The stage that failed.
        host: The plan's host.
        reply: The reply that reported the failure; None where there was no reply.
        mechanism: The SASL mechanism last begun; empty for none.
        offered: The SASL mechanisms that the server offers.
        user: The plan's user; empty for none.
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
class SpecialCase:
    """A wording for particular servers, replies or mechanisms.

    All given conditions must hold; a condition with several values holds for any of them.

    Attributes:
        source: Where the advice is documented, or where its reason was seen.
        codes: The root causes.
        advice: What to change, best first; replaces the advice of the code.
        stages: The stages that failed; empty for any.
        hosts: Domains that the host is, or is below; empty for any.
        enhanced: Enhanced status codes, or how they end; empty for any.
        words: Parts of the reply's text, in lower case; empty for any.
        user_is_not: Holds where the user is another one; empty for any.
        token: True: only with an access token; False: only with a password; None for both.
        mechanisms: How the name of the last mechanism begins; ("",) where none was begun; empty for any.
        offered: Holds where the server offers one of these mechanisms; empty for any.
        lacking: Holds where the server offers none of these mechanisms.
        message: A template that replaces the sentence of the code; empty where that stays.
    """

    source: str
    codes: tuple[Code, ...]
    advice: tuple[Advice, ...]
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

    def fits(self, case: Case) -> bool:
        """Return whether all conditions hold for a failed test."""
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
