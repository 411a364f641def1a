from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path

import pytest

from mailproof.domain.database import Engine
from mailproof.domain.errors import AddressUnusable, StartupError
from mailproof.domain.limits import Bounds
from mailproof.domain.model import Role
from mailproof.net.egress import Profile
from mailproof.net.egress_rules import Rule
from mailproof.service.declaration import SettingError
from mailproof.service.listening import address_problem
from mailproof.service.settings import ServiceSettings, add_arguments, describe, from_arguments
from mailproof.service.settings_values import Listen


def load(
    *flags: str, env: Mapping[str, str] | None = None, only: frozenset[str] | None = None, data_dir: bool = True
) -> ServiceSettings:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    add_arguments(parser)
    given: Sequence[str] = ["--data-dir", "/data", *flags] if data_dir else flags
    return from_arguments(parser.parse_args(given), env or {}, only=only)


def toml(directory: Path, text: str) -> str:
    path = directory / "mailproof.toml"
    path.write_text(text, "utf-8")
    return str(path)


def test_the_defaults_are_those_that_are_documented() -> None:
    settings = load()
    assert settings == ServiceSettings(data_dir=Path("/data"))
    assert settings.grpc_listen == Listen("127.0.0.1", 50051)
    assert settings.http_listen == Listen("127.0.0.1", 8080)
    assert settings.database.path == Path("/data/mailproof.db")
    assert settings.egress_profile is Profile.INTERNET
    assert (settings.egress_allow, settings.egress_deny) == ((), ())
    assert settings.cors_origins == ()
    assert settings.test_timeout == 30
    assert settings.drain_timeout == 10
    assert settings.max_concurrent_tests == 100
    assert settings.max_configs_per_instance == 1000
    assert settings.bounds == Bounds(
        concurrent_per_token=50,
        concurrent_per_host=50,
        tests=6000,
        tests_per_instance=600,
        tests_per_token=300,
        tests_per_host=600,
        searches=60,
        posts=120,
        imports=60,
        exports=120,
        messages=150,
        failed_logins=9,
        failed_logins_per_instance=120,
    )
    assert settings.encryption_key is None
    assert not settings.sandbox
    assert settings.console


def test_a_flag_wins_over_the_environment_that_over_the_file_that_over_the_default(tmp_path: Path) -> None:
    file = toml(tmp_path, 'grpc_listen = "127.0.0.1:1"\nhttp_listen = "127.0.0.1:2"\nlog_level = "debug"\n')
    env = {
        "MAILPROOF_CONFIG": file,
        "MAILPROOF_GRPC_LISTEN": "127.0.0.1:3",
        "MAILPROOF_HTTP_LISTEN": "127.0.0.1:4",
    }
    settings = load("--grpc-listen", "127.0.0.1:5", env=env)
    assert (settings.grpc_listen.port, settings.http_listen.port) == (5, 4)
    assert settings.log_level == "debug"
    assert settings.drain_timeout == 10


def test_every_kind_of_value_can_stand_in_the_file(tmp_path: Path) -> None:
    file = toml(
        tmp_path,
        'data_dir = "/elsewhere"\nsandbox = true\ntest_timeout = 1.5\nmax_concurrent_tests = 7\n'
        'cors_origins = ["https://a.example", "http://localhost:3000"]\negress_profile = "private"\nehlo_name = ""\n',
    )
    settings = load("--config", file, data_dir=False)
    assert settings.data_dir == Path("/elsewhere")
    assert settings.sandbox
    assert (settings.test_timeout, settings.max_concurrent_tests) == (1.5, 7)
    assert settings.cors_origins == ("https://a.example", "http://localhost:3000")
    assert settings.egress_profile is Profile.PRIVATE


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nonsense = 1", "nonsense in"),
        ("encryption_key = 'x'", "encryption_key in"),
        ("config = 'x'", "config in"),
        ("sandbox = 'true'", "sandbox in .*: must be true or false"),
        ("sandbox = 1", "must be true or false"),
        ("test_timeout = '30'", "must be a number"),
        ("test_timeout = true", "must be a number"),
        ("max_concurrent_tests = 1.5", "must be a whole number"),
        ("grpc_listen = 50051", "must be a text"),
        ("cors_origins = 'https://a.example'", "must be a list of texts"),
        ("cors_origins = [1]", "must be a list of texts"),
        ("egress_allow = '10.0.0.0/8'", "egress_allow in .*: must be a list of texts"),
        ("egress_allow = [2525]", "must be a list of texts"),
        ("egress_deny = ['10.0.0.0/8', 'a b']", "egress_deny in .* 'a b': must be a network"),
        ("cors_origins = ['*']", "cors_origins in .*: must name one origin"),
        ("http_listen = 'x'", "http_listen in .*: must be a host and a port"),
        ("not toml", "is not TOML"),
    ],
)
def test_a_bad_file_is_said_with_its_key(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        load("--config", toml(tmp_path, text), data_dir="data_dir" not in text)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff")
    with pytest.raises(SettingError, match="is not TOML"):
        load("--config", str(tmp_path / "x"))


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(SettingError, match="--config '/no/such': must be a file"):
        load("--config", "/no/such")


@pytest.mark.parametrize(
    ("env", "chosen"),
    [
        ({}, "/home/me/.local/share/mailproof"),
        ({"XDG_DATA_HOME": "/shared"}, "/shared/mailproof"),
        ({"XDG_DATA_HOME": "not/absolute"}, "/home/me/.local/share/mailproof"),
        ({"STATE_DIRECTORY": "/var/lib/mailproof:/var/lib/other", "XDG_DATA_HOME": "/x"}, "/var/lib/mailproof"),
        ({"MAILPROOF_DATA_DIR": "~/mine", "STATE_DIRECTORY": "/var/lib/mailproof"}, "/home/me/mine"),
    ],
)
def test_the_data_directory_of_who_has_chosen_none(
    monkeypatch: pytest.MonkeyPatch, env: Mapping[str, str], chosen: str
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert load(env=env, data_dir=False).data_dir == Path(chosen)


def test_without_a_home_the_data_directory_says_the_three_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posixpath.expanduser", lambda path: path)
    with pytest.raises(SettingError, match=r"--data-dir DIR, MAILPROOF_DATA_DIR, or data_dir in the TOML file"):
        load(data_dir=False)


def test_each_setting_knows_where_it_comes_from(tmp_path: Path) -> None:
    file = toml(tmp_path, 'http_listen = "127.0.0.1:2"\n')
    settings = load("--sandbox", env={"MAILPROOF_CONFIG": file, "MAILPROOF_GRPC_LISTEN": "127.0.0.1:3"})
    sources = {name: settings.sources.get(name) for name in ("sandbox", "grpc_listen", "http_listen", "log_level")}
    assert sources == {
        "sandbox": "--sandbox",
        "grpc_listen": "MAILPROOF_GRPC_LISTEN",
        "http_listen": f"http_listen in {file}",
        "log_level": None,
    }


@pytest.mark.parametrize(
    ("flags", "env", "said"),
    [
        ((), {}, "(it is the default of --http-listen); choose another one by --http-listen HOST:PORT or MAILPROOF_"),
        (("--http-listen", "127.0.0.1:80"), {}, "(--http-listen has chosen it); choose another one by --http-listen "),
        ((), {"MAILPROOF_HTTP_LISTEN": "[::1]:80"}, "(MAILPROOF_HTTP_LISTEN has chosen it); choose another one by --"),
        ((), {"MAKELEVEL": "1"}, "choose another one by make run MAILPROOF_HTTP_LISTEN=127.0.0.1:0, where port 0 is"),
    ],
)
def test_an_address_that_is_taken_names_its_setting(flags: Sequence[str], env: Mapping[str, str], said: str) -> None:
    taken = AddressUnusable("127.0.0.1:80", "HTTP", "Address already in use")
    problem = str(address_problem(taken, load(*flags, env=env), "http_listen", env))
    assert problem.startswith("can't listen on 127.0.0.1:80 for HTTP: Address already in use (")
    assert said in problem


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({}, "; choose another one by --grpc-listen unix:/another/path or MAILPROOF_GRPC_LISTEN"),
        ({"MAKELEVEL": "1"}, "; choose another one by make run MAILPROOF_GRPC_LISTEN=unix:/another/path"),
    ],
)
def test_a_unix_socket_that_is_taken_names_its_setting(env: Mapping[str, str], said: str) -> None:
    taken = StartupError("can't listen on unix:/s: another program listens there")
    settings = load("--grpc-listen", "unix:/s")
    assert str(address_problem(taken, settings, "grpc_listen", env)) == f"{taken} (--grpc-listen has chosen it){said}"


BAD: list[tuple[str, str, str]] = [
    ("documentation-url", "git.example.com", "must be a URL"),
    ("documentation-url", "javascript:alert(1)", "must be a URL"),
    ("documentation-url", "https://user:word@git.example.com/", "must be a URL"),
    ("documentation-url", "https://git.example.com/?page=", "must be a URL"),
    ("documentation-url", "https://git.example.com/a b", "printable ASCII"),
    ("thin-older-than", "soon", "must be a length of time"),
    ("thin-older-than", "0d", "must be a length of time"),
    ("thin-older-than", "99999w", "a hundred years at most"),
    ("data-dir", "", "must be a directory"),
    ("data-dir", "/etc/passwd", "this is a file"),
    ("grpc-listen", "", "must be a host and a port"),
    ("grpc-listen", "50051", "must be a host and a port"),
    ("grpc-listen", ":50051", "must be a host and a port"),
    ("grpc-listen", "localhost", "must be a host and a port"),
    ("grpc-listen", "http://localhost:1", "must be a host and a port"),
    ("grpc-listen", "::1:50051", "must be a host and a port"),
    ("grpc-listen", "[x]:1", "must be a host and a port"),
    ("grpc-listen", "[1::2::3]:1", "IPv6"),
    ("grpc-listen", "unix:", 'the path of a file after "unix:"'),
    ("grpc-listen", "unix:///", 'the path of a file after "unix:"'),
    ("http-listen", f"unix:/{'x' * 107}", "107 bytes at most"),
    ("sandbox-tls-listen", "unix:/run/s", "must be a host and a port"),
    ("unix-socket-mode", "660x", "octal digits, like 0600 or 0660"),
    ("unix-socket-mode", "0700", "octal digits"),
    ("unix-socket-mode", "1660", "octal digits"),
    ("http-listen", "127.0.0.1:65536", "between 0 and 65535"),
    ("http-listen", "127.0.0.1:-1", "must be a host and a port"),
    ("egress-profile", "all", "internet, private, development"),
    ("egress-allow", "", "must be a network, a name or a port"),
    ("egress-allow", "10.1.2.3/8", "write 10.0.0.0/8"),
    ("egress-allow", "*", "at the beginning"),
    ("egress-allow", "mx.example.com:0", "between 1 and 65535"),
    ("egress-allow", "169.254.169.254", "must not be metadata"),
    ("egress-deny", "http://mx.example.com/", "must have a port"),
    ("egress-deny", "99999", "between 1 and 65535"),
    ("cors-origin", "*", "must name one origin"),
    ("cors-origin", "null", "must be an origin"),
    ("cors-origin", "example.com", "must be an origin"),
    ("cors-origin", "https://", "must be an origin"),
    ("cors-origin", "https://example.com/", "slash"),
    ("cors-origin", "https://example.com/app", "must be an origin"),
    ("cors-origin", "https://u@example.com", "must be an origin"),
    ("cors-origin", "https://*.example.com", "must be an origin"),
    ("cors-origin", "ftp://example.com", "must be an origin"),
    ("cors-origin", "https://bücher.example", "xn--"),
    ("cors-origin", "https://example.com:0", "between 1 and 65535"),
    ("cors-origin", "https://example.com:99999", "between 1 and 65535"),
    ("ca-file", "/no/such", "must be a file"),
    ("ehlo-name", "localhost", "must not be localhost"),
    ("ehlo-name", "LOCALHOST", "must not be localhost"),
    ("ehlo-name", "a b", "must be a domain name"),
    ("ehlo-name", "a\r\nRSET", "must be a domain name"),
    ("ehlo-name", "-a.example", "must be a domain name"),
    ("ehlo-name", "[300.1.1.1]", "address literal"),
    ("ehlo-name", "x" * 300, "must be a domain name"),
    ("test-timeout", "0", "between 0.1 and 120"),
    ("test-timeout", "121", "between 0.1 and 120"),
    ("test-timeout", "nan", "between 0.1 and 120"),
    ("test-timeout", "inf", "between 0.1 and 120"),
    ("test-timeout", "30s", "between 0.1 and 120"),
    ("max-concurrent-tests", "0", "whole number"),
    ("max-concurrent-tests", "1.5", "whole number"),
    ("max-concurrent-tests", "9" * 30, "whole number"),
    ("drain-timeout", "-1", "between 0 and 600"),
    ("log-level", "loud", "debug, info, warning, error"),
    ("sandbox-starttls-listen", "0.0.0.0:1587", "loopback"),
    ("sandbox-tls-listen", "mail.example.com:465", "loopback"),
]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", ""),
        ("https://git.example.com/mailproof/", "https://git.example.com/mailproof"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_urls_of_the_documentation(text: str, url: str) -> None:
    assert load(env={"MAILPROOF_DOCUMENTATION_URL": text}).documentation_url == url


@pytest.mark.parametrize(("flag", "value", "sentence"), BAD)
def test_a_bad_value_is_one_sentence_that_names_the_flag(flag: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence) as caught:
        load(f"--{flag}={value}", data_dir=flag != "data-dir")
    assert str(caught.value).startswith(f"--{flag}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("flag", "value", "sentence"), [row for row in BAD if row[1]])
def test_a_bad_value_is_one_sentence_that_names_the_variable(flag: str, value: str, sentence: str) -> None:
    variable = "MAILPROOF_" + ("CORS_ORIGINS" if flag == "cors-origin" else flag.replace("-", "_").upper())
    with pytest.raises(SettingError, match=sentence) as caught:
        load(env={variable: value}, data_dir=flag != "data-dir")
    assert str(caught.value).startswith(variable)


@pytest.mark.parametrize(
    ("text", "host", "port", "shown"),
    [
        ("127.0.0.1:0", "127.0.0.1", 0, "127.0.0.1:0"),
        ("0.0.0.0:80", "0.0.0.0", 80, "0.0.0.0:80"),
        ("[::1]:8080", "::1", 8080, "[::1]:8080"),
        ("localhost:8080", "localhost", 8080, "localhost:8080"),
    ],
)
def test_addresses_to_listen_on(text: str, host: str, port: int, shown: str) -> None:
    listen = load("--http-listen", text).http_listen
    assert (listen.host, listen.port, str(listen)) == (host, port, shown)


@pytest.mark.parametrize(
    ("text", "loopback"),
    [("127.0.0.1:1", True), ("[::1]:1", True), ("localhost:1", True), ("0.0.0.0:1", False), ("[::]:1", False)],
)
def test_what_only_this_machine_reaches(text: str, loopback: bool) -> None:
    assert load("--http-listen", text).http_listen.loopback is loopback


def test_origins_are_written_as_browsers_send_them_and_once() -> None:
    env = {
        "MAILPROOF_CORS_ORIGINS": " https://A.example:443, http://b.example:80,,https://a.example,http://[::1]:3000 "
    }
    assert load(env=env).cors_origins == ("https://a.example", "http://b.example", "http://[::1]:3000")
    flags = ("--cors-origin", "https://c.example", "--cors-origin", "https://d.example:8443")
    assert load(*flags, env=env).cors_origins == ("https://c.example", "https://d.example:8443")


def test_egress_lists_in_all_three_places(tmp_path: Path) -> None:
    network, name, port = Rule(ip_network("10.0.0.0/8")), Rule(name=".example.com", port=25), Rule(port=2525)
    env = {"MAILPROOF_EGRESS_ALLOW": "10.0.0.0/8, *.Example.com:25,,10.0.0.0/8", "MAILPROOF_EGRESS_DENY": "2525"}
    settings = load(env=env)
    assert (settings.egress_allow, settings.egress_deny) == ((network, name), (port,))
    settings = load(
        "--egress-allow", "2525", "--egress-deny", "10.0.0.0/8", "--egress-deny", "*.example.com:25", env=env
    )
    assert (settings.egress_allow, settings.egress_deny) == ((port,), (network, name))
    file = toml(tmp_path, 'egress_allow = ["2525", "10.0.0.0/8"]\negress_deny = ["*.example.com:25"]\n')
    settings = load("--config", file)
    assert (settings.egress_allow, settings.egress_deny) == ((port, network), (name,))


@pytest.mark.parametrize(
    "name", ["mail.example.com", "mail", "[192.0.2.1]", "[IPv6:2001:db8::1]", " mail.example.com "]
)
def test_ehlo_names(name: str) -> None:
    assert load("--ehlo-name", name).ehlo_name == name.strip()


@pytest.mark.parametrize(
    ("text", "on"), [("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("False", False)]
)
def test_switches_in_the_environment(text: str, on: bool) -> None:
    assert load(env={"MAILPROOF_SANDBOX": text}).sandbox is on
    assert load("--no-sandbox", env={"MAILPROOF_SANDBOX": text}).sandbox is False
    assert load("--sandbox", env={"MAILPROOF_SANDBOX": text}).sandbox is True


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", "/data/mailproof.db"),
        ("sqlite:///relative/x.db", "relative/x.db"),
        ("sqlite:////absolute/x.db", "/absolute/x.db"),
    ],
)
def test_database_urls(url: str, path: str) -> None:
    assert load("--database-url", url).database.path == Path(path)


def test_the_database_may_be_postgresql_and_its_password_is_masked() -> None:
    url = "postgresql://u:hunter2@db.example.com:5432/x?sslmode=require"
    settings = load("--database-url", url)
    assert settings.database.engine is Engine.POSTGRES
    assert settings.database.reveal() == url
    for shown in (repr(settings), str(settings.database), repr(settings.database), f"{settings.database}"):
        assert "hunter2" not in shown
        assert "db.example.com:5432/x" in shown


@pytest.mark.parametrize("url", ["mysql://u:hunter2@db", "sqlite:///", "sqlite:x.db", "/x.db"])
def test_another_database_is_refused_by_what_is_supported_and_never_quoted(url: str) -> None:
    with pytest.raises(SettingError, match="sqlite:///PATH") as caught:
        load(env={"MAILPROOF_DATABASE_URL": url})
    assert str(caught.value).startswith("MAILPROOF_DATABASE_URL")
    assert "hunter2" not in str(caught.value)


def test_the_encryption_key_comes_from_the_environment_alone_and_is_masked() -> None:
    settings = load(env={"MAILPROOF_ENCRYPTION_KEY": "hunter2"})
    assert settings.encryption_key is not None
    assert settings.encryption_key.reveal() == "hunter2"
    assert "hunter2" not in repr(settings)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert "--encryption-key " not in parser.format_help()


def test_an_empty_encryption_key_is_an_error_and_not_a_made_up_key() -> None:
    with pytest.raises(SettingError, match="MAILPROOF_ENCRYPTION_KEY: is set but empty"):
        load(env={"MAILPROOF_ENCRYPTION_KEY": ""})


def test_other_empty_variables_count_as_absent_and_unknown_ones_are_ignored() -> None:
    env = {"MAILPROOF_HTTP_LISTEN": "", "MAILPROOF_CORS_ORIGINS": "", "MAILPROOF_TEST_POSTGRES": "x"}
    assert load(env=env) == load()


def test_a_command_that_needs_few_settings_is_not_stopped_by_others() -> None:
    only = frozenset({"config", "data_dir", "database_url"})
    assert load(env={"MAILPROOF_LOG_LEVEL": "loud"}, only=only).data_dir == Path("/data")


def test_every_setting_is_in_the_table_and_in_the_help() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    words = parser.format_help().split()
    table = describe()
    for item in fields(ServiceSettings):
        setting = item.metadata.get("declaration")
        if setting is None:
            assert item.name == "sources"
            continue
        assert f"`{setting.variable}`" in table
        if setting.flag:
            assert any(setting.flags in word for word in words)
            assert any(setting.variable in word for word in words)
            assert f"`{setting.usage}`" in table
    assert len(table.splitlines()) == len(fields(ServiceSettings)) - 1 + 2
    assert all(line.count(" | ") == 4 for line in table.splitlines()[2:])


def test_callers_by_certificate_and_issuer() -> None:
    env = {"MAILPROOF_CLIENT_CERTIFICATES": "spiffe://a.example/x=1=admin:one+two, b.example=viewer"}
    first, second = load(env=env).client_certificates
    assert (first.identity, first.role, first.instance_ids) == ("spiffe://a.example/x=1", Role.ADMIN, ("one", "two"))
    assert (second.identity, second.role, second.instance_ids) == ("b.example", Role.VIEWER, ())
    settings = load("--oidc-role", "a=b=viewer", "--oidc-algorithm", "PS256", "--oidc-issuer", "https://a.example/")
    assert settings.oidc_roles == (("a=b", Role.VIEWER),)
    assert settings.oidc_algorithms == ("PS256",)
    assert settings.oidc_issuer == "https://a.example/"


@pytest.mark.parametrize(
    ("flag", "value", "sentence"),
    [
        ("client-certificate", "a.example", "must be a name of a certificate"),
        ("client-certificate", "a.example=root", "must be a name of a certificate"),
        ("client-certificate", "=admin", "must be a name of a certificate"),
        ("client-certificate", "a.example=admin:", "must be 1 to 100"),
        ("client-certificate", "a.example=admin:one+", "must be 1 to 100"),
        ("client-certificate", "a.example=admin:a/b", "must be 1 to 100"),
        ("oidc-role", "a", "must be a value and one of"),
        ("oidc-role", "a=root", "must be a value and one of"),
        ("oidc-algorithm", "none", "must be one of RS256"),
        ("oidc-algorithm", "HS256", "must be one of RS256"),
        ("oidc-algorithm", "rs256", "must be one of RS256"),
        ("oidc-issuer", "http://a.example", "https://"),
        ("oidc-issuer", "a.example", "https://"),
        ("oidc-issuer", "https://user@a.example", "must not hold a user"),
        ("oidc-jwks-url", "http://a.example/keys", "https://"),
        ("oidc-audience", "a b", "must be at most 500 characters"),
        ("oidc-skew", "301", "must be a number between 0 and 300"),
        ("tls-certificate-file", "/does/not/exist", "must be a file"),
        ("tls-key-file", "/does/not/exist", "must be a file"),
        ("tls-client-ca-file", "/does/not/exist", "must be a file"),
    ],
)
def test_a_bad_value_of_access_is_one_sentence(flag: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence) as caught:
        load(f"--{flag}={value}")
    assert str(caught.value).startswith(f"--{flag}")
