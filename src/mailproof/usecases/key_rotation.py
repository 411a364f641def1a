"""The use case of sealing stored secrets anew: under another key, or for the form of today; while the service runs.

Each secret is sealed anew by an event of its own, in one transaction with the destruction of the blob before it, so the
state still follows from the events, replicas go on meanwhile, and a run that was killed is finished by the next one.
Laws: a blob in the form of before destinations were bound is opened here alone; one that does not open is left as it is
and told of.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mailproof.domain.ledger import Change, EventType, Situation
from mailproof.domain.model import Caller, Provider, Role, Token
from mailproof.domain.secret import RecordIdentity, SealBroken, Secret
from mailproof.store.contract import Store
from mailproof.usecases.provider_secrets import KEY_PROOF, RotatingVault, identity

log = logging.getLogger("mailproof.secrets")

_BATCH = 50
"""How many secrets are sealed anew at a time; on SQLite they share their transactions."""

_DESTROYED_AT_ONCE = 500

_ROUNDS = 3
"""How often it is looked for secrets under other keys: a call may have sealed one just before it knew the new key."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ResealingProgress = Callable[[int, int], None]
"""Is told how many secrets were sealed anew, and how many there are to seal anew."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a run has done.

    Attributes:
        resealed: How many secrets were sealed anew.
        unreadable: The providers whose secrets can't be opened, and stay as they are.
        destroyed: How many secrets that no provider had any more were destroyed in events.
        left: How many secrets, of providers and in events, are not under the current key yet.
    """

    resealed: int
    unreadable: tuple[Provider, ...]
    destroyed: int
    left: int


class KeyRotation:
    """Seals stored secrets anew.

    Args:
        store: Has the secrets.
        vault: Opens them with the keys it has, and seals under the newest one.
    """

    def __init__(self, store: Store, vault: RotatingVault) -> None:
        self._store = store
        self._vault = vault

    async def run(self, progress: ResealingProgress | None = None, *, accept_unbound: bool = False) -> Rotation:
        """Seal every secret anew that is not under the current key, and destroy what is left of replaced ones.

        Args:
            progress: Is told how far it is.
            accept_unbound: Whether secrets in the form of before destinations were bound are taken for the destination
                that their record names today. Nothing proves that it is the one they were stored for.

        Raises:
            StoreUnavailable: The database can't be used now; what was sealed anew stays so.
        """
        destroyed = await self._destroy_superseded()
        resealed, unreadable = 0, dict[str, Provider]()
        for _ in range(_ROUNDS):
            counts = await self._store.sealed_counts()
            old = {header: providers for header, (providers, _) in counts.items() if self._is_old(header)}
            if sum(old.values()) <= len(unreadable):
                break
            of = resealed + sum(old.values())
            for header in old:
                after = ""
                while found := await self._store.sealed_with(header, after=after, limit=_BATCH):
                    done = await asyncio.gather(*(self._reseal(each, accept_unbound=accept_unbound) for each in found))
                    unreadable |= {each.id: each for each, sealed in zip(found, done, strict=True) if not sealed}
                    resealed += sum(done)
                    after = found[-1].id
                    if progress is not None:
                        progress(resealed, of)
        await self._renew_proof()
        counts = await self._store.sealed_counts()
        left = sum(providers + events for header, (providers, events) in counts.items() if self._is_old(header))
        return Rotation(resealed, tuple(unreadable.values()), destroyed, left)

    async def upgrade(self) -> None:
        """Bind the secrets of older releases to the destinations that their records name, once in a database's life.

        The form of the kept proof says whether that was done. From then on such a secret does not open.

        Raises:
            StoreUnavailable: The database can't be used now; the next start goes on where this one ended.
        """
        proof = await self._store.key_proof()
        if proof is not None and not (_is_other_form(proof, self._vault.header) and self._vault.knows(proof)):
            return
        done = await self.run(accept_unbound=True)
        for provider in done.unreadable:
            log.error("the secret of configuration %s can't be opened, and has to be set again", provider.id)
        if done.resealed or done.destroyed:
            await self._store.forget()
            log.info("bound %d secrets to their destinations, and destroyed %d old ones", done.resealed, done.destroyed)

    def _is_old(self, header: bytes) -> bool:
        return header != self._vault.header

    async def _reseal(self, provider: Provider, *, accept_unbound: bool) -> bool:
        """Seal a provider's secret anew; return False if it can't be opened."""
        instance_id = provider.details.resource_owner
        readable = True

        def decide(situation: Situation) -> Sequence[Change]:
            nonlocal readable
            now = situation.provider
            if now is None or now.sealed is None or not self._is_old(now.sealed[: len(self._vault.header)]):
                return ()  # somebody removed or replaced it meanwhile
            bound = identity(instance_id, now.id, now.settings)
            try:
                secret = self._open(now.sealed, bound, accept_unbound=accept_unbound)
            except SealBroken as error:
                readable = False
                log.error("a stored secret does not open, and is left as it is: %s", error)  # noqa: TRY400
                return ()
            return (Change(EventType.SECRET_RESEALED, now.id, sealed=self._vault.seal(secret, bound)),)

        await self._store.commit(_operator(instance_id), provider.id, decide)
        return readable

    def _open(self, blob: bytes, bound: RecordIdentity, *, accept_unbound: bool) -> Secret:
        if accept_unbound and _is_other_form(blob, self._vault.header):
            return self._vault.open_unbound(blob, bound)
        return self._vault.open(blob, bound)

    async def _destroy_superseded(self) -> int:
        destroyed = 0
        while found := await self._store.destroy_superseded(_DESTROYED_AT_ONCE):
            destroyed += found
        return destroyed

    async def _renew_proof(self) -> None:
        proof = await self._store.key_proof()
        if proof is None or proof[: len(self._vault.header)] != self._vault.header:
            await self._store.replace_key_proof(self._vault.seal(Secret("witness"), KEY_PROOF))


def _is_other_form(blob: bytes, header: bytes) -> bool:
    """Return whether a blob is of another version than what is sealed now."""
    return blob[:1] != header[:1]


def _operator(instance_id: str) -> Caller:
    """Return who the events name: nobody with a token, since the operator of the database does this."""
    return Caller(Token("", "", Role.ADMIN, (instance_id,), _EPOCH), instance_id)
