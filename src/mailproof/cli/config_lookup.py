"""Finds the stored configuration that an argument names: by its id, by `active`, or by its description."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailproof.cli.service_access import NotCarriedOut

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from mailproof.client import Client
    from smtpdiag.v1 import config_overview_pb2

ACTIVE = "active"
"""Names the configuration that is in use."""

HELP = "the configuration: its id, its description, or `active` for the one in use"

_MOST_SHOWN = 5
_PAGE = 200


def add_config_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that names a configuration."""
    parser.add_argument("id", metavar="ID", help=HELP)


async def find_config(client: Client, named: str) -> config_overview_pb2.ConfigOverview:
    """Return the configuration that an argument names.

    Args:
        client: The service.
        named: An id, a description, or `active`. An id wins over a description.

    Raises:
        NotCarriedOut: There is none, or several have this description.
    """
    if named == ACTIVE:
        found = await overviews(client, "state = active")
        if not found:
            raise NotCarriedOut("no configuration is active: `mailproof config activate ID` makes one the active one")
        return found[0]
    quoted = _quoted(named)
    found = await overviews(client, f"id = {quoted} OR description = {quoted}") if named and len(named) < _PAGE else []
    exact = [config for config in found if config.id == named] or found
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise NotCarriedOut(f"{len(exact)} configurations are called {named!a}, so name one by its id:{_listed(exact)}")
    near = nearest(named, await overviews(client))
    if near:
        raise NotCarriedOut(f"there is no configuration {named[:_PAGE]!a}; did you mean{_listed(near)}")
    raise NotCarriedOut(f"there is no configuration {named[:_PAGE]!a}; `mailproof config list` shows them")


async def overviews(client: Client, condition: str = "") -> list[config_overview_pb2.ConfigOverview]:
    """Return all configurations that a filter selects."""
    from smtpdiag.v1 import config_overview_pb2

    request = config_overview_pb2.ListConfigOverviewsRequest(page_size=_PAGE, filter=condition)
    found: list[config_overview_pb2.ConfigOverview] = []
    async for page in client.pages(client.configs.ListConfigOverviews, request):
        found += page.configs
    return found


def nearest(
    named: str, configs: Sequence[config_overview_pb2.ConfigOverview]
) -> list[config_overview_pb2.ConfigOverview]:
    """Return the configurations whose id, description or server is most like a text, the best first; few or none."""
    import difflib

    sought, found = named.casefold(), []
    for config in configs:
        likeness = 0.0
        for text in (config.id, name_of(config), server_of(config), *name_of(config).split()):
            known = text.casefold()
            alike = difflib.SequenceMatcher(None, sought, known).ratio() if sought and known else 0.0
            likeness = max(likeness, alike, 0.9 if len(sought) > 2 and sought in known else 0.0)
        if likeness >= 0.6:
            found.append((likeness, config))
    found.sort(key=lambda each: -each[0])
    return [config for _, config in found[:_MOST_SHOWN]]


def name_of(config: config_overview_pb2.ConfigOverview) -> str:
    """Return what a configuration is called; empty where it has no description."""
    return config.http.description if config.HasField("http") else config.smtp.description


def server_of(config: config_overview_pb2.ConfigOverview) -> str:
    """Return where a configuration sends mail to."""
    return config.http.endpoint or config.smtp.host


def described(config: config_overview_pb2.ConfigOverview) -> str:
    """Return a configuration in a line: its id, what it is called, its server, and whether it is the active one."""
    from mailproof.reporting.facts import shown
    from smtpdiag.v1 import instance_pb2

    words = [config.id, *([shown(name_of(config))] if name_of(config) else []), shown(server_of(config))]
    return ", ".join(words) + (" (active)" if config.state == instance_pb2.PROVIDER_STATE_ACTIVE else "")


def noun_of(parsed: argparse.Namespace) -> str:
    """Return what the command is called that runs: "config" or "provider"."""
    called: str = parsed.called
    return called.partition(" ")[0]


def _listed(configs: Iterable[config_overview_pb2.ConfigOverview]) -> str:
    """Return configurations a line each, below a sentence."""
    listed = list(configs)
    lines = [f"\n  {described(config)}" for config in listed[:_MOST_SHOWN]]
    return "".join(lines) + (f"\n  and {len(listed) - _MOST_SHOWN} more" if len(listed) > _MOST_SHOWN else "")


def _quoted(text: str) -> str:
    """Return a text as a value of a filter (AIP-160): in quotes, and without wildcards."""
    return '"' + "".join(f"\\{letter}" if letter in '"\\*' else letter for letter in text) + '"'


async def config_id(client: Client, named: str) -> str:
    """Return the id of a configuration. One that looks like an id is taken as it is: it may be a removed one's.

    Args:
        client: The service.
        named: Its id, its description or "active"; "" for none.
    """
    if not named or (named.isascii() and named.isdecimal()):
        return named
    return (await find_config(client, named)).id
