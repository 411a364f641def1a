"""Which slips a secret shows."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.domain.secret import Secret
from mailproof.syntax.secret_shapes import SecretShape, secret_shapes

APP, BREAK, BLANK = SecretShape.APP_PASSWORD_SPACES, SecretShape.LINE_BREAK, SecretShape.BLANK
INVISIBLE, ALIKE = SecretShape.INVISIBLE, SecretShape.LOOK_ALIKE


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("", set()),
        ("hunter22!", set()),
        ("correct horse battery staple", set()),
        ("Größe ÄÖÜ 名前 Ж", set()),  # letters of any script are nobody's slip
        (" hunter22!", {BLANK}),
        ("hunter22! ", {BLANK}),
        ("hunter22!\t", {BLANK}),
        ("hunter22!\n", {BREAK}),
        ("hunter22!\r\n", {BREAK}),
        ("\nhunter22!", {BREAK}),
        ("hunter22! \n", {BREAK, BLANK}),
        ("hunter22!\u00a0", {INVISIBLE}),
        ("hunter\u00a022!", {INVISIBLE}),
        ("\ufeffhunter22!", {INVISIBLE}),
        ("hunter\u200b22!", {INVISIBLE}),
        ("hunter\u300022!", {INVISIBLE}),
        ("hunter\t22!", {INVISIBLE}),
        ("hunter\n22!", {INVISIBLE}),
        ("abcd efgh ijkl mnop", {APP}),
        ("ABCD EFGH ijkl mnop", {APP}),
        ("abcd\u00a0efgh\u00a0ijkl\u00a0mnop", {APP}),
        ("abcd efgh ijkl mnop\n", {APP, BREAK}),
        (" abcd efgh ijkl mnop", {APP, BLANK}),
        ("abcdefghijklmnop", set()),
        ("abcd efgh ijkl", set()),
        ("abcd efgh ijkl mnop qrst", set()),
        ("abcd  efgh ijkl mnop", set()),
        ("abc! efgh ijkl mnop", set()),
        ("abcd-efgh-ijkl-mnop", set()),  # Apple takes its hyphens
        ("\u201chunter22\u201d", {ALIKE}),
        ("hunter\u201322", {ALIKE}),
        ("hunter\u2019s", {ALIKE}),
        ("\uff48unter22", {ALIKE}),
        (" ", {BLANK}),
        ("\n", {BREAK}),
    ],
    ids=lambda value: ascii(value) if isinstance(value, str) else "",
)
def test_the_shapes_of_a_secret(text: str, shapes: set[SecretShape]) -> None:
    assert secret_shapes(Secret(text)) == shapes


VISIBLE = st.text(string.ascii_letters + string.digits + string.punctuation, min_size=1)


@given(VISIBLE)
def test_a_secret_of_visible_ascii_shows_no_slip(text: str) -> None:
    assert not secret_shapes(Secret(text))


@given(st.text())
def test_every_text_has_shapes(text: str) -> None:
    assert secret_shapes(Secret(text)) <= set(SecretShape)
