"""Use cases on stored providers: what each call makes happen, and when it is refused.

Knows the domain and the store's contract; no protobuf, gRPC or SQL. The laws kept here: a stored secret stays only with
the destination it was stored for, and a provider without a user has none.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from enum import Enum

from mailproof.domain.errors import (
    AlreadyActive,
    AlreadyInactive,
    FieldViolation,
    InvalidFields,
    PasswordNotUsed,
    PasswordRequired,
    ProviderExists,
    ProviderNotFound,
    SecretUnreadable,
)
from mailproof.domain.ledger import Change, CommitResult, Event, EventType, IdempotencyKey, Situation, evolve
from mailproof.domain.model import (
    Caller,
    Details,
    HttpSettings,
    Page,
    Provider,
    ProviderPage,
    ProviderSettings,
    ProviderState,
    SmtpSettings,
)
from mailproof.domain.secret import SealBroken, Secret, Vault
from mailproof.store.contract import ProviderStore
from mailproof.usecases.provider_secrets import identity, open_secret, secret_name, secret_problem, usable_secret

SIGNING_KEY_BYTES = 32


class Auth(Enum):
    """How a call says that a provider authenticates."""

    UNSPECIFIED = "unsaid"  # by user and password, as the older messages have it; without both, as it is stored
    NONE = "none"
    PLAIN = "plain"
    XOAUTH2 = "xoauth2"


@dataclass(frozen=True, slots=True)
class SmtpInput:
    """What a call says of a provider that speaks SMTP.

    Attributes:
        settings: With `oauth` where `auth` is XOAUTH2.
        secret: The password, or the OAuth client's secret; empty: none is sent.
    """

    settings: SmtpSettings
    secret: Secret = field(default_factory=lambda: Secret(""))
    auth: Auth = Auth.UNSPECIFIED

    @property
    def secret_path(self) -> str:
        """The proto path of the field that holds the secret."""
        return {Auth.PLAIN: "plain.password", Auth.XOAUTH2: "xoauth2.client_credentials.client_secret"}.get(
            self.auth, "password"
        )

    def normalised(self) -> SmtpInput:
        """Return it with the user and the authentication in agreement.

        Raises:
            InvalidFields: A token or a password is to be used, and there is no user; or the secret can't be used.
        """
        settings = self.settings
        if self.auth is Auth.XOAUTH2 and not settings.user:
            raise InvalidFields([FieldViolation("user", "must not be empty with xoauth2")])
        if self.secret and self.auth is not Auth.NONE and not settings.user:
            raise InvalidFields([FieldViolation("user", "must not be empty when a password is given")])
        if self.auth is Auth.NONE or not settings.user:
            return SmtpInput(replace(settings, user="", oauth=None), Secret(""), Auth.NONE)
        problem = secret_problem(settings, self.secret)
        if problem:
            raise InvalidFields([FieldViolation(self.secret_path, problem)])
        return self

    def completed(self, stored: SmtpSettings, name: str) -> SmtpSettings:
        """Return these settings as they are meant with the stored secret, where none is sent.

        Args:
            name: What the stored secret is called.

        Raises:
            PasswordRequired: The stored secret is none for these settings.
        """
        settings = self.settings
        if self.auth is Auth.UNSPECIFIED:  # the older messages can't say it
            settings = replace(settings, oauth=stored.oauth)
        words = name.replace("_", " ")
        if secret_name(settings) != name:
            raise PasswordRequired(f"must be sent: what is stored is a {words}", field=self.secret_path)
        if not settings.same_destination(stored):
            sent = (
                "sent, or xoauth2 with a client_secret" if self.auth is Auth.UNSPECIFIED and settings.oauth else "sent"
            )
            of = "host, tls, user, token_endpoint and client_id" if self.auth is Auth.XOAUTH2 else "host, tls and user"
            raise PasswordRequired(
                f"must be {sent}: {of} are not those that the stored {words} belongs to", field=self.secret_path
            )
        return settings


class Providers:
    """What may be done with the providers of the caller's instance.

    Args:
        single: Whether an instance holds one provider at most.
    """

    def __init__(self, store: ProviderStore, vault: Vault, *, single: bool = False) -> None:
        self._store = store
        self._vault = vault
        self._single = single

    async def add_smtp(self, caller: Caller, new: SmtpInput, *, key: IdempotencyKey | None = None) -> Event:
        """Store a provider, inactive; return the event when it is durable.

        Raises:
            ConfigExists: One is stored, and no other may be. InvalidFields: The user and the authentication don't fit.
        """
        new = new.normalised()
        if new.auth is Auth.XOAUTH2 and not new.secret:
            raise PasswordRequired("must not be empty", field=new.secret_path)
        return await self._add(caller, EventType.SMTP_ADDED, new.settings, new.secret, key)

    async def add_http(
        self, caller: Caller, settings: HttpSettings, *, key: IdempotencyKey | None = None
    ) -> tuple[Event, Secret]:
        """Store a provider that mail is posted to; return the event and the new signing key.

        Raises:
            ConfigExists: One is stored, and no other may be. SecretUnreadable: The call is repeated, and the first
            one's key does not open.
        """
        event = await self._add(caller, EventType.HTTP_ADDED, settings, _new_signing_key(), key)
        return event, self._added_secret(event)  # from the event: a repeated call gets the key of the first one

    async def get(self, caller: Caller, provider_id: str) -> Provider:
        """Return a provider.

        Raises:
            ConfigNotFound: The caller's instance has none with this id.
        """
        provider = await self._store.get(caller.instance_id, provider_id)
        if provider is None:
            raise ProviderNotFound(provider_id)
        return provider

    async def get_active(self, caller: Caller) -> Provider:
        """Return the active provider.

        Raises:
            ConfigNotFound: None is active.
        """
        provider = await self._store.get_active(caller.instance_id)
        if provider is None:
            raise ProviderNotFound("")
        return provider

    async def list(self, caller: Caller, page: Page) -> ProviderPage:
        """Return one page of the caller's instance."""
        return await self._store.list(caller.instance_id, page)

    def signing_key(self, provider: Provider) -> Secret:
        """Return the signing key of a provider that mail is posted to, which its readers are shown.

        One that does not open is empty: the rest of the provider, and all the others of a list, can be read.
        """
        try:
            return usable_secret(self._vault, provider)
        except SecretUnreadable:
            return Secret("")

    async def update_smtp(self, caller: Caller, provider_id: str, new: SmtpInput) -> Details:
        """Replace a provider's settings; nothing happens where nothing differs.

        Raises:
            ConfigNotFound: No SMTP provider has this id. PasswordRequired: No secret is sent, and the stored one
            belongs to another destination. InvalidFields: The user and the authentication don't fit.
        """
        new = new.normalised()
        new_sealed = self._seal(caller, provider_id, new.settings, new.secret)

        def decide(situation: Situation) -> Sequence[Change]:
            before = situation.provider
            if before is None or not isinstance(before.settings, SmtpSettings):
                raise ProviderNotFound(provider_id, reference="COMMAND-j5IDFtt3T1")
            settings, sealed = new.settings, new_sealed
            if new.auth is not Auth.NONE and not new.secret:
                settings, sealed = _keep_stored_secret(before, before.settings, new)
            elif new_sealed is not None and self._has_secret(before, settings, new.secret):
                sealed = before.sealed
            changed = _changed(before.settings, settings)
            if sealed != before.sealed:
                changed += (secret_name(settings if sealed else before.settings),)
            if not changed:
                return ()
            return (Change(EventType.SMTP_CHANGED, provider_id, settings, sealed, changed),)

        return _details(await self._store.commit(caller, provider_id, decide))

    async def update_http(
        self, caller: Caller, provider_id: str, settings: HttpSettings, *, rotate: bool
    ) -> tuple[Details, Secret | None]:
        """Replace a provider's settings, and with `rotate` its signing key, which is returned then.

        Raises:
            ConfigNotFound: No HTTP provider has this id.
        """
        key = _new_signing_key() if rotate else None
        new_sealed = self._seal(caller, provider_id, settings, key) if key else None

        def decide(situation: Situation) -> Sequence[Change]:
            before = situation.provider
            if before is None or not isinstance(before.settings, HttpSettings):
                raise ProviderNotFound(provider_id, reference="COMMAND-j5IDFtt3T1")
            changed = _changed(before.settings, settings)
            if new_sealed is not None:
                changed += ("signing_key",)
            if not changed:
                return ()
            return (Change(EventType.HTTP_CHANGED, provider_id, settings, new_sealed or before.sealed, changed),)

        return _details(await self._store.commit(caller, provider_id, decide)), key

    async def update_password(self, caller: Caller, provider_id: str, password: Secret) -> Details:
        """Replace a provider's password, in any state; an empty one means that none is stored.

        Raises:
            ConfigNotFound: No SMTP provider has this id. PasswordNotUsed: It does not authenticate by a password.
            InvalidFields: The password can't be used.
        """

        def decide(situation: Situation) -> Sequence[Change]:
            before = situation.provider
            if before is None or not isinstance(before.settings, SmtpSettings):
                raise ProviderNotFound(provider_id, reference="COMMAND-rDHzqjGuKQ")
            if before.settings.oauth is not None:
                raise PasswordNotUsed("this configuration authenticates by tokens: update it with `plain` instead")
            if not before.settings.user and password:
                raise PasswordNotUsed("this configuration has no user: update it with a user and the password instead")
            if self._has_secret(before, before.settings, password):
                return ()
            problem = secret_problem(before.settings, password)
            if problem:
                raise InvalidFields([FieldViolation("password", problem)])
            sealed = self._seal(caller, provider_id, before.settings, password)
            return (Change(EventType.PASSWORD_CHANGED, provider_id, sealed=sealed, changed=("password",)),)

        return _details(await self._store.commit(caller, provider_id, decide))

    async def activate(self, caller: Caller, provider_id: str) -> Details:
        """Make a provider the active one, and the one that was inactive.

        Raises:
            ConfigNotFound: The instance has none with this id. AlreadyActive: It is.
        """

        def decide(situation: Situation) -> Sequence[Change]:
            if situation.provider is None:
                raise ProviderNotFound(provider_id, reference="COMMAND-E9K20hxOS9")
            if situation.provider.state is ProviderState.ACTIVE:
                raise AlreadyActive(provider_id)
            other = situation.active.id if situation.active else ""
            return (Change(EventType.ACTIVATED, provider_id, deactivated=other),)

        return _details(await self._store.commit(caller, provider_id, decide))

    async def deactivate(self, caller: Caller, provider_id: str) -> Details:
        """Make a provider inactive.

        Raises:
            ConfigNotFound: The instance has none with this id. AlreadyInactive: It is.
        """

        def decide(situation: Situation) -> Sequence[Change]:
            if situation.provider is None:
                raise ProviderNotFound(provider_id, reference="COMMAND-k39PJ")
            if situation.provider.state is ProviderState.INACTIVE:
                raise AlreadyInactive(provider_id)
            return (Change(EventType.DEACTIVATED, provider_id),)

        return _details(await self._store.commit(caller, provider_id, decide))

    async def remove(self, caller: Caller, provider_id: str) -> Details:
        """Remove a provider, active or not.

        Raises:
            ConfigNotFound: The instance has none with this id.
        """

        def decide(situation: Situation) -> Sequence[Change]:
            if situation.provider is None:
                raise ProviderNotFound(provider_id, reference="COMMAND-09CXlTDL6w")
            return (Change(EventType.REMOVED, provider_id),)

        return _details(await self._store.commit(caller, provider_id, decide))

    async def _add(
        self, caller: Caller, event: EventType, settings: ProviderSettings, secret: Secret, key: IdempotencyKey | None
    ) -> Event:
        provider_id = self._store.new_id()
        change = Change(event, provider_id, settings, self._seal(caller, provider_id, settings, secret))
        if not self._single:
            return await self._store.add(caller, change, key=key)

        def decide(situation: Situation) -> Sequence[Change]:
            if situation.count:
                raise ProviderExists
            return (change,)

        return (await self._store.commit(caller, "", decide, key=key)).events[0]

    def _seal(self, caller: Caller, provider_id: str, settings: ProviderSettings, secret: Secret) -> bytes | None:
        if not secret:
            return None
        return self._vault.seal(secret, identity(caller.instance_id, provider_id, settings))

    def _has_secret(self, before: Provider, settings: SmtpSettings, secret: Secret) -> bool:
        """Return whether a provider has this secret; one that can't be opened is replaced by any other."""
        try:
            return secret_name(before.settings) == secret_name(settings) and open_secret(self._vault, before) == secret
        except SealBroken:
            return False

    def _added_secret(self, event: Event) -> Secret:
        """Return the secret that a provider was added with."""
        added = evolve(event, {})[event.change.provider_id]
        return usable_secret(self._vault, added) if added else Secret("")


def _keep_stored_secret(before: Provider, stored: SmtpSettings, new: SmtpInput) -> tuple[SmtpSettings, bytes | None]:
    """Return settings and blob of an update that sends no secret: the stored one is kept, or the call refused."""
    if before.sealed is not None:
        return new.completed(stored, secret_name(stored)), before.sealed
    if new.auth is Auth.XOAUTH2:
        raise PasswordRequired("must not be empty: none is stored", field=new.secret_path)
    return replace(new.settings, oauth=stored.oauth if new.auth is Auth.UNSPECIFIED else None), None


def _changed(before: ProviderSettings, after: ProviderSettings) -> tuple[str, ...]:
    return tuple(f.name for f in fields(after) if getattr(before, f.name) != getattr(after, f.name))


def _details(outcome: CommitResult) -> Details:
    """Return the details of the last event of an outcome, or of the provider where nothing had to happen."""
    if outcome.events:
        return outcome.events[-1].details
    if outcome.provider is None:
        raise ValueError("nothing happened to nothing")
    return replace(outcome.provider.details, creation_date=None)


def _new_signing_key() -> Secret:
    return Secret(secrets.token_urlsafe(SIGNING_KEY_BYTES))
