"""Decontamination: against its plain twin over any Unicode, on planted items, its cuts, its errors, and datatrove."""

import gzip
import json
import pickle
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datatrove.data import Document
from datatrove.pipeline.decont import NGramsDecontConfig, NGramsDecontFilter, NGramsDecontIndexer
from datatrove.utils.hashing import HashConfig, create_hash_func
from datatrove.utils.text import TextNormConfig
from datatrove.utils.word_tokenizers import load_word_tokenizer
from deltalake import DeltaTable, write_deltalake
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from thresher.annotators.base import Annotator
from thresher.annotators.decontamination import FIELDS, SHOWN, decontamination_v1
from thresher.decontamination.index import index_of
from thresher.errors import ThresherError, UsageError
from thresher.filters.registry import ruleset

from ..kernels import overlap_twin
from ..kernels.texts import TEXTS, joined

Row = dict[str, Any]
QUESTION = "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May."
SHORT = "Why don't well-known cats bark?"
WORDS = (
    *("a", "b", "c", "A", "Straße", "straSSe", "don't", "dont", "x_y", "e\u0301", "\u0301", "日", "本", "ไ"),
    *("ΣΑΣ", "σας", "ﬁ", "FI", "İ", "ı"),
)
GAPS = (" ", "\n", "\r\n", "\u2028", "\xa0", "\0", ", ", "-", "😀", "👩\u200d👩", "\u200d", "...", "_")
DENSE = joined(st.sampled_from((*WORDS, *GAPS, *9 * (" ",))), 24)


def texts_with(passages: list[str]) -> st.SearchStrategy[tuple[list[str], str]]:
    """The passages, and a text that holds some of them, whole or cut short at either end."""
    piece = st.builds(
        lambda passage, start, stop: passage[start:stop],
        st.sampled_from(passages),
        st.sampled_from((0, 0, 1, 5)),
        st.sampled_from((None, None, -1, 12)),
    )
    pieces = joined(piece | piece | st.sampled_from((*GAPS, " the ")), 8)
    return st.tuples(st.just(passages), DENSE | TEXTS | pieces | pieces)


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each example makes an index: none of them belongs into the user's own cache folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def write(*passages: str, name: str = "quiz.jsonl", **more: Any) -> Path:
        path = tmp_path / name
        lines = [json.dumps({"id": f"q{n}", "text": passage, **more}) for n, passage in enumerate(passages)]
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return path

    return write


def run(annotator: Annotator, *texts: str | None) -> list[Row]:
    rows: list[Row] = annotator.measure(pa.array(texts, pa.string())).to_pylist()
    return rows


def leave(annotator: Annotator, *texts: str | None) -> list[str]:
    assert annotator.edit is not None
    left: list[str] = annotator.edit(pa.array(texts, pa.string())).to_pylist()
    return left


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(case=st.lists(DENSE | TEXTS, min_size=1, max_size=4).flatmap(texts_with), n=st.integers(1, 6))
@example(case=(["a b"], "a a b b"), n=5)
@example(case=(["word"], "word"), n=5)
@example(case=(["e\u0301 b"], "\u0301E\u0301 \0 B\u0301\u0301"), n=2)
@example(case=(["a b a"], "a b a b a"), n=3)
def test_what_is_found_is_the_definitions(case: tuple[list[str], str], n: int, write: Callable[..., Path]) -> None:
    passages, text = case
    if not any(overlap_twin.words(passage) for passage in passages):
        return
    annotator = decontamination_v1((write(*passages),), n=n)
    held, covered = overlap_twin.overlaps(text, passages, n)
    other, row = run(annotator, "neighbour a b c", text)
    assert {match["item"] for match in row["matches"]} == {f"q{owner}" for owner in held}
    assert row["items"] == len(held) and row["characters"] == len(covered) and (row["words"] > 0) == bool(held)
    for match in row["matches"]:
        span = text.encode()[match["start"] : match["end"]].decode()
        assert len(overlap_twin.words(span)) == match["words"]
        assert overlap_twin.overlaps(span, [passages[int(match["item"][1:])]], n)[0] == {0}
    assert run(annotator, "neighbour a b c")[0] == other


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(passages=st.lists(DENSE, min_size=1, max_size=4), texts=st.lists(DENSE, max_size=3), n=st.integers(1, 5))
@example(passages=["a b"], texts=["a " * 50 + "b " * 50], n=2)
def test_what_is_left_matches_no_more_and_is_what_was(
    passages: list[str], texts: list[str], n: int, write: Callable[..., Path]
) -> None:
    if not any(overlap_twin.words(passage) for passage in passages):
        return
    annotator = decontamination_v1((write(*passages),), n=n)
    left = leave(annotator, *texts)
    assert all(row["words"] == 0 for row in run(annotator, *left))
    for before, after in zip(texts, left, strict=True):
        _, covered = overlap_twin.overlaps(before, passages, n)
        once = "".join(letter for i, letter in enumerate(before) if i not in covered)
        assert after == once or overlap_twin.overlaps(once, passages, n)[0]


def test_a_cut_leaves_each_other_byte(write: Callable[..., Path]) -> None:
    annotator = decontamination_v1((write(QUESTION, SHORT),))
    shouted = QUESTION.upper().replace(" ", "\u2028\xa0")
    text = f"\u0301日本😀\r\n{shouted}\0é {SHORT}\r\n\nΤέλος"
    assert leave(annotator, text, None, "") == ["\u0301日本😀\r\n.\0é ?\r\n\nΤέλος", None, ""]
    row = run(annotator, text)[0]
    start, end = row["matches"][0]["start"], row["matches"][0]["end"]
    assert text.encode()[start:end].decode() == shouted[:-1]


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, "a " * 500_000, "\u0301" * 500_000, "日" * 300_000, "\0" * 1_000_000]
)
def test_a_megabyte_of_one_character(text: str, write: Callable[..., Path]) -> None:
    annotator = decontamination_v1((write("a", "日 日", QUESTION),))
    row = run(annotator, text)[0]
    assert row["items"] == (text[:2] == "a " or text[0] == "日")
    assert leave(annotator, text)[0].strip() == ("" if row["items"] else text)


VARIANTS: dict[str, Callable[[str], str]] = {
    "verbatim": lambda text: text,
    "capitals": str.upper,
    "titles": str.title,
    "no signs": lambda text: re.sub(r"[^\w\s]|_", "", text),
    "signs to spaces": lambda text: re.sub(r"[^\w\s]|_", " ", text),
    "signs between words": lambda text: re.sub(r"\s+", lambda _: " -- ", text),
    "white space": lambda text: re.sub(r"\s+", "\r\n\u3000\u2028\xa0", text),
    "one line, quoted": lambda text: "«" + " ".join(text.split()).swapcase() + "»",
}


def real(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module")
def hosts(data_dir: Path) -> list[str]:
    return [row["text"] for row in real(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz")]


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_planted_item_is_found(variant: str, data_dir: Path, hosts: list[str]) -> None:
    """Every fifth of all 54,429 items, at a random place between two words of a real page."""
    bench = data_dir / "bench"
    annotator, chance, missed = decontamination_v1((bench,)), random.Random(variant), []
    for path in sorted(bench.glob("*.jsonl.gz")):
        items = real(path)[::5]
        planted = [_plant(VARIANTS[variant](item["text"]), chance.choice(hosts)[:2_000], chance) for item in items]
        for item, row in zip(items, run(annotator, *planted), strict=True):
            if item["id"] not in {m["item"] for m in row["matches"]} and re.search(r"[^\W_]", item["text"]):
                missed.append((item["id"], item["text"]))
    assert not missed


def _plant(item: str, host: str, chance: random.Random) -> str:
    words = host.split(" ")
    place = chance.randrange(len(words) + 1)
    return " ".join([*words[:place], item, *words[place:]])


def test_verdicts_are_those_of_datatrove_where_words_are(data_dir: Path, hosts: list[str], tmp_path: Path) -> None:
    """On items of n words and more, and texts of letters and spaces alone: its tokenizer parts words at signs as well,
    but otherwise (don't: do, nt), and it knows no item that is shorter."""
    plain = [re.sub("[^a-z]+", " ", row["text"].lower()) for row in real(data_dir / "bench/bench_gsm8k.jsonl.gz")[:300]]
    items = [item.strip() for item in plain if len(item.split()) >= 13]
    path = tmp_path / "gsm8k.jsonl"
    path.write_text("".join(json.dumps({"text": item}) + "\n" for item in items))
    texts = [" ".join(re.findall("[a-z]+", host.lower())[:300]) for host in hosts[:120]]
    chance = random.Random(1)
    for k in range(0, 120, 3):  # a whole item, or a piece of one around the length that is found
        words = items[k].split()
        begin, size = chance.randrange(3), chance.choice((len(words), 12, 13, 14))
        texts[k] = _plant(" ".join(words[begin : begin + size]), texts[k], chance)
    theirs = _datatrove(items)
    kept = [theirs.filter(Document(text, str(n))) is True for n, text in enumerate(texts)]
    assert [row["words"] == 0 for row in run(decontamination_v1((path,)), *texts)] == kept
    assert 80 < sum(kept) < 115


def _datatrove(items: list[str]) -> NGramsDecontFilter:
    """Its filter, with the index that its indexer makes of labels; the indexer itself asks for lighteval."""
    config = NGramsDecontConfig(
        n_grams=13, norm_config=TextNormConfig(norm_numbers=False), hash_config=HashConfig(hash_fc="sha1")
    )
    indexer = object.__new__(NGramsDecontIndexer)
    indexer.config, indexer.tokenizer = config, load_word_tokenizer("en")
    indexer.hash_func = create_hash_func(config.hash_config)
    theirs = NGramsDecontFilter("unused", config, language="en")
    theirs._index_hashes = {found: "gsm8k" for item in items for found in indexer.compute_hashes(item)}
    return theirs


def test_items_of_n_words_need_n_in_a_row(write: Callable[..., Path]) -> None:
    annotator = decontamination_v1((write(QUESTION),), n=8)
    seven, eight = "of her friends in April and then", "of her friends, in April and then she..."
    assert [row["words"] for row in run(annotator, seven, eight, f"{seven} he")] == [0, 8, 0]
    assert [row["words"] for row in run(decontamination_v1((write(QUESTION),), n=13), eight, QUESTION)] == [0, 20]


def test_boilerplate_is_not_sought_unless_an_item_has_nothing_else(write: Callable[..., Path]) -> None:
    template = "Answer with one letter only please"
    items = [f"{template} number {n} of the list is it" for n in range(3)]
    many = decontamination_v1((write(*items, template, f"{template}!"),), n=6, most_items=3)
    few = decontamination_v1((write(*items, template, f"{template}!"),), n=6, most_items=5)
    assert [m["item"] for m in run(many, template)[0]["matches"]] == ["q3", "q4"]
    assert run(few, template)[0]["items"] == 5
    assert run(many, items[1])[0]["first"].startswith("quiz/q1")


def test_fields_are_matched_one_by_one_or_joined(tmp_path: Path) -> None:
    path = tmp_path / "quiz.jsonl"
    item = {
        "id": 7,
        "task": "arithmetic",
        "text": "one two three",
        "raw": {"choices": ["four five", "six"]},
        "answer": 42,
    }
    path.write_text(json.dumps(item))
    asked = ["one two three four five", "one two three six", "six", "42", "three four"]
    found = {
        fields: [row["words"] for row in run(decontamination_v1((path,), fields, n=9, benchmark="task"), *asked)]
        for fields in (("text",), ("text+raw.choices",), ("text", "raw.choices"), ("answer",))
    }
    assert found[("text",)] == [3, 3, 0, 0, 0]
    assert found[("text+raw.choices",)] == [5, 4, 0, 0, 0]
    assert found[("text", "raw.choices")] == [3, 3, 1, 0, 0]
    assert found[("answer",)] == [0, 0, 0, 1, 0]
    match = run(decontamination_v1((path,), benchmark="task"), asked[0])[0]["matches"][0]
    assert (match["benchmark"], match["item"]) == ("arithmetic", "7")


def test_passages_too_short_to_mean_anything_can_be_left_out(write: Callable[..., Path]) -> None:
    path = write("question", "don't", QUESTION)
    texts = ("a question", "you don't", "you dont")
    assert [row["words"] for row in run(decontamination_v1((path,)), *texts)] == [1, 2, 1]
    assert [row["words"] for row in run(decontamination_v1((path,), shortest=2), *texts)] == [0, 2, 1]
    assert [row["words"] for row in run(decontamination_v1((path,), shortest=3), *texts)] == [0, 0, 0]


def test_the_verdict_tells_the_longest_overlap_and_how_many_more(write: Callable[..., Path]) -> None:
    annotator = decontamination_v1((write(SHORT, QUESTION),))
    row = run(annotator, f"{SHORT} {QUESTION} {SHORT}", "nothing", None)
    assert row[0]["first"] == f"quiz/q1 and 1 more: {QUESTION[:-1]}"
    assert row[1] == {"words": 0, "items": 0, "characters": 0, "first": None, "matches": []} and row[2] is None
    long = decontamination_v1((write("word " * 200),))
    assert len(run(long, "word " * 200)[0]["matches"][0]["overlap"]) == SHOWN
    (rule,) = ruleset("decontamination_v1").rules
    assert (rule.signal, rule.at_most, rule.detail) == ("decontamination_v1.words", 0, "decontamination_v1.first")
    assert {"words", "first"} <= {field.name for field in FIELDS}


def test_parquet_folders_and_patterns_are_read_as_lines_are(tmp_path: Path, write: Callable[..., Path]) -> None:
    folder = tmp_path / "bench"
    folder.mkdir()
    pq.write_table(pa.table({"text": [SHORT], "choices": [["x", "y"]]}), folder / "a.parquet")
    with gzip.open(folder / "b.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("\n" + json.dumps({"text": QUESTION}) + "\n")
    text = f"{QUESTION} {SHORT}"
    for items in ((folder,), (folder / "a.parquet", str(folder / "b*.gz"), folder)):
        matches = run(decontamination_v1(items), text)[0]["matches"]
        assert [(m["benchmark"], m["item"]) for m in matches] == [("b", "2"), ("a", "0")]


def test_what_is_wrong_with_items_is_told(tmp_path: Path, write: Callable[..., Path]) -> None:
    def refused(content: str | bytes, match: str, name: str = "bad.jsonl", **settings: Any) -> None:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        with pytest.raises(UsageError, match=match):
            decontamination_v1((tmp_path / name,), **settings)

    with pytest.raises(UsageError, match="`items` is not set"):
        decontamination_v1()
    with pytest.raises(UsageError, match=r"no input file matches .*nowhere"):
        decontamination_v1((tmp_path / "nowhere",))
    with pytest.raises(UsageError, match="files that lie on every machine"):
        decontamination_v1(("s3://bucket/items.jsonl",))
    refused('{"text": "a"}\n{"text": \n', r"bad\.jsonl:2: the line is not JSON")
    refused('{"text": "a"}\n[1]\n', r"bad\.jsonl:2: the line is no JSON object")
    refused(b'{"text": "\xff"}\n', r"bad\.jsonl:1: the line is not JSON")
    refused('{"question": "a", "id": 1}\n', r"bad\.jsonl:1: the item has no field text; it has question, id")
    refused('{"text": "a"}\n', "no item has a field answer", fields=("text", "answer"))
    refused("\n", "holds no item")
    refused("", "holds no item")
    refused('{"text": "?!"}\n', "no item has 1 words in text")
    refused("hello", "neither JSON Lines nor Parquet", name="README.md")
    refused(b"PAR1 and then nothing", "the Parquet file cannot be read", name="bad.parquet")
    refused(gzip.compress(b'{"text": "a b c"}\n' * 1_000)[:-20], r"bad\.gz", name="bad.gz")
    refused('{"text": "a"}\n', "`n` is 0, but must be at least 1", n=0)
    (tmp_path / "table" / "_delta_log").mkdir(parents=True)
    (tmp_path / "table" / "_delta_log" / "0.json").write_text("{}")
    with pytest.raises(UsageError, match=r"the Delta table .*table cannot be read"):
        decontamination_v1((tmp_path / "table",))


def test_items_of_a_delta_table_are_its_present_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "quiz"
    rows = pa.table({"text": [QUESTION, SHORT], "subject": ["a law", "art"], "id": ["q1", "q2"]})
    write_deltalake(folder, rows, partition_by=["subject"])
    found = run(decontamination_v1((folder,), benchmark="subject"), f"{QUESTION} {SHORT}")[0]["matches"]
    assert {(m["benchmark"], m["item"]) for m in found} == {("a law", "q1"), ("art", "q2")}
    DeltaTable(folder).delete("id = 'q2'")
    found = run(decontamination_v1((folder,)), f"{QUESTION} {SHORT}")[0]["matches"]
    assert [(m["benchmark"], m["item"]) for m in found] == [("quiz", "q1")]
    monkeypatch.setitem(sys.modules, "deltalake", None)
    with pytest.raises(UsageError, match=r"pip install 'thresher\[items\]'"):
        decontamination_v1((folder,))


def test_a_delta_table_whose_files_are_not_its_rows_is_refused(tmp_path: Path) -> None:
    write_deltalake(tmp_path / "mapped", pa.table({"text": [QUESTION]}))
    [log] = (tmp_path / "mapped/_delta_log").glob("*.json")
    log.write_text(log.read_text().replace('"configuration":{}', '"configuration":{"delta.columnMapping.mode":"name"}'))
    with pytest.raises(UsageError, match="are not those of its files"):
        decontamination_v1((tmp_path / "mapped",))


def test_items_are_the_identity_and_stay_out_of_the_tasks(write: Callable[..., Path]) -> None:
    path = write(*(f"{QUESTION} {n}" for n in range(1_000)))
    annotator = decontamination_v1((path,))
    assert annotator.files == (path,) and len(pickle.dumps(annotator.measure)) < 1_000
    write("another question entirely")
    assert run(decontamination_v1((path,)), QUESTION)[0]["words"] == 0


def test_items_that_change_under_a_run_are_an_error(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = decontamination_v1((write("one question"),)).measure
    write("another question")
    index_of.cache_clear()  # as on another machine
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    with pytest.raises(ThresherError, match="not those that the run began with"):
        measure(pa.array(["one question"]))
