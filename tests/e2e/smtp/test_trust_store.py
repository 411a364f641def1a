"""Where no certificate authority is installed, as in a slim container, that is said and no server is blamed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clock_support.waiting import HANG
from mailproof.smtp.vocabulary import Code
from smtp_support import pki
from smtp_support.scripted import serve, smtp


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine without trust anchors."""
    return {**os.environ, "SSL_CERT_FILE": "/nonexistent", "SSL_CERT_DIR": str(tmp_path)}


def diagnose(env: dict[str, str], *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "mailproof", "diagnose", "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANG, check=False, env=env)
    assert done.stderr == ""
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.parametrize("kind", ["untrusted", "untrusted with root", "self-signed", "no intermediate"])
def test_no_server_is_blamed_for_an_empty_store(kind: str, bare: dict[str, str]) -> None:
    with serve(smtp(context=pki.bad(kind))) as served:
        report = diagnose(bare, f"localhost:{served.port}")
    assert (report["stage"], report["code"]) == ("tls", Code.TRUST_STORE_EMPTY)
    assert [finding["code"] for finding in report["findings"] if finding["severity"] == "error"] == [
        "trust_store_empty"
    ]
    assert report["tls"]["verified"] is False
    assert report["tls"]["chain"]
    assert not any(certificate["problem"] for certificate in report["tls"]["chain"])


def test_given_anchors_are_anchors(bare: dict[str, str], tmp_path: Path) -> None:
    anchors = tmp_path / "ca.pem"
    anchors.write_text(pki.authority().pem)
    with serve(smtp(context=pki.good())) as served:
        assert diagnose(bare, f"localhost:{served.port}", "--ca-file", str(anchors))["code"] == "ok"
    with serve(smtp(context=pki.bad("untrusted"))) as served:
        assert diagnose(bare, f"localhost:{served.port}", "--ca-file", str(anchors))["code"] == "tls_untrusted"


def test_where_clear_text_is_allowed_the_empty_store_is_a_warning(bare: dict[str, str]) -> None:
    with serve(smtp(context=pki.good())) as served:
        report = diagnose(bare, f"localhost:{served.port}", "--tls", "opportunistic")
    assert report["outcome"] == "ok"
    assert ("trust_store_empty", "warning") in {(found["code"], found["severity"]) for found in report["findings"]}
