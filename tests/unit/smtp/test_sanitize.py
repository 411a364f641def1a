import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.secret import MASK
from mailproof.smtp.sanitize import ECHO_NOTICE, FULL_OF_ESCAPES, MAX_ESCAPES, MAX_TEXT, Redactor, clean, cut, shorten
from plain_support.text import printable


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
        ("535 \x1b]0;wrong password", "535 �]0;wrong password"),
        ("535 \x1b]0;wrong\npassword\x07", "535 �]0;wrong password�"),
        ("535 \x1b[", "535 �["),
        ("535 \x1bPq\x1b\\x", "535 �Pq�\\x"),
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


SECRET = "p&ss w/rd+22!é"


@pytest.mark.parametrize(
    "text",
    [
        quote(SECRET),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        quote(SECRET).lower(),
        html.escape(SECRET),
        json.dumps(SECRET),
        SECRET.encode("latin-1").decode("utf-8", "replace"),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(b"xx" + SECRET.encode() + b"y").decode(),
    ],
)
def test_an_echo_in_another_encoding_is_masked(text: str) -> None:
    shown, echoed = echo(f"535 {text} is wrong", SECRET)
    assert echoed
    assert text not in shown
    assert "22" not in shown


@pytest.mark.parametrize(
    "text",
    [
        "hunt\x1b[er22!",
        "hunt\x1b]er22!",
        "hunt\x1b]e\x07r22!",
        "hunt\x1b]e\x1b\\r22!",
        "hu\x1b[1mnt\x1b[er22!",
        "hu\x1b[1;31;4mnt\x1b]er\x1b[m22!",
        "h\x1bu\x1bn\x1bter22!",
        "hunt\x9ber22!",
        "hunt\x9der22!",
        "hunt\x1bPer22!",
        "\x1b]hunter22!",
        "\x1b]0;" + b64("hunter22!"),
        b64("hunter22!")[:4] + "\x1b[" + b64("hunter22!")[4:],
        "hu\0nt\x1b[\ner / 22!",
    ],
)
def test_an_escape_sequence_within_an_echo_hides_and_passes_nothing(text: str) -> None:
    redact = Redactor("hunter22!", "me")
    redact.sent = True
    assert MASK in redact.together(["x", text])(text, 64)
    shown = redact(f"535 {text} is wrong")
    assert redact.echoed
    assert shown in (f"535 {MASK} is wrong", ECHO_NOTICE) or shown.startswith(f"535 �]{MASK}")


@given(st.lists(st.sampled_from(["", "\x1b[", "\x1b]", "\x1b[0m", "\x9b", "\x1b]0;t\x07", " ", "\r\n", "\x1b"]),
                min_size=8, max_size=8))  # fmt: skip
def test_no_arrangement_of_escapes_lets_an_echo_pass(between: list[str]) -> None:
    text = "".join(a + b for a, b in zip("hunter22", between, strict=True)) + "!"
    assert MASK in Redactor("hunter22!", "me")(text)


def test_an_escape_without_an_echo_costs_no_evidence() -> None:
    assert echo("535 \x1b[31mwrong\x1b[0m \x1b]password") == ("535 wrong �]password", False)


def test_a_hostile_text_of_escapes_costs_linear_time() -> None:
    """Quadratic time would take minutes, beyond the time that a test has."""
    text = "\x1b[" * 300_000 + "\x1b]" * 300_000
    assert len(Redactor()(text)) == MAX_TEXT
    assert Redactor("hunter22!", "me")(text) == FULL_OF_ESCAPES
    assert len(clean(text)) == MAX_TEXT


@pytest.mark.parametrize("sign", ["\x1b", "\x9b"])
def test_a_secret_behind_more_escapes_than_are_read_is_not_shown(sign: str) -> None:
    redact = Redactor("hunter22!", "me")
    few = f"{sign}[1m" * (MAX_ESCAPES - 1)
    assert "hunter22!" not in redact(f"{few} hunter{sign}[1m22! {'x' * 5000}", 10_000)
    assert redact(f"{few} said", 10_000).endswith("said")
    assert redact(f"{few}{sign}[1m{sign}[1m said") == FULL_OF_ESCAPES


def test_a_secret_is_found_however_long_the_text_around_its_escapes_is() -> None:
    redact = Redactor("hunter22!", "me")
    for gap in (0, 1, 50, 5000):
        around = "y" * gap
        assert redact(f"{around}hun\x1b]ter22!\x07{around}", 20_000) == ECHO_NOTICE
        assert redact(f"{around}hun\x1b[0mter{' ' * gap}22!{around}", 20_000) == ECHO_NOTICE
        assert "hunter2" not in redact(f"{around}hun\x1b[0mter\x1b[0m2{around}", 20_000)


@pytest.mark.parametrize("texts", [("HUNT", "ER22!"), ("AUTH", "hunt", "er22!"), ("x", "hunter22!", "y")])
def test_an_echo_split_over_texts_that_are_shown_together_is_hidden(texts: tuple[str, ...]) -> None:
    redact = Redactor("hunter22!", "me")
    show = redact.together(texts)
    shown = [show(text, 64) for text in texts]
    assert "22" not in "".join(shown)
    show = redact.together(("SIZE", "100"))
    assert [show(text, 64) for text in ("SIZE", "100")] == ["SIZE", "100"]


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


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            ["abc", "ü", " ", "\x1b[", "31m", "\x1b]0;", "\x07", "\x9b", "\r\n", "\x85", "\u202e", "\ud800"]
        ),
        max_size=20,
    ).map("".join)
)
def test_a_text_is_cleaned_as_it_is_without_the_shortcut(text: str) -> None:
    assert clean(text, 10_000) == printable(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("250-mail.test\n250-SIZE 1000\n250 HELP", "250-mail.test\n250-SIZE 1000\n250 HELP"),
        ("250-a\x1b[31mb\r\n250 c\u2028d\te\0", "250-ab \n250 c d e�"),
        ("535-no hunter22! here\n535 see there", f"535-no {MASK} here\n535 see there"),
        ("535-no hunt\n535 er22! here", f"535 {ECHO_NOTICE}"),
        ("535-5.7.8 no hunt\n535 5.7.8 er22! here", f"535-5.7.8 {ECHO_NOTICE}"),
        ("535-5.7.8 no hunt\x1b[\n535 5.7.8 er22! here", f"535-5.7.8 {ECHO_NOTICE}"),
        ("5.7.8 no hunt\n5.7.8 er22! here", ECHO_NOTICE),
        (f"334-{b64('hunter22!')[:5]}\n334 {b64('hunter22!')[5:]}", f"334 {ECHO_NOTICE}"),
        ("no hunt\ner22! here", ECHO_NOTICE),
        ("no hunter22! here\nno hunt\ner22! here", ECHO_NOTICE),
    ],
)
def test_lines_are_kept_where_that_is_asked_for(text: str, shown: str) -> None:
    redact = Redactor("hunter22!", "me")
    redact.sent = True
    assert redact(text, lines=True) == shown
    assert redact.echoed is (MASK in shown)
    assert "\n" not in redact(text)


def test_a_secret_of_two_words_is_masked_over_lines() -> None:
    assert Redactor("ab cd")("535-no ab\n535 cd here", lines=True) == f"535 {ECHO_NOTICE}"


GOOGLE = "https://support.google.com/mail/?p=InvalidSecondFactor 5b1f17b1804b1-43b6f4e5a1csm1234567f8f.11 - gsmtp"
PROSE = "Your account was found to have sent more messages than its plan allows in this hour of the day. "


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 300, ("short",)),
        ("a name that is cut", 10, ("a name th",)),
        (
            f"Application-specific password required. {PROSE}Learn more at {GOOGLE}",
            200,
            (f"Application-specific password required. {PROSE[:54]}", GOOGLE),
        ),
        (
            f"Blocked. See aka.ms/blocked. {PROSE * 2}Send the code 4711 to postmaster@example.com.",
            120,
            (f"Blocked. See aka.ms/blocked. {PROSE[:49]}", "code 4711 to postmaster@example.com."),
        ),
        (
            f"{PROSE}Visit <https://mail.example/unlock>, then log in. {PROSE}",
            140,
            (PROSE[:63], "https://mail.example/unlock", PROSE[55:]),
        ),
        (
            f"{'您的帐户已被锁定' * 20}请访问https://mail.example.cn/help解锁{'谢谢' * 40}",
            120,
            ("您的帐户已被锁定" * 5 + "您的帐户已被", "https://mail.example.cn/help", "谢谢" * 20),
        ),
    ],
)
def test_a_text_is_cut_in_its_prose(text: str, limit: int, shown: tuple[str, ...]) -> None:
    ending = "…" if len(shown) == 1 and shown[0] != text else ""
    assert shorten(text, limit) == " … ".join(shown) + ending
    assert len(shorten(text, limit)) <= limit


words = st.sampled_from(
    ["blocked", "the", "a" * 70, "锁定" * 30, "x.", "/", "\n", "https://", "www.a.b/c", "«é»", "a@b.c/d"]
)
link = st.from_regex(r"https?://[a-z]{1,12}\.example/[a-zA-Z0-9?=&-]{0,60}[a-z0-9]", fullmatch=True)


@given(st.lists(words | link, max_size=60), link, st.lists(words, max_size=20), st.integers(80, 400))
def test_a_text_that_is_cut_keeps_its_beginning_its_last_link_and_its_end(
    before: list[str], last: str, after: list[str], limit: int
) -> None:
    text = " ".join([*before, last, *after])
    shown = shorten(text, limit)
    assert len(shown) <= limit
    if len(text) <= limit:
        assert shown == text
        return
    beginning = shown.split("…")[0].rstrip()
    assert beginning
    assert text.startswith(beginning)
    if not any("/" in word and len(word) > 2 for word in after) and len(last) < limit * 3 // 4 - 10:
        assert last in shown
    if len(last) < limit // 4:
        assert shown.endswith(text[-10:])


@given(st.text(max_size=500), st.integers(1, 200))
def test_any_text_is_bounded_however_it_is_cut(text: str, limit: int) -> None:
    for shown in (shorten(text, limit), cut(text, limit)):
        assert len(shown) <= limit
        assert shown[: limit // 5].rstrip("… ") in text


@pytest.mark.parametrize("unit", ["a", "a.", "a/", "http://", "https://a ", "a.b/ ", "-", "锁", " ", "a" * 300 + " "])
def test_a_hostile_text_is_cut_in_linear_time(unit: str) -> None:
    """Quadratic time would take minutes, beyond the time that a test has."""
    assert len(shorten(unit * (1_000_000 // len(unit)), 300)) <= 300
