"""When tokens were last used: noted beside the calls, stored at most once in five minutes for each token.

A call never waits for it and never fails of it. What is lost as the process ends is a time within the last seconds.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from datetime import datetime, timedelta

from mailproof.domain.clock import Clock, utc_now
from mailproof.domain.errors import StoreUnavailable
from mailproof.domain.model import Token
from mailproof.store.contract import TokenStore

log = logging.getLogger("mailproof.tokens")

STORED_EVERY = timedelta(minutes=5)
"""How exactly the last use is known."""

EXPIRES_SOON = timedelta(days=14)
"""How long before its end a token that is in use is warned of."""

_WARNED_EVERY = timedelta(days=1)


class TokenUses:
    """Notes the uses of tokens. Any thread with a running event loop may use it.

    Args:
        tokens: Stores when they were used.
        clock: Returns the time.
    """

    def __init__(self, tokens: TokenStore, clock: Clock = utc_now) -> None:
        self._tokens = tokens
        self._clock = clock
        self._lock = threading.Lock()
        self._noted: dict[str, datetime] = {}  # of tokens that are genuine, so their number bounds it
        self._warned: dict[str, datetime] = {}
        self._pending: dict[str, datetime] = {}
        self._writers: set[asyncio.Task[None]] = set()

    def note(self, token: Token, now: datetime) -> None:
        """Note that a token is used now, and have it stored soon if it was not for some time."""
        noted = self._noted.get(token.id)
        if noted is not None and now - noted < STORED_EVERY:
            return  # what every call but the first of five minutes pays: one look
        self._noted[token.id] = now
        self._warn(token, now)
        if token.last_used_at is not None and now - token.last_used_at < STORED_EVERY:
            return  # another replica has stored it
        with self._lock:
            is_first = not self._pending
            self._pending[token.id] = now
        if is_first:
            task = asyncio.get_running_loop().create_task(self._store())
            self._writers.add(task)
            task.add_done_callback(self._writers.discard)

    async def _store(self) -> None:
        with self._lock:  # also those of other tokens, noted since this task was made
            uses, self._pending = self._pending, {}
        try:
            await self._tokens.use_tokens(uses)
        except StoreUnavailable as error:
            log.info("when tokens were last used was not stored: %s", error.message)

    def _warn(self, token: Token, now: datetime) -> None:
        if token.expires_at is None or token.expires_at - now > EXPIRES_SOON:
            return
        warned = self._warned.get(token.id)
        if warned is None or now - warned >= _WARNED_EVERY:
            self._warned[token.id] = now
            log.warning(
                "an access token that is in use expires soon",
                extra={
                    "token_id": token.id,
                    "token_fingerprint": token.fingerprint,
                    "token_name": token.name,
                    "expires_at": token.expires_at.isoformat(timespec="seconds"),
                },
            )
