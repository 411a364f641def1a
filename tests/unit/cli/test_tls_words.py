"""The words for TLS modes on the command line."""

from __future__ import annotations

import argparse

import pytest

from mailproof.cli.tls_words import tls_mode
from mailproof.smtp.vocabulary import TlsMode


@pytest.mark.parametrize(
    ("word", "mode"),
    [
        *((mode.value, mode) for mode in TlsMode),
        ("SSL", TlsMode.IMPLICIT),
        ("ssl/tls", TlsMode.IMPLICIT),
        ("smtps", TlsMode.IMPLICIT),
        ("Implicit-TLS", TlsMode.IMPLICIT),
        ("tls", TlsMode.AUTO),
        ("TLS", TlsMode.AUTO),
        ("STARTTLS", TlsMode.STARTTLS),
        ("start_tls", TlsMode.STARTTLS),
        (" StartTLS ", TlsMode.STARTTLS),
        ("plain", TlsMode.NONE),
        ("OFF", TlsMode.NONE),
    ],
)
def test_words(word: str, mode: TlsMode) -> None:
    assert tls_mode(word) is mode


@pytest.mark.parametrize(
    ("word", "hint"),
    [("startls", "starttls"), ("implict", "implicit"), ("oportunistic", "opportunistic"), ("", ""), ("maybe", ""),
     ("x" * 100_000, "")],
)  # fmt: skip
def test_an_unknown_word_is_answered_with_the_likeliest(word: str, hint: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        tls_mode(word)
    assert str(caught.value).startswith(
        f"did you mean {hint}? must be one of auto, " if hint else "must be one of auto"
    )
