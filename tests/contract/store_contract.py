"""What every store must do. An adapter's tests subclass `StoreContract` and say how a database is made and opened."""

from __future__ import annotations

from contract.store_commands import CommandsContract
from contract.store_keys import KeysContract
from contract.store_limits import LimitsContract
from contract.store_log import LogContract
from contract.store_providers import ProvidersContract
from contract.store_secrets import SecretsContract
from contract.store_thinning import ThinningContract
from contract.store_tokens import TokensContract


class StoreContract(
    ProvidersContract,
    LogContract,
    KeysContract,
    LimitsContract,
    TokensContract,
    SecretsContract,
    CommandsContract,
    ThinningContract,
):
    """The whole of it."""
