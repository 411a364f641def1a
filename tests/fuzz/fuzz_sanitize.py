"""Any text around a password for the masking of a server's words: it is never shown, whatever stands by it.

In an input %P is the password, and %E the password with an escape sequence behind each of its characters.
"""

from __future__ import annotations

from mailproof.smtp.sanitize import MAX_TEXT, Redactor, clean, shorten

PASSWORD = "Hunter2-Secret"
SPLIT = "\x1b[0m".join(PASSWORD)


def check(data: bytes) -> None:
    """Show one text; an exception is a finding."""
    text = data.decode("utf-8", "surrogateescape").replace("%P", PASSWORD).replace("%E", SPLIT)
    for lines in (False, True):
        redact = Redactor(PASSWORD, "user")
        redact.sent = True
        shown = redact(text, MAX_TEXT, lines=lines)
        assert shown.replace("\n", "").isprintable(), "a control character is shown"
        assert len(shown) <= MAX_TEXT
        assert PASSWORD.lower() not in shown.lower(), "the password is shown"
    show = redact.together(text.split("\n"))
    assert PASSWORD.lower() not in "".join(show(part, 64) for part in text.split("\n")).lower()
    cleaned = clean(text)
    assert cleaned.isprintable()
    assert clean(cleaned) == cleaned
    assert len(shorten(text, 100)) <= 100
