"""The messages of ccadmin.v1.EmailService and the domain's values."""

from __future__ import annotations

from ccadmin.v1 import email_pb2
from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.phrase import say
from mailproof.domain.secret import Secret
from mailproof.smtp.report import Credentials, Plan
from mailproof.smtp.vocabulary import TlsMode
from mailproof.syntax.typed_host import parse_typed_host

_AUTH_METHODS = {"SSL": TlsMode.IMPLICIT, "TLS": TlsMode.STARTTLS, "": TlsMode.OPPORTUNISTIC}


def connection_plan(request: email_pb2.TestSmtpConnectionRequest) -> Plan:
    """Return the plan of a commerce connection test: to the login, or to EHLO without one.

    Raises:
        InvalidFields: The host names another port or TLS mode than the other fields.
    """
    user = request.email_smtp_username.strip()
    typed, port = parse_typed_host(request.email_smtp_host), int(request.email_smtp_port)
    method = request.email_smtp_auth_method.strip()
    wrong_port, wrong_mode = typed.contradicts(port=port, mode=_AUTH_METHODS[method].value if method else "")
    if wrong_port:  # in this API the host has no port
        wrong_port = say("must have no port, or the one that is given as the port")
    wrong = {"email_smtp_host": wrong_port, "email_smtp_auth_method": wrong_mode}
    if wrong_port or wrong_mode:
        raise InvalidFields([FieldViolation(name, problem) for name, problem in wrong.items() if problem])
    return Plan(
        host=typed.host,
        port=port,
        tls_mode=TlsMode(typed.tls.value) if typed.tls else _AUTH_METHODS[method],
        credentials=Credentials(user, Secret(request.email_smtp_password)) if user else None,
    )
