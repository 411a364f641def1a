"""Base64 in a server's replies, as people can read it: challenges, and error documents within a refusal. Pure.

What it returns is a server's text: it is not sanitised, and may hold a secret.
"""

from __future__ import annotations

import re

from mailproof.smtp.sasl.bearer import explain
from mailproof.smtp.sasl.table import decode
from mailproof.smtp.wire import Reply
from mailproof.syntax.text import has_invisible

# A word of so many digits hardly ever decodes to a readable text by chance.
_WORD = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/]{16,}={0,2}(?![\w+/=-])", re.ASCII)
_MAX_WORDS = 4  # of one reply that are decoded


def reply_in_words(reply: Reply) -> str:
    """Return what the base64 in a reply to AUTH says; empty where there is none that people can read."""
    if reply.code == 334:  # RFC 4954 section 4: the text is a challenge
        return _in_words(decode(reply.text))
    found = (word[0] for word, _ in zip(_WORD.finditer(reply.text), range(_MAX_WORDS), strict=False))
    return ", ".join(filter(None, (_in_words(decode(word)) for word in found)))


def _in_words(data: bytes) -> str:
    """Return the fields of a JSON object, another text in quotes, and nothing for what is no text."""
    try:
        text = data.decode("utf-8").strip()
    except UnicodeDecodeError:
        return ""
    said = explain(data).strip()
    if said and said != text:
        return said.replace("\n", " ")
    return f'"{text}"' if text and not has_invisible(text) else ""
