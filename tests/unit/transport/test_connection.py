"""A body's bounds, where the answer alone would not show them."""

import asyncio

import pytest

from mailproof.domain.errors import RequestTooLarge
from mailproof.transport.asgi import AsgiMessage
from mailproof.transport.connection import Inbound
from mailproof.transport.request import Request
from service_support.asgi import Exchange, scope


def test_a_body_that_announces_too_much_is_refused_unread() -> None:
    async def receive() -> AsgiMessage:
        raise AssertionError("nothing is to be read")

    announced = Request.from_scope(scope("POST", "/", [("content-length", "11")]))
    with pytest.raises(RequestTooLarge):
        asyncio.run(Inbound(announced, receive).read(10))


@pytest.mark.parametrize("headers", [[], [("content-length", "13")]])
def test_a_refusal_names_the_limit_of_the_message_not_of_its_framing(headers: list[tuple[str, str]]) -> None:
    given = scope("POST", "/", headers)

    async def read() -> bytes:
        inbound = Inbound(Request.from_scope(given), Exchange(given, [b"x" * 13]).receive)
        return await inbound.read(12, message_limit=10)

    with pytest.raises(RequestTooLarge) as caught:
        asyncio.run(read())
    assert caught.value.metadata == {"limitBytes": "10"}
