"""Compares the certificates of two TLS sessions: another one, one that has ended, a shorter chain, trust that is gone.

Laws: names that are not all shown are not compared, and neither is a chain that was shortened. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from mailproof.domain.phrase import enumerated, say
from mailproof.smtp.report import Certificate, ObservedChange, TlsInfo
from mailproof.smtp.sanitize import clean_and_shorten
from mailproof.smtp.vocabulary import ChangeKind

_CUT = "…"
_MAX_NAME = 80  # characters
_MAX_NAMES = 3
_DIGITS = 16  # of a fingerprint in a sentence


def certificate_changes(good: TlsInfo, failed: TlsInfo, now: datetime) -> Iterator[ObservedChange]:
    """Yield what differs between the certificates of two sessions.

    Args:
        good: The session of the last good test.
        failed: The session of the failing one.
        now: When the failing test began.
    """
    if not good.chain or not failed.chain:
        return
    old, new = good.chain[0], failed.chain[0]
    if old.fingerprint != new.fingerprint:
        yield _change(
            ChangeKind.CERTIFICATE,
            say("the server presents another certificate ({difference})", difference=_difference(old, new, now)),
            old.fingerprint,
            new.fingerprint,
        )
    elif new.not_after < now:
        sentence = say("the server's certificate, which is the same, ended at {moment}", moment=_moment(new.not_after))
        yield _change(ChangeKind.CERTIFICATE, sentence, old.fingerprint, new.fingerprint)
    yield from _chain(good, failed)
    if good.verified and not failed.verified and old.fingerprint == new.fingerprint and new.not_after >= now:
        sentence = say("the certificate, which is the same, was verified then and is not now")
        if failed.verify_error:
            sentence = say("{sentence}: {why}", sentence=sentence, why=_short(failed.verify_error))
        yield _change(ChangeKind.CERTIFICATE_TRUST, sentence, good.trust_anchor, failed.trust_anchor)
    elif good.trust_anchor and failed.trust_anchor and good.trust_anchor != failed.trust_anchor:
        before, after = _short(good.trust_anchor), _short(failed.trust_anchor)
        sentence = say("the chain leads to {after} instead of {before}", after=after, before=before)
        yield _change(ChangeKind.CERTIFICATE_TRUST, sentence, good.trust_anchor, failed.trust_anchor)


def _difference(old: Certificate, new: Certificate, now: datetime) -> str:
    """Return in what two certificates differ, that the new one is as good as the old where they differ in nothing."""
    before, after = (f"{each.fingerprint[:_DIGITS]}{_CUT}" for each in (old, new))
    parts = [say("SHA-256 {after} instead of {before}", after=after, before=before)]
    if old.issuer != new.issuer:
        parts.append(say("of {after} instead of {before}", after=_short(new.issuer), before=_short(old.issuer)))
    if old.more_sans == new.more_sans == 0:
        gone = [name for name in old.sans if name not in new.sans]
        added = [name for name in new.sans if name not in old.sans]
        if gone:
            parts.append(say("no more for {names}", names=_names(gone)))
        if added:
            parts.append(say("now for {names}", names=_names(added)))
    if new.not_after < now:
        parts.append(say("ended at {moment}", moment=_moment(new.not_after)))
    elif new.not_before > now:
        parts.append(say("valid only from {moment} on", moment=_moment(new.not_before)))
    elif old.not_after != new.not_after:
        parts.append(
            say(
                "valid until {after} instead of {before}",
                after=f"{new.not_after:%Y-%m-%d}",
                before=f"{old.not_after:%Y-%m-%d}",
            )
        )
    if old.key != new.key:
        parts.append(say("with a key {after} instead of {before}", after=_short(new.key), before=_short(old.key)))
    return enumerated(parts)


def _chain(good: TlsInfo, failed: TlsInfo) -> Iterator[ObservedChange]:
    """Yield a chain that became shorter, longer or another one above the server's own certificate."""
    if any(_CUT in certificate.issuer for certificate in (*good.chain, *failed.chain)):
        return
    old, new = len(good.chain), len(failed.chain)
    if new < old:
        sentence = say("the server presents 1 certificate instead of {before}", before=old)
        if new != 1:
            sentence = say("the server presents {after} certificates instead of {before}", after=new, before=old)
        yield _change(ChangeKind.CERTIFICATE_CHAIN, sentence, str(old), str(new))
    elif new > old:
        sentence = say("the server presents {after} certificates instead of {before}", after=new, before=old)
        yield _change(ChangeKind.CERTIFICATE_CHAIN, sentence, str(old), str(new))
    elif [each.fingerprint for each in good.chain[1:]] != [each.fingerprint for each in failed.chain[1:]]:
        before, after = (", ".join(each.subject for each in tls.chain[1:]) for tls in (good, failed))
        yield _change(
            ChangeKind.CERTIFICATE_CHAIN, say("the server presents other intermediate certificates"), before, after
        )


def _names(names: list[str]) -> str:
    named = ", ".join(map(_short, names[:_MAX_NAMES]))
    more = len(names) - _MAX_NAMES
    return say("{names} and {more} more", names=named, more=more) if more > 0 else named


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _short(text: str) -> str:
    return clean_and_shorten(text, _MAX_NAME)


def _change(kind: ChangeKind, sentence: str, before: str, after: str) -> ObservedChange:
    return ObservedChange(kind, "", before, after, likely=True, sentence=sentence)
