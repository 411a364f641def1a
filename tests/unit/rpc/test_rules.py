"""Every declared rule of every call, from the descriptors: broken, it names its field; just kept, nothing is said."""

import pytest
from google.protobuf.descriptor import FieldDescriptor

from mailproof.rpc.validation import violations
from service_support.rules import FORMATS, METHODS, WRONG_SYNTAX, Case, boundaries_of, violations_of

BROKEN = [case for method in METHODS.values() for case in violations_of(method)]
KEPT = [case for method in METHODS.values() for case in boundaries_of(method)]


def test_every_call_that_takes_a_text_is_among_them() -> None:
    takes_text = {
        name
        for name, method in METHODS.items()
        if any(field.type == FieldDescriptor.TYPE_STRING for field in method.input_type.fields)
    }
    assert takes_text <= {case.rpc for case in BROKEN}
    assert len(BROKEN) > 400


def test_every_format_has_a_value_that_breaks_it() -> None:
    assert set(FORMATS.values()) - {"FORMAT_UNSPECIFIED", "FORMAT_ANY"} == set(WRONG_SYNTAX)


@pytest.mark.parametrize("case", BROKEN, ids=str)
def test_a_broken_rule_names_its_field_alone(case: Case) -> None:
    found = list(violations(case.request))
    assert [(violation.field, reference) for violation, reference in found] == [(case.path, case.reference)]
    assert found[0][0].description


@pytest.mark.parametrize("case", KEPT, ids=str)
def test_a_rule_that_is_just_kept_is_kept(case: Case) -> None:
    assert list(violations(case.request)) == []
