"""Secrets under a passphrase: what opens, what does not, and what a hostile document may ask for."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from clock_support.waiting import HANG
from mailproof.domain.secret import Secret
from mailproof.usecases.passphrase_encryption import (
    AT_ONCE,
    DocumentKey,
    KeyParameters,
    PassphraseCipher,
    WrongPassphrase,
)

CHEAP = KeyParameters(memory_kib=8, iterations=1, lanes=1)
PHRASE = Secret("correct horse battery")


@pytest.fixture(scope="module")
def cipher() -> Iterator[PassphraseCipher]:
    made = PassphraseCipher(CHEAP)
    yield made
    made.close()


@given(
    phrase=st.text(min_size=1).filter(lambda text: "\ud800" not in text),
    texts=st.lists(st.tuples(st.text(), st.binary(max_size=20)), max_size=3),
)
def test_what_is_encrypted_can_be_decrypted(
    cipher: PassphraseCipher, phrase: str, texts: list[tuple[str, bytes]]
) -> None:
    phrase = phrase.encode("utf-8", "replace").decode()

    async def there_and_back() -> tuple[Secret | None, ...]:
        pairs = [(Secret(text), data) for text, data in texts]
        encryption, blobs = await cipher.encrypt(Secret(phrase), pairs)
        return await cipher.decrypt(
            Secret(phrase), encryption, list(zip(blobs, (data for _, data in texts), strict=True))
        )

    found = asyncio.run(there_and_back())
    assert [each.reveal() for each in found if each is not None] == [text for text, _ in texts]


def test_another_passphrase_does_not_open(cipher: PassphraseCipher) -> None:
    encryption, blobs = asyncio.run(cipher.encrypt(PHRASE, [(Secret("s"), b"a")]))
    with pytest.raises(WrongPassphrase):
        asyncio.run(cipher.decrypt(Secret("correct horse batterx"), encryption, [(blobs[0], b"a")]))


def test_other_parameters_are_as_another_passphrase(cipher: PassphraseCipher) -> None:
    encryption, blobs = asyncio.run(cipher.encrypt(PHRASE, [(Secret("s"), b"a")]))
    other = replace(encryption, parameters=replace(encryption.parameters, iterations=2))
    with pytest.raises(WrongPassphrase):
        asyncio.run(cipher.decrypt(PHRASE, other, [(blobs[0], b"a")]))


def test_a_moved_or_damaged_blob_is_distinguished_from_a_wrong_passphrase(cipher: PassphraseCipher) -> None:
    encryption, (first, second) = asyncio.run(cipher.encrypt(PHRASE, [(Secret("one"), b"a"), (Secret("two"), b"b")]))
    damaged = first[:-1] + bytes([first[-1] ^ 1])
    found = asyncio.run(
        cipher.decrypt(PHRASE, encryption, [(first, b"a"), (first, b"b"), (damaged, b"a"), (b"", b"a"), (second, b"b")])
    )
    assert [each and each.reveal() for each in found] == ["one", None, None, None, "two"]


def test_a_blob_of_another_document_does_not_open(cipher: PassphraseCipher) -> None:
    encryption, _ = asyncio.run(cipher.encrypt(PHRASE, []))
    _, (foreign,) = asyncio.run(cipher.encrypt(PHRASE, [(Secret("s"), b"a")]))
    assert asyncio.run(cipher.decrypt(PHRASE, encryption, [(foreign, b"a")])) == (None,)


def test_two_spellings_of_a_character_are_one_passphrase(cipher: PassphraseCipher) -> None:
    encryption, blobs = asyncio.run(cipher.encrypt(Secret("gr\u00fcn gr\u00fcn"), [(Secret("s"), b"a")]))
    found = asyncio.run(cipher.decrypt(Secret("gru\u0308n gru\u0308n"), encryption, [(blobs[0], b"a")]))
    assert found == (Secret("s"),)


def test_the_documented_recipe_opens_it(cipher: PassphraseCipher) -> None:
    encryption, (blob,) = asyncio.run(cipher.encrypt(PHRASE, [(Secret("pässword"), b"place")]))
    parameters = encryption.parameters
    key = Argon2id(
        salt=parameters.salt,
        length=32,
        iterations=parameters.iterations,
        lanes=parameters.lanes,
        memory_cost=parameters.memory_kib,
    ).derive(b"correct horse battery")
    data = b"mailproof passphrase 1\0" + bytes([len(parameters.salt)]) + parameters.salt + b"place"
    assert AESGCM(key).decrypt(blob[:12], blob[12:], data).decode() == "pässword"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"memory_kib": 128 * 1024 + 1}, "memory_kib"),
        ({"memory_kib": 2**32 - 1}, "memory_kib"),
        ({"memory_kib": 7}, "memory_kib"),
        ({"memory_kib": 63, "lanes": 8}, "memory_kib"),
        ({"iterations": 0}, "iterations"),
        ({"iterations": 9}, "iterations"),
        ({"lanes": 0}, "lanes"),
        ({"lanes": 9, "memory_kib": 80}, "lanes"),
        ({"salt": b"x" * 15}, "salt"),
        ({"salt": b"x" * 65}, "salt"),
    ],
)
def test_parameters_that_would_exhaust_are_refused(
    cipher: PassphraseCipher, change: dict[str, object], field: str
) -> None:
    parameters = replace(replace(CHEAP, salt=b"x" * 16), **change)  # type: ignore[arg-type]
    assert [name for name, _ in parameters.problems()] == [field]
    encryption, _ = asyncio.run(cipher.encrypt(PHRASE, []))
    with pytest.raises(ValueError, match="out of bounds"):
        asyncio.run(cipher.decrypt(PHRASE, replace(encryption, parameters=parameters), []))


def test_the_defaults_are_within_the_bounds() -> None:
    assert list(KeyParameters(salt=b"x" * 16).problems()) == []


def test_few_run_at_once_and_none_on_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    running: list[str] = []
    most = 0
    lock = threading.Lock()

    def slow(*_: object) -> DocumentKey:
        nonlocal most
        with lock:
            running.append(threading.current_thread().name)
            most = max(most, len(running))
        time.sleep(0.02)
        with lock:
            assert running.pop().startswith("mailproof-passphrase")
        return DocumentKey(b"k" * 32, CHEAP)

    monkeypatch.setattr("mailproof.usecases.passphrase_encryption._derive", slow)
    cipher = PassphraseCipher(CHEAP)

    async def many() -> None:
        await asyncio.gather(*(cipher.encrypt(PHRASE, []) for _ in range(8)))

    asyncio.run(many())
    cipher.close()
    assert most == AT_ONCE


TWO_CIPHERS = """
import asyncio
from mailproof.usecases.passphrase_encryption import KeyParameters, PassphraseCipher
from mailproof.domain.secret import Secret

async def main() -> None:
    ciphers = [PassphraseCipher(KeyParameters(memory_kib=1024), most_of_share=10**9) for _ in range(2)]
    await asyncio.gather(*(each.encrypt(Secret("correct horse battery"), []) for each in ciphers for _ in range(200)))
    for each in ciphers:
        each.close()

asyncio.run(main())
"""


def test_derivations_of_several_lanes_never_wait_for_each_other() -> None:
    """In a process of its own: where they do, its threads never end."""
    subprocess.run([sys.executable, "-c", TWO_CIPHERS], check=True)


def test_a_cancelled_call_leaves_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[bytes] = []
    gate, started = threading.Event(), threading.Semaphore(0)

    def slow(_: Secret, parameters: KeyParameters) -> DocumentKey:
        begun.append(parameters.salt)
        started.release()
        gate.wait(HANG)
        return DocumentKey(b"k" * 32, CHEAP)

    monkeypatch.setattr("mailproof.usecases.passphrase_encryption._derive", slow)
    cipher = PassphraseCipher(CHEAP)

    async def give_up() -> None:
        waiting = [asyncio.ensure_future(cipher.encrypt(PHRASE, [])) for _ in range(5)]
        for _ in range(AT_ONCE):
            await asyncio.to_thread(started.acquire)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(give_up())
    gate.set()
    cipher.close()
    assert len(begun) == AT_ONCE
