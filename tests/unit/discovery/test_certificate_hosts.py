"""Which names of a certificate are tried as the server's own."""

import pytest

from mailproof.discovery.certificate_hosts import MAX_NAMES, hosts_of


@pytest.mark.parametrize(
    ("names", "known", "hosts"),
    [
        (("server12.hoster.test",), (), ("server12.hoster.test",)),
        (
            ("www.server12.hoster.test", "server12.hoster.test"),
            (),
            ("server12.hoster.test", "www.server12.hoster.test"),
        ),
        (("*.hoster.test", "hoster.test"), (), ("hoster.test",)),
        (("*.hoster.test",), ("srv9.hoster.test", "evil.test"), ("srv9.hoster.test",)),
        (("*.hoster.test",), ("a.srv9.hoster.test",), ()),  # a wildcard is one label
        (("a.test", "b.hoster.test"), ("B.Hoster.Test.",), ("b.hoster.test", "a.test")),
        (("mail.example.test",), (), ()),  # it is what was tried
        (("192.0.2.1", "localhost", "a\u202e.test", "*"), ("localhost",), ()),
        (tuple(f"c{number}.test" for number in range(99)), (), ("c0.test", "c1.test", "c2.test")),
        ((), ("srv9.hoster.test",), ()),
    ],
)
def test_the_names_to_try(names: tuple[str, ...], known: tuple[str, ...], hosts: tuple[str, ...]) -> None:
    assert hosts_of(names, "mail.example.test", known) == hosts
    assert len(hosts) <= MAX_NAMES
