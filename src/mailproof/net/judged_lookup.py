"""Looks a destination up under the egress policy: the one place where a name is judged, resolved and judged again.

Law: where the policy conceals names, one whose every address is forbidden looks like one that does not exist, and takes
as long, so that nobody learns which names the resolver of this service knows.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

from mailproof.net.addrinfo import AddrInfo
from mailproof.net.guard import EgressDenied, EgressGuard
from mailproof.net.resolver import LookupFailed, Resolver
from mailproof.smtp.vocabulary import Code

CONCEALING = 0.25
"""Seconds: the answer that there is no such name comes after a whole number of these, whatever the reason."""


async def look_up(host: str, port: int, *, guard: EgressGuard, resolver: Resolver) -> Sequence[AddrInfo]:
    """Judge a destination, look it up, and return the addresses that may be dialled.

    Args:
        host: A name in ASCII, or an address literal without brackets.
        port: The port to be dialled.
        guard: Judges the name and the addresses.
        resolver: Looks the name up.

    Raises:
        EgressDenied: The destination is forbidden.
        LookupFailed: There are no addresses, or none that may be dialled where the guard conceals names.
        ServiceShortage: Something is used up on this side.
    """
    guard.check_name(host, port)
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        found = await resolver.lookup(host, port)
        allowed = set(guard.check_addresses(host, port, list(dict.fromkeys(info[4][0] for info in found))))
    except EgressDenied:
        if not guard.conceals_names or resolver.literal(host, port):
            raise
    except LookupFailed as error:
        if not guard.conceals_names or error.code is not Code.DNS_NOT_FOUND:
            raise
    else:
        return [info for info in found if info[4][0] in allowed]
    took = loop.time() - began
    await asyncio.sleep(max(1, math.ceil(took / CONCEALING)) * CONCEALING - took)
    raise LookupFailed(Code.DNS_NOT_FOUND)
