"""What a rule about a refusal is: notions that stand together in a sentence, and the circumstances in which it holds.

A pattern names notions of the vocabulary (`LIMIT EXCEEDED PERIOD`); all must stand in one clause, near each other, in
any order. `A|B` is one of them, `!A` must not stand in that clause, and words in double quotes are those words in that
order, where a star stands for any ending ("not own*"). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from mailproof.smtp.vocabulary import Code, Stage


class Strength(IntEnum):
    """How certain a rule is. A stronger one decides before a weaker one, whatever its subject."""

    EXPLICIT = 1  # the words of one server, or words that can mean nothing else
    STRONG = 2  # subject and predicate
    PLAIN = 3  # a general sentence, which a more particular one in the same reply explains
    WEAK = 4  # a word that suggests it
    HINT = 5  # an enhanced code, where no words are known
    CODE = 6  # a code of several meanings, where the reply says next to nothing else
    REPLY = 7  # what the reply's code may mean


@dataclass(frozen=True, slots=True)
class RefusalRule:
    """One meaning of a refusal. All given conditions must hold; a condition with several values holds for any of them.

    Attributes:
        code: The meaning.
        source: Where the meaning is documented or was seen.
        example: A stage and a reply that it explains: "rcpt 550 5.1.1 User unknown".
        patterns: One of them must fit; empty for none (see this module).
        strength: When it is asked.
        stages: The stages of the test; empty for any.
        replies: Reply codes as text, or how they begin ("4").
        enhanced: Enhanced status codes (RFC 3463), without the class digit where it may vary (".7.139").
        secure: Whether the connection is inside TLS; None for either, as for the next two.
        anonymous: Whether the server offers a login and the plan has none.
        logged_in: Whether a login was accepted before.
        span: Characters of the text within which a pattern's notions stand.
        anywhere: Whether a pattern's notions may stand in several clauses.
        recognised: Whether the rule knows the reason; else it only knows what the reply's code says.
    """

    code: Code
    source: str
    example: str
    patterns: tuple[str, ...] = ()
    strength: Strength = Strength.STRONG
    stages: frozenset[Stage] = frozenset()
    replies: tuple[str, ...] = ()
    enhanced: tuple[str, ...] = ()
    secure: bool | None = None
    anonymous: bool | None = None
    logged_in: bool | None = None
    span: int = 110
    anywhere: bool = False
    recognised: bool = True


AUTH = frozenset({Stage.AUTH})
ENVELOPE = frozenset({Stage.MAIL, Stage.RCPT, Stage.DATA})
MAIL = frozenset({Stage.MAIL})
RCPT = frozenset({Stage.RCPT})
DATA = frozenset({Stage.DATA})
GREETING = frozenset({Stage.GREETING})
EHLO = frozenset({Stage.EHLO})
STARTTLS = frozenset({Stage.STARTTLS})
