"""What the sandbox gives out belongs to the data directory, and ends when the service is started without it."""

import asyncio
import json
import shlex
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailproof.domain.errors import StartupError
from mailproof.domain.model import Role
from mailproof.net.egress import Policy
from mailproof.net.guard import EgressDenied
from mailproof.sandbox.authority import is_good, make_identity
from mailproof.sandbox.kept_files import (
    CA_FILE,
    PASSWORD_FILE,
    SERVER_FILE,
    TOKEN_FILE,
    kept_password,
    kept_server_context,
)
from mailproof.sandbox.server import Sandbox
from mailproof.service.sandbox_access import (
    SANDBOX_LASTS,
    SANDBOX_TOKEN,
    Tryout,
    end_sandbox,
    sandbox_rules,
    sandbox_token,
)
from mailproof.service.settings_values import Listen
from mailproof.store.sealing import Sealer
from mailproof.store.sqlite.store import open_store
from mailproof.usecases.tokens import Tokens, TokenState, new_token

VAULT = Sealer(b"k" * 32)
FILES = (TOKEN_FILE, PASSWORD_FILE, SERVER_FILE, CA_FILE)


def on_tokens(directory: Path, work: Callable[[Tokens], Awaitable[None]]) -> None:
    async def main() -> None:
        store = open_store(directory / "x.db")
        try:
            await work(Tokens(store, VAULT))
        finally:
            await store.close()

    asyncio.run(main())


async def active(tokens: Tokens) -> list[str]:
    return [each.id for each in await tokens.list() if each.state is TokenState.ACTIVE]


def test_a_restart_has_the_same_token_and_prolongs_it(tmp_path: Path) -> None:
    async def work(tokens: Tokens) -> None:
        text = await sandbox_token(tokens, tmp_path)
        assert (tmp_path / TOKEN_FILE).stat().st_mode & 0o777 == 0o600
        first = await tokens.find(text)
        assert first is not None
        assert first.token is not None
        assert first.token.expires_at is not None
        assert await sandbox_token(tokens, tmp_path) == text
        again = await tokens.find(text)
        assert again is not None
        assert again.token is not None
        assert again.token.expires_at is not None
        assert first.token.expires_at < again.token.expires_at <= datetime.now(UTC) + SANDBOX_LASTS
        assert (again.token.role, again.token.name) == (Role.ADMIN, SANDBOX_TOKEN)

    on_tokens(tmp_path, work)


def test_a_token_that_no_file_has_ends_and_so_does_each_in_a_start_without_the_sandbox(tmp_path: Path) -> None:
    async def work(tokens: Tokens) -> None:
        lost = await tokens.create(new_token(), name=SANDBOX_TOKEN, role=Role.ADMIN)
        other = await tokens.create(new_token(), name="mine", role=Role.ADMIN)
        text = await sandbox_token(tokens, tmp_path)
        kept = await tokens.find(text)
        assert kept is not None
        assert lost.id not in await active(tokens)
        assert {other.id, kept.id} == set(await active(tokens))
        kept_password(tmp_path), kept_server_context(tmp_path)
        assert all((tmp_path / name).is_file() for name in FILES)
        await end_sandbox(tokens, tmp_path)
        assert await active(tokens) == [other.id]
        assert not any((tmp_path / name).exists() for name in FILES)
        assert await sandbox_token(tokens, tmp_path) != text

    on_tokens(tmp_path, work)


def test_a_revoked_expired_or_foreign_token_in_the_file_is_not_given_out(tmp_path: Path) -> None:
    async def work(tokens: Tokens) -> None:
        text = await sandbox_token(tokens, tmp_path)
        found = await tokens.find(text)
        assert found is not None
        await tokens.revoke(found.id)
        assert await sandbox_token(tokens, tmp_path) != text
        expired, foreign = new_token(), new_token()
        ended = datetime.now(UTC) - timedelta(days=1)
        await tokens.create(expired, name=SANDBOX_TOKEN, role=Role.ADMIN, expires_at=ended)
        viewers = new_token()
        await tokens.create(viewers, name=SANDBOX_TOKEN, role=Role.VIEWER)
        mine = await tokens.create(foreign, name="mine", role=Role.ADMIN)
        for planted in (expired, foreign, viewers, "mp_unknown", "", "\x1b[2J", "x" * 100_000):
            (tmp_path / TOKEN_FILE).write_text(planted)
            assert await sandbox_token(tokens, tmp_path) not in (planted, text)
        assert mine.id in await active(tokens)
        assert len(await active(tokens)) == 2

    on_tokens(tmp_path, work)


def test_password_and_authority_stay_and_what_is_damaged_is_made_anew(tmp_path: Path) -> None:
    password, (_, authority) = kept_password(tmp_path), kept_server_context(tmp_path)
    assert {name: (tmp_path / name).stat().st_mode & 0o777 for name in FILES[1:]} == dict.fromkeys(FILES[1:], 0o600)
    assert kept_password(tmp_path) == password
    assert kept_server_context(tmp_path)[1] == authority
    for damaged in ("", "short", "with space in it", "\xff" * 9, "x" * 10_000):
        (tmp_path / PASSWORD_FILE).write_text(damaged)
        assert kept_password(tmp_path).reveal() != damaged
    (tmp_path / PASSWORD_FILE).write_text("my-own-password\n")
    assert kept_password(tmp_path).reveal() == "my-own-password"
    for name in (SERVER_FILE, CA_FILE):
        before = kept_server_context(tmp_path)[1]
        (tmp_path / name).write_text(make_identity()[name == CA_FILE])  # whole, and of another authority
        assert kept_server_context(tmp_path)[1] != before


def test_a_certificate_is_good_until_a_week_before_its_end(tmp_path: Path) -> None:
    served, authority = make_identity()
    now = datetime.now(UTC)
    days = (-1, 0, 350, 359, 400)
    assert [is_good(served, authority, now + timedelta(days=day)) for day in days] == [False, True, True, False, False]
    key, _, certificate = served.partition("-----BEGIN CERTIFICATE-----")
    other = make_identity()[0].partition("-----BEGIN CERTIFICATE-----")[0]
    assert not is_good(f"{other}-----BEGIN CERTIFICATE-----{certificate}", authority, now)
    assert not is_good(key, authority, now)


def test_an_open_file_is_closed_to_others_and_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / PASSWORD_FILE).write_text("a-password-of-mine")
    (tmp_path / PASSWORD_FILE).chmod(0o644)
    assert kept_password(tmp_path).reveal() == "a-password-of-mine"
    assert (tmp_path / PASSWORD_FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / PASSWORD_FILE).unlink()
    (tmp_path / PASSWORD_FILE).symlink_to("/etc/hostname")
    with pytest.raises(StartupError, match="sandbox-password can't be read"):
        kept_password(tmp_path)
    (tmp_path / CA_FILE).mkdir()
    with pytest.raises(StartupError, match=r"sandbox-ca.pem can't be read: it is no file"):
        kept_server_context(tmp_path)


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path)
    made.starttls_port, made.tls_port = 1587, 1465
    return made


def test_tests_may_reach_the_two_ports_of_the_sandbox_and_nothing_else() -> None:
    policy = Policy(allow=sandbox_rules((("127.0.0.1", 1587), ("::1", 1465))))
    assert policy.check_addresses("127.0.0.1", 1587, ["127.0.0.1"]) == ("127.0.0.1",)
    assert policy.check_addresses("::1", 1465, ["::1"]) == ("::1",)
    for host, port in (("127.0.0.1", 1465), ("127.0.0.1", 25), ("127.0.0.2", 1587), ("10.0.0.1", 1587), ("::1", 1587)):
        with pytest.raises(EgressDenied):
            policy.check_addresses(host, port, [host])


def test_a_port_that_the_sandbox_has_of_one_address_is_not_let_through_on_another(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path, starttls=("localhost", 0))
    sandbox.start()
    try:
        assert {sandbox.starttls_port, sandbox.tls_port} <= {port for _, port in sandbox.addresses}
        for host, port in sandbox.addresses:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.socket(family) as other, pytest.raises(OSError, match="Address already in use"):
                other.bind((host, port))
        policy = Policy(allow=sandbox_rules(sandbox.addresses))
        for host in ("127.0.0.1", "::1"):
            for port in {port for _, port in sandbox.addresses}:
                if (host, port) in sandbox.addresses:
                    assert policy.check_addresses(host, port, [host]) == (host,)
                else:
                    with pytest.raises(EgressDenied):
                        policy.check_addresses(host, port, [host])
    finally:
        sandbox.stop()


def test_the_last_two_lines_need_no_working_directory(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin dir").mkdir()
    (tmp_path / "bin dir" / "mailproof").touch()
    monkeypatch.setattr("sys.argv", ["bin dir/mailproof", "serve"])
    sandbox.ca_path = Path("data") / CA_FILE
    listen = Listen("127.0.0.1", 0)
    lines = Tryout(sandbox, "mp_x", Path("data") / TOKEN_FILE, listen, listen, "http://127.0.0.1:8080").lines()
    curl, diagnose = map(shlex.split, lines[-2:])
    assert json.loads(curl[-1])["password"] == sandbox.password.reveal()
    assert "accept: text/plain" in curl
    assert str(tmp_path / "bin dir" / "mailproof") in diagnose
    assert diagnose[-1] == str(tmp_path / "data" / CA_FILE)
