"""What a reader runs, on a corpus of real texts that stands where `make demo` puts its own: README and notebooks."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from IPython.core.interactiveshell import InteractiveShell
from pyspark.sql import SparkSession

from thresher.corpus import Corpus
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher_jobs import annotate, cli, curate, dedup, embed, filter, pipeline, regroup
from thresher_jobs.ingest import Ingest

from .conftest import lines

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Each question with the first line of its answer.
QUESTIONS = re.findall(r"^    \$ thresher (.+)\n    (.+)", README, re.MULTILINE)
CELLS = [cell for cell in re.findall(r"```python\n(.+?)```", README, re.DOTALL) if "@annotator" not in cell]
DEMO_PAGE = re.compile(r"https://docs\.example/[\w./]+")
STAGES = (annotate.STAGE, filter.STAGE, dedup.STAGE, embed.STAGE, regroup.STAGE, curate.STAGE)


@pytest.fixture(scope="module")
def place(spark: SparkSession, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `demo-corpus` and `notebooks` in it; web prose and three more languages, under both recipes."""
    folder = tmp_path_factory.mktemp("demo")
    web = lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 300)
    short = [one for one in lines(data_dir / "lid/lingua75x200.jsonl.gz", 15_000) if one["lang"] in ("ru", "zh", "th")]
    records = [{**record, "id": str(place)} for place, record in enumerate([*web, *short[::7]])]
    (folder / "input.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    corpus = Corpus(spark, locate(str(folder / "demo-corpus")))
    for name in ("fineweb-en", "domains"):
        pipeline.run(corpus, read_recipe(name), STAGES, Ingest(str(folder / "input.jsonl")))
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    return folder


@pytest.fixture
def shell(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """What a notebook's cells run in, in the folder that it lies in."""
    plt.switch_backend("Agg")
    monkeypatch.chdir(place / "notebooks")
    yield InteractiveShell()
    plt.close("all")


def cells(name: str) -> list[str]:
    notebook = json.loads((NOTEBOOKS / name).read_text(encoding="utf-8"))
    assert all(not cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run(shell: InteractiveShell, name: str) -> list[object]:
    """What the notebook's cells show; a cell that raises fails the test with its error."""
    shown = []
    for cell in cells(name):
        done = shell.run_cell(cell)
        done.raise_error()
        shown.append(done.result)
    return shown


def test_explore_domains(shell: InteractiveShell) -> None:
    found, table, structure, _, nearest, border, kept = run(shell, "explore_domains.ipynb")
    html = shell.display_formatter.format(found)[0]["text/html"]
    assert html.count("<svg") == 1 and table["size"].is_monotonic_decreasing  # type: ignore[attr-defined]
    assert "structure_domains_explained" in structure  # type: ignore[operator]
    assert nearest["distance"].is_monotonic_increasing and len(border) == 5  # type: ignore[attr-defined, arg-type]
    assert kept["documents"].sum() == found.documents  # type: ignore[index, attr-defined]
    assert 0 < kept["left"].sum() < kept["documents"].sum()  # type: ignore[index]


def test_tune_a_threshold(shell: InteractiveShell) -> None:
    funnel, rules, sample, _, supposed, _, texts, measured = run(shell, "tune_a_threshold.ipynb")
    assert funnel.recipe == "fineweb-en" and len(rules) > 3 and len(sample) > 0  # type: ignore[attr-defined, arg-type]
    assert supposed.newly_passing > 0  # type: ignore[attr-defined]
    assert (texts["value"] >= 0.6).all() and len(texts) > 0  # type: ignore[index, arg-type]
    assert measured["alphabetic_words"].tolist() == texts["value"].tolist()  # type: ignore[index]


@pytest.fixture
def page(place: Path, spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a page that is there, in place of README's; the test stands where `make demo` leaves its reader."""
    monkeypatch.chdir(place)
    corpus = Corpus(spark, locate(str(place / "demo-corpus")))
    return str(corpus.names.where("url IS NOT NULL").agg({"url": "min"}).toArrow()[0][0])


@pytest.mark.parametrize(("asked", "first_line"), QUESTIONS, ids=[asked.split()[0] for asked, _ in QUESTIONS])
def test_readmes_questions_are_answered(
    asked: str, first_line: str, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(DEMO_PAGE.sub(page, asked).split())
    answer = capsys.readouterr().out.splitlines()
    assert _form(answer[0]) == _form(first_line) and len(answer) > 3


def _form(line: str) -> str:
    """The line without what differs from corpus to corpus; a document's name may be a URL or not."""
    return re.sub(r"-?\d[\d,.]*", "n", line).strip() if " " in line.strip() else "name"


def test_readmes_cells_run(shell: InteractiveShell, page: str, spark: SparkSession) -> None:
    shell.user_ns["df"] = spark.createDataFrame([("A cat, and the dog.",)], "text string")
    assert len(CELLS) == 3 and len(QUESTIONS) == 4
    for statement in DEMO_PAGE.sub(page, "\n".join(CELLS)).splitlines():
        done = shell.run_cell(statement)
        done.raise_error()
        assert done.result is not None or not statement or statement.startswith(("import", "corpus =", "found ="))
