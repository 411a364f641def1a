"""Fixes as data: which settings to change, to which values, in the words of the API that was called.

Laws: no fix names a value that is in use or was tried in vain; clear text is advised only where nothing encrypted
works, and with a warning where the plan demands TLS. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailproof.diagnosis.alternatives import CLEAR_TEXT_ALLOWED, Trial, covers, is_near, port_of, usable_names
from mailproof.diagnosis.definition import SettingsAdvice, Topic
from mailproof.diagnosis.knowledge import Observed, user_with_domain
from mailproof.diagnosis.suggested_hosts import SuggestionReason, setting_of
from mailproof.diagnosis.trial_results import working
from mailproof.domain.phrase import Phrase, both, either, say, sentences
from mailproof.smtp.report import Audience, Fix, Plan, SettingChange
from mailproof.smtp.sasl.table import choose
from mailproof.smtp.stored_secret import LoginTarget, may_use_stored_secret
from mailproof.smtp.vocabulary import Code, Depth, TlsMode
from mailproof.syntax.host import join_host_port, take_apart

MAX_VERIFIED = 3
MAX_UNVERIFIED = 2

_MAIL_HOST = re.compile(r"(?:smtp|mail|mx|out|send|relay|submission|imap|pop)[a-z0-9-]*\.", re.IGNORECASE)

_REASONS = {
    SuggestionReason.LOOKS_ALIKE: "{host} has letters of another script that look like Latin ones.",
    SuggestionReason.READS_MAIL: "{host} is the name of a server that mail is read from.",
    SuggestionReason.MAIL_DOMAIN: "{host} is the name of a mail domain, and not of a server that mail is sent through.",
    SuggestionReason.UNKNOWN_REGION: "{host} names a region that Amazon SES does not have.",
}
"""Why another host is suggested -> what is told of the plan's."""

_TAKEN_FOR = frozenset({SuggestionReason.MISSPELT, SuggestionReason.LOOKS_ALIKE})

_SET = {
    "tls_mode": "the TLS mode to {to}",
    "port": "the port to {to}",
    "host": "the host to {to}",
    "user": "the user to {to}",
    "mechanism": "no mechanism (empty)",
}
"""Setting -> it and its value as the object of the verb "set", for `Audience.MODES`."""

_SET_FLAG = {"tls": "tls to {to}", "host": 'host to "{to}"', "user": 'user to "{to}"'}
"""The same for `Audience.FLAG`."""


def verified_fixes(seen: Observed) -> tuple[Fix, ...]:
    """Return the changes that were tried and work, best first; none in clear text where an encrypted one works."""
    results = working(seen.results, seen.plan)
    if any(result.facts.secure for result in results):
        results = [result for result in results if result.facts.secure]
    found: dict[tuple[SettingChange, ...], Fix] = {}
    for result in results:
        changes = _changes(seen.plan, result.trial)
        if changes and changes not in found:
            words = _in_words(seen.plan, changes)
            sentence = say("Set {changes}: verified, {proof}", changes=words, proof=result.message)
            found[changes] = _fix(seen, changes, sentence, verified=True)
    return tuple(found.values())[:MAX_VERIFIED]


def settings_fixes(seen: Observed, advice: SettingsAdvice) -> tuple[Fix, ...]:
    """Return the changes that an advice may mean, best first; none where all are in use, in vain or impossible."""
    plan = seen.plan
    match advice.topic:
        case Topic.PORT:
            found = [_changes(plan, trial) for trial in seen.untried_ports()][:MAX_UNVERIFIED]
        case Topic.TLS_MODE:
            found = _mode_changes(seen, advice.mode or TlsMode.AUTO)
        case Topic.HOST:
            found = _name_changes(seen)
        case Topic.MECHANISM:
            found = _mechanism_changes(seen)
        case _:
            found = _user_changes(seen, user_with_domain(seen) if advice.with_domain else advice.user)
    return tuple(
        _fix(seen, changes, say("Set {changes}.", changes=_in_words(plan, changes))) for changes in found if changes
    )


def suggestion_in_words(seen: Observed) -> str:
    """Return the sentences on the hosts that may be meant by the plan's; empty for none."""
    if not seen.suggested:
        return ""
    best = seen.suggested[0]
    suggested, fixes = best.suggested, suggested_fixes(seen)
    parts: list[str] = []
    if suggested.reason in _REASONS:
        parts.append(Phrase(_REASONS[suggested.reason], {"host": seen.redact(seen.plan.host, 260)}))
    if fixes or best.exists:
        parts.append(say("Did you mean {host}?", host=suggested.shown))
    parts.append(suggested.note)
    if fixes:
        parts.append(fixes[0].sentence)
    elif best.exists:
        parts.append(say("That name exists, but its server could not be reached with these settings either."))
    else:
        parts.append(_not_found(seen))
    if suggested.reason in _TAKEN_FOR and seen.facts.mechanism:
        parts.append(say("The login was sent to a server that may be somebody else's: if so, change the password."))
    return sentences(parts)


def _not_found(seen: Observed) -> str:
    """Return the sentence on suggestions of which none exists."""
    names = [each.suggested.host for each in seen.suggested if each.suggested.host]
    search = say("Search for the server of an address with DiscoverSettings (mailproof discover ADDRESS).")
    if not names:
        return search
    if len(names) > 1:
        looked_up = say("None of {names} exists.", names=", ".join(names))
    elif seen.cause is not None and seen.cause.code is Code.DNS_NOT_FOUND:
        looked_up = say("{host} does not exist either.", host=names[0])
    else:
        looked_up = say("{host} does not exist.", host=names[0])
    return sentences((looked_up, search))


def suggested_fixes(seen: Observed) -> tuple[Fix, ...]:
    """Return the changes to hosts that may be meant, best first; none to one that was tried in vain.

    A known provider's server exists: where it is not found, the fault is on this side.
    """
    found = []
    for checked in seen.suggested:
        suggested, result = checked.suggested, checked.result
        known = checked.exists or suggested.provider
        if not suggested.host or not known or (result is not None and not result.works):
            continue
        trial = result.trial if result is not None else setting_of(seen.plan, suggested)
        changes = _changes(seen.plan, trial)
        words = _in_words(seen.plan, changes)
        if result is not None:
            sentence = say("Set {changes}: verified, {proof}", changes=words, proof=result.message)
        elif checked.exists:
            sentence = say("Set {changes}, which exists and was not tried.", changes=words)
        else:
            sentence = say(
                "Set {changes}; that name was not found from here either, so check the name servers of this machine as "
                "well.",
                changes=words,
            )
        found.append(_fix(seen, changes, sentence, verified=result is not None))
        if result is None:
            break
    return tuple(found)[:MAX_VERIFIED]


def in_one_sentence(seen: Observed, fixes: Sequence[Fix], *, proven: bool, reason: str = "") -> str:
    """Return one sentence that offers several unverified fixes; empty for none.

    Args:
        seen: What was observed.
        fixes: The fixes, best first.
        proven: Whether the cause proves that the first one is right, and it is not only worth a try.
        reason: Why it is worth a try; empty where that needs no words.
    """
    if not fixes:
        return ""
    words = either([_in_words(seen.plan, fix.changes) for fix in fixes])
    if reason:
        why = Phrase(reason, {})
        if proven:
            return say("{why}: set {changes}.", why=why, changes=words)
        return say("{why}: try to set {changes}.", why=why, changes=words)
    return say("Set {changes}.", changes=words) if proven else say("Try to set {changes}.", changes=words)


def _fix(seen: Observed, changes: tuple[SettingChange, ...], sentence: str, *, verified: bool = False) -> Fix:
    entered_for = seen.plan.secret_entered_for
    needs_secret = entered_for is not None and not may_use_stored_secret(entered_for, _target(seen, changes))
    return Fix(changes, verified=verified, needs_secret=needs_secret, sentence=sentence)


def _target(seen: Observed, changes: Sequence[SettingChange]) -> LoginTarget:
    """Return where a plan logs in with some settings changed."""
    plan, to = seen.plan, {change.setting: change.to for change in changes}
    host, port = to.get("host", plan.host), to.get("port", str(seen.port))
    if plan.audience is Audience.FLAG and "host" in to:
        found = take_apart(to["host"])
        host, port = found.host, found.port or port
    mode = TlsMode(to.get("tls_mode", plan.tls_mode))
    if "tls" in to:
        mode = TlsMode.AUTO if to["tls"] == _word(True) else TlsMode.OPPORTUNISTIC
    user = to.get("user", plan.credentials.user if plan.credentials else "")
    grant = plan.oauth.grant if plan.oauth else None
    return LoginTarget(host, int(port), mode, user, (grant.token_endpoint, grant.client_id) if grant else None)


def _changes(plan: Plan, trial: Trial) -> tuple[SettingChange, ...]:
    """Return the settings that a trial has otherwise than the plan; none where only the address family differs."""
    flag = plan.audience is Audience.FLAG
    changes = []
    if flag:
        if (encrypt := _flag(plan, trial.tls_mode)) is not None:
            changes.append(SettingChange("tls", _word(plan.tls_mode is TlsMode.AUTO), _word(encrypt)))
        if trial.name or not is_near(plan, trial):
            to = join_host_port(trial.name or plan.host, trial.port)
            changes.append(SettingChange("host", join_host_port(plan.host, port_of(plan)), to))
        return tuple(changes)
    if trial.name:
        changes.append(SettingChange("host", plan.host, trial.name))
    if not covers(plan.tls_mode, trial.tls_mode):
        changes.append(SettingChange("tls_mode", plan.tls_mode.value, trial.tls_mode.value))
    if not is_near(plan, trial):
        changes.append(SettingChange("port", str(port_of(plan)), str(trial.port)))
    return tuple(changes)


def _flag(plan: Plan, mode: TlsMode) -> bool | None:
    """Return what to set `tls` to; None where it may stay."""
    if mode is TlsMode.NONE:
        return False if plan.tls_mode is TlsMode.AUTO else None
    return None if covers(plan.tls_mode, mode) else True


def _word(value: bool) -> str:
    return "true" if value else "false"


def _mode_changes(seen: Observed, mode: TlsMode) -> list[tuple[SettingChange, ...]]:
    if seen.in_use(seen.port, mode) or seen.tried_in_vain(seen.port, mode):
        return []
    if mode is TlsMode.NONE and _lacks_login_in_clear(seen):
        return []
    return [_changes(seen.plan, Trial(seen.port, mode))]


def _lacks_login_in_clear(seen: Observed) -> bool:
    """Return whether the server has shown that no login as the plan wants it is possible in clear text."""
    plan, ehlo = seen.plan, seen.facts.ehlo
    wanted = plan.credentials is not None and plan.depth.reaches(Depth.AUTH)
    if not wanted or ehlo is None or seen.facts.secure:
        return False
    return not choose(ehlo.mechanisms, plan.mechanism, token=plan.oauth is not None)


def _name_changes(seen: Observed) -> list[tuple[SettingChange, ...]]:
    """Return the changes to names on the certificate that are a mail server's or of the host's own domain.

    Where other settings are tried, a name that was not tried leads to another address: it is somebody else's.
    """
    chain = seen.tls.chain if seen.tls else ()
    if seen.plan.verify_alternatives or not chain:
        return []
    own = seen.plan.host.lower().rstrip(".").split(".")[-2:]
    usable = usable_names(seen.plan, chain[0].sans)
    names = [name for name in usable if name.split(".")[-2:] == own or _MAIL_HOST.match(name)]
    return [_changes(seen.plan, Trial(seen.port, seen.plan.tls_mode, name=name)) for name in names]


def _mechanism_changes(seen: Observed) -> list[tuple[SettingChange, ...]]:
    """Return the change that leaves the choice of the mechanism open, where that makes a login possible."""
    plan = seen.plan
    offered = seen.facts.ehlo.mechanisms if seen.facts.ehlo else ()
    rest = [name for name in offered if name != plan.mechanism.upper()]
    if not plan.mechanism or plan.audience is Audience.FLAG or not choose(rest, token=plan.oauth is not None):
        return []
    return [(SettingChange("mechanism", plan.mechanism, ""),)]


def _user_changes(seen: Observed, user: str) -> list[tuple[SettingChange, ...]]:
    credentials = seen.plan.credentials
    if not user or credentials is None or credentials.user == user:
        return []
    return [(SettingChange("user", seen.redact(credentials.user, 200), user),)]


def _in_words(plan: Plan, changes: Sequence[SettingChange]) -> str:
    """Return the changes as the object of the verb "set"."""
    templates = _SET_FLAG if plan.audience is Audience.FLAG else _SET
    words = both([Phrase(templates[change.setting], {"to": change.to}) for change in changes])
    risky = any(change.to in ("none", "false") and change.setting in ("tls_mode", "tls") for change in changes)
    warned = risky and plan.tls_mode not in CLEAR_TEXT_ALLOWED
    return say("{changes}, if clear text is acceptable on this network", changes=words) if warned else words
