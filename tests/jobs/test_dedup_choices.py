"""What a recipe may choose about copies: which one is kept, none, data sets before others; and components in rounds."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
import pyarrow as pa
import pytest
from pyspark.sql import Row, SparkSession

from thresher.corpus import Corpus
from thresher.dedup.components import ONE_TASK_SETTING
from thresher.errors import UsageError
from thresher.ingest.settings import IngestSettings
from thresher.kernels.shingles import jaccard, shingle_sets
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher.tables import COMPONENTS
from thresher_jobs import annotate, dedup, filter, pipeline
from thresher_jobs.ingest import Ingest

from ..conftest import lines

STAGES = (annotate.STAGE, filter.STAGE, dedup.STAGE)


@pytest.fixture(scope="module")
def corpus(spark: SparkSession, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Editions of a book in one data set and, some word for word and some not, in a second; a third with no copies."""
    folder = tmp_path_factory.mktemp("sets")
    book = [str(record["text"]) for record in lines(data_dir / "neardup/rustbook.jsonl.gz", 60)]
    web = [str(record["text"]) for record in lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 20)]
    sets = {"first": book, "second": [*book[:10], *(f"{text} The end." for text in book[10:30])], "web": web}
    for name, texts in sets.items():
        rows = (orjson.dumps({"id": f"{name}/{n}", "text": text, "source": name}) for n, text in enumerate(texts))
        (folder / f"{name}.jsonl").write_bytes(b"\n".join(rows))
    corpus = Corpus(spark, locate(str(tmp_path_factory.mktemp("choices"))))
    for name in sets:
        pipeline.run(corpus, None, (), Ingest(str(folder / f"{name}.jsonl"), IngestSettings(dataset=name)))
    return corpus


def duplicates(corpus: Corpus, changes: Sequence[str]) -> list[Row]:
    pipeline.run(corpus, read_recipe("minhash-only", changes), STAGES)
    return corpus.duplicates.drop("run_id").orderBy("method", "doc_id").collect()


def clusters(rows: Sequence[Row]) -> Iterator[list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[row["method"], row["cluster_id"]].append(row)
    yield from found.values()


def test_keep_none_drops_every_member(corpus: Corpus) -> None:
    rows = duplicates(corpus, ["dedup.keep=none"])
    assert {row["method"] for row in rows} == {"exact", "minhash"}
    assert not any(row["kept"] or row["keeper"] for row in rows)
    dropped = {row["doc_id"] for row in corpus.verdicts.where("stage = 'dedup'").collect()}
    assert dropped == {row["doc_id"] for row in rows}
    for cluster in clusters(rows):
        members = {row["doc_id"] for row in cluster}
        assert len(members) == cluster[0]["members"] > 1
        assert all(row["matched_doc"] in members - {row["doc_id"]} for row in cluster)


@pytest.mark.parametrize("preferred", ["first", "second"])
def test_no_document_goes_for_one_of_a_later_data_set(corpus: Corpus, preferred: str) -> None:
    rows = duplicates(corpus, ["dedup.keep=[source_rank, doc_id]", f"dedup.sources=[{preferred}, web]"])
    dataset = {row["doc_id"]: row["dataset"] for row in corpus.names.collect()}
    mixed = 0
    for cluster in clusters(rows):
        sets = {dataset[row["doc_id"]] for row in cluster}
        mixed += len(sets) > 1
        assert dataset[cluster[0]["keeper"]] == preferred or preferred not in sets
    assert mixed >= 10  # as many texts are in both word for word


def test_one_address_is_one_document_however_it_is_written(spark: SparkSession, data_dir: Path, tmp_path: Path) -> None:
    texts = [str(record["text"]) for record in lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 8)]
    urls = [
        "https://www.example.org/a/?utm_source=x&b=2", "http://example.org:80/a?b=2#top", "https://example.org/a?b=3",
        None, None, "http://other.example/p%C3%A4th", "http://OTHER.example/päth",
    ]  # fmt: skip
    rows = [{"id": str(n), "text": text, "url": url} for n, (text, url) in enumerate(zip(texts, urls, strict=False))]
    rows.append({"id": "copy", "text": texts[1], "url": "https://elsewhere.example/"})
    source = tmp_path / "pages.jsonl"
    source.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    corpus = Corpus(spark, locate(str(tmp_path / "corpus")))
    changes = ["annotate.url_key_v1={}", "dedup.url=true", "dedup.keep=[record_id]"]
    pipeline.run(corpus, read_recipe("minhash-only", changes), STAGES, Ingest(str(source)))
    name = {row["doc_id"]: row["record_id"] for row in corpus.names.collect()}
    found = {
        (row["method"], name[row["doc_id"]], name[row["keeper"]])
        for row in corpus.duplicates.where("NOT kept").collect()
    }
    # The copy of 1 is no copy any more: 1 went by its address, before texts were compared.
    assert found == {("url", "1", "0"), ("url", "6", "5")}


def test_sources_and_their_key_go_together() -> None:
    for changes in (["dedup.sources=[first]"], ["dedup.keep=[source_rank, doc_id]"]):
        with pytest.raises(UsageError, match=r"source_rank and the list `sources` go together"):
            read_recipe("minhash-only", changes)


def test_against_needs_a_method() -> None:
    with pytest.raises(UsageError, match="against needs a method by which to compare"):
        read_recipe("minhash-only", ["dedup={exact: false, minhash: null, against: [elsewhere]}"])


def test_a_threshold_chooses_the_banding() -> None:
    assert read_recipe("minhash-only", ["dedup.minhash={threshold: 0.8}"]).banding == (9, 12)
    with pytest.raises(UsageError, match="bands and rows, or a threshold"):
        read_recipe("minhash-only", ["dedup.minhash.threshold=0.8"])
    with pytest.raises(UsageError, match="bands and rows go together"):
        read_recipe("minhash-only", ["dedup.minhash={bands: 9}"])


@pytest.mark.parametrize("by", ["signature", "shingles"])
def test_verified_copies_are_as_alike_as_asked_for(corpus: Corpus, by: str) -> None:
    rows = duplicates(corpus, [f"dedup.minhash={{bands: 14, rows: 8, verify: {{by: {by}, at_least: 0.9}}}}"])
    near = [row for row in rows if row["method"] == "minhash"]
    assert len(near) > 20 and all(row["similarity"] >= 0.9 for row in near if not row["kept"])
    text = {row["doc_id"]: row["text"] for row in corpus.documents.select("doc_id", "text").collect()}
    for row in near if by == "shingles" else ():
        if not row["kept"]:
            sets = shingle_sets(pa.array([text[row["doc_id"]], text[row["matched_doc"]]]), 5)
            assert [row["similarity"]] == jaccard(sets.slice(0, 1), sets.slice(1)).to_pylist()


def test_components_in_rounds_are_those_of_one_task(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = duplicates(corpus, ["dedup.keep=[-sizes_v1.characters, doc_id]"])
    corpus.spark.conf.set(ONE_TASK_SETTING, "0")
    try:
        in_rounds = duplicates(corpus, ["dedup.keep=[-sizes_v1.characters, doc_id, url]"])
    finally:
        corpus.spark.conf.unset(ONE_TASK_SETTING)
    assert usual and in_rounds == usual
    assert not corpus.exists(COMPONENTS.name)
