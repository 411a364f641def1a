"""The flags of `config` and `provider`: each field that can be set has one, and an update changes nothing else."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor

from mailproof.cli import config_add, config_change, config_request, config_sources, config_test
from mailproof.cli.arguments import UsageError
from mailproof.cli.config_arguments import HTTP_FLAGS, SMTP_FLAGS, check_login, given_secret, in_flags
from mailproof.cli.config_lookup import nearest
from mailproof.cli.service_refusals import complaints
from mailproof.client import CallError
from smtpdiag.v1 import config_overview_pb2, discovery_pb2, report_pb2
from zitadel.admin.v1 import admin_pb2
from zitadel.settings.v1 import settings_pb2

REQUESTS = (
    (admin_pb2.AddEmailProviderSMTPRequest, SMTP_FLAGS),
    (admin_pb2.UpdateEmailProviderSMTPRequest, SMTP_FLAGS),
    (admin_pb2.AddEmailProviderHTTPRequest, HTTP_FLAGS),
    (admin_pb2.UpdateEmailProviderHTTPRequest, HTTP_FLAGS),
)


def fields(descriptor: Descriptor, prefix: str = "") -> Iterator[str]:
    """Yield the paths of what can be set; a message without fields, and a time, is set as a whole."""
    for field in descriptor.fields:
        below = field.message_type
        if below is None or not below.fields or below.full_name.startswith("google.protobuf."):
            yield f"{prefix}{field.name}"
        else:
            yield from fields(below, f"{prefix}{field.name}.")


def without_a_flag(descriptor: Descriptor, flags: Mapping[str, str]) -> list[str]:
    return [path for path in fields(descriptor) if path not in flags]


def parser(*, update: bool, http: bool = True) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=f"mailproof {'provider' if http else 'config'} x")
    (config_change.add_update_arguments if update else config_add.add_arguments)(made, http=http)
    return made


def added(*arguments: str, secret: str = "") -> admin_pb2.AddEmailProviderSMTPRequest:
    return config_request.smtp_added(parser(update=False).parse_args(arguments), secret)


def updated(
    stored: settings_pb2.EmailProvider, *arguments: str, secret: str = ""
) -> admin_pb2.UpdateEmailProviderSMTPRequest:
    return config_request.smtp_updated(stored, parser(update=True).parse_args([stored.id, *arguments]), secret)


@pytest.mark.parametrize(("request_type", "flags"), REQUESTS, ids=lambda each: getattr(each, "__name__", ""))
def test_every_field_that_can_be_set_has_a_flag(request_type: Any, flags: Mapping[str, str]) -> None:
    assert without_a_flag(request_type.DESCRIPTOR, flags) == []


def test_a_field_without_a_flag_would_be_told() -> None:
    flags = {path: flag for path, flag in SMTP_FLAGS.items() if path != "xoauth2.scopes"}
    assert without_a_flag(admin_pb2.AddEmailProviderSMTPRequest.DESCRIPTOR, flags) == ["xoauth2.scopes"]


def test_no_flag_is_for_a_field_that_no_request_has() -> None:
    for known in (SMTP_FLAGS, HTTP_FLAGS):
        paths = {path for kind, flags in REQUESTS if flags is known for path in fields(kind.DESCRIPTOR)}
        assert known.keys() <= paths


@pytest.mark.parametrize("update", [False, True])
def test_the_flags_exist(update: bool) -> None:
    made = parser(update=update)
    known = set(made._option_string_actions)
    wanted = {*SMTP_FLAGS.values(), *HTTP_FLAGS.values()} - {"ID"}
    if not update:
        wanted -= {"--host", "--endpoint", "--no-login", "--new-signing-key"}  # a word, and what is not there yet
    assert wanted <= known
    assert all(action.help for action in made._actions)


EVERY_FLAG = {
    "sender_address": ("--from", "new@example.com"),
    "sender_name": ("--from-name", "New"),
    "tls": ("--tls", "opportunistic"),
    "host": ("--host", "new.example.com:2525"),
    "user": ("--user", "new"),
    "reply_to_address": ("--reply-to", "reply@example.com"),
    "description": ("--description", "new"),
    "xoauth2.token_endpoint": ("--oauth-endpoint", "https://new.example.com/token"),
    "xoauth2.scopes": ("--oauth-scope", "new"),
    "xoauth2.client_credentials.client_id": ("--oauth-client-id", "new"),
}


def stored(kind: str) -> settings_pb2.EmailProvider:
    """Return a configuration with a value in every field."""
    made = settings_pb2.EmailProvider(id="1", description="Main")
    made.smtp.sender_address, made.smtp.sender_name, made.smtp.reply_to_address = "a@example.com", "A", "b@example.com"
    made.smtp.tls, made.smtp.host = True, "mx.example.com:465"
    if kind == "none":
        made.smtp.none.SetInParent()
        return made
    made.smtp.user = "me"
    if kind == "plain":
        made.smtp.plain.SetInParent()
    else:
        made.smtp.xoauth2.token_endpoint = "https://login.example.com/token"
        made.smtp.xoauth2.scopes.append("mail")
        made.smtp.xoauth2.client_credentials.client_id = "client"
    return made


def differing(one: Any, other: Any, paths: Iterator[str]) -> set[str]:
    """Return the paths of what differs between two requests."""

    def value(message: Any, path: str) -> Any:
        for name in path.split("."):
            message = getattr(message, name)
        return str(message)

    return {path for path in paths if value(one, path) != value(other, path)}


@pytest.mark.parametrize("path", EVERY_FLAG)
def test_a_flag_of_an_update_changes_its_field_and_nothing_else(path: str) -> None:
    before = stored("xoauth2")
    request = updated(before, *EVERY_FLAG[path])
    unchanged = updated(before)
    assert differing(request, unchanged, fields(request.DESCRIPTOR)) == {path}
    assert request.WhichOneof("auth") == "xoauth2"
    assert not request.xoauth2.client_credentials.client_secret  # the stored one is kept


@pytest.mark.parametrize("kind", ["none", "plain", "xoauth2"])
def test_an_update_of_something_else_keeps_the_login(kind: str) -> None:
    request = updated(stored(kind), "--description", "new")
    assert request.WhichOneof("auth") == kind
    assert request.password == request.plain.password == ""


def test_logins_change_only_by_their_flags() -> None:
    password = updated(stored("xoauth2"), "--password-stdin", secret="s")
    assert (password.WhichOneof("auth"), password.plain.password, password.user) == ("plain", "s", "me")
    tokens = updated(stored("plain"), "--oauth-endpoint", "https://x.example/t", "--oauth-client-id", "c", secret="s")
    assert (tokens.WhichOneof("auth"), tokens.xoauth2.client_credentials.client_secret) == ("xoauth2", "s")
    for arguments in (["--no-login"], ["--user", ""]):
        nobody = updated(stored("plain"), *arguments)
        assert (nobody.WhichOneof("auth"), nobody.user) == ("none", "")
    first = updated(stored("none"), "--user", "me", "--password-stdin", secret="s")
    assert (first.WhichOneof("auth"), first.plain.password) == ("plain", "s")
    with pytest.raises(UsageError, match="--user: is needed"):
        updated(stored("none"), "--password-stdin", secret="s")
    with pytest.raises(UsageError, match="--oauth-client-id: is needed"):
        updated(stored("plain"), "--oauth-endpoint", "https://x.example/t")


@pytest.mark.parametrize(
    ("arguments", "host", "tls"),
    [
        (["--host", "new.example.com"], "new.example.com:465", True),  # the stored port
        (["--host", "new.example.com:25"], "new.example.com:25", True),
        (["--host", "new.example.com", "--tls", "starttls"], "new.example.com:587", True),
        (["--host", "smtps://new.example.com"], "new.example.com:465", True),
        (["--host", "[::1]:25", "--tls", "opportunistic"], "[::1]:25", False),
        (["--tls", "opportunistic"], "mx.example.com:465", False),
    ],
)
def test_the_server_of_an_update(arguments: list[str], host: str, tls: bool) -> None:
    request = updated(stored("plain"), *arguments)
    assert (request.host, request.tls) == (host, tls)


@pytest.mark.parametrize(
    ("arguments", "host", "tls"),
    [
        (["mx.example.com"], "mx.example.com:587", True),
        (["mx.example.com", "--tls", "ssl"], "mx.example.com:465", True),
        (["smtps://mx.example.com"], "mx.example.com:465", True),
        (["mx.example.com:2525", "--tls", "opportunistic"], "mx.example.com:2525", False),
        (["[2001:db8::1]"], "[2001:db8::1]:587", True),
    ],
)
def test_the_server_of_an_addition(arguments: list[str], host: str, tls: bool) -> None:
    request = added(*arguments, "--from", "me@example.com")
    assert (request.host, request.tls) == (host, tls)


def test_the_sender_is_the_user_where_that_is_an_address_and_its_name_the_address() -> None:
    request = added("mx.example.com", "--user", "me@example.com", secret="s")
    assert (request.sender_address, request.sender_name) == ("me@example.com", "me@example.com")
    assert request.plain.password == "s"
    with pytest.raises(UsageError, match="argument --from: is needed"):
        added("mx.example.com", "--user", "me", secret="s")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "argument HOST.*: is needed"),
        (["mx.example.com", "--tls", "none"], "none can't be stored"),
        (["me@example.com"], "is a mail address and no server"),
        (["mx.example.com", "--oauth-endpoint", "https://x.example/t"], "needs --user"),
        (["mx.example.com", "--oauth-endpoint", "https://x.example/t", "--user", "u"], "needs --oauth-client-id"),
    ],
)
def test_a_wrong_addition_is_told_by_its_argument(arguments: list[str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        added(*arguments, "--from", "me@example.com")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--password-stdin", "--password-file", "f"], "only one secret can be given"),
        (["--password-stdin", "--token-file", "-"], "standard input holds the token"),
        (["--password-stdin", "--oauth-endpoint", "https://x.example/t"], "in place of a password"),
        (["--no-login", "--user", "me"], "--no-login: contradicts --user"),
        (["--no-login", "--password-file", "f"], "--no-login: contradicts --password-file"),
    ],
)
def test_flags_of_a_login_that_contradict_each_other(arguments: list[str], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        check_login(parser(update=True).parse_args(["1", *arguments]))


def test_where_a_secret_comes_from() -> None:
    given = given_secret(parser(update=True).parse_args(["1", "--oauth-client-secret-file", "f"]))
    assert given is not None
    assert (given.flag, given.file, given.what) == ("--oauth-client-secret-file", "f", "client secret")
    assert given_secret(parser(update=True).parse_args(["1"])) is None


def test_a_violation_is_told_by_its_flag() -> None:
    assert in_flags("sender_address", "must be an address", SMTP_FLAGS) == "argument --from: must be an address"
    assert in_flags("xoauth2.scopes[1]", "must be a scope", SMTP_FLAGS) == "argument --oauth-scope: must be a scope"
    assert in_flags("page_token", "is of another list", SMTP_FLAGS) == ""
    assert complaints(CallError("x", "NOT_FOUND")) == []


def test_a_new_signing_key_only_where_it_is_asked_for() -> None:
    provider = settings_pb2.EmailProvider(id="1", description="Hook")
    provider.http.endpoint = "https://hooks.example.com"
    kept = config_request.http_updated(provider, parser(update=True).parse_args(["1", "--description", "Other"]))
    assert (kept.endpoint, kept.description) == ("https://hooks.example.com", "Other")
    assert not kept.HasField("expiration_signing_key")
    new = config_request.http_updated(provider, parser(update=True).parse_args(["1", "--new-signing-key"]))
    assert new.HasField("expiration_signing_key")
    assert new.description == "Hook"


def fix(*changes: tuple[str, str, str], verified: bool = True, needs_secret: bool = False) -> report_pb2.Fix:
    made = report_pb2.Fix(verified=verified, needs_secret=needs_secret)
    for setting, before, after in changes:
        made.changes.add(setting=setting, to=after, **{"from": before})
    return made


PORT = ("host", "mx.example.com:587", "mx.example.com:465")


@pytest.mark.parametrize(
    ("found", "applied", "command"),
    [
        (fix(PORT), True, "mailproof config update 1 --host mx.example.com:465"),
        (fix(PORT, ("tls", "false", "true")), True, "mailproof config update 1 --host mx.example.com:465 --tls auto"),
        (fix(PORT, verified=False), False, "mailproof config update 1 --host mx.example.com:465"),
        (fix(PORT, needs_secret=True), True, "mailproof config update 1 --host mx.example.com:465 --password-stdin"),
        (fix(("tls", "true", "false")), False, "mailproof config update 1 --tls opportunistic"),  # gives up encryption
        (fix(("user", "me", "it's me")), True, "mailproof config update 1 --user 'it'\"'\"'s me'"),
        (fix(("newer", "a", "b")), False, ""),
        (fix(), False, ""),
    ],
)
def test_which_fix_is_applied_and_which_is_a_command_to_copy(
    found: report_pb2.Fix, applied: bool, command: str
) -> None:
    assert config_test.applicable(found) is applied
    assert config_test.update_command("config", "1", found) == command


def test_a_fix_changes_its_settings_and_keeps_the_login() -> None:
    request = config_request.fixed(stored("xoauth2"), {"host": "mx.example.com:587", "tls": "false"})
    assert (request.host, request.tls, request.sender_name) == ("mx.example.com:587", False, "A")
    assert request.xoauth2.client_credentials.client_id == "client"


def overview(config_id: str, description: str, host: str) -> config_overview_pb2.ConfigOverview:
    made = config_overview_pb2.ConfigOverview(id=config_id)
    made.smtp.description, made.smtp.host = description, host
    return made


def test_the_nearest_configurations_come_first() -> None:
    configs = [overview("381590000000000000", "Office mail", "mx.example.com:587"), overview("4", "Newsletter", "x:25")]
    assert [config.id for config in nearest("ofice mail", configs)] == ["381590000000000000"]
    assert [config.id for config in nearest("news", configs)] == ["4"]
    assert [config.id for config in nearest("38159000000000000", configs)] == ["381590000000000000"]
    assert nearest("zzzzzz", configs) == []


def test_a_preset_by_name_domain_or_part() -> None:
    presets = [
        discovery_pb2.ProviderPreset(name="Gmail", domains=["gmail.com"]),
        discovery_pb2.ProviderPreset(name="Google Workspace relay"),
        discovery_pb2.ProviderPreset(name="Google Workspace"),
    ]
    assert config_sources.chosen_preset(presets, "gmail.com").name == "Gmail"
    assert config_sources.chosen_preset(presets, "GOOGLE workspace").name == "Google Workspace"
    assert config_sources.chosen_preset(presets, "relay").name == "Google Workspace relay"
    for name, sentence in (("google", "may mean any of"), ("gmial", "did you mean Gmail"), ("", "no known provider")):
        with pytest.raises(UsageError, match=sentence):
            config_sources.chosen_preset(presets, name)
