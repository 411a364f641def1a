"""The messages of known mail providers, which smtpdiag.v1.DiscoveryService lists."""

from __future__ import annotations

from mailproof.languages.language import Language
from mailproof.languages.translation import in_language
from mailproof.rpc.vocabulary_numbers import TLS_MODES
from mailproof.usecases.known_providers import ListedPreset, PresetPage
from smtpdiag.v1 import discovery_pb2


def preset_page(page: PresetPage, language: Language = Language.ENGLISH) -> discovery_pb2.ListProviderPresetsResponse:
    """Return a page of known providers, their advice in a language."""
    return discovery_pb2.ListProviderPresetsResponse(
        presets=[_preset(each, language) for each in page.presets], next_page_token=page.next_page_token
    )


def _preset(listed: ListedPreset, language: Language) -> discovery_pb2.ProviderPreset:
    preset = listed.preset
    servers = [
        discovery_pb2.PresetServer(host=server.host, port=server.port, tls_mode=TLS_MODES[server.tls_mode])
        for server in preset.servers
    ]
    return discovery_pb2.ProviderPreset(
        name=preset.name,
        kind=discovery_pb2.ProviderPresetKind.ValueType(listed.kind.value),
        servers=servers,
        user_template=preset.user,
        wanted_secrets=[discovery_pb2.WantedSecret.ValueType(each.value) for each in listed.secrets],
        advice=in_language(preset.advice, language),
        domains=preset.domains,
    )
