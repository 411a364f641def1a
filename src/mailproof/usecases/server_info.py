"""What a server tells a caller of itself: version, limits, features and documentation. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from mailproof.domain.kept_test import Retention
from mailproof.domain.ledger import Quota
from mailproof.domain.limits import Bounds

FINDING_PATH = "/v1/findings/{code}"
"""The path of the page on a code, as the proto of FindingsService has it."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is switched on.

    Attributes:
        tls: Whether the service's own addresses have TLS.
        client_certificates: Whether a client certificate may stand for a token.
        oidc: Whether bearer tokens of an issuer are accepted.
        single_config: Whether an instance holds one configuration at most.
        secret_export: Whether an export may hold secrets.
        sandbox: Whether there is an SMTP server to try things on.
        egress_profile: Which hosts may be dialled.
    """

    tls: bool
    client_certificates: bool
    oidc: bool
    single_config: bool
    secret_export: bool
    sandbox: bool
    egress_profile: str


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What a server is and what it allows.

    Attributes:
        version: The version of the software.
        test_timeout: Seconds for a test at most.
        call_timeout: Seconds for a call at most.
        bounds: How often and how much at once.
        quota: How much an instance may have.
        retention: How many tests are kept, and how long.
        features: What is switched on.
        documentation_url: Where a copy of the project's files is; empty for none.
    """

    version: str
    test_timeout: float
    call_timeout: float
    bounds: Bounds
    quota: Quota
    retention: Retention
    features: Features
    documentation_url: str = ""
