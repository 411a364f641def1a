"""The messages of smtpdiag.v1.DiagnosisService and the values of a test.

Rules between fields are checked here, since no single field can declare them; rules of one field are in the protos.
"""

from __future__ import annotations

from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.phrase import say
from mailproof.domain.secret import Secret
from mailproof.rpc.times import duration, seconds_of, timestamp
from mailproof.rpc.vocabulary_numbers import (
    CHANGE_KINDS,
    CODES,
    DEPTHS,
    OUTCOMES,
    SEVERITIES,
    STAGES,
    TLS_MODES,
    numbers,
)
from mailproof.smtp.report import (
    DEFAULT_TIMEOUT,
    AddressResult,
    Alternative,
    CertificateRole,
    Credentials,
    EhloInfo,
    Evidence,
    Fix,
    Heartbeat,
    OAuth,
    Plan,
    Progress,
    Report,
    SinceLastGood,
    Step,
    StepStarted,
    TlsInfo,
)
from mailproof.smtp.sasl.table import MECHANISMS
from mailproof.smtp.vocabulary import Depth, Patience, TlsMode
from mailproof.syntax.oauth import ClientCredentials, grant_problems, token_problem
from mailproof.syntax.typed_host import TypedHost, parse_typed_host
from mailproof.usecases.diagnosis_plans import Overrides
from smtpdiag.v1 import diagnosis_pb2, report_pb2, vocabulary_pb2

_ROLES = numbers(CertificateRole, dict(report_pb2.CertificateRole.items()), "CERTIFICATE_ROLE")
_DEPTHS = {number: word for word, number in DEPTHS.items()}
_TLS_MODE_OF = {number: word for word, number in TLS_MODES.items()}
_WAITS = {number: word for word, number in numbers(Patience, dict(vocabulary_pb2.Wait.items()), "WAIT").items()}


def diagnosis_plan(request: diagnosis_pb2.DiagnoseRequest) -> Plan:
    """Return the plan of a Diagnose; with a config_id what it leaves out is still to be filled in.

    Raises:
        InvalidFields: Fields contradict each other, or one that is needed is missing.
    """
    depth = _DEPTHS.get(request.depth, Depth.AUTH)
    problems = list(_contradictions(request, depth))
    timeout = DEFAULT_TIMEOUT
    if request.HasField("timeout"):
        timeout, wrong = seconds_of(request.timeout)
        problems += wrong
    oauth, wrong = _oauth(request)
    problems += wrong
    mechanism = request.mechanism.strip().upper()
    if mechanism and mechanism not in MECHANISMS:
        problems.append(
            FieldViolation("mechanism", say("must be empty or one of {names}", names=", ".join(MECHANISMS)))
        )
    typed, wrong = _typed_host(request)
    problems += wrong
    if problems:
        raise InvalidFields(problems)
    user = request.user.strip()
    return Plan(
        host=typed.host,
        port=request.port or typed.wanted_port or 0,
        tls_mode=TlsMode(typed.tls.value) if typed.tls else _TLS_MODE_OF.get(request.tls_mode, TlsMode.AUTO),
        credentials=Credentials(user, Secret(request.password)) if user else None,
        mechanism=mechanism,
        sender=request.sender.strip(),
        recipient=request.recipient.strip(),
        depth=depth,
        timeout=timeout,
        ca_pem=request.ca_pem,
        ehlo_name=request.ehlo_name.strip(),
        oauth=oauth,
        verify_alternatives=request.verify_alternatives if request.HasField("verify_alternatives") else True,
        wait=_WAITS.get(request.wait, Patience.VERIFIED),
    )


def stored_overrides(request: diagnosis_pb2.DiagnoseRequest, plan: Plan) -> Overrides:
    """Return what a Diagnose with a config_id has in place of the stored settings.

    Args:
        request: The request.
        plan: Its plan.
    """
    return Overrides(
        host=plan.host,
        port=plan.port,
        tls_mode=plan.tls_mode if request.tls_mode or plan.tls_mode is not TlsMode.AUTO else None,
        user=request.user.strip(),
        password=Secret(request.password),
        oauth=plan.oauth,
    )


def _typed_host(request: diagnosis_pb2.DiagnoseRequest) -> tuple[TypedHost, list[FieldViolation]]:
    """Return the host, without a name where none is given, and what contradicts it."""
    if not request.host.strip():
        return TypedHost(""), []
    typed = parse_typed_host(request.host)
    mode = _TLS_MODE_OF.get(request.tls_mode, TlsMode.AUTO)
    wrong_port, wrong_mode = typed.contradicts(port=request.port, mode="" if mode is TlsMode.AUTO else mode.value)
    named = (("port", wrong_port), ("tls_mode", wrong_mode))
    return typed, [FieldViolation(name, problem) for name, problem in named if problem]


def _contradictions(request: diagnosis_pb2.DiagnoseRequest, depth: Depth) -> list[FieldViolation]:
    problems = []
    if request.config_id:
        # An authority of the caller's would vouch for anyone who stands on the way to the stored login.
        if request.ca_pem:
            problems.append(FieldViolation("ca_pem", say("must not be given together with config_id")))
    elif not request.host.strip():
        problems.append(FieldViolation("host", say("must not be empty, unless config_id names a stored configuration")))
    if request.password and not request.user.strip() and not request.config_id:
        problems.append(FieldViolation("user", say("must not be empty when a password is given")))
    if depth.reaches(Depth.MAIL) and not request.sender.strip() and not request.config_id:
        problems.append(FieldViolation("sender", say("must not be empty for depth {value}", value=depth.value)))
    if depth.reaches(Depth.RCPT) and not request.recipient.strip():
        problems.append(FieldViolation("recipient", say("must not be empty for depth {value}", value=depth.value)))
    return problems


def _oauth(request: diagnosis_pb2.DiagnoseRequest) -> tuple[OAuth | None, list[FieldViolation]]:
    """Return how an access token is had, None where none is asked for, and what is wrong with that."""
    if not request.HasField("xoauth2"):
        return None, []
    problems = []
    if not request.user.strip() and not request.config_id:
        problems.append(FieldViolation("user", say("must not be empty with xoauth2")))
    if request.password:
        problems.append(FieldViolation("password", say("must not be given together with xoauth2")))
    source = request.xoauth2.WhichOneof("source")
    if source == "client_credentials":
        given = request.xoauth2.client_credentials
        grant = ClientCredentials(
            given.token_endpoint.strip(),
            given.client_id.strip(),
            Secret(given.client_secret),
            tuple(scope.strip() for scope in given.scopes),
        )
        wrong = [FieldViolation(f"xoauth2.client_credentials.{name}", must) for name, must in grant_problems(grant)]
        return OAuth(grant=grant), problems + wrong
    token = request.xoauth2.access_token.strip()
    must = token_problem(token) if token else say("must not be empty, unless client_credentials are given")
    if must:
        problems.append(FieldViolation("xoauth2.access_token", must))
    return OAuth(access_token=Secret(token)), problems


def diagnosis_event(event: Progress) -> diagnosis_pb2.DiagnoseResponse:
    """Return one message of the stream."""
    if isinstance(event, StepStarted):
        started = report_pb2.StepStarted(
            stage=STAGES[event.stage], started_at=timestamp(event.started_at), connection=event.connection
        )
        return diagnosis_pb2.DiagnoseResponse(started=started)
    if isinstance(event, Step):
        return diagnosis_pb2.DiagnoseResponse(step=_step(event))
    if isinstance(event, Alternative):
        return diagnosis_pb2.DiagnoseResponse(alternative=_alternative(event))
    if isinstance(event, Heartbeat):
        beat = report_pb2.Heartbeat(stage=STAGES[event.stage], elapsed=duration(event.elapsed))
        return diagnosis_pb2.DiagnoseResponse(heartbeat=beat)
    return diagnosis_pb2.DiagnoseResponse(report=report_message(event))


def report_message(report: Report) -> report_pb2.Report:
    """Return a report. A word of a kept one that this release does not know becomes the enum's number 0."""
    return report_pb2.Report(
        outcome=OUTCOMES.get(report.outcome, 0),
        stage=STAGES.get(report.stage, 0),
        code=CODES.get(report.code, 0),
        message=report.message,
        advice=report.advice,
        evidence=_evidence(report.evidence),
        tls=_tls(report.tls) if report.tls else None,
        ehlo=_ehlo(report.ehlo) if report.ehlo else None,
        findings=[
            report_pb2.Finding(
                code=CODES.get(finding.code, 0),
                severity=SEVERITIES.get(finding.severity, 0),
                stage=STAGES.get(finding.stage, 0),
                message=finding.message,
                advice=finding.advice,
                link=finding.link,
            )
            for finding in report.findings
        ],
        alternatives=[_alternative(other) for other in report.alternatives],
        steps=[_step(step) for step in report.steps],
        elapsed_ms=report.elapsed_ms,
        round_trips=report.round_trips,
        fixes=[_fix(fix) for fix in report.fixes],
        addresses=[_address(row) for row in report.addresses],
        timeout=duration(report.timeout),
        test_id=report.test_id,
        since_last_good=_since_last_good(report.since_last_good) if report.since_last_good else None,
    )


def _since_last_good(since: SinceLastGood) -> report_pb2.SinceLastGood:
    changes = [
        report_pb2.ObservedChange(
            kind=CHANGE_KINDS.get(change.kind, 0),
            name=change.name,
            before=change.before,
            after=change.after,
            likely=change.likely,
            sentence=change.sentence,
        )
        for change in since.changes
    ]
    return report_pb2.SinceLastGood(
        test_id=since.test_id, started_at=timestamp(since.started_at), sentence=since.sentence, changes=changes
    )


def _address(row: AddressResult) -> report_pb2.AddressResult:
    return report_pb2.AddressResult(
        address=row.address,
        family=row.family,
        stage=STAGES.get(row.stage, 0),
        code=CODES.get(row.code, 0),
        message=row.message,
        duration=duration(row.duration),
    )


def _alternative(other: Alternative) -> report_pb2.Alternative:
    return report_pb2.Alternative(
        port=other.port,
        tls_mode=TLS_MODES.get(other.tls_mode, 0),
        code=CODES.get(other.code, 0),
        message=other.message,
        host=other.host,
        started_at=timestamp(other.started_at),
        duration=duration(other.duration),
    )


def _fix(fix: Fix) -> report_pb2.Fix:
    message = report_pb2.Fix(verified=fix.verified, needs_secret=fix.needs_secret, sentence=fix.sentence)
    for change in fix.changes:
        # The field's name is a keyword of Python.
        message.changes.add(setting=change.setting, to=change.to, **{"from": change.current})
    return message


def _step(step: Step) -> report_pb2.Step:
    return report_pb2.Step(
        stage=STAGES.get(step.stage, 0),
        started_at=timestamp(step.started_at),
        duration=duration(step.duration),
        peer=step.peer,
        sent=step.sent,
        received=step.received,
        code=CODES.get(step.code, 0),
        connection=step.connection,
    )


def _evidence(evidence: Evidence) -> report_pb2.Evidence | None:
    if evidence == Evidence():
        return None
    return report_pb2.Evidence(reply_code=evidence.reply_code, enhanced_code=evidence.enhanced_code, text=evidence.text)


def _tls(tls: TlsInfo) -> report_pb2.TlsInfo:
    chain = [
        report_pb2.Certificate(
            subject=certificate.subject,
            sans=certificate.sans,
            issuer=certificate.issuer,
            not_before=timestamp(certificate.not_before),
            not_after=timestamp(certificate.not_after),
            key=certificate.key,
            signature=certificate.signature,
            fingerprint=certificate.fingerprint,
            role=_ROLES.get(certificate.role, 0),
            problem=certificate.problem,
            more_sans=certificate.more_sans,
        )
        for certificate in tls.chain
    ]
    return report_pb2.TlsInfo(
        version=tls.version,
        cipher=tls.cipher,
        alpn=tls.alpn,
        chain=chain,
        verified=tls.verified,
        verify_error=tls.verify_error,
        expected_name=tls.expected_name,
        trust_anchor=tls.trust_anchor,
    )


def _ehlo(ehlo: EhloInfo) -> report_pb2.EhloInfo:
    return report_pb2.EhloInfo(
        name=ehlo.name,
        extensions=dict(ehlo.extensions),
        mechanisms_before_tls=ehlo.mechanisms_before_tls,
        mechanisms_inside_tls=ehlo.mechanisms_inside_tls,
    )
