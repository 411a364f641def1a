from __future__ import annotations

import stat
import threading
from base64 import b64decode, b64encode, urlsafe_b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clock_support.waiting import HANG
from mailproof.domain.errors import StartupError
from mailproof.domain.secret import RecordIdentity, SealBroken, Secret
from mailproof.store.key_sources import KEY_FILE
from mailproof.store.sealing import HEADER_BYTES, Sealer, open_sealer

IDENTITY = RecordIdentity("instance", "provider", "1", "password")
SEALER = Sealer(bytes(32))


@given(st.text())
def test_what_is_sealed_opens(text: str) -> None:
    assert SEALER.open(SEALER.seal(Secret(text), IDENTITY), IDENTITY) == Secret(text)


def test_two_seals_of_one_secret_differ() -> None:
    assert SEALER.seal(Secret("x"), IDENTITY) != SEALER.seal(Secret("x"), IDENTITY)


@pytest.mark.parametrize("field", ["instance_id", "kind", "record_id", "field"])
def test_another_identity_does_not_open_it(field: str) -> None:
    blob = SEALER.seal(Secret("x"), IDENTITY)
    with pytest.raises(SealBroken):
        SEALER.open(blob, replace(IDENTITY, **cast("dict[str, Any]", {field: "other"})))


@given(st.tuples(*[st.text(max_size=3)] * 4), st.tuples(*[st.text(max_size=3)] * 4))
def test_identities_that_differ_encode_differently(one: tuple[str, ...], two: tuple[str, ...]) -> None:
    instance, kind, record, field = one
    other = two
    identities = RecordIdentity(instance, kind, record, field), RecordIdentity(other[0], other[1], other[2], other[3])
    assert (one == two) == (identities[0].encode() == identities[1].encode())


def test_every_changed_byte_is_noticed() -> None:
    blob = SEALER.seal(Secret("some password"), IDENTITY)
    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1
        with pytest.raises(SealBroken):
            SEALER.open(bytes(changed), IDENTITY)


@given(st.binary(max_size=60))
def test_rubbish_does_not_open(blob: bytes) -> None:
    for candidate in (blob, SEALER.header + blob):
        with pytest.raises(SealBroken):
            SEALER.open(candidate, IDENTITY)


def test_another_key_does_not_open_it_and_is_told_by_its_header() -> None:
    other = Sealer(bytes([1] * 32))
    blob = other.seal(Secret("x"), IDENTITY)
    assert not SEALER.knows(blob[:HEADER_BYTES])
    with pytest.raises(SealBroken, match="not known"):
        SEALER.open(blob, IDENTITY)


def test_a_former_key_opens_and_the_current_one_seals() -> None:
    former = Sealer(bytes([1] * 32))
    both = Sealer(bytes(32), bytes([1] * 32))
    assert both.open(former.seal(Secret("x"), IDENTITY), IDENTITY) == Secret("x")
    assert both.seal(Secret("x"), IDENTITY)[:HEADER_BYTES] == SEALER.header


def test_fingerprints_are_keyed_and_those_of_the_key_in_use_come_first() -> None:
    former = Sealer(bytes([1] * 32))
    both = Sealer(bytes(32), bytes([1] * 32))
    assert both.fingerprints(b"x") == (*SEALER.fingerprints(b"x"), *former.fingerprints(b"x"))
    assert len({*both.fingerprints(b"x"), *both.fingerprints(b"y")}) == 4
    assert {len(digest) for digest in both.fingerprints(b"")} == {32}


def test_errors_and_reprs_hold_no_secret() -> None:
    blob = SEALER.seal(Secret("hunter2"), IDENTITY)
    with pytest.raises(SealBroken) as caught:
        SEALER.open(blob, replace(IDENTITY, record_id="2"))
    assert "hunter2" not in str(caught.value)
    assert repr(SEALER) == f"Sealer(key {SEALER.header[1:].hex()})"


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = open_sealer(tmp_path / "data", None)
    path = tmp_path / "data" / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(b64decode(path.read_text())) == 32
    assert open_sealer(tmp_path / "data", None).header == first.header
    assert [entry.name for entry in path.parent.iterdir()] == [KEY_FILE], "no temporary file is left"


def test_many_that_start_at_once_end_with_one_key(tmp_path: Path) -> None:
    barrier, headers = threading.Barrier(8), []

    def start() -> None:
        barrier.wait(HANG)
        headers.append(open_sealer(tmp_path, None).header)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANG)
    assert len(headers) == 8
    assert len(set(headers)) == 1
    assert [entry.name for entry in tmp_path.iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_that_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    open_sealer(tmp_path, None)
    (tmp_path / KEY_FILE).chmod(mode)
    with pytest.raises(StartupError, match=f"chmod 600 {tmp_path / KEY_FILE}"):
        open_sealer(tmp_path, None)


@pytest.mark.parametrize(
    "content", ["", "short", "é" * 44, b64encode(bytes(31)).decode(), b64encode(bytes(33)).decode()]
)
def test_a_file_that_holds_no_key_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / KEY_FILE
    path.write_text(content, "utf-8")
    path.chmod(0o600)
    with pytest.raises(StartupError, match="32 bytes"):
        open_sealer(tmp_path, None)
    assert path.read_text("utf-8") == content


def test_a_file_in_the_directorys_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartupError, match="can't be used"):
        open_sealer(tmp_path / "file", None)


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_key_from_the_environment_needs_no_file(tmp_path: Path, encode: type[bytes]) -> None:
    key = bytes([0xFB, 0xFF] * 16)
    sealer = open_sealer(tmp_path, Secret(encode(key).decode() + "\n"))
    assert sealer.header == Sealer(key).header
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["x", "hunter2hunter2", b64encode(bytes(16)).decode()])
def test_a_bad_key_from_the_environment_is_named_and_not_quoted(tmp_path: Path, text: str) -> None:
    with pytest.raises(StartupError, match="MAILPROOF_ENCRYPTION_KEY") as caught:
        open_sealer(tmp_path, Secret(text))
    assert "hunter2" not in str(caught.value)
