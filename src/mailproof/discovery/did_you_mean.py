"""Which server is meant where a host looks like a slip: a misspelt provider, an IMAP name, a mail domain, a region.

Nothing is looked up here, so every answer is still to be checked. Sources: the servers and domains are those of
`discovery.presets`; the regions beside them are of Amazon's list of SES endpoints (docs.aws.amazon.com/general/latest/
gr/ses.html), from our memory; the letters that look alike are a part of Unicode's confusables.txt (UTS 39). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from mailproof.diagnosis.interceptors import provider_of
from mailproof.diagnosis.suggested_hosts import SuggestedHost, SuggestionReason
from mailproof.discovery.preset import Preset
from mailproof.discovery.presets import WELL_KNOWN, preset_of_domain, preset_of_mx, preset_of_server
from mailproof.discovery.spelling import MIN_LABEL, compared_domains
from mailproof.domain.phrase import say
from mailproof.syntax.edits import distance
from mailproof.syntax.typed_host import MailAddressTypedError

MAX_SUGGESTED = 3

_MORE_REGIONS = (  # M, beside those of the presets
    "af-south-1",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-5",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "il-central-1",
    "me-central-1",
    "me-south-1",
)

_SES = re.compile(r"(?:email-smtp|email-smtp-fips|email|ses|smtp)[.-]([a-z0-9-]+)\.amazonaws\.com")
_READING = re.compile(r"(?:imap4?s?|pop3?s?)(?=[-.])")
_SERVICE = re.compile(
    r"(?:smtps?|submissions?|mail|mx\d*|email|webmail|www|out|outgoing|relay|imap4?s?|pop3?s?|autodiscover)\."
)

_ALIKE = str.maketrans(
    {
        **dict(zip("авекмнорстухіјѕԁһԛԝԍ", "abekmhopctyxijsdhqwg", strict=True)),
        **dict(zip("αονρυιτκχ", "aovpuitkx", strict=True)),
        **dict(zip("\u0131\u0269\u0261\u217c", "iigl", strict=True)),
    }
)
"""Letters of Cyrillic, Greek and phonetic script -> the Latin ones that they look like."""


def suggestions(host: str, *, exists: bool) -> tuple[SuggestedHost, ...]:
    """Return what may be meant by a host, the likeliest first; nothing for a known provider's own server.

    Args:
        host: A name in ASCII.
        exists: Whether the name has an address; only what is very like is suggested then.
    """
    host = host.lower().rstrip(".")
    found: dict[str, SuggestedHost] = {}
    if preset_of_server(host) is None and "." in host and ":" not in host:
        for each in _all(host, exists=exists):
            # A misspelt domain's own names may be somebody's who waits for logins.
            if each.host != host and lookalike(each.host) is None:
                found.setdefault(each.host, each)
    return tuple(found.values())[:MAX_SUGGESTED]


@lru_cache(maxsize=1024)
def lookalike(host: str) -> SuggestedHost | None:
    """Return the known provider's server that an existing host is easily taken for; None for any other."""
    host = host.lower().rstrip(".")
    if provider_of(host) is not None or "." not in host or ":" in host:
        return None
    return next(_alike(host), None) or next(_misspelt(host, exists=True), None)


def of_mx(host: str, domain: str, mx: tuple[str, ...]) -> tuple[SuggestedHost, ...]:
    """Return the servers that a domain's mail is probably sent through, given the servers that take its mail.

    Args:
        host: The host that another one is suggested for.
        domain: The domain, which the host is or belongs to.
        mx: Its MX hosts, the most preferred first.
    """
    reason = SuggestionReason.MAIL_DOMAIN if host == domain else SuggestionReason.OTHER_NAME
    if mx and (preset := preset_of_mx(mx[0])) is not None:
        return (_of_preset(preset, reason),)
    return tuple(SuggestedHost(f"{label}.{domain}", reason) for label in ("smtp", "mail"))


def is_known_server(host: str) -> bool:
    """Return whether a host is a known provider's submission server."""
    return preset_of_server(host) is not None or provider_of(host) is not None


def domains_of(host: str) -> tuple[str, ...]:
    """Return the mail domains that a host may belong to: itself, and without the label of a service."""
    host = host.lower().rstrip(".")
    labelled = _SERVICE.match(host)
    rest = host[labelled.end() :] if labelled else ""
    return (host, rest) if "." in rest else (host,)


def refusal_in_words(error: ValueError) -> str:
    """Return the sentence on a text that is no host; for a known provider's mail address it names the server."""
    preset = preset_of_domain(error.domain) if isinstance(error, MailAddressTypedError) else None
    if preset is None:
        return str(error)
    meant = _of_preset(preset, SuggestionReason.MAIL_DOMAIN).shown
    return say("is a mail address and no server; did you mean {host}?", host=meant)


def _all(host: str, *, exists: bool) -> Iterator[SuggestedHost]:
    of_provider = provider_of(host) is not None
    if not of_provider:
        yield from _alike(host)
    yield from _region(host, exists=exists)
    if not of_provider or not exists:
        misspelt = tuple(_misspelt(host, exists=exists))
        yield from misspelt
        if misspelt:
            return
    yield from _of_reading(host)
    if not of_provider or not exists or preset_of_domain(host) is not None:
        yield from _of_domain(host)
    if not exists:
        yield from _label(host)


def _alike(host: str) -> Iterator[SuggestedHost]:
    """Yield the known server that a name with other letters looks like."""
    if "xn--" not in host:
        return
    try:
        shown = ".".join(label.encode("ascii").decode("idna") for label in host.split("."))
    except UnicodeError:
        return
    preset = preset_of_server(shown.translate(_ALIKE))
    if preset is not None:
        yield _of_preset(preset, SuggestionReason.LOOKS_ALIKE)


def _region(host: str, *, exists: bool) -> Iterator[SuggestedHost]:
    """Yield servers of Amazon SES in the region that is most like the named one."""
    found = _SES.fullmatch(host)
    if found is None or (exists and found[1] not in _regions()):  # it is newer than the list
        return
    named, known = found[1], _regions()
    same_area = [region for region in known if region.split("-")[0] == named.split("-")[0]] or list(known)
    note = "" if named in known else say("Regions: {regions}.", regions=", ".join(same_area))
    reason = SuggestionReason.OTHER_NAME if named in known else SuggestionReason.UNKNOWN_REGION
    best = [named] if named in known else sorted(same_area, key=lambda region: distance(named, region, 9))
    for region in best[:1]:
        server = f"email-smtp.{region}.amazonaws.com"
        preset = preset_of_server(server)
        servers = tuple((each.port, each.tls_mode) for each in preset.servers) if preset else ()
        yield SuggestedHost(server, reason, "Amazon SES", servers, note)


def _of_reading(host: str) -> Iterator[SuggestedHost]:
    """Yield the servers for sending of a name that is one for reading mail."""
    found = _READING.match(host)
    if found is None:
        return
    reason, rest = SuggestionReason.READS_MAIL, host[found.end() :]
    swapped = f"smtp{rest}"
    if (preset := preset_of_server(swapped)) is not None:
        yield _of_preset(preset, reason)
        return
    if (likely := lookalike(swapped)) is not None:
        yield likely
        return
    if (preset := _preset_above(host)) is not None:
        yield _of_preset(preset, reason)
        return
    yield SuggestedHost(swapped, reason)
    if rest.startswith(".") and rest.count(".") > 1:
        yield SuggestedHost(f"mail{rest}", reason)


def _misspelt(host: str, *, exists: bool) -> Iterator[SuggestedHost]:
    """Yield the known servers whose names, or whose domains, differ from a name by a letter or two."""
    most = 1 if exists else 2
    if _preset_above(host) is not None:  # the domain is right
        return
    near: list[tuple[int, Preset]] = []
    for server, preset in _servers().items():
        if not exists or len(server.split(".")[-2]) >= MIN_LABEL:
            away = distance(host, server, most)
            if 0 < away <= most or (not exists and _differ_in_their_end(host, server)):
                near.append((away, preset))
    if not near and not exists:
        for domain, preset in compared_domains().items():
            if any(distance(own, domain, 1) == 1 for own in domains_of(host)):
                near.append((1, preset))
    for _, preset in sorted(near, key=lambda row: row[0])[:1]:
        yield _of_preset(preset, SuggestionReason.MISSPELT)


def _differ_in_their_end(host: str, server: str) -> bool:
    """Return whether only the top-level domain differs: smtp.sendgrid.com and .net."""
    return host.rpartition(".")[0] == server.rpartition(".")[0]


def _of_domain(host: str) -> Iterator[SuggestedHost]:
    """Yield the server of the provider whose own domain the name is, or is below."""
    if (preset := _preset_above(host)) is not None:
        is_domain = preset_of_domain(host) is not None
        yield _of_preset(preset, SuggestionReason.MAIL_DOMAIN if is_domain else SuggestionReason.OTHER_NAME)


def _label(host: str) -> Iterator[SuggestedHost]:
    """Yield the name with its first label put right."""
    first, _, rest = host.partition(".")
    if "." in rest and first != "smtp" and distance(first, "smtp", 1) == 1:
        yield SuggestedHost(f"smtp.{rest}", SuggestionReason.OTHER_NAME)


def _preset_above(host: str) -> Preset | None:
    labels = host.split(".")
    places = range(len(labels) - 1)
    return next((row for place in places if (row := preset_of_domain(".".join(labels[place:]))) is not None), None)


def _of_preset(preset: Preset, reason: SuggestionReason) -> SuggestedHost:
    host = preset.servers[0].host
    servers = tuple((each.port, each.tls_mode) for each in preset.servers if each.host == host)
    return SuggestedHost(host, reason, preset.name, servers)


@cache
def _servers() -> dict[str, Preset]:
    """Return the known servers; those of Amazon SES have regions, which are compared by themselves."""
    servers = {server.host: preset for preset in WELL_KNOWN for server in preset.servers}
    return {host: preset for host, preset in servers.items() if _SES.fullmatch(host) is None}


@cache
def _regions() -> tuple[str, ...]:
    """Return the regions of Amazon SES, sorted."""
    hosts = (server.host for preset in WELL_KNOWN for server in preset.servers)
    return tuple(sorted({found[1] for host in hosts if (found := _SES.fullmatch(host))} | set(_MORE_REGIONS)))
