"""What the use cases need of a database. The docstrings are the contract; one test suite holds every adapter to it.

Adapters translate the errors of their driver: a database that can't be used raises `StoreUnavailable`, and a row
that does not exist is returned as None. Every method may be called from any event loop, and what it returns belongs to
none. A read sees every write that any replica acknowledged before the read began. No adapter sees a secret in clear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from mailproof.domain.kept_test import KeptTest, TestQuery
from mailproof.domain.ledger import UNBOUNDED, Change, CommitResult, Decide, Event, IdempotencyKey, Quota
from mailproof.domain.model import AddedProviders, Caller, Page, Provider, ProviderPage
from mailproof.domain.overview import OverviewPage, OverviewQuery
from mailproof.domain.shares import LimitCounter
from mailproof.domain.thinning import ThinningPolicy
from mailproof.domain.token_record import TokenRecord


class ProviderStore(Protocol):
    """Stores e-mail providers as a log of events, and the state that follows from it."""

    def new_id(self) -> str:
        """Return an id for a provider that is to be added."""
        ...

    async def add(
        self, caller: Caller, change: Change, *, key: IdempotencyKey | None = None, quota: Quota = UNBOUNDED
    ) -> Event:
        """Append an event that adds a provider, and save the provider, in one transaction.

        Nothing else is decided: the provider is added whatever the instance has, up to the quota.

        Args:
            caller: Whose instance it is, and who the event names.
            change: What the event says.
            key: The caller's idempotency key.
            quota: How much the instance may have.

        Returns:
            The event, once it is on disk. If the key was used before, this is the event of that earlier call.

        Raises:
            ConfigQuotaExceeded: The instance has as many providers as it may.
            EventQuotaExceeded: It has as many events as it may.
            IdempotencyKeyReused: The key was used with another request.
            StoreUnavailable: The database can't be used now.
        """
        ...

    async def commit(
        self, caller: Caller, provider_id: str, decide: Decide, *, key: IdempotencyKey | None = None
    ) -> CommitResult:
        """Call `decide` and carry out its decision, in one durable transaction.

        No other write to the instance happens between the reading of the situation and the end of the transaction. The
        new events' sequences follow the instance's last one without gaps. Where an event supersedes a provider's secret
        (`domain.ledger.SUPERSEDING`), the blobs in the provider's earlier events are destroyed.

        Args:
            caller: Whose instance it is, and who the events name.
            provider_id: The provider that the situation shows; empty for none.
            decide: Makes the decision. It may be called more than once, in any thread. An exception that it raises is
                raised here, and nothing is stored.
            key: The caller's idempotency key. If it was used before, `decide` is not called, and the result has the
                events of that earlier call.

        Returns:
            The events, once they are on disk, and the provider as it was before them.

        Raises:
            IdempotencyKeyReused: The key was used with another request.
            StoreUnavailable: The database can't be used now.
        """
        ...

    async def get(self, instance_id: str, provider_id: str) -> Provider | None:
        """Return a provider, or None if the instance has none with this id."""
        ...

    async def get_active(self, instance_id: str) -> Provider | None:
        """Return the active provider, or None if none is active."""
        ...

    async def list(self, instance_id: str, page: Page) -> ProviderPage:
        """Return one page of the providers in the order of their creation, and the count of all, from one snapshot."""
        ...

    async def list_added(self, instance_id: str, *, after: int, until: int | None, limit: int) -> AddedProviders:
        """Return providers in the order of their creation, from a place on that other writes do not move.

        Args:
            instance_id: Whose providers are returned.
            after: Only providers that an event with a higher sequence added are returned.
            until: Only providers that an event up to this sequence added are returned; None for no such bound.
            limit: How many are returned at most.
        """
        ...

    async def count_secrets(self, instance_id: str, *, after: int, until: int) -> int:
        """Return how many of the providers that `list_added` returns have a secret; none is left out by a limit."""
        ...

    async def list_events(
        self, instance_id: str, *, before: int | None, limit: int, provider_id: str = ""
    ) -> Sequence[Event]:
        """Return events, the newest first.

        Args:
            instance_id: Whose events are returned.
            before: Only events with a lower sequence are returned; None for no such bound.
            limit: How many events are returned at most.
            provider_id: Only events of this provider are returned; empty for those of all.

        Raises:
            LogBroken: An event is damaged.
        """
        ...


class TokenStore(Protocol):
    """Stores the records of access tokens. What a record says counts only with its seal, which the use cases check."""

    def new_id(self) -> str:
        """Return an id for a token that is to be created."""
        ...

    async def find_token(self, digest: bytes) -> TokenRecord | None:
        """Return the record with this digest, whatever it says; None if there is none."""
        ...

    async def token_digests(self) -> frozenset[bytes]:
        """Return the digests of all tokens that are not revoked."""
        ...

    async def create_token(self, record: TokenRecord) -> None:
        """Store a record. Instances of its token that do not exist are created.

        Raises:
            ValueError: The token has no instances, or its texts can't be stored.
        """
        ...

    async def list_tokens(self) -> tuple[TokenRecord, ...]:
        """Return all records, whatever they say, the oldest first."""
        ...

    async def replace_token(self, old: TokenRecord, new: TokenRecord) -> bool:
        """Put a record in the place of another one: its digest, its seal, when it was revoked, and when it ends.

        Returns:
            Whether it stands there now; False if the old one has another seal by now, or is gone.
        """
        ...

    async def use_tokens(self, uses: Mapping[str, datetime]) -> None:
        """Store when tokens were used, by their ids. An earlier time than the stored one changes nothing."""
        ...

    async def token_key_check(self) -> bytes | None:
        """Return the blob that shows under which key records are sealed; None if none is kept yet."""
        ...

    async def reseal_tokens(
        self, changes: Sequence[tuple[TokenRecord, TokenRecord]], old: bytes | None, key_check: bytes
    ) -> bool:
        """Put records in the place of others, as `replace_token` does, and keep a key check, in one transaction.

        Records that were changed meanwhile stay as they are.

        Args:
            changes: The old and the new records.
            old: The key check that is kept; None for none.
            key_check: The new key check.

        Returns:
            Whether the new key check is kept now; False if another one than the old one was, and nothing was changed.
        """
        ...

    async def default_instance(self) -> str:
        """Return the id of the instance that was created together with the database."""
        ...


class SecretStore(Protocol):
    """The sealed secrets of a database: under which keys they are, and what is left of those that nobody uses any more.

    A blob's header is its first `mailproof.store.sealing.HEADER_BYTES` octets.
    """

    async def sealed_samples(self) -> Sequence[Provider]:
        """Return one provider for each header that secrets have.

        The service opens their secrets when it starts, and so finds out whether it has every key.
        """
        ...

    async def sealed_with(self, header: bytes, *, after: str, limit: int) -> Sequence[Provider]:
        """Return providers whose secret has a header, in the order of their ids.

        Args:
            header: The header.
            after: Only providers with a greater id are returned; empty for all.
            limit: How many are returned at most.
        """
        ...

    async def sealed_counts(self) -> Mapping[bytes, tuple[int, int]]:
        """Return for each header how many providers, and how many events, have a secret with it."""
        ...

    async def destroy_superseded(self, limit: int) -> int:
        """Destroy secrets in events that no provider has any more: of replaced ones, and of removed providers.

        `commit` does so for what it replaces or removes itself, in the same transaction. Releases before that did not.

        Args:
            limit: How many are destroyed at most.

        Returns:
            How many were destroyed.
        """
        ...

    async def forget(self) -> None:
        """Have the database let go of what is left of destroyed secrets in its files, as far as the engine can."""
        ...

    async def key_proof(self) -> bytes | None:
        """Return the blob of `key_check`; None where none is kept."""
        ...

    async def key_check(self, offered: bytes) -> bytes:
        """Keep a sealed blob where none is kept yet, and return the one that is kept.

        The first replica's blob stays. A replica that can open it has the same key as the first one.

        Args:
            offered: A blob that this replica sealed.
        """
        ...

    async def replace_key_proof(self, sealed: bytes) -> None:
        """Keep a blob in the place of the one that is kept, since the key or the form of all blobs has changed."""
        ...


class TestStore(Protocol):
    """Keeps tests of stored providers, outside the event log. No list reads their reports.

    A provider's tests stay when it is removed, until their age ends.
    """

    def new_test_id(self) -> str:
        """Return an id for a test that is to be kept. A later one is greater, as a number."""
        ...

    async def keep_test(self, test: KeptTest, *, most: int) -> None:
        """Keep a test, and delete those that its configuration has beyond `most`, the first kept ones first.

        The configuration's last good test is not deleted, so that there is one to compare with: it may be one more.

        Args:
            test: The test; nothing is changed where one with its id is kept.
            most: How many tests a configuration may have, at least 1.

        Raises:
            StoreUnavailable: The database can't be used now.
        """
        ...

    async def get_test(self, instance_id: str, test_id: str) -> KeptTest | None:
        """Return a test with its report, or None if the instance has none with this id."""
        ...

    async def list_tests(self, instance_id: str, query: TestQuery) -> Sequence[KeptTest]:
        """Return tests without their reports, the newest first where the query has no order."""
        ...

    async def last_good_test(
        self, instance_id: str, config_id: str, *, before: datetime | None = None
    ) -> KeptTest | None:
        """Return the last good test of a provider, with its report; None if none is kept.

        Args:
            instance_id: Whose provider it is.
            config_id: The provider.
            before: Only tests that began earlier count; None for all.
        """
        ...

    async def delete_tests_before(self, moment: datetime, limit: int) -> int:
        """Delete tests that began earlier, the oldest first; several replicas may do so at once.

        Args:
            moment: Tests that began then or later stay.
            limit: How many are deleted at most.

        Returns:
            How many were deleted.
        """
        ...

    async def delete_tests_beyond(self, instance_id: str, most: int, limit: int) -> int:
        """Delete tests that an instance has beyond `most`, the oldest first; likewise.

        Args:
            instance_id: Whose tests.
            most: How many it may have.
            limit: How many are deleted at most.

        Returns:
            How many were deleted.
        """
        ...


class OverviewStore(Protocol):
    """Lists providers with what a list shows of their tests."""

    async def list_overviews(self, instance_id: str, query: OverviewQuery) -> OverviewPage:
        """Return a page of the providers as a filter and an order want them, from one snapshot.

        What it says of tests is of those that had the stored settings. Where the filter or the order is of settings or
        tests, which have no index, its cost grows with the number of providers that the instance has.
        """
        ...


class Store(ProviderStore, TokenStore, SecretStore, TestStore, OverviewStore, Protocol):
    """A whole database: its providers, its tokens, its secrets, its kept tests, its upkeep and its end."""

    async def instances(self) -> frozenset[str]:
        """Return the ids of all instances."""
        ...

    async def create_instance(self, instance_id: str) -> bool:
        """Make an instance, unless there is one with this id.

        Returns:
            Whether it was made.
        """
        ...

    def limit_counter(self) -> LimitCounter:
        """Return what counts for the limits, over all processes that may use this database at once."""
        ...

    async def rebuild(self, *, check: bool = False) -> int:
        """Compute the state anew from the events, and store it, in one transaction.

        Other stores may read and write the database meanwhile.

        Args:
            check: Whether the state is only compared, and nothing is changed.

        Returns:
            How many records differed from what the events say: providers, and instances whose counts were wrong.
            Settings that have the same meaning do not differ, even if they are written in another form.

        Raises:
            LogBroken: An event is missing, can't follow those before it, or is of a type that only a newer release
                knows and may have changed providers; nothing was changed.
            StoreUnavailable: The database can't be used now, or a newer release made it and nothing must be stored
                anew by this one; nothing was changed.
        """
        ...

    async def thin(self, instance_id: str, policy: ThinningPolicy) -> int:
        """Take some of an instance's oldest events away, in one short transaction: those that a policy lets go.

        Of each provider that they were about and that exists, a snapshot stays (`mailproof.store.thinning`). Events
        that an idempotency key answers with stay.

        Returns:
            How many are gone; 0 where none goes, or where each is a provider's only one and became its snapshot.

        Raises:
            LogBroken: An event is missing, can't follow those before it, or is of a type that only a newer release
                knows and may have changed providers; nothing was changed.
            StoreUnavailable: The database can't be used now, or a newer release made it, to which this is left.
        """
        ...

    async def thinnable(self, instance_id: str, policy: ThinningPolicy) -> int:
        """Return how many events of an instance a policy lets go."""
        ...

    async def thinned_through(self, instance_id: str) -> int:
        """Return the sequence of the last event of an instance that was thinned; 0 if none was."""
        ...

    async def ping(self) -> None:
        """Read something.

        Raises:
            StoreUnavailable: The database can't be read now, or a newer release has changed it so that this one can't
                use it any more.
        """
        ...

    async def close(self) -> None:
        """Finish the calls that have begun, then close the database. Later calls raise `StoreUnavailable`."""
        ...
