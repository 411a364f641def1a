"""The domain's values: configurations, callers, pages. Frozen, and free of protobuf, gRPC and SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from string import ascii_lowercase, ascii_uppercase

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


class ProviderState(Enum):
    """State of a stored configuration; the numbers are those of zitadel.settings.v1.SMTPConfigState."""

    ACTIVE = 1
    INACTIVE = 2


@dataclass(frozen=True, slots=True)
class Details:
    """Where a record stands in its instance's event log (zitadel.v1.ObjectDetails)."""

    sequence: int
    creation_date: datetime | None
    change_date: datetime
    resource_owner: str  # the instance's id


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A client of an OAuth 2.0 token endpoint (RFC 6749 section 4.4), without its secret."""

    token_endpoint: str  # a URL of the scheme https
    client_id: str
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """What an administrator enters of a provider that speaks SMTP. Texts are trimmed.

    Attributes:
        host: "host:port" as the contract has it; `split_host_port` takes it apart.
        tls: True: encrypted and verified, implicit or STARTTLS; False: STARTTLS when offered, otherwise clear text.
        user: Empty: no authentication, and no secret is stored.
        oauth: Where the access token comes from that authenticates the user; None: a password does.
    """

    sender_address: str
    sender_name: str
    tls: bool
    host: str
    user: str = ""
    reply_to_address: str = ""
    description: str = ""
    oauth: OAuthClient | None = None

    def same_destination(self, other: SmtpSettings) -> bool:
        """Return whether a secret stored for one may be used for the other.

        That is for the same host, port, TLS demand and user, and for a client's secret the same client of the same
        token endpoint.
        """
        return self._destination() == other._destination()

    def _destination(self) -> tuple[object, ...]:
        client = self.oauth and (self.oauth.token_endpoint, self.oauth.client_id)
        return fold_host(self.host), self.tls, self.user, client


def fold_host(host: str) -> str:
    """Return a host in the form in which two spellings of it are alike: A to Z in lower case.

    Beyond ASCII Python's lower case and that of names are not the same: it makes a final sigma of a capital one, which
    is another name. So those are alike only as they are written.
    """
    return host.translate(_LOWER)


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """What an administrator enters of a provider that mail is posted to. Texts are trimmed."""

    endpoint: str
    description: str = ""


ProviderSettings = SmtpSettings | HttpSettings


@dataclass(frozen=True, slots=True)
class Provider:
    """A stored e-mail provider. Its secret is sealed: the password, the OAuth client's secret or the signing key.

    Attributes:
        added_sequence: The sequence of the event that added it: the order of creation.
        sealed: The secret's blob, None where there is none.
    """

    id: str
    settings: ProviderSettings
    state: ProviderState
    details: Details
    added_sequence: int
    sealed: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted: `limit` >= 1, `offset` >= 0; newest first unless `ascending`."""

    offset: int = 0
    limit: int = 100
    ascending: bool = False


@dataclass(frozen=True, slots=True)
class ProviderPage:
    """Part of a list, with the count of all and the log's last sequence, all read in one snapshot."""

    providers: tuple[Provider, ...]
    total: int
    sequence: int
    viewed_at: datetime


class Permission(StrEnum):
    """What a call needs (the contract's third column)."""

    READ = "iam.read"
    WRITE = "iam.write"


class Role(StrEnum):
    """What a token may do."""

    ADMIN = "admin"
    VIEWER = "viewer"

    @property
    def permissions(self) -> frozenset[Permission]:
        """The permissions of this role."""
        return _PERMISSIONS[self]


_PERMISSIONS = {Role.ADMIN: frozenset(Permission), Role.VIEWER: frozenset({Permission.READ})}


@dataclass(frozen=True, slots=True)
class Token:
    """An access token's record; the token itself is known to its holder alone.

    Attributes:
        instance_ids: The instances it may be used for, at least one; the first is meant where a call names none.
    """

    id: str
    name: str
    role: Role
    instance_ids: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the token's record, the instance that the call is about, and the address the call came from."""

    token: Token
    instance_id: str
    peer: str = ""
