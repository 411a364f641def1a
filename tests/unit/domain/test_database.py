"""Database URLs: what is taken, what is refused, and that no password is ever shown."""

import pytest

from mailproof.domain.database import Engine, parse_url

PASSWORD = "hunter2"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:hunter2@db:5432/x", "postgresql://u:********@db:5432/x"),
        ("postgres://u:hunter2@db/x", "postgresql://u:********@db/x"),
        ("postgresql://db/x", "postgresql://db/x"),
        ("postgresql://u@[2001:db8::1]:5432/x", "postgresql://u@[2001:db8::1]:5432/x"),
        ("postgresql://u:hunter2@a:1,b:2/x", "postgresql://u:********@a:1,b:2/x"),
        ("postgresql:///x?host=/run/postgresql", "postgresql:///x?host=/run/postgresql"),
        ("postgresql://db/x?user=u&password=hunter2", "postgresql://db/x?user=u"),
        (
            "postgresql://db/x?sslkey=/k&sslpassword=hunter2&sslmode=verify-full",
            "postgresql://db/x?sslkey=/k&sslmode=verify-full",
        ),
        ("sqlite:////var/lib/x.db", "sqlite:////var/lib/x.db"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    parsed = parse_url(url)
    assert str(parsed) == shown
    assert PASSWORD not in repr(parsed)
    assert parsed.reveal() == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://u:hunter2@db", "name a database"),
        ("postgresql://u:hunter2@db/", "name a database"),
        ("postgresql:///x", "name a host"),
        ("postgresql://u:hunter2@/x", "name a host"),
        ("postgresql://u:hunter2@db:port/x", "port between"),
        ("postgresql://u:hunter2@db:0/x", "port between"),
        ("postgresql://u:hunter2@db:99999/x", "port between"),
        ("postgresql://u:hun@ter2@db/x", "percent-encoded"),
        ("postgresql://u:hunter2#@db/x", "URL|percent-encoded|host|database"),
        ("postgresql://u:hunter2@db/x#y", "percent-encoded"),
        ("postgresql://u:hunter 2@db/x", "spaces"),
        ("postgresql://u:hunter2\0@db/x", "control"),
        ("postgresql://u:hunter2@[::1/x", "must be a URL"),
        ("postgresql://u:hunter2@db/x?hunter2=1", "no parameters but"),
        ("postgresql://u:hunter2@db/x?sslmode", "must be a URL"),
        ("sqlite:///x.db?mode=ro", "without a query"),
        ("mysql://u:hunter2@db/x", "sqlite:///PATH or postgresql://"),
        ("", "sqlite:///PATH or postgresql://"),
    ],
)
def test_a_wrong_url_is_refused_and_not_quoted(url: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        parse_url(url)
    assert str(caught.value).startswith("must")
    assert "hunter" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_of_several_servers_the_primary_is_wanted() -> None:
    assert parse_url("postgresql://a,b/x").session_attributes == "primary"
    assert parse_url("postgresql://a/x").session_attributes == "any"
    assert parse_url("postgresql://a,b/x?target_session_attrs=read-write").session_attributes == "read-write"


def test_postgresql_has_no_path() -> None:
    assert parse_url("postgresql://a/x").engine is Engine.POSTGRES
    with pytest.raises(ValueError, match="no path"):
        _ = parse_url("postgresql://a/x").path


def test_a_password_of_the_url_is_found_in_a_sentence_however_it_is_written() -> None:
    url = parse_url("postgresql://u:p%40ss@host/x?pass%77ord=a%20b+c&sslpassword=k%2Fey&application_name=shown")
    for secret in ("p@ss", "p%40ss", "a b c", "a b+c", "a%20b+c", "k/ey", "k%2Fey"):
        assert url.holds(f'invalid value "{secret}"'), secret
    assert not url.holds('invalid value "shown" of host')
    assert not parse_url("postgresql://u:@host/x?password=").holds("anything")
