"""The egress policy as a table: address, mildest profile that lets it through (None: no profile does)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproof.egress import SUBMISSION_PORTS, Policy, Profile, Reach, policy_for_operator, reach_of
from mailproof.smtp.guard import EgressDenied, EgressGuard

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
    ("fd20:ce::254", None),
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


def test_a_denial_says_no_more_than_that_to_callers() -> None:
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


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_never_makes_it_milder(inner: IPv4Address) -> None:
    number = int(inner)
    wrapped = [
        ip_address(f"::ffff:{inner}"),
        ip_address(f"64:ff9b::{inner}"),
        ip_address(f"2001:4860:1:2:0:5efe:{inner}"),
        IPv6Address(0x2002 << 112 | number << 80 | 1),
        IPv6Address(0x20010000 << 96 | 0x08080808 << 64 | (number ^ 0xFFFFFFFF)),
        IPv6Address(0x20010000 << 96 | number << 64 | (0x08080808 ^ 0xFFFFFFFF)),
    ]
    for outer in wrapped:
        assert reach_of(outer).value >= reach_of(inner).value, outer
