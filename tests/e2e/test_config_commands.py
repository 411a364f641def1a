"""`mailproof config`, `provider` and `events` against a running service: a whole life by commands alone."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from clock_support.waiting import HANG
from mailproof.cli import config_request
from mailproof.cli import main as command_line
from service_support.receiver import receiver
from service_support.service import command, environment
from service_support.silent import SilentServer
from service_support.wires import Client
from smtp_support import pki
from smtp_support.names import own_address
from smtp_support.scripted import serve, smtp

from .conftest import Office


class Shell:
    """Runs commands about an instance that nobody has used, and keeps what the last one has printed."""

    def __init__(
        self, office: Office, client: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.office, self.client = office, client
        self.out = self.err = ""
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *arguments: str, stdin: str = "", typed: str | None = None) -> int:
        """Run a command.

        Args:
            arguments: Its arguments.
            stdin: What standard input holds, where it is no terminal.
            typed: What is typed at a terminal, a line for each question; None where there is no terminal.
        """
        stream: Any = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        if typed is not None:
            lines = io.StringIO(typed)
            stream = SimpleNamespace(isatty=lambda: True, readline=lines.readline)
            self._monkeypatch.setattr("getpass.getpass", lambda prompt: lines.readline().rstrip("\n"))
        self._monkeypatch.setattr("sys.stdin", stream)
        code = command_line.main([*arguments, "--instance", self.client.instance])
        self.out, self.err = self._capsys.readouterr()
        return code

    def json(self, *arguments: str, stdin: str = "") -> Any:
        """Run a command with --json, and return its document."""
        assert self(*arguments, "--json", stdin=stdin) in (0, 1), self.err
        return json.loads(self.out)

    def add(self, *arguments: str, stdin: str = "") -> str:
        """Add a configuration and return its id."""
        identity: str = self.json("config", "add", *arguments, "--from", "a@example.com", stdin=stdin)["id"]
        return identity


@pytest.fixture
def shell(office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("MAILPROOF_SERVER", office.service.grpc_address)
    monkeypatch.setenv("MAILPROOF_TOKEN", office.admin)
    monkeypatch.setenv("GRPC_VERBOSITY", "NONE")
    return Shell(office, office.client("grpc"), capsys, monkeypatch)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A host at which nothing but port 465 is open, with implicit TLS and a good certificate."""
    host = own_address()
    context = pki.server_context(pki.issue("x", pki.authority(), sans=(host,)))
    with serve(smtp(secure=True), context=context, host=host, port=465):
        yield host


def test_the_life_of_a_configuration(shell: Shell) -> None:
    sandbox = shell.office.service.sandbox
    server = f"{sandbox.host}:{sandbox.starttls_port}"
    login = ("--user", sandbox.user, "--password-stdin", "--from", "me@example.com")
    naming = ("--description", "Office mail", "--from-name", "The Office")
    assert shell("config", "add", server, *login, *naming, "--test", "--activate", stdin=sandbox.password) == 0
    first, *steps = shell.out.splitlines()
    identity = first.split()[1].rstrip(",")
    assert first == f"added {identity}, Office mail, {server}, inactive"
    assert [line.split()[1] for line in steps if line.startswith("  ok")][-2:] == ["auth", "quit"]
    assert "PASSED" in shell.out
    assert steps[-1] == f"{identity} is now the active one"

    assert shell("config", "show", "Office mail") == 0
    shown = dict(line.split(maxsplit=1) for line in shell.out.splitlines() if line[:1].strip())
    assert (shown["id"], shown["state"], shown["server"]) == (identity, "active", server)
    assert shown["user"] == f"{sandbox.user}, by a password"
    assert shown["secret"].startswith("stored, sealed ")
    assert shown["from"] == "The Office <me@example.com>"
    assert shown["last"].startswith("test     passed")
    assert sandbox.password not in shell.out

    assert shell("config", "test", "active", "--to", "you@example.com") == 0
    assert "took a message for you@example.com" in shell.out

    assert shell("config", "update", "active", "--from-name", "Us", "--reply-to", "us@example.com") == 0
    assert shell.out.splitlines()[1:] == [
        "  from: The Office <me@example.com> -> Us <me@example.com>",
        "  reply to: the sender -> us@example.com",
    ]
    assert shell("config", "update", identity, "--from-name", "Us") == 0
    assert shell.out == f"{identity} is so already\n"
    assert shell("config", "test", identity) == 0  # the password is still there

    assert shell("config", "activate", "Office mail") == 0
    assert shell.out == f"{identity} is active already\n"
    assert shell("config", "deactivate", "active") == 0
    assert shell("config", "deactivate", identity) == 0
    assert shell.out == f"{identity} is inactive already\n"
    assert shell("config", "show", "active") == 3
    assert "no configuration is active" in shell.err

    assert shell("config", "remove", identity) == 2
    assert "argument --yes: is needed" in shell.err
    assert shell("config", "remove", identity, typed="no\n") == 1
    assert f"Remove {identity}, Office mail, {server}? [y/N] " in shell.err
    assert shell("config", "remove", identity, typed="y\n") == 0
    assert shell.json("config", "list") == []

    assert shell("events") == 0
    kinds = [line.split()[2] for line in shell.out.splitlines()[1:]]
    assert kinds == ["removed", "deactivated", "smtp_changed", "activated", "tested", "smtp_added"]
    assert shell("events", "--type", "smtp_changed", "--config", identity, "--since", "1h") == 0
    assert "sender_name, reply_to_address" in shell.out
    events = shell.json("events", "--limit", "2")
    assert [event["type"] for event in events["events"]] == [
        "CONFIG_EVENT_TYPE_REMOVED",
        "CONFIG_EVENT_TYPE_DEACTIVATED",
    ]
    assert shell("events", "--limit", "2") == 0
    assert "There are more" in shell.err
    assert shell("events", "--by", "nobody") == 0
    assert shell.err == "mailproof events: there is no event that this selects\n"


def test_a_failed_test_is_exit_code_1_and_nothing_is_activated(shell: Shell) -> None:
    sandbox = shell.office.service.sandbox
    server = f"{sandbox.host}:{sandbox.starttls_port}"
    arguments = ("config", "add", server, "--user", sandbox.user, "--from", "a@example.com", "--password-stdin")
    assert shell(*arguments, "--test", "--activate", stdin=shell.office.secret("wrong")) == 1
    assert "FAILED at auth: auth_rejected" in shell.out
    assert "was not activated, since its test has failed" in shell.out
    (config,) = shell.json("config", "list")
    assert config["state"] == "PROVIDER_STATE_INACTIVE"
    assert shell.json("config", "activate", config["id"], "--test")["report"]["code"] == "CODE_AUTH_REJECTED"
    assert shell("config", "update", config["id"], "--password-stdin", "--test", stdin=sandbox.password) == 0
    assert "  secret: replaced\n" in shell.out


def test_the_verified_fix_is_offered_applied_and_tested(shell: Shell, address: str) -> None:
    identity = shell.add(f"{address}:587", "--user", "user", "--password-stdin", stdin="secret-word")
    assert shell("config", "test", identity) == 1
    assert shell.out.splitlines()[-1] == f"  With the fix: mailproof config test {identity} --apply"
    assert shell("config", "test", identity, "--apply", typed="n\n") == 1
    assert f"Change {identity} so, and test it again? [y/N]" in shell.err
    assert shell("config", "test", identity, "--apply", typed="y\n") == 0
    assert f"  Verified fix: host {address}:587 -> {address}:465\n" in shell.out
    assert "PASSED" in shell.out
    assert shell.json("config", "show", identity)["smtp"]["host"] == f"{address}:465"
    again = shell.add(f"{address}:587", "--user", "user", "--password-stdin", stdin="secret-word")
    report = shell.json("config", "test", again, "--apply")
    assert (report["outcome"], report["firstReport"]["outcome"]) == ("OUTCOME_OK", "OUTCOME_FAIL")
    assert report["appliedFix"]["changes"] == [{"setting": "host", "from": f"{address}:587", "to": f"{address}:465"}]


def test_a_configuration_that_was_changed_since_its_test_is_not_fixed(
    shell: Shell, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = shell.add(f"{address}:587")
    between(monkeypatch, "fixed", lambda: shell.client("ActivateEmailProvider", id=identity))
    assert shell("config", "test", identity, "--apply") == 3
    assert "somebody else changed it meanwhile" in shell.err


def between(monkeypatch: pytest.MonkeyPatch, name: str, happens: Callable[[], object]) -> None:
    """Let something happen once between a command's reading and its writing."""
    made = getattr(config_request, name)
    left = [happens]

    def wrapped(*arguments: Any) -> Any:
        if left:
            left.pop()()
        return made(*arguments)

    monkeypatch.setattr(config_request, name, wrapped)


def test_no_concurrent_change_is_lost(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = shell.add("mx.example.com")
    theirs = {"sender_address": "b@example.com", "sender_name": "B", "host": "mx.example.com:587"}
    between(
        monkeypatch, "smtp_updated", lambda: shell.client("UpdateEmailProviderSMTP", id=identity, tls=True, **theirs)
    )
    assert shell("config", "update", identity, "--description", "Mine") == 3
    assert shell.err == (
        "mailproof config update: somebody else changed it meanwhile, so nothing was changed now: look at it with "
        "`mailproof config show`, and try again\n"
    )
    assert shell("config", "update", identity, "--description", "Mine") == 0
    smtp_settings = shell.json("config", "show", "Mine")["smtp"]
    assert (smtp_settings["senderAddress"], smtp_settings["description"]) == ("b@example.com", "Mine")


def test_a_secret_is_asked_for_where_the_service_demands_it_and_on_a_terminal_alone(shell: Shell) -> None:
    secret = shell.office.secret("asked")
    identity = shell.add("mx.example.com", "--user", "u", "--password-stdin", stdin=secret)
    assert shell("config", "update", identity, "--host", "other.example.com") == 2
    assert "argument --password-stdin: is needed, or --password-file: a stored secret goes to no other" in shell.err
    assert shell("config", "update", identity, "--host", "other.example.com", typed=f"{secret}\n") == 0
    assert "  server: mx.example.com:587 -> other.example.com:587\n" in shell.out
    assert shell("config", "add", "mx.example.com", "--user", "u", "--from", "a@example.com", typed=f"{secret}\n") == 0
    assert shell("config", "add", "mx.example.com", "--user", "u", "--from", "a@example.com") == 2
    assert "argument --user: needs a password: --password-stdin or --password-file" in shell.err


def test_oauth_by_flags(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(shell.office.secret("oauth") + "\n")
    grant = ("--oauth-endpoint", "https://login.example.com/token", "--oauth-client-id", "client")
    scopes = ("--oauth-scope", "a", "--oauth-scope", "b", "--oauth-client-secret-file", str(tmp_path / "secret"))
    identity = shell.add("mx.example.com", "--user", "u", *grant, *scopes)
    assert shell("config", "update", identity, "--oauth-scope", "c") == 0
    assert "  scopes: a b -> c\n" in shell.out
    assert shell.json("config", "show", identity)["smtp"]["oauth"] == {
        "tokenEndpoint": "https://login.example.com/token",
        "clientId": "client",
        "scopes": ["c"],
    }
    assert shell("config", "update", identity, "--oauth-client-id", "other") == 2
    assert "argument --oauth-client-secret-stdin: is needed" in shell.err
    assert shell("config", "update", identity, "--no-login") == 0
    assert "  user: u, by OAuth 2.0 tokens -> nobody logs in\n" in shell.out


def test_the_life_of_a_provider_that_mail_is_posted_to(shell: Shell) -> None:
    with receiver() as hook:
        assert shell("provider", "add", hook.url("/mail"), "--description", "Hook") == 0
        added, key, advice = shell.out.splitlines()
        identity = added.split()[1].rstrip(",")
        assert advice == f"Next: mailproof provider test {identity}"
        shown_key = key.removeprefix("signing key: ")
        shell.office.signing_keys.add(shown_key)
        assert shell("provider", "show", "Hook") == 0
        assert shown_key not in shell.out
        assert shell("provider", "show", "Hook", "--signing-key") == 0
        assert shell.out == f"{shown_key}\n"
        assert shell("provider", "test", "Hook", "--to", "you@example.com") == 0
        assert shell.out.startswith("PASSED")
        assert b"you@example.com" in hook.posted[0].body
        hook.status = 500
        assert shell("config", "test", "Hook") == 1
        assert shell.out.startswith("FAILED at response: server_error")
        assert "What to do:" in shell.out
    assert shell("provider", "update", "Hook", "--endpoint", "https://hooks.example.com", "--new-signing-key") == 0
    assert "  signing key: replaced\n" in shell.out
    new_key = shell.out.splitlines()[-1].removeprefix("signing key: ")
    assert new_key != shown_key
    shell.office.signing_keys.add(new_key)
    for arguments, sentence in (
        (["provider", "update", "Hook", "--tls", "auto"], "argument --tls: "),
        (["config", "update", "Hook", "--host", "mx.example.com"], "sets its --endpoint"),
        (["config", "add", "https://hooks.example.com"], "`mailproof provider add` takes one"),
        (["provider", "add", "https://hooks.example.com", "--from", "a@example.com"], "argument --from: is for SMTP"),
    ):
        assert shell(*arguments) == 2
        assert sentence in shell.err
    assert shell("provider", "remove", identity, "--yes") == 0


def test_a_configuration_is_named_by_id_or_description(shell: Shell) -> None:
    office = shell.add("mx.example.com", "--description", 'Office * "mail"')
    twice = [shell.add("mx.example.com", "--description", "Twice") for _ in range(2)]
    assert shell.json("config", "show", 'Office * "mail"')["id"] == office
    assert shell("config", "show", "Twice") == 3
    assert "2 configurations are called 'Twice'" in shell.err
    assert all(f"\n  {identity}, Twice, " in shell.err for identity in twice)
    assert shell("config", "show", "Offise") == 3
    assert f"did you mean\n  {office}, " in shell.err
    for odd in ("", "x" * 3000, "a\u202eb", '"', "\\", "*", "id = 1 OR id = 2"):
        assert shell("config", "show", odd) == 3, ascii(odd)
        assert "there is no configuration" in shell.err
        assert "\u202e" not in shell.err
    assert shell("config", "show", "\udcff") == 2
    assert shell.err == "mailproof config show: argument ID: must be UTF-8 text\n"
    assert shell("config", "update", office, "--oauth-scope", "\udcff") == 2


def test_what_the_service_refuses_is_told_by_the_flags(shell: Shell) -> None:
    assert shell("config", "add", "mx.example.com", "--from", "nobody", "--reply-to", "x") == 2
    assert shell.err.splitlines() == [
        "mailproof config add: argument --from: must be an address with an @, like user@example.com",
        "mailproof config add: argument --reply-to: must be an address with an @, like user@example.com",
    ]
    assert shell("config", "update", shell.add("mx.example.com")) == 2
    assert "there is nothing to change" in shell.err


def test_a_viewer_is_refused_with_a_sentence(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = shell.add("mx.example.com")
    monkeypatch.setenv("MAILPROOF_TOKEN", shell.office.viewer)
    assert shell("config", "show", identity) == 0
    for arguments in (["test", identity], ["remove", identity, "--yes"], ["update", identity, "--description", "x"]):
        assert shell("config", *arguments) == 3
        assert shell.err.startswith(f"mailproof config {arguments[0]}: ")
        assert shell.err.count("\n") == 1


def test_a_preset_fills_in_server_and_user(shell: Shell) -> None:
    secret = shell.office.secret("preset")
    arguments = ("--preset", "gmail.com", "--from", "me@gmail.com", "--password-stdin")
    assert shell("config", "add", *arguments, stdin=secret) == 0
    assert shell.err.splitlines()[0] == "Gmail: smtp.gmail.com:465 implicit"
    (config,) = shell.json("config", "list")
    assert (config["smtp"]["host"], config["smtp"]["user"]) == ("smtp.gmail.com:465", "me@gmail.com")
    assert shell("config", "add", "mx.example.com", *arguments, stdin=secret) == 2
    assert "is not needed with --preset" in shell.err


def test_ctrl_c_ends_the_test_on_the_service_too(shell: Shell) -> None:
    with SilentServer() as silent:
        identity = shell.add(silent.address)
        running = subprocess.Popen(
            [command(), "config", "test", identity, "--instance", shell.client.instance],
            env=environment(
                {name: os.environ[name] for name in ("MAILPROOF_SERVER", "MAILPROOF_TOKEN", "GRPC_VERBOSITY")}
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert silent.connected.wait(HANG)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=HANG)
        assert (running.returncode, err) == (130, ""), out
        assert silent.wait_until_all_closed()
    events = shell.json("events", "--type", "tested")["events"]
    assert [event["testCode"] for event in events] == ["unfinished"]
