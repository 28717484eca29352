"""Line dedup in a run: cuts in a table, carried out by export with the row-local edits, and told by every command."""

import json
from pathlib import Path

import pyarrow.dataset as ds
import pytest
from pyspark.sql import SparkSession

from thresher.ask.funnel import funnel
from thresher.ask.ledger import ledger
from thresher.corpus import Corpus, Write
from thresher.location import locate
from thresher.recipe import Recipe, read_recipe
from thresher.stage import Job
from thresher_jobs import curate, export, lines, pipeline
from thresher_jobs.ingest import Ingest

from ..dedup.line_twin import Cut, Page, cuts, left
from ..kernels.line_twin import spans

MENU, FOOTER = "Home\nÜber uns\n\n", "\nMail: jane@mail.org\nAll rights reserved."
RECIPE = """
name: lined
annotate: {sizes_v1: , exact_v1: , pii_v1: }
edit: [pii_v1]
dedup: {minhash: null}
rules: {mine: {long: {signal: sizes_v1.lines, at_most: 30}}}
lines: {at_least: 3, once: true, shortest: 1, at_most_cut: 0.6}
"""


def texts() -> dict[str, str]:
    """Pages below a menu: prose, one of little else than the menu, one that the filter drops, one and its copy."""
    pages = {f"page/{n}": f"{MENU}Page {n} says that {n} is a number.\nSo it is.{n}{FOOTER}" for n in range(6)}
    pages |= {f"poor/{n}": f"{MENU}{n}{FOOTER}" for n in range(2)}
    pages |= {"long": MENU + "line\n" * 40, "alone": "No\nmenu\r\nno"}
    return {**pages, "copy": pages["page/0"].upper()}


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    path = tmp_path_factory.mktemp("recipe") / "lined.yaml"
    path.write_text(RECIPE, encoding="utf-8")
    return read_recipe(str(path))


@pytest.fixture(scope="module")
def job(spark: SparkSession, recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Job:
    folder = tmp_path_factory.mktemp("lined")
    rows = [
        json.dumps({"id": name, "text": text, "url": f"https://a.example/{name}"}) for name, text in texts().items()
    ]
    (folder / "pages.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return pipeline.run(
        Corpus(spark, locate(str(folder / "corpus"))), recipe, ingest=Ingest(str(folder / "pages.jsonl"))
    )


@pytest.fixture(scope="module")
def pages(job: Job) -> dict[str, Page]:
    """The pages that pass the filter and are no copies, by name."""
    rows = job.corpus.documents.select("doc_id", "url", "text", "record_id").collect()
    dropped = {row["doc_id"] for row in job.corpus.verdicts.where("stage <> 'lines'").collect()}
    return {row["record_id"]: Page(*row[:3]) for row in rows if row["doc_id"] not in dropped}


@pytest.fixture(scope="module")
def expected(pages: dict[str, Page], recipe: Recipe) -> list[Cut]:
    assert recipe.lines is not None
    return cuts(pages.values(), recipe.lines)


@pytest.fixture(scope="module")
def lost(pages: dict[str, Page], expected: list[Cut]) -> dict[str, float]:
    """The share of its bytes that each page loses, blank lines aside."""
    units = {name: sum(end - start for start, end, _ in spans(page.text, "line")) for name, page in pages.items()}
    cut = {n: sum(c.end - c.start for c in expected if c.doc_id == page.doc_id) for n, page in pages.items()}
    return {name: cut[name] / units[name] for name in pages}


def edits(corpus: Corpus) -> list[Cut]:
    return sorted(Cut(*(row[name] for name in Cut._fields)) for row in corpus.edits.collect())


def exported(job: Job) -> dict[str, str]:
    folder = job.runs.newest("export", "lined").details["folder"]  # type: ignore[union-attr]
    rows = ds.dataset(folder, format="parquet").to_table(["record_id", "text"])
    return dict(zip(rows["record_id"].to_pylist(), rows["text"].to_pylist(), strict=True))


def test_only_documents_that_are_left_take_part(job: Job, pages: dict[str, Page], expected: list[Cut]) -> None:
    assert len(pages) == 9 and "long" not in pages
    assert edits(job.corpus) == expected
    assert not job.corpus.exists("lines_of")


def test_a_document_that_loses_too_much_is_dropped(job: Job, pages: dict[str, Page], lost: dict[str, float]) -> None:
    verdicts = job.corpus.verdicts.where("stage = 'lines'").collect()
    assert {(verdict["rule"], verdict["threshold"]) for verdict in verdicts} == {("lines.share_cut", 0.6)}
    told = {verdict["doc_id"]: verdict["value"] for verdict in verdicts}
    assert told == {pages[name].doc_id: share for name, share in lost.items() if share > 0.6}
    assert 1 <= len(told) <= 2


def test_export_cuts_first_and_then_edits(
    job: Job, pages: dict[str, Page], expected: list[Cut], lost: dict[str, float]
) -> None:
    rows = exported(job)
    assert set(rows) == {name for name, share in lost.items() if share <= 0.6}
    for name, text in rows.items():
        assert text == left(pages[name], expected).replace("jane@mail.org", "email@example.com")
    assert sum("email@example.com" in text for text in rows.values()) <= 1
    assert "jane@mail.org" not in "".join(rows.values())


def test_what_was_moved_is_counted(
    job: Job, pages: dict[str, Page], expected: list[Cut], lost: dict[str, float]
) -> None:
    row = job.runs.newest("lines", "lined")
    assert row is not None
    units = [line + "\n" for page in pages.values() for line in page.text.split("\n") if line.strip()]
    assert row.counts["units"] == len(units)
    assert row.counts["cut"] == len(expected)
    assert row.counts["cut_bytes"] == sum(cut.end - cut.start for cut in expected)
    assert row.counts["shuffled_bytes"] == 56 * len(units)
    assert row.counts["verdicts"] == sum(share > 0.6 for share in lost.values())


def test_the_funnel_counts_it(job: Job, recipe: Recipe, lost: dict[str, float]) -> None:
    told = funnel(job.corpus, job.runs, recipe)
    steps = {step.name: step.documents for step in told.steps}
    assert steps["lines.share_cut"] == sum(share > 0.6 for share in lost.values())
    assert any("cut as repeated lines" in note for note in told.notes)


def test_explain_shows_what_was_cut_and_why(job: Job, pages: dict[str, Page], lost: dict[str, float]) -> None:
    poor = max(lost, key=lambda name: lost[name])
    shown = str(ledger(job.corpus, job.runs, pages[poor].doc_id))
    assert "lines.share_cut" in shown and "Über uns" in shown and "in 8 documents" in shown
    other = str(ledger(job.corpus, job.runs, pages["alone"].doc_id))
    assert "cut by lined" in other and "said before in this document" in other


def test_the_report_shows_the_lines_that_most_documents_have(job: Job) -> None:
    page = Path(job.runs.newest("report", "lined").details["path"]).read_text(encoding="utf-8")  # type: ignore[union-attr]
    assert "Repeated lines" in page and "Über uns" in page and "per byte of text" in page


def test_a_stage_that_dies_between_its_tables_ends_the_same(
    job: Job, recipe: Recipe, expected: list[Cut], lost: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Corpus.commit
    stricter = recipe.changed(["lines.at_most_cut=0.3"])

    def die_at_verdicts(corpus: Corpus, write: Write) -> dict[str, int]:
        if write.table.name == "verdicts" and "'lines'" in write.replaces:
            raise KeyboardInterrupt
        return commit(corpus, write)

    with monkeypatch.context() as patched:
        patched.setattr(Corpus, "commit", die_at_verdicts)
        with pytest.raises(KeyboardInterrupt):
            pipeline.run(job.corpus, stricter, (lines.STAGE,))
    assert job.corpus.exists("lines_of")  # left behind, and in nobody's way
    again = pipeline.run(job.corpus, stricter, (lines.STAGE,))
    assert edits(job.corpus) == expected
    assert again.runs.newest("lines", "lined").counts["verdicts"] == sum(share > 0.3 for share in lost.values())  # type: ignore[union-attr]
    assert not job.corpus.exists("lines_of")


def test_a_recipe_that_no_longer_asks_takes_its_cuts_back(job: Job, recipe: Recipe, pages: dict[str, Page]) -> None:
    without = recipe.changed(["lines=null"])
    done = pipeline.run(job.corpus, without, (lines.STAGE, curate.STAGE, export.STAGE))
    assert edits(job.corpus) == []
    assert set(exported(done)) == set(pages)


def test_where_no_line_is_repeated_the_units_are_counted_all_the_same(job: Job, recipe: Recipe) -> None:
    units = job.runs.of("lines", recipe.name)[0].counts["units"]
    again = pipeline.run(job.corpus, recipe.changed(["lines.at_least=50", "lines.once=false"]), (lines.STAGE,))
    counts = again.runs.of("lines", recipe.name)[-1].counts
    assert (counts["cut"], counts["units"]) == (0, units) and units > 40
