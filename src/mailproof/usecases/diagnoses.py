"""The use cases of testing SMTP settings: makes a plan of what an API asks, and its answer of the probe's report.

Laws: a failed test is a successful diagnosis, and becomes an error only where an API has no other answer; a stored
secret is used only for the login that it was entered for (`smtp.stored_secret`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Protocol

from mailproof.diagnosis.catalogue import may_pass_later
from mailproof.diagnosis.changes import in_short
from mailproof.diagnosis.finding_pages import published_path
from mailproof.diagnosis.findings import page
from mailproof.domain.errors import FieldViolation, InvalidFields, SmtpTestFailed
from mailproof.domain.kept_test import Retention, TestTrigger
from mailproof.domain.ledger import UNBOUNDED, Quota
from mailproof.domain.limits import Limits
from mailproof.domain.model import Caller, Provider, SmtpSettings
from mailproof.domain.phrase import say, sentences
from mailproof.domain.provider_errors import PasswordNotStored, PasswordRequired, ProviderNotFound, UserNotSet
from mailproof.domain.secret import Secret, Vault
from mailproof.smtp.plans import violations
from mailproof.smtp.report import Plan, Progress, Report
from mailproof.smtp.vocabulary import Code, Depth, Outcome, Stage
from mailproof.store.contract import ProviderStore
from mailproof.usecases.ahead import ahead
from mailproof.usecases.diagnosis_plans import (
    Overrides,
    overridden_by,
    overridden_plan,
    plan_of,
    replaced_by,
    require_stored_secret_for,
)
from mailproof.usecases.kept_tests import KeptTests, TestSubject
from mailproof.usecases.limited_work import ProvenSecrets, StoredSecret, login_of, note_end, work_of_test
from mailproof.usecases.noted import Notes
from mailproof.usecases.provider_secrets import login_target, secret_in_words, secret_name, usable_secret
from mailproof.usecases.providers import Auth, SmtpInput

RETRY_AFTER = 60.0
"""Seconds that callers are told to wait after a temporary failure: rate limits and greylisting take minutes."""

# Error ids of the reference service (ZITADEL), by the stage that failed.
_REFERENCES = {
    Stage.RESOLVE: "EMAIL-skwos",
    Stage.CONNECT: "EMAIL-skwos",
    Stage.TLS: "EMAIL-sl39s",
    Stage.GREETING: "EMAIL-skwi4",
    Stage.EHLO: "EMAIL-skwi4",
    Stage.STARTTLS: "EMAIL-guvsQ",
    Stage.AUTH: "EMAIL-s9kfs",
    Stage.MAIL: "EMAIL-s3is3",
    Stage.RCPT: "EMAIL-s4is4",
}

# Fields of a plan -> their names in the requests of the calls that send a test message.
_REQUEST_NAMES = {
    "sender": "sender_address",
    "recipient": "receiver_address",
    "token_endpoint": "xoauth2.token_endpoint",
    "scopes": "xoauth2.scopes",
    "client_id": "xoauth2.client_credentials.client_id",
    "client_secret": "xoauth2.client_credentials.client_secret",
}


class Prober(Protocol):
    """Runs plans. Closing the generator, or cancelling the report, closes the sockets."""

    def run(self, plan: Plan) -> AsyncGenerator[Progress, None]:
        """Run a plan, and yield steps as they begin and end, heartbeats, and one report, last."""
        ...

    async def report(self, plan: Plan, follow: Callable[[Progress], None] | None = None) -> Report:
        """Run a plan and return its report; `follow` is called with the steps as they begin and end."""
        ...


class Diagnoses:
    """Tests of SMTP settings, bounded in number and in time.

    Args:
        store: Has the stored configurations.
        vault: Opens their secrets.
        prober: Runs the tests.
        limits: Bounds the tests of the whole process.
        documentation_url: Where the project's files are published; empty where links are paths of this service.
        kept: Keeps the tests of stored configurations; None where only the event log tells of them.
        quota: How much an instance may have.
    """

    def __init__(
        self,
        store: ProviderStore,
        vault: Vault,
        prober: Prober,
        limits: Limits,
        *,
        documentation_url: str = "",
        kept: KeptTests | None = None,
        quota: Quota = UNBOUNDED,
    ) -> None:
        self._store = store
        self._vault = vault
        self._prober = prober
        self._limits = limits
        self._documentation_url = documentation_url
        self._proven = ProvenSecrets()
        self._kept = kept or KeptTests(Notes(store, quota), None, Retention())

    async def diagnose(
        self,
        caller: Caller,
        plan: Plan,
        *,
        config_id: str = "",
        overrides: Overrides | None = None,
        remaining: float | None = None,
    ) -> AsyncGenerator[Progress, None]:
        """Run a test and yield its events, the report last.

        Args:
            plan: What to test; with `config_id` its destination and credentials come from the stored configuration.
            config_id: The stored configuration to test; empty for none.
            overrides: What is tested in place of its settings.
            remaining: Seconds until the caller's deadline; None without one.

        Raises:
            ProviderNotFound: There is no such configuration.
            TooManyTests: As many tests run as are allowed.
            RateExceeded: As many tests were made lately as are allowed.
            TooManyFailedLogins: The user's logins have failed too often.
            TooManyMessages: The recipient has got as many messages as one may.
            PasswordNotStored: The stored configuration lacks the secret that it needs.
            PasswordRequired: Its secret may not be used with the overrides, and none is sent.
            SecretUnreadable: Its secret can't be decrypted.
            InvalidFields: The plan is invalid.
        """
        stored: StoredSecret | None = None
        subject: TestSubject | None = None
        if config_id:
            plan, stored, subject = await self._stored_plan(caller, config_id, plan, overrides or Overrides())
        plan = self._bounded(plan, remaining)
        if subject is not None:
            subject = dataclasses.replace(subject, plan=plan, remaining=remaining)
        # The test does not wait for whoever reads its events, so that its slot is free when it is over.
        async with aclosing(ahead(self._run(caller, plan, stored, subject))) as events:
            async for event in events:
                yield event

    async def _run(
        self, caller: Caller, plan: Plan, stored: StoredSecret | None, subject: TestSubject | None
    ) -> AsyncGenerator[Progress, None]:
        report = None
        async with self._limited(caller, plan, stored) as ended:
            with self._kept.recording(subject) as recording:
                async with aclosing(self._prober.run(plan)) as events:
                    async for event in events:
                        recording.follow(event)
                        if isinstance(event, Report):
                            report = event
                            ended(event)
                        else:
                            yield event
        if report is not None:  # the last event
            yield linked(await recording.ended(report), self._documentation_url)

    @asynccontextmanager
    async def _limited(
        self, caller: Caller, plan: Plan, stored: StoredSecret | None
    ) -> AsyncIterator[Callable[[Report], None]]:
        """Count a test as running.

        Args:
            caller: For whom it is made.
            plan: The plan.
            stored: The stored secret that it logs in with; None where it uses none.

        Yields:
            What is called with the report.
        """

        def ended(report: Report) -> None:
            note_end(ticket, report)
            accepted = login_of(report)
            if stored is not None and accepted is not None:
                self._proven.note(stored, accepted=accepted)

        proven = stored is not None and stored in self._proven
        async with self._limits.slot(work_of_test(caller, plan, proven=proven)) as ticket:
            yield ended

    async def _stored_plan(
        self, caller: Caller, config_id: str, plan: Plan, overrides: Overrides
    ) -> tuple[Plan, StoredSecret | None, TestSubject]:
        """Return the plan of a Diagnose that tests a stored configuration, the stored secret that it uses, and more."""
        provider, settings = await self._stored(caller, config_id)
        overridden = overridden_by(settings, overrides, plan)
        subject = TestSubject(caller, provider, TestTrigger.DIAGNOSE, overridden=overridden)
        wanted, secret = overrides.target(settings), Secret("")
        if wanted.user and not overrides.has_secret:
            if wanted != login_target(settings):
                require_stored_secret_for(settings, wanted, stored=provider.sealed is not None)
            secret = self._usable_secret(provider, settings)
        plan = overridden_plan(settings, secret, overrides, plan)
        plan = dataclasses.replace(plan, password_without_user=_lacks_user(provider) and not wanted.user)
        return plan, _stored_secret(provider) if secret else None, subject

    async def report(self, caller: Caller, plan: Plan, *, remaining: float | None = None) -> Report:
        """Run a test and return its report. No alternative settings are tried: the answer has no place for them.

        Args:
            remaining: Seconds until the caller's deadline; None without one.

        Raises:
            TooManyTests: As many tests run as are allowed.
            RateExceeded: As many tests were made lately as are allowed.
            TooManyFailedLogins: The user's logins have failed too often.
            TooManyMessages: The recipient has got as many messages as one may.
            InvalidFields: The plan is invalid.
        """
        return await self._report(caller, dataclasses.replace(plan, verify_alternatives=False), remaining)

    async def _report(
        self,
        caller: Caller,
        plan: Plan,
        remaining: float | None,
        stored: StoredSecret | None = None,
        subject: TestSubject | None = None,
    ) -> Report:
        plan = self._bounded(plan, remaining)
        if subject is not None:
            subject = dataclasses.replace(subject, plan=plan, remaining=remaining)
        async with self._limited(caller, plan, stored) as ended:
            with self._kept.recording(subject) as recording:
                report = await self._prober.report(plan, recording.follow if subject is not None else None)
            ended(report)
        return await recording.ended(report)

    async def test_settings(
        self,
        caller: Caller,
        tested: SmtpInput,
        *,
        receiver: str,
        config_id: str = "",
        remaining: float | None = None,
    ) -> None:
        """Send a test message with these settings.

        Args:
            tested: The settings to test.
            receiver: The recipient of the test message.
            config_id: The configuration whose secret is used where none is sent; empty for none.
            remaining: Seconds until the caller's deadline; None without one.

        Raises:
            SmtpTestFailed: The test has failed.
            PasswordRequired: A secret is needed, and none is sent or stored that may be used.
            UserNotSet: No user is sent or stored for the stored password.
            ProviderNotFound: There is no such configuration.
            SecretUnreadable: Its secret can't be decrypted.
            TooManyTests: As many tests run as are allowed.
            RateExceeded: As many tests were made lately as are allowed.
            TooManyFailedLogins: The user's logins have failed too often.
            TooManyMessages: The recipient has got as many messages as one may.
            InvalidFields: The settings are invalid.
        """
        if tested.auth is Auth.UNSPECIFIED and not tested.settings.user:
            # The older calls of the reference service refuse a test without a password (SMTP-p9kj), so clients
            # that test a server without logins send an arbitrary one. It is neither used nor stored.
            tested = dataclasses.replace(tested, secret=Secret(""))
        tested = tested.normalised()
        settings, secret = tested.settings, tested.secret
        if secret and not settings.user:
            raise InvalidFields([FieldViolation("user", say("must not be empty when a password is given"))])
        stored: StoredSecret | None = None
        provider = await self._store.get(caller.instance_id, config_id) if config_id else None
        if config_id and not secret and tested.auth is not Auth.NONE:
            settings, secret, stored = self._with_stored_secret(provider, config_id, tested)
        if settings.user and not secret:
            raise PasswordRequired(say("Password for test not found"), field=tested.secret_path, reference="SMTP-p9kj")
        names = {"password": tested.secret_path, **_REQUEST_NAMES}
        plan = plan_of(settings, secret, receiver, Depth.DATA)
        subject = None
        if provider is not None and isinstance(provider.settings, SmtpSettings):
            overridden = replaced_by(provider.settings, settings, has_secret=bool(tested.secret))
            uses_stored = stored is not None
            subject = TestSubject(
                caller, provider, TestTrigger.TEST_SETTINGS, overridden=overridden, uses_stored=uses_stored
            )
        await self._require_success(caller, plan, remaining, names, stored, subject)

    async def test_stored(
        self, caller: Caller, config_id: str, *, receiver: str, remaining: float | None = None
    ) -> None:
        """Send a test message with a stored configuration.

        Args:
            receiver: The recipient of the test message.
            remaining: Seconds until the caller's deadline; None without one.

        Raises:
            SmtpTestFailed: The test has failed.
            ProviderNotFound: There is no such configuration.
            PasswordNotStored: It lacks the secret that it needs.
            UserNotSet: It has a password and no user. The answer of a test that passes is empty, so it can't say that
                no login was tried.
            SecretUnreadable: Its secret can't be decrypted.
            TooManyTests: As many tests run as are allowed.
            RateExceeded: As many tests were made lately as are allowed.
            TooManyFailedLogins: The user's logins have failed too often.
            TooManyMessages: The recipient has got as many messages as one may.
            InvalidFields: Its settings, or the recipient, are invalid.
        """
        provider, settings = await self._stored(caller, config_id, "SMTP-99klw")
        _refuse_password_without_user(provider)
        secret = self._usable_secret(provider, settings)
        plan = plan_of(settings, secret, receiver, Depth.DATA)
        stored = _stored_secret(provider) if secret else None
        subject = TestSubject(caller, provider, TestTrigger.TEST_CONFIG)
        await self._require_success(caller, plan, remaining, _REQUEST_NAMES, stored, subject)

    def _with_stored_secret(
        self, provider: Provider | None, config_id: str, tested: SmtpInput
    ) -> tuple[SmtpSettings, Secret, StoredSecret | None]:
        """Return the tested settings with the stored secret, where there is one.

        Raises:
            PasswordRequired: The stored secret may not be used for these settings.
            ProviderNotFound: There is no such configuration.
            UserNotSet: Neither they nor the stored ones have a user for it.
        """
        if not tested.settings.user:
            _refuse_password_without_user(provider)
            return tested.settings, tested.secret, None
        if provider is None or not isinstance(provider.settings, SmtpSettings):
            raise ProviderNotFound(config_id, reference="SMTP-p9cc")
        secret = usable_secret(self._vault, provider)
        if not secret:
            return tested.settings, secret, None
        settings = tested.completed(provider.settings, secret_name(provider.settings))
        return settings, secret, _stored_secret(provider)

    async def _stored(
        self, caller: Caller, config_id: str, reference: str = "QUERY-fwofw"
    ) -> tuple[Provider, SmtpSettings]:
        provider: Provider | None = await self._store.get(caller.instance_id, config_id)
        if provider is None or not isinstance(provider.settings, SmtpSettings):
            raise ProviderNotFound(config_id, reference=reference)
        return provider, provider.settings

    def _usable_secret(self, provider: Provider, settings: SmtpSettings) -> Secret:
        """Return the secret of a provider's user; empty where it has no user.

        Raises:
            PasswordNotStored: It has a user and no secret.
            SecretUnreadable: It can't be decrypted.
        """
        if not settings.user:
            return Secret("")
        secret = usable_secret(self._vault, provider)
        if not secret:
            raise PasswordNotStored(secret_in_words(secret_name(settings)))
        return secret

    async def _require_success(
        self,
        caller: Caller,
        plan: Plan,
        remaining: float | None,
        names: Mapping[str, str],
        stored: StoredSecret | None,
        subject: TestSubject | None,
    ) -> None:
        """Run a test, and raise its failure.

        Args:
            caller: Who tests.
            plan: What is tested.
            remaining: Seconds until the caller's deadline; None without one.
            names: What the request calls fields of the plan.
            stored: The stored secret that it logs in with; None where it uses none.
            subject: What it is kept as; None where it names no stored configuration.
        """
        try:
            report = await self._report(caller, plan, remaining, stored, subject)
        except InvalidFields as error:  # the request has other names for the plan's fields
            renamed = [FieldViolation(names.get(v.field, v.field), v.description) for v in error.violations]
            raise InvalidFields(renamed) from None
        if report.outcome is Outcome.FAIL:
            raise failure_of(report, self._documentation_url)

    def _bounded(self, plan: Plan, remaining: float | None) -> Plan:
        """Return the plan with a timeout within the limits.

        Raises:
            InvalidFields: The plan is invalid.
        """
        timeout = self._limits.timeout(plan.timeout, remaining)
        plan = dataclasses.replace(plan, timeout=timeout, longest=self._limits.max_timeout)
        wrong = violations(plan)
        if wrong:
            raise InvalidFields([FieldViolation(field, problem) for field, problem in wrong])
        return plan


def _lacks_user(provider: Provider) -> bool:
    """Return whether a provider has a password and no user that it could log in."""
    return isinstance(provider.settings, SmtpSettings) and not provider.settings.user and provider.sealed is not None


def _stored_secret(provider: Provider) -> StoredSecret:
    return StoredSecret(provider.details.resource_owner, provider.id, provider.sealed or b"")


def _refuse_password_without_user(provider: Provider | None) -> None:
    """Raise `UserNotSet` for a provider that has a password and no user."""
    if provider is not None and _lacks_user(provider):
        raise UserNotSet


def linked(report: Report, documentation_url: str) -> Report:
    """Return a report whose findings link to the published pages.

    Args:
        report: The report.
        documentation_url: Where the project's files are published; empty for links that are paths of this service.
    """
    if not documentation_url:
        return report
    findings = tuple(
        dataclasses.replace(found, link=f"{documentation_url}/{published_path(found.code)}")
        for found in report.findings
    )
    return dataclasses.replace(report, findings=findings)


def failure_of(report: Report, documentation_url: str = "") -> SmtpTestFailed:
    """Return the error for a failed test, for APIs whose answer has no place for a report.

    Args:
        report: The report of a test that has failed.
        documentation_url: Where the project's files are published; empty for paths of this service.
    """
    evidence = report.evidence
    facts = {
        "serverCode": str(evidence.reply_code) if evidence.reply_code else "",
        "enhancedCode": evidence.enhanced_code,
        "serverText": evidence.text,
        "advice": report.advice,
        "documentation": "" if documentation_url else page(report.code),
        "testId": report.test_id,
        **_since_last_good(report),
    }
    return SmtpTestFailed(
        sentences((report.message, report.advice)),
        code=report.code.value,
        stage=report.stage.value,
        metadata={key: value for key, value in facts.items() if value},
        retry_after=RETRY_AFTER if may_pass_later(report.code, evidence.reply_code) else None,
        timed_out=report.code is Code.TIMEOUT,
        reference=_REFERENCES.get(report.stage, ""),
        help_url=f"{documentation_url}/{published_path(report.code)}" if documentation_url else "",
    )


def _since_last_good(report: Report) -> dict[str, str]:
    """Return when the configuration last worked and what has changed since, in few words."""
    since = report.since_last_good
    if since is None:
        return {}
    return {
        "lastGood": f"{since.started_at:%Y-%m-%dT%H:%M:%SZ}",
        "lastGoodTestId": since.test_id,
        "changedSince": in_short(since),
    }
