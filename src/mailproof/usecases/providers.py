"""The use cases of stored providers: what each call does, and when it is refused.

Laws: a stored secret is kept only with the login that it was entered for (`smtp.stored_secret`); an SMTP provider
without a user may have a password, which logs nobody in, and no OAuth client.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from enum import Enum

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.ledger import (
    UNBOUNDED,
    Change,
    CommitResult,
    Decide,
    Event,
    EventType,
    Expected,
    IdempotencyKey,
    Quota,
    Situation,
    evolve,
)
from mailproof.domain.model import (
    Caller,
    Details,
    HttpSettings,
    Page,
    Permission,
    Provider,
    ProviderPage,
    ProviderSettings,
    ProviderState,
    SmtpSettings,
)
from mailproof.domain.phrase import say
from mailproof.domain.provider_errors import (
    AlreadyActive,
    AlreadyInactive,
    NoActiveProvider,
    PasswordNotUsed,
    PasswordRequired,
    ProviderExists,
    ProviderNotFound,
    SecretUnreadable,
)
from mailproof.domain.secret import SealBroken, Secret, Vault
from mailproof.store.contract import ProviderStore
from mailproof.usecases.provider_secrets import (
    identity,
    kept_secret,
    may_keep_secret,
    open_secret,
    secret_in_words,
    secret_name,
    secret_problem,
    usable_secret,
)

SIGNING_KEY_BYTES = 32


class Auth(Enum):
    """How a provider authenticates, as a call says it."""

    UNSPECIFIED = "unsaid"  # older messages: by user and password; without a password, as the stored provider does
    NONE = "none"
    PLAIN = "plain"
    XOAUTH2 = "xoauth2"


@dataclass(frozen=True, slots=True)
class SmtpInput:
    """What a call says about an SMTP provider.

    Attributes:
        settings: The settings, with `oauth` where `auth` is XOAUTH2.
        secret: The password, or the OAuth client's secret; empty where none is sent.
        auth: How the provider authenticates.
        user_left_out: Whether the call has no user and could have said that an empty one is meant.
    """

    settings: SmtpSettings
    secret: Secret = field(default_factory=lambda: Secret(""))
    auth: Auth = Auth.UNSPECIFIED
    user_left_out: bool = False

    @property
    def secret_path(self) -> str:
        """The proto path of the field that holds the secret."""
        return {Auth.PLAIN: "plain.password", Auth.XOAUTH2: "xoauth2.client_credentials.client_secret"}.get(
            self.auth, "password"
        )

    def normalised(self) -> SmtpInput:
        """Return the same input without user, client and secret with `none`, and without a client where nobody logs in.

        Raises:
            InvalidFields: A token is given without a user, or the secret can't be used.
        """
        settings = self.settings
        if self.auth is Auth.XOAUTH2 and not settings.user:
            raise InvalidFields([FieldViolation("user", say("must not be empty with xoauth2"))])
        if self.auth is Auth.NONE:
            return SmtpInput(replace(settings, user="", oauth=None), Secret(""), Auth.NONE)
        if not settings.user and settings.oauth is not None:
            settings = replace(settings, oauth=None)
        problem = secret_problem(settings, self.secret)
        if problem:
            raise InvalidFields([FieldViolation(self.secret_path, problem)])
        return replace(self, settings=settings)

    def completed(self, stored: SmtpSettings, name: str) -> SmtpSettings:
        """Return the settings to use with the stored secret, where a call sends none.

        Args:
            stored: The stored settings.
            name: The name of the stored secret.

        Raises:
            PasswordRequired: The stored secret may not be used for these settings.
        """
        settings = self.settings
        if self.auth is Auth.UNSPECIFIED:  # the older messages can't say it
            settings = replace(settings, oauth=stored.oauth)
        words = secret_in_words(name)
        if secret_name(settings) != name:
            raise PasswordRequired(
                say("must be sent: what is stored is a {secret}", secret=words), field=self.secret_path
            )
        if not may_keep_secret(stored, settings):
            of = (
                say("host, tls, user, token_endpoint and client_id")
                if self.auth is Auth.XOAUTH2
                else say("host, tls and user")
            )
            raise PasswordRequired(
                say(
                    "must be sent, or xoauth2 with a client_secret: {of} are not those that the stored {secret} "
                    "belongs to",
                    of=of,
                    secret=words,
                )
                if self.auth is Auth.UNSPECIFIED and settings.oauth
                else say("must be sent: {of} are not those that the stored {secret} belongs to", of=of, secret=words),
                field=self.secret_path,
            )
        return settings


class Providers:
    """Stores, reads and changes the providers of the caller's instance.

    Args:
        store: Has the providers.
        vault: Encrypts their secrets.
        single: Whether an instance holds at most one provider.
        quota: How much an instance may have.
    """

    def __init__(self, store: ProviderStore, vault: Vault, *, single: bool = False, quota: Quota = UNBOUNDED) -> None:
        self._store = store
        self._vault = vault
        self._single = single
        self._quota = quota

    async def add_smtp(self, caller: Caller, new: SmtpInput, *, key: IdempotencyKey | None = None) -> Event:
        """Store an SMTP provider, which is inactive, and return the event when it is durable.

        Args:
            key: Identifies the request, so that a repeated one gets the first one's event.

        Raises:
            ProviderExists: A provider is stored, and an instance holds only one.
            ConfigQuotaExceeded: The instance has as many as it may.
            PasswordRequired: There is no client secret for the token.
            InvalidFields: User, secret and authentication do not fit.
        """
        new = new.normalised()
        if new.auth is Auth.XOAUTH2 and not new.secret:
            raise PasswordRequired(say("must not be empty"), field=new.secret_path)
        return await self._add(caller, EventType.SMTP_ADDED, new.settings, new.secret, key)

    async def add_http(
        self, caller: Caller, settings: HttpSettings, *, key: IdempotencyKey | None = None
    ) -> tuple[Event, Secret]:
        """Store an HTTP provider, which is inactive, and return the event and its new signing key.

        Args:
            key: Identifies the request, so that a repeated one gets the first one's event, and the signing key that the
                provider has by now; it is empty where the provider was removed.

        Raises:
            ProviderExists: A provider is stored, and an instance holds only one.
            ConfigQuotaExceeded: The instance has as many as it may.
            SecretUnreadable: The call is repeated, and the first one's signing key can't be decrypted.
        """
        event = await self._add(caller, EventType.HTTP_ADDED, settings, _new_signing_key(), key)
        return event, await self._added_secret(event)

    async def get(self, caller: Caller, provider_id: str) -> Provider:
        """Return a provider.

        Raises:
            ProviderNotFound: The caller's instance has no provider with this id.
        """
        provider = await self._store.get(caller.instance_id, provider_id)
        if provider is None:
            raise ProviderNotFound(provider_id)
        return provider

    async def get_active(self, caller: Caller) -> Provider:
        """Return the active provider.

        Raises:
            NoActiveProvider: No provider is active.
        """
        provider = await self._store.get_active(caller.instance_id)
        if provider is None:
            raise NoActiveProvider((await self._store.list(caller.instance_id, Page(limit=1))).total)
        return provider

    async def list(self, caller: Caller, page: Page) -> ProviderPage:
        """Return a page of the providers of the caller's instance."""
        return await self._store.list(caller.instance_id, page)

    def signing_key(self, caller: Caller, provider: Provider) -> Secret:
        """Return the signing key of an HTTP provider; empty for a caller who may only read, who could sign with it.

        A key that can't be decrypted is empty too, so that the rest of the provider, or of a list, can be read.
        """
        if Permission.WRITE not in caller.token.permissions:
            return Secret("")
        try:
            return usable_secret(self._vault, provider)
        except SecretUnreadable:
            return Secret("")

    async def update_smtp(
        self, caller: Caller, provider_id: str, new: SmtpInput, *, expected: Expected | None = None
    ) -> Details:
        """Replace an SMTP provider's settings. Where nothing differs, nothing is written.

        Args:
            expected: The sequence that the update is based on; None for any.

        Raises:
            ProviderNotFound: No SMTP provider has this id.
            SequenceMismatch: It has another sequence by now.
            PasswordRequired: No secret is sent, and the stored one belongs to another destination.
            InvalidFields: User, secret and authentication do not fit, or the user is left out with whom the stored
                secret would go.
        """
        new = new.normalised()
        new_sealed = self._seal(caller, provider_id, new.settings, new.secret)

        def decide(situation: Situation) -> Sequence[Change]:
            before = situation.provider
            if before is None or not isinstance(before.settings, SmtpSettings):
                raise ProviderNotFound(provider_id, reference="COMMAND-j5IDFtt3T1")
            _check(expected, before)
            if new.user_left_out and not new.secret and before.settings.user and before.sealed is not None:
                raise InvalidFields([FieldViolation("user", _USER_LEFT_OUT)])
            settings, keeps = new.settings, new_sealed is None and before.sealed is None
            if new.auth is not Auth.NONE and not new.secret:
                settings, keeps = _keep_stored_secret(before, before.settings, new)
            elif new_sealed is not None:
                keeps = self._has_secret(before, settings, new.secret)
            sealed = kept_secret(self._vault, before, settings) if keeps else new_sealed
            changed = _changed(before.settings, settings)
            if not keeps:
                changed += (secret_name(settings if sealed else before.settings),)
            if not changed:
                return ()
            return (Change(EventType.SMTP_CHANGED, provider_id, settings, sealed, changed),)

        return _details(await self._commit(caller, provider_id, decide))

    async def update_http(
        self,
        caller: Caller,
        provider_id: str,
        settings: HttpSettings,
        *,
        rotate: bool,
        expected: Expected | None = None,
    ) -> tuple[Details, Secret | None]:
        """Replace an HTTP provider's settings. Where nothing differs, nothing is written.

        Args:
            rotate: Whether to make a new signing key.
            expected: The sequence that the update is based on; None for any.

        Returns:
            The details, and the new signing key; None where there is none.

        Raises:
            ProviderNotFound: No HTTP provider has this id.
            SequenceMismatch: It has another sequence by now.
        """
        key = _new_signing_key() if rotate else None
        new_sealed = self._seal(caller, provider_id, settings, key) if key else None

        def decide(situation: Situation) -> Sequence[Change]:
            before = situation.provider
            if before is None or not isinstance(before.settings, HttpSettings):
                raise ProviderNotFound(provider_id, reference="COMMAND-j5IDFtt3T1")
            _check(expected, before)
            changed = _changed(before.settings, settings)
            if new_sealed is not None:
                changed += ("signing_key",)
            if not changed:
                return ()
            sealed = new_sealed or kept_secret(self._vault, before, settings)
            return (Change(EventType.HTTP_CHANGED, provider_id, settings, sealed, changed),)

        return _details(await self._commit(caller, provider_id, decide)), key

    async def update_password(
        self, caller: Caller, provider_id: str, password: Secret, *, expected: Expected | None = None
    ) -> Details:
        """Replace an SMTP provider's password, whether the provider is active or not.

        Args:
            password: The new password; empty to store none.
            expected: The sequence that the change is based on; None for any.

        Raises:
            ProviderNotFound: No SMTP provider has this id.
            SequenceMismatch: It has another sequence by now.
            PasswordNotUsed: It authenticates by access tokens.
            InvalidFields: The password can't be used.
        """

        def decide(situation: Situation) -> Sequence[Change]:
            before = situation.provider
            if before is None or not isinstance(before.settings, SmtpSettings):
                raise ProviderNotFound(provider_id, reference="COMMAND-rDHzqjGuKQ")
            _check(expected, before)
            if before.settings.oauth is not None:
                raise PasswordNotUsed(say("this configuration authenticates by tokens: update it with `plain` instead"))
            if self._has_secret(before, before.settings, password):
                return ()
            problem = secret_problem(before.settings, password)
            if problem:
                raise InvalidFields([FieldViolation("password", problem)])
            sealed = self._seal(caller, provider_id, before.settings, password)
            return (Change(EventType.PASSWORD_CHANGED, provider_id, sealed=sealed, changed=("password",)),)

        return _details(await self._commit(caller, provider_id, decide))

    async def activate(self, caller: Caller, provider_id: str, *, expected: Expected | None = None) -> Details:
        """Make a provider the active one. The one that was active becomes inactive.

        Args:
            expected: The sequence that the change is based on; None for any.

        Raises:
            ProviderNotFound: The caller's instance has no provider with this id.
            SequenceMismatch: It has another sequence by now.
            AlreadyActive: It is active already.
        """

        def decide(situation: Situation) -> Sequence[Change]:
            if situation.provider is None:
                raise ProviderNotFound(provider_id, reference="COMMAND-E9K20hxOS9")
            _check(expected, situation.provider)
            if situation.provider.state is ProviderState.ACTIVE:
                raise AlreadyActive(provider_id)
            other = situation.active.id if situation.active else ""
            return (Change(EventType.ACTIVATED, provider_id, deactivated=other),)

        return _details(await self._commit(caller, provider_id, decide))

    async def deactivate(self, caller: Caller, provider_id: str, *, expected: Expected | None = None) -> Details:
        """Make a provider inactive.

        Args:
            expected: The sequence that the change is based on; None for any.

        Raises:
            ProviderNotFound: The caller's instance has no provider with this id.
            SequenceMismatch: It has another sequence by now.
            AlreadyInactive: It is inactive already.
        """

        def decide(situation: Situation) -> Sequence[Change]:
            if situation.provider is None:
                raise ProviderNotFound(provider_id, reference="COMMAND-k39PJ")
            _check(expected, situation.provider)
            if situation.provider.state is ProviderState.INACTIVE:
                raise AlreadyInactive(provider_id)
            return (Change(EventType.DEACTIVATED, provider_id),)

        return _details(await self._commit(caller, provider_id, decide))

    async def remove(self, caller: Caller, provider_id: str, *, expected: Expected | None = None) -> Details:
        """Remove a provider, whether it is active or not.

        Args:
            expected: The sequence that the change is based on; None for any.

        Raises:
            ProviderNotFound: The caller's instance has no provider with this id.
            SequenceMismatch: It has another sequence by now.
        """

        def decide(situation: Situation) -> Sequence[Change]:
            if situation.provider is None:
                raise ProviderNotFound(provider_id, reference="COMMAND-09CXlTDL6w")
            _check(expected, situation.provider)
            return (Change(EventType.REMOVED, provider_id),)

        return _details(await self._commit(caller, provider_id, decide))

    async def _add(
        self, caller: Caller, event: EventType, settings: ProviderSettings, secret: Secret, key: IdempotencyKey | None
    ) -> Event:
        """Store a new provider, and return its event."""
        provider_id = self._store.new_id()
        change = Change(event, provider_id, settings, self._seal(caller, provider_id, settings, secret))
        if not self._single:
            return await self._store.add(caller, change, key=key, quota=self._quota)

        def decide(situation: Situation) -> Sequence[Change]:
            if situation.count:
                raise ProviderExists
            return (change,)

        return (await self._commit(caller, "", decide, key)).events[0]

    async def _commit(
        self, caller: Caller, provider_id: str, decide: Decide, key: IdempotencyKey | None = None
    ) -> CommitResult:
        return await self._store.commit(caller, provider_id, self._quota.bounding(decide), key=key)

    def _seal(self, caller: Caller, provider_id: str, settings: ProviderSettings, secret: Secret) -> bytes | None:
        if not secret:
            return None
        return self._vault.seal(secret, identity(caller.instance_id, provider_id, settings))

    def _has_secret(self, before: Provider, settings: SmtpSettings, secret: Secret) -> bool:
        """Return whether a provider already has this secret; False where its own can't be decrypted."""
        try:
            return secret_name(before.settings) == secret_name(settings) and open_secret(self._vault, before) == secret
        except SealBroken:
            return False

    async def _added_secret(self, event: Event) -> Secret:
        """Return the secret of the provider that an event has added."""
        added = evolve(event, {})[event.change.provider_id]
        if added is not None and added.sealed is None:  # the call is repeated: what the event had was superseded since
            added = await self._store.get(event.instance_id, event.change.provider_id)
        return usable_secret(self._vault, added) if added else Secret("")


_USER_LEFT_OUT = say(
    'must be sent: without it the stored secret would be removed together with the user that it belongs to; "" does so'
)


def _check(expected: Expected | None, provider: Provider) -> None:
    if expected is not None:
        expected.check(provider)


def _keep_stored_secret(before: Provider, stored: SmtpSettings, new: SmtpInput) -> tuple[SmtpSettings, bool]:
    """Return the settings of an update that sends no secret, and whether what is stored of one stays: it mostly does.

    An update that removes the user removes the secret with it. A password that was stored without a user logs nobody
    in, so it is dropped, and not asked for, where it may not be kept.

    Raises:
        PasswordRequired: The stored secret may not be used for the new settings, or there is none.
    """
    if not new.settings.user:
        return new.settings, before.sealed is None or may_keep_secret(stored, new.settings)
    if before.sealed is not None:
        return new.completed(stored, secret_name(stored)), True
    if new.auth is Auth.XOAUTH2:
        raise PasswordRequired(say("must not be empty: none is stored"), field=new.secret_path)
    return replace(new.settings, oauth=stored.oauth if new.auth is Auth.UNSPECIFIED else None), True


def _changed(before: ProviderSettings, after: ProviderSettings) -> tuple[str, ...]:
    return tuple(f.name for f in fields(after) if getattr(before, f.name) != getattr(after, f.name))


def _details(outcome: CommitResult) -> Details:
    """Return the details of the last event; where nothing was written, those of the provider without creation date."""
    if outcome.events:
        return outcome.events[-1].details
    if outcome.provider is None:
        raise ValueError("nothing happened to nothing")
    return replace(outcome.provider.details, creation_date=None)


def _new_signing_key() -> Secret:
    return Secret(secrets.token_urlsafe(SIGNING_KEY_BYTES))
