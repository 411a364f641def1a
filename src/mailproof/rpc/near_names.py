"""Which field of a message is meant by a name that it does not have, and how sure that is.

A name is surely a field's when nothing but letter case, separators or one slip of the keys lies between them, or when
it is another usual word for how and as whom a call logs in. Everything else is a guess, good enough to be suggested.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from mailproof.syntax.edits import distance

MAX_COMPARED = 64
"""Characters of a name that is compared with others; no field's name is as long."""

_SEPARATORS = re.compile(r"[^a-z0-9]+")
_SHORT = 3  # letters of a name of which most neighbours by one slip are other words: tls, id
_ALIKE = 0.7  # of difflib's ratio: the least that is worth a suggestion
_DEEP = 3  # messages within messages that are searched for a name

_SECURITY = (
    ("tls", "tlsmode", "ssl", "starttls", "usetls", "usessl", "enabletls", "tlsenabled", "secure", "security",
     "encryption", "authmethod", "emailsmtpauthmethod"),
    ("password", "passwort", "passwd", "pass", "pwd", "secret", "smtppassword", "newpassword", "userpassword",
     "emailsmtppassword"),
    ("user", "username", "login", "loginname", "account", "smtpuser", "smtpusername", "emailsmtpusername"),
)  # fmt: skip
"""Words for one thing, folded. To pass over one of these is to log in otherwise than the caller meant."""

_OTHERS = (
    ("senderaddress", "sender", "from", "fromaddress", "mailfrom", "fromemail"),
    ("sendername", "fromname", "displayname"),
    ("receiveraddress", "receiver", "recipient", "recipientaddress", "to", "toaddress", "rcpt"),
    ("replytoaddress", "replyto"),
    ("host", "hostname", "server", "smtphost", "smtpserver", "emailsmtphost"),
    ("port", "smtpport", "emailsmtpport"),
    ("endpoint", "url", "webhook", "webhookurl"),
    ("pagesize", "limit", "perpage", "count", "maxresults"),
    ("pagetoken", "cursor", "nextpagetoken"),
    ("id", "configid", "providerid"),
)
"""Words for one thing that only a suggestion is made of."""


@dataclass(frozen=True, slots=True)
class NearField:
    """A field that is meant by another name.

    Attributes:
        path: Where it is: its name in the message that has the other name, or its path from the request's message.
        name: The field's own name, if that message has it; else "".
        sure: Whether nothing else can be meant.
    """

    path: str
    name: str
    sure: bool


def fold(name: str) -> str:
    """Return a name without letter case and separators."""
    return _SEPARATORS.sub("", name.lower())


def near_field(
    root: Descriptor, descriptor: Descriptor, name: str, given: Collection[str], *, thorough: bool = True
) -> NearField | None:
    """Return the field that is meant by a name that a message does not have; None if nothing resembles it.

    Args:
        root: The request's message.
        descriptor: The message that the name is in.
        name: The name.
        given: The fields, by their own names, that this message has a value for: they are not meant.
        thorough: Whether the name is compared with each field, which takes up to 0.1 ms; else only letter case and
            separators are passed over.
    """
    if len(name) > MAX_COMPARED:
        return None
    if not thorough:
        same = _folded(descriptor).get(fold(name))
        return None if same is None or same.name in given else NearField(_spelled(same, name), same.name, sure=True)
    found = _near(descriptor, fold(name), frozenset(given))
    if found is not None:
        field, sure = found
        return NearField(_spelled(field, name), field.name, sure)
    elsewhere = _paths(root).get(fold(name))
    return NearField(elsewhere, "", sure=False) if elsewhere else None


@lru_cache(maxsize=1024)  # one mistake is mostly made again and again
def _near(descriptor: Descriptor, folded: str, given: frozenset[str]) -> tuple[FieldDescriptor, bool] | None:
    """Return the field of a message that is meant by a folded name, and whether that is sure."""
    if not folded:
        return None
    open_fields = {name: field for name, field in _folded(descriptor).items() if field.name not in given}
    if folded in open_fields:
        return open_fields[folded], True
    for own, field in open_fields.items():
        if _slipped(folded, own):
            return field, True
    for groups, sure in ((_SECURITY, True), (_OTHERS, False)):
        for group in groups:
            if folded in group:
                for other in group:
                    if other in open_fields:
                        return open_fields[other], sure
    alike = difflib.get_close_matches(folded, open_fields, n=1, cutoff=_ALIKE)
    return (open_fields[alike[0]], False) if alike else None


def _slipped(folded: str, own: str) -> bool:
    """Return whether a name is another one with one letter left out, put in, exchanged or swapped with the next."""
    if distance(folded, own, 1) != 1:
        return False
    return len(own) > _SHORT or set(own) <= set(folded)


def _spelled(field: FieldDescriptor, name: str) -> str:
    """Return a field's name in the spelling that another name is in."""
    return field.name if "_" in name else field.json_name


@cache
def _folded(descriptor: Descriptor) -> Mapping[str, FieldDescriptor]:
    """Return the fields of a message by their folded names, of both spellings."""
    return {fold(name): field for field in descriptor.fields for name in (field.name, field.json_name)}


@cache
def _paths(root: Descriptor) -> Mapping[str, str]:
    """Return the paths of the fields of a message and of those in it, by folded names; the least deep one of each."""
    found: dict[str, str] = {}
    level = [("", root)]
    for _ in range(_DEEP):
        inner = []
        for prefix, descriptor in level:
            for name, field in _folded(descriptor).items():
                found.setdefault(name, f"{prefix}{field.json_name}")
                part = field.message_type
                if part is not None and not field.is_repeated and not part.full_name.startswith("google.protobuf."):
                    inner.append((f"{prefix}{field.json_name}.", part))
        level = inner
    return found
