"""The egress policy as tables: address and mildest profile that lets it through; lists, destination and verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mailproof.net.egress import (
    HTTPS_PORTS,
    SUBMISSION_PORTS,
    WEB_PORTS,
    Policy,
    Profile,
    Reach,
    allow_rule,
    policy_for_operator,
    reach_of,
)
from mailproof.net.egress_rules import Rule, nat64_prefix, parse_rule
from mailproof.net.guard import EgressDenied, EgressGuard
from plain_support.egress import listed

INTERNET, PRIVATE, DEVELOPMENT = Profile
ORDER: list[Profile] = [INTERNET, PRIVATE, DEVELOPMENT]

ADDRESSES: list[tuple[str, Profile | None]] = [
    # Public.
    ("8.8.8.8", INTERNET),
    ("1.1.1.1", INTERNET),
    ("100.63.255.255", INTERNET),
    ("100.128.0.0", INTERNET),
    ("172.15.255.255", INTERNET),
    ("172.32.0.0", INTERNET),
    ("223.255.255.255", INTERNET),
    ("2a00:1450:4001::1", INTERNET),
    ("2606:4700::1111", INTERNET),
    # Private.
    ("10.0.0.1", PRIVATE),
    ("172.16.0.1", PRIVATE),
    ("172.31.255.255", PRIVATE),
    ("192.168.1.1", PRIVATE),
    ("fd12:3456::1", PRIVATE),
    ("fc00::1", PRIVATE),
    # Loopback and other special ranges.
    ("127.0.0.1", DEVELOPMENT),
    ("127.255.255.254", DEVELOPMENT),
    ("::1", DEVELOPMENT),
    ("100.64.0.1", DEVELOPMENT),
    ("192.0.2.1", DEVELOPMENT),
    ("198.18.0.1", DEVELOPMENT),
    ("198.51.100.1", DEVELOPMENT),
    ("203.0.113.1", DEVELOPMENT),
    ("240.0.0.1", DEVELOPMENT),
    ("2001:db8::1", DEVELOPMENT),
    ("2001:2::1", DEVELOPMENT),
    ("3fff::1", DEVELOPMENT),
    ("100::1", DEVELOPMENT),
    ("4000::1", DEVELOPMENT),
    ("5f00::1", DEVELOPMENT),
    # Never.
    ("0.0.0.0", None),
    ("0.1.2.3", None),
    ("::", None),
    ("169.254.169.254", None),
    ("169.254.1.1", None),
    ("169.254.170.2", None),
    ("100.100.100.200", None),
    ("168.63.129.16", None),
    ("192.0.0.192", None),
    ("fd00:ec2::254", None),
    ("fd00:ec2::23", None),
    ("fd20:ce::254", None),
    ("fd00:42::42", None),
    ("fd00:c1::a9fe:a9fe", None),
    ("fd00:a9fe:a9fe::1", None),
    ("fd00:100::100:200", None),
    ("fe80::a9fe:a9fe", None),
    ("169.254.42.42", None),
    ("169.254.0.23", None),
    ("fe80::1", None),
    ("fe80::1%eth0", None),
    ("fec0::1", None),
    ("224.0.0.1", None),
    ("239.255.255.255", None),
    ("255.255.255.255", None),
    ("ff02::1", None),
    # IPv4 inside IPv6: mapped, translated, compatible, NAT64, 6to4, Teredo (client inverted), ISATAP.
    ("::ffff:8.8.8.8", INTERNET),
    ("::ffff:10.0.0.1", PRIVATE),
    ("::ffff:127.0.0.1", DEVELOPMENT),
    ("::ffff:169.254.169.254", None),
    ("::ffff:0.0.0.0", None),
    ("::ffff:0:8.8.8.8", DEVELOPMENT),
    ("::ffff:0:169.254.169.254", None),
    ("::8.8.8.8", DEVELOPMENT),
    ("::169.254.169.254", None),
    ("::127.0.0.1", DEVELOPMENT),
    ("64:ff9b::8.8.8.8", INTERNET),
    ("64:ff9b::192.168.0.1", PRIVATE),
    ("64:ff9b::127.0.0.1", DEVELOPMENT),
    ("64:ff9b::169.254.169.254", None),
    ("64:ff9b:1::169.254.169.254", None),
    ("64:ff9b:1:a9fe:a9:fe00::", None),
    ("64:ff9b:1:808:8:800:808:808", PRIVATE),
    ("64:ff9b:1::8.8.8.8", PRIVATE),  # under a /96, the usual length
    ("64:ff9b:1:a9:fe:a9fe::", None),  # under a /56
    ("64:ff9b:1:0:a9:fea9:fe00:0", None),  # under a /64
    ("64:ff9b:1::", None),
    ("2002:808:808::1", INTERNET),
    ("2002:a00:1::1", PRIVATE),
    ("2002:7f00:1::1", DEVELOPMENT),
    ("2002:a9fe:a9fe::1", None),
    ("2001:0:808:808:0:0:f7f7:f7f7", INTERNET),
    ("2001:0:808:808:0:0:5601:5601", None),
    ("2001:0:a9fe:a9fe:0:0:f7f7:f7f7", None),
    ("2001:0:808:808:0:0:80ff:fffe", DEVELOPMENT),
    ("2a00:1450:1:2:0:5efe:8.8.8.8", INTERNET),
    ("2a00:1450:1:2:0:5efe:10.0.0.1", PRIVATE),
    ("2a00:1450:1:2:200:5efe:169.254.169.254", None),
    ("fd00::5efe:8.8.8.8", PRIVATE),
]


@pytest.mark.parametrize("profile", ORDER)
@pytest.mark.parametrize(("address", "mildest"), ADDRESSES)
def test_each_profile_lets_through_what_it_should(address: str, mildest: Profile | None, profile: Profile) -> None:
    policy = Policy(profile)
    if mildest is not None and ORDER.index(profile) >= ORDER.index(mildest):
        policy.check_name(address, 587)
        assert policy.check_addresses("smtp.example.com", 587, [address]) == (address,)
    else:
        with pytest.raises(EgressDenied):
            policy.check_name(address, 587)
        with pytest.raises(EgressDenied):
            policy.check_addresses("smtp.example.com", 587, [address])


@pytest.mark.parametrize("profile", ORDER)
@pytest.mark.parametrize("address", ["", "no address", "127.0.0.1 ", "1.2.3", "0x7f000001", "1.2.3.4.5", "::1::"])
def test_what_is_no_address_is_never_dialled(address: str, profile: Profile) -> None:
    with pytest.raises(EgressDenied):
        Policy(profile).check_addresses("smtp.example.com", 587, [address])


@pytest.mark.parametrize("port", [1, 22, 24, 26, 80, 443, 3306, 5432, 6379, 8025, 65535])
def test_only_mail_ports_outside_development(port: int) -> None:
    for profile in (INTERNET, PRIVATE):
        with pytest.raises(EgressDenied):
            Policy(profile).check_name("smtp.example.com", port)
        with pytest.raises(EgressDenied):
            Policy(profile).check_addresses("smtp.example.com", port, ["8.8.8.8"])
    Policy(DEVELOPMENT).check_name("smtp.example.com", port)


@pytest.mark.parametrize("port", sorted(SUBMISSION_PORTS))
def test_mail_ports(port: int) -> None:
    Policy().check_name("smtp.example.com", port)


def test_of_a_mixed_answer_only_the_allowed_addresses_are_dialled_in_their_order() -> None:
    addresses = ["2a00:1450::1", "127.0.0.1", "8.8.8.8", "169.254.169.254", "10.0.0.1", "1.1.1.1"]
    assert Policy().check_addresses("h", 25, addresses) == ("2a00:1450::1", "8.8.8.8", "1.1.1.1")
    assert Policy(PRIVATE).check_addresses("h", 25, addresses)[2:] == ("10.0.0.1", "1.1.1.1")


def test_no_address_at_all_is_a_denial() -> None:
    with pytest.raises(EgressDenied):
        Policy(DEVELOPMENT).check_addresses("h", 25, [])


def test_a_denial_tells_callers_no_reason() -> None:
    with pytest.raises(EgressDenied) as caught:
        Policy().check_addresses("secret-host.internal", 587, ["10.1.2.3"])
    assert "10.1.2.3" not in str(caught.value)
    assert "secret-host" not in str(caught.value)
    assert "secret-host" in caught.value.cause


def test_the_operator_may_dial_loopback_but_no_metadata_service() -> None:
    guard: EgressGuard = policy_for_operator()
    guard.check_name("127.0.0.1", 2525)
    with pytest.raises(EgressDenied):
        guard.check_name("169.254.169.254", 80)


@given(st.ip_addresses(v=4))
def test_public_ipv4_agrees_with_the_standard_library(address: IPv4Address) -> None:
    if reach_of(address) is Reach.PUBLIC:
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@given(st.ip_addresses(v=6))
def test_public_ipv6_is_global_unicast(address: IPv6Address) -> None:
    if reach_of(address) is Reach.PUBLIC:
        mapped = address.ipv4_mapped
        carried = address in CARRIERS
        assert (mapped.is_global if mapped else address.is_global) or carried


class _Carriers:
    def __contains__(self, address: IPv6Address) -> bool:
        return address.sixtofour is not None or address.teredo is not None or str(address).startswith("64:ff9b::")


CARRIERS = _Carriers()


# Every way in which an IPv6 address may carry an IPv4 address: the carrier of a given one; the rest of it is public.
PUBLIC4 = 0x08080808
CARRYING: dict[str, Callable[[int], int]] = {
    "mapped": lambda inner: 0xFFFF << 32 | inner,
    "translated": lambda inner: 0xFFFF << 48 | inner,
    "compatible": lambda inner: inner,
    "NAT64": lambda inner: 0x0064FF9B << 96 | inner,
    "NAT64 of one's own, /48": lambda inner: (
        0x0064FF9B0001 << 80 | (inner >> 16) << 64 | (inner & 0xFFFF) << 40 | PUBLIC4 & 0xFFFFFF
    ),
    "NAT64 of one's own, /56": lambda inner: (
        0x0064FF9B000108 << 72 | (inner >> 24) << 64 | (inner & 0xFFFFFF) << 32 | PUBLIC4
    ),
    "NAT64 of one's own, /64": lambda inner: 0x0064FF9B00010808 << 64 | inner << 24 | 0x080808,
    "NAT64 of one's own, /96": lambda inner: 0x0064FF9B00010808 << 64 | 0x00080808 << 32 | inner,
    "6to4": lambda inner: 0x2002 << 112 | inner << 80 | 1,
    "Teredo's client": lambda inner: 0x20010000 << 96 | PUBLIC4 << 64 | inner ^ 0xFFFFFFFF,
    "Teredo's server": lambda inner: 0x20010000 << 96 | inner << 64 | PUBLIC4 ^ 0xFFFFFFFF,
    "ISATAP": lambda inner: 0x2A00145000010002 << 64 | 0x00005EFE << 32 | inner,
    "ISATAP with a universal identifier": lambda inner: 0x2A00145000010002 << 64 | 0x02005EFE << 32 | inner,
    "ISATAP in 6to4": lambda inner: 0x2002 << 112 | PUBLIC4 << 80 | 0x00005EFE << 32 | inner,
}
PUBLIC_CARRIERS = ("mapped", "NAT64", "6to4", "Teredo's client", "Teredo's server", "ISATAP", "ISATAP in 6to4")
carriers = pytest.mark.parametrize("carry", CARRYING.values(), ids=list(CARRYING))


@carriers
@given(inner=st.ip_addresses(v=4))
def test_embedding_an_address_never_makes_it_less_restricted(carry: Callable[[int], int], inner: IPv4Address) -> None:
    outer = IPv6Address(carry(int(inner)))
    assume(int(inner) >> 24)  # 0.0.0.0/8 is what padding looks like; the table has its cases
    assert reach_of(outer).value >= reach_of(inner).value, outer


@carriers
@pytest.mark.parametrize("inner", ["169.254.169.254", "100.100.100.200", "224.0.0.1", "255.255.255.255"])
@pytest.mark.parametrize("profile", ORDER)
def test_what_is_never_dialled_is_not_dialled_embedded(
    carry: Callable[[int], int], inner: str, profile: Profile
) -> None:
    outer = str(IPv6Address(carry(int(IPv4Address(inner)))))
    everything = tuple(map(parse_rule, ("0.0.0.0/0", "::/0", "h.example", "587")))
    for policy in (Policy(profile), Policy(profile, allow=everything), Policy(profile, allow=everything).for_https()):
        for port in (587, 443):
            assert not dials(policy, "h.example", outer, port)


@pytest.mark.parametrize("form", PUBLIC_CARRIERS)
def test_a_public_address_may_be_dialled_embedded(form: str) -> None:
    outer = IPv6Address(CARRYING[form](PUBLIC4))
    assert dials(Policy(), "h.example", str(outer))
    assert reach_of(outer) is Reach.PUBLIC


@carriers
@given(inner=st.ip_addresses(v=4), profile=st.sampled_from(ORDER))
def test_no_address_passes_that_embeds_a_forbidden_one(
    carry: Callable[[int], int], inner: IPv4Address, profile: Profile
) -> None:
    outer = str(IPv6Address(carry(int(inner))))
    if int(inner) >> 24 and not dials(Policy(profile), "h.example", str(inner)):
        assert not dials(Policy(profile), "h.example", outer)
    # Denied as IPv4, it is denied in every disguise; denied in the disguise, the address itself is not.
    deny = parse_rule(str(inner))
    assert not dials(Policy(profile, deny=(deny,)), "h.example", str(inner))
    if int(inner) >> 24:
        assert not dials(Policy(profile, deny=(deny,)), "h.example", outer)
        assert not dials(Policy(profile, deny=(deny,)), outer, outer)


def rules(*entries: str) -> tuple[Rule, ...]:
    return tuple(map(parse_rule, entries))


def dials(policy: Policy, host: str, address: str, port: int = 587) -> bool:
    """Return whether a host that resolves to an address is dialled there."""
    try:
        policy.check_name(host, port)
        return address in policy.check_addresses(host, port, [address])
    except EgressDenied:
        return False


Destination = tuple[str, str, int]  # host, the address it resolves to, port
MX, PUBLIC_MX = ("mx.example.com", "10.1.2.3", 587), ("mx.example.com", "8.8.8.8", 587)

LISTS: list[tuple[Profile, str, str, Destination, bool]] = [
    # profile, allow, deny, destination, verdict
    (INTERNET, "", "", PUBLIC_MX, True),
    (INTERNET, "", "", MX, False),
    # Allowed addresses.
    (INTERNET, "10.0.0.0/8", "", MX, True),
    (INTERNET, "10.1.2.3", "", MX, True),
    (INTERNET, "10.1.2.3", "", ("10.1.2.3", "10.1.2.3", 587), True),
    (INTERNET, "10.1.2.4", "", MX, False),
    (INTERNET, "127.0.0.0/8", "", ("localhost", "127.0.0.1", 25), True),
    (INTERNET, "::1", "", ("::1", "::1", 25), True),
    (INTERNET, "fd00::/8", "", ("h", "fd00::7", 25), True),
    (INTERNET, "fd00::/8", "", ("h", "fd00::7%eth0", 25), True),
    (INTERNET, "10.0.0.0/8", "", ("h", "::ffff:10.0.0.1", 25), True),
    (INTERNET, "10.0.0.0/8", "", ("h", "64:ff9b::10.0.0.1", 25), True),
    (INTERNET, "2002::/16", "", ("h", "2002:a00:1::1", 25), False),  # what it carries is not listed
    (INTERNET, "10.0.0.0/8", "", ("h", "::10.0.0.1", 25), False),  # what carries it is not listed
    (INTERNET, "10.0.0.0/8,::/96", "", ("h", "::10.0.0.1", 25), True),
    (INTERNET, "10.0.0.0/8", "", ("mx.example.com", "10.1.2.3", 2526), False),  # opens no port
    (INTERNET, "0.0.0.0/0,::/0,h,25", "", ("h", "169.254.169.254", 25), False),
    (DEVELOPMENT, "0.0.0.0/0,::/0,h,25", "", ("h", "fe80::1", 25), False),
    (DEVELOPMENT, "0.0.0.0/0,::/0,h,25", "", ("h", "0.0.0.0", 25), False),
    (DEVELOPMENT, "0.0.0.0/0,::/0,h,25", "", ("h", "ff02::1", 25), False),
    # Allowed names.
    (INTERNET, "mx.example.com", "", MX, True),
    (INTERNET, "MX.Example.COM.", "", MX, True),
    (INTERNET, "mx.example.com", "", ("MX.EXAMPLE.com.", "10.1.2.3", 587), True),
    (INTERNET, "mx.example.com", "", ("x.mx.example.com", "10.1.2.3", 587), False),
    (INTERNET, "mx.example.com", "", ("mx.example.com.evil.test", "10.1.2.3", 587), False),
    (INTERNET, "mx.example.com", "", ("10.1.2.3", "10.1.2.3", 587), False),  # the name is, its address is not
    (INTERNET, "*.example.com", "", MX, True),
    (INTERNET, "*.example.com", "", ("a.b.example.com", "127.0.0.1", 587), True),
    (INTERNET, "*.example.com", "", ("example.com", "10.1.2.3", 587), False),
    (INTERNET, "*.example.com", "", ("evilexample.com", "10.1.2.3", 587), False),
    (INTERNET, "*.bücher.example", "", ("mx.xn--bcher-kva.example", "10.1.2.3", 587), True),
    (INTERNET, "mx.xn--bcher-kva.example", "", ("mx.BÜCHER.example", "10.1.2.3", 587), True),
    (INTERNET, "mx.example.com", "", ("mx.example.com", "10.1.2.3", 8025), False),  # opens no port
    (INTERNET, "mx.example.com", "", ("mx.example.com", "169.254.169.254", 587), False),
    # Allowed ports, alone and with another part.
    (INTERNET, "8025", "", ("h", "8.8.8.8", 8025), True),
    (INTERNET, "8025", "", ("h", "10.0.0.1", 8025), False),
    (INTERNET, "8025", "", ("h", "8.8.8.8", 8026), False),
    (INTERNET, "mx.example.com:8025", "", ("mx.example.com", "10.1.2.3", 8025), True),
    (INTERNET, "mx.example.com:8025", "", ("other.example.com", "8.8.8.8", 8025), False),
    (INTERNET, "mx.example.com:8025", "", MX, False),
    (INTERNET, "mx.example.com:8025", "", PUBLIC_MX, True),
    (INTERNET, "10.0.0.0/8:8025", "", ("h", "10.1.2.3", 8025), True),
    (INTERNET, "10.0.0.0/8:8025", "", ("10.1.2.3", "10.1.2.3", 8025), True),
    (INTERNET, "10.0.0.0/8:8025", "", ("h", "8.8.8.8", 8025), False),
    (INTERNET, "10.0.0.0/8:8025", "", ("8.8.8.8", "8.8.8.8", 8025), False),
    (INTERNET, "10.0.0.0/8:8025", "", MX, False),
    (INTERNET, "[fd00::/8]:8025", "", ("h", "fd00::1", 8025), True),
    (INTERNET, "[fd00::/8]:8025", "", ("h", "fd00::1", 8026), False),
    (INTERNET, "10.0.0.0/8,mx.example.com:8025", "", ("h", "10.1.2.3", 8025), False),
    (INTERNET, "8.8.8.0/24:22", "", ("h", "64:ff9b::8.8.8.8", 22), False),  # of two faces one is listed
    # Denied, whatever else holds.
    (DEVELOPMENT, "", "10.0.0.0/8", MX, False),
    (DEVELOPMENT, "", "10.0.0.0/8", PUBLIC_MX, True),
    (DEVELOPMENT, "", "10.0.0.0/8", ("h", "::ffff:10.1.2.3", 587), False),
    (DEVELOPMENT, "", "10.0.0.0/8", ("h", "2002:a01:203::1", 587), False),
    (DEVELOPMENT, "", "::/0", ("h", "::ffff:8.8.8.8", 587), False),
    (DEVELOPMENT, "", "::/0", PUBLIC_MX, True),
    (DEVELOPMENT, "", "fd00::/8", ("h", "fd00::7%eth0", 25), False),
    (DEVELOPMENT, "", "mx.example.com", PUBLIC_MX, False),
    (DEVELOPMENT, "", "mx.example.com", ("Mx.Example.Com.", "8.8.8.8", 587), False),
    (DEVELOPMENT, "", "*.example.com", PUBLIC_MX, False),
    (DEVELOPMENT, "", "*.example.com", ("example.com", "8.8.8.8", 587), True),
    (DEVELOPMENT, "", "587", PUBLIC_MX, False),
    (DEVELOPMENT, "", "587", ("h", "8.8.8.8", 588), True),
    (DEVELOPMENT, "", "mx.example.com:25", PUBLIC_MX, True),
    (DEVELOPMENT, "", "mx.example.com:587", PUBLIC_MX, False),
    (DEVELOPMENT, "", "8.8.0.0/16:587", PUBLIC_MX, False),
    (DEVELOPMENT, "", "8.8.0.0/16:25", PUBLIC_MX, True),
    (DEVELOPMENT, "10.1.2.3", "10.0.0.0/8", MX, False),
    (DEVELOPMENT, "mx.example.com", "10.0.0.0/8", MX, False),
    (DEVELOPMENT, "10.0.0.0/8,587", "mx.example.com", MX, False),
    (DEVELOPMENT, "mx.example.com:587,10.1.2.3", "587", MX, False),
    (DEVELOPMENT, "8.8.8.8", "8.8.8.8", PUBLIC_MX, False),
]


@pytest.mark.parametrize(("profile", "allow", "deny", "destination", "verdict"), LISTS)
def test_lists(profile: Profile, allow: str, deny: str, destination: Destination, verdict: bool) -> None:
    policy = Policy(profile, rules(*filter(None, allow.split(","))), rules(*filter(None, deny.split(","))))
    assert dials(policy, *destination) is verdict


def test_a_denied_name_or_port_is_not_even_looked_up() -> None:
    policy = Policy(DEVELOPMENT, deny=rules("*.example.com", "25", "h:26", "10.0.0.0/8"))
    for host, port in (("mx.example.com", 587), ("other.test", 25), ("h", 26), ("10.0.0.1", 587)):
        with pytest.raises(EgressDenied):
            policy.check_name(host, port)
    policy.check_name("other.test", 587)


def test_of_a_mixed_answer_the_denied_addresses_are_left_out() -> None:
    policy = Policy(PRIVATE, allow=rules("127.0.0.1"), deny=rules("10.0.0.0/8"))
    found = ["10.0.0.1", "8.8.8.8", "127.0.0.1", "127.0.0.2", "192.168.0.1"]
    assert policy.check_addresses("h", 25, found) == ("8.8.8.8", "127.0.0.1", "192.168.0.1")


HTTPS: list[tuple[Profile, str, str, Destination, bool]] = [
    (INTERNET, "", "", ("login.example.com", "8.8.8.8", 443), True),
    (INTERNET, "", "", ("login.example.com", "8.8.8.8", 587), False),
    (INTERNET, "", "", ("login.example.com", "8.8.8.8", 80), False),
    (INTERNET, "", "", ("login.example.com", "10.0.0.1", 443), False),
    (INTERNET, "", "", ("login.example.com", "127.0.0.1", 443), False),
    (PRIVATE, "", "", ("login.example.com", "10.0.0.1", 443), True),
    (DEVELOPMENT, "", "", ("localhost", "127.0.0.1", 8443), True),
    (DEVELOPMENT, "", "", ("metadata", "169.254.169.254", 443), False),
    (INTERNET, "login.example.com:8443", "", ("login.example.com", "10.0.0.1", 8443), True),
    (INTERNET, "login.example.com", "", ("login.example.com", "10.0.0.1", 443), True),
    (DEVELOPMENT, "", "login.example.com", ("login.example.com", "8.8.8.8", 443), False),
    (DEVELOPMENT, "", "443", ("login.example.com", "8.8.8.8", 443), False),
]


@pytest.mark.parametrize(("profile", "allow", "deny", "destination", "verdict"), HTTPS)
def test_https(profile: Profile, allow: str, deny: str, destination: Destination, verdict: bool) -> None:
    policy = Policy(profile, rules(*filter(None, allow.split(","))), rules(*filter(None, deny.split(","))))
    assert dials(policy.for_https(), *destination) is verdict


@pytest.mark.parametrize("profile", ORDER)
@pytest.mark.parametrize(("address", "mildest"), ADDRESSES)
def test_https_judges_addresses_alike(address: str, mildest: Profile | None, profile: Profile) -> None:
    expected = mildest is not None and ORDER.index(profile) >= ORDER.index(mildest)
    assert dials(Policy(profile).for_https(), "h.example", address, 443) is expected


networks = st.one_of(
    st.builds(lambda a, n: IPv4Network((int(a), n), strict=False), st.ip_addresses(v=4), st.integers(0, 32)),
    st.builds(lambda a, n: IPv6Network((int(a), n), strict=False), st.ip_addresses(v=6), st.integers(0, 128)),
)
names = st.sampled_from(["mx.example.com", "example.com", "a.test", "localhost"])
targets = st.one_of(
    st.builds(lambda network: Rule(network=network), networks),
    st.builds(lambda name: Rule(name=name), st.one_of(names, names.map(".{}".format))),
    st.just(Rule()),
)
ports = st.sampled_from([25, 443, 587, 2525, 8025])
any_rule = st.builds(
    lambda rule, port, wanted: Rule(rule.network, rule.name, port if wanted or rule == Rule() else 0),
    targets,
    ports,
    st.booleans(),
)
lists = st.lists(any_rule, max_size=4).map(tuple)
addresses = st.one_of(
    st.ip_addresses(),
    st.builds(
        lambda carry, a: IPv6Address(carry(int(a))), st.sampled_from(list(CARRYING.values())), st.ip_addresses(v=4)
    ),
)


@given(st.sampled_from(ORDER), lists, lists, names, ports, st.lists(addresses, min_size=1, max_size=5), st.booleans())
def test_deny_always_wins_and_never_means_never(
    profile: Profile,
    allow: tuple[Rule, ...],
    deny: tuple[Rule, ...],
    host: str,
    port: int,
    found: Sequence[IPv4Address | IPv6Address],
    https: bool,
) -> None:
    policy = Policy(profile, allow, deny)
    policy = policy.for_https() if https else policy
    dialled = {address for address in found if dials(policy, host, str(address), port)}
    for address in dialled:
        assert reach_of(address) is not Reach.NEVER
        assert not any(
            rule.port in (0, port) and (rule.only_port or rule.fits_name(host) or rule.fits_address(address))
            for rule in deny
        )
    # What is denied stays denied, whatever is allowed besides; and without denials nothing closes.
    for address in found:
        if not dials(Policy(DEVELOPMENT, (), deny), host, str(address), port):
            assert address not in dialled
        if dials(Policy(profile, (), ()), host, str(address), port):
            assert dials(Policy(profile, allow, ()), host, str(address), port)
    # A literal is judged as its address is.
    literal = str(found[0])
    assert dials(policy, literal, literal, port) is dials(
        Policy(profile, _nameless(allow), _nameless(deny), policy.ports), "unlisted.invalid", literal, port
    )


@given(st.sampled_from(ORDER), ports, addresses, st.booleans())
def test_the_short_way_without_lists_judges_as_the_long_way(
    profile: Profile, port: int, address: IPv4Address | IPv6Address, https: bool
) -> None:
    unrelated = (Rule(name="unrelated.invalid", port=1),)
    verdicts = set()
    for allow, deny in (((), ()), (unrelated, ()), ((), unrelated), (unrelated, unrelated)):
        policy = Policy(profile, allow, deny)
        policy = policy.for_https() if https else policy
        verdicts.add(dials(policy, "h.example", str(address), port))
        verdicts.add(dials(policy, str(address), str(address), port))
    assert len(verdicts) == 1


@given(st.ip_addresses(v=6), st.sampled_from(["eth0", "1", "lo"]), lists, lists, st.sampled_from(ORDER))
def test_a_zone_makes_no_address_less_restricted(
    address: IPv6Address, scope: str, allow: tuple[Rule, ...], deny: tuple[Rule, ...], profile: Profile
) -> None:
    policy = Policy(profile, allow, deny)
    scoped = f"{address}%{scope}"
    assert reach_of(IPv6Address(scoped)) is reach_of(address)
    assert dials(policy, "h.example", scoped, 587) is dials(policy, "h.example", str(address), 587)


SPELLINGS = st.builds(
    lambda upper, dot, wide: "".join(c.upper() if up else c for c, up in zip(wide, upper, strict=True)) + dot,
    st.lists(st.booleans(), min_size=17, max_size=17),
    st.sampled_from(["", "."]),
    st.sampled_from(["mx.b\u00fccher.example", "mx\u3002b\u00fccher.example", "\uff4dx.b\u00fccher\uff0eexample"]),
)


@given(SPELLINGS, st.sampled_from(ORDER))
def test_no_spelling_of_a_name_slips_by_the_lists(spelled: str, profile: Profile) -> None:
    for entry in ("mx.b\u00fccher.example", "*.b\u00fccher.example", "MX.xn--bcher-kva.EXAMPLE.", spelled):
        assert not dials(Policy(profile, deny=rules(entry)), spelled, "8.8.8.8")
        assert dials(Policy(profile, allow=rules(entry)), spelled, "10.0.0.1")
        assert dials(Policy(profile, deny=rules(entry)), "other.example", "8.8.8.8")


@pytest.mark.parametrize(
    "host",
    ["\uff11\uff12\uff17.0.0.1", "\uff11\uff16\uff19.254.169.254", "0177.0.0.1", "127.1", "0x7f.1", "2130706433",
     "[::1]", "[::ffff:169.254.169.254]", "::1%lo"],
)  # fmt: skip
def test_a_disguised_literal_gains_nothing(host: str) -> None:
    # Whatever of it the resolver reads as an address: that address is judged.
    for address in ("127.0.0.1", "169.254.169.254", "::1"):
        assert not dials(Policy(PRIVATE), host, address)


def _nameless(entries: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in entries if not rule.name)


ENTRIES: list[tuple[str, Rule]] = [
    ("2525", Rule(port=2525)),
    (" 2525 ", Rule(port=2525)),
    ("10.0.0.0/8", Rule(IPv4Network("10.0.0.0/8"))),
    ("192.0.2.7", Rule(IPv4Network("192.0.2.7/32"))),
    ("10.0.0.0/8:25", Rule(IPv4Network("10.0.0.0/8"), port=25)),
    ("192.0.2.7:25", Rule(IPv4Network("192.0.2.7/32"), port=25)),
    ("fd00::/8", Rule(IPv6Network("fd00::/8"))),
    ("fd00::1:25", Rule(IPv6Network("fd00::1:25/128"))),  # no port without brackets
    ("[fd00::/8]:25", Rule(IPv6Network("fd00::/8"), port=25)),
    ("[fd00::1]", Rule(IPv6Network("fd00::1/128"))),
    ("::", Rule(IPv6Network("::/128"))),
    ("localhost", Rule(name="localhost")),
    ("MX.Example.com.", Rule(name="mx.example.com")),
    ("_dmarc.example.com", Rule(name="_dmarc.example.com")),
    ("*.Example.com:465", Rule(name=".example.com", port=465)),
    ("*.internal", Rule(name=".internal")),
    ("bücher.example", Rule(name="xn--bcher-kva.example")),
]


@pytest.mark.parametrize(("text", "rule"), ENTRIES)
def test_entries(text: str, rule: Rule) -> None:
    assert parse_rule(text) == rule


BAD_ENTRIES: list[tuple[str, str]] = [
    ("", "must be a network, a name or a port"),
    ("a b", "must be a network, a name or a port"),
    ("http://mx.example.com", "between 1 and 65535"),
    ("mx.example.com/24", "must be a network or address of numbers"),
    ("-a.example", "must be a network, a name or a port"),
    ("x" * 400, "must be a network, a name or a port"),
    ("a\r\nb", "must be a network, a name or a port"),
    ("0", "between 1 and 65535"),
    ("65536", "between 1 and 65535"),
    ("9" * 40, "between 1 and 65535"),
    ("mx.example.com:", "between 1 and 65535"),
    ("mx.example.com:smtp", "between 1 and 65535"),
    ("mx.example.com:\uff12\uff15", "between 1 and 65535"),
    ("[fd00::1]:", "between 1 and 65535"),
    (":25", "must be a network, a name or a port"),
    ("*", "must have its one \\* at the beginning"),
    ("*.", "must have a name behind"),
    ("*.*.example.com", "must have its one"),
    ("mx.*.example.com", "must have its one"),
    ("*example.com", "must have its one"),
    ("10.0.0.0/33", "must be a network or address of numbers"),
    ("10.1.2.3/8", "write 10.0.0.0/8"),
    ("fd00::1/8", "write fd00::/8"),
    ("10.1", "must be a network or address of numbers"),
    ("300.1.1.1", "must be a network or address of numbers"),
    ("1::2::3", "must be a network or address of numbers"),
    ("fe80::1%eth0", "must be without a zone"),
    ("0x7f.1.0x1", "ends in a number"),
    ("0x7f000001", "ends in a number"),
    ("[mx.example.com]:25", "IPv6 address or network between the brackets"),
    ("[]:25", "IPv6 address or network between the brackets"),
    ("[fd00::1", "must be a network or address of numbers"),
    ("::ffff:10.0.0.1", "write 10.0.0.1/32"),
    ("::ffff:0:0/96", "write 0.0.0.0/0"),
]


@pytest.mark.parametrize(("text", "sentence"), BAD_ENTRIES)
def test_what_is_no_entry_is_refused_in_one_sentence(text: str, sentence: str) -> None:
    for parse in (parse_rule, allow_rule):
        with pytest.raises(ValueError, match=sentence) as caught:
            parse(text)
        assert str(caught.value).startswith("must ")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["169.254.169.254", "169.254.0.0/16", "169.254.169.0/24:80", "fe80::/64", "224.0.0.0/8", "255.255.255.255", "::",
     "0.0.0.0", "fd00:ec2::254", "64:ff9b::169.254.169.254", "ff02::1"],
)  # fmt: skip
def test_what_no_list_opens_can_be_denied_but_not_allowed(text: str) -> None:
    parse_rule(text)
    with pytest.raises(ValueError, match="must not be metadata, link-local, multicast"):
        allow_rule(text)


@given(st.text(max_size=40))
def test_any_text_is_an_entry_or_a_value_error(text: str) -> None:
    try:
        rule = parse_rule(text)
    except ValueError as error:
        assert str(error).startswith("must ")  # noqa: PT017 - either is right
    else:
        assert rule.port or rule.network is not None or rule.name


def test_the_ports_of_each_kind_of_policy() -> None:
    assert Policy().ports == SUBMISSION_PORTS
    assert Policy(PRIVATE, rules("25"), rules("26")).for_https() == Policy(
        PRIVATE, rules("25"), rules("26"), HTTPS_PORTS
    )
    assert Policy(PRIVATE, rules("25"), rules("26")).for_web() == Policy(PRIVATE, rules("25"), rules("26"), WEB_PORTS)


@pytest.mark.parametrize(
    ("policy", "port", "expected"),
    [
        (Policy().for_web(), 80, True),
        (Policy().for_web(), 443, True),
        (Policy().for_https(), 80, False),  # tokens and webhooks
        (Policy().for_web(), 8080, False),
        (Policy().for_web(), 25, False),
        (Policy(deny=rules("80")).for_web(), 80, False),
        (Policy(deny=rules("h.example")).for_web(), 80, False),
    ],
)
def test_the_web_is_published_settings_at_their_two_ports(policy: Policy, port: int, expected: bool) -> None:
    assert dials(policy, "h.example", "8.8.8.8", port) is expected


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_the_web_leads_nowhere_inward(address: str) -> None:
    assert not dials(Policy().for_web(), "h.example", address, 80)


# The shortcut of a policy without lists, and the code that looks into lists.


def verdict_of(policy: Policy, host: str, port: int, addresses: Sequence[str]) -> tuple[str, Sequence[str]]:
    said = []
    for check in (lambda: policy.check_name(host, port), lambda: policy.check_addresses(host, port, addresses)):
        try:
            said.append(check() or ())
        except EgressDenied as denied:
            return str(denied), ()
    return "", said[-1]


known_addresses = st.sampled_from([address for address, _ in ADDRESSES])
any_addresses = known_addresses | st.ip_addresses().map(str) | st.sampled_from(["", "no address", "::ffff:10.0.0.1%1"])


@given(
    profile=st.sampled_from(ORDER),
    host=st.sampled_from(["mx.example.com", "localhost", "metadata.google.internal"]) | any_addresses,
    port=st.sampled_from([*sorted(SUBMISSION_PORTS), 2, 22, 443, 65535]),
    addresses=st.lists(any_addresses, max_size=5),
    ports=st.sampled_from([SUBMISSION_PORTS, HTTPS_PORTS]),
)
def test_without_lists_the_verdict_is_that_of_lists_in_which_nothing_fits(
    profile: Profile, host: str, port: int, addresses: list[str], ports: frozenset[int]
) -> None:
    policy = Policy(profile, ports=ports)
    assert verdict_of(policy, host, port, addresses) == verdict_of(listed(policy), host, port, addresses)


@pytest.mark.parametrize("profile", ORDER)
@pytest.mark.parametrize("address", [address for address, _ in ADDRESSES])
def test_without_lists_each_address_is_judged_as_with_lists_in_which_nothing_fits(
    profile: Profile, address: str
) -> None:
    policy = Policy(profile)
    assert verdict_of(policy, "mx.example.com", 587, [address]) == verdict_of(
        listed(policy), "mx.example.com", 587, [address]
    )


@pytest.mark.parametrize(
    ("prefix", "address"),
    [
        ("2001:db8:122::/32", ""),
        ("2620:5::/32", "2620:5:a9fe:a9fe::"),
        ("2620:5:100::/40", "2620:5:1a9:fea9:fe::"),
        ("2620:5:122::/48", "2620:5:122:a9fe:a9:fe00::"),
        ("2620:5:122:300::/56", "2620:5:122:3a9:fe:a9fe::"),
        ("2620:5:122:344::/64", "2620:5:122:344:a9:fea9:fe00:0"),
        ("2620:5:122:344::/96", "2620:5:122:344::169.254.169.254"),
    ],
)
def test_the_ipv4_address_behind_the_operators_own_nat64_prefix_is_judged(prefix: str, address: str) -> None:
    """RFC 6052 section 2.4 has such a table."""
    if not address:
        with pytest.raises(ValueError, match="must be a network whose address ends where its prefix does"):
            nat64_prefix(prefix)
        return
    Policy().check_name(address, 25)  # unknown prefixes are plain public addresses
    with pytest.raises(EgressDenied):
        Policy(nat64=(nat64_prefix(prefix),)).check_name(address, 25)


@pytest.mark.parametrize("text", ["10.0.0.0/8", "2620:5::/33", "2620:5::1", "x"])
def test_what_is_no_nat64_prefix(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must"):
        nat64_prefix(text)
