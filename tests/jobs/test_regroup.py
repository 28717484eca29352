"""Regrouping in a run: domains and cards, later batches without a new fit, settings that change, errors in one line."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

from thresher.ask.domains import domains as asked
from thresher.corpus import Corpus, Write
from thresher.domains.placing import Centroids, usable
from thresher.embed.embedder import Embedder
from thresher.errors import ThresherError, UsageError
from thresher.location import locate
from thresher.recipe import Recipe, read_recipe
from thresher.report.domains import domain_section
from thresher.stage import Job
from thresher_jobs import annotate, dedup, embed, filter, pipeline, regroup
from thresher_jobs.ingest import Ingest

from ..conftest import lines

STAGES = (annotate.STAGE, filter.STAGE, dedup.STAGE, embed.STAGE, regroup.STAGE)
K = 6
RECIPE = """
name: grouped
annotate: {sizes_v1: , exact_v1: , language_v1: }
dedup: {minhash: null}
rules: {mine: {empty: {signal: sizes_v1.words, at_least: 5}}}
embed: {model: wordllama}
regroup: {k: 6}
"""


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    path = tmp_path_factory.mktemp("recipe") / "grouped.yaml"
    path.write_text(RECIPE, encoding="utf-8")
    return read_recipe(str(path))


@pytest.fixture(scope="module")
def input_files(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Web prose, three more languages, copies and a text that the filter drops; later a second file of web prose."""
    folder = tmp_path_factory.mktemp("pages")
    web = lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 200)
    short = [one for one in lines(data_dir / "lid/lingua75x200.jsonl.gz", 15_000) if one["lang"] in ("ru", "zh", "th")]
    records = [*web[:150], *short[::7], *short[:9], {"text": "too short"}]
    for name, some in (("a.jsonl", records), ("b.jsonl", web[150:])):
        rows = [{**record, "id": f"{name}/{place}"} for place, record in enumerate(some)]
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def run(corpus: Corpus, recipe: Recipe, *files: Path) -> Job:
    job = None
    for file in files or (None,):
        job = pipeline.run(corpus, recipe, STAGES, Ingest(str(file)) if file else None)
    assert job is not None
    return job


def at(spark: SparkSession, folder: Path) -> Corpus:
    return Corpus(spark, locate(str(folder / "corpus")))


@pytest.fixture(scope="module")
def first(spark: SparkSession, recipe: Recipe, input_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """The first file alone."""
    return run(at(spark, tmp_path_factory.mktemp("grouped")), recipe, input_files / "a.jsonl")


def rows(table: DataFrame, key: str) -> dict[int, dict[str, object]]:
    found = {row[key]: row.asDict(recursive=True) for row in table.drop("run_id", "batch").collect()}
    return found


def details(job: Job) -> dict[str, str]:
    row = job.runs.newest("regroup", "grouped")
    assert row is not None
    return dict(row.details)


@pytest.fixture(scope="module")
def before(first: Job) -> tuple[dict[int, dict[str, object]], dict[int, dict[str, object]], dict[str, str]]:
    """Domains, cards and details after the first file."""
    return rows(first.corpus.domains, "doc_id"), rows(first.corpus.domain_cards, "domain_id"), details(first)


def test_each_document_that_is_left_has_its_two_nearest_domains(first: Job, before: tuple) -> None:  # type: ignore[type-arg]
    domains, cards, _ = before
    documents = {row["doc_id"]: row["text"] for row in first.corpus.documents.collect()}
    dropped = {row["doc_id"] for row in first.corpus.verdicts.collect()}
    assert len(dropped) >= 2 and set(domains) == set(documents) - dropped
    model = Embedder("wordllama").load("cpu")
    ids = list(domains)
    vectors, used = usable(model.vectors(model.prepare([documents[doc] for doc in ids])), True)
    centroids = Centroids(np.array([cards[d]["centroid"] for d in range(K)], np.float32), True)
    assert used.all()
    expected = centroids.placed(vectors)
    for place, doc in enumerate(ids):
        assert domains[doc]["domain_id"] == expected.domain[place]
        assert domains[doc]["second_domain"] == expected.second[place]
        assert abs(float(str(domains[doc]["distance"])) - expected.distance[place]) < 1e-6


def test_cards_tell_what_their_documents_are(first: Job, before: tuple) -> None:  # type: ignore[type-arg]
    domains, cards, told = before
    documents = {row["doc_id"]: row for row in first.corpus.documents.collect()}
    assert set(cards) == set(range(K)) and told["k"] == str(K)
    for domain, card in cards.items():
        mine = [doc for doc, row in domains.items() if row["domain_id"] == domain]
        near = sorted(mine, key=lambda doc: (domains[doc]["distance"], doc))
        assert card["size"] == len(mine) and card["exemplars"] == near[:5]
        assert card["tokens"] == sum(len(documents[doc]["text"].encode()) for doc in mine) // 4
        assert abs(card["spread"] - np.mean([domains[doc]["distance"] for doc in mine])) < 1e-6
        hosts = [re.sub(r"^\w+://([^/]+).*", r"\1", documents[doc]["url"] or "default").lower() for doc in mine]
        for source in card["sources"]:
            assert hosts.count(source["source"]) == source["documents"]
        most = sorted((hosts.count(one) for one in set(hosts)), reverse=True)
        assert [source["documents"] for source in card["sources"]] == most[:10]
        assert sum(one["documents"] for one in card["languages"]) <= card["size"]
        words = " ".join(documents[doc]["text"].lower() for doc in mine)
        assert 1 <= len(card["keywords"]) <= 10 and all(word in words for word in card["keywords"])
        assert card["name"] == ", ".join(card["keywords"][:3])
        gaps = [one["distance"] for one in card["nearest"]]
        assert len(gaps) == K - 1 and gaps == sorted(gaps) and domain not in [o["domain_id"] for o in card["nearest"]]
    russian = max(cards.values(), key=lambda c: sum(o["documents"] for o in c["languages"] if o["language"] == "ru"))
    assert russian["languages"][0]["language"] == "ru" and any("а" <= word[0] <= "я" for word in russian["keywords"])


def test_runs_remember_the_fit_and_the_test_of_structure(first: Job, before: tuple) -> None:  # type: ignore[type-arg]
    domains, _, told = before
    row = first.runs.newest("regroup", "grouped")
    assert row is not None
    assert row.counts["placed"] == len(domains) and row.counts["unplaced"] == 0 and row.counts["domains"] == K
    assert told["fitted_in"] == first.run_id and told["fitted_on"] == str(len(domains))
    assert told["structure"].startswith("there is structure") and 0 <= float(told["tiny_share"]) < 1
    assert float(told["structure_domains_explained"]) > float(told["structure_random_explained"])


def test_the_map_shows_every_domain_and_its_documents(first: Job, before: tuple) -> None:  # type: ignore[type-arg]
    rows_before, cards, told = before
    found = asked(first.corpus, first.runs, first.recipe)
    assert {one.domain_id: one.size for one in found.domains} == {d: card["size"] for d, card in cards.items()}
    assert [one.size for one in found.domains] == sorted((one.size for one in found.domains), reverse=True)
    assert (found.of, found.documents, found.structure) == (K, len(rows_before), told["structure"])
    assert sorted(point.domain_id for point in found.points) == sorted(
        int(str(row["domain_id"])) for row in rows_before.values()
    )
    centres = {one.domain_id: np.array([one.x, one.y]) for one in found.domains}
    for number, centre in centres.items():  # a circle stands where its documents are, not outside
        mean = np.mean([(p.x, p.y) for p in found.points if p.domain_id == number], axis=0)
        assert np.linalg.norm(centre - mean) < 0.02
    near = [np.linalg.norm(centres[p.domain_id] - (p.x, p.y)) for p in found.points]
    far = [np.linalg.norm(centres[(p.domain_id + 1) % K] - (p.x, p.y)) for p in found.points]
    assert np.mean(near) < np.mean(far)
    section = domain_section(first.corpus, first.runs, first.recipe)
    assert section is not None and set(section.nearest) == set(range(K))
    for domain, passage in section.nearest.items():
        exemplars = cards[domain]["exemplars"]
        assert isinstance(exemplars, list) and passage.doc_id == exemplars[0] and passage.text
    with pytest.raises(ThresherError, match="recipe grouped has no domains: add"):
        asked(first.corpus, first.runs, first.recipe.changed(["regroup=null"]))


def test_later_documents_are_placed_and_no_centroid_moves(
    first: Job,
    recipe: Recipe,
    input_files: Path,
    before: tuple,  # type: ignore[type-arg]
) -> None:
    placed, cards, told = before
    later = run(first.corpus, recipe, input_files / "b.jsonl")
    after, cards_after = rows(later.corpus.domains, "doc_id"), rows(later.corpus.domain_cards, "domain_id")
    assert len(after) > len(placed) and {doc: after[doc] for doc in placed} == placed
    assert [cards_after[d]["centroid"] for d in range(K)] == [cards[d]["centroid"] for d in range(K)]
    assert sum(int(str(card["size"])) for card in cards_after.values()) == len(after)
    row = later.runs.newest("regroup", "grouped")
    assert row is not None and row.counts["placed"] == len(after) - len(placed)
    assert details(later)["fitted_in"] == told["fitted_in"] != later.run_id


def test_new_settings_fit_anew_whatever_the_files(
    spark: SparkSession, first: Job, recipe: Recipe, input_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Corpus.commit
    changed = recipe.changed(["regroup.k=[3, 5, 7]", "regroup.metric=euclidean"])

    def die_at_cards(corpus: Corpus, write: Write) -> dict[str, int]:
        if write.table.name == "domain_cards":
            raise KeyboardInterrupt
        return commit(corpus, write)

    with monkeypatch.context() as patched:
        patched.setattr(Corpus, "commit", die_at_cards)
        with pytest.raises(KeyboardInterrupt):
            run(first.corpus, changed, input_files / "b.jsonl")
    again = run(first.corpus, changed)
    told = details(again)
    curve = json.loads(told["silhouettes"])
    assert set(curve) == {"3", "5", "7"} and told["k"] == max(curve, key=lambda k: curve[k])
    assert told["fitted_in"] == again.run_id
    drawn = domain_section(again.corpus, again.runs, again.recipe)
    assert drawn is not None and f"highest at {told['k']}" in str(drawn.shown()["curve"])
    at_once = run(at(spark, tmp_path), changed, input_files)
    for table, key in (("domains", "doc_id"), ("domain_cards", "domain_id")):
        assert rows(getattr(again.corpus, table), key) == rows(getattr(at_once.corpus, table), key)
    assert {**details(at_once), "fitted_in": ""} == {**told, "fitted_in": ""}
    with pytest.raises(ThresherError, match=r"regroup\.k: 9000 domains were asked of [\d,]+ documents"):
        run(again.corpus, recipe.changed(["regroup.k=9000"]))
    without = run(again.corpus, recipe.changed(["regroup=null"]))
    assert without.corpus.domains.isEmpty() and without.corpus.domain_cards.isEmpty()


def test_no_language_needs_to_be_known(spark: SparkSession, recipe: Recipe, input_files: Path, tmp_path: Path) -> None:
    bare = recipe.changed(["annotate={sizes_v1: null, exact_v1: null}", "regroup.k=3"])
    cards = run(at(spark, tmp_path), bare, input_files / "b.jsonl").corpus.domain_cards.collect()
    assert [card["languages"] for card in cards] == [None] * 3
    assert all(card["keywords"] and card["sources"] and card["tokens"] for card in cards)


def test_what_is_wrong_in_a_recipe_is_told(recipe: Recipe) -> None:
    for change, told in (
        ("embed=null", "regroup needs vectors"),
        ("regroup.k=0", "k is 1 or more"),
        ("regroup.k=[1, 4]", "k is 1 or more"),
        ("regroup.metric=manhattan", "cosine"),
        ("regroup.name=nonsense", "regroup.name"),
        ("regroup.clusters=4", "no setting is called clusters"),
    ):
        with pytest.raises(UsageError, match=re.escape(told)):
            recipe.changed([change])
