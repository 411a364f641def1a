"""The destination of a test: the host is checked and looked up, and the guard judges its name and every address.

Laws: an address that a name resolves to is shown only where it may be dialled; a denial says nothing else, and so not
that there was a lookup; where names are concealed, one that may not be dialled is told as one that does not exist.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime

from mailproof.net.addrinfo import AddrInfo
from mailproof.net.guard import EgressDenied, EgressGuard
from mailproof.net.judged_lookup import look_up
from mailproof.net.resolver import LookupFailed, Resolver
from mailproof.probe.transcript import TestContext
from mailproof.smtp.actions import Cause
from mailproof.smtp.report import Step
from mailproof.smtp.vocabulary import Code, Stage
from mailproof.syntax.host import check_host


async def find(context: TestContext, guard: EgressGuard, resolver: Resolver) -> Sequence[AddrInfo] | Cause:
    """Return the addresses that may be dialled, or why there are none.

    Args:
        context: Its host is set to the checked one; it gets the steps policy and resolve.
        guard: Judges the name and the addresses.
        resolver: Looks the host up.
    """
    loop, port = asyncio.get_running_loop(), context.port
    conceals = guard.conceals_names
    began, tick = datetime.now(UTC), loop.time()
    try:
        host = context.host = check_host(context.plan.host)
    except ValueError as error:
        context.announce(Stage.RESOLVE, began)
        return _stop(context, Stage.RESOLVE, Code.INVALID_HOST, began, detail=str(error))
    context.announce(Stage.POLICY, began)
    try:
        guard.check_name(host, port)
    except EgressDenied:
        return _stop(context, Stage.POLICY, Code.EGRESS_DENIED, began)
    judged = loop.time() - tick
    context.watch(Stage.RESOLVE)
    looked, tick = datetime.now(UTC), loop.time()
    failure: Code | None = None
    found: Sequence[AddrInfo] = ()
    try:
        async with asyncio.timeout_at(context.deadline):
            found = await look_up(host, port, guard=guard, resolver=resolver)
    except TimeoutError:
        failure = Code.TIMEOUT
    except LookupFailed as error:
        failure = error.code
    except EgressDenied:
        return _stop(context, Stage.POLICY, Code.EGRESS_DENIED, began)
    context.emit(Step(Stage.POLICY, began, judged))
    context.announce(Stage.RESOLVE, looked)  # not before the judgement: a denial does not say that there was a lookup
    if failure is not None:
        cause = _stop(context, Stage.RESOLVE, failure, looked, loop.time() - tick)
        return dataclasses.replace(cause, may_be_forbidden=conceals and failure is Code.DNS_NOT_FOUND)
    shown = ", ".join(dict.fromkeys(info[4][0] for info in found))
    context.emit(Step(Stage.RESOLVE, looked, loop.time() - tick, sent=context.redact(host), received=shown))
    return found


def _stop(
    context: TestContext, stage: Stage, code: Code, began: datetime, duration: float = 0.0, detail: str = ""
) -> Cause:
    context.emit(Step(stage, began, duration, code=code))
    return Cause(stage, code, detail=detail)
