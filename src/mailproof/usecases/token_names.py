"""The names of access tokens, for lists that say who did something."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from mailproof.store.contract import TokenStore


class TokenNames:
    """Finds the names of access tokens.

    Args:
        store: Has the tokens.
    """

    def __init__(self, store: TokenStore) -> None:
        self._store = store
        self._names: dict[str, str] = {}  # token id -> name; neither ever changes

    async def of(self, token_ids: Collection[str]) -> Mapping[str, str]:
        """Return names by the ids of tokens; one that is not known is missing.

        Args:
            token_ids: The ids that are wanted. The answer may have others too.
        """
        # Callers by certificate or issuer have no record; their ids, which have a colon, say who they are.
        if not all(token_id in self._names or ":" in token_id for token_id in token_ids):
            records = await self._store.list_tokens()
            self._names = {record.id: record.token.name for record in records if record.token is not None}
        return self._names
