"""Packed reports: nothing is lost, nothing grows beyond its bound, and other releases can read them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproof.domain.phrase import listed, say, sentences, translated, with_bare_link
from mailproof.languages.language import Language
from mailproof.languages.translation import in_language
from mailproof.smtp.report import Certificate, EhloInfo, Evidence, Finding, Report, Step, TlsInfo
from mailproof.smtp.vocabulary import Code, Outcome, Severity, Stage
from mailproof.usecases.kept_dictionary import DICTIONARY_1
from mailproof.usecases.kept_reports import MOST_OCTETS, pack, unpack

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
FAILED = Report(Outcome.FAIL, Stage.AUTH, Code.AUTH_REJECTED, "It failed.", "Change it.", Evidence(535, "5.7.8", "no"))

st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(float, st.integers(0, 10**9).map(lambda micros: micros / 10**6))
st.register_type_strategy(str, st.text(st.characters(), max_size=20))  # halves of characters too

PACKED = (
    "0178bbfbf6465cc3d34f83e661581f1b652c01b9edee5902edfb80ca7ca4111350d75421b384d26e565ebe12d6f603d622c6"
    "ccdcd8c8d8c0c4d4ccdcc2d2c01035c28d9082d412147b46e8414ab0c801ba17dc6fb35000b92ab6160057525ec7"
)

REPORTS = st.from_type(Report)


def document(packed: bytes) -> Any:
    assert packed[0] == 1
    return json.loads(zlib.decompressobj(zdict=DICTIONARY_1).decompress(packed[1:]))


def packed_of(value: Any) -> bytes:
    writing = zlib.compressobj(zdict=DICTIONARY_1)
    return b"\x01" + writing.compress(json.dumps(value).encode()) + writing.flush()


@settings(max_examples=60, deadline=None)
@given(REPORTS)
def test_what_is_unpacked_is_what_was_packed(report: Report) -> None:
    packed = pack(report)
    assert len(packed) <= MOST_OCTETS
    if "too large to keep" not in unpack(packed).message:
        assert unpack(packed) == report


def test_what_has_its_default_takes_no_place() -> None:
    assert document(pack(Report(Outcome.OK, Stage.QUIT, Code.OK, "m"))) == {
        "outcome": "ok",
        "stage": "quit",
        "code": "ok",
        "message": "m",
    }


def test_any_other_kind_of_text_is_kept_as_a_text() -> None:
    class Sentence(str):
        """Stands for every kind of text that knows more than its characters."""

        __slots__ = ()

    report = dataclasses.replace(FAILED, message=Sentence("It failed."), advice=Sentence("Change it."))
    assert pack(report) == pack(FAILED)
    assert type(unpack(pack(report)).message) is str


def test_a_kept_sentence_can_still_be_told_in_another_language() -> None:
    refused = say(
        "{server} refuses user and password{reply}.",
        server="mail.test:587",
        reply=say(": it answered {reply}", reply="535"),
    )
    link = with_bare_link(
        say("{changes}, see {link}.", changes=listed([say("a"), say("b")]), link="https://example.com/x")
    )
    report = dataclasses.replace(FAILED, message=sentences([refused, "as it is"]), advice=link)
    found = unpack(pack(report))
    assert (found.message, found.advice) == (report.message, report.advice)
    assert found == report
    assert in_language(found.message, Language.GERMAN) == in_language(report.message, Language.GERMAN)
    assert in_language(found.message, Language.GERMAN).startswith("mail.test:587 lehnt Benutzer und Passwort ab: Er")
    words = {"a": "A", "b": "B", "{changes}, see {link}.": "{changes}, siehe {link}."}
    assert translated(found.advice, words.get) == "A; B, siehe https://example.com/x"


def test_a_template_that_this_release_does_not_know_is_told_in_english() -> None:
    newer = packed_of(
        document(pack(FAILED)) | {"message": {"t": "{server} is on the moon", "v": {"server": "mail.test"}}}
    )
    assert in_language(unpack(newer).message, Language.GERMAN) == "mail.test is on the moon"


def test_a_report_that_is_cut_keeps_english_texts() -> None:
    report = dataclasses.replace(hostile(200, 20), message=say("it {failed}", failed=noise(300)))
    found = unpack(pack(report))
    assert type(found.message) is str
    assert found.message.startswith("it ")
    assert "too large to keep" in found.message


def nested(depth: int) -> Any:
    return "x" * 100 if depth == 0 else {"t": "{x}" * 100, "v": {"x": nested(depth - 1)}}


@pytest.mark.parametrize(
    "sentence",
    [
        {"t": "{x.__class__}", "v": {"x": "y"}},
        {"t": "{x.__class__}", "v": {"x.__class__": "y"}},
        {"t": "{x[0]}", "v": {"x": "y"}},
        {"t": "{x!r}", "v": {"x": "y"}},
        {"t": "{x:>1000000000}", "v": {"x": "y"}},
        {"t": "{}", "v": {"": "y"}},
        {"t": "{0}", "v": {"0": "y"}},
        {"t": "{x", "v": {"x": "y"}},
        {"t": "{x}", "v": {}},
        {"t": "{x}", "v": {"x": [1]}},
        {"t": "{x}", "v": {"x": None}},
        {"t": "{x}", "v": []},
        {"t": 1, "v": {}},
        {"c": "eval", "p": ["1"]},
        {"c": "stopless", "p": []},
        {"c": "sentences", "p": [1]},
        {"c": "sentences", "p": "text" * 20_000},
        {},
        nested(5),
    ],
)
def test_a_sentence_that_was_not_written_by_this_module_is_refused(sentence: Any) -> None:
    with pytest.raises(ValueError, match="damaged"):
        unpack(packed_of(document(pack(FAILED)) | {"message": sentence}))


def noise(size: int, seed: str = "") -> str:
    """Return a text that can't be compressed well."""
    return "".join(hashlib.sha256(f"{seed}{n}".encode()).hexdigest() for n in range(size // 64 + 1))[:size]


def hostile(texts: int, count: int) -> Report:
    """Return a report of a server that says as much as it can, and nothing twice."""
    names = tuple(noise(texts, f"name {n}") for n in range(count))
    certificate = Certificate(noise(texts, "s"), names, noise(texts, "i"), NOW, NOW, "RSA 2048", "sha", noise(64))
    steps = tuple(Step(Stage.EHLO, NOW, 1.0, "[::1]:25", "EHLO", noise(texts, f"step {n}")) for n in range(count))
    findings = tuple(Finding(Code.TIMEOUT, Severity.WARNING, Stage.EHLO, noise(texts, f"f {n}")) for n in range(count))
    return dataclasses.replace(
        FAILED,
        message=noise(texts, "m"),
        tls=TlsInfo("TLSv1.3", chain=(certificate,) * 3),
        ehlo=EhloInfo("me", {noise(20, f"k {n}"): noise(texts, f"v {n}") for n in range(count)}, names, names),
        steps=steps,
        findings=findings,
    )


@pytest.mark.parametrize(("texts", "count"), [(200, 20), (2000, 20), (100_000, 2), (30, 3000), (16_384, 40)])
def test_a_hostile_servers_report_is_cut_to_its_bound_and_says_so(texts: int, count: int) -> None:
    report = hostile(texts, count)
    packed = pack(report)
    assert len(packed) <= MOST_OCTETS
    read = unpack(packed)
    assert "too large to keep" in read.message
    assert (read.outcome, read.stage, read.code) == (report.outcome, report.stage, report.code)
    assert pack(read)[0] == 1


def test_what_is_cut_keeps_its_beginning_and_its_end() -> None:
    report = hostile(200, 60)
    read = unpack(pack(report))
    assert 0 < len(read.steps) < 60
    assert read.steps[0].received[:50] == report.steps[0].received[:50]
    assert read.steps[-1].received[:50] == report.steps[-1].received[:50]
    assert read.steps[0].received.endswith("…")
    assert read.evidence == report.evidence


def test_a_newer_releases_report_is_read_as_far_as_it_is_known() -> None:
    newer = document(pack(dataclasses.replace(FAILED, steps=(Step(Stage.AUTH, NOW, 0.5),))))
    newer |= {"code": "moon_phase", "unheard": {"of": [1]}}
    newer["steps"][0] |= {"stage": "teleport", "warp": 9}
    read = unpack(packed_of(newer))
    assert (str(read.code), read.code.value, read.code.name) == ("moon_phase", "moon_phase", "MOON_PHASE")
    assert read.code not in set(Code)
    assert read.steps[0].stage.value == "teleport"
    assert read.message == FAILED.message
    assert unpack(pack(read)) == read, "it can be kept again"


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\x01",
        b"\x02" + pack(FAILED)[1:],
        pack(FAILED)[:-9],
        packed_of([]),
        packed_of("text"),
        packed_of({"outcome": "ok"}),
        packed_of({**document(pack(FAILED)), "steps": 7}),
        packed_of({**document(pack(FAILED)), "message": ["list"]}),
        packed_of({**document(pack(FAILED)), "elapsed_ms": "1"}),
        packed_of({**document(pack(FAILED)), "steps": [{"stage": "auth", "started_at": 10**30, "duration": 1}]}),
        b"\x01" + zlib.compress(b"{}"),
    ],
)
def test_what_is_no_packed_report_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="the report is"):
        unpack(packed)


def test_what_is_packed_can_be_read_for_ever() -> None:
    """A released dictionary is never edited; this report was packed by the release that first kept any."""
    assert (
        hashlib.sha256(DICTIONARY_1).hexdigest() == "6e52404886f58997da2af039377d6f11413532a71c088babbc0325e936fbb754"
    )
    assert unpack(bytes.fromhex(PACKED)) == dataclasses.replace(
        FAILED, steps=(Step(Stage.AUTH, NOW, 0.25, "192.0.2.1:587", "AUTH PLAIN ********", "535 5.7.8 no"),)
    )


def test_a_certificate_of_any_time_is_kept() -> None:
    late = Certificate(
        "s", (), "i", datetime(1950, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), "k", "g", "f"
    )
    report = dataclasses.replace(FAILED, tls=TlsInfo(chain=(late,)))
    assert unpack(pack(report)) == report
