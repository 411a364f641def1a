"""The sandbox beside the service: its access token, its place in the egress policy, and what is said of it.

The token belongs to the data directory, where a file has it: it is made at the first start with the sandbox, and every
later one prolongs it. It ends when the service is started without its sandbox, SANDBOX_LASTS after the last start with
it, or when somebody revokes it. All others of its name end at every start: a crash may have left them, or another
directory.
"""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from mailproof.domain.clock import utc_now
from mailproof.domain.model import Role
from mailproof.net.egress_rules import Rule
from mailproof.sandbox.kept_files import TOKEN_FILE, forget, read, write
from mailproof.sandbox.server import Sandbox
from mailproof.service.settings_values import Listen
from mailproof.syntax.host import join_host_port
from mailproof.usecases.tokens import PREFIX, ListedToken, Tokens, TokenState, new_token

SANDBOX_TOKEN = "sandbox"  # noqa: S105 - a token's name
"""Name of the admin token that `--sandbox` makes."""

_MADE = SANDBOX_TOKEN, Role.ADMIN

SANDBOX_LASTS = timedelta(days=30)
"""How long that token is good after the last start: a sandbox is to try things on."""


async def sandbox_token(tokens: Tokens, directory: Path) -> str:
    """Return the token of a data directory, which is made where it has none that works.

    Raises:
        StartupError: Its file can't be read or written.
    """
    ends = utc_now() + SANDBOX_LASTS
    text = read(directory / TOKEN_FILE)
    found = await tokens.find(text) if text.startswith(PREFIX) else None
    if found is not None and _is_ours(found) and await tokens.prolong(found.id, ends):
        await _revoke_all(tokens, but=found.id)
        return text
    await _revoke_all(tokens)
    text = new_token()
    await tokens.create(text, name=SANDBOX_TOKEN, role=Role.ADMIN, expires_at=ends)
    write(directory / TOKEN_FILE, text)
    return text


async def end_sandbox(tokens: Tokens, directory: Path) -> None:
    """End what an earlier sandbox has given out: its tokens, its password, its key and its authority.

    Raises:
        StartupError: A file can't be removed.
    """
    await _revoke_all(tokens)
    forget(directory)


async def end_token(tokens: Tokens, text: str) -> None:
    """Revoke a token, if it is there."""
    found = await tokens.find(text)
    if found is not None:
        await tokens.revoke(found.id)


def _is_ours(found: ListedToken) -> bool:
    """Return whether a token is one that this module has made, and works."""
    token = found.token
    return found.state is TokenState.ACTIVE and token is not None and (token.name, token.role) == _MADE


async def _revoke_all(tokens: Tokens, *, but: str = "") -> None:
    for old in await tokens.list():
        named = old.token is not None and old.token.name == SANDBOX_TOKEN
        if named and old.id != but and old.state is not TokenState.REVOKED:
            await tokens.revoke(old.id)


def sandbox_rules(addresses: Iterable[tuple[str, int]]) -> tuple[Rule, ...]:
    """Return the egress rules that let tests reach the sandbox, whatever the profile.

    Args:
        addresses: What the sandbox listens on. No more than that is let through: another port, or the same one of
            another address, may be another program's.
    """
    return tuple(Rule(network=ip_network(host), port=port) for host, port in addresses)


@dataclass(frozen=True, slots=True)
class Tryout:
    """What is needed to try a service on its sandbox.

    Attributes:
        sandbox: The sandbox, which listens.
        token: The access token.
        token_file: Where that is kept.
        starttls: The address that the sandbox was told to listen on for STARTTLS.
        tls: Likewise, for implicit TLS.
        http_url: Where REST is.
        socket: The Unix socket of REST; None where it has a port.
    """

    sandbox: Sandbox
    token: str
    token_file: Path
    starttls: Listen
    tls: Listen
    http_url: str
    socket: Path | None = None

    def lines(self) -> list[str]:
        """Return what is printed as the service is ready. The last two lines can be pasted, in any directory."""
        sandbox, password = self.sandbox, self.sandbox.password.reveal()
        starttls = join_host_port(self.starttls.host, sandbox.starttls_port)
        implicit = join_host_port(self.tls.host, sandbox.tls_port)
        request = {
            "host": self.starttls.host,
            "port": sandbox.starttls_port,
            "tlsMode": "TLS_MODE_STARTTLS",
            "user": sandbox.user,
            "password": password,
            "sender": "me@example.com",
            "recipient": "you@example.com",
            "depth": "DEPTH_DATA",
        }
        reached = ["--unix-socket", str(self.socket), "http://localhost"] if self.socket else [self.http_url]
        reached[-1] += "/v1/settings:diagnose"
        curl = ["curl", "-sSN", *reached, "-H", f"authorization: Bearer {self.token}"]
        curl += ["-H", "accept: text/plain", "-H", "content-type: application/json", "-d", json.dumps(request)]
        diagnose = [*_command(), "diagnose", starttls, "--tls", "starttls", "--user", sandbox.user, "--password-stdin"]
        diagnose += ["--ca-file", str(sandbox.ca_path.absolute())]
        return [
            f"  sandbox SMTP       {starttls} STARTTLS, {implicit} implicit TLS",
            f"  admin token        {self.token}",
            f"  kept in            {self.token_file.absolute()}",
            "",
            "Try it:",
            shlex.join(curl),
            f"printf %s {shlex.quote(password)} | {shlex.join(diagnose)}",
        ]


def _command() -> list[str]:
    """Return the command that runs this program, with its full path."""
    started = Path(sys.argv[0])
    if started.name == "__main__.py":
        return [sys.executable, "-m", "mailproof"]
    found = started if started.is_file() else Path(shutil.which("mailproof") or started)
    return [str(found.absolute())]
