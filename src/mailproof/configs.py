"""Use cases on stored configurations. Knows the domain and the store's contract; no protobuf, gRPC or SQL."""

from __future__ import annotations

from mailproof.errors import ConfigNotFound
from mailproof.model import Caller, ConfigPage, NewConfig, Page, SmtpConfig
from mailproof.store import ConfigStore


class Configs:
    """What may be done with the configurations of the caller's instance."""

    def __init__(self, store: ConfigStore) -> None:
        self._store = store

    async def add(self, caller: Caller, new: NewConfig) -> SmtpConfig:
        """Store a configuration, inactive; return it when it is durable."""
        return await self._store.add_config(caller, new)

    async def get(self, caller: Caller, config_id: str) -> SmtpConfig:
        """Return a configuration.

        Raises:
            ConfigNotFound: The caller's instance has none with this id.
        """
        config = await self._store.get_config(caller.instance_id, config_id)
        if config is None:
            raise ConfigNotFound(config_id)
        return config

    async def list(self, caller: Caller, page: Page) -> ConfigPage:
        """Return one page of the caller's instance."""
        return await self._store.list_configs(caller.instance_id, page)
