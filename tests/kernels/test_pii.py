"""The kernels of personal data: against their twin, Python's `ipaddress`, Luhn's check, and what must not be found."""

import ipaddress
from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thresher.annotators.pii import find_spans
from thresher.kernels.pii_address import ipv4_at, ipv6_at, is_public_4, is_public_6
from thresher.kernels.pii_cards import NO_CARD, issued

from . import pii_twin
from .texts import TEXTS, joined

PARTS = (
    *("me@a.org", "rené@müller.de", "@", "a.b", ".", "..", "-", "_", "x@y", "logo@2x.png", "xn--p1ai", ".рф"),
    *("8.8.8.8", "10.0.0.1", "192.0.2.1", "1.2.3", ".4", "256", "v", "version ", "/24", ":80", "255.255.255.255"),
    *("2606:4700::1111", "::1", "::", "fe80::1", "::ffff:8.8.8.8", "2001:db8:0:0:0:0:0:1", "a::b", ":", "12:30:45"),
    *("+41 (0)44 668 18 00", "(555) 234-5678", "0490 75 40 81", "555-123-4567", "020", "7946 0958", "001-518-640-0854"),
    *("(71) 4233-6306", "+", "(", ")", "+1", "x12", ", ext. 5", "00", "1", "0", "44", "123", "4567", "2005"),
    *(
        "1990-2005",
        "054-28-6917",
        ".com으로",
        "tel ",
        "Phone: ",
        "my fax",
        "téléf",
        "手机：",
        "тел. ",
        "Hotel",
        "text me",
    ),
    *("card ", "Visa ", " office", "-Fax"),
    *("4111 1111 1111 1111", "4111-1111", "4242424242424242", "378282246310005", "3782 822463 10005", "30569309025904"),
    *("4222222222222", "630427373398", "6011111111111117", "3530111333300000", "4000 0000 0000 0000 006"),
    *("AKIAIOSFODNN7EXAMPLE", "ghp_" + "aB3" * 12, "xoxb-12345678901", "AIza" + "x" * 35, "sk_live_" + "a1" * 10),
    *(
        "hf_" + "aB" * 17,
        "npm_" + "a1" * 18,
        "glpat-" + "a_" * 10,
        "sk-ant-api03-" + "x-" * 10,
        "sk-",
        "T3BlbkFJ" + "a" * 20,
    ),
    *(
        "sk-proj-" + "a1" * 9 + "T3BlbkFJ" + "b2" * 10,
        "pypi-AgEIcHlwaS5vcmc" + "C_" * 25,
        "xapp-1-A1B2C3D4E5",
        "shpat_",
    ),
    *("eyJhbGciOiJI.eyJzdWIiOiIx.", "abcdefghij_", "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"),
    *("MIIE\n", " ", "\n", "\xa0", "\u2011", "é", "电话", "٣", "\u0301", "/", ",", "%", "'", "$", "a", "Z", "ff", "\\"),
)
WHOLE = (  # what mostly is found, since a neighbour often spoils a part
    *(
        " 8.8.8.8 ",
        "(9.9.9.9)",
        " 8.8.4.4/24",
        " 10.0.0.1\n",
        " 2606:4700::1111 ",
        "[2001:4860:4860::8888]",
        " fe80::1 ",
    ),
    *(" 4111 1111 1111 1111 ", " 4242424242424242, ", " 378282246310005\n", " me@a.org ", "，rené@müller.de，"),
    *(" +41 44 668 18 00 ", " 555-234-5678\n", " ghp_" + "aB3" * 12 + " ", " AKIAIOSFODNN7EXAMPLE\r\n"),
)
DENSE = joined(st.sampled_from(PARTS) | st.sampled_from(WHOLE) | st.text(max_size=2), 14)
NUMERIC = joined(st.sampled_from("0123456789 -.()/+:x"), 40)
COLONS = joined(st.sampled_from("0123456789abcf:."), 40)


def found(text: str, public: bool = True) -> list[tuple[int, int, str]]:
    """The spans of one text, by character: they are cut where characters begin, else decoding fails."""
    encoded, rows = text.encode(), find_spans(pa.array([text]), public).to_pylist()
    return [(len(encoded[: r["start"]].decode()), len(encoded[: r["end"]].decode()), r["kind"]) for r in rows]


@settings(max_examples=400)
@given(text=TEXTS | DENSE | NUMERIC | COLONS, public=st.booleans())
@example(text="+1 4111 1111 1111 1111", public=True)
@example(text="foo@bar.com@8.8.8.8", public=True)
@example(text="me@a.orgxoxb-12345678901", public=True)
@example(text="a@b.ghp_" + "a" * 36, public=True)
@example(text="sk-sk-" + "a" * 484 + "T3BlbkFJ" + "b" * 40, public=True)
@example(text="sk-" + "a" * 484 + "T3BlbkFJ" + "b" * 40, public=True)
@example(text="sk-" + "a" * 300 + "T3BlbkFJ" + "b" * 300, public=True)
@example(text="sk-ant-" + "a" * 23 + " sk-T3BlbkFJ" + "b" * 19 + " xsk-T3BlbkFJ" + "b" * 20, public=True)
@example(text="shpat_" + "a" * 32 + " dop_v1_" + "f" * 64 + " dop_v1_" + "f" * 63, public=True)
def test_spans_are_those_of_the_definition(text: str, public: bool) -> None:
    assert found(text, public) == pii_twin.spans(text, public)


@given(DENSE, DENSE)
def test_spans_do_not_overlap_and_know_no_neighbour(one: str, other: str) -> None:
    both = find_spans(pa.array([one, other])).to_pylist()
    alone = [*find_spans(pa.array([one])).to_pylist(), *find_spans(pa.array([other])).to_pylist()]
    assert [row["kind"] for row in both] == [row["kind"] for row in alone]
    assert find_spans(pa.array(["no", one, other]).slice(1)).to_pylist() == both
    for before, after in pairwise(both):
        assert before["document"] < after["document"] or before["end"] <= after["start"]


CHANGED = [  # what releases of `ipaddress` see differently: the kernel follows the newest
    ipaddress.ip_network(name)
    for name in ("192.0.0.0/24", "64:ff9b:1::/48", "2001::/23", "2002::/16", "3fff::/20", "::ffff:0:0/96")
]
EDGES_4 = [int(ipaddress.ip_network(n)[k]) for n in (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "224.0.0.0/4",
) for k in (0, -1)]  # fmt: skip
EDGES_6 = [int(ipaddress.ip_network(n)[k]) for n in (
    "::/127", "64:ff9b::/96", "100::/64", "2001:db8::/32", "fc00::/7", "fe80::/10", "ff00::/8",
) for k in (0, -1)]  # fmt: skip


@given(st.integers(0, 2**32 - 1) | st.sampled_from(EDGES_4).flatmap(lambda n: st.sampled_from((n - 1, n, n + 1))))
def test_public_ipv4_addresses_are_those_of_ipaddress(value: int) -> None:
    address = ipaddress.IPv4Address(value % 2**32)
    if address not in CHANGED[0]:
        assert is_public_4(int(address)) == address.is_global
    data = np.frombuffer(str(address).encode(), np.uint8)
    assert ipv4_at(data, 0, len(data)) == (len(data), int(address))


def of_words(words: list[int]) -> int:
    return sum(word << 16 * place for place, word in enumerate(words))


@given(
    st.integers(0, 2**128 - 1)
    | st.sampled_from(EDGES_6).flatmap(lambda n: st.sampled_from((n - 1, n, n + 1)))
    | st.lists(st.sampled_from((0, 0, 1, 0xFFFF)), min_size=8, max_size=8).map(of_words)
)
def test_public_ipv6_addresses_are_those_of_ipaddress(value: int) -> None:
    address = ipaddress.IPv6Address(value % 2**128)
    high, low = map(np.uint64, divmod(int(address), 2**64))
    if not any(address in network for network in CHANGED):
        assert is_public_6(high, low) == address.is_global
    for written in (address.compressed, address.exploded, address.compressed.upper()):
        data = np.frombuffer(written.encode(), np.uint8)
        assert ipv6_at(data, 0, len(data)) == (len(data), high, low, "::" in written)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *(("192.0.0.9", True), ("192.0.0.8", False), ("::ffff:8.8.8.8", True), ("::ffff:10.0.0.1", False)),
        *(("2001:1::1", True), ("2001:2::1", False), ("2002::1", False), ("3fff::1", False), ("64:ff9b:1::1", False)),
        *(("2001:4860:4860::8888", True), ("2001:0db8:0:0:8:800:200C:417A", False)),
        *(("FF01::101", True), ("::1", False), ("::", None), ("fe80::1", False), ("fd12::1", False)),
        *(("64:ff9b::8.8.8.8", True), ("2606:4700:0:0:0:0:0:1111", True)),
        ("6e40:4041:c617:e898:c11:40d2:c669:2eb4", True),
    ],
)
def test_forms_of_rfc_4291_and_the_registries(address: str, public: bool | None) -> None:
    """None: a short form where no addresses have been given out, never found."""
    text = f"to {address}, port 80"
    span = (3, 3 + len(address), "ipv6" if ":" in address else "ipv4")
    assert found(text) == ([span] if public else [])
    assert found(text, public=False) == ([] if public is None else [span])


PUBLISHED_CARDS = (
    *("4111111111111111", "4012888888881881", "5555555555554444", "5105105105105100", "2223003122003222"),
    *("378282246310005", "371449635398431", "30569309025904", "38520000023237", "6011111111111117"),
    *("6011000990139424", "3530111333300000", "3566002020360505", "6200000000000005"),
)


@pytest.mark.parametrize("card", PUBLISHED_CARDS)
def test_a_card_number_is_found_in_each_layout_and_with_no_other_check_digit(card: str) -> None:
    parts = {15: (4, 10), 14: (4, 10), 16: (4, 8, 12)}[len(card)]
    for sign in ("", " ", "-"):
        written = "".join(sign * (place in parts) + digit for place, digit in enumerate(card))
        assert found(f"of {written}, said") == [(3, 3 + len(written), "cards")]
    for digit in set("0123456789") - {card[-1]}:
        assert not [kind for *_, kind in found(f"of {card[:-1]}{digit}, said") if kind == "cards"]


def test_prefixes_are_those_of_the_issuers() -> None:
    assert [p for p in range(10_000) if 2000 <= p < 3000 and issued(p, 16) != NO_CARD] == list(range(2221, 2721))
    assert {p // 100 for p in range(5000, 6000) if issued(p, 16) == 1} == {51, 52, 53, 54, 55}


@pytest.mark.parametrize(
    "text",
    [
        *("version 1.2.3.4", "1.2.3.4.5", "release 10.20.30.40", "Chrome/104.0.0.0 Safari", "lib-1.2.3.4"),
        *(
            "2.0.0.1-rc",
            "Section\xa07.8.2.1",
            "v1.2.3.4",
            "300.1.1.1",
            "08.8.8.8",
            "1.2.3",
            "x[::2]",
            "a::b",
            "std::cafe",
        ),
        *("12:30:45", "at 10:15", "00:1a:2b:3c:4d:5e", "2012-05-12 10:30:00", "12.05.2020", "05/12/2012", "11-29-2024"),
        *("978-0-306-40615-7", "ISBN 0-306-40615-2", "9780306406157", "0306406152", "CAS 7732-18-5", "054-28-6917"),
        *("3.1415926535", "0.1234567890", "1,234,567,890", "+3.1415926535", "the years 1990-2005", "call 1990-2005"),
        *("deadbeef cafe 1234abcd", "face::add", "123e4567-e89b-12d3-a456-426614174000", "0011 1111 1111 0000"),
        *("4111111111111112", "0000 0000 0000 0000", "1 2 3 4 5 6 7 8 9 10 11 12", "4220 4632 5041 5490 6775 9878"),
        *("logo@2x.png", "vue@2.6.js", "a@b", "@handle", "user@", "me@.org", "me@-a.org", "a@b.c", "me at a.org"),
        *("AKIA", "AKIAIOSFODNN7EXAMPLEX", "ghp_short", "xoxb-your-token-here", "sk_test_" + "a" * 24),
        *("eyJhbGci.eyJ.x",),
        *("-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----", "Tel Aviv, 1909-1948"),
        *("1998 1999 2000 2001 2002",),
        *("https://a.org/2015/555-123-4567", "€ 12.345.678,90", "id 20120304123456", "1234567", "0800-1700"),
        *("Hotel 5551234567",),
    ],
)
def test_what_is_no_personal_data(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "span"),
    [
        ("o'brien+news@mail.example.co.uk.", "emails", "o'brien+news@mail.example.co.uk"),
        ("<mailto:me@a.org>", "emails", "me@a.org"),
        ("联系me@a.org谢谢", "emails", "me@a.org"),
        ("me@a.org으로", "emails", "me@a.org"),
        ("rené@müller.de", "emails", "rené@müller.de"),
        ("иван@пример.рф", "emails", "иван@пример.рф"),
        ("a@xn--80ak6aa92e.xn--p1ai.", "emails", "a@xn--80ak6aa92e.xn--p1ai"),
        ("555-123-4567@a.org", "emails", "555-123-4567@a.org"),
        ("http://8.8.8.8:80/a", "ipv4", "8.8.8.8"),
        ("8.8.8.8/24", "ipv4", "8.8.8.8"),
        ("ip:2606:4700::1111/64", "ipv6", "2606:4700::1111"),
        ("::13.1.68.3", "ipv4", "13.1.68.3"),
        ("[2606:4700::1111]:443", "ipv6", "2606:4700::1111"),
        ("电话555-234-4567", "phones", "555-234-4567"),
        ("tel:+1-201-555-0123", "phones", "+1-201-555-0123"),
        ("(+44) 20 7946 0958", "phones", "+44) 20 7946 0958"),
        ("030/1234567", "phones", "030/1234567"),
        ("Phone: 463-612-6138x036.", "phones", "463-612-6138x036"),
        ("Tél. 12 34 56 78", "phones", "12 34 56 78"),
        ("手机：13812345678。", "phones", "13812345678"),
        ("Тел.: 123-45-67", "phones", "123-45-67"),
        ("20006 202-555-0147", "phones", "202-555-0147"),
        ("token ghp_" + "a1B2" * 9 + ".", "secrets", "ghp_" + "a1B2" * 9),
        ("https://u:ghp_" + "a1B2" * 9 + "@a.org", "secrets", "ghp_" + "a1B2" * 9),
        (
            "-----BEGIN PRIVATE KEY-----\\nMIIE+/=\\n-----END PRIVATE KEY-----!",
            "secrets",
            "-----BEGIN PRIVATE KEY-----\\nMIIE+/=\\n-----END PRIVATE KEY-----",
        ),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl (cut)", "secrets", "-----BEGIN OPENSSH PRIVATE KEY-----"),
    ],
)
def test_what_is_found_and_nothing_more_of_it(text: str, kind: str, span: str) -> None:
    assert [(text[start:stop], kind) for start, stop, kind in found(text)] == [(span, kind)]


REPEATED = (
    *("@", "a@", "1 ", "1.", "1:", ":", "::", "-----BEGIN PRIVATE KEY-----", "-", "+1 ", "(1)", "eyJa"),
    *("eyJa-", "AIza-"),
    *(
        "xoxb-",
        "github_pat_",
        "ghp_",
        "sk_live_",
        "sk-",
        "sk-ant-",
        "hf_",
        "glpat-",
        "eyJabcdefg.",
        "a.",
        "a@b.",
        "a@1.",
    ),
    *("é", "fax 1234567", "1111111 ", "\0", "\u0301", "中", "8.8.8.8 ", "me@a.org\r\n", "2606:4700::1111\u2028"),
    *("4242424242424242,", "555-234-5678\n"),
)


@pytest.mark.parametrize("part", REPEATED)
def test_a_megabyte_of_one_thing(part: str) -> None:
    """No scan looks at the same bytes again and again, and what is found goes on as it began."""
    times = 1_000_000 // len(part.encode())
    few = 30 + times % 30
    first, more = (Counter(kind for *_, kind in pii_twin.spans(part * n)) for n in (few, few + 30))
    expected = {kind: first[kind] + (times - few) // 30 * (more[kind] - first[kind]) for kind in more}
    assert Counter(find_spans(pa.array([part * times])).column("kind").to_pylist()) == expected
