"""The use cases on tests: which plan is run, with whose password, how bounded, and what a failure becomes."""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from mailproof.diagnosis.catalogue import may_pass_later
from mailproof.domain.errors import InvalidFields, Kind, SmtpTestFailed
from mailproof.domain.limit_errors import TooManyTests
from mailproof.domain.limits import Limits
from mailproof.domain.model import (
    Caller,
    Details,
    HttpSettings,
    OAuthClient,
    Provider,
    ProviderSettings,
    ProviderState,
    Role,
    SmtpSettings,
    Token,
)
from mailproof.domain.provider_errors import PasswordNotStored, PasswordRequired, ProviderNotFound, UserNotSet
from mailproof.domain.secret import RecordIdentity, Secret
from mailproof.smtp.report import Audience, Credentials, Evidence, Finding, OAuth, Plan, Progress, Report
from mailproof.smtp.stored_secret import LoginTarget
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Severity, Stage, TlsMode
from mailproof.store.contract import ProviderStore
from mailproof.syntax.oauth import ClientCredentials
from mailproof.usecases.diagnoses import Diagnoses, failure_of
from mailproof.usecases.diagnosis_plans import Overrides
from mailproof.usecases.provider_secrets import identity
from mailproof.usecases.providers import Auth, SmtpInput

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CALLER = Caller(Token("1", "test", Role.ADMIN, ("instance",), NOW), "instance")
SETTINGS = SmtpSettings("from@example.com", "From", tls=True, host="mx.example.com:587", user="me")
PASSED = Report(Outcome.OK, Stage.QUIT, Code.OK, "passed")
REFUSED = Report(Outcome.FAIL, Stage.AUTH, Code.AUTH_REJECTED, "refused.", "Change it.", Evidence(535, "5.7.8", "no"))


CLIENT = OAuthClient("https://id.example.com/token", "client", ("mail",))
RELAY = dataclasses.replace(SETTINGS, tls=False, host="mx.example.com:25")
STORED: dict[str, tuple[ProviderSettings, str]] = {
    "7": (SETTINGS, "stored"),
    "oauth": (dataclasses.replace(SETTINGS, oauth=CLIENT), "client secret"),
    "bare": (SETTINGS, ""),
    "bare oauth": (dataclasses.replace(SETTINGS, oauth=CLIENT), ""),
    "relay": (RELAY, "relay's"),
    "odd": (dataclasses.replace(SETTINGS, host="mx.example.com:2525"), "stored"),
    "open": (dataclasses.replace(SETTINGS, user=""), ""),
    "no user": (dataclasses.replace(SETTINGS, user=""), "nobody's"),
    "http": (HttpSettings("https://mail.example.com/"), "signing key"),
}


class Vault:
    """Seals by writing the identity before the secret."""

    def seal(self, secret: Secret, to: RecordIdentity) -> bytes:
        return to.encode() + secret.reveal().encode()

    def open(self, blob: bytes, of: RecordIdentity) -> Secret:
        assert blob.startswith(of.encode())
        return Secret(blob.removeprefix(of.encode()).decode())

    def fingerprints(self, data: bytes) -> tuple[bytes, ...]:
        raise AssertionError("a test repeats nothing")

    def derive(self, label: str) -> tuple[bytes, ...]:
        raise AssertionError("a test derives nothing")


class Store:
    """What is stored; a test asks for no more."""

    async def get(self, instance_id: str, config_id: str) -> Provider | None:
        if instance_id != "instance" or config_id not in STORED:
            return None
        settings, secret = STORED[config_id]
        sealed = Vault().seal(Secret(secret), identity(instance_id, config_id, settings)) if secret else None
        return Provider(config_id, settings, ProviderState.INACTIVE, Details(1, NOW, NOW, "instance"), 1, sealed)


class Prober:
    """Remembers the plans it was given."""

    def __init__(self, report: Report = PASSED, *, hang: bool = False) -> None:
        self.plans: list[Plan] = []
        self.running = asyncio.Event()
        self._report = report
        self._hang = hang

    async def run(self, plan: Plan) -> AsyncGenerator[Progress, None]:
        self.plans.append(plan)
        self.running.set()
        if self._hang:
            await asyncio.Event().wait()
        yield self._report

    async def report(self, plan: Plan, follow: Callable[[Progress], None] | None = None) -> Report:
        async for event in self.run(plan):
            if isinstance(event, Report):
                return event
        raise AssertionError("a run ends with a report")


def diagnoses(prober: Prober, *, max_concurrent: int = 10) -> Diagnoses:
    limits = Limits(max_timeout=30.0, max_concurrent=max_concurrent)
    return Diagnoses(cast("ProviderStore", Store()), Vault(), prober, limits)


def check(
    prober: Prober,
    settings: SmtpSettings,
    secret: str = "",
    auth: Auth = Auth.UNSPECIFIED,
    *,
    config_id: str = "",
    receiver: str = "to@example.com",
) -> Plan:
    """Test settings, and return the plan that was run."""
    tested = SmtpInput(settings, Secret(secret), auth)
    asyncio.run(diagnoses(prober).test_settings(CALLER, tested, receiver=receiver, config_id=config_id))
    return prober.plans[-1]


async def drain(events: AsyncGenerator[Progress, None]) -> list[Progress]:
    return [event async for event in events]


@pytest.mark.parametrize(("tls", "mode"), [(True, TlsMode.AUTO), (False, TlsMode.OPPORTUNISTIC)])
def test_the_tls_flag_is_a_mode(tls: bool, mode: TlsMode) -> None:
    plan = check(Prober(), SmtpSettings("from@example.com", "From", tls=tls, host="[::1]:2525"))
    assert (plan.host, plan.port, plan.tls_mode, plan.depth) == ("::1", 2525, mode, Depth.DATA)
    assert (plan.sender, plan.sender_name, plan.recipient) == ("from@example.com", "From", "to@example.com")
    assert plan.credentials is None
    assert plan.audience is Audience.FLAG


def test_advice_is_in_the_settings_that_the_caller_has() -> None:
    prober = Prober()
    asyncio.run(drain(diagnoses(prober).diagnose(CALLER, Plan(host="mx.example.com"))))
    asyncio.run(drain(diagnoses(prober).diagnose(CALLER, Plan(host=""), config_id="7")))
    assert [plan.audience for plan in prober.plans] == [Audience.MODES, Audience.FLAG]


def test_a_stored_configuration_is_tested_with_its_password() -> None:
    prober = Prober()
    asyncio.run(diagnoses(prober).test_stored(CALLER, "7", receiver="to@example.com"))
    credentials = prober.plans[0].credentials
    assert credentials is not None
    assert (credentials.user, credentials.password.reveal()) == ("me", "stored")


@pytest.mark.parametrize(
    "settings",
    [
        SmtpSettings("f@example.com", "F", tls=True, host="evil.example:587", user="me"),
        SmtpSettings("f@example.com", "F", tls=True, host="mx.example.com:25", user="me"),
        SmtpSettings("f@example.com", "F", tls=False, host="mx.example.com:465", user="me"),
        SmtpSettings("f@example.com", "F", tls=False, host="mx.example.com:587", user="me"),
        SmtpSettings("f@example.com", "F", tls=True, host="mx.example.com:587", user="you"),
    ],
    ids=["host", "port", "port without tls", "tls", "user"],
)
def test_credential_exfiltration_by_changing_the_destination(settings: SmtpSettings) -> None:
    prober = Prober()
    with pytest.raises(PasswordRequired):
        check(prober, settings, config_id="7")
    assert not prober.plans


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({}, True),
        ({"tls": True}, False),
        ({"host": "mx.example.com:465", "tls": True}, True),
        ({"host": "mx.example.com.:587", "tls": True}, True),
        ({"host": "evil.test:25"}, False),
        ({"host": "evil.test:587", "tls": True}, False),
        ({"host": "mx.example.com.evil.test:587", "tls": True}, False),
        ({"host": "mx.example.com:587"}, False),
        ({"host": "mx.example.com:2525", "tls": True}, False),
        ({"user": "you", "tls": True}, False),
    ],
    ids=str,
)
def test_keycloak_39486_the_stored_password_is_not_harvested_by_another_host_or_port(
    changes: dict[str, Any], may: bool
) -> None:
    prober, settings = Prober(), dataclasses.replace(RELAY, **changes)
    if may:
        credentials = check(prober, settings, config_id="relay").credentials
        assert credentials is not None
        assert credentials.password.reveal() == "relay's"
        return
    with pytest.raises(PasswordRequired):
        check(prober, settings, config_id="relay")
    assert not prober.plans


def test_keycloak_49242_the_demand_for_tls_is_part_of_the_destination() -> None:
    prober = Prober()
    with pytest.raises(PasswordRequired):
        check(prober, dataclasses.replace(SETTINGS, tls=False), config_id="7")
    for mode in (TlsMode.OPPORTUNISTIC, TlsMode.NONE):
        with pytest.raises(PasswordRequired):
            diagnosed(prober, "7", tls_mode=mode)
    assert not prober.plans


def diagnosed(prober: Prober, config_id: str, **overrides: Any) -> Plan:
    """Diagnose a stored configuration with overrides, and return the plan that was run."""
    given = Overrides(**overrides)
    asyncio.run(drain(diagnoses(prober).diagnose(CALLER, Plan(host=""), config_id=config_id, overrides=given)))
    return prober.plans[-1]


def test_keycloak_41643_a_port_that_is_left_out_is_the_stored_one() -> None:
    """There an empty port was compared with a default, so the same server was taken for another one."""
    for config_id, port in (("7", 587), ("odd", 2525)):
        for overrides in ({}, {"host": "mx.example.com"}, {"port": port}, {"port": 0}, {"tls_mode": TlsMode.IMPLICIT}):
            plan = diagnosed(Prober(), config_id, **overrides)
            assert plan.port == port
            assert plan.credentials is not None
            assert plan.credentials.password.reveal() == "stored"


@pytest.mark.parametrize(
    ("config_id", "overrides", "secret"),
    [
        ("7", {"host": "MX.Example.com."}, "stored"),
        ("7", {"port": 465, "tls_mode": TlsMode.IMPLICIT}, "stored"),
        ("7", {"user": "me"}, "stored"),
        ("relay", {"port": 587, "tls_mode": TlsMode.STARTTLS}, "relay's"),
        ("relay", {"tls_mode": TlsMode.OPPORTUNISTIC}, "relay's"),
        ("7", {"host": "evil.test", "password": Secret("own")}, "own"),
        ("7", {"user": "you", "password": Secret("own")}, "own"),
        ("7", {"tls_mode": TlsMode.NONE, "password": Secret("own")}, "own"),
        ("7", {"password": Secret("own")}, "own"),
        ("bare", {"password": Secret("own")}, "own"),
        ("oauth", {"password": Secret("own")}, "own"),
        ("no user", {"user": "you", "password": Secret("own")}, "own"),
    ],
)
def test_a_diagnosis_with_overrides_uses_the_secret_that_it_may(
    config_id: str, overrides: dict[str, Any], secret: str
) -> None:
    plan = diagnosed(Prober(), config_id, **overrides)
    assert plan.credentials is not None
    assert plan.credentials.password.reveal() == secret
    assert plan.credentials.user == overrides.get("user", "me")
    assert plan.host == overrides.get("host", "mx.example.com")
    assert plan.oauth is None
    assert (plan.secret_entered_for is None) is ("password" in overrides)


@pytest.mark.parametrize(
    ("config_id", "overrides", "field"),
    [
        ("7", {"host": "evil.test"}, "password"),
        ("7", {"host": "mx.example.com.evil.test"}, "password"),
        ("7", {"port": 2525}, "password"),
        ("7", {"user": "you"}, "password"),
        ("7", {"tls_mode": TlsMode.NONE}, "password"),
        ("relay", {"port": 587}, "password"),
        ("relay", {"tls_mode": TlsMode.AUTO}, "password"),
        ("oauth", {"host": "evil.test"}, "xoauth2"),
        ("bare", {"host": "evil.test"}, "password"),
        ("bare oauth", {"user": "you"}, "xoauth2"),
        ("no user", {"user": "you"}, "password"),
        ("open", {"user": "you"}, "password"),
    ],
)
def test_a_diagnosis_with_overrides_asks_for_the_secret_that_it_may_not_use(
    config_id: str, overrides: dict[str, Any], field: str
) -> None:
    prober = Prober()
    with pytest.raises(PasswordRequired) as caught:
        diagnosed(prober, config_id, **overrides)
    assert [violation.field for violation in caught.value.violations] == [field]
    assert not prober.plans


def test_a_diagnosis_that_brings_its_own_token_uses_nothing_stored() -> None:
    own = OAuth(access_token=Secret("t"))
    for config_id, user in (("7", "me"), ("oauth", "me"), ("bare oauth", "me")):
        plan = diagnosed(Prober(), config_id, host="other.test", oauth=own)
        assert (plan.oauth, plan.credentials) == (own, Credentials(user, Secret("")))
        assert (plan.host, plan.secret_entered_for) == ("other.test", None)


@pytest.mark.parametrize("given", [{"password": Secret("own")}, {"oauth": OAuth(access_token=Secret("t"))}])
def test_a_diagnosis_that_brings_a_secret_needs_a_user(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidFields) as caught:
        diagnosed(Prober(), "open", **given)
    assert [violation.field for violation in caught.value.violations] == ["user"]


def test_a_diagnosis_without_a_user_needs_no_secret_anywhere() -> None:
    plan = diagnosed(Prober(), "open", host="other.test", port=25, tls_mode=TlsMode.NONE)
    assert (plan.host, plan.port, plan.tls_mode, plan.credentials) == ("other.test", 25, TlsMode.NONE, None)


def test_advice_on_overrides_is_in_their_words_and_knows_of_the_stored_secret() -> None:
    stored = LoginTarget("mx.example.com", 587, TlsMode.AUTO, "me")
    for overrides, audience in (
        ({}, Audience.FLAG),
        ({"port": 465}, Audience.MODES),
        ({"tls_mode": TlsMode.AUTO}, Audience.MODES),
    ):
        plan = diagnosed(Prober(), "7", **overrides)
        assert (plan.audience, plan.secret_entered_for) == (audience, stored)


def test_the_stored_password_serves_the_same_destination_whatever_the_sender() -> None:
    settings = SmtpSettings("other@example.com", "O", tls=True, host="MX.example.com:587", user="me")
    credentials = check(Prober(), settings, config_id="7").credentials
    assert credentials is not None
    assert credentials.password.reveal() == "stored"


def test_a_password_that_was_sent_is_used_and_the_stored_one_is_not_read() -> None:
    settings = SmtpSettings("f@example.com", "F", tls=True, host="evil.example:587", user="me")
    credentials = check(Prober(), settings, "sent", config_id="7").credentials
    assert credentials is not None
    assert credentials.password.reveal() == "sent"


def test_a_user_without_any_password_is_not_tested_as_if_there_were_no_user() -> None:
    with pytest.raises(PasswordRequired) as caught:
        check(Prober(), SETTINGS)
    assert caught.value.reference == "SMTP-p9kj"


TOKENS = dataclasses.replace(SETTINGS, oauth=CLIENT)
ELSEWHERE = dataclasses.replace(SETTINGS, host="evil.example:587")
SECRET_FIELD = "xoauth2.client_credentials.client_secret"


def grant_of(plan: Plan) -> ClientCredentials:
    assert plan.oauth is not None
    assert plan.oauth.grant is not None
    assert plan.credentials == Credentials("me", Secret(""))
    return plan.oauth.grant


@pytest.mark.parametrize(
    ("settings", "secret", "auth", "config_id", "used"),
    [
        (TOKENS, "sent", Auth.XOAUTH2, "", "sent"),
        (TOKENS, "", Auth.XOAUTH2, "oauth", "client secret"),
        (SETTINGS, "", Auth.UNSPECIFIED, "oauth", "client secret"),
        (TOKENS, "sent", Auth.XOAUTH2, "7", "sent"),
    ],
    ids=["sent", "stored", "the older messages", "sent, with another's id"],
)
def test_a_token_is_asked_for_with_the_right_secret(
    settings: SmtpSettings, secret: str, auth: Auth, config_id: str, used: str
) -> None:
    grant = grant_of(check(Prober(), settings, secret, auth, config_id=config_id))
    assert grant == ClientCredentials(CLIENT.token_endpoint, CLIENT.client_id, Secret(used), CLIENT.scopes)


@pytest.mark.parametrize(
    ("settings", "auth", "config_id", "field"),
    [
        (TOKENS, Auth.XOAUTH2, "", SECRET_FIELD),
        (TOKENS, Auth.XOAUTH2, "7", SECRET_FIELD),
        (SETTINGS, Auth.PLAIN, "oauth", "plain.password"),
        (ELSEWHERE, Auth.UNSPECIFIED, "oauth", "password"),
        (dataclasses.replace(ELSEWHERE, oauth=CLIENT), Auth.XOAUTH2, "oauth", SECRET_FIELD),
        (
            dataclasses.replace(SETTINGS, oauth=dataclasses.replace(CLIENT, token_endpoint="https://evil.example/")),
            Auth.XOAUTH2,
            "oauth",
            SECRET_FIELD,
        ),
        (
            dataclasses.replace(SETTINGS, oauth=dataclasses.replace(CLIENT, client_id="other")),
            Auth.XOAUTH2,
            "oauth",
            SECRET_FIELD,
        ),
        (SETTINGS, Auth.UNSPECIFIED, "bare", "password"),
        (TOKENS, Auth.XOAUTH2, "bare oauth", SECRET_FIELD),
    ],
)
def test_a_stored_secret_of_another_kind_or_place_is_not_used(
    settings: SmtpSettings, auth: Auth, config_id: str, field: str
) -> None:
    prober = Prober()
    with pytest.raises(PasswordRequired) as caught:
        check(prober, settings, auth=auth, config_id=config_id)
    assert [violation.field for violation in caught.value.violations] == [field]
    assert not prober.plans


@pytest.mark.parametrize("config_id", ["7", "oauth", "nobody's", ""])
def test_no_authentication_reads_nothing_stored(config_id: str) -> None:
    for settings, auth in ((SETTINGS, Auth.NONE), (dataclasses.replace(SETTINGS, user=""), Auth.UNSPECIFIED)):
        plan = check(Prober(), settings, auth=auth, config_id=config_id)
        assert (plan.credentials, plan.oauth) == (None, None)


def test_a_password_without_a_user_is_taken_where_the_reference_asks_for_one() -> None:
    nobody = dataclasses.replace(SETTINGS, user="")
    assert check(Prober(), nobody, "any").credentials is None
    with pytest.raises(InvalidFields) as caught:
        check(Prober(), nobody, "any", Auth.PLAIN)
    assert [violation.field for violation in caught.value.violations] == ["user"]


@pytest.mark.parametrize(("config_id", "words"), [("bare", "no password"), ("bare oauth", "no client secret")])
def test_a_stored_user_without_a_secret_is_not_tried_with_an_empty_one(config_id: str, words: str) -> None:
    prober = Prober()
    with pytest.raises(PasswordNotStored, match=words):
        asyncio.run(diagnoses(prober).test_stored(CALLER, config_id, receiver="to@example.com"))
    with pytest.raises(PasswordNotStored, match=words):
        asyncio.run(drain(diagnoses(prober).diagnose(CALLER, Plan(host=""), config_id=config_id)))
    assert not prober.plans


def test_a_stored_configuration_without_a_user_is_tested_without_one() -> None:
    prober = Prober()
    asyncio.run(diagnoses(prober).test_stored(CALLER, "open", receiver="to@example.com"))
    assert prober.plans[0].credentials is None


def test_a_stored_password_without_a_user_is_told_and_never_a_silent_pass() -> None:
    prober, nobody = Prober(), dataclasses.replace(SETTINGS, user="")
    with pytest.raises(UserNotSet, match="no user is set"):
        asyncio.run(diagnoses(prober).test_stored(CALLER, "no user", receiver="to@example.com"))
    for auth in (Auth.UNSPECIFIED, Auth.PLAIN):
        with pytest.raises(UserNotSet, match="no user is set"):
            check(prober, nobody, auth=auth, config_id="no user")
    assert not prober.plans


def test_a_password_without_a_user_is_no_matter_where_no_login_is_wanted() -> None:
    nobody = dataclasses.replace(SETTINGS, user="")
    for settings, auth, config_id in ((nobody, Auth.NONE, "no user"), (nobody, Auth.UNSPECIFIED, "7")):
        assert check(Prober(), settings, auth=auth, config_id=config_id).credentials is None


def test_a_diagnosis_of_a_password_without_a_user_runs_and_knows_of_it() -> None:
    prober = Prober()
    for config_id in ("no user", "open", "7"):
        asyncio.run(drain(diagnoses(prober).diagnose(CALLER, Plan(host=""), config_id=config_id)))
    assert [plan.password_without_user for plan in prober.plans] == [True, False, False]
    assert prober.plans[0].credentials is None


def test_a_stored_password_gets_no_user_of_the_request() -> None:
    """It was entered for no user, so it may be anybody's."""
    prober = Prober()
    with pytest.raises(PasswordRequired):
        check(prober, SETTINGS, config_id="no user")
    assert not prober.plans


@pytest.mark.parametrize(
    ("values", "secret", "receiver", "named"),
    [
        ({"sender_address": "nobody"}, "p", "to@example.com", "sender_address"),
        ({}, "p", "nobody", "receiver_address"),
        ({"oauth": dataclasses.replace(CLIENT, scopes=("a b",))}, "s", "to@example.com", "xoauth2.scopes"),
        (
            {"oauth": dataclasses.replace(CLIENT, client_id="")},
            "s",
            "to@example.com",
            "xoauth2.client_credentials.client_id",
        ),
    ],
)
def test_a_plan_that_cannot_be_run_names_the_requests_field(
    values: dict[str, Any], secret: str, receiver: str, named: str
) -> None:
    auth = Auth.XOAUTH2 if "oauth" in values else Auth.UNSPECIFIED
    with pytest.raises(InvalidFields) as caught:
        check(Prober(), dataclasses.replace(SETTINGS, **values), secret, auth, receiver=receiver)
    assert [violation.field for violation in caught.value.violations] == [named]


@pytest.mark.parametrize("config_id", ["8", "", "http"])
def test_an_unknown_configuration_is_not_found(config_id: str) -> None:
    with pytest.raises(ProviderNotFound):
        asyncio.run(diagnoses(Prober()).test_stored(CALLER, config_id, receiver="to@example.com"))


def test_another_instances_configuration_is_not_found() -> None:
    stranger = Caller(Token("2", "test", Role.ADMIN, ("elsewhere",), NOW), "elsewhere")
    with pytest.raises(ProviderNotFound):
        asyncio.run(diagnoses(Prober()).test_stored(stranger, "7", receiver="to@example.com"))
    with pytest.raises(ProviderNotFound):
        asyncio.run(drain(diagnoses(Prober()).diagnose(stranger, Plan(host=""), config_id="7")))


@pytest.mark.parametrize("wanted", [True, False])
def test_a_fix_is_searched_for_where_the_answer_has_a_place_for_it(wanted: bool) -> None:
    prober = Prober()
    service, asked = diagnoses(prober), Plan(host="mx.example.com", verify_alternatives=wanted)
    asyncio.run(drain(service.diagnose(CALLER, asked)))
    asyncio.run(drain(service.diagnose(CALLER, asked, config_id="7")))
    asyncio.run(service.test_stored(CALLER, "7", receiver="to@example.com"))
    asyncio.run(service.report(CALLER, asked))
    assert [plan.verify_alternatives for plan in prober.plans] == [wanted, wanted, True, False]


def test_a_diagnosis_of_a_stored_configuration_keeps_the_requests_depth_and_anchors() -> None:
    prober = Prober()
    asked = Plan(host="", depth=Depth.EHLO, timeout=5.0, ca_pem="anchors", ehlo_name="me.example.com")
    asyncio.run(drain(diagnoses(prober).diagnose(CALLER, asked, config_id="7")))
    (plan,) = prober.plans
    assert (plan.host, plan.port, plan.depth, plan.timeout) == ("mx.example.com", 587, Depth.EHLO, 5.0)
    assert (plan.ca_pem, plan.ehlo_name, plan.sender) == ("anchors", "me.example.com", "from@example.com")


@pytest.mark.parametrize(
    ("asked", "remaining", "least", "most"),
    [(300.0, None, 30.0, 30.0), (5.0, None, 5.0, 5.0), (30.0, 10.0, 9.0, 9.99), (30.0, 0.1, 0.04, 0.09)],
    ids=["our bound", "the plan's", "the caller's deadline less a margin", "half of very little"],
)
def test_a_test_ends_in_time_for_its_report(asked: float, remaining: float | None, least: float, most: float) -> None:
    prober = Prober()
    asyncio.run(diagnoses(prober).report(CALLER, Plan(host="mx.example.com", timeout=asked), remaining=remaining))
    assert least <= prober.plans[0].timeout <= most


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (Plan(host="mx.example.com", ehlo_name="not a name"), "ehlo_name"),
        (Plan(host="mx.example.com", credentials=Credentials("me", Secret("nul\0"))), "password"),
    ],
)
def test_a_plan_that_cannot_be_run_names_its_field(plan: Plan, field: str) -> None:
    prober = Prober()
    for run in (diagnoses(prober).report(CALLER, plan), drain(diagnoses(prober).diagnose(CALLER, plan))):
        with pytest.raises(InvalidFields) as caught:
            asyncio.run(run)
        assert [violation.field for violation in caught.value.violations] == [field]
    assert not prober.plans


def test_tests_are_bounded_in_number_and_a_slot_is_given_back() -> None:
    async def scenario() -> None:
        prober = Prober(hang=True)
        service = diagnoses(prober, max_concurrent=1)
        first = asyncio.create_task(service.report(CALLER, Plan(host="mx.example.com")))
        await prober.running.wait()
        with pytest.raises(TooManyTests):
            await service.report(CALLER, Plan(host="mx.example.com"))
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        again = asyncio.create_task(service.report(CALLER, Plan(host="mx.example.com")))
        prober.running.clear()
        await prober.running.wait()
        again.cancel()

    asyncio.run(scenario())


def test_a_failed_report_is_an_error_with_its_facts() -> None:
    with pytest.raises(SmtpTestFailed) as caught:
        asyncio.run(diagnoses(Prober(REFUSED)).test_stored(CALLER, "7", receiver="to@example.com"))
    failure = caught.value
    assert (failure.reason, failure.message) == ("AUTH_REJECTED", "refused. Change it.")
    assert failure.metadata["stage"] == "auth"
    assert failure.metadata["serverCode"] == "535"
    assert failure.metadata["enhancedCode"] == "5.7.8"
    assert failure.retry_after is None


@pytest.mark.parametrize("code", Code)
def test_only_a_temporary_failure_says_when_to_try_again(code: Code) -> None:
    failure = failure_of(Report(Outcome.FAIL, Stage.GREETING, code, "x"))
    assert (failure.retry_after is not None) == may_pass_later(code)
    assert (failure.kind is Kind.DEADLINE_EXCEEDED) == (code is Code.TIMEOUT)


PAGE = "/v1/findings/auth_rejected"
FILE = "src/mailproof/diagnosis/pages/auth_rejected.md"
SITE = "https://git.example.com/mailproof"


@pytest.mark.parametrize(("url", "link"), [("", PAGE), (SITE, f"{SITE}/{FILE}")])
def test_links_of_a_report_begin_with_the_documentations_url(url: str, link: str) -> None:
    finding = Finding(Code.AUTH_REJECTED, Severity.ERROR, Stage.AUTH, "refused.", "Change it.", PAGE)
    prober = Prober(dataclasses.replace(REFUSED, findings=(finding, finding)))
    limits = Limits(max_timeout=30.0, max_concurrent=1)
    use_case = Diagnoses(cast("ProviderStore", Store()), Vault(), prober, limits, documentation_url=url)
    (report,) = asyncio.run(drain(use_case.diagnose(CALLER, Plan(host="mx.example.com"))))
    assert isinstance(report, Report)
    assert [found.link for found in report.findings] == [link, link]


def test_a_failure_says_where_it_is_explained() -> None:
    without, with_url = failure_of(REFUSED), failure_of(REFUSED, SITE)
    assert (without.metadata["documentation"], without.help_url) == (PAGE, "")
    assert ("documentation" in with_url.metadata, with_url.help_url) == (False, f"{SITE}/{FILE}")
