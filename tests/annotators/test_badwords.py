"""Bad words: against plain readings of the three boundaries, datatrove itself, TFDS's expression, and real texts."""

import gzip
import json
import pickle
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from datatrove.data import Document
from datatrove.pipeline.filters import C4BadWordsFilter, c4_filters
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from thresher.annotators.badwords import BETWEEN, FIELDS, STRUCK, badwords_v1, load
from thresher.annotators.language import language_v1
from thresher.annotators.registry import make
from thresher.errors import ThresherError, UsageError
from thresher.filters.registry import ruleset
from thresher.fingerprint import digest_files

from ..kernels.texts import PARTS, TEXTS, joined
from .test_c4 import CITATION, DIALECTS, POLICY

HARMLESS = (
    *("house", "garden", "Water", "on the other hand", "the other", "e-mail", "c++", "p.m.", ".com", "n°", "it's"),
    *(
        "straße",
        "ÉCOLE",
        "größe",
        "σοφία",
        "москва",
        "e",
        "ελλας",
        "a_b",
        "new york",
        "日本語",
        "です",
        "日",
        "ไทย",
        "中文",
    ),
)
ENTRIES = st.lists(st.sampled_from((*HARMLESS, *PARTS)) | st.text(min_size=1, max_size=4), min_size=1, max_size=12)
OTHERS = ("İ", "ς", "Σ", "WATER", "GARDENs", "_", "waterhouse", "\u212a", "é", "\n", "\r\n", "1", "a", "(")
DENSE = joined(st.sampled_from((*HARMLESS, *PARTS, *OTHERS, *10 * (" ",))), 30)


def texts_with(entries: list[str]) -> st.SearchStrategy[tuple[list[str], list[str]]]:
    """The entries, and texts that hold some of them, apart, in a row, in capitals or within another word."""
    found = st.sampled_from(entries)
    beside = st.sampled_from((*OTHERS, *10 * (" ",)))
    dense = joined(found | found.map(str.upper) | beside | beside, 30)
    return st.tuples(st.just(entries), st.lists(TEXTS | DENSE | dense | dense, min_size=1, max_size=3))


Row = dict[str, Any]


def lowered(text: str) -> str:
    """Lower case, one code point for one."""
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def struck(entries: list[str]) -> list[str]:
    found = {lowered(line).strip() for line in re.split("\r\n|[\r\n]", "\n".join(entries))}
    return sorted(found - STRUCK - {""}, key=lambda entry: (-len(entry), entry))


def twin(entries: list[str], boundaries: str, text: str) -> Row:
    """The definition: Python's `re` takes the first alternative that fits, so the longest entries come first."""
    either = "|".join(re.escape(entry) for entry in struck(entries))
    before, behind = {"words": (r"(?<!\w)", r"(?!\w)"), "letters": ("(?<=[^a-z])", "(?=[^a-z])"), "none": ("", "")}[
        boundaries
    ]
    lines = lowered(text).splitlines() if boundaries == "letters" else [lowered(text)]
    found = [match for line in lines for match in re.findall(f"{before}(?:{either}){behind}", line)]
    return {"matches": len(found), "distinct": len(set(found)), "first": found[0] if found else None}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def written(entries: list[str] | tuple[str, ...], language: str = "en") -> Path:
        (tmp_path / language).write_text("\n".join(entries) + "\n", encoding="utf-8", newline="")
        return tmp_path

    return written


def run(lists: Path, texts: list[str], **given: Any) -> list[Row]:
    rows: list[Row] = make("badwords_v1", {"lists": str(lists), **given}).measure(pa.array(texts)).to_pylist()
    return rows


@pytest.mark.parametrize("boundaries", BETWEEN)
@given(case=ENTRIES.flatmap(texts_with))
@example(case=(["a b", "a", "b c d"], ["a b c d", "a\nb", "xa b", "a", " a "]))
@example(case=(["-a", "a-", "--"], ["-a-", "--a--", "x-a", "--"]))
@example(case=(["σ"], ["ΑΣ ΟΣ", "Σ"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_found_is_what_the_definition_finds(
    boundaries: str, case: tuple[list[str], list[str]], write: Callable[..., Path]
) -> None:
    entries, texts = case
    if struck(entries):
        found = run(write(entries), texts, boundaries=boundaries)
        assert found == [twin(entries, boundaries, text) for text in texts]


@pytest.mark.parametrize("boundaries", BETWEEN)
@pytest.mark.parametrize("part", ["a", "中", "\0", "a ", "a b\n", "\u0301", "é"])
def test_a_megabyte_of_one_thing(part: str, boundaries: str, write: Callable[..., Path]) -> None:
    entries, text = ["a", "aa", "aaaa", "a b", "中", "中中中", "é"], part * (1_000_000 // len(part.encode()))
    assert run(write(entries), [text], boundaries=boundaries) == [twin(entries, boundaries, text)]


@pytest.mark.parametrize(
    ("boundaries", "text", "first"),
    [
        ("words", "A Fox.", "fox"),
        ("words", "fox", "fox"),
        ("words", "foxes, firefox and fox_1", None),
        ("words", "the lazy  dog", None),
        ("words", "the LAZY dog!", "lazy dog"),
        ("words", "fox-hunt", "fox-hunt"),
        ("none", "Firefoxes", "fox"),
        ("letters", "fox on the lazy dog", None),
        ("letters", "A fox_1 is", "fox"),
        ("letters", "fox\nran and fox", None),
        ("letters", "run,\n fox hunts", "fox"),
        ("letters", "a fox on\nthe", "fox"),
    ],
)
def test_where_an_entry_ends(boundaries: str, text: str, first: str | None, write: Callable[..., Path]) -> None:
    assert run(write(("fox", "fox-hunt", "Lazy Dog")), [text], boundaries=boundaries)[0]["first"] == first


def test_null_and_empty_and_slices(write: Callable[..., Path]) -> None:
    annotator = badwords_v1(write(("fox",)))
    rows = annotator.measure(pa.array(["a fox", None, "", "fox fox"], pa.large_string()).slice(1)).to_pylist()
    nothing = {"matches": 0, "distinct": 0, "first": None}
    assert rows == [None, nothing, {"matches": 2, "distinct": 1, "first": "fox"}]


def test_languages_without_spaces_have_no_boundaries(write: Callable[..., Path]) -> None:
    for language, boundaries in (("ja", "none"), ("th", "none"), ("zh", "none"), ("en", "words"), ("fr", "words")):
        assert badwords_v1(write(("です", "性"), language), language).settings["boundaries"] == boundaries
    assert run(write(("です", "性"), "ja"), ["日本語です。性"], language="ja")[0] == {
        **{"matches": 1, "distinct": 1},
        "first": "です",
    }


@pytest.fixture(scope="module")
def texts(data_dir: Path) -> list[str]:
    files = [*sorted((data_dir / "text").glob("*.jsonl.gz")), *sorted((data_dir / "quality").glob("*_a.jsonl.gz"))]
    files.append(data_dir / "lid" / "lingua75x200.jsonl.gz")
    found = {json.loads(line)["text"][:5_000] for file in files for line in gzip.open(file, "rt", encoding="utf-8")}
    return sorted(found)


@pytest.mark.parametrize("boundaries", BETWEEN)
def test_on_real_texts_what_is_found_is_the_definitions(
    boundaries: str, texts: list[str], write: Callable[..., Path]
) -> None:
    some = texts[::8]
    found = run(write(HARMLESS), some, boundaries=boundaries)
    assert found == [twin(list(HARMLESS), boundaries, text) for text in some]
    assert len({row["first"] for row in found}) >= 5


@pytest.mark.parametrize("language", c4_filters._BADWORDS_LANGS)
def test_verdicts_on_the_published_lists_are_datatroves(
    language: str, texts: list[str], data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On every list that C4 names; entries with capitals are put in lower case for datatrove, which would find none."""
    lists = data_dir / "quality" / "ldnoobw"
    lower = tmp_path / language
    lower.write_text(lowered((lists / language).read_text(encoding="utf-8")), encoding="utf-8")
    monkeypatch.setattr(c4_filters, "cached_asset_path_or_download", lambda *_, **__: str(lower))
    theirs = C4BadWordsFilter(default_language=language)
    some = texts if language == "en" else texts[::8]
    found = run(lists, some, language=language)
    assert [row["matches"] == 0 for row in found] == [theirs.filter(Document(text, "0")) is True for text in some]


def test_verdicts_on_harmless_words_are_datatroves(
    texts: list[str], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = sorted({lowered(entry) for entry in HARMLESS if len(entry) > 1})
    for language in ("en", "ja"):
        path = write(entries, language) / language
        monkeypatch.setattr(c4_filters, "cached_asset_path_or_download", lambda *_, path=path, **__: str(path))
        theirs = C4BadWordsFilter(default_language=language)
        passing = [theirs.filter(Document(text, "0")) is True for text in texts]
        assert [row["matches"] == 0 for row in run(path.parent, texts, language=language)] == passing
        assert 0.1 < sum(passing) / len(passing) < 0.98


def test_letters_are_tfds_expression_over_the_lines(texts: list[str], write: Callable[..., Path]) -> None:
    entries = ["house", "garden", "on the other hand", "water"]
    published = re.compile("[^a-z]({})[^a-z]".format("|".join(entries)))
    found = run(write(entries), texts, boundaries="letters")
    for row, text in zip(found, texts, strict=True):
        assert (row["matches"] > 0) == any(published.search(line.lower()) for line in text.splitlines())


PAGES = st.lists(
    st.sampled_from(
        (
            *(
                "[1] Fox",
                "fox",
                " a fox",
                " foxes",
                "[2]fox",
                " ran over the hill",
                " and it was late",
                ".",
                "!",
                "[3]",
            ),
            *("\n", "\n", " \n\t", "Water.", " it says javascript", " cookie policy", "FOX", " [edit] ", '"fox"', "x"),
        )
    ),
    max_size=40,
).map("".join)


def clean_page_finds(text: str) -> bool:
    """Whether `clean_page` drops a page for a bad word: those of the lines that its other rules leave, as they are."""
    bad = re.compile("[^a-z](fox|water)[^a-z]")
    lines = (CITATION.sub("", line.strip()) for line in text.splitlines())
    long_enough = (line for line in lines if line.endswith((".", "?", "!", '"')) and len(line.split()) >= 5)
    kept = (line.lower() for line in long_enough if not line.endswith("..."))
    return any(bad.search(line) for line in kept if not any(phrase in line for phrase in ("javascript", *POLICY)))


@given(pages=st.lists(PAGES, min_size=1, max_size=4))
@example(pages=["It was late.\n[1] Fox hunts are over for this year."])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_c4s_edit_pages_with_bad_words_are_tfds(pages: list[str], write: Callable[..., Path]) -> None:
    """But for a citation before the first word of what is left, where `clean_page` looks at the blank behind it."""
    array = pa.array(pages)
    left = DIALECTS["c4_v1"].edit(array)  # type: ignore[misc]
    found = run(write(("fox", "water")), left.to_pylist(), boundaries="letters")
    for row, page in zip(found, pages, strict=True):
        assert (row["matches"] > 0) == clean_page_finds(page) or re.search(r"(^|\n)\s*\[\d*\] Fox", page)


def test_after_c4s_edit_real_pages_with_bad_words_are_tfds(texts: list[str], write: Callable[..., Path]) -> None:
    left = DIALECTS["c4_v1"].edit(pa.array(texts)).to_pylist()  # type: ignore[misc]
    found = [row["matches"] > 0 for row in run(write(("fox", "water")), left, boundaries="letters")]
    assert found == [clean_page_finds(text) for text in texts] and sum(found) > 50


def test_each_document_by_the_list_of_its_language(
    data_dir: Path, texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = data_dir / "quality" / "ldnoobw"
    for code in c4_filters._BADWORDS_LANGS:
        lower = lowered((lists / code).read_text(encoding="utf-8"))
        (tmp_path / code).write_text(lower, encoding="utf-8")

    def path(url: str, **_: Any) -> str:
        return str(tmp_path / ("en" if url == c4_filters._EN_BADWORDS_URL else url.rpartition("/")[2]))

    monkeypatch.setattr(c4_filters, "cached_asset_path_or_download", path)
    theirs = C4BadWordsFilter(fail_on_missing_language=False)
    some = [None, "", *texts[::4]]
    language = language_v1().measure(pa.array(some))
    found = badwords_v1(lists, "detected").measure(pa.array(some), language).to_pylist()
    labels = language.field("label").to_pylist()
    assert found[0] is None and found[1] == {"matches": 0, "distinct": 0, "first": None}
    passing = [
        theirs.filter(Document(text, "0", metadata={"language": "fil" if label == "tl" else label})) is True
        for text, label in zip(some[1:], labels[1:], strict=True)
    ]
    assert [row["matches"] == 0 for row in found[1:]] == passing
    assert len({label for label, free in zip(labels[1:], passing, strict=True) if not free}) >= 4


def test_lists_by_language_are_those_named_by_codes(write: Callable[..., Path]) -> None:
    lists = write(("fuchs",), "de")
    (write(("fox",), "en") / "README.md").write_text("# Lists\n")
    annotator = badwords_v1(lists, "detected")
    assert [path.name for path in annotator.files] == ["de", "en"] and annotator.inputs == ("text", "language_v1")
    labels = pa.array([{"label": code, "score": 1.0} for code in ("eng_Latn", "de", "sv", "deu_Latn")])
    rows = annotator.measure(pa.array(["A fox, ein Fuchs"] * 4), labels).to_pylist()
    assert [row["first"] for row in rows] == ["fox", "fuchs", None, "fuchs"]
    (lists / "de").rename(lists / "nl")
    renamed = badwords_v1(lists, "detected")
    assert renamed.settings != annotator.settings and len(renamed.files) == 2
    (lists / "nl").rename(lists / "de")
    assert badwords_v1(lists, "detected").settings == annotator.settings
    with pytest.raises(UsageError, match="is no folder with a list for each language"):
        badwords_v1(lists / "de", "detected")
    (lists / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no list named by a language's code"):
        badwords_v1(lists / "empty", "detected")


def test_a_list_that_is_not_there_is_told(tmp_path: Path, write: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match="`lists` is not set; thresher ships no list"):
        make("badwords_v1", {})
    with pytest.raises(
        UsageError, match=r"there is no file or folder .*nowhere; thresher ships no list.*LDNOOBW.*lists"
    ):
        badwords_v1(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"no file for language fr; there are en. Set `language`"):
        badwords_v1(write(("fox",)), "fr")
    with pytest.raises(UsageError, match="holds no entry"):
        badwords_v1(write(("  ", "")))
    (tmp_path / "de").write_bytes("straße".encode("latin-1"))
    with pytest.raises(UsageError, match="not UTF-8"):
        badwords_v1(tmp_path, "de")


def test_one_file_is_a_list_whatever_the_language(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("\ufeffFox\r\n\r\n  lazy dog \r\n", encoding="utf-8", newline="")
    assert run(path, ["a fox", "lazy dog", "ﬀ"], language="fr") == [
        {"matches": 1, "distinct": 1, "first": "fox"},
        {"matches": 1, "distinct": 1, "first": "lazy dog"},
        {"matches": 0, "distinct": 0, "first": None},
    ]


def test_the_list_is_part_of_the_identity_and_stays_out_of_the_tasks(write: Callable[..., Path]) -> None:
    lists = write([f"word{n}" for n in range(5_000)])
    annotator = badwords_v1(lists)
    assert annotator.files == (lists / "en",)
    assert len(pickle.dumps(annotator.measure)) < 1_000
    before = digest_files(annotator.files)
    write(["fox"])
    assert digest_files(badwords_v1(lists).files) != before
    assert run(lists, ["a fox"])[0]["matches"] == 1


def test_a_list_that_changes_under_a_run_is_an_error(write: Callable[..., Path]) -> None:
    measure = badwords_v1(write(("fox",))).measure
    write(("dog",))
    load.cache_clear()  # as in another process
    with pytest.raises(ThresherError, match="not the one that the run began with"):
        measure(pa.array(["fox"]))


def test_the_rule_set_drops_any_match_and_tells_the_first() -> None:
    (rule,) = ruleset("badwords_v1").rules
    assert (rule.signal, rule.at_most, rule.detail) == ("badwords_v1.matches", 0, "badwords_v1.first")
    assert {"matches", "first"} <= {field.name for field in FIELDS}
