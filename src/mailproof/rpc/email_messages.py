"""The messages of ccadmin.v1.EmailService and the domain's values."""

from __future__ import annotations

from ccadmin.v1 import email_pb2
from mailproof.domain.secret import Secret
from mailproof.smtp.report import Credentials, Plan
from mailproof.smtp.vocabulary import TlsMode

_AUTH_METHODS = {"SSL": TlsMode.IMPLICIT, "TLS": TlsMode.STARTTLS, "": TlsMode.OPPORTUNISTIC}


def connection_plan(request: email_pb2.TestSmtpConnectionRequest) -> Plan:
    """Return the plan of a commerce connection test: to the login, or to EHLO without one."""
    user = request.email_smtp_username.strip()
    return Plan(
        host=request.email_smtp_host.strip(),
        port=int(request.email_smtp_port),
        tls_mode=_AUTH_METHODS[request.email_smtp_auth_method.strip()],
        credentials=Credentials(user, Secret(request.email_smtp_password)) if user else None,
    )
