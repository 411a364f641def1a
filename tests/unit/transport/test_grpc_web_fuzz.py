"""grpc-web with any bytes, cut anywhere: an answer that a client can read, or the message as it was sent."""

import base64
import struct
from itertools import pairwise
from typing import Any

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.transport.grpc_web import GrpcWeb
from service_support.asgi import call
from service_support.framing import BINARY, TEXT, TRAILERS, frame, read, text_frame

PATH = "/any.Service/Any"


class Echo(grpc.GenericRpcHandler):
    def service(self, handler_call_details: Any) -> Any:
        async def echo(data: bytes, _: Any) -> bytes:
            return data

        return grpc.unary_unary_rpc_method_handler(echo)


APP = GrpcWeb()
APP.add_generic_rpc_handlers((Echo(),))

CUTS = st.lists(st.integers(min_value=0, max_value=200), max_size=8)


def cut(body: bytes, places: list[int]) -> list[bytes]:
    """Cut a body into chunks, empty ones too."""
    edges = [0, *sorted(min(place, len(body)) for place in places), len(body)]
    return [body[start:end] for start, end in pairwise(edges)]


@given(st.binary(max_size=100), CUTS, st.booleans())
def test_a_message_arrives_in_whatever_chunks(message: bytes, places: list[int], as_text: bool) -> None:
    body = text_frame(message) if as_text else frame(message)
    answer = read(call(APP, "POST", PATH, [TEXT if as_text else BINARY], cut(body, places)))
    assert (answer.code, answer.messages) == (0, [message])


@given(st.binary(max_size=60), CUTS, st.sampled_from([BINARY, TEXT]))
def test_any_bytes_are_answered(body: bytes, places: list[int], kind: tuple[str, str]) -> None:
    answer = read(call(APP, "POST", PATH, [kind], cut(body, places)))
    if answer.code == 0 and kind is BINARY:  # then it was a frame, with trailers around it at most
        assert frame(answer.messages[0]) in body
    else:
        assert answer.code in {0, 3}


FRAMES = st.lists(
    st.tuples(st.binary(max_size=20), st.sampled_from([0, 0, 0, TRAILERS, 1, 0x81, 0x40])), min_size=0, max_size=4
)


@given(FRAMES, CUTS)
def test_any_frames_are_one_message_or_refused(frames: list[tuple[bytes, int]], places: list[int]) -> None:
    body = b"".join(frame(data, flags) for data, flags in frames)
    answer = read(call(APP, "POST", PATH, [BINARY], cut(body, places)))
    messages = [data for data, flags in frames if flags == 0]
    if len(messages) == 1 and all(flags in {0, TRAILERS} for _, flags in frames):
        assert (answer.code, answer.messages) == (0, messages)
    else:
        assert (answer.code, answer.messages) == (3, [])


MESSAGE = b"\x0a\x03abc\x10\x01"
WHOLE = frame(MESSAGE)


def refused(body: bytes, kind: tuple[str, str] = BINARY) -> bool:
    """Return whether a body is refused as malformed, with nothing of it echoed."""
    answer = read(call(APP, "POST", PATH, [kind], [body]))
    return answer.code == 3 and (answer.reason, answer.messages) == ("REQUEST_MALFORMED", [])


@pytest.mark.parametrize("end", range(len(WHOLE)))
def test_a_frame_that_is_cut_at_any_byte_is_refused(end: int) -> None:
    assert refused(WHOLE[:end])
    assert refused(base64.b64encode(WHOLE[:end]), TEXT)
    assert refused(WHOLE + WHOLE[:end]) == (end > 0)
    assert refused(WHOLE[end:]) == (end > 0)


@pytest.mark.parametrize("end", range(len(base64.b64encode(WHOLE))))
def test_a_text_frame_that_is_cut_at_any_character_is_refused(end: int) -> None:
    assert refused(text_frame(MESSAGE)[:end], TEXT)


@pytest.mark.parametrize("flags", [0, 1, 2, 4, 8, 16, 32, 64, 128, 129, 192, 255])
def test_a_frame_of_any_flags_is_a_message_trailers_or_refused(flags: int) -> None:
    assert refused(frame(MESSAGE, flags)) == (flags != 0)
    assert refused(WHOLE + frame(b"x: y\r\n", flags)) == (flags != TRAILERS)


@pytest.mark.parametrize("length", [0, 1, len(MESSAGE) - 1, len(MESSAGE) + 1, 2**16, 2**31, 2**32 - 1])
def test_a_frame_of_a_wrong_length_is_refused(length: int) -> None:
    assert refused(struct.pack(">BI", 0, length) + MESSAGE)


def test_frames_twice_or_one_in_another_are_refused() -> None:
    assert refused(WHOLE * 2)
    assert refused(text_frame(MESSAGE) * 2, TEXT)
    assert refused(b"".join(bytes(pair) for pair in zip(WHOLE, WHOLE, strict=True)))
    assert refused(frame(WHOLE) + WHOLE)
    assert refused(WHOLE, TEXT)
    assert refused(text_frame(MESSAGE), BINARY)
    assert not refused(frame(WHOLE))  # a frame in a frame is a message as any other


@pytest.mark.parametrize(
    "text", [b"=", b"====", b"AAAA=AAA", b"YQ=", b"YQ===", b"YQ=A", b"A", b"AAAAA", b"YQ==Y", b"Y Q=", b"-_-_"]
)
def test_text_that_is_half_padded_or_no_base64_is_refused(text: bytes) -> None:
    assert refused(text, TEXT)
    assert refused(text_frame(MESSAGE) + text, TEXT)


HEADER_NAMES = st.sampled_from(["grpc-timeout", "x-bin", "x-name", "content-length", "authorization", "x-request-id"])


@given(st.lists(st.tuples(HEADER_NAMES, st.binary(max_size=20)), max_size=4))
def test_any_headers_are_answered(headers: list[tuple[str, bytes]]) -> None:
    answer = read(call(APP, "POST", PATH, [BINARY, *headers], [frame(b"x")]))
    assert answer.code in {0, 3, 4, 8}
