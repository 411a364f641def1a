"""The use case of explaining a code of a diagnosis."""

from __future__ import annotations

from mailproof.diagnosis.finding_pages import FindingPage, code_named, finding_page, nearest_codes
from mailproof.domain.errors import FindingNotFound


class Explanations:
    """The pages of all codes."""

    def page(self, name: str) -> FindingPage:
        """Return the page on a code.

        Args:
            name: The code in any case, with or without the prefix CODE_.

        Raises:
            FindingNotFound: There is no such code.
        """
        code = code_named(name)
        if code is None:
            raise FindingNotFound([near.value for near in nearest_codes(name)])
        return finding_page(code)
