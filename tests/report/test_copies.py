"""What the report says of copies, beside the same figures counted in Python from the collected tables."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from thresher.ask.sample import Passage
from thresher.corpus import Corpus
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher.report import gather as gathering
from thresher.report.copies import SOURCES, Copies, copies
from thresher.report.gather import Clusters, Gathered, gather
from thresher.report.largest import LARGEST, Cluster, largest
from thresher.report.page import render
from thresher.runs import Runs
from thresher.stage import Job
from thresher_jobs import annotate, curate, dedup, filter, pipeline
from thresher_jobs.ingest import Ingest

from ..conftest import HOSTILE, lines
from .test_report import Page

Member = dict[str, Any]


@pytest.fixture(scope="module")
def gathered(reference: Job) -> Gathered:
    return gather(reference.corpus, reference.runs, reference.recipe)


@pytest.fixture(scope="module")
def values(reference: Job) -> dict[int, Member]:
    """What the keys of a keep rule may say of every document, by doc_id."""
    [fingerprint] = {row.fingerprint for row in reference.runs.of("annotate", None)}
    measured = reference.corpus.table(f"signals/{fingerprint}").select("doc_id", "sizes_v1.characters", "gopher_v1.*")
    names = reference.corpus.names.select("doc_id", "url", "path", "record_id", "dataset").join(measured, "doc_id")
    return {row["doc_id"]: row.asDict() for row in names.collect()}


def members(duplicates: DataFrame, values: dict[int, Member]) -> Iterator[list[Member]]:
    """The members of every cluster with what is known of each."""
    found = defaultdict(list)
    for row in duplicates.collect():
        found[row["method"], row["cluster_id"]].append(row.asDict() | values[row["doc_id"]])
    yield from found.values()


def in_order(cluster: Sequence[Member], keep: Sequence[str]) -> list[Member]:
    """By the keys, nulls last whichever way, doc_id between equals: sorts are stable, so the last key comes first."""
    ordered = sorted(cluster, key=lambda member: int(member["doc_id"]))
    for key in reversed(keep):
        name = key.lstrip("-").rpartition(".")[2]
        there = [member for member in ordered if member[name] is not None]
        there.sort(key=lambda member, name=name: member[name], reverse=key.startswith("-"))  # type: ignore[misc]
        ordered = there + [member for member in ordered if member[name] is None]
    return ordered


def decisions(clusters: Iterator[list[Member]], keep: Sequence[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for cluster in clusters:
        ordered = in_order(cluster, keep)
        stays = [member for member in ordered if member["kept"]]
        goes = [member for member in ordered if not member["kept"]]
        if stays and goes:
            last, first = stays[-1], goes[0]
            keys = [*keep, "doc_id"]
            differ = [key for key in keys if (name := key.lstrip("-").rpartition(".")[2]) and last[name] != first[name]]
            found["before" if ordered.index(last) > ordered.index(first) else differ[0]] += 1
    return found


def counted(found: Copies) -> Counter[str]:
    return Counter({**dict(found.keys), "before": found.before}) + Counter()  # the sum drops zeros


def asked_for(job: Job, keep: Sequence[str], duplicates: DataFrame) -> Copies:
    recipe = job.recipe.changed([f"dedup.keep=[{', '.join(keep)}]"])
    assert recipe.dedup is not None
    return copies(job.corpus, job.runs, recipe, recipe.dedup, duplicates)


def own(job: Job) -> DataFrame:
    """The clusters that dedup has found: what its keep rule decides."""
    return job.corpus.duplicates.where(F.col("recipe") == job.recipe.name).where("method <> 'semantic'")


def test_every_key_has_the_clusters_that_it_decided(
    gathered: Gathered, reference: Job, values: dict[int, Member]
) -> None:
    keep = ("-sizes_v1.characters", "doc_id")
    expected = decisions(members(own(reference), values), keep)
    assert [key for key, _ in gathered.copies.keys] == list(keep)
    assert counted(gathered.copies) == expected and gathered.copies.before == 0
    assert set(expected) == set(keep)
    clusters = own(reference).select("method", "cluster_id").distinct().count()
    sizes = {of: n for of, n in gathered.clusters.sizes.items() if of[0] != "semantic"}
    assert gathered.copies.clusters == clusters == sum(sizes.values())


@pytest.mark.parametrize(
    "keep", [["url", "-record_id"], ["-url", "gopher_v1.words", "path"], ["gopher_v1.mean_word_length"], ["-doc_id"]]
)
def test_what_was_kept_by_another_order_stays_and_is_said(
    reference: Job, values: dict[int, Member], keep: Sequence[str]
) -> None:
    found = asked_for(reference, keep, own(reference))
    assert counted(found) == decisions(members(own(reference), values), keep)
    assert found.before > 0
    assert [key for key, _ in found.keys] == [*keep, *["doc_id"] * ("-doc_id" not in keep)]


def test_where_clusters_have_grown_together_the_last_that_stays_counts(
    reference: Job, values: dict[int, Member]
) -> None:
    some = Window.partitionBy("method", F.pmod("cluster_id", F.lit(20)))
    grown = own(reference).withColumn("cluster_id", F.min("doc_id").over(some))
    keep = ["-sizes_v1.characters", "url"]
    expected = decisions(members(grown, values), keep)
    assert counted(asked_for(reference, keep, grown)) == expected
    assert expected["before"] > 0


def test_source_rank_is_a_key(reference: Job, values: dict[int, Member]) -> None:
    recipe = reference.recipe.changed(["dedup.keep=[source_rank, -sizes_v1.characters]", "dedup.sources=[default]"])
    assert recipe.dedup is not None
    found = copies(reference.corpus, reference.runs, recipe, recipe.dedup, own(reference))
    assert found.keys[0] == ("source_rank", 0)  # all are of one data set
    assert counted(found) == decisions(members(own(reference), values), ["-sizes_v1.characters"])


def test_where_none_stays_no_key_decides(reference: Job, gathered: Gathered) -> None:
    none = reference.recipe.changed(["dedup.keep=none"])
    dropped = own(reference).withColumns({"kept": F.lit(False), "keeper": F.lit(None).cast("long")})
    assert none.dedup is not None
    found = copies(reference.corpus, reference.runs, none, none.dedup, dropped)
    assert found.keys == () and found.clusters == 0
    _, gone, _ = recount(reference.corpus, dropped)
    assert (
        sorted((source.dropped for source in found.sources), reverse=True) == sorted(gone.values())[: -SOURCES - 1 : -1]
    )
    assert {source.stays for source in found.sources} == {None}
    shown = [(cluster, Passage(cluster.shown, "n", "t", False)) for cluster in largest(dropped)]
    page = words(render(replace(gathered, recipe=none, copies=found, largest=shown)))
    assert "keep: none drops every document of a cluster" in page and "none is kept" in page
    assert "clusters it decides" not in page and "kept instead" not in page


def recount(corpus: Corpus, duplicates: DataFrame) -> tuple[dict[str, int], dict[str, int], dict[str, Counter[str]]]:
    """Documents and dropped copies by source, and the sources of the copies that stay."""
    names = {row["doc_id"]: row for row in corpus.names.collect()}

    def of(doc_id: int) -> str:
        url, path = names[doc_id]["url"], str(names[doc_id]["path"])
        return url.split("/")[2].partition("?")[0].lower() if url else path.rpartition("/")[2]

    gone = [row for row in duplicates.collect() if not row["kept"]]
    stay: dict[str, Counter[str]] = defaultdict(Counter)
    for row in gone:
        if row["keeper"] is not None:
            stay[of(row["doc_id"])][of(row["keeper"])] += 1
    return Counter(map(of, names)), Counter(of(row["doc_id"]) for row in gone), stay


@pytest.mark.parametrize("which", ["crawl", "hosts"])
def test_sources_of_most_copies(which: str, reference: Job, asked: Corpus) -> None:
    corpus = reference.corpus if which == "crawl" else asked
    recipe = reference.recipe if which == "crawl" else read_recipe("gopher")
    assert recipe.dedup is not None
    duplicates = corpus.duplicates.where(F.col("recipe") == recipe.name)
    found = copies(corpus, Runs(corpus), recipe, recipe.dedup, duplicates).sources
    documents, dropped, stays = recount(corpus, duplicates)
    order = sorted(dropped, key=lambda name: (-dropped[name], name))
    assert [source.name for source in found] == order[:SOURCES] and len(found) >= 3
    for source in found:
        assert (source.documents, source.dropped) == (documents[source.name], dropped[source.name])
        most = min(stays[source.name].items(), key=lambda item: (-item[1], item[0]))
        assert (source.stays, source.stays_for) == most


def test_the_largest_clusters_are_shown_by_their_keepers(gathered: Gathered, reference: Job) -> None:
    every = reference.corpus.duplicates.where(F.col("recipe") == reference.recipe.name)
    clusters = {(row["method"], row["cluster_id"]): row for row in every.where("kept").collect()}
    order = sorted(clusters, key=lambda key: (-clusters[key]["members"], *key))[:LARGEST]
    assert [(c.method, c.cluster_id) for c, _ in gathered.largest] == order and len(order) == LARGEST
    names = {row["doc_id"]: row for row in reference.corpus.names.collect()}
    texts = {row["doc_id"]: row["text"] for row in reference.corpus.documents.select("doc_id", "text").collect()}
    page = words(render(gathered))
    for cluster, passage in gathered.largest:
        row = clusters[cluster.method, cluster.cluster_id]
        assert (cluster.members, cluster.keeper) == (row["members"], row["doc_id"])
        assert passage.name == names[row["doc_id"]]["url"] or passage.name == names[row["doc_id"]]["record_id"]
        assert passage.name in page and f"{cluster.members:,} documents by {cluster.method}" in page
        assert texts[row["doc_id"]].startswith(passage.text)
        assert " ".join(texts[row["doc_id"]][:300].split()) in page


def test_hostile_clusters_are_shown_as_text_and_cut_between_characters(gathered: Gathered) -> None:
    text = HOSTILE + "\U0001f600" * 500
    shown = [(Cluster("minhash", 12345, 1, 1), Passage(1, 'https://evil.example/"><script>', text, False))]
    source = render(replace(gathered, largest=shown))
    page = words(source)
    assert "<script>alert(1)</script> ]]> --> {{ 7*7 }} ␀ ␛[31m [U+202E] desrever [U+2028] &amp;" in page
    assert 'https://evil.example/"><script> 12,345 documents by minhash' in page
    smiles = 400 - len(HOSTILE) + HOSTILE.count("\U0001f600")
    assert "\U0001f600" * smiles + "…" in page and "\U0001f600" * (smiles + 1) not in page
    assert not {"\x00", "\x1b", "\u202e", "\u2028", "\ufffd"} & set(source)
    assert "<script" not in source


def test_keys_sources_and_sizes_are_on_the_page(gathered: Gathered) -> None:
    sizes = Clusters({("exact", 2): 40, ("exact", 3): 5, ("minhash", 2): 9, ("minhash", 16): 1}, {})
    source = render(replace(gathered, clusters=sizes, copies=replace(gathered.copies, before=7)))
    page = words(source)
    assert 'aria-label="Clusters by size"' in source
    for key, n in gathered.copies.keys:
        assert f"{key} {n:,} {100 * n / (gathered.copies.clusters + 7):.1f} %" in page
    assert f"better by the keys) 7 {700 / (gathered.copies.clusters + 7):.1f} %" in page
    for found in gathered.copies.sources:
        assert f"{found.name} {found.dropped:,} {found.documents:,}" in page
    assert "what was kept before stays" not in words(render(gathered))


def test_without_copies_nothing_is_asked(
    reference: Job, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [record["text"] for record in lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 4)]
    (tmp_path / "few.jsonl").write_bytes(b"\n".join(orjson.dumps({"text": text}) for text in texts))
    corpus, recipe = Corpus(reference.corpus.spark, locate(str(tmp_path / "corpus"))), read_recipe("minhash-only")
    stages = (annotate.STAGE, filter.STAGE, dedup.STAGE, curate.STAGE)
    pipeline.run(corpus, recipe, stages, Ingest(str(tmp_path / "few.jsonl")))
    for name in ("copies", "largest"):
        monkeypatch.setattr(gathering, name, None)
    page = words(render(gather(corpus, Runs(corpus), recipe)))
    assert "No two of the documents that pass the filter were found to be duplicates" in page
    assert "Which copy stays" not in page and "Largest clusters" not in page


def words(source: str) -> str:
    """The page's text as a browser would show it, on one line."""
    return " ".join(" ".join(Page(source).words).split())
