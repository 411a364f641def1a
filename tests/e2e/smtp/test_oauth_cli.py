"""`mailproof diagnose` with tokens and mechanisms."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailproof.smtp.sasl.table import MECHANISMS
from service_support.here import carry_out
from smtp_support import pki
from smtp_support.sasl_server import TOKEN, Sasl, leaf
from smtp_support.scripted import serve, smtp
from smtp_support.token_endpoint import GOOD, SECRET, endpoint, http


def diagnose(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return carry_out(("diagnose", *arguments), os.environ, stdin)


@contextmanager
def mail_server(folder: Path) -> Iterator[list[str]]:
    """Run a server that takes tokens; yield the arguments that lead to it."""
    ca_file = folder / "ca.pem"
    ca_file.write_text(pki.authority().pem)
    script = smtp(auth=Sasl(), ehlo_tls=["250-x", "250 AUTH XOAUTH2 PLAIN"], secure=True)
    with serve(script, context=pki.server_context(leaf())) as served:
        yield [f"localhost:{served.port}", "--tls", "implicit", "--ca-file", str(ca_file), "--user", "user"]


def test_a_token_from_standard_input(tmp_path: Path) -> None:
    with mail_server(tmp_path) as target:
        done = diagnose(*target, "--oauth-token-stdin", stdin=f"{TOKEN}\n")
    assert done.returncode == 0, done
    assert "AUTH XOAUTH2 ********" in done.stdout
    assert TOKEN not in done.stdout


def test_a_token_from_an_endpoint(tmp_path: Path) -> None:
    with mail_server(tmp_path) as target, endpoint(http("200 OK", GOOD)) as (served, bodies):
        url = f"https://localhost:{served.port}/token"
        scopes = ("--oauth-scope", "a", "--oauth-scope", "b")
        arguments = ("--oauth-endpoint", url, "--oauth-client-id", "id", "--oauth-client-secret-stdin", *scopes)
        done = diagnose(*target, *arguments, stdin=SECRET)
    assert done.returncode == 0, done
    assert bodies == ["grant_type=client_credentials&scope=a+b"]
    assert SECRET not in done.stdout


def test_an_endpoint_beyond_the_egress_profile_is_not_asked(tmp_path: Path) -> None:
    with mail_server(tmp_path) as target:
        url = ("--oauth-endpoint", "https://169.254.169.254/token", "--oauth-client-id", "id")
        done = diagnose(*target, *url, "--oauth-client-secret-stdin", stdin=SECRET)
    assert done.returncode == 1
    assert "FAILED at policy: egress_denied" in done.stdout
    assert "the token endpoint" in done.stdout


ENDPOINT = ("--user", "u", "--oauth-endpoint", "https://x.test/")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--oauth-token-stdin",), "--oauth-token-stdin: needs --user"),
        (("--user", "u", "--password-stdin", "--oauth-token-stdin"), "only one secret"),
        (("--user", "u", "--oauth-token-stdin", "--oauth-scope", "a"), "--oauth-scope: needs --oauth-endpoint"),
        (ENDPOINT, "--oauth-endpoint: needs --oauth-client-id"),
        ((*ENDPOINT, "--oauth-client-id", "i"), "--oauth-endpoint: needs --oauth-client-secret-stdin"),
        (("--user", "u", "--oauth-endpoint", "http://x.test/", "--oauth-client-id", "i",
          "--oauth-client-secret-stdin"), "--oauth-endpoint: must be a URL that begins with https://"),
        (("--user", "u", "--oauth-token-stdin", "--mechanism", "PLAIN"), "--mechanism: must fit the credentials"),
        (("--user", "u", "--password-stdin", "--mechanism", "XOAUTH2"), "XOAUTH2 takes an access token"),
        (("--user", "u", "--password-stdin", "--mechanism", "NTLM"), ", ".join(MECHANISMS)),
        (("--user", "u", "--oauth-token-stdin"), "--oauth-token-stdin: standard input is empty"),
    ],
)  # fmt: skip
def test_bad_usage_names_the_flag(arguments: tuple[str, ...], words: str) -> None:
    done = diagnose("localhost", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_token_that_can_not_be_sent_is_bad_usage() -> None:
    done = diagnose("localhost", "--user", "u", "--oauth-token-stdin", stdin="a b")
    assert (done.returncode, done.stderr.count("a b")) == (2, 0)
    assert "--oauth-token-stdin: must be printable ASCII" in done.stderr
