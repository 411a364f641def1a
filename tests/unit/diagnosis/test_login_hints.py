"""What a refused login tells of how user and secret were typed, and that it tells nothing else of the secret."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailproof.diagnosis.findings import conclude
from mailproof.diagnosis.interceptors import PROVIDERS
from mailproof.diagnosis.knowledge import Observed
from mailproof.diagnosis.login_hints import LOGIN_HINTS
from mailproof.domain.secret import Secret
from mailproof.smtp.actions import Cause, Facts
from mailproof.smtp.report import Audience, Credentials, Fix, OAuth, Plan, SettingChange
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.vocabulary import Code, Depth, Stage
from mailproof.smtp.wire import Reply
from mailproof.syntax.oauth import ClientCredentials
from mailproof.syntax.secret_shapes import SecretShape, secret_shapes

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REFUSED = Reply(535, ("5.7.8 no",), "5.7.8")

# A secret that shows each slip, and words of the sentence about it.
SLIPS = {
    SecretShape.APP_PASSWORD_SPACES: ("abcd efgh ijkl mnop", "an app password with the spaces"),
    SecretShape.LINE_BREAK: ("hunter22!\n", "begins or ends with a line break"),
    SecretShape.BLANK: ("hunter22! ", "begins or ends with a blank"),
    SecretShape.INVISIBLE: ("hunter\u00a022!", "a no-break space or another character that can't be seen"),
    SecretShape.LOOK_ALIKE: ("\u201chunter22!\u201d", "a curly quotation mark, a long dash or a full-width letter"),
}


def told(plan: Plan, code: Code = Code.AUTH_REJECTED, **more: object) -> tuple[str, tuple[Fix, ...]]:
    """Return the advice and the fixes of a refused login."""
    reply = None if code is Code.AUTH_TOKEN_FAILED else REFUSED
    cause = Cause(Stage.AUTH, code, reply, **more)  # type: ignore[arg-type]
    password = plan.credentials.password.reveal() if plan.credentials else ""
    seen = Observed(plan, 587, Facts(), Redactor(password), NOW, cause=cause)
    concluded = conclude(seen)
    return concluded.findings[0].advice, concluded.fixes


def login(
    password: str, user: str = "me@example.com", host: str = "mail.test", sender: str = "", **more: object
) -> Plan:
    return Plan(host, 587, credentials=Credentials(user, Secret(password)), sender=sender, **more)  # type: ignore[arg-type]


def tokens(client_secret: str) -> Plan:
    grant = ClientCredentials("https://id.test/token", "client", Secret(client_secret))
    return Plan("mail.test", 587, credentials=Credentials("me@example.com", Secret("")), oauth=OAuth(grant=grant))


@pytest.mark.parametrize("shape", SecretShape)
@pytest.mark.parametrize("code", [Code.AUTH_REJECTED, Code.AUTH_APP_PASSWORD_REQUIRED])
@pytest.mark.parametrize("host", ["mail.test", "smtp.gmail.com", "smtp.sendgrid.net"])
@pytest.mark.parametrize("recognised", [True, False])
def test_a_slip_of_the_password_is_told_first_whatever_the_provider(
    shape: SecretShape, code: Code, host: str, recognised: bool
) -> None:
    password, words = SLIPS[shape]
    advice, _ = told(login(password, host=host), code, recognised=recognised)
    plain, _ = told(login("hunter22!", host=host), code, recognised=recognised)
    first, rest = advice.split(". ", 1)
    assert first.startswith("The password ")
    assert words in first
    assert plain.startswith(rest[:20])  # what the code advises stays, the best of it at least


@pytest.mark.parametrize("shape", SecretShape)
def test_a_slip_of_a_client_secret_is_told_where_the_client_was_refused(shape: SecretShape) -> None:
    secret, words = SLIPS[shape]
    advice, _ = told(tokens(secret), Code.AUTH_TOKEN_FAILED, client_refused=True)
    assert advice.startswith("The client secret ")
    assert words in advice
    for code, refused in ((Code.AUTH_TOKEN_FAILED, False), (Code.AUTH_REJECTED, False)):
        advice, _ = told(tokens(secret), code, client_refused=refused)
        assert "client secret " not in advice.split(". ")[0].lower() or words not in advice


def test_two_slips_at_most_are_told_before_one_advice_of_the_code() -> None:
    advice, _ = told(login(" \u201cabc\u00a0\u201d\n"))
    assert advice.count(". ") == 2
    assert "line break" in advice
    assert "with a blank" in advice
    assert advice.endswith("two-step login).")


@pytest.mark.parametrize("code", sorted(set(Code) - set(LOGIN_HINTS)))
def test_nothing_is_told_of_a_login_that_was_not_refused(code: Code) -> None:
    password = " abcd efgh ijkl mnop\n"
    assert told(login(password, "me\u00a0", sender="a@example.com"), code) == told(
        login("hunter22!", "me\u00a0", sender="a@example.com"), code
    )


def test_nothing_is_told_where_the_login_works() -> None:
    plan = login(" hunter22!\n", "me", sender="a@example.com", depth=Depth.AUTH)
    assert conclude(Observed(plan, 587, Facts(logged_in=True), Redactor(), NOW)).findings == ()


PASSWORDS = st.one_of(
    st.text(min_size=1),
    st.text("ab1 \u00a0\u200b\t\r\n\u201c\u2013\uff41!", min_size=1, max_size=12),
    st.from_regex(r"\A[ \t\r\n]{0,2}[a-z0-9]{4}( [a-z0-9]{4}){3}[ \t\r\n]{0,2}\Z"),
)


def representative(shapes: frozenset[SecretShape]) -> str:
    """Return a fixed secret with exactly these shapes."""
    app = SecretShape.APP_PASSWORD_SPACES in shapes
    core = "qrst uvwx yz01 2345" if app else "QQ"
    core += "\u200d" if SecretShape.INVISIBLE in shapes else ""
    core += "\u2014Q" if SecretShape.LOOK_ALIKE in shapes else ""
    core += "\t" if SecretShape.BLANK in shapes else ""
    return core + ("\r" if SecretShape.LINE_BREAK in shapes else "")


@given(PASSWORDS)
@example("abcd efgh ijkl mnop")
@example(" x\n")
def test_the_advice_depends_on_nothing_but_the_shapes(password: str) -> None:
    shapes = secret_shapes(Secret(password))
    twin = representative(shapes)
    assert secret_shapes(Secret(twin)) == shapes
    for host in ("mail.test", "smtp.gmail.com"):
        assert told(login(password, host=host)) == told(login(twin, host=host))
    assert told(tokens(password), Code.AUTH_TOKEN_FAILED, client_refused=True) == told(
        tokens(twin), Code.AUTH_TOKEN_FAILED, client_refused=True
    )


@given(PASSWORDS)
def test_no_three_characters_of_a_password_are_shown(password: str) -> None:
    """But for those that stand in the sentences whatever the password is."""
    advice, fixes = told(login(password, "u", sender="s@example.com"))
    twin, _ = told(login(representative(secret_shapes(Secret(password))), "u", sender="s@example.com"))
    shown = advice + repr(fixes)
    for at in range(len(password) - 2):
        piece = password[at : at + 3]
        assert piece not in shown or piece in twin + repr(fixes)


@pytest.mark.parametrize(
    ("user", "host", "sender", "to"),
    [
        ("me", "mail.test", "noreply@example.com", "me@example.com"),
        ("me", "smtp.gmail.com", "noreply@example.com", "me@example.com"),
        ("j.doe", "mail.test", "noreply@bücher.example", "j.doe@bücher.example"),
        ("me@example.com", "mail.test", "noreply@example.com", ""),
        ("me", "mail.test", "", ""),
        ("me", "smtp.sendgrid.net", "noreply@example.com", ""),
        ("me", "email-smtp.eu-west-1.amazonaws.com", "noreply@example.com", ""),
        ("DOMAIN\\me", "mail.test", "noreply@example.com", ""),
        ("apikey", "mail.test", "noreply@example.com", ""),
        ("AKIAIOSFODNN7EXAMPLE", "mail.test", "noreply@example.com", ""),
        ("197f0117-529e-443d-bf6c-0292dd9a02b7", "mail.test", "noreply@example.com", ""),
        ("two words", "mail.test", "noreply@example.com", ""),
    ],
)
@pytest.mark.parametrize("audience", Audience)
def test_a_user_without_its_domain(user: str, host: str, sender: str, to: str, audience: Audience) -> None:
    advice, fixes = told(login("hunter22!", user, host, sender, audience=audience))
    found = [fix for fix in fixes if fix.changes == (SettingChange("user", user, to),)]
    assert bool(found) is bool(to)
    assert ("The user has no domain, and the sender has one: try to set" in advice) is bool(to)
    if to:
        assert to in advice
        assert not found[0].verified


def test_a_user_whose_account_was_found_is_right() -> None:
    advice, fixes = told(login("hunter22!", "me", sender="a@example.com"), Code.AUTH_APP_PASSWORD_REQUIRED)
    assert "domain" not in advice
    assert fixes == ()


def test_a_provider_of_mailboxes_wants_the_full_address() -> None:
    advice, fixes = told(login("hunter22!", "me", "smtp.fastmail.com"))
    assert advice.startswith("The user has no domain, and Fastmail takes the full address.")
    assert fixes == ()
    assert "full address." not in told(login("hunter22!", "me", "in-v3.mailjet.com"))[0]


@pytest.mark.parametrize("user", ["me @example.com", "me\u00a0@example.com", "\u200bme@example.com"])
def test_a_blank_within_the_user_is_told(user: str) -> None:
    advice, _ = told(login("hunter22!", user))
    assert advice.startswith("The user has a blank or a character that can't be seen")


def test_services_for_programs_have_users_of_their_own_kind() -> None:
    services = {row.name for row in PROVIDERS if not row.users_are_addresses}
    assert {"Amazon SES", "SendGrid", "Postmark", "Mailjet", "Resend", "SparkPost"} <= services
    assert not {"Google", "Microsoft", "Yahoo", "iCloud"} & services
