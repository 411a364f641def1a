"""What `config add` takes from elsewhere: the servers of a known provider, or what a search for an address has found.

Both fill in only what no flag gives, and say on standard error what they have filled in.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from mailproof.cli.arguments import UsageError
from mailproof.cli.table import print_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailproof.client import Client
    from smtpdiag.v1 import discovery_pb2


async def from_preset(client: Client, parsed: argparse.Namespace) -> None:
    """Fill in the best server of the provider that `--preset` names, and the user by the sender's address.

    Raises:
        UsageError: No provider is called so, or several are; or a server is given besides.
    """
    from smtpdiag.v1 import discovery_pb2

    _refuse_host(parsed)
    presets: list[discovery_pb2.ProviderPreset] = []
    async for page in client.pages(client.discovery.ListProviderPresets, discovery_pb2.ListProviderPresetsRequest()):
        presets += page.presets
    preset = chosen_preset(presets, parsed.preset)
    if not preset.servers:
        raise UsageError(f"argument --preset: {preset.name} has no server that is the same for all: give HOST[:PORT]")
    best = preset.servers[0]
    _fill(parsed, best.host, best.port, best.tls_mode, preset.name)
    if parsed.user is None and parsed.sender:
        local, _, domain = parsed.sender.rpartition("@")
        user = preset.user_template.replace("%EMAILADDRESS%", parsed.sender)
        parsed.user = user.replace("%EMAILLOCALPART%", local).replace("%EMAILDOMAIN%", domain) or None
    if preset.advice:
        print_line(f"{preset.name}: {preset.advice}", aside=True)


def chosen_preset(presets: Sequence[discovery_pb2.ProviderPreset], name: str) -> discovery_pb2.ProviderPreset:
    """Return the preset of a name or a mail domain.

    Raises:
        UsageError: There is none, or there are several.
    """
    import difflib

    sought = name.casefold()
    for exact in presets:
        if sought == exact.name.casefold() or sought in exact.domains:
            return exact
    found = [preset for preset in presets if sought and sought in preset.name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(preset.name for preset in found[:8]) + (" …" if len(found) > 8 else "")
        raise UsageError(f"argument --preset: may mean any of {names}")
    words = {word.casefold(): preset.name for preset in presets for word in (preset.name, *preset.domains)}
    near = dict.fromkeys(words[word] for word in difflib.get_close_matches(sought, words, n=3))
    hint = f"; did you mean {' or '.join(near)}?" if near else "; `mailproof presets` lists them"
    raise UsageError(f"argument --preset: no known provider is called {name!a}{hint}")


async def from_search(client: Client, parsed: argparse.Namespace) -> None:
    """Fill in what the service's search for the address of `--discover` has found, and the sender by the address.

    Raises:
        NotCarriedOut: Nothing was found that works.
        UsageError: A server is given besides.
    """
    from mailproof.cli.config_test import GRACE
    from mailproof.cli.printer import Printer
    from mailproof.cli.service_access import NotCarriedOut
    from mailproof.reporting.sheet import DIM
    from smtpdiag.v1 import discovery_pb2

    _refuse_host(parsed)
    printer = Printer(quiet=parsed.json)
    request = discovery_pb2.DiscoverSettingsRequest(address=parsed.discover)
    request.timeout.FromNanoseconds(int(parsed.timeout * 1e9))
    result: Any = None
    stream = client.discovery.DiscoverSettings(request, timeout=parsed.timeout + GRACE)
    try:
        printer.running(f"  ...   looking for the server of {parsed.discover}", DIM)
        async for each in stream:
            if each.HasField("result"):
                result = each.result
    finally:
        printer.clear()
        stream.cancel()
    best = result.candidates[0] if result is not None and result.candidates else None
    if best is None or best.verdict != discovery_pb2.CANDIDATE_VERDICT_VERIFIED:
        words = " ".join(text for text in (result.message, result.advice) if text) if result is not None else ""
        raise NotCarriedOut(words or f"nothing was found for {parsed.discover}")
    _fill(parsed, best.host, best.port, best.tls_mode, best.reason.rstrip(".") or parsed.discover)
    if parsed.user is None:
        parsed.user = best.user or None
    if parsed.sender is None:
        parsed.sender = parsed.discover
    if best.notes:
        print_line(best.notes, aside=True)


def _fill(parsed: argparse.Namespace, host: str, port: int, mode: int, source: str) -> None:
    """Fill in the server, and its TLS mode unless a flag says otherwise."""
    from mailproof.reporting.facts import word
    from mailproof.smtp.vocabulary import TlsMode
    from mailproof.syntax.host import join_host_port
    from smtpdiag.v1 import vocabulary_pb2

    parsed.host = join_host_port(host, port)
    words = word(vocabulary_pb2.TlsMode, mode, "TLS_MODE_")
    if parsed.tls is None and words in list(TlsMode):
        parsed.tls = TlsMode(words)
    print_line(f"{source}: {parsed.host} {words}", aside=True)


def _refuse_host(parsed: argparse.Namespace) -> None:
    """Refuse a server that is given besides, before the service is asked for one.

    Raises:
        UsageError: There is one.
    """
    if parsed.host:
        raise UsageError("argument HOST[:PORT]: is not needed with --preset and --discover, which find it")
