"""No run of a secret can be read in what is shown, however it was encoded; and ordinary replies stay as they are."""

import base64
import json
import quopri
import random
import string
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.smtp.echoes import MAX_TEXT, EchoFinder, Likeness
from mailproof.smtp.reply_words import REPLY_WORDS
from mailproof.smtp.sanitize import DOUBT_NOTICE, ECHO_NOTICE, Redactor

CORPUS = [
    json.loads(line)["reply"]
    for line in (Path(__file__).parents[2] / "corpus" / "refusals.jsonl").read_text().splitlines()
]

ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "base64 for URLs": base64.urlsafe_b64encode,
    "base64 behind a byte": lambda raw: base64.b64encode(b"x" + raw),
    "base64 behind two bytes": lambda raw: base64.b64encode(b"\0m" + raw),
    "base32": base64.b32encode,
    "hex": lambda raw: raw.hex().encode(),
    "HEX": lambda raw: raw.hex().upper().encode(),
    "hex with colons": lambda raw: raw.hex(":").encode(),
    "hex with 0x": lambda raw: ",".join(f"0x{octet:02x}" for octet in raw).encode(),
    "\\x": lambda raw: "".join(f"\\x{octet:02x}" for octet in raw).encode(),
    "octal": lambda raw: "".join(f"\\{octet:03o}" for octet in raw).encode(),
    "%XX": lambda raw: "".join(f"%{octet:02X}" for octet in raw).encode(),
    "URL": lambda raw: quote_from_bytes(raw).encode(),
    "\\u": lambda raw: "".join(f"\\u{octet:04x}" for octet in raw).encode(),
    "HTML": lambda raw: "".join(f"&#{octet};" for octet in raw).encode(),
    "HTML, hexadecimal": lambda raw: "".join(f"&#x{octet:x};" for octet in raw).encode(),
    "quoted-printable": quopri.encodestring,
    "quoted-printable, all": lambda raw: "".join(f"={octet:02X}" for octet in raw).encode(),
    "decimal": lambda raw: " ".join(map(str, raw)).encode(),
    "UTF-16": lambda raw: raw.decode("latin-1").encode("utf-16-le"),
    "UTF-16, big": lambda raw: raw.decode("latin-1").encode("utf-16-be"),
    "reversed": lambda raw: raw[::-1],
}

passwords = st.text(string.ascii_letters + string.digits + "!$&-_.+", min_size=8, max_size=24).filter(
    # A word that replies are made of is no run by itself, and Hypothesis draws words of the sources too.
    lambda text: sum(map(str.isalnum, text)) >= 7 and len(set(text.lower())) > 3 and text.lower() not in REPLY_WORDS
)


def finder(password: str, *known: str) -> EchoFinder:
    found = EchoFinder()
    found.learn(password)
    found.spare(*known)
    return found


@given(passwords, st.lists(st.sampled_from(sorted(ENCODERS)), min_size=1, max_size=2))
def test_no_encoding_hides_a_secret(password: str, names: list[str]) -> None:
    raw = password.encode()
    for name in names:
        raw = ENCODERS[name](raw)
    text = f"535 5.7.8 Error: authentication failed: {raw.decode('latin-1')} (see the manual)"
    redact = Redactor(password, "me@example.com")
    redact.sent = True
    shown = redact(text, MAX_TEXT)
    assert raw.decode("latin-1") not in shown or raw.isdigit()
    assert "*" * 8 in shown


@pytest.mark.parametrize("name", sorted(ENCODERS))
def test_no_cut_of_an_encoded_secret_is_shown(name: str) -> None:
    """Two of three characters are left, at whichever end."""
    password = "Zk7-qwVm2.xPb9Yd"
    raw = ENCODERS[name](password.encode())
    third = len(raw) // 3
    for cut in (raw[third:], raw[: -third or None], raw[third // 2 : -(third // 2) or None], raw[1:], raw[:-1]):
        text = f"535 5.7.8 no {cut.decode('latin-1')} here"
        assert finder(password).find(text), cut


@pytest.mark.parametrize("length", [4, 5, 6, 8, 12, 16, 40])
@pytest.mark.parametrize("separator", ["-", ".", " ", " . ", "_", "|", ", ", "x", "\u200b", "\ufffd", '"', "=="])
def test_a_secret_with_separators_is_found(length: int, separator: str) -> None:
    password = "".join(random.Random(length).choices("bdghkpqvwz27935", k=length))
    assert finder(password).find(f"535 no {separator.join(password)} here")
    assert finder(password).find(f"535 no {separator.join(password[::-1])} here")


@pytest.mark.parametrize("length", [8, 12, 16, 40, 900, 3000])
def test_each_half_of_a_secret_is_found(length: int) -> None:
    password = "".join(random.Random(length).choices(string.ascii_letters + string.digits, k=length))
    for half in (password[: length // 2], password[length // 2 :], password[length // 4 : length * 3 // 4]):
        assert finder(password).find(f"535 no {half[:900]} here")
        assert finder(password).find(f"535 no {base64.b64encode(half.encode()).decode()[:900]} here")


@pytest.mark.parametrize("password", ["密码密码正确马b", "pässwörd-ß42", "密码密码正确马", "p&ss <w>rd'22"])
def test_a_secret_beyond_ascii_is_found(password: str) -> None:
    for codec in ("utf-8", "utf-16-le"):
        raw = password.encode(codec)
        for name in ("base64", "base64 behind a byte", "hex", "%XX", "\\x"):
            assert finder(password).find(f"535 no {ENCODERS[name](raw).decode()} here"), (codec, name)


@pytest.mark.parametrize(
    "password",
    [
        *(
            "Password123",
            "letmein",
            "qwertz99",
            "changeme",
            "sunshine",
            "trustno1",
            "MyCompany!",
            "abcd efgh ijkl mnop",
        ),
        *("Tr0ub4dor&3", "kV9#mQ2$xL7!", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "0a1b2c3d4e5f60718293"),
    ],
)
def test_an_ordinary_secret_hides_one_ordinary_reply_in_500_at_most(password: str) -> None:
    looking = finder(password, "smtp.example.org", "noreply@example.org")
    assert len([reply for reply in CORPUS[::3] if looking.find(reply[:1000])]) <= 1


def test_random_secrets_hide_next_to_nothing() -> None:
    random_ = random.Random(10)
    hidden = 0
    for reply in CORPUS[::3]:
        password = "".join(random_.choices(string.ascii_letters + string.digits, k=random_.randint(8, 20)))
        hidden += bool(finder(password, "noreply@example.org").find(reply[:1000]))
    assert hidden <= 2


def test_the_user_and_the_host_are_shown() -> None:
    redact = Redactor("jane.example99", "jane@mail.example.org")
    redact.sent = True
    for text in ("535 5.7.8 jane@mail.example.org: no such user", "535 Jane may not log in at EXAMPLE"):
        assert redact(text) == text
    assert not redact.echoed


def test_a_word_of_every_reply_is_no_part_of_a_secret_unless_it_is_all_of_it() -> None:
    text = "535 5.7.8 Error: authentication failed"
    assert Redactor("authentication-77")(text) == text
    assert Redactor("authentication failed")(text) == "535 5.7.8 Error: ********"


def test_the_codes_stay_where_the_words_are_hidden() -> None:
    redact = Redactor("hunter22xyz")
    redact.sent = True
    assert redact("535 5.7.8 no hunter2 here", lines=True) == f"535 5.7.8 {DOUBT_NOTICE}"
    assert not redact.echoed
    hexadecimal = b"hunter22xyz".hex()
    assert redact(f"535-no\n535 {hexadecimal}", lines=True) == f"535 {ECHO_NOTICE}"
    assert redact.echoed


def test_a_secret_that_is_encoded_over_several_lines_is_found() -> None:
    redact = Redactor("hunter22xyz")
    hexadecimal = b"hunter22xyz".hex()
    text = "\n".join(f"535-5.7.8 {hexadecimal[place : place + 6]}" for place in range(0, 22, 6))
    assert ECHO_NOTICE in redact(text, lines=True)
    show = redact.together([hexadecimal[:11], hexadecimal[11:]])
    assert ECHO_NOTICE in show(hexadecimal[:11], 64)


def test_what_the_server_has_to_derive_is_masked_and_no_echo() -> None:
    redact = Redactor("hunter22xyz")
    redact.sent = True
    signature = base64.b64encode(bytes(range(100, 132))).decode()
    redact.conceal(signature)
    challenge = base64.b64encode(f"v={signature}".encode()).decode()
    shown = redact(f'334 {challenge} ("v={signature}")', lines=True)
    assert signature[:12] not in shown
    assert challenge[8:24] not in shown
    assert not redact.echoed


def test_a_text_that_takes_more_work_than_an_ordinary_one_is_in_doubt() -> None:
    assert finder("hunter22xyz").find("a" * (MAX_TEXT + 1)) is Likeness.DOUBT
    looking = finder("hunter22xyz")
    noise = random.Random(1)
    found = [looking.find("".join(noise.choices(string.printable[:94], k=1000))) for _ in range(200)]
    assert found[0] is Likeness.NONE
    assert set(found[150:]) == {Likeness.DOUBT}, "the work for all texts of a test together is bounded"


def test_random_challenges_are_shown() -> None:
    noise = random.Random(2)
    signs = [chr(code) for code in range(33, 127) if chr(code) != ","]
    for _ in range(60):
        nonce = "".join(noise.choices(signs, k=88))
        said = f"r={nonce},s={base64.b64encode(noise.randbytes(16)).decode()},i=4096"
        challenge = f'334 {base64.b64encode(said.encode()).decode()} ("{said}")'
        assert finder("correct horse").find(challenge) is Likeness.NONE


@pytest.mark.parametrize("lead", [b"", b"x", b"xy"])
def test_base64_whose_case_is_lost_is_found(lead: bytes) -> None:
    password = "Zk7-qwVm2.xPb9Yd"
    text = base64.b64encode(lead + password.encode()).decode()
    for shown in (text.upper(), text.lower(), text[4:-4].upper(), text[::-1].lower()):
        assert finder(password).find(f"250-X{shown}")


def test_without_a_secret_nothing_is_looked_for() -> None:
    assert finder("abc").find("abc abc") is Likeness.NONE
    assert EchoFinder().find("x" * 100_000) is Likeness.NONE
