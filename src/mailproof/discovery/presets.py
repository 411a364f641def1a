"""Finds a known provider by a mail domain, a host or a record: in shipped data, and nothing is looked up. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from mailproof.discovery.mailbox_providers import MAILBOX_PROVIDERS
from mailproof.discovery.preset import Preset
from mailproof.discovery.regional_providers import REGIONAL_PROVIDERS
from mailproof.discovery.sending_services import SENDING_SERVICES
from mailproof.discovery.sites import is_below

WELL_KNOWN = (*MAILBOX_PROVIDERS, *SENDING_SERVICES)
"""Providers whose names are known so well that similar ones are taken for slips."""

PRESETS = (*WELL_KNOWN, *REGIONAL_PROVIDERS)

_BY_DOMAIN = {domain: preset for preset in PRESETS for domain in preset.domains}
_BY_HOST = {server.host: preset for preset in PRESETS for server in preset.servers}


def _suffixes(pairs: Iterable[tuple[Preset, tuple[str, ...]]]) -> list[tuple[str, Preset]]:
    """Return suffixes with their presets, the longest first: Mailgun's EU region is below its US region's name."""
    return sorted(((suffix, preset) for preset, suffixes in pairs for suffix in suffixes), key=lambda row: -len(row[0]))


_BY_MX = _suffixes((preset, preset.mx) for preset in PRESETS)
_BY_SPF = _suffixes((preset, preset.spf) for preset in PRESETS)
_BY_ALIAS = _suffixes((preset, preset.aliases) for preset in PRESETS)


def preset_of_domain(domain: str) -> Preset | None:
    """Return the preset of the provider whose own mail domain this is; None for other domains."""
    domain = domain.lower()
    # Microsoft gives each tenant its own name below onmicrosoft.com.
    return _BY_DOMAIN.get("onmicrosoft.com" if domain.endswith(".onmicrosoft.com") else domain)


def preset_of_mx(mx: str) -> Preset | None:
    """Return the preset of the provider that an MX host belongs to; None for other hosts."""
    return _by_suffix(mx, _BY_MX)


def preset_of_spf(name: str) -> Preset | None:
    """Return the preset of the provider whose mailboxes an SPF record includes by this name; None for other names."""
    return _by_suffix(name, _BY_SPF)


def preset_of_alias(name: str) -> Preset | None:
    """Return the preset of the provider that a record for mail programs or DKIM leads to; None for other names."""
    return _by_suffix(name, _BY_ALIAS)


def preset_of_server(host: str) -> Preset | None:
    """Return the preset of the provider whose submission server this is; None for other hosts."""
    return _BY_HOST.get(host.lower().rstrip("."))


def _by_suffix(name: str, rows: list[tuple[str, Preset]]) -> Preset | None:
    return next((preset for suffix, preset in rows if is_below(name, suffix)), None)
