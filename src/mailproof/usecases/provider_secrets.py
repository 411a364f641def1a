"""The secret of a provider: its name, its rules, the record that its encryption is bound to, and how it is opened."""

from __future__ import annotations

import logging
from typing import Protocol

from mailproof.domain.errors import StartupError, StoreUnavailable
from mailproof.domain.model import HttpSettings, Provider, ProviderSettings, SmtpSettings
from mailproof.domain.phrase import say
from mailproof.domain.provider_errors import SecretUnreadable
from mailproof.domain.secret import RecordIdentity, SealBroken, Secret, Vault
from mailproof.smtp.stored_secret import LoginTarget, may_use_stored_secret
from mailproof.smtp.vocabulary import TlsMode
from mailproof.store.contract import Store
from mailproof.syntax.credentials import client_problem, password_problem
from mailproof.syntax.host import split_host_port

log = logging.getLogger("mailproof.secrets")

KEY_PROOF = RecordIdentity("", "key", "", "witness")
"""What the text is bound to by which a replica shows that it has the key of the others."""

_REMEDIES = {
    "password": say("set it again"),
    "client_secret": say("update the configuration with it"),
    "signing_key": say('have a new one made (expiration_signing_key "0s")'),
}


class RotatingVault(Vault, Protocol):
    """A vault that knows which keys it has."""

    @property
    def header(self) -> bytes:
        """The header of blobs that are sealed now: version and key id."""
        ...

    def knows(self, blob: bytes) -> bool:
        """Return whether a blob, or its header, is under one of the keys."""
        ...

    def open_unbound(self, blob: bytes, identity: RecordIdentity) -> Secret:
        """Return the secret of a blob in the form of before destinations were bound.

        Raises:
            SealBroken: The blob can't be opened, or is in today's form.
        """
        ...


def secret_name(settings: ProviderSettings) -> str:
    """Return the name of the secret that a provider with these settings has: a field's name, as events list it."""
    if isinstance(settings, HttpSettings):
        return "signing_key"
    return "client_secret" if settings.oauth else "password"


def secret_in_words(name: str) -> str:
    """Return what a secret is called in sentences, given its field's name."""
    return {"signing_key": say("signing key"), "client_secret": say("client secret")}.get(name) or say("password")


def secret_problem(settings: SmtpSettings, secret: Secret) -> str:
    """Return what a secret must be to be of use for such settings, "" where it is: what a test of them asks of it."""
    if settings.oauth is not None:
        return client_problem(secret.reveal())
    return password_problem(settings.user, secret)


def login_target(settings: SmtpSettings) -> LoginTarget:
    """Return where settings log in, as the rule on stored secrets compares it."""
    try:
        host, port = split_host_port(settings.host)
    except ValueError:  # no call stores such a host; it is like no other one
        host, port = settings.host, 0
    client = (settings.oauth.token_endpoint, settings.oauth.client_id) if settings.oauth else None
    return LoginTarget(host, port, tls_mode_of(settings), settings.user, client)


def tls_mode_of(settings: SmtpSettings) -> TlsMode:
    """Return what `tls` of stored settings means."""
    return TlsMode.AUTO if settings.tls else TlsMode.OPPORTUNISTIC


def may_keep_secret(stored: SmtpSettings, new: SmtpSettings) -> bool:
    """Return whether the stored secret of settings may be used for new ones."""
    return may_use_stored_secret(login_target(stored), login_target(new))


def identity(instance_id: str, provider_id: str, settings: ProviderSettings) -> RecordIdentity:
    """Return the record and the destination that a provider's secret is bound to as it is encrypted."""
    return RecordIdentity(instance_id, "provider", provider_id, secret_name(settings), settings.destination)


def open_secret(vault: Vault, provider: Provider) -> Secret:
    """Return a provider's secret; empty where it has none.

    Raises:
        SealBroken: It can't be decrypted.
    """
    if provider.sealed is None:
        return Secret("")
    return vault.open(provider.sealed, identity(provider.details.resource_owner, provider.id, provider.settings))


def usable_secret(vault: Vault, provider: Provider) -> Secret:
    """Return a provider's secret for a call that needs it; empty where it has none.

    Raises:
        SecretUnreadable: It can't be decrypted; the log says why.
    """
    try:
        return open_secret(vault, provider)
    except SealBroken as error:
        name = secret_name(provider.settings)
        log.error("a stored secret does not open: %s", error)  # noqa: TRY400 - a traceback says no more
        raise SecretUnreadable(provider.id, secret_in_words(name), _REMEDIES[name]) from None


def kept_secret(vault: Vault, provider: Provider, settings: ProviderSettings) -> bytes | None:
    """Return the blob of a provider's secret for other settings that keep it; None where it has none.

    Args:
        provider: The provider as it is stored.
        settings: The settings that it is to have.

    Raises:
        SecretUnreadable: The secret is to be sealed for another destination, and can't be decrypted.
    """
    if provider.sealed is None or settings.destination == provider.settings.destination:
        return provider.sealed
    bound = identity(provider.details.resource_owner, provider.id, settings)
    return vault.seal(usable_secret(vault, provider), bound)


async def check_keys(store: Store, vault: RotatingVault) -> None:
    """Check that every key is there that secrets are sealed under, and that of the text which the first replica sealed.

    Raises:
        StartupError: A key is missing, and the message names a record that needs it; or the store can't be read.
    """
    await check_keys_in_use(store, vault)
    try:
        proof = await store.key_check(vault.seal(Secret("witness"), KEY_PROOF))
    except StoreUnavailable as error:
        raise StartupError(error.message) from error
    if not vault.knows(proof):
        raise StartupError(
            "this encryption key is not that of the other replicas: start all with the same MAILPROOF_ENCRYPTION_KEY"
        )


async def check_keys_in_use(store: Store, vault: RotatingVault) -> None:
    """Check that every key is there that secrets are sealed under.

    A secret that does not open under its own key, since its record was changed, keeps nobody else's from being used.

    Raises:
        StartupError: A key is missing, and the message names a record that needs it; or the store can't be read.
    """
    try:
        samples = await store.sealed_samples()
    except StoreUnavailable as error:
        raise StartupError(error.message) from error
    for provider in samples:
        if not vault.knows(provider.sealed or b""):
            raise StartupError(
                f"the encryption key does not open the secret of configuration {provider.id} of instance "
                f"{provider.details.resource_owner}, nor others sealed like it: start with the key that the data was "
                "written under"
            )
