"""What a provider takes as a secret says the same as its advice."""

from __future__ import annotations

import pytest

from mailproof.discovery.preset import Preset
from mailproof.discovery.presets import PRESETS
from mailproof.discovery.wanted_secret import _BY_NAME, WantedSecret, wanted_secrets

WORDS = {
    WantedSecret.APP_PASSWORD: (
        "app password",
        "app-specific password",
        "made for mail programs",
        "secure mail key",
        "authorization code",
    ),
    WantedSecret.OAUTH: ("OAuth 2.0",),
    WantedSecret.API_KEY: ("the password an API key", "API token", "the password the secret key"),
    WantedSecret.SMTP_PASSWORD: ("SMTP credentials", "SMTP token", "SMTP key", "are generated for the domain"),
}


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_the_advice_says_the_same(preset: Preset) -> None:
    wanted = wanted_secrets(preset)
    named = {secret for secret, words in WORDS.items() if any(word in preset.advice for word in words)}
    assert set(wanted) - {WantedSecret.PASSWORD} == named
    assert len(set(wanted)) == len(wanted) > 0


def test_each_row_is_of_a_preset() -> None:
    assert set(_BY_NAME) <= {preset.name for preset in PRESETS}
