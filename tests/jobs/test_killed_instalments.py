"""A later batch whose run is killed in each step ends as one that was never killed, however the work is cut up.

Exact copies, verified near copies, another corpus's documents and repeated lines, in one recipe. The corpus that is
killed has two partitions a shuffle, and at writes one core; the other has two cores and five partitions.
"""

import shutil
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from thresher.corpus import Corpus
from thresher.location import locate
from thresher.recipe import Recipe, read_recipe
from thresher_jobs import annotate, curate, dedup, filter, lines, pipeline
from thresher_jobs.ingest import Ingest

from .instalment_parts import deal
from .test_killed_runs import killed_at, run

STAGES = (annotate.STAGE, filter.STAGE, dedup.STAGE, lines.STAGE, curate.STAGE)
POINTS = ("write:bands", "write:verdicts", "write:duplicates", "gap:dedup", "write:edits", "gap:lines")
TELLS_NOTHING = {"batch", "run_id", "matched_corpus"}
RECIPE = """
name: all-steps
annotate: {{sizes_v1: {{}}, exact_v1: {{}}, minhash_v1: {{}}}}
dedup:
  minhash: {{bands: 20, rows: 5, verify: {{by: shingles, at_least: 0.6}}}}
  keep: [-sizes_v1.characters, doc_id]
  against: [{other}]
lines: {{at_least: 3}}
"""


@pytest.fixture(scope="module")
def path(spark: SparkSession, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recipe's file, beside the corpus against which it compares: a third of the texts."""
    folder = tmp_path_factory.mktemp("other")
    other = Corpus(spark, locate(str(folder / "corpus")))
    path = folder / "all-steps.yaml"
    path.write_text(RECIPE.format(other=other.location.root))
    alone = read_recipe(str(path), ["dedup.against=[]"])
    pipeline.run(other, alone, STAGES, Ingest(str(deal(data_dir, folder, 3)[1])))
    return path


@pytest.fixture(scope="module")
def recipe(path: Path) -> Recipe:
    return read_recipe(str(path))


@pytest.fixture(scope="module")
def two_parts(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return deal(data_dir, tmp_path_factory.mktemp("parts"), 2)


@pytest.fixture(scope="module")
def first(
    spark: SparkSession, recipe: Recipe, two_parts: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Corpus:
    """The corpus after its first batch."""
    corpus = Corpus(spark, locate(str(tmp_path_factory.mktemp("instalments") / "corpus")))
    pipeline.run(corpus, recipe, STAGES, Ingest(str(two_parts[0])))
    return corpus


@pytest.fixture(scope="module")
def never_killed(first: Corpus, recipe: Recipe, two_parts: list[Path]) -> Corpus:
    copy = Path(first.location.root).with_name("never-killed")
    shutil.copytree(first.location.root, copy)
    corpus = Corpus(first.spark, locate(str(copy)))
    shuffles = first.spark.conf.get("spark.sql.shuffle.partitions")
    first.spark.conf.set("spark.sql.shuffle.partitions", "5")
    pipeline.run(corpus, recipe, STAGES, Ingest(str(two_parts[1])))
    first.spark.conf.set("spark.sql.shuffle.partitions", shuffles)
    return corpus


@pytest.fixture(scope="module")
def killed(
    first: Corpus, never_killed: Corpus, path: Path, recipe: Recipe, two_parts: list[Path], connect: str
) -> Corpus:
    """The corpus whose second batch was killed at every point in turn, then let go to its end."""
    for point in POINTS:
        place = killed_at(point, connect)
        done = run(point, Path(first.location.root), place, "--input", str(two_parts[1]), recipe=str(path))
        assert done.returncode == -9, f"{point} was not reached:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    pipeline.run(first, recipe, STAGES)
    return first


@pytest.mark.slow
@pytest.mark.parametrize("table", ["duplicates", "verdicts", "edits", "bands"])
def test_the_tables_are_those_of_a_run_that_was_never_killed(killed: Corpus, never_killed: Corpus, table: str) -> None:
    rows = []
    for corpus in (killed, never_killed):
        frame = corpus.table(table)
        columns = [column for column in frame.columns if column not in TELLS_NOTHING]
        rows.append(sorted(frame.select(*columns).toJSON().collect()))
    assert rows[0] == rows[1]
    assert len(rows[0]) >= 8
