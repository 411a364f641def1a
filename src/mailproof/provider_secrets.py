"""The secret of a provider: what it is called, what it is bound to at rest, and whether the keys at hand open it."""

from __future__ import annotations

from mailproof.errors import StartupError
from mailproof.model import HttpSettings, Provider, Settings
from mailproof.secret import Identity, SealBroken, Secret, Vault
from mailproof.store import Store


def secret_name(settings: Settings) -> str:
    """Return what the secret of such a provider is called: a field's name, as events list it."""
    if isinstance(settings, HttpSettings):
        return "signing_key"
    return "client_secret" if settings.oauth else "password"


def identity(instance_id: str, provider_id: str, settings: Settings) -> Identity:
    """Return what a provider's secret is bound to."""
    return Identity(instance_id, "provider", provider_id, secret_name(settings))


def open_secret(vault: Vault, provider: Provider) -> Secret:
    """Return a provider's secret, empty where it has none.

    Raises:
        SealBroken: It does not open.
    """
    if provider.sealed is None:
        return Secret("")
    return vault.open(provider.sealed, identity(provider.details.resource_owner, provider.id, provider.settings))


async def check_keys(store: Store, vault: Vault) -> None:
    """Open one secret of each key in use.

    Raises:
        StartupError: One does not open; the sentence names the record.
    """
    for provider in await store.sealed_samples():
        try:
            open_secret(vault, provider)
        except SealBroken as error:
            raise StartupError(
                f"the encryption key does not open the secret of configuration {provider.id} of instance "
                f"{provider.details.resource_owner}, nor others sealed like it: start with the key that the data was "
                "written under"
            ) from error
