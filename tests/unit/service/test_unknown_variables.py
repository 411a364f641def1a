"""Environment variables that look like settings and are none are named, and nothing else is."""

from __future__ import annotations

import pytest

from mailproof.service.settings import variables
from mailproof.service.unknown_variables import unknown_variables


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MAILPROOF_HTTP_LISTN", "MAILPROOF_HTTP_LISTEN"),
        ("MAILPROOF_HTTP_ADDRESS", ""),
        ("MAILPROOF_DATABASEURL", "MAILPROOF_DATABASE_URL"),
        ("MAILPROOF_EGRESS_PROFIL", "MAILPROOF_EGRESS_PROFILE"),
        ("MAILPROOF_http_listen", "MAILPROOF_HTTP_LISTEN"),
        ("MAILPROOF_GRPC_PORT", ""),
        ("MAILPROOF_TLS_CERT_FILE", "MAILPROOF_TLS_CERTIFICATE_FILE"),
        ("MAILPROOF_DATABASE", "MAILPROOF_DATABASE_URL"),
    ],
)
def test_a_misspelt_setting_is_named_with_the_nearest_and_its_value_is_not(name: str, meant: str) -> None:
    (told,) = unknown_variables({name: "s3cret", "PATH": "/bin"})
    assert told.startswith(f"{name} is no setting and changes nothing")
    assert "s3cret" not in told
    if meant:
        assert told.endswith(f"did you mean {meant}?")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAILPROOF_TOKEN", "mp_x"),
        ("MAILPROOF_PORT", "tcp://10.0.0.1:8080"),
        ("MAILPROOF_SERVICE_HOST", "10.0.0.1"),
        ("MAILPROOF_SERVICE_PORT_HTTP", "8080"),
        ("MAILPROOF_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("MAILPROOF_HTTP_SERVICE_PORT", "8080"),
        ("MAILPROOF_TEST_POSTGRES", "x"),
        ("OTHER_HTTP_LISTEN", "x"),
        *((name, "x") for name in sorted(variables())),
    ],
)
def test_what_is_a_setting_or_somebody_elses_is_not_named(name: str, value: str) -> None:
    assert unknown_variables({name: value}) == []


def test_what_resembles_no_setting_but_in_its_prefix_is_told_none() -> None:
    (told,) = unknown_variables({"MAILPROOF_PORT": "8080"})
    assert told == "MAILPROOF_PORT is no setting and changes nothing; docs/settings.md lists them"


def test_a_name_that_would_drive_a_terminal_is_escaped() -> None:
    (told,) = unknown_variables({"MAILPROOF_\x1b[2J": "x"})
    assert told.isprintable()
