"""Any text as a refusal, and as what people paste: a judgement comes out, whose words stand in the text's bounds.

An input is one byte that chooses the stage and the code, and the text.
"""

from __future__ import annotations

from mailproof.diagnosis.pasted_replies import cleaned, judged_reply
from mailproof.smtp.charset import decode
from mailproof.smtp.refusals.judgement import MAX_WORDS, Circumstances, judge
from mailproof.smtp.refusals.words import HEAD, TAIL, words_of
from mailproof.smtp.vocabulary import Code, Stage
from mailproof.smtp.wire import Reply, enhanced_code

STAGES = tuple(Stage)
CODES = (421, 450, 454, 501, 530, 534, 535, 550, 552, 554)


def check(data: bytes) -> None:
    """Judge one text; an exception is a finding."""
    if not data:
        return
    stage, code, text = STAGES[data[0] % len(STAGES)], CODES[data[0] % len(CODES)], decode(data[1:])
    assert len(words_of(text).text) <= 40 * (HEAD + TAIL)
    reply = Reply(code, tuple(text.split("\n")), enhanced_code(code, text))
    judged = judge(reply, Circumstances(stage))
    assert isinstance(judged.code, Code)
    assert len(judged.words) <= MAX_WORDS
    assert judged == judge(reply, Circumstances(stage)), "a second look says something else"
    pasted = judged_reply(cleaned(text))
    assert pasted is None or len(pasted.words) <= MAX_WORDS
