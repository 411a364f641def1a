"""A start that can't use its PostgreSQL says why and what to change, with real servers and the driver's own errors."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailproof.domain.database import parse_url
from mailproof.domain.errors import StartupError
from mailproof.store.postgres import store as postgres
from postgres_support.secured import secured
from postgres_support.server import Server, execute, running_server
from smtp_support import pki

HIDDEN = "pa55-w0rd-of-the-url"


@pytest.fixture(scope="module")
def plain() -> Iterator[Server]:
    with running_server(durable=False) as running:
        execute(running.url, "CREATE ROLE guest LOGIN")
        yield running


@pytest.fixture(scope="module")
def secure(plain: Server) -> Iterator[str]:
    """The URL of that server behind TLS, by an authority that nobody knows, for another name than its address."""
    leaf = pki.issue("db", pki.authority(), sans=("db.example.com", "localhost"))
    with secured(plain.port, pki.server_context(leaf)) as port:
        yield plain.url.replace(str(plain.port), str(port))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    file.write_text(pki.authority().pem)
    return file


def problem(url: str) -> str:
    """Return what a start says of a database."""

    async def start() -> None:
        store = await postgres.open_store(parse_url(url.replace("not%20checked", HIDDEN)))
        await store.close()

    with pytest.raises(StartupError) as refused:
        asyncio.run(start())
    sentence = str(refused.value)
    assert HIDDEN not in sentence
    assert refused.value.__cause__ is None or HIDDEN not in repr(refused.value.__cause__)
    return sentence.partition(" can't be used: ")[2]


def test_verify_full_without_an_authority_says_which_parameter_is_missing(
    plain: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    told = problem(f"{plain.url}?sslmode=verify-full")
    assert told.startswith("sslmode=verify-full needs the certificates of the authorities")
    assert "add sslrootcert=/path/to/ca.pem to the URL" in told


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sslmode=verify-full&sslrootcert=/no/such.pem", "sslrootcert=/no/such.pem can't be read (No such file"),
        ("sslmode=require&sslcert=/no/such.crt", "sslcert=/no/such.crt can't be read"),
        ("sslmode=verify-full&sslrootcert=system", "sslrootcert=system is a word of libpq's; here it must be a file"),
        (
            "sslmode=require",
            "the server has no TLS, which the URL demands: turn on ssl in the server's postgresql.conf",
        ),
        ("target_session_attrs=standby", "no server of the URL is what target_session_attrs=standby asks for"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_to_change(plain: Server, query: str, words: str) -> None:
    assert words in problem(f"{plain.url}?{query}")


def test_a_file_that_holds_no_certificate_is_named(plain: Server, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("none here")
    told = problem(f"{plain.url}?sslmode=verify-full&sslrootcert={file}")
    assert told == f"sslrootcert={file} is not what its name says: it must be a PEM file"


def test_what_the_server_refuses_is_told_in_its_words_with_the_cure(plain: Server) -> None:
    base = plain.url.rpartition("/")[0]
    assert problem(f"{base}/nowhere") == 'database "nowhere" does not exist: create it: createdb --owner USER NAME'
    assert 'role "nobody" does not exist: create that role' in problem(plain.url.replace("postgres:", "nobody:"))
    assert "permission denied for schema public: let the URL's user own the database" in problem(
        plain.url.replace("postgres:", "guest:")
    )


def test_a_server_that_is_not_there_is_told_from_one_that_has_no_address() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    assert problem(f"postgresql://u:not%20checked@127.0.0.1:{port}/x").startswith(
        "it refuses the connection: check host"
    )
    told = problem("postgresql://u:not%20checked@db.invalid/x")
    assert told.startswith("its host has no address (")


def test_a_certificate_that_is_not_accepted_says_whether_authority_or_name_is_wrong(
    secure: str, authority: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_text(pki.issue("another authority", ca=True).pem)
    told = problem(f"{secure}?sslmode=verify-full&sslrootcert={other}")
    assert "its certificate is not accepted" in told
    assert f"put the authority that has signed it into {other}" in told
    told = problem(f"{secure}?sslmode=verify-full&sslrootcert={authority}")
    assert "use a host in the URL that the certificate names" in told


def test_verify_full_with_the_right_authority_and_name_opens_the_database(secure: str, authority: Path) -> None:
    url = secure.replace("127.0.0.1", "localhost") + f"?sslmode=verify-full&sslrootcert={authority}"

    async def start() -> None:
        store = await postgres.open_store(parse_url(url))
        await store.ping()
        await store.close()

    asyncio.run(start())
