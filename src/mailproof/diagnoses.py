"""Use cases on tests: from what an API asks to a plan, from the probe's report to what that API answers.

Keeps two laws: a failed test is a successful diagnosis (it becomes an error only where an API has no other answer),
and a stored password is used only for the destination it was stored with.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from mailproof.errors import (
    ConfigNotFound,
    FieldViolation,
    InvalidFields,
    PasswordRequired,
    SmtpTestFailed,
)
from mailproof.limits import Limits
from mailproof.model import Caller, SmtpSettings, split_host_port
from mailproof.secret import Secret
from mailproof.smtp.findings import page
from mailproof.smtp.plans import violations
from mailproof.smtp.report import Credentials, Heartbeat, Plan, Report, Step, Terms
from mailproof.smtp.vocabulary import TEMPORARY, Code, Depth, Outcome, Stage, TlsMode
from mailproof.store import ConfigStore

RETRY_AFTER = 60.0
"""Seconds we suggest to wait after a temporary refusal: servers that limit rates or greylist count in minutes."""

# Ids of the reference service's errors, by the stage that failed.
_REFERENCES = {
    Stage.CONNECT: "EMAIL-skwos",
    Stage.TLS: "EMAIL-sl39s",
    Stage.GREETING: "EMAIL-skwi4",
    Stage.EHLO: "EMAIL-skwi4",
    Stage.STARTTLS: "EMAIL-guvsQ",
    Stage.AUTH: "EMAIL-s9kfs",
    Stage.MAIL: "EMAIL-s3is3",
    Stage.RCPT: "EMAIL-s4is4",
}

Event = Step | Heartbeat | Report


class Prober(Protocol):
    """Runs a plan. Closing the generator, or cancelling the report, closes the sockets."""

    def run(self, plan: Plan) -> AsyncGenerator[Event, None]:
        """Run the plan: steps as they end, heartbeats, and one report, last."""
        ...

    async def report(self, plan: Plan) -> Report:
        """Run the plan to its report."""
        ...


class Diagnoses:
    """Tests of SMTP settings, bounded in number and in time.

    Args:
        documentation_url: Where the project's files can be read; empty: links stay paths within the project.
    """

    def __init__(self, store: ConfigStore, prober: Prober, limits: Limits, *, documentation_url: str = "") -> None:
        self._store = store
        self._prober = prober
        self._limits = limits
        self._documentation_url = documentation_url

    async def diagnose(
        self, caller: Caller, plan: Plan, *, config_id: str = "", remaining: float | None = None
    ) -> AsyncGenerator[Event, None]:
        """Run a test and yield its events, the report last.

        Args:
            plan: What to test; with `config_id` its destination and credentials come from the stored configuration.
            remaining: Seconds until the caller's deadline, None without one.

        Raises:
            ConfigNotFound: No such configuration. TooManyTests: As many run as allowed.
        """
        if config_id:
            settings, credentials = await self._stored(caller, config_id)
            plan = dataclasses.replace(
                _plan_of(settings, credentials, plan.recipient, plan.depth),
                sender=plan.sender or settings.sender_address,
                timeout=plan.timeout,
                ca_pem=plan.ca_pem,
                ehlo_name=plan.ehlo_name,
                mechanism=plan.mechanism,
                verify_alternatives=plan.verify_alternatives,
            )
        with self._limits.slot():
            async with aclosing(self._prober.run(self._bounded(plan, remaining))) as events:
                async for event in events:
                    yield self._linked(event) if isinstance(event, Report) else event

    async def report(self, plan: Plan, *, remaining: float | None = None) -> Report:
        """Run a test and return its report, for an answer that has no place for a fix: none is searched for."""
        return await self._report(dataclasses.replace(plan, verify_alternatives=False), remaining)

    async def _report(self, plan: Plan, remaining: float | None) -> Report:
        with self._limits.slot():
            return await self._prober.report(self._bounded(plan, remaining))

    async def test_settings(
        self,
        caller: Caller,
        settings: SmtpSettings,
        password: Secret,
        *,
        receiver: str,
        config_id: str = "",
        remaining: float | None = None,
    ) -> None:
        """Send a test message with these settings.

        Args:
            config_id: The configuration whose password is used when `password` is empty.

        Raises:
            SmtpTestFailed: The test failed. PasswordRequired: A password is needed and none may be used.
            ConfigNotFound: No such configuration.
        """
        if config_id and not password:
            stored = await self._store.get_config(caller.instance_id, config_id)
            if stored is None:
                raise ConfigNotFound(config_id, reference="SMTP-p9cc")
            if not stored.settings.same_destination(settings):
                raise PasswordRequired(
                    "must be sent: host, tls and user are not those that the stored password belongs to"
                )
            password = await self._store.get_password(caller.instance_id, config_id) or Secret("")
        if settings.user and not password:
            raise PasswordRequired("Password for test not found", reference="SMTP-p9kj")
        credentials = Credentials(settings.user, password) if settings.user else None
        await self._require_success(_plan_of(settings, credentials, receiver, Depth.DATA), remaining)

    async def test_stored(
        self, caller: Caller, config_id: str, *, receiver: str, remaining: float | None = None
    ) -> None:
        """Send a test message with a stored configuration.

        Raises:
            SmtpTestFailed: The test failed. ConfigNotFound: No such configuration.
        """
        settings, credentials = await self._stored(caller, config_id, reference="SMTP-99klw")
        await self._require_success(_plan_of(settings, credentials, receiver, Depth.DATA), remaining)

    async def _stored(
        self, caller: Caller, config_id: str, reference: str = "QUERY-fwofw"
    ) -> tuple[SmtpSettings, Credentials | None]:
        config = await self._store.get_config(caller.instance_id, config_id)
        if config is None:
            raise ConfigNotFound(config_id, reference=reference)
        if not config.settings.user:
            return config.settings, None
        password = await self._store.get_password(caller.instance_id, config_id)
        return config.settings, Credentials(config.settings.user, password or Secret(""))

    async def _require_success(self, plan: Plan, remaining: float | None) -> None:
        report = await self._report(plan, remaining)
        if report.outcome is Outcome.FAIL:
            raise failed(report, self._documentation_url)

    def _linked(self, report: Report) -> Report:
        if not self._documentation_url:
            return report
        url = self._documentation_url
        findings = tuple(dataclasses.replace(found, link=f"{url}/{found.link}") for found in report.findings)
        return dataclasses.replace(report, findings=findings)

    def _bounded(self, plan: Plan, remaining: float | None) -> Plan:
        """Return the plan with the time it has.

        Raises:
            InvalidFields: The plan can't be run.
        """
        plan = dataclasses.replace(plan, timeout=self._limits.timeout(plan.timeout, remaining))
        wrong = violations(plan)
        if wrong:
            raise InvalidFields([FieldViolation(field, problem) for field, problem in wrong])
        return plan


def failed(report: Report, documentation_url: str = "") -> SmtpTestFailed:
    """Return a failed report as an error, for APIs whose answer has no place for it."""
    evidence, explained = report.evidence, page(report.code)
    facts = {
        "serverCode": str(evidence.reply_code) if evidence.reply_code else "",
        "enhancedCode": evidence.enhanced_code,
        "serverText": evidence.text,
        "advice": report.advice,
        "documentation": "" if documentation_url else explained,
    }
    return SmtpTestFailed(
        " ".join(part for part in (report.message, report.advice) if part),
        code=report.code.value,
        stage=report.stage.value,
        metadata={key: value for key, value in facts.items() if value},
        retry_after=RETRY_AFTER if report.code in TEMPORARY else None,
        timed_out=report.code is Code.TIMEOUT,
        reference=_REFERENCES.get(report.stage, ""),
        help_url=f"{documentation_url}/{explained}" if documentation_url else "",
    )


def _plan_of(settings: SmtpSettings, credentials: Credentials | None, receiver: str, depth: Depth) -> Plan:
    try:
        host, port = split_host_port(settings.host)
    except ValueError as error:
        raise InvalidFields([FieldViolation("host", str(error))]) from None
    return Plan(
        host=host,
        port=port,
        tls_mode=TlsMode.AUTO if settings.tls else TlsMode.OPPORTUNISTIC,
        credentials=credentials,
        sender=settings.sender_address,
        sender_name=settings.sender_name,
        recipient=receiver,
        depth=depth,
        terms=Terms.FLAG,
    )
