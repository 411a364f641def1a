"""Mechanisms by the vectors of their RFCs, and against any bytes."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.secret import Secret
from mailproof.probe.bindings import end_point
from mailproof.smtp.sanitize import Redactor
from mailproof.smtp.sasl import table as sasl
from mailproof.smtp.sasl.bearer import OAuthBearer, XOAuth2, explain
from mailproof.smtp.sasl.encoded import reply_in_words
from mailproof.smtp.sasl.mechanism import Binding, ExchangeError, Identity, KeyDerivation, Mechanism
from mailproof.smtp.sasl.passwords import CramMd5, Login, Plain
from mailproof.smtp.sasl.saslprep import prepared, saslprep
from mailproof.smtp.sasl.scram import MAX_ITERATIONS, Scram
from mailproof.smtp.wire import Reply

PENCIL = Identity("user", Secret("pencil"))
BINDING = Binding("tls-server-end-point", b"hash")


def stretch(response: bytes | KeyDerivation | None) -> bytes:
    assert isinstance(response, KeyDerivation)
    return response()


@pytest.mark.parametrize(
    ("digest", "nonce", "server", "salt", "proof", "signature"),
    [
        # RFC 5802 section 5
        ("sha1", "fyko+d2lbbFgONRv9qkxdawL", "3rfcNHYJY1ZVvWVs7j", "QSXCR+Q6sek8bf92",
         "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "rmF9pqV8S7suAoZWja4dJRkFsKQ="),
        # RFC 7677 section 3
        ("sha256", "rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "W22ZaJ0SNY7soEsUEjb6gQ==",
         "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
    ],
    ids=["RFC 5802", "RFC 7677"],
)  # fmt: skip
def test_scram_as_in_its_rfc(digest: str, nonce: str, server: str, salt: str, proof: str, signature: str) -> None:
    scram = Scram(PENCIL, digest, nonce=nonce)
    assert scram.initial() == f"n,,n=user,r={nonce}".encode()
    key = stretch(scram.respond(f"r={nonce}{server},s={salt},i=4096".encode()))
    assert not any(scram.secrets)
    assert scram.key_derived(key) == f"c=biws,r={nonce}{server},p={proof}".encode()
    assert scram.proof_sent
    assert list(scram.secrets) == [proof]
    assert scram.missing_proof()
    assert scram.respond(f"v={signature}".encode()) == b""
    assert scram.missing_proof() == ""


def test_cram_md5_as_in_its_rfc() -> None:
    cram = CramMd5(Identity("tim", Secret("tanstaaftanstaaf")))
    assert cram.initial() is None
    answer = cram.respond(b"<1896.697170952@postoffice.reston.mci.net>")
    assert answer == b"tim b913a602c7eda7a495b4e6e7334d3890"
    assert cram.respond(b"again") is None


def test_oauthbearer_as_in_its_rfc() -> None:  # RFC 7628 section 4.1
    identity = Identity("user@example.com", token=Secret("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
                        host="server.example.com", port=587)  # fmt: skip
    assert OAuthBearer(identity).initial() == (
        b"n,a=user@example.com,\x01host=server.example.com\x01port=587\x01"
        b"auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01"
    )


def test_xoauth2_as_google_documents_it() -> None:
    identity = Identity("someuser@example.com", token=Secret("ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"))
    assert sasl.encode(XOAuth2(identity).initial()) == (
        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0"
        "Q2cBAQ=="
    )


@pytest.mark.parametrize(
    ("identity", "plus", "header"),
    [
        (Identity("u"), False, b"n,,"),
        (Identity("u", binding=BINDING), False, b"y,,"),
        (Identity("u", binding=BINDING, plus_offered=True), False, b"n,,"),
        (Identity("u", binding=BINDING, plus_offered=True), True, b"p=tls-server-end-point,,"),
    ],
)
def test_the_gs2_header_states_the_channel_binding(identity: Identity, plus: bool, header: bytes) -> None:
    scram = Scram(identity, "sha256", plus=plus, nonce="n")
    assert scram.initial() == header + b"n=u,r=n"
    final = scram.key_derived(stretch(scram.respond(b"r=nx,s=c2FsdA==,i=1")))
    bound = header + (BINDING.data if plus else b"")
    assert final.startswith(b"c=" + base64.b64encode(bound) + b",r=nx,p=")


def test_names_are_escaped_and_prepared() -> None:
    assert Scram(Identity("a=b,c\u00ad\u2168"), "sha1", nonce="n").initial() == b"n,,n=a=3Db=2CcIX,r=n"
    assert OAuthBearer(Identity("a=b,c")).initial().startswith(b"n,a=a=3Db=2Cc,\x01")


@pytest.mark.parametrize(
    ("text", "shape"),
    # RFC 4013 section 3
    [("I\u00adX", "IX"), ("user", "user"), ("USER", "USER"), ("\u00aa", "a"), ("\u2168", "IX"), ("a\u00a0b", "a b")],
)
def test_saslprep_as_in_its_rfc(text: str, shape: str) -> None:
    assert saslprep(text) == shape


@pytest.mark.parametrize("text", ["\u0007", "\u0627\u0031", "\u0627a\u0628"])
def test_what_saslprep_forbids_stays_as_it_is(text: str) -> None:
    with pytest.raises(ValueError):
        saslprep(text)
    assert prepared(text) == text


PASSWORDS = sasl.possible(token=False)
TOKENS = sasl.possible(token=True)


@pytest.mark.parametrize(
    ("offered", "wanted", "settings", "chosen"),
    [
        (PASSWORDS[::-1], "", {"has_binding": True, "verified": True}, PASSWORDS),
        (PASSWORDS, "", {"verified": True}, PASSWORDS[2:]),
        (PASSWORDS, "", {}, ("SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN")),
        (PASSWORDS, "", {"has_binding": True}, (*PASSWORDS[:4], "CRAM-MD5", "PLAIN", "LOGIN")),
        (PASSWORDS, "", {"has_binding": True, "default_binding": False},
         (*PASSWORDS[2:4], *PASSWORDS[:2], "CRAM-MD5", "PLAIN", "LOGIN")),
        (("CRAM-MD5", "LOGIN"), "", {"verified": True}, ("LOGIN", "CRAM-MD5")),
        (("LOGIN", "CRAM-MD5"), "", {}, ("CRAM-MD5", "LOGIN")),
        (PASSWORDS + TOKENS, "", {"token": True, "has_binding": True}, TOKENS),
        (PASSWORDS, "", {"token": True, "has_binding": True}, ()),
        (PASSWORDS, "scram-sha-1", {"has_binding": True}, ("SCRAM-SHA-1",)),
        (PASSWORDS, "SCRAM-SHA-1-PLUS", {}, ()),
        (("NTLM", "GSSAPI"), "", {"has_binding": True}, ()),
    ],
)  # fmt: skip
def test_which_mechanisms_are_chosen(
    offered: tuple[str, ...], wanted: str, settings: dict[str, bool], chosen: tuple[str, ...]
) -> None:
    assert sasl.choose(offered, wanted, **settings) == chosen


def test_the_order_inside_verified_tls() -> None:
    assert PASSWORDS == (
        "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5",
    )  # fmt: skip
    assert TOKENS == ("OAUTHBEARER", "XOAUTH2")


@pytest.mark.parametrize("name", list(sasl.MECHANISMS))
def test_a_login_is_accepted_only_after_the_proof_was_sent(name: str) -> None:
    exchange = sasl.MECHANISMS[name](IDENTITY)
    assert "before" in exchange.missing_proof()
    answers: list[object] = [exchange.initial()]
    for challenge in (b"<1@x>", b"<2@x>"):
        if exchange.proof_sent or name.startswith("SCRAM-"):
            break
        assert "before" in exchange.missing_proof()
        answers.append(exchange.respond(challenge))
    assert answers[-1] is not None
    # SCRAM's first message holds no proof yet.
    assert ("before" in exchange.missing_proof()) is name.startswith("SCRAM-")


@pytest.mark.parametrize(
    ("challenge", "words"),
    [
        (b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}',
         "status 400, scope https://mail.google.com/, schemes Bearer"),
        (b'{"status":"invalid_token","openid-configuration":"https://x/"}', "status invalid_token"),
        (b'{"status":401,"error_description":"a\\u001b[31mb\\r\\nc"}', "status 401, error_description ab  c"),
        (b"not json \x1b[31m", "not json"),
        (b"[1]", "[1]"),
        (b"{}", ""),
        (b"", ""),
        (b'{"status":null,"scope":["x"]}', ""),
    ],
)  # fmt: skip
def test_an_error_challenge_is_shown_in_words(challenge: bytes, words: str) -> None:
    assert Redactor()(explain(challenge)).strip() == words


def encoded(text: str | bytes) -> str:
    return sasl.encode(text.encode() if isinstance(text, str) else text)


ERROR = encoded('{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}')


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        (334, "VXNlcm5hbWU6", '"Username:"'),
        (334, encoded("<1896.69@mail.test>"), '"<1896.69@mail.test>"'),
        (334, encoded("Пароль:"), '"Пароль:"'),
        (334, ERROR, "status 400, scope https://mail.google.com/, schemes Bearer"),
        (334, encoded('{"error":"a\\nb"}'), "error a b"),
        (334, encoded('{"unknown":1}'), '"{"unknown":1}"'),
        (334, encoded(b"\0\1\2 binary"), ""),
        (334, encoded(b"\xff\xfe"), ""),
        (334, encoded("a\x1b[31mb"), ""),
        (334, "", ""),
        (334, "go on", ""),
        (535, f"5.7.8 {ERROR}", "status 400, scope https://mail.google.com/, schemes Bearer"),
        (535, f"5.7.8 see <{encoded('Account is locked')}>", '"Account is locked"'),
        (535, "5.7.8 Authentication unsuccessful, 5b1f17b1804b1a43b6f4e5a1 InvalidSecondFactor1", ""),
        (535, f"5.7.8 https://mail.test/{encoded('Account is locked')}", ""),
        (535, "5.7.8 " + "AAAA" * 9000, ""),
    ],
)
def test_base64_of_a_server_is_shown_in_words(code: int, text: str, words: str) -> None:
    assert reply_in_words(Reply(code, (text,))) == words


@given(st.integers(400, 599) | st.just(334), st.text(max_size=80) | st.binary(max_size=80).map(encoded))
def test_no_reply_trips_the_decoder(code: int, text: str) -> None:
    assert isinstance(reply_in_words(Reply(code, (text, "x"))), str)


IDENTITY = Identity("user", Secret("secret-word"), Secret("token"), "mail.test", 587, BINDING)
challenges = st.one_of(
    st.binary(max_size=300),
    st.from_regex(rb"(r=(NONCE)?[a-z,]{0,9},)?(s=[A-Za-z0-9=]{0,9},)?i=[0-9]{0,4}", fullmatch=True),
    st.from_regex(rb"[ve]=[A-Za-z0-9+/=-]{0,40}", fullmatch=True),
    st.just(b"[" * 9000),
)


@given(st.sampled_from(list(sasl.MECHANISMS)), st.lists(challenges, max_size=6), st.booleans())
def test_no_challenge_makes_a_mechanism_fail_or_work_much(name: str, sent: list[bytes], early: bool) -> None:
    exchange: Mechanism = sasl.MECHANISMS[name](IDENTITY)
    first = exchange.initial() if early else None
    nonce = first.split(b"r=")[-1] if first and b",r=" in first else b"NONCE"
    for challenge in sent:
        try:
            response = exchange.respond(challenge.replace(b"NONCE", nonce))
        except ExchangeError as error:
            assert error.detail  # noqa: PT017 - any may be raised, and must then say why
            return
        if isinstance(response, KeyDerivation):
            assert response.iterations <= MAX_ITERATIONS
            response = exchange.key_derived(response() if response.iterations < 100 else b"k" * 32)
        if response is None:
            return
        assert len(response) < 9000
    if name.startswith("SCRAM"):
        assert exchange.missing_proof()


@pytest.mark.parametrize("signature", [b"", b"v="])
def test_an_empty_signature_after_an_error_proves_nothing(signature: bytes) -> None:
    """Found by the test above: an error in the server's first message left no signature to compare with."""
    exchange = Scram(IDENTITY, "sha256")
    exchange.initial()
    assert exchange.respond(b"e=other-error") == b""
    with pytest.raises(ExchangeError):
        exchange.respond(signature)
    assert exchange.missing_proof()


@pytest.mark.parametrize("make", [Plain, Login, CramMd5, XOAuth2])
def test_every_exchange_ends(make: Callable[[Identity], Mechanism]) -> None:
    exchange = make(IDENTITY)
    assert None in [exchange.respond(b"{}") for _ in range(4)]


def test_a_certificate_without_a_hash_of_its_own_has_no_end_point() -> None:
    assert end_point(b"no certificate") is None


@given(st.text(max_size=60))
def test_any_text_is_decoded_or_empty(text: str) -> None:
    assert isinstance(sasl.decode(text), bytes)
    assert sasl.decode("A" * 20_000) == b""
