"""Opens the encryption keys that the settings name, and prepares the stored secrets for a start.

The data directory has a mark once the secrets of older releases were bound to their destinations, and their access
tokens sealed, so that nobody who can write the database alone has the service accept such a secret or token again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from mailproof.domain.database import Engine
from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.service import key_command
from mailproof.service.settings import ServiceSettings
from mailproof.store.contract import Store
from mailproof.store.key_sources import KEY_FILE, FixedKeys, KeyFileSource, new_key, parse_keys
from mailproof.store.sealing import Keyring, is_unbound, key_id, key_id_of, open_sealer
from mailproof.usecases.key_rotation import KeyRotation, ResealingProgress, Rotation
from mailproof.usecases.provider_secrets import check_keys, check_keys_in_use
from mailproof.usecases.tokens import Tokens

log = logging.getLogger("mailproof.secrets")

BOUND = "secrets.bound"
"""The name of the mark."""


def open_keys(settings: ServiceSettings) -> Keyring:
    """Return the keys that the settings name: of the environment, a file, a command, or the data directory.

    Raises:
        StartupError: They can't be had, are malformed, or more than one source is named.
    """
    file, command = settings.encryption_key_file, settings.encryption_key_command
    if sum(1 for source in (settings.encryption_key, file, command) if source) > 1:
        raise StartupError(
            "give the encryption keys once: by MAILPROOF_ENCRYPTION_KEY, encryption_key_file or encryption_key_command"
        )
    if file is not None:
        # Its group may read it: mounted secrets often belong to root, and to a group that the service is in.
        return Keyring(KeyFileSource(file, forbidden=0o037))
    if command:
        return Keyring(FixedKeys(parse_keys(key_command.run(command), "what the encryption_key_command prints")))
    return open_sealer(settings.data_dir, settings.encryption_key)


def open_existing_keys(settings: ServiceSettings) -> Keyring:
    """Return the keys that the settings name, and make none: a new one would open nothing of what there is.

    Raises:
        StartupError: There are none, or they can't be used.
    """
    own = settings.data_dir / KEY_FILE
    try:
        found = own.exists()
    except OSError as error:
        raise StartupError(f"the encryption key {own} can't be read: {error.strerror}") from error
    if has_own_key(settings) and not found:
        raise StartupError(
            f"the encryption key of the service is needed: there is no {own}, and neither MAILPROOF_ENCRYPTION_KEY nor "
            "another source of keys is set"
        )
    return open_keys(settings)


def has_own_key(settings: ServiceSettings) -> bool:
    """Return whether the key is one that this installation makes for itself, in its data directory."""
    return not any((settings.encryption_key, settings.encryption_key_file, settings.encryption_key_command))


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What is sealed under a key.

    Attributes:
        id: The key's id.
        state: What the key is for.
        providers: How many providers' secrets are under it.
        events: How many secrets in events.
    """

    id: str
    state: str
    providers: int
    events: int


class OwnKeys:
    """The keys of an installation, for the commands that look after them.

    Args:
        settings: The settings that choose the database and the keys.

    Raises:
        StartupError: There are no keys, or they can't be used.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self._replicas = settings.database.engine is Engine.POSTGRES
        self._keys = open_existing_keys(settings)
        # None: the keys are the operator's to change.
        own = isinstance(self._keys.source, KeyFileSource) and settings.encryption_key_file is None
        self._file = self._keys.source if own and isinstance(self._keys.source, KeyFileSource) else None

    @property
    def newest(self) -> str:
        """The id of the key that is sealed under."""
        return key_id_of(self._keys.header).hex()

    async def uses(self, store: Store) -> tuple[KeyUse, ...]:
        """Return what is sealed under each key, the newest first, those that are missing here last."""
        counts: dict[str, tuple[int, int]] = {}
        for header, (providers, events) in (await store.sealed_counts()).items():
            before = counts.get(key_id_of(header).hex(), (0, 0))
            counts[key_id_of(header).hex()] = before[0] + providers, before[1] + events
        known = [key_id(key).hex() for key in self._keys.source.read()]
        states = dict.fromkeys(known, "opens") | {self.newest: "seals and opens"}
        ids = [*known, *(each for each in counts if each not in states)]
        return tuple(KeyUse(each, states.get(each, "missing"), *counts.get(each, (0, 0))) for each in ids)

    async def make_newer(self, store: Store) -> str:
        """Put a new key before the others in the data directory's file, unless a rotation is to be finished.

        Returns:
            The id of the new key; "" where none was made, since secrets are left under a key that is not the newest, or
            the operator looks after the keys.

        Raises:
            StartupError: A key is missing, or other replicas could not know the new key.
        """
        await check_keys(store, self._keys)
        older = [use for use in await self.uses(store) if use.id != self.newest]
        if self._file is None or any(use.providers + use.events for use in older):
            return ""
        if self._replicas:
            raise StartupError(
                "with PostgreSQL every replica must know a new key before anything is sealed under it: put one as the "
                f"second line of {self._file.path} of each, then make it the first line of each, and run this again"
            )
        key = new_key()
        self._file.write([key, *self._file.read()])
        return key_id(key).hex()

    async def rotate(self, store: Store, progress: ResealingProgress, *, accept_unbound: bool) -> Rotation:
        """Seal every secret, and every record of a token, anew under the newest key. See `KeyRotation.run`."""
        await check_keys(store, self._keys)
        done = await KeyRotation(store, self._keys).run(progress, accept_unbound=accept_unbound)
        await Tokens(store, self._keys).rekey()
        return done

    async def retire(self, store: Store) -> tuple[str, ...]:
        """Take all keys but the newest out of the data directory's file, and return their ids.

        Raises:
            StartupError: Something is sealed under one of them, or the operator looks after the keys.
        """
        if self._file is None:
            raise StartupError("these keys are not in the data directory: take the old ones out where you keep them")
        for use in await self.uses(store):
            if use.id != self.newest and use.providers + use.events:
                raise StartupError(f"secrets are left under the key {use.id}: run mailproof keys rotate first")
        if await Tokens(store, self._keys).outdated():
            raise StartupError("access tokens are left under an old key: run mailproof keys rotate first")
        newest, *others = self._file.read()
        if others:
            await _check_start_with(store, newest)
            self._file.write([newest])
        return tuple(key_id(key).hex() for key in others)


async def _check_start_with(store: Store, key: bytes) -> None:
    """Check that the service could start with this key alone.

    Raises:
        StartupError: It could not.
    """
    alone = Keyring(FixedKeys((key,)))
    try:
        await check_keys(store, alone)
        await Tokens(store, alone).check_key()
    except StartupError as error:
        raise StartupError(f"an old key is needed still ({error}): run mailproof keys rotate first") from error


async def prepare_secrets(store: Store, keys: Keyring, data_dir: Path) -> None:
    """Check the keys, and take over the secrets and the access tokens of older releases where that was not done yet.

    Raises:
        StartupError: A key is missing, or the database can't be used.
    """
    await check_keys_in_use(store, keys)
    marked = _is_marked(data_dir)
    try:
        if not marked:
            await KeyRotation(store, keys).upgrade()
        unbound = [each for each in await store.sealed_samples() if is_unbound(each.sealed or b"")]
    except StoreUnavailable as error:
        raise StartupError(error.message) from error
    await check_keys(store, keys)
    if unbound:
        log.error(
            "secrets in the form of an older release are not accepted any more, as that of configuration %s: set them "
            "again, or, if you restored an old backup, run mailproof keys rotate --accept-unbound",
            unbound[0].id,
        )
    await Tokens(store, keys).take_over(accept_old=not marked)
    _mark(data_dir)


def _is_marked(data_dir: Path) -> bool:
    return (data_dir / BOUND).exists()


def _mark(data_dir: Path) -> None:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data_dir / BOUND).touch(mode=0o600)
    except OSError as error:
        log.warning("the mark %s can't be made in the data directory: %s", BOUND, error.strerror)
