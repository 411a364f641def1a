"""The trace of a call: what its headers may look like, and what is passed on."""

import asyncio

import pytest

from mailproof.domain.trace_context import TraceContext, follow, trace_headers

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"


@pytest.mark.parametrize(
    ("parent", "state", "passed_on"),
    [
        (PARENT, None, {"traceparent": PARENT}),
        (PARENT, "a=1, b=2", {"traceparent": PARENT, "tracestate": "a=1, b=2"}),
        (PARENT, "", {"traceparent": PARENT}),
        (PARENT, "a=\r\nx: 1", {"traceparent": PARENT}),  # what would break a header is left out
        (PARENT, "a=" + "1" * 511, {"traceparent": PARENT}),
        (f"00-{TRACE}-{SPAN}-00", None, {"traceparent": f"00-{TRACE}-{SPAN}-00"}),
        (f"cc-{TRACE}-{SPAN}-01-what-is-new", None, {"traceparent": PARENT}),  # a later version is read as this one
    ],
)
def test_a_trace_is_passed_on_as_it_came(parent: str, state: str | None, passed_on: dict[str, str]) -> None:
    found = TraceContext.read(parent, state)
    assert found is not None
    assert (found.trace_id, found.span_id, found.headers()) == (TRACE, SPAN, passed_on)


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "",
        "nonsense",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[1:]}-{SPAN}-01",
        f"{PARENT}-more",
        f"{PARENT}\n",
        f" {PARENT}",
        f"{PARENT}, {PARENT}",  # the header came twice
        PARENT.replace("0af7", "\u0660af7"),
    ],
)
def test_what_is_no_trace_is_passed_over(parent: str | None) -> None:
    assert TraceContext.read(parent, "a=1") is None


def test_tasks_belong_to_the_trace_of_the_task_that_starts_them() -> None:
    async def call(trace: TraceContext | None) -> dict[str, str]:
        follow(trace)
        return await asyncio.create_task(work())

    async def work() -> dict[str, str]:
        return dict(trace_headers())

    async def both() -> tuple[dict[str, str], dict[str, str]]:
        return await asyncio.gather(call(TraceContext.read(PARENT, None)), call(None))

    assert list(asyncio.run(both())) == [{"traceparent": PARENT}, {}]
