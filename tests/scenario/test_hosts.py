"""How hosts are written, and what kind of place an address is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hms_esr.scenario.hosts import HostPort, host_name, host_port, kind_of, split_url
from tests.each import each


@each(
    ("written", "name"),
    [
        ("Example.GOV.", "example.gov"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("127.1", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0251.0376.0251.0376", "169.254.169.254"),
        ("2852039166", "169.254.169.254"),
        ("127.0.0.1.", "127.0.0.1"),
        ("127。0。0。1", "127.0.0.1"),
        ("１２７.0.0.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("0x", "0.0.0.0"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[::ffff:127.0.0.1]", "127.0.0.1"),
        ("[::ffff:a9fe:a9fe]", "169.254.169.254"),
        ("a_b.test", "a_b.test"),
    ],
)
def test_a_host_has_one_spelling(written: str, name: str) -> None:
    """Whatever a resolver or a browser would take it for."""
    assert host_name(written) == name


NO_HOSTS = ["", ".", "a..b", "-a.test", "a b", "a/b", "a@b", "1.2.3.4.5", "256.1.1.1", "1.2.3.999", "09.1.1.1", "[::1"]


@each("written", [*NO_HOSTS, "[::1%eth0]", "[zz]", "x" * 64 + ".test", "a%2e.test", "a\n.test", "a\x00b"])
def test_what_is_no_host_is_refused(written: str) -> None:
    """With a sentence."""
    with pytest.raises(ValueError, match=r"is not a|has a zone"):
        host_name(written)


@each(
    ("ip", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("127.8.8.8", "loopback"),
        ("::1", "loopback"),
        ("10.0.0.1", "private"),
        ("172.16.3.3", "private"),
        ("192.168.0.1", "private"),
        ("100.64.0.1", "private"),
        ("fd00::1", "private"),
        ("203.0.113.1", "private"),
        ("8.8.8.8", "public"),
        ("2606:4700::1111", "public"),
        ("0.0.0.0", "forbidden"),
        ("0.1.2.3", "forbidden"),
        ("::", "forbidden"),
        ("169.254.169.254", "forbidden"),
        ("169.254.0.1", "forbidden"),
        ("fe80::1", "forbidden"),
        ("fd00:ec2::254", "forbidden"),
        ("fd20:ce::254", "forbidden"),
        ("100.100.100.200", "forbidden"),
        ("168.63.129.16", "forbidden"),
        ("192.0.0.192", "forbidden"),
        ("224.0.0.1", "forbidden"),
        ("ff02::1", "forbidden"),
        ("255.255.255.255", "forbidden"),
        ("240.0.0.1", "forbidden"),
        ("::ffff:169.254.169.254", "forbidden"),
        ("64:ff9b::a9fe:a9fe", "forbidden"),
        ("2002:a9fe:a9fe::1", "forbidden"),
        ("64:ff9b::808:808", "public"),
    ],
)
def test_an_address_is_of_one_kind(ip: str, kind: str) -> None:
    """Also when it is wrapped into another."""
    assert kind_of(ip) == kind


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("a.test", HostPort("a.test", None)),
        ("a.test:81", HostPort("a.test", 81)),
        ("http://a.test/x", HostPort("a.test", 80)),
        ("https://a.test", HostPort("a.test", 443)),
        ("http://127.1:9800", HostPort("127.0.0.1", 9800)),
        ("[::1]:9800", HostPort("::1", 9800)),
        ("::1", HostPort("::1", None)),
    ],
)
def test_places_are_read_with_and_without_a_port(written: str, place: HostPort) -> None:
    """An address of a page has its scheme's port."""
    assert host_port(written) == place
    assert host_port(str(place)) == place


@each(
    ("url", "words"),
    [
        ("ftp://a.test/", "only http and https"),
        ("javascript:alert(1)", "is not an address such as"),
        ("//a.test/", "is not an address such as"),
        ("http://user:pw@a.test/", "a user name in it is refused"),
        ("http://a.test@b.test/", "a user name in it is refused"),
        ("http:///x", "is not HOST"),
        ("http://a.test:0/", "1 to 65535"),
        ("http://a.test:99999/", "1 to 65535"),
        ("http://a.test:x/", "is not HOST"),
    ],
)
def test_an_address_that_cannot_be_carried_says_why(url: str, words: str) -> None:
    """Before anything is resolved; a password is not repeated."""
    with pytest.raises(ValueError, match=words) as caught:
        split_url(url)
    assert "pw" not in str(caught.value)


@given(st.integers(0, 2**32 - 1))
def test_every_spelling_of_an_ipv4_address_is_the_same_place(value: int) -> None:
    """Dotted, decimal, hexadecimal, octal, mapped into IPv6."""
    parts = value.to_bytes(4, "big")
    dotted = ".".join(map(str, parts))
    spellings = [dotted, str(value), hex(value), "0" + oct(value)[2:], ".".join(map(hex, parts)), f"[::ffff:{dotted}]"]
    spellings.append(f"{parts[0]}.{value & 0xFFFFFF}")
    assert {host_name(one) for one in spellings} == {dotted}
