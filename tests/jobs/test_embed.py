"""Stage `embed`: the vectors of the documents that are left, in a table that recipes share and that only grows."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from deltalake import DeltaTable, QueryBuilder
from pyspark.sql import SparkSession

from thresher.ask.funnel import funnel
from thresher.ask.ledger import ledger
from thresher.corpus import Corpus
from thresher.domains.vectors import matrix_of
from thresher.embed.documents import require_usable
from thresher.embed.embedder import Embedder
from thresher.embed.encode import NO_VECTOR, encode
from thresher.errors import ThresherError, UsageError
from thresher.location import locate
from thresher.recipe import Recipe, read_recipe
from thresher.runs import RunRow
from thresher.stage import Job
from thresher_jobs import annotate, dedup, embed, filter, pipeline, regroup
from thresher_jobs.ingest import Ingest

from ..conftest import HOSTILE, lines

STAGES = (annotate.STAGE, filter.STAGE, dedup.STAGE, embed.STAGE)
OWN_MODELS = Path(__file__).parents[1] / "embed"
MEGABYTE = "A long page about the sea. " * 40_000


def recipe(name: str, *changes: str) -> Recipe:
    return read_recipe("minhash-only", [f"name={name}", "embed.model=wordllama", *changes])


def write(path: Path, texts: list[str]) -> Path:
    path.parent.mkdir(exist_ok=True)
    rows = [json.dumps({"id": f"{path.stem}/{n}", "text": text}) for n, text in enumerate(texts)]
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def texts(data_dir: Path) -> list[str]:
    """Chapters in several editions, of which dedup drops most, pages, and texts that are odd."""
    book = [str(record["text"]) for record in lines(data_dir / "neardup/rustbook.jsonl.gz", 60)]
    short = [str(record["text"]) for record in lines(data_dir / "lid/lingua75x200.jsonl.gz", 40)]
    return [*book, *book[:5], *short, "", "x", "\x00\x01", HOSTILE, MEGABYTE]


def stored(corpus: Corpus, model: str) -> tuple[dict[int, "np.ndarray[Any, Any]"], dict[int, str]]:
    """The vectors of a model by doc_id, and why others have none; every document once."""
    table = corpus.embeddings.where(f"model = '{model}'").toArrow()
    assert len(set(table["doc_id"].to_pylist())) == len(table)
    good = table.filter(table["failed"].is_null())
    column = good["packed" if good["vector"].null_count == len(good) else "vector"].combine_chunks()
    failed = table.filter(table["failed"].is_valid())
    vectors = dict(zip(good["doc_id"].to_pylist(), matrix_of(column), strict=True))
    return vectors, dict(zip(failed["doc_id"].to_pylist(), failed["failed"].to_pylist(), strict=True))


def newest(job: Job) -> RunRow | None:
    """The row that this run left of the stage."""
    return next((row for row in job.runs.rows if (row.stage, row.run_id) == ("embed", job.run_id)), None)


@pytest.fixture(scope="module")
def corpus(spark: SparkSession, texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Two batches, embedded for the recipe `first`."""
    folder = tmp_path_factory.mktemp("embed")
    write(folder / "input/a.jsonl", texts[:50])
    write(folder / "input/b.jsonl", texts[50:])
    corpus = Corpus(spark, locate(str(folder / "corpus")))
    done = pipeline.run(corpus, recipe("first"), STAGES, Ingest(str(folder / "input"), batch_bytes=1000))
    row = newest(done)
    assert row is not None and len(row.batches) == 2
    return corpus


def survivors(corpus: Corpus, name: str) -> set[int]:
    dropped = corpus.verdicts.where(f"recipe = '{name}'").select("doc_id")
    return {row["doc_id"] for row in corpus.documents.join(dropped, "doc_id", "left_anti").select("doc_id").collect()}


def test_every_document_that_is_left_has_the_vector_of_its_text(corpus: Corpus, texts: list[str]) -> None:
    embedder = Embedder("wordllama")
    vectors, failed = stored(corpus, embedder.name)
    assert vectors.keys() | failed.keys() == survivors(corpus, "first")
    assert 20 < len(vectors) < len(texts) - 20  # the other editions are gone
    by_id = {row["doc_id"]: row["text"] for row in corpus.documents.select("doc_id", "text").collect()}
    assert failed == {} and {MEGABYTE, HOSTILE, "x"} <= {by_id[doc_id] for doc_id in vectors}
    plain = encode(embedder.load("cpu"), [by_id[doc_id] for doc_id in vectors]).matrix
    np.testing.assert_allclose(np.stack(list(vectors.values())), plain, atol=1e-6)


def test_another_recipe_costs_only_the_difference_and_another_model_lies_beside(corpus: Corpus) -> None:
    first = Embedder("wordllama").name
    before, _ = stored(corpus, first)
    more = pipeline.run(corpus, recipe("second", "dedup=null"), STAGES)
    after, _ = stored(corpus, first)
    lacked = survivors(corpus, "second") - survivors(corpus, "first")
    row = newest(more)
    assert row is not None and row.counts == {"embedded": len(lacked), "failed": 0}
    assert after.keys() - before.keys() == lacked
    assert all(np.array_equal(after[doc_id], vector) for doc_id, vector in before.items())

    half = recipe("second", "dedup=null", "embed.precision=half", "embed.of=everything")
    pipeline.run(corpus, half, STAGES)
    assert half.embedder is not None and half.embedder.name != first
    packed, _ = stored(corpus, half.embedder.name)
    assert packed.keys() == after.keys()
    assert min(float(packed[doc_id] @ vector) for doc_id, vector in after.items()) > 0.999
    assert newest(pipeline.run(corpus, half, STAGES)) is None  # up to date


def test_new_files_cost_their_own_documents_alone(corpus: Corpus, texts: list[str]) -> None:
    folder = Path(corpus.location.root).parent / "input"
    write(folder / "c.jsonl", ["Lighthouses were built of stone and lit by oil.", texts[0]])
    before, _ = stored(corpus, Embedder("wordllama").name)
    row = newest(pipeline.run(corpus, recipe("second", "dedup=null"), STAGES, Ingest(str(folder), batch_bytes=1000)))
    assert row is not None and row.counts["embedded"] == 2
    after, _ = stored(corpus, Embedder("wordllama").name)
    assert len(after) == len(before) + 2


def test_a_recipe_that_does_not_ask_for_vectors_has_none(spark: SparkSession, texts: list[str], tmp_path: Path) -> None:
    corpus = Corpus(spark, locate(str(tmp_path / "corpus")))
    write(tmp_path / "a.jsonl", texts[:5])
    job = pipeline.run(corpus, read_recipe("minhash-only"), STAGES, Ingest(str(tmp_path / "a.jsonl")))
    assert not corpus.exists("embeddings")
    assert {row.stage for row in job.runs.rows} >= {"dedup"} and newest(job) is None


def test_what_is_not_there_is_told_in_one_line(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for model in ("/no/such/folder", str(tmp_path / "empty"), "no_such_module:model", "no-such-model-anywhere"):
        with pytest.raises(UsageError) as wrong:
            _ = Embedder(model).found
        assert "\n" not in str(wrong.value) and model in str(wrong.value)
    with pytest.raises(UsageError, match="pooling"):
        _ = Embedder("wordllama", pooling="mean").found
    with pytest.raises(UsageError, match=r"embed.device"):
        recipe("wrong", "embed.device=gpu")
    with pytest.raises(ThresherError, match="there is no cuda where the work is done"):
        require_usable(spark, Embedder("wordllama", device="cuda"))


def run(point: str, folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    script = Path(__file__).with_name("killed_run.py")
    command = [sys.executable, str(script), point, str(folder / "corpus"), "2", "run", str(folder / "own.yaml")]
    environment = {**os.environ, "LOADS": str(folder / "loads")}
    environment["PYTHONPATH"] = os.pathsep.join([str(OWN_MODELS), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=900, check=False, env=environment
    )


def query(table: Path, sql: str) -> list[dict[str, Any]]:
    return pa.table(QueryBuilder().register("t", DeltaTable(str(table))).execute(sql).read_all()).to_pylist()


OWN = """
name: own
annotate: {sizes_v1: }
dedup: null
embed: {model: "own_models:counting"}
"""


@pytest.fixture(scope="module")
def killed(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of one's own, which some texts make fail or kill its process; the run itself is killed twice."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "own.yaml").write_text(OWN, encoding="utf-8")
    prose = [str(record["text"]) for record in lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 90)]
    prose[10], prose[40], prose[70] = "this text kills it", "this text raises", "this text is not a number"
    for part in range(3):
        write(folder / f"input/{part}.jsonl", prose[part * 30 : part * 30 + 30])
    options = ("--input", str(folder / "input"), "--batch-bytes", "1000")
    for point in ("write:embeddings", "gap:embed"):
        assert run(point, folder, *options).returncode == -9, point
    done = run("none", folder, *options)
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


def test_a_run_that_was_killed_ends_with_every_vector_once(killed: Path) -> None:
    texts = {row["doc_id"]: row["text"] for row in query(killed / "corpus/documents", "select doc_id, text from t")}
    rows = query(killed / "corpus/embeddings", "select doc_id, vector, failed from t")
    assert sorted(row["doc_id"] for row in rows) == sorted(texts)
    failed = {texts[row["doc_id"]]: row["failed"] for row in rows if row["failed"] is not None}
    assert failed == {
        "this text kills it": embed.DIED,
        "this text raises": "ValueError: what a text",
        "this text is not a number": NO_VECTOR,
    }
    for row in rows:
        if row["failed"] is None:
            counts = np.array([texts[row["doc_id"]].count(letter) + 1.0 for letter in "aeioutns"])
            np.testing.assert_allclose(row["vector"], counts / np.linalg.norm(counts), rtol=1e-5)


def test_what_could_not_be_embedded_is_told(spark: SparkSession, killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(OWN_MODELS))
    corpus = Corpus(spark, locate(str(killed / "corpus")))
    own = read_recipe(str(killed / "own.yaml"), ["regroup={k: 3}"])
    job = pipeline.run(corpus, own, (regroup.STAGE,))
    texts = {row["text"]: row["doc_id"] for row in corpus.documents.collect()}
    told = str(ledger(corpus, job.runs, texts["this text raises"]))
    assert "none: it could not be embedded: ValueError: what a text" in told
    card = corpus.domain_cards.collect()[0]
    assert card["name"] in str(ledger(corpus, job.runs, card["exemplars"][0]))
    [note] = [note for note in funnel(corpus, job.runs, own).notes if "not embedded" in note]
    assert note.startswith("not embedded: 3 documents; the most frequent reason (1): ")


def test_a_worker_process_loads_the_model_once(killed: Path) -> None:
    loads = [line.split() for line in (killed / "loads").read_text().splitlines()]
    assert {device for _, device in loads} == {"cpu"}
    assert len(loads) > 1 and len({process for process, _ in loads}) == len(loads)


CONNECT = """
import sys, thresher
import thresher.functions as T
from thresher.ask.funnel import funnel
from thresher.ask.ledger import ledger
from thresher.corpus import Corpus
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher.session import get_session
from thresher_jobs import annotate, dedup, embed, filter, pipeline, regroup
from thresher_jobs.ingest import Ingest

folder, crawl = sys.argv[1:]
spark = get_session(conf={"spark.sql.shuffle.partitions": "2"})
assert "connect" in type(spark).__module__, type(spark)
corpus = Corpus(spark, locate(folder))
recipe = read_recipe("minhash-only", ["embed.model=wordllama"])
stages = (annotate.STAGE, filter.STAGE, dedup.STAGE, embed.STAGE)
row = pipeline.run(corpus, recipe, stages, Ingest(f"{crawl}/a-web.jsonl")).runs.newest("embed", "minhash-only")
shown = corpus.documents.select("doc_id", T.embed("text").alias("shown")).join(corpus.embeddings, "doc_id")
print("embedded:", row.counts["embedded"], shown.count(), shown.where("shown = vector").count())
"""


def test_it_runs_through_spark_connect(crawl: Path, tmp_path: Path, connect: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CONNECT, str(tmp_path / "corpus"), str(crawl)],
        capture_output=True, text=True, timeout=900, check=False, env={**os.environ, "SPARK_REMOTE": connect},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    [told] = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("embedded:")]
    assert len(set(told)) == 1 and int(told[0]) > 100
