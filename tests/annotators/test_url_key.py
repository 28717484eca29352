"""Canonical URLs: against a plain reading of the definition, the Internet Archive's `surt`, and by hand."""

import gzip
import json
import pickle
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

import thresher.urls.canonical
from thresher.annotators.registry import make
from thresher.annotators.url_key import url_key_v1
from thresher.errors import UsageError
from thresher.kernels.hashing import murmur3
from thresher.urls.canonical import canonical

RULES = yaml.safe_load(Path(thresher.urls.canonical.__file__).with_name("url_key_v1.yaml").read_text("utf-8"))
AFTER = rb"([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?"
HEX32 = "0123456789abcdefABCDEF9876543210"


def names(part: str) -> list[str]:
    return [name for group in RULES[part] for name in group["names"]]


def has(listed: list[str], name: str) -> bool:
    name = lower(name)
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in listed)


def lower(text: str) -> str:
    return re.sub("[A-Z]+", lambda letters: letters[0].lower(), text)


def escaped(part: bytes) -> str:
    """RFC 3986: what is unreserved stands for itself, what is reserved stays as it was, all else is escaped."""
    text = ""
    for triple, byte in re.findall(rb"%([0-9a-fA-F]{2})|(.)", part, re.DOTALL):
        code = int(triple, 16) if triple else byte[0]
        stays = re.fullmatch("[A-Za-z0-9._~-]" if triple else "[A-Za-z0-9._~!$&'()*+,;=:@/?-]", chr(code), re.ASCII)
        text += chr(code) if stays else f"%{code:02X}"
    return text


def dropped(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    if has(names("sessions_by_value"), name) and re.fullmatch("[A-Za-z0-9]{32}", value):
        return True
    return parameter == "" or has(names("tracking") + names("sessions"), name)


def host_of(host: bytes) -> str | None:
    """The host in ASCII and lower case, less what does not count; None where it is none."""
    if host.startswith(b"["):
        found = re.fullmatch(rb"\[[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\]", host)
        return lower(host.decode()) if found else None
    host = unquote_to_bytes(host).strip(b".")
    try:
        if not host.isascii():
            host = host.decode().encode("idna") if len(host) <= 4 * 253 else b""
    except UnicodeError:
        return None
    name = lower(host.strip(b".").decode())
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", name):
        return None
    while re.match(r"www[0-9]*\.[^.]+\.", name):
        name = name.partition(".")[2]
    return name


def path_of(path: bytes) -> str:
    kept: list[str] = []
    for segment in escaped(path).split("/"):
        first, *parameters = segment.split(";")
        left = [one for one in parameters if not has(names("path_sessions"), one.partition("=")[0])]
        segment = ";".join([first, *left])
        if segment == "..":
            kept = kept[:-1]
        elif segment not in ("", "."):
            kept.append(segment)
    return "/" + "/".join(kept)


def query_of(query: bytes) -> str:
    left = [one for one in escaped(query).split("&") if not dropped(one)]
    ordered = sorted(left, key=lambda one: one.split("=", 1))
    return "?" + "&".join(ordered) if ordered else ""


def twin(url: bytes) -> str | None:
    url = url.strip(bytes(range(33))).translate(None, b"\t\r\n")
    found = re.fullmatch(rb"(?:(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(//))?" + AFTER, url, re.DOTALL)
    assert found is not None
    _, at, rest = found[3].rpartition(b"@")
    split = re.fullmatch(rb"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?", rest, re.DOTALL)
    host = host_of(split[1]) if split else None
    scheme = lower((found[1] or b"").decode())
    if split is None or host is None or (not found[2] and (at or ("." not in host and "[" not in host))):
        return None
    web = scheme in ("", *RULES["web"])
    port = (split[2] or b"").decode()
    port = port.lstrip("0") or port[:1]
    own = [str(one) for one in RULES["web"].values()] if web else [str(RULES["ports"].get(scheme))]
    form = (("" if "." in host or "[" in host else "//") if web else f"{scheme}://") + host
    form += f":{port}" if port and port not in own else ""
    form += path_of(found[4]) + query_of(found[5] or b"")
    fragment = found[6] or b""
    return form + ("#" + escaped(fragment) if fragment.startswith(b"!") and fragment != b"!" else "")


def forms(urls: list[Any], **settings: Any) -> list[str | None]:
    kind = pa.binary() if any(isinstance(url, bytes) for url in urls) else pa.string()
    made: list[str | None] = canonical(pa.array(urls, kind), **settings).to_pylist()
    return made


SCHEMES = st.sampled_from(
    ("http://", "https://", "HTTP://", "//", "", "ftp://", "x-y+z://", "mailto:", " http://", "http:/")
)
USERS = st.sampled_from(("", "", "", "me:pw@", "a@b@"))
LABELS = st.sampled_from(
    ("a", "B", "www", "www2", "WWW.", "example", "org", "Bücher", "公司", "℀", "ß", "x_y-z", "", "1")
)
HOSTS = st.sampled_from(
    ("a.org", "[::1]", "[2001:DB8::1", "[]", "a%2Eb", "b%C3%BCcher.de", "ü。org", "a b.org", "%zz")
) | st.lists(LABELS, min_size=1, max_size=5).map(".".join)
PORTS = st.sampled_from(("", "", ":", ":80", ":443", ":0080", ":8080", ":21", ":x", ":0"))
SIGNS = ". .. / // a B %41 %2f %2F %7e % %4 %zz %e4 ü ; ~ ;jsessionid=1 ;JSESSIONID = & + [ ' %27 * @ : !".split()
PIECES = st.sampled_from((*SIGNS, " ", "\t", "\n", "\\", "\x00", "\x7f"))
PATHS = st.just("") | st.lists(PIECES, max_size=8).map(lambda pieces: "/" + "".join(pieces))
NAMES = st.sampled_from(
    (
        "a",
        "b",
        "a-b",
        "utm_x",
        "UTM_",
        "utm",
        "gclid",
        "sid",
        "SID",
        "s",
        "aspsessionidqq",
        "ref",
        "%75tm_a",
        "",
        "ü",
        "cfid",
    )
)
VALUES = st.sampled_from(("", "=", "=1", "=2", "=b=c", "=%41", "=" + HEX32, "=" + HEX32 + "0", "=a b"))
QUERIES = st.just("") | st.lists(st.builds("{}{}".format, NAMES, VALUES), max_size=7).map(lambda p: "?" + "&".join(p))
FRAGMENTS = st.sampled_from(("", "", "#", "#top", "#!", "#!/a", "#!a#b", "#!%41 ü"))
URLS = st.builds("{}{}{}{}{}{}{}".format, SCHEMES, USERS, HOSTS, PORTS, PATHS, QUERIES, FRAGMENTS)
BYTES = (
    (URLS | st.text(max_size=30)).map(str.encode)
    | st.binary(max_size=30)
    | st.binary(max_size=9).map(b"http://a.b/".__add__)
)


@given(st.lists(BYTES, min_size=1, max_size=8))
@example([b"http://www.www.com", b"http://www..com", b"http://a.org?"])
def test_the_form_is_what_the_definition_says(urls: list[bytes]) -> None:
    assert forms(urls) == [twin(url) for url in urls]


@given(st.lists(BYTES, min_size=1, max_size=8))
@example([b"http://www.www.a.org//x;jsessionid=1//../?&utm_=&=&b#!#"])
def test_the_form_of_a_form_is_that_form(urls: list[bytes]) -> None:
    once = forms(urls)
    assert forms(once) == once
    assert all(form is None or form.isascii() for form in once)


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("http://example.org", "example.org/"),
        ("https://example.org:443/", "example.org/"),
        ("https://example.org:80", "example.org/"),
        ("http://example.org:8080/", "example.org:8080/"),
        ("HTTP://me:pw@WWW.Example.ORG./", "example.org/"),
        ("https://www3.example.org/A", "example.org/A"),
        ("http://wwwx.example.org", "wwwx.example.org/"),
        ("http://www.org/", "www.org/"),
        ("//localhost:80/x", "//localhost/x"),
        ("ftp://example.org:21/x", "ftp://example.org/x"),
        ("http://Bücher.example/größe?q=ü", "xn--bcher-kva.example/gr%C3%B6%C3%9Fe?q=%C3%BC"),
        ("http://xn--bcher-kva.example", "xn--bcher-kva.example/"),
        ("http://b%C3%BCcher.example", "xn--bcher-kva.example/"),
        ("http://例え。テスト/", "xn--r8jz45g.xn--zckzah/"),
        ("http://[2001:DB8::1]:80/a", "[2001:db8::1]/a"),
        ("http://a.org/%7euser/%e4%2f", "a.org/~user/%E4%2F"),
        ("http://a.org/a//b/./c/../d/", "a.org/a/b/d"),
        ("http://a.org/../../x", "a.org/x"),
        ("http://a.org/%2e%2E/x", "a.org/x"),
        ("http://a.org/x;jsessionid=1F.node1;v=2/y", "a.org/x;v=2/y"),
        ("http://a.org/x y", "a.org/x%20y"),
        ("http://a.org/ex\n ample", "a.org/ex%20ample"),
        ("http://a.org/?", "a.org/"),
        ("http://a.org/?&&", "a.org/"),
        ("http://a.org/?b=2&a=1&a=0&a", "a.org/?a&a=0&a=1&b=2"),
        ("http://a.org/?utm_source=x&UTM_Medium=y&fbclid=1&id=7", "a.org/?id=7"),
        ("http://a.org/?%75tm_source=x", "a.org/"),
        (f"http://a.org/?PHPSESSID=1&sid={HEX32}&CFID=1", "a.org/"),
        ("http://a.org/?sid=7&s=shoes", "a.org/?s=shoes&sid=7"),
        ("http://a.org/?ref=main", "a.org/?ref=main"),
        ("http://a.org/x#top", "a.org/x"),
        ("http://a.org/#!/inbox/1", "a.org/#!/inbox/1"),
        ("http://a.org/#!", "a.org/"),
        ("example.org/x", "example.org/x"),
        (" \thttp://example.org/x\n", "example.org/x"),
        *((text, None) for text in ("", " ", "n/a", "None", "-", "unknown", "a picture", "http://", "http:///x")),
        *((text, None) for text in ("mailto:me@a.org", "urn:uuid:1-2", "tel:12345", "data:,x", "file:///tmp/x")),
        *((text, None) for text in ("http://a..org", "http://a b.org", "http://a.org:x/", "http://℀.org", "me@a.org")),
    ],
)
def test_forms_by_hand(url: str, form: str | None) -> None:
    assert forms([url]) == [form]


def test_settings_keep_and_drop_parameters() -> None:
    url = ["http://a.org/?id=1&ref=x&utm_id=2&Größe=3"]
    assert forms(url, keep=("utm_id",)) == ["a.org/?Gr%C3%B6%C3%9Fe=3&id=1&ref=x&utm_id=2"]
    assert forms(url, drop=("REF", "gr*")) == ["a.org/?id=1"]
    assert forms(url, drop=("größe",)) == ["a.org/?id=1&ref=x"]
    assert forms(url, drop=("*",)) == ["a.org/"]
    assert forms(url, drop=("*",), keep=("i*",)) == ["a.org/?id=1"]


@pytest.mark.parametrize("name", ["", "a&b", "a=b", "*a", "a b", "a#", "x" * 201])
def test_a_name_that_no_parameter_can_have_is_told(name: str) -> None:
    for setting in ("keep_parameters", "drop_parameters"):
        with pytest.raises(UsageError, match=f"url_key_v1: .* in `{setting}` is no name of a parameter"):
            make("url_key_v1", {setting: ["id", name]})


def test_settings_are_part_of_the_identity_and_their_order_is_not() -> None:
    assert url_key_v1(("a", "b")).settings == url_key_v1(("b", "a", "b")).settings != url_key_v1().settings
    assert url_key_v1().inputs == ("url",)


def test_the_key_is_the_hash_of_the_form() -> None:
    form = b"example.org/a?b=c"
    blocks = np.frombuffer(form + bytes(32 - len(form) % 16), np.uint64)
    halves = [int(np.int64(half)) for half in np.array(murmur3(blocks, len(form), 0), np.uint64).view(np.int64)]
    urls = pa.array(["https://www.example.org/a/?b=c", None, "n/a"], pa.large_string())
    assert url_key_v1().measure(urls).to_pylist() == [dict(zip(("hash", "check"), halves, strict=True)), None, None]


def test_null_urls_slices_and_both_widths() -> None:
    urls = ["ü.org/1", None, "http://a.org/ü", "http://ü.org", "x"]
    whole = ["xn--tda.org/1", None, "a.org/%C3%BC", "xn--tda.org/", None]
    for kind in (pa.string(), pa.large_string()):
        assert canonical(pa.array(urls, kind)).to_pylist() == whole
        assert canonical(pa.array(urls, kind).slice(1, 3)).to_pylist() == whole[1:4]
        assert canonical(pa.array([], kind)).to_pylist() == []


def test_monstrous_urls_cost_no_more_than_their_length() -> None:
    parts = ("a.", "@", ".", "/a", "/..", ";a", "&a", "&utm_b=1", "%41", "ü", "ü.", "www.", "\t", "[", "#!")
    urls = ["http://a.org/?" + "&".join(f"p{n * 7919 % 100_003}={n}" for n in range(100_000))]
    urls += [start + part * 300_000 for part in parts for start in ("http://", "http://a.org/?")]
    made = forms(urls)
    assert made[0] is not None and made[0].startswith("a.org/?p0=0&p1=") and len(made[0]) == len(urls[0]) - 7
    assert forms(made) == made


def test_the_annotator_travels_to_the_workers() -> None:
    annotator = pickle.loads(pickle.dumps(url_key_v1()))
    assert annotator.measure(pa.array([], pa.string())).type == annotator.fields
    assert len(pickle.dumps(annotator)) < 2_000


def test_the_rules_are_names_in_lower_case_and_each_once() -> None:
    every = [name for part in ("tracking", "sessions", "sessions_by_value") for name in names(part)]
    assert len(set(every)) == len(every)
    assert all(re.fullmatch(r"[a-z0-9_.-]+\*?", name) for name in every)


@pytest.fixture(scope="module")
def urls(data_dir: Path) -> list[str]:
    """The URLs of real pages, and changed ones."""
    files = ("text/wcxb_dev_gold_all_clean", "web/wcxb/gold", "text/dolma_cc_en")
    rows = (json.loads(line) for name in files for line in gzip.open(data_dir / f"{name}.jsonl.gz", "rt", "utf-8"))
    found = sorted({url for row in rows for url in (row.get("url") or row["id"],) if url.startswith("http")})
    assert len(found) > 1_000
    changes = {"https://www.": "HTTP://me:pw@WWW7.", "https://": "//"}
    made_up = [url.replace(*change) for url in found for change in changes.items() if change[0] in url]
    made_up += [url + "//?b=2&a=1&c&b=1#top" for url in found if "?" not in url]
    return found + made_up


def test_real_urls_have_the_forms_that_the_definition_says(urls: list[str]) -> None:
    made = forms(urls)
    assert made == [twin(url.encode()) for url in urls]
    assert None not in made and forms(made) == made


def archived(surt: Any, url: str) -> str:
    """The form that the Internet Archive's canonicaliser gives, less what it can be asked not to do: lower case."""
    return str(surt(url, surt=False, with_scheme=False, path_lowercase=False, query_lowercase=False))


def test_forms_of_real_urls_are_those_of_the_internet_archive(urls: list[str]) -> None:
    """But where an escape stands for a sign with a meaning: theirs are all undone, ours as RFC 3986 has it."""
    surt = pytest.importorskip("surt").surt
    ours = forms(urls, keep=("*",))
    theirs = [archived(surt, url if not url.startswith("//") else "http:" + url) for url in urls]
    differ = [url for url, one, other in zip(urls, ours, theirs, strict=True) if one != other]
    assert len(differ) < 0.01 * len(urls)
    assert all(re.search("%[2-7][0-9A-Fa-f]", url) for url in differ)


@pytest.mark.parametrize(
    ("cause", "url", "ours", "theirs"),
    [
        ("a tracking parameter", "http://a.org/?utm_source=x", "a.org/", "a.org/?utm_source=x"),
        ("a session of any length", "http://a.org/?PHPSESSID=1", "a.org/", "a.org/?PHPSESSID=1"),
        ("a session in the path", "http://a.org/x;jsessionid=1", "a.org/x", "a.org/x;jsessionid=1"),
        ("ASP.NET's session", f"http://a.org/({HEX32[:24]})/x.aspx", f"a.org/({HEX32[:24]})/x.aspx", "a.org/x.aspx"),
        ("an empty parameter", "http://a.org/?b&&a", "a.org/?a&b", "a.org/?&a&b"),
        ("a fragment that names a page", "http://a.org/#!x", "a.org/#!x", "a.org/"),
        ("an escaped sign with a meaning", "http://a.org/b%2Fc?d=%2C", "a.org/b%2Fc?d=%2C", "a.org/b/c?d=,"),
        ("an escaped escape", "http://a.org/%2541", "a.org/%2541", "a.org/A"),
        ("what may not stand in a URL", "http://a.org/{b}|", "a.org/%7Bb%7D%7C", "a.org/{b}|"),
        ("steps above the root", "http://a.org/../b", "a.org/b", "a.org/../b"),
        ("another `www.`", "http://www.www2.a.org/", "a.org/", "www2.a.org/"),
        ("a host that is all `www.`", "http://www.org/", "www.org/", "org/"),
        ("a host of one label", "http://localhost/", "//localhost/", "localhost/"),
        ("the other scheme's port", "http://a.org:443/", "a.org/", "a.org:443/"),
        ("another scheme", "ftp://a.org/b", "ftp://a.org/b", "a.org/b"),
        ("an address by number", "http://2130706433/", "//2130706433/", "127.0.0.1/"),
        ("an empty label", "http://a..org/", None, "a.org/"),
        ("no URL", "n/a", None, "n/a"),
    ],
)
def test_what_differs_from_the_internet_archives_forms(cause: str, url: str, ours: str | None, theirs: str) -> None:
    surt = pytest.importorskip("surt").surt
    assert (forms([url])[0], archived(surt, url)) == (ours, theirs), cause
