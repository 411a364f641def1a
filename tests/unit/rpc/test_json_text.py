"""How deep a JSON body may be: a limit of our own, since that of Python's parser depends on its release and the stack."""

from __future__ import annotations

import pytest

from mailproof.domain.errors import MalformedRequest
from mailproof.rpc.json_text import MAX_DEPTH, load_object


def nested(levels: int, opening: str, closing: str) -> bytes:
    """Return an object with levels of the same kind within it."""
    inside = levels - 1
    return f'{{"x": {opening * inside}1{closing * inside}}}'.encode()


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_a_body_has_a_depth_that_does_not_depend_on_python(opening: str, closing: str) -> None:
    each = opening.count("[") + opening.count("{")
    most = (MAX_DEPTH - 1) // each + 1
    assert load_object(nested(most, opening, closing))
    for levels in (most + 1, 4 * most, 100 * most):
        with pytest.raises(MalformedRequest, match="nested too deep"):
            load_object(nested(levels, opening, closing))


def test_many_that_lie_beside_each_other_are_not_deep() -> None:
    assert len(load_object(b'{"x": [' + b"[{}]," * 500 + b"[]]}")["x"]) == 501
