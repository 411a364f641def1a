"""The German catalogue: English template -> German template, with the same fields. Pure.

House style: Sie, the words of German administrators (Zertifikat, Anmeldung, Absender, Empfänger), the same facts as the
English sentence and no more. Names of settings, headers, commands and codes stay as they are.
"""

from __future__ import annotations

from mailproof.languages.german_changes import CHANGES
from mailproof.languages.german_connection import CONNECTION
from mailproof.languages.german_discovery import DISCOVERY
from mailproof.languages.german_errors import ERRORS
from mailproof.languages.german_fields import FIELDS
from mailproof.languages.german_lists import LISTS
from mailproof.languages.german_login import LOGIN
from mailproof.languages.german_mail import MAIL
from mailproof.languages.german_special_cases import SPECIAL_CASES
from mailproof.languages.german_tls import TLS
from mailproof.languages.german_transfers import TRANSFERS
from mailproof.languages.german_webhook import WEBHOOK
from mailproof.languages.german_words import WORDS

GERMAN: dict[str, str] = (
    CHANGES
    | CONNECTION
    | DISCOVERY
    | ERRORS
    | FIELDS
    | LISTS
    | LOGIN
    | MAIL
    | SPECIAL_CASES
    | TLS
    | TRANSFERS
    | WEBHOOK
    | WORDS
)
"""All of them."""
