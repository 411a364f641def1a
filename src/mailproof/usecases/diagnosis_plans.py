"""Plans of tests, made of the settings of a provider, and of what a Diagnose says in place of some of them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.model import SmtpSettings
from mailproof.domain.phrase import both, say
from mailproof.domain.provider_errors import PasswordRequired
from mailproof.domain.secret import Secret
from mailproof.smtp.report import Audience, Credentials, OAuth, Plan
from mailproof.smtp.stored_secret import LoginTarget, differing, may_use_stored_secret
from mailproof.smtp.vocabulary import Depth, TlsMode
from mailproof.syntax.oauth import ClientCredentials
from mailproof.syntax.typed_host import parse_host_port
from mailproof.usecases.provider_secrets import login_target, secret_in_words, secret_name, tls_mode_of


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a Diagnose has in place of settings of the stored configuration that it tests.

    What is left out is the stored one's: a port of 0 is no default of a TLS mode (keycloak/keycloak#41643).

    Attributes:
        host: Empty for the stored one.
        port: 0 for the stored one.
        tls_mode: None for what `tls` of the stored one means.
        user: Empty for the stored one.
        password: The password to log in with, so that no stored secret is used; empty for none.
        oauth: The access token, or where it comes from, likewise; None for none.
    """

    host: str = ""
    port: int = 0
    tls_mode: TlsMode | None = None
    user: str = ""
    password: Secret = field(default_factory=lambda: Secret(""))
    oauth: OAuth | None = None

    @property
    def has_secret(self) -> bool:
        """Whether there is a secret to log in with."""
        return bool(self.password) or self.oauth is not None

    def target(self, settings: SmtpSettings) -> LoginTarget:
        """Return where a test of stored settings logs in with these in their place."""
        stored = login_target(settings)
        return dataclasses.replace(
            stored,
            host=self.host or stored.host,
            port=self.port or stored.port,
            tls_mode=self.tls_mode or stored.tls_mode,
            user=self.user or stored.user,
        )


def require_stored_secret_for(settings: SmtpSettings, wanted: LoginTarget, *, stored: bool) -> None:
    """Check that a test that brings no secret may use the stored one.

    Args:
        settings: The stored settings.
        wanted: Where the test logs in.
        stored: Whether there is a stored secret.

    Raises:
        PasswordRequired: The secret must be sent.
    """
    called = secret_in_words(secret_name(settings))
    path = "xoauth2" if settings.oauth else "password"
    if not stored:
        raise PasswordRequired(say("must be sent: no {secret} is stored", secret=called), field=path)
    stored_for = login_target(settings)
    if not may_use_stored_secret(stored_for, wanted):
        others = differing(stored_for, wanted)
        raise PasswordRequired(
            say(
                "must be sent: {setting} is not the one that the stored {secret} belongs to",
                setting=others[0],
                secret=called,
            )
            if len(others) == 1
            else say(
                "must be sent: {settings} are not those that the stored {secret} belongs to",
                settings=both(others),
                secret=called,
            ),
            field=path,
        )


def overridden_plan(settings: SmtpSettings, secret: Secret, given: Overrides, plan: Plan) -> Plan:
    """Return the plan of a Diagnose that tests stored settings.

    Args:
        settings: The stored settings.
        secret: Their secret; empty where it is not used.
        given: What is tested in place of some of them.
        plan: What the request says beside the settings.

    Raises:
        InvalidFields: A secret is given, and no user.
    """
    made = plan_of(settings, secret, plan.recipient, plan.depth)
    wanted = given.target(settings)
    if given.has_secret and not wanted.user:
        raise InvalidFields([FieldViolation("user", say("must not be empty when a password or token is given"))])
    credentials, oauth = made.credentials, made.oauth
    if given.has_secret:
        credentials, oauth = Credentials(wanted.user, given.password), given.oauth
    # Its words are those of the stored configuration, unless the request has settings in its own.
    own_words = given.host or given.port or given.tls_mode or given.user
    return dataclasses.replace(
        made,
        host=wanted.host,
        port=wanted.port,
        tls_mode=wanted.tls_mode,
        credentials=credentials,
        oauth=oauth,
        sender=plan.sender or settings.sender_address,
        timeout=plan.timeout,
        ca_pem=plan.ca_pem,
        ehlo_name=plan.ehlo_name,
        mechanism=plan.mechanism,
        verify_alternatives=plan.verify_alternatives,
        wait=plan.wait,
        audience=Audience.MODES if own_words else Audience.FLAG,
        secret_entered_for=login_target(settings) if secret else None,
    )


def overridden_by(settings: SmtpSettings, given: Overrides, plan: Plan) -> tuple[str, ...]:
    """Return the names of what a Diagnose tests in place of stored settings, in the words of its request.

    Args:
        settings: The stored settings.
        given: What is tested in place of some of them.
        plan: What the request says beside the settings.
    """
    further = {
        "password": bool(given.password),
        "xoauth2": given.oauth is not None,
        "sender": plan.sender not in ("", settings.sender_address),
        "ca_pem": bool(plan.ca_pem),
        "ehlo_name": bool(plan.ehlo_name),
        "mechanism": bool(plan.mechanism),
    }
    names = differing(login_target(settings), given.target(settings))
    return (*names, *(name for name, other in further.items() if other and name not in names))


def replaced_by(stored: SmtpSettings, sent: SmtpSettings, *, has_secret: bool) -> tuple[str, ...]:
    """Return the names of the settings that a test with sent settings does not take from the stored configuration.

    Args:
        stored: The stored settings.
        sent: The settings that are tested.
        has_secret: Whether a secret was sent.
    """
    names = differing(login_target(stored), login_target(sent))
    secret = "xoauth2" if sent.oauth else "password"
    further = {"sender": sent.sender_address != stored.sender_address, secret: has_secret}
    return (*names, *(name for name, other in further.items() if other and name not in names))


def plan_of(settings: SmtpSettings, secret: Secret, receiver: str, depth: Depth) -> Plan:
    """Return the plan of a test of stored or sent settings, for an API whose audience is `FLAG`.

    Raises:
        InvalidFields: The host is none.
    """
    try:
        typed = parse_host_port(settings.host)
    except ValueError as error:
        raise InvalidFields([FieldViolation("host", str(error))]) from None
    credentials, oauth = None, None
    if settings.user and settings.oauth is None:
        credentials = Credentials(settings.user, secret)
    elif settings.user and settings.oauth is not None:
        client = settings.oauth
        credentials = Credentials(settings.user, Secret(""))
        oauth = OAuth(grant=ClientCredentials(client.token_endpoint, client.client_id, secret, client.scopes))
    return Plan(
        host=typed.host,
        port=typed.port or 0,
        tls_mode=tls_mode_of(settings),
        credentials=credentials,
        oauth=oauth,
        sender=settings.sender_address,
        sender_name=settings.sender_name,
        recipient=receiver,
        depth=depth,
        audience=Audience.FLAG,
    )
