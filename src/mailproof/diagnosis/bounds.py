"""Keeps a report within 16 kB, whatever the server said: shortens what is needed least first.

Laws: a report that fits is returned as it is; outcome, stage, code and the reply code never change; message, advice,
evidence and fixes are shortened only after everything else; every cut says how much more there was. Pure.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from itertools import chain, pairwise
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from typing import Any, TypeVar

from mailproof.smtp.report import Certificate, EhloInfo, Fix, Report
from mailproof.smtp.sasl.table import MECHANISMS
from mailproof.smtp.vocabulary import Code

MAX_OCTETS = 16_000
"""Of a report: as a protobuf message, as a line or an event over REST, and as `mailproof diagnose --json` prints it."""

LINK_OCTETS = 500
"""Room kept for each finding's link: the service puts its documentation URL, at most so long, before it."""

_AROUND = 64  # octets of '{"report":…}' or "event: report" around a report
_MOMENT, _DURATION = 34, 24  # octets of a time, and of seconds
_WORD = 8  # octets by which an enum's name in the API is longer than the word and its indentation in --json

_EXTENSIONS = frozenset({"AUTH", "STARTTLS", "SIZE", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "PIPELINING"})
"""Those that a test looks at, which are kept before others."""

_STEP_TEXTS = attrgetter("peer", "sent", "received")
_TLS_TEXTS = attrgetter("version", "cipher", "alpn", "verify_error", "expected_name", "trust_anchor")
_CERTIFICATE_TEXTS = attrgetter("subject", "issuer", "key", "signature", "fingerprint", "problem")
_FINDING_TEXTS = attrgetter("message", "advice", "link")
_CHANGE_TEXTS = attrgetter("setting", "current", "to")
_OBSERVED_TEXTS = attrgetter("name", "before", "after", "sentence")

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class _Level:
    """How far the parts of a report are shortened: numbers of items, and octets of each text."""

    extensions: int
    mechanisms: int
    ehlo_text: int
    names: int
    certificates: int
    tls_text: int
    steps: int
    step_text: int
    deciding_text: int
    alternatives: int
    alternative_text: int
    addresses: int
    address_text: int
    findings: int
    finding_text: int
    changes: int
    change_text: int


_LEVELS = (
    _Level(30, 12, 100, 10, 10, 150, 30, 200, MAX_OCTETS, 8, 150, 9, 150, 12, 400, 12, 200),
    _Level(10, 8, 40, 2, 2, 80, 6, 60, MAX_OCTETS, 6, 60, 6, 60, 6, 120, 4, 120),
    _Level(4, 4, 30, 1, 1, 40, 4, 30, 800, 2, 40, 2, 40, 2, 40, 1, 60),
)
_LAST = ((3000, 6), (1000, 4), (400, 2), (100, 1))
"""Octets of each text that is shortened last, and how many fixes and changes of each are kept."""


def bounded(report: Report) -> Report:
    """Return a report of at most `MAX_OCTETS`, which is the given one where that fits."""
    if surely_fits(report) or _fits(report):
        return report
    whole = report
    for level in _LEVELS:
        for shorten in _PARTS:
            report = dataclasses.replace(report, **shorten(whole, level))
            if _fits(report):
                return report
    for octets, fixes in _LAST:
        report = dataclasses.replace(
            report,
            message=fitted(whole.message, octets),
            advice=fitted(whole.advice, octets),
            evidence=_short_texts(whole.evidence, octets),
            fixes=_fixes(whole.fixes, fixes, octets),
        )
        if _fits(report):
            break
    return report


def surely_fits(report: Report) -> bool:
    """Return whether a quick count is enough to see that a report fits.

    It saves 16 % of the CPU of a plain test: bench/shortcuts_bench.py, 2 cores.
    """
    texts: list[str] = [report.message, report.advice, report.evidence.enhanced_code, report.evidence.text]
    texts += chain.from_iterable(map(_STEP_TEXTS, report.steps))
    octets = 1000 + len(report.steps) * 320
    if (ehlo := report.ehlo) is not None:
        words = (*ehlo.extensions, *ehlo.mechanisms_before_tls, *ehlo.mechanisms_inside_tls)
        texts += (ehlo.name, *words, *ehlo.extensions.values())
        octets += 300 + len(words) * 20
    if (tls := report.tls) is not None:
        names = [name for certificate in tls.chain for name in certificate.sans]
        texts += chain(_TLS_TEXTS(tls), chain.from_iterable(map(_CERTIFICATE_TEXTS, tls.chain)), names)
        octets += 300 + len(tls.chain) * 500 + len(names) * 20
    if report.findings:
        texts += chain.from_iterable(map(_FINDING_TEXTS, report.findings))
        octets += len(report.findings) * (300 + LINK_OCTETS)
    for other in report.alternatives:
        texts += (other.message, other.host)
        octets += 300
    for row in report.addresses:
        texts += (row.address, row.family, row.message)
        octets += 300
    for fix in report.fixes:
        texts += chain((fix.sentence,), chain.from_iterable(map(_CHANGE_TEXTS, fix.changes)))
        octets += 300 + len(fix.changes) * 200
    texts.append(report.test_id)
    if (since := report.since_last_good) is not None:
        texts += chain((since.test_id, since.sentence), chain.from_iterable(map(_OBSERVED_TEXTS, since.changes)))
        octets += 300 + len(since.changes) * 300
    return octets + len(encode_basestring_ascii("".join(texts))) <= MAX_OCTETS


def fitted(text: str, octets: int) -> str:
    """Return a text that takes at most so many octets in JSON where all but ASCII is escaped.

    One that is cut ends with how much more there was, which takes up to 40 octets also where fewer are allowed.
    """
    if len(text) * 2 <= octets and text.isascii() and text.isprintable():  # at most "\\" and '"' are escaped
        return text
    if _octets(text) <= octets:
        return text
    least, most = 0, len(text) - 1
    while least < most:
        middle = (least + most + 1) // 2
        if _octets(_cut(text, middle)) <= octets:
            least = middle
        else:
            most = middle - 1
    return _cut(text, least)


def size(value: object, indent: int = 2) -> int:
    """Return an upper bound of the octets of a report, or of a part of it, in each of its forms.

    The form of `--json` is the longest: it is indented, and all but ASCII is escaped. Only enums are longer in the API.

    Args:
        value: The report, or a part of it.
        indent: Spaces before each line within it.
    """
    if names := _field_names(value):
        return indent + 2 + sum(len(name) + indent + 6 + size(getattr(value, name), indent + 2) for name in names)
    if isinstance(value, tuple):
        return indent + 2 + sum(size(item, indent + 2) + indent + 2 for item in value)
    if isinstance(value, Mapping):
        return indent + 2 + sum(size(key) + size(item) + indent + 4 for key, item in value.items())
    if isinstance(value, Enum):
        return len(value.value) + 2 + _WORD
    if isinstance(value, str):
        return len(encode_basestring_ascii(value))
    if value is None or isinstance(value, int):
        return max(5, len(str(value)))
    return _DURATION if isinstance(value, float) else _MOMENT


def _field_names(value: object) -> tuple[str, ...]:
    """Return the names of a dataclass' fields; none where it is something else."""
    return tuple(getattr(value, "__dataclass_fields__", ()))


def _fits(report: Report) -> bool:
    return size(report) + len(report.findings) * LINK_OCTETS + _AROUND <= MAX_OCTETS


def _octets(text: str) -> int:
    return len(encode_basestring_ascii(text)) - 2


def _cut(text: str, length: int) -> str:
    kept = text[:length].rstrip()
    return f"{kept}{_more(len(text) - len(kept), 'characters')}"


def _more(count: int, what: str) -> str:
    return f"… {count} more {what}"


def _chosen(items: Sequence[T], most: int, is_wanted: Callable[[T], bool]) -> list[T]:
    """Return at most so many items in their order, those that are wanted before others."""
    if len(items) <= most:
        return list(items)
    places = sorted(range(len(items)), key=lambda place: not is_wanted(items[place]))[:most]
    return [items[place] for place in sorted(places)]


def _ehlo(whole: Report, level: _Level) -> dict[str, Any]:
    ehlo = whole.ehlo
    if ehlo is None:
        return {}
    words = _chosen(tuple(ehlo.extensions), level.extensions, _EXTENSIONS.__contains__)
    extensions = {fitted(word, level.ehlo_text): fitted(ehlo.extensions[word], level.ehlo_text) for word in words}
    if more := len(ehlo.extensions) - len(extensions):
        extensions[_more(more, "extensions")] = ""
    cut = EhloInfo(
        fitted(ehlo.name, level.ehlo_text),
        extensions,
        _mechanisms(ehlo.mechanisms_before_tls, level),
        _mechanisms(ehlo.mechanisms_inside_tls, level),
    )
    return {"ehlo": cut}


def _mechanisms(offered: Collection[str], level: _Level) -> tuple[str, ...]:
    kept = [
        fitted(name, level.ehlo_text) for name in _chosen(tuple(offered), level.mechanisms, MECHANISMS.__contains__)
    ]
    more = len(offered) - len(kept)
    return (*kept, _more(more, "mechanisms")) if more else tuple(kept)


def _tls(whole: Report, level: _Level) -> dict[str, Any]:
    tls = whole.tls
    if tls is None:
        return {}
    leaf = tls.chain[:1]
    kept = _chosen(tls.chain, level.certificates, lambda one: one in leaf or bool(one.problem))
    chain = [_certificate(one, level) for one in kept]
    if more := len(tls.chain) - len(chain):
        chain[-1] = dataclasses.replace(chain[-1], issuer=f"{chain[-1].issuer} {_more(more, 'certificates')}")
    return {"tls": _short_texts(dataclasses.replace(tls, chain=tuple(chain)), level.tls_text)}


def _certificate(certificate: Certificate, level: _Level) -> Certificate:
    names = tuple(fitted(name, level.tls_text) for name in certificate.sans[: level.names])
    more = certificate.more_sans + len(certificate.sans) - len(names)
    return _short_texts(dataclasses.replace(certificate, sans=names, more_sans=more), level.tls_text)


def _short_texts(value: T, octets: int) -> T:
    """Return a dataclass with each of its own texts fitted."""
    values = {name: getattr(value, name) for name in _field_names(value)}
    texts = {name: text for name, text in values.items() if isinstance(text, str) and not isinstance(text, Enum)}
    short = {name: fitted(text, octets) for name, text in texts.items()}
    return dataclasses.replace(value, **short)  # type: ignore[type-var]


def _steps(whole: Report, level: _Level) -> dict[str, Any]:
    steps = whole.steps
    failed = [place for place, step in enumerate(steps) if step.code is not Code.OK]
    deciding = [place for place in failed if steps[place].stage is whole.stage][-1:] or failed[-1:]
    ends = (level.steps - 1) // 2
    wanted = (*range(ends), *range(len(steps) - ends, len(steps)), *deciding)
    places = _chosen(range(len(steps)), level.steps, wanted.__contains__)
    kept = {}
    for place in places:
        step, octets = steps[place], level.deciding_text if place in deciding else level.step_text
        sent, received = fitted(step.sent, octets), fitted(step.received, octets)
        kept[place] = dataclasses.replace(step, peer=fitted(step.peer, 100), sent=sent, received=received)
    for place, following in pairwise(places):
        if more := following - place - 1:
            beside = following if place in deciding else place
            received = f"{kept[beside].received} {_more(more, 'steps')}".lstrip()
            kept[beside] = dataclasses.replace(kept[beside], received=received)
    return {"steps": tuple(kept.values())}


def _alternatives(whole: Report, level: _Level) -> dict[str, Any]:
    kept = _chosen(whole.alternatives, level.alternatives, lambda other: other.code is Code.OK)
    cut = [dataclasses.replace(other, message=fitted(other.message, level.alternative_text)) for other in kept]
    if more := len(whole.alternatives) - len(cut):
        cut[-1] = dataclasses.replace(cut[-1], message=f"{cut[-1].message} {_more(more, 'alternatives')}")
    return {"alternatives": tuple(cut)}


def _addresses(whole: Report, level: _Level) -> dict[str, Any]:
    kept = _chosen(whole.addresses, level.addresses, lambda row: row.code is not Code.OK)
    cut = [_short_texts(row, level.address_text) for row in kept]
    if more := len(whole.addresses) - len(cut):
        cut[-1] = dataclasses.replace(cut[-1], message=f"{cut[-1].message} {_more(more, 'addresses')}")
    return {"addresses": tuple(cut)}


def _findings(whole: Report, level: _Level) -> dict[str, Any]:
    cut = [_short_texts(finding, level.finding_text) for finding in whole.findings[: level.findings]]
    if more := len(whole.findings) - len(cut):
        cut[-1] = dataclasses.replace(cut[-1], message=f"{cut[-1].message} {_more(more, 'findings')}")
    return {"findings": tuple(cut)}


def _fixes(fixes: Sequence[Fix], most: int, octets: int) -> tuple[Fix, ...]:
    cut = [
        dataclasses.replace(
            fix,
            changes=tuple(_short_texts(change, octets) for change in fix.changes[:most]),
            sentence=fitted(fix.sentence, octets),
        )
        for fix in fixes[:most]
    ]
    if more := len(fixes) - len(cut):
        cut[-1] = dataclasses.replace(cut[-1], sentence=f"{cut[-1].sentence} {_more(more, 'fixes')}")
    return tuple(cut)


def _kept(whole: Report, level: _Level) -> dict[str, Any]:
    own_id = {"test_id": fitted(whole.test_id, level.change_text)}  # an id of ours is shorter
    since = whole.since_last_good
    if since is None:
        return own_id
    changes = tuple(_short_texts(change, level.change_text) for change in since.changes[: level.changes])
    sentence = fitted(since.sentence, 4 * level.change_text)
    if more := len(since.changes) - len(changes):
        sentence = f"{sentence} {_more(more, 'changes')}"
    test_id = fitted(since.test_id, level.change_text)
    return own_id | {"since_last_good": dataclasses.replace(since, test_id=test_id, sentence=sentence, changes=changes)}


_PARTS: tuple[Callable[[Report, _Level], dict[str, Any]], ...] = (
    _ehlo,
    _tls,
    _steps,
    _alternatives,
    _addresses,
    _findings,
    _kept,
)
"""What is shortened, in this order."""
