"""The catalogue of codes: each code's one definition, and the tables that derive from it.

To add a code: its name in `smtp.vocabulary`, its definition in one of the `catalogue_…` modules, what detects it, a
page and a row in the end-to-end tests; tests fail where one of these is missing. Pure.
"""

from __future__ import annotations

from mailproof.diagnosis.catalogue_client import CLIENT
from mailproof.diagnosis.catalogue_connection import CONNECTION
from mailproof.diagnosis.catalogue_login import LOGIN
from mailproof.diagnosis.catalogue_mail import MAIL
from mailproof.diagnosis.catalogue_tls import TLS
from mailproof.diagnosis.catalogue_warnings import WARNINGS
from mailproof.diagnosis.definition import Definition, Try
from mailproof.smtp.vocabulary import Code, Severity

CATALOGUE: dict[Code, Definition] = CONNECTION | CLIENT | TLS | LOGIN | MAIL | WARNINGS
"""Code -> its definition."""

WARNING_CODES = frozenset(code for code, known in CATALOGUE.items() if known.severity is Severity.WARNING)
"""Codes that never fail a test."""

CERTIFICATE_CODES = frozenset(code for code, known in CATALOGUE.items() if known.about_certificate)
"""Codes of a failed verification of the certificate."""


def is_worth(code: Code, kind: Try) -> bool:
    """Return whether a kind of other settings is worth a try after a failure."""
    return kind in CATALOGUE[code].tries


def may_pass_later(code: Code, reply_code: int = 0) -> bool:
    """Return whether the same settings may work later.

    Args:
        code: The root cause.
        reply_code: The reply that told of it; 0 for none.
    """
    return CATALOGUE[code].may_pass_later(reply_code)
