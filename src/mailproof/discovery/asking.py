"""What the questions of a search need of the search itself, and how their answers are shown. Pure."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable
from typing import Any, Protocol

from mailproof.discovery.collected import Order
from mailproof.discovery.progress import Source
from mailproof.smtp.vocabulary import Code

MAX_SITES = 4  # other domains that are asked
MAX_SHOWN = 300  # characters of a record in a clue


class Asker(Protocol):
    """What an inquiry needs of the search that it belongs to."""

    def begin(self, work: Coroutine[Any, Any, None], order: Order, question: str) -> None:
        """Ask a question beside the others."""
        ...

    def clue(
        self, source: Source, question: str, answer: str, code: Code = Code.OK, *, found: bool | None = None
    ) -> None:
        """Tell the answer to a question.

        Args:
            source: The source that it is about.
            question: The question.
            answer: The answer, or why there is none.
            code: OK where there is an answer.
            found: Whether the answer says anything; None: wherever there is one.
        """
        ...


def listed(names: Iterable[str]) -> str:
    """Return names for a clue."""
    text = ", ".join(names) or "none"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]} …"
