"""Failures of stored providers: not there, in another state, changed meanwhile, or without the secret that is needed.

Standard library only.
"""

from __future__ import annotations

from mailproof.domain.errors import Failure, FieldViolation, InvalidFields, Kind
from mailproof.domain.phrase import say


class ProviderNotFound(Failure):
    """The caller's instance has no provider with this id."""

    kind = Kind.NOT_FOUND
    reason = "SMTP_CONFIG_NOT_FOUND"

    def __init__(self, config_id: str, *, reference: str = "QUERY-fwofw") -> None:
        super().__init__(say("SMTP configuration not found"), metadata={"id": config_id[:100]}, reference=reference)


class NoActiveProvider(ProviderNotFound):
    """None of the providers of the caller's instance is active.

    Args:
        stored: How many it has.
    """

    def __init__(self, stored: int) -> None:
        super().__init__("")
        if stored:
            self.message = say(
                "SMTP configuration not found: none is active, of {stored} stored; activate one of them", stored=stored
            )
        else:
            self.message = say("SMTP configuration not found: none is stored")
        self.args = (self.message,)
        self.metadata["stored"] = str(stored)


class PasswordRequired(InvalidFields):
    """The stored secret can't be used for these settings, so the caller must send one."""

    reason = "PASSWORD_REQUIRED"

    def __init__(self, description: str, *, field: str = "password", reference: str = "") -> None:
        super().__init__([FieldViolation(field, description)], reference=reference)


class PasswordNotUsed(Failure):
    """The provider authenticates by access tokens, so there is no password to replace."""

    kind = Kind.FAILED_PRECONDITION
    reason = "PASSWORD_NOT_USED"


class PasswordNotStored(Failure):
    """The provider has a user, but no secret is stored that it could log in with."""

    kind = Kind.FAILED_PRECONDITION
    reason = "PASSWORD_NOT_STORED"

    def __init__(self, secret: str) -> None:
        super().__init__(
            say("this configuration has a user, but no {secret} is stored: update it with one", secret=secret)
        )


class UserNotSet(Failure):
    """The provider has a password, but no user that it could log in."""

    kind = Kind.FAILED_PRECONDITION
    reason = "USER_NOT_SET"

    def __init__(self) -> None:
        super().__init__(
            say(
                "no user is set: this configuration has a password that nobody logs in with; update it with "
                "the user and the password, or clear the password if the server needs no login"
            )
        )


class SecretUnreadable(Failure):
    """A stored secret can't be opened: it is damaged, or sealed under a key that this server does not have."""

    kind = Kind.FAILED_PRECONDITION
    reason = "SECRET_UNREADABLE"

    def __init__(self, config_id: str, secret: str, remedy: str) -> None:
        super().__init__(
            say(
                "the stored {secret} of configuration {config_id} can't be opened: {remedy}",
                secret=secret,
                config_id=config_id,
                remedy=remedy,
            ),
            metadata={"id": config_id},
        )


class AlreadyActive(Failure):
    """The provider that is to be activated is active already."""

    kind = Kind.FAILED_PRECONDITION
    reason = "SMTP_CONFIG_ALREADY_ACTIVE"

    def __init__(self, config_id: str) -> None:
        super().__init__(
            say("SMTP configuration already active"), metadata={"id": config_id}, reference="COMMAND-vUHBSmBzaw"
        )


class AlreadyInactive(Failure):
    """The provider that is to be deactivated is inactive already."""

    kind = Kind.FAILED_PRECONDITION
    reason = "SMTP_CONFIG_ALREADY_INACTIVE"

    def __init__(self, config_id: str) -> None:
        super().__init__(
            say("SMTP configuration already deactivated"), metadata={"id": config_id}, reference="COMMAND-km8g3"
        )


class ProviderExists(Failure):
    """The instance has a provider, and this server is set to hold one at most."""

    kind = Kind.ALREADY_EXISTS
    reason = "SMTP_CONFIG_EXISTS"

    def __init__(self) -> None:
        super().__init__(say("SMTP configuration already exists"), reference="INST-W3VS2")


class SequenceMismatch(Failure):
    """The configuration has changed since the caller read it, so that an update would undo what another one did.

    Args:
        expected: The sequence that the call was based on.
        present: The sequence that the configuration has.
    """

    kind = Kind.ABORTED
    reason = "SEQUENCE_MISMATCH"

    def __init__(self, expected: int, present: int) -> None:
        super().__init__(
            say(
                "the configuration has the sequence {present}, and this call was based on {expected}: read it again, "
                "and decide anew",
                present=present,
                expected=expected,
            ),
            metadata={"expectedSequence": str(expected), "sequence": str(present)},
        )


class EntityTagMismatch(SequenceMismatch):
    """The same, where the caller has said the sequence by the HTTP header if-match."""
