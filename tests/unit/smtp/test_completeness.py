"""Every code of the vocabulary comes out of a real run of the probe somewhere in tests/e2e/smtp, or can't come out."""

import ast
from pathlib import Path

from mailproof.smtp.vocabulary import Code

ROWS = Path(__file__).parents[2] / "e2e" / "smtp"

CANNOT_ARISE = {
    # `trust` sets TLS 1.2 as the least version of every context, also of the one that checks nothing (RFC 8996), so a
    # server that has only older ones fails the handshake: tls_version_too_old. tests/unit/smtp/test_findings.py holds
    # the finding for the day that a plan may allow them.
    Code.OLD_TLS_VERSION,
}


def named_in_rows() -> set[Code]:
    names = {
        node.attr
        for path in ROWS.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Code"
    }
    return {Code[name] for name in names}


def test_every_code_that_can_arise_has_a_row() -> None:
    assert named_in_rows() == set(Code) - CANNOT_ARISE
