"""Which answers may show a secret: those are never compressed.

The length of a compressed text says what repeats in it: whoever can have a text of theirs put beside a secret, and can
see lengths, guesses the secret piece by piece (CRIME, BREACH). Callers here send their token by themselves, so nobody
else can make them ask again and again; that is no reason to begin with it.
"""

from __future__ import annotations

from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_NAMES = frozenset({"signing_key", "password", "secret", "client_secret", "passphrase", "token", "import_token"})
_TEXTS = frozenset({FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES})


@cache
def may_show_secrets(answer: Descriptor) -> bool:
    """Return whether a message, or one within it, has a field for a secret."""
    seen: set[str] = set()
    waiting = [answer]
    while waiting:
        message = waiting.pop()
        if message.full_name in seen:
            continue
        seen.add(message.full_name)
        for field in message.fields:
            if field.name in _NAMES and field.type in _TEXTS:
                return True
            if field.message_type is not None:
                waiting.append(field.message_type)
    return False
