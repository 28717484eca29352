"""URLs and their lists: against plain readings of the definitions, tldextract, datatrove's filter, and by hand."""

import gzip
import json
import multiprocessing
import pickle
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from thresher.annotators.registry import make
from thresher.annotators.url import FIELDS, KINDS, url_v1
from thresher.errors import ThresherError, UsageError
from thresher.filters.registry import ruleset
from thresher.urls.index import index_of
from thresher.urls.suffixes import ascii_host

SUFFIXES = "// A comment\n\ncom\nuk\nco.uk\n*.ck\n!www.ck\n公司.cn\ncn\n// ===BEGIN PRIVATE DOMAINS===\nblog.com\n"
RULES = {"com", "uk", "co.uk", "*.ck", "!www.ck", "xn--55qx5d.cn", "cn"}
Row = dict[str, Any]
Entries = Mapping[str, Iterable[str]]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    index_of.cache_clear()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., list[Row]]:
    """Measures URLs against lists given by their entries: `block` and `allow` by category, words by kind."""
    (tmp_path / "suffixes.dat").write_text(SUFFIXES, encoding="utf-8")

    def measured(
        urls: list[str | None],
        block: Entries | None = None,
        allow: Entries | None = None,
        hard: Iterable[str] = (),
        soft: Iterable[str] = (),
    ) -> list[Row]:
        given: dict[str, Any] = {"suffixes": str(tmp_path / "suffixes.dat")}
        for setting, lists in (("block", block or {}), ("allow", allow or {})):
            (tmp_path / setting).mkdir(exist_ok=True)
            given[setting] = [write(tmp_path / setting / name, lines) for name, lines in lists.items()]
        given["hard_words"], given["soft_words"] = write(tmp_path / "hard", hard), write(tmp_path / "soft", soft)
        rows: list[Row] = make("url_v1", given).measure(pa.array(urls, pa.string())).to_pylist()
        return rows

    return measured


def write(path: Path, lines: Iterable[str]) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def small(text: str) -> str:
    return re.sub("[A-Z]+", lambda letters: letters[0].lower(), text)


def split(url: str) -> tuple[str, str]:
    """A URL's host and what follows it, less the fragment."""
    url = ascii_host(url.encode()).decode().strip("".join(map(chr, range(33))))
    found = re.match(r"(?:(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//)?([^/?#]*)([^#]*)", url, re.DOTALL)
    assert found is not None
    host = found[1].rpartition("@")[2]
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return small(host.strip(".")), small(found[2])


def registrable(host: str) -> str | None:
    """The algorithm of publicsuffix.org, of the longest rule or the exception."""
    labels = host.split(".")
    if "" in labels or ":" in host or re.fullmatch("[0-9]+", labels[-1]):
        return None
    suffix = 1
    for size in range(1, len(labels) + 1):
        name, parent = ".".join(labels[-size:]), ".".join(labels[len(labels) - size + 1 :])
        if "!" + name in RULES:
            suffix = size - 1
            break
        if name in RULES or "*." + parent in RULES:
            suffix = size
    return ".".join(labels[-suffix - 1 :]) if len(labels) > suffix else None


def page(host: str, rest: str) -> tuple[str, str]:
    host = host[4:] if host.startswith("www.") and len(host) > 4 else host
    return host, rest if "?" in rest else rest.rstrip("/")


def asked(host: str, rest: str) -> list[str | tuple[str, str]]:
    """The entries that would hold this URL: hosts from the registrable domain on, then pages from the first folder."""
    labels, shortest = host.split("."), len((registrable(host) or host).split("."))
    hosts = [".".join(labels[-size:]) for size in range(shortest, len(labels) + 1)]
    path = rest.partition("?")[0]
    cuts = [path[:at] for at in range(1, len(path) + 1) if path[at : at + 1] in ("/", "")]
    folders = [page(host, cut) for cut in (*cuts, rest)]
    return [*hosts, *dict.fromkeys(folder for folder in folders if folder[1])]


def twin(url: str, block: Entries, allow: Entries, hard: Iterable[str], soft: Iterable[str]) -> Row:
    held: dict[Any, tuple[int, str]] = {}
    for kind, lists in ((1, allow), (2, block)):
        for category, entries in lists.items():
            for entry in entries:
                host, rest = page(*split(entry))
                if rest:
                    held.setdefault((host, rest), (kind if kind == 1 else 3, category))
                elif split(entry)[0]:
                    held.setdefault(split(entry)[0], (kind, category))
    host, rest = split(url)
    listed: tuple[int, str | None] = (0, None)
    for entry in asked(host, rest) if host else []:
        found = held.get(entry)
        if found is not None and (not listed[0] or found[0] <= listed[0]):
            listed = found
    words = {small(word) for word in re.split("[^a-zA-Z0-9]+", ascii_host(url.encode()).decode())}
    if not listed[0] and words & {re.sub("[^a-z0-9]", "", small(word)) for word in hard} - {""}:
        listed = (4, "hard")
    if not listed[0] and len(words & {re.sub("[^a-z0-9]", "", small(word)) for word in soft} - {""}) > 1:
        listed = (5, "soft")
    kinds = KINDS.to_pylist()
    return {"listed": kinds[listed[0]], "category": listed[1], "host": host or None, "domain": registrable(host)}


LABELS = st.sampled_from(
    ("a", "b", "www", "com", "uk", "co", "ck", "cn", "A", "Bücher", "公司", "1", "x-y", "", "blog")
)
FEW = st.sampled_from(("a.com", "www.a.com", "b.A.com", "co.uk", "a.co.uk", "x.b.ck", "bücher.com", "1.2.3.4", "ab.ba"))
HOSTS = FEW | FEW | st.lists(LABELS, min_size=1, max_size=4).map(".".join)
PATHS = st.lists(st.sampled_from(("/", "/a", "/A", "/b/", "?", "?x=1", "ü")), max_size=4).map("".join)
BEFORE = st.sampled_from(("", "http://", "HTTPS://", "//", "ftp://me:pw@", "me@", " http://", "x:", "1://", "http:/"))
BEHIND = st.sampled_from(("", ":80", ".", ".:443"))
URLS = st.builds("{}{}{}{}{}".format, BEFORE, HOSTS, BEHIND, PATHS, st.sampled_from(("", "#f", "#/a", " ", "\n")))
STEPS = st.lists(st.sampled_from(("/a", "/A", "/b", "/", "?", "?x")), max_size=4).map("".join)
NEAR = st.builds("{}{}".format, st.sampled_from(("a.com", "www.a.com", "b.a.com")), STEPS)  # so that much is listed
ENTRY = NEAR | st.builds("{}{}".format, HOSTS, st.just("") | PATHS)
LISTS = st.dictionaries(st.sampled_from(("first", "second", "third")), st.lists(ENTRY, max_size=5), max_size=2)
WORDS = st.lists(st.sampled_from(("x", "Y", "x-y", "cher", "www", "ftp", "1")), max_size=3)


@given(
    urls=st.lists(NEAR | URLS | st.text(max_size=20), min_size=1, max_size=8),
    block=LISTS,
    allow=LISTS,
    hard=WORDS,
    soft=WORDS,
)
@example(urls=["ab.ba", "ab.ba/x"], block={"first": ["ab.ba/y"]}, allow={}, hard=[], soft=[])
@example(urls=["b.www.ck", "a.b.ck", "x.a.b.ck", "ck"], block={"first": ["www.ck", "b.ck"]}, allow={}, hard=[], soft=[])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_listed_is_what_the_definition_says(
    urls: list[str], block: Entries, allow: Entries, hard: list[str], soft: list[str], run: Callable[..., list[Row]]
) -> None:
    assert run(urls, block, allow, hard, soft) == [twin(url, block, allow, hard, soft) for url in urls]


@pytest.mark.parametrize(
    ("url", "host", "domain"),
    [
        ("https://user:pw@News.Example.CO.UK:8080/a", "news.example.co.uk", "example.co.uk"),
        ("example.com.", "example.com", "example.com"),
        ("http://Bücher.com/größe", "xn--bcher-kva.com", "xn--bcher-kva.com"),
        ("http://例え.公司.cn", "xn--r8jz45g.xn--55qx5d.cn", "xn--r8jz45g.xn--55qx5d.cn"),
        ("http://xn--r8jz45g.xn--55qx5d.cn", "xn--r8jz45g.xn--55qx5d.cn", "xn--r8jz45g.xn--55qx5d.cn"),
        ("http://192.168.0.1:80/a", "192.168.0.1", None),
        ("http://[2001:DB8::1]:80/a", "2001:db8::1", None),
        ("localhost", "localhost", None),
        ("//a.blog.com?x", "a.blog.com", "blog.com"),
        ("a.unheard-of", "a.unheard-of", "a.unheard-of"),
        ("http://a..com/", "a..com", None),
        ("http://co.uk/", "co.uk", None),
        ("http:///a", None, None),
        ("", None, None),
    ],
)
def test_host_and_registrable_domain(
    url: str, host: str | None, domain: str | None, run: Callable[..., list[Row]]
) -> None:
    assert [(row["host"], row["domain"]) for row in run([url])] == [(host, domain)]


BLOCK = {
    "games": [
        "play.example.com",
        "co.uk",
        "bad.co.uk",
        "BÜCHER.com",
        "10.0.0.1",
        "good.com/bad/",
        "https://www.q.com/x?id=3",
    ],
    "hosts.txt": ["# made by hand", "0.0.0.0 ads.com tracker.com # both", "::1 local.com", "", "  plain.com  "],
}


@pytest.mark.parametrize(
    ("url", "listed", "category"),
    [
        ("http://deep.play.example.com:80/", "domain", "games"),
        ("http://example.com", None, None),
        ("https://x.bad.co.uk./", "domain", "games"),
        ("http://fine.bad.co.uk/x", "allow", "fine"),
        ("http://x.co.uk", None, None),
        ("http://bücher.com/a", "domain", "games"),
        ("http://XN--BCHER-KVA.com/a", "domain", "games"),
        ("http://10.0.0.1/", "domain", "games"),
        ("http://1.10.0.0.1/", None, None),
        ("http://good.com/bad", "url", "games"),
        ("https://www.good.com/bad/a/b?c#d", "url", "games"),
        ("http://good.com/badly", None, None),
        ("http://sub.good.com/bad", None, None),
        ("http://q.com/x?id=3#f", "url", "games"),
        ("http://q.com/x", None, None),
        ("http://a.tracker.com", "domain", "hosts"),
        ("local.com", "domain", "hosts"),
        ("plain.com", "domain", "hosts"),
        ("0.0.0.0", None, None),
        ("http://e.com/the-Casino", "hard", "hard"),
        ("http://e.com/casinos", None, None),
        ("http://e.com/free?win", "soft", "soft"),
        ("http://e.com/free-free", None, None),
        ("http://plain.com/casino", "domain", "hosts"),
    ],
)
def test_what_lists_hold(url: str, listed: str | None, category: str | None, run: Callable[..., list[Row]]) -> None:
    rows = run([url], BLOCK, {"fine": ["fine.bad.co.uk"]}, ["casino"], ["free", "win"])
    assert [(row["listed"], row["category"]) for row in rows] == [(listed, category)]


def test_null_urls_and_slices(run: Callable[..., list[Row]], tmp_path: Path) -> None:
    assert run([None, "a.com", None])[::2] == [None, None]
    annotator = url_v1(suffixes=tmp_path / "suffixes.dat")
    array = pa.array(["ü.com", None, "b.com"], pa.large_string())
    assert annotator.measure(array.slice(1)).to_pylist() == annotator.measure(array).to_pylist()[1:]
    assert annotator.inputs == ("url",)


def test_monstrous_urls_cost_no_more_than_their_length(run: Callable[..., list[Row]]) -> None:
    parts = ("a.", "@", ".", "/a", "/?", "a", "ü", "ü.", "free ")
    rows = run(["http://" + part * 300_000 for part in parts], {"games": ["a.com/x"]}, soft=["free", "a"])
    assert [row["listed"] for row in rows] == [None] * len(parts)


def test_folders_of_ut1_are_categories(tmp_path: Path) -> None:
    suffixes = write(tmp_path / "suffixes.dat", ["com"])
    for category, name, entry in (
        ("toys", "domains", "a.com"),
        ("toys", "urls", "b.com/x"),
        ("music", "domains", "c.com"),
    ):
        (tmp_path / "ut1" / category).mkdir(parents=True, exist_ok=True)
        write(tmp_path / "ut1" / category / name, [entry])
    write(tmp_path / "ut1" / "toys" / "usage", ["d.com"])
    urls = pa.array(["a.com", "b.com/x/y", "c.com", "d.com"])
    for block, expected in (
        ((tmp_path / "ut1",), ["toys", "toys", "music", None]),
        ((tmp_path / "ut1/toys",), ["toys", "toys", None, None]),
    ):
        assert url_v1(block=block, suffixes=suffixes).measure(urls).field("category").to_pylist() == expected


def test_lists_that_are_not_there_are_told(tmp_path: Path) -> None:
    suffixes = write(tmp_path / "suffixes.dat", ["com"])
    with pytest.raises(UsageError, match=r"there is no file or folder .*nowhere; thresher ships no lists"):
        url_v1(block=(tmp_path / "nowhere",), suffixes=suffixes)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="has a file `domains` or `urls`"):
        url_v1(allow=(tmp_path / "empty",), suffixes=suffixes)
    with pytest.raises(UsageError, match=r"no file .*nowhere; check `soft_words`"):
        url_v1(soft_words=tmp_path / "nowhere", suffixes=suffixes)


def test_content_is_the_identity_and_stays_out_of_the_tasks(tmp_path: Path) -> None:
    suffixes = write(tmp_path / "suffixes.dat", ["com"])
    hosts = Path(write(tmp_path / "hosts", [f"host{n}.com" for n in range(1_000)]))
    annotator = url_v1(block=(hosts,), suffixes=suffixes)
    assert annotator.files == (hosts, Path(suffixes))
    assert len(pickle.dumps(annotator.measure)) < 2_000
    write(hosts, ["other.com"])
    with pytest.raises(ThresherError, match="not the one that the run began with"):
        annotator.measure(pa.array(["host1.com"]))
    again = url_v1(block=(hosts,), suffixes=suffixes)
    assert again.measure(pa.array(["host1.com", "other.com"])).field("listed").to_pylist() == [None, "domain"]


def _listed(measure: Any) -> list[str | None]:
    listed: list[str | None] = measure(pa.array(["host7.com", "no.com"])).field("listed").to_pylist()
    return listed


def test_processes_that_begin_together_share_one_index(tmp_path: Path) -> None:
    suffixes = write(tmp_path / "suffixes.dat", ["com"])
    hosts = Path(write(tmp_path / "hosts", [f"host{n}.com" for n in range(100_000)]))
    measure = url_v1(block=(hosts,), suffixes=suffixes).measure
    with multiprocessing.get_context("fork").Pool(3) as pool:
        assert pool.map(_listed, [measure] * 6, chunksize=1) == [["domain", None]] * 6
    made = sorted(path.name.partition(".")[2] for path in (tmp_path / "cache/thresher/url-lists").iterdir())
    assert made == ["keys.npy", "lists.npy", "lock"]


def test_the_rules_break_on_what_is_listed_and_tell_the_category() -> None:
    rules = ruleset("url_v1").rules
    assert [rule.none_of for rule in rules] == [("domain",), ("url",), ("hard",), ("soft",)]
    assert {(rule.signal, rule.detail) for rule in rules} == {("url_v1.listed", "url_v1.category")}
    assert {"listed", "category"} <= {field.name for field in FIELDS}


@pytest.fixture(scope="module")
def urls(data_dir: Path) -> list[str]:
    files = ("text/wcxb_dev_gold_all_clean", "web/wcxb/gold", "text/dolma_cc_en")
    rows = (
        json.loads(line) for name in files for line in gzip.open(data_dir / f"{name}.jsonl.gz", "rt", encoding="utf-8")
    )
    found = {row.get("url") or row["id"] for row in rows}
    return sorted(url for url in found if url.startswith("http"))


def test_hosts_and_domains_are_those_of_tldextract(urls: list[str]) -> None:
    tldextract = pytest.importorskip("tldextract")
    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    made_up = [
        "http://a.b.kawasaki.jp",
        "http://city.kawasaki.jp/x",
        "http://x.city.kawasaki.jp",
        "http://a.co.uk",
        "a.b.ck",
    ]
    made_up += [url.replace("://", "://me:pw@WWW.sub.").replace(".com/", ".com.:80/") for url in urls]
    assert len(urls) > 1_000
    rows = url_v1().measure(pa.array([*urls, *made_up])).to_pylist()
    for row, url in zip(rows, [*urls, *made_up], strict=True):
        theirs = extract(url)
        assert row["domain"] == (theirs.top_domain_under_public_suffix.lower() or None), url
        assert row["host"] == theirs.fqdn.lower(), url


@pytest.mark.filterwarnings("ignore:The 'registered_domain' property:DeprecationWarning")
def test_verdicts_are_those_of_datatrove(urls: list[str], tmp_path: Path) -> None:
    """On lower-case URLs, and lists without entries between a registrable domain and a host, which it passes over."""
    for needed in ("tldextract", "ahocorasick", "fasteners"):
        pytest.importorskip(needed)
    import tldextract
    from datatrove.data import Document
    from datatrove.pipeline.filters import URLFilter

    some = [url.lower() for url in urls]
    parts = url_v1().measure(pa.array(some)).to_pylist()
    domains = [row["domain"] for row in parts[::7]] + [row["host"] for row in parts[::5]]
    pages = [url for url in some[::11] if re.search("//[^/]+/.", url)]  # others would be domains here
    hard, soft = ["kitchen", "travel"], ["the", "how", "to", "best", "of"]
    theirs = URLFilter(
        extra_domains=domains,
        extra_urls=pages,
        banned_words=hard,
        soft_banned_words=soft,
        use_integrated_lists=False,
    )
    theirs.tldextractor = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    lists = {"block": [write(tmp_path / "domains", domains), write(tmp_path / "urls", pages)]}
    words = {"hard_words": write(tmp_path / "hard", hard), "soft_words": write(tmp_path / "soft", soft)}
    ours = make("url_v1", {**lists, **words}).measure(pa.array(some)).to_pylist()
    names = {"subdomain": "domain", "hard_blacklisted": "hard", "soft_blacklisted": "soft"}
    for row, url in zip(ours, some, strict=True):
        verdict = theirs.filter(Document("", "0", metadata={"url": url}))
        expected = None if verdict is True else names.get(verdict[1], verdict[1])
        assert row["listed"] == expected, url
    assert {row["listed"] for row in ours} == {None, "domain", "url", "hard", "soft"}
