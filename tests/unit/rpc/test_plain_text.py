"""A kept test as plain text: its facts, its steps and its verdict."""

from mailproof.languages.language import Language
from mailproof.rpc.diagnosis_messages import report_message
from mailproof.rpc.plain_text import has_text, text_of
from service_support.table import PASSED
from smtpdiag.v1 import diagnosis_pb2, test_pb2


def test_a_kept_test_is_told_with_its_facts_and_its_steps() -> None:
    test = test_pb2.Test(id="7", config_id="8", peer="\x1b[2J", report=report_message(PASSED))
    lines = text_of(test_pb2.GetTestResponse(test=test), Language.ENGLISH).splitlines()
    assert lines[0].split() == ["test", "7"]
    assert "  ok    connect     250.0 ms" in lines
    assert "PASSED  (0 ms, 0 round trips)" in lines
    assert all(line.isprintable() for line in lines)


def test_a_kept_test_without_its_report_is_told_by_its_facts() -> None:
    text = text_of(test_pb2.GetTestResponse(test=test_pb2.Test(id="7")), Language.ENGLISH)
    assert "configuration" in text
    assert "PASSED" not in text


def test_lists_have_no_text() -> None:
    assert has_text(diagnosis_pb2.DiagnoseResponse)
    assert not has_text(test_pb2.ListTestsResponse)
