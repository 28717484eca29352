"""Copies by meaning in a run: verdicts with their matches, later batches, stopped half-way, taken back, told."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from thresher.ask.funnel import funnel
from thresher.ask.ledger import ledger
from thresher.corpus import Corpus, Write
from thresher.domains.placing import usable
from thresher.embed.embedder import Embedder
from thresher.errors import UsageError
from thresher.kernels.cosines import cosine
from thresher.location import locate
from thresher.recipe import Recipe, read_recipe
from thresher.report.gather import gather
from thresher.report.page import render
from thresher.stage import Job, Stage
from thresher_jobs import annotate, curate, dedup, embed, filter, lines, pipeline, regroup, semantic
from thresher_jobs.ingest import Ingest

from ..conftest import lines as records_of

STAGES = (
    annotate.STAGE, filter.STAGE, dedup.STAGE, embed.STAGE, regroup.STAGE, semantic.STAGE, lines.STAGE, curate.STAGE,
)  # fmt: skip
AT_LEAST = 0.9
RECIPE = """
name: thinned
annotate: {sizes_v1: , exact_v1: }
dedup: {minhash: null}
rules: {mine: {empty: {signal: sizes_v1.words, at_least: 5}}}
embed: {model: wordllama}
regroup: {k: 6}
semantic: {at_least: 0.9, nearest: all, keep: [-sizes_v1.words, doc_id]}
"""
Rows = dict[int, dict[str, object]]


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    path = tmp_path_factory.mktemp("recipe") / "thinned.yaml"
    path.write_text(RECIPE, encoding="utf-8")
    return read_recipe(str(path))


@pytest.fixture(scope="module")
def input_files(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two files of web prose; each has texts of its own and of the other again, in capitals, cut short, and a copy."""
    folder = tmp_path_factory.mktemp("pages")
    web = [str(record["text"]) for record in records_of(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 160)]
    first, second = web[:100], web[100:]
    parts = {
        "a": [*first, *[text.upper() for text in first[:20]], first[30], "too short"],
        "b": [*second, *[text[: len(text) * 2 // 3] for text in (*first[10:40], *second[:20])], second[0]],
    }
    for name, texts in parts.items():
        rows = [json.dumps({"text": text, "id": f"{name}/{place}"}) + "\n" for place, text in enumerate(texts)]
        (folder / f"{name}.jsonl").write_text("".join(rows), encoding="utf-8")
    return folder


def run(corpus: Corpus, recipe: Recipe, file: Path | None = None, stages: Sequence[Stage] = STAGES[:-2]) -> Job:
    return pipeline.run(corpus, recipe, stages, Ingest(str(file)) if file else None)


def at(spark: SparkSession, folder: Path) -> Corpus:
    return Corpus(spark, locate(str(folder / "corpus")))


def found(corpus: Corpus) -> Rows:
    rows = corpus.duplicates.where("method = 'semantic'").drop("run_id", "batch").collect()
    return {row["doc_id"]: row.asDict() for row in rows}


def verdicts(corpus: Corpus) -> Rows:
    rows = corpus.verdicts.where("stage = 'semantic'").collect()
    return {row["doc_id"]: row.asDict() for row in rows}


@pytest.fixture(scope="module")
def whole(spark: SparkSession, recipe: Recipe, input_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Both files at once."""
    return run(at(spark, tmp_path_factory.mktemp("whole")), recipe, input_files, STAGES)


def expected(corpus: Corpus, later: tuple[int, ...] = ()) -> dict[int, tuple[int, float]]:
    """The definition, over all texts that filter and dedup leave, by brute force; these batches come later."""
    gone = {row["doc_id"] for row in corpus.verdicts.where("stage <> 'semantic'").collect()}
    documents = [row for row in corpus.documents.collect() if row["doc_id"] not in gone]
    texts = {row["doc_id"]: row["text"] for row in documents}
    is_later = {row["doc_id"]: row["batch"] in later for row in documents}
    words = {row["doc_id"]: row["words"] for row in _signals(corpus)}
    ids = sorted(texts, key=lambda doc: (is_later[doc], -words[doc], doc))
    model = Embedder("wordllama").load("cpu")
    rows, used = usable(model.vectors(model.prepare([texts[doc] for doc in ids])), True)
    assert used.all()
    best: dict[int, tuple[int, float]] = {}
    for place, doc in enumerate(ids):
        near = [(-cosine(rows.points[place], rows.points[other]), ids[other]) for other in range(place)]
        if near and -min(near)[0] >= AT_LEAST:
            best[doc] = (min(near)[1], -min(near)[0])
    return best


def _signals(corpus: Corpus):  # type: ignore[no-untyped-def]
    [folder] = (Path(corpus.location.root) / "signals").iterdir()
    return corpus.table(f"signals/{folder.name}").select("doc_id", "sizes_v1.words").collect()


def test_every_copy_goes_for_the_most_alike_before_it(whole: Job) -> None:
    wanted, rows = expected(whole.corpus), found(whole.corpus)
    dropped = {doc: row for doc, row in rows.items() if not row["kept"]}
    assert {doc: (row["matched_doc"], row["similarity"]) for doc, row in dropped.items()} == wanted
    assert len(wanted) >= 40
    told = verdicts(whole.corpus)
    assert set(told) == set(wanted)
    for doc, verdict in told.items():
        assert (verdict["rule"], verdict["threshold"]) == ("semantic.cosine", AT_LEAST)
        assert (verdict["matched_doc"], verdict["value"]) == wanted[doc]


def test_what_it_drops_is_in_no_release_and_the_funnel_adds_up(whole: Job) -> None:
    counted = funnel(whole.corpus, whole.runs, whole.recipe)
    steps = {step.name: step.documents for step in counted.steps}
    assert steps["semantic.cosine"] == len(verdicts(whole.corpus))
    left = steps["documents"] - sum(step.documents for step in counted.steps if step.kind == "out")
    assert left + steps["quarantined"] == steps["released"]
    released = {row["doc_id"] for row in whole.corpus.table(f"curated/{counted.release}").collect()}
    assert len(released) == steps["released"] and not released & set(verdicts(whole.corpus))
    [note] = [note for note in counted.notes if "cosine" in note]
    assert "100.0 %" in note


def test_explain_and_the_report_tell_of_it(whole: Job) -> None:
    doc, row = next((doc, row) for doc, row in found(whole.corpus).items() if not row["kept"])
    text = str(ledger(whole.corpus, whole.runs, str(doc)))
    assert "semantic.cosine" in text and f"{row['similarity']:.4g}" in text
    assert "-sizes_v1.words, doc_id" in text
    shown = render(gather(whole.corpus, whole.runs, whole.recipe))
    assert "semantic.cosine" in shown and "a cosine of at least 0.9" in shown


def test_later_files_are_compared_with_earlier_ones_whose_verdicts_stand(
    spark: SparkSession, recipe: Recipe, input_files: Path, whole: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = at(spark, tmp_path)
    run(corpus, recipe, input_files / "a.jsonl")
    before, verdicts_before = found(corpus), verdicts(corpus)
    commit = Corpus.commit

    def die_at_verdicts(self: Corpus, write: Write) -> dict[str, int]:
        if write.table.name == "verdicts" and "semantic" in str(write.replaces):
            raise KeyboardInterrupt
        return commit(self, write)

    with monkeypatch.context() as patched:
        patched.setattr(Corpus, "commit", die_at_verdicts)
        with pytest.raises(KeyboardInterrupt):
            run(corpus, recipe, input_files / "b.jsonl")
    later = run(corpus, recipe)
    after, verdicts_after = found(corpus), verdicts(corpus)
    assert {doc: verdicts_after[doc] for doc in verdicts_before} == verdicts_before
    assert {doc for doc in before if before[doc]["kept"]} == {doc for doc in before if after[doc]["kept"]}
    new = {doc: row for doc, row in after.items() if doc not in before and not row["kept"]}
    assert len(new) >= 30 and any(row["matched_doc"] in before for row in new.values())
    assert "what was kept before, then first by" in str(ledger(corpus, later.runs, str(next(iter(new)))))
    row = later.runs.newest("semantic", "thinned")
    assert row is not None
    first, second = json.loads(row.details["instalments"])
    wanted = expected(corpus, tuple(second))
    assert first and {doc: (v["matched_doc"], v["value"]) for doc, v in verdicts_after.items()} == wanted
    rekeyed = run(corpus, recipe.changed(["semantic.rekey=true"]))
    assert found(rekeyed.corpus) == found(whole.corpus)


def test_other_stages_leave_its_rows_alone_and_it_takes_them_back(
    spark: SparkSession, recipe: Recipe, input_files: Path, tmp_path: Path
) -> None:
    corpus = at(spark, tmp_path)
    run(corpus, recipe, input_files / "a.jsonl")
    exact = corpus.duplicates.where("method = 'exact'").count()
    none = run(corpus, recipe.changed(["semantic.keep=none"]))
    rows = found(none.corpus)
    assert rows and not any(row["kept"] for row in rows.values())
    assert {row["keeper"] for row in rows.values()} == {None}
    assert corpus.duplicates.where("method = 'exact'").count() == exact > 0
    without = run(corpus, recipe.changed(["semantic=null"]))
    assert not found(without.corpus) and not verdicts(without.corpus)
    assert corpus.duplicates.where("method = 'exact'").count() == exact


def test_a_stage_that_is_not_asked_for_depends_on_nothing(recipe: Recipe) -> None:
    plain = recipe.changed(["semantic=null"])
    other = plain.changed(["regroup.seed=7"])
    assert semantic.STAGE.fingerprint(plain) == semantic.STAGE.fingerprint(other)
    assert curate.STAGE.fingerprint(plain) == curate.STAGE.fingerprint(other)
    assert curate.STAGE.fingerprint(recipe) != curate.STAGE.fingerprint(recipe.changed(["regroup.seed=7"]))
    assert curate.STAGE.fingerprint(recipe) != curate.STAGE.fingerprint(recipe.changed(["semantic.at_least=0.8"]))


def test_what_is_wrong_in_a_recipe_is_told(recipe: Recipe) -> None:
    for change, told in (
        ("regroup=null", "semantic compares documents within domains"),
        ("regroup.metric=euclidean", "it needs `regroup: {metric: cosine}`"),
        ("semantic.nearest=3", "semantic.nearest"),
        ("semantic.at_least=1.2", "semantic.at_least"),
        ("semantic.keep=[source_rank]", "source_rank"),
        ("semantic.keep=[-gopher_v1.words]", "annotate lacks gopher_v1"),
        ("semantic.threshold=0.8", "no setting is called threshold"),
    ):
        with pytest.raises(UsageError, match=re.escape(told)):
            recipe.changed([change])
    assert recipe.changed(["semantic.keep=[-distance, doc_id]"]).semantic
