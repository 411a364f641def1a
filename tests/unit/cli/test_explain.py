"""What `mailproof explain` prints, and its exit code."""

import io
import sys
from pathlib import Path

import pytest

from mailproof.cli.main import main
from mailproof.diagnosis.finding_pages import finding_page
from mailproof.smtp.vocabulary import Code


def explain(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["explain", *words])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("words", [("auth_rejected",), ("CODE_AUTH_REJECTED",), ("Auth", "rejected")])
def test_a_code_has_its_page(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    code, out, err = explain(capsys, *words)
    assert (code, err) == (0, "")
    assert out.startswith("auth_rejected  (fails a test, does not pass by waiting)\n")
    assert finding_page(Code.AUTH_REJECTED).title in out
    assert "  What to change: Set the user and the password exactly" in out
    for heading in ("How it looks", "Likely causes", "What to change", "Check by hand", "Related"):
        assert f"\n{heading}\n" in out


@pytest.mark.parametrize("code", sorted(set(Code) - {Code.OK}), ids=str)
def test_a_page_is_plain_text(capsys: pytest.CaptureFixture[str], code: Code) -> None:
    exit_code, out, _ = explain(capsys, code.value)
    assert exit_code == 0
    assert "```" not in out
    assert "](" not in out
    assert "\n#" not in out
    assert "\x1b" not in out


def test_a_pasted_reply_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    text = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."
    code, out, _ = explain(capsys, text)
    assert code == 0
    assert out.startswith(
        f"Refusal {text}  (taken for one at the stage auth)\nDecided by smtpclientauthentication is disabled"
    )
    assert "\n\nauth_basic_disabled  (" in out
    code, out, _ = explain(capsys, "smtplib.SMTPAuthenticationError: (535, b'5.7.8 no')")
    assert out.startswith("Refusal 535 5.7.8 no  (at the stage auth)\n\nauth_rejected  (")


def test_words_of_another_program_have_their_codes(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = explain(capsys, "tls:", "first record does not look like a TLS handshake")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == '"first record does not look like a TLS handshake" may be, the likeliest first:'
    assert [line.split(":")[0].strip() for line in lines[1:4]] == [
        "wrong_tls_mode_use_starttls", "wrong_tls_mode_use_none", "not_smtp",
    ]  # fmt: skip
    assert "\nwrong_tls_mode_use_starttls  (fails a test" in out
    assert lines[-1] == "More: mailproof explain wrong_tls_mode_use_none; mailproof explain not_smtp"


def test_a_near_miss_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = explain(capsys, "auth_rejcted")
    assert (code, out) == (1, "")
    assert err.startswith("mailproof explain: no finding has this code; did you mean auth_rejected")


@pytest.mark.parametrize("text", ["", "the weather is fine", "q" * 100_000])
def test_what_nothing_is_known_of_says_how_to_ask(capsys: pytest.CaptureFixture[str], text: str) -> None:
    code, out, err = explain(capsys, text)
    assert (code, out) == (1, "")
    assert "mailproof diagnose HOST" in err
    assert "qqq" not in err


def test_hostile_words_are_shown_cleaned(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = explain(capsys, "535 5.7.8 \x1b]0;title\x07no\x1b[2J \u202eback \x00")
    assert out.startswith("Refusal 535 5.7.8 no")
    assert not {"\x1b", "\x07", "\x00", "\u202e"} & set(out)


def test_a_reply_without_a_known_reason_gets_no_advice(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = explain(capsys, "550 5.7.1 Nope (in reply to end of DATA command)")
    assert code == 0
    assert "It gives no reason that is known." in out
    assert "mailproof explain message_rejected" in out
    assert "What to change" not in out


def test_a_log_comes_by_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    given = io.TextIOWrapper(io.BytesIO(b"x said: 550 5.1.1 no such user\xff (in reply to RCPT TO command)\n"))
    monkeypatch.setattr(sys, "stdin", given)
    code, out, _ = explain(capsys, "-")
    assert code == 0
    assert "(at the stage rcpt)\nDecided by no such user\n\nrecipient_rejected  (" in out


def test_nothing_but_words_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(capsys)[0] == 2
    assert explain(capsys, "--json", "timeout")[0] == 2


def test_headings_are_painted_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailproof.cli.printer.has_colour", lambda: True)
    _, out, _ = explain(capsys, "timeout")
    assert "\x1b[1mtimeout\x1b[0m  (" in out
    assert "\x1b[1mLikely causes\x1b[0m\n" in out


def test_the_pages_lie_in_the_package() -> None:
    import mailproof

    assert (Path(mailproof.__file__).parent / "diagnosis" / "pages" / "timeout.md").exists()
