"""What characters a text may hold, whoever typed or sent it: the one place where the ranges are spelled. Pure.

The functions that begin with has_ name one kind of character each. Those below them are what a protocol asks for. A
test finds every other place in the sources that spells such a range by hand.
"""

from __future__ import annotations

import re

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_LINE_SEPARATORS = re.compile("[\u2028\u2029]")
# Curly quotation marks, hyphens and dashes, the minus sign, and the full-width forms of ASCII.
_LOOK_ALIKES = re.compile("[\u2018-\u201f\u2032\u2033\u2010-\u2015\u2212\uff01-\uff5e]")
_VISIBLE_ASCII = re.compile(r"[!-~]*")


def has_controls(text: str) -> bool:
    """Return whether a text has control characters: C0, DEL or C1 (Unicode's category Cc).

    No name, description or header field of ours may hold one: it would end a line or move a terminal's cursor.
    """
    return not text.isprintable() and _CONTROLS.search(text) is not None


def has_nul(text: str) -> bool:
    """Return whether a text has the character NUL: it ends a path, and separates the parts of a PLAIN response."""
    return "\0" in text


def has_surrogates(text: str) -> bool:
    """Return whether a text has a lone surrogate, so that it has no UTF-8 (RFC 3629 section 3).

    JSON can spell one, and the bytes of a command line's argument can hold one.
    """
    return not text.isprintable() and _SURROGATES.search(text) is not None


def has_invisible(text: str) -> bool:
    """Return whether a text has anything that can't be seen: all but letters, marks, numbers, signs and the space.

    That is also bidi and zero-width characters, which no honest address needs and every terminal obeys, white space
    that is no space, unassigned code points and lone surrogates (Unicode's categories C* and Z*).
    """
    return not text.isprintable()


def replace_invisible(text: str) -> str:
    """Return a text with white space as a space, and with U+FFFD for what else `has_invisible` finds."""
    if not has_invisible(text):
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


def has_look_alikes(text: str) -> bool:
    """Return whether a text has characters that programs put in place of ASCII's: typographic ones, full-width ones.

    Asked of secrets that were refused, never of what may be stored or sent.
    """
    return not text.isascii() and _LOOK_ALIKES.search(text) is not None


def is_visible_ascii(text: str) -> bool:
    """Return whether a text is visible ASCII without a space: VCHAR (RFC 5234 appendix B.1).

    Asked of what stands in a header field or a URL as it is: scopes (RFC 6749 section 3.3), tokens, keys. An empty
    text is.
    """
    return _VISIBLE_ASCII.fullmatch(text) is not None


def fits_command(text: str) -> bool:
    """Return whether a text stays in the line of an SMTP command: no control characters, no separators of lines.

    RFC 5321 section 2.3.8 has lines end with CRLF alone; U+2028 and U+2029 are refused as well, since UTF-8 in commands
    (RFC 6531) lets them pass to software that ends lines at them.
    """
    return text.isprintable() or not (has_controls(text) or _LINE_SEPARATORS.search(text))


def fits_login(text: str) -> bool:
    """Return whether a text may be a user's name or a password: UTF-8 without NUL (RFC 4616 section 2).

    Other control characters pass: a password may hold them.
    """
    return not has_nul(text) and not has_surrogates(text)


def fits_client(text: str) -> bool:
    """Return whether a text may be an OAuth 2.0 client's id or secret: UTF-8 without control characters.

    RFC 6749 appendices A.1 and A.2 have ASCII alone; providers take more, and appendix B encodes it as UTF-8.
    """
    return not has_controls(text) and not has_surrogates(text)
