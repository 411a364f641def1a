import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.secret import MASK
from mailproof.smtp.sanitize import ECHO_NOTICE, MAX_TEXT, Redactor, clean


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words", "plain words"),
        ("Grüße 你好", "Grüße 你好"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("\x9b31mred", "red"),
        ("a\tb\r\nc", "a b  c"),
        ("a\x00b", "a�b"),
        ("a\u202eb", "a�b"),
        ("a\u200bb", "a�b"),
        ("a\u2028b", "a b"),
        ("a\ud800b", "a�b"),
        ("\x1b", "�"),
    ],
)
def test_texts_are_made_harmless(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text(), st.integers(1, 50))
def test_any_text_is_printable_and_bounded(text: str, limit: int) -> None:
    shown = clean(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit
    assert clean(shown, limit) == shown


def echo(text: str, password: str = "hunter22!", user: str = "me") -> tuple[str, bool]:
    redact = Redactor(password, user)
    redact.sent = True
    return redact(text), redact.echoed


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "no hunter22! here",
        "no HUNTER22! here",
        b64("hunter22!"),
        b64("\0me\0hunter22!"),
        *(b64("x" * lead + "hunter22!" + "y") for lead in range(6)),
        "hunt er22!",
        "hunt / er22!",
        "hunt\x1b[1mer22!",
        "hunt\r\ner22!",
        "x" * (MAX_TEXT - 4) + "hunter22!",
    ],
)
def test_a_secret_is_masked(text: str) -> None:
    shown, echoed = echo(text)
    assert echoed
    assert "hunt" not in shown.lower()
    assert "er22" not in shown.lower()
    assert b64("hunter22!")[:8] not in shown


def test_the_rest_of_the_text_stays() -> None:
    assert echo("550 hunter22! is wrong") == (f"550 {MASK} is wrong", True)
    assert echo("550 hun ter22! is wrong") == (ECHO_NOTICE, True)
    assert echo("550 fine") == ("550 fine", False)


def test_a_short_secret_is_masked_as_a_word() -> None:
    assert echo("no a here", "a") == (f"no {MASK} here", True)
    assert echo("authentication failed", "a") == ("authentication failed", False)


def test_a_coincidence_before_the_secret_was_sent_is_no_echo() -> None:
    redact = Redactor("mail.example.org", "me")
    assert redact("220 mail.example.org") == f"220 {MASK}"
    assert not redact.echoed


def test_without_a_secret_nothing_is_masked() -> None:
    assert Redactor()("220 x") == "220 x"


@given(st.text(min_size=4, max_size=40), st.text(max_size=40), st.text(max_size=40), st.integers(0, 5))
def test_no_secret_survives(password: str, before: str, after: str, lead: int) -> None:
    visible = clean(password)
    if password.isspace() or len(visible.strip("� ")) < 4:
        return  # nothing of it can be told from filler
    redact = Redactor(password, "me")
    shown = redact(before + password + after, 10_000)
    assert visible not in shown.replace(MASK, "") or visible in MASK or visible in ECHO_NOTICE
    raw = b"x" * lead + password.encode("utf-8", "surrogatepass")
    encoded = base64.b64encode(raw).decode()
    if len(password.encode("utf-8", "surrogatepass")) >= 6:
        assert encoded not in redact(encoded)
