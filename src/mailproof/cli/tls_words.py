"""The words for TLS modes on the command line: ours, and those of other mail programs. Pure."""

from __future__ import annotations

import argparse
import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailproof.smtp.vocabulary import TlsMode

# Word without hyphens -> the value of `TlsMode`. "tls" means STARTTLS to some programs (PHPMailer) and implicit TLS to
# others (Thunderbird's SSL/TLS, Go's dialers): `auto` finds out which, and demands encryption either way.
WORDS = {
    "auto": "auto",
    "tls": "auto",
    "implicit": "implicit",
    "implicittls": "implicit",
    "ssl": "implicit",
    "smtps": "implicit",
    "ssl/tls": "implicit",
    "starttls": "starttls",
    "opportunistic": "opportunistic",
    "none": "none",
    "plain": "none",
    "off": "none",
}


def tls_mode(text: str) -> TlsMode:
    """Return the TLS mode that a word means, in any case.

    Raises:
        argparse.ArgumentTypeError: It means none; the message names the one that is most like it.
    """
    from mailproof.smtp.vocabulary import TlsMode

    word = text.strip().lower().replace("-", "").replace("_", "")
    if word in WORDS:
        return TlsMode(WORDS[word])
    near = difflib.get_close_matches(word[:40], WORDS, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise argparse.ArgumentTypeError(f"{hint}must be one of {', '.join(TlsMode)} (or ssl, smtps, tls)")
