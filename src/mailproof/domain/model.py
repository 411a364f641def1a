"""The values of the domain: providers, callers, pages. They are frozen, and know no protobuf, gRPC or SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from string import ascii_lowercase, ascii_uppercase

_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


class ProviderState(Enum):
    """The state of a stored provider; the numbers are those of zitadel.settings.v1.SMTPConfigState."""

    ACTIVE = 1
    INACTIVE = 2


@dataclass(frozen=True, slots=True)
class Details:
    """Where a record stands in the event log of its instance (zitadel.v1.ObjectDetails).

    Attributes:
        sequence: The sequence of the record's last event.
        creation_date: When the record was created; None where an answer does not say it.
        change_date: When its last event happened.
        resource_owner: The id of the instance.
    """

    sequence: int
    creation_date: datetime | None
    change_date: datetime
    resource_owner: str


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """A client of an OAuth 2.0 token endpoint (RFC 6749 section 4.4), without its secret.

    Attributes:
        token_endpoint: A URL of the scheme https.
        client_id: The client's id.
        scopes: The scopes that are asked for.
    """

    token_endpoint: str
    client_id: str
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The settings of a provider that speaks SMTP, as an administrator enters them. Texts are trimmed.

    A field that is added here needs a default, for what older releases stored, and a place in every message that shows
    or takes settings (`rpc.settings_messages`).

    Attributes:
        sender_address: The address that mail is sent from.
        sender_name: The name that mail is sent from.
        tls: True if the connection must be encrypted and verified, by implicit TLS or STARTTLS; False if STARTTLS is
            used when the server offers it, and clear text otherwise.
        host: Host and port, "host:port"; `syntax.typed_host.parse_host_port` takes them apart.
        user: The login; empty if nobody logs in. A password may be stored all the same.
        reply_to_address: Where answers go; empty for the sender.
        description: A text for people.
        oauth: The client that gets the access token of the user; None if the user has a password.
    """

    sender_address: str
    sender_name: str
    tls: bool
    host: str
    user: str = ""
    reply_to_address: str = ""
    description: str = ""
    oauth: OAuthClient | None = None

    @property
    def destination(self) -> tuple[str, ...]:
        """What an export binds the secret to: host, port, TLS demand and user; of a client also where it gets tokens.

        The order and the form of these texts are kept. Where a stored secret may be used, `smtp.stored_secret` says.
        """
        client = (self.oauth.token_endpoint, self.oauth.client_id) if self.oauth else ()
        return fold_host(self.host), "tls" if self.tls else "", self.user, *client


def fold_host(host: str) -> str:
    """Return a host with A to Z in lower case, so that two spellings of the same host are equal.

    Other letters stay as they are: Python's lower case is not that of host names. It makes a final sigma of a capital
    one, for example, which is another name.
    """
    return host.translate(_LOWER)


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """The settings of a provider that mail is posted to, as an administrator enters them. Texts are trimmed.

    Attributes:
        endpoint: The URL that mail is posted to.
        description: A text for people.
    """

    endpoint: str
    description: str = ""

    @property
    def destination(self) -> tuple[str, ...]:
        """What the signing key may be used for: the endpoint. An export binds it to this text."""
        return (self.endpoint,)


ProviderSettings = SmtpSettings | HttpSettings


@dataclass(frozen=True, slots=True)
class Provider:
    """A stored e-mail provider.

    Attributes:
        id: Its id.
        settings: Its settings.
        state: Whether it is the active one.
        details: Where it stands in the event log.
        added_sequence: The sequence of the event that added it, which gives the order of creation.
        sealed: The blob of its secret: the password, the OAuth client's secret or the signing key; None if it has none.
    """

    id: str
    settings: ProviderSettings
    state: ProviderState
    details: Details
    added_sequence: int
    sealed: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted.

    Attributes:
        offset: How many providers are skipped; at least 0.
        limit: How many are returned at most; at least 1.
        ascending: Whether the oldest come first, instead of the newest.
    """

    offset: int = 0
    limit: int = 100
    ascending: bool = False


@dataclass(frozen=True, slots=True)
class ProviderPage:
    """A part of a list, read in one snapshot.

    Attributes:
        providers: The providers of this part.
        total: How many the instance has.
        sequence: The last sequence of the instance's event log.
        viewed_at: When the list was read.
    """

    providers: tuple[Provider, ...]
    total: int
    sequence: int
    viewed_at: datetime


class Permission(StrEnum):
    """The permission that a call needs (the third column of the contract's table), or that a part of it needs."""

    READ = "iam.read"
    WRITE = "iam.write"
    SECRETS = "iam.secrets"


class Role(StrEnum):
    """What a token may do."""

    ADMIN = "admin"
    VIEWER = "viewer"

    @property
    def permissions(self) -> frozenset[Permission]:
        """The permissions of this role."""
        return _PERMISSIONS[self]


_PERMISSIONS = {Role.ADMIN: frozenset({Permission.READ, Permission.WRITE}), Role.VIEWER: frozenset({Permission.READ})}


@dataclass(frozen=True, slots=True)
class Token:
    """The record of an access token; only its holder knows the token itself.

    Attributes:
        id: Its id.
        name: A name for people.
        role: What it may do.
        instance_ids: The instances that it may be used for, at least one; a call that names none means the first.
        created_at: When it was created.
        revoked_at: When it was revoked; None if it was not.
        extra_permissions: What it may do beyond its role; permissions of a newer release too, which this one has no use
            for.
        expires_at: When it ends by itself; None if it does not.
        fingerprint: Names it in lists and logs: the first 12 hexadecimal digits of its SHA-256; empty for a caller
            without a token of ours.
        last_used_at: When it was last used, give or take some minutes; None if it was not. The seal leaves this out.
    """

    id: str
    name: str
    role: Role
    instance_ids: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None
    extra_permissions: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    fingerprint: str = ""
    last_used_at: datetime | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """What it may do: what its role may, and what it was given beyond that."""
        return self.role.permissions | self.extra_permissions


class CallerKind(Enum):
    """How a caller showed who they are; the numbers are those of smtpdiag.v1.CallerKind."""

    TOKEN = 1
    OIDC = 2
    CERTIFICATE = 3


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call.

    Attributes:
        token: The record of the caller's token; of a caller without a stored one, what stands in its place.
        instance_id: The instance that the call is about.
        peer: The address that the call came from.
        digest: By which the token is found again while the call runs.
        kind: How the caller showed who they are.
    """

    token: Token
    instance_id: str
    peer: str = ""
    digest: bytes = field(default=b"", repr=False, compare=False)
    kind: CallerKind = CallerKind.TOKEN


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A client's certificate as TLS has verified it.

    Attributes:
        identities: The names that it is for: URIs, DNS names and e-mail addresses, in its order.
        expires_at: When it ends, which a connection may outlive.
    """

    identities: tuple[str, ...]
    expires_at: datetime
