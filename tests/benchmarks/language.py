"""MB/s of one core of the fastText kernel beside fastText's own binding: lid.176.ftz, and a dense model of its shape.

The dense model (16 numbers a row, n-grams of 2 to 4 characters in two million buckets, hierarchical softmax) is trained
here by fastText itself, on the 75 languages of `lingua75x200`. fastText's trainer asks for an old numpy, so it gets an
environment of its own in the cache folder, and needs a package index the first time.
"""

import gzip
import json
import subprocess
import venv
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median

import fasttext
import pyarrow as pa
from tests.benchmarks.pairs import arguments, own_cpu, table, timed
from tests.benchmarks.texts import DATA, DOCUMENTS, plan, texts

from thresher.annotators.language import language_v1, packaged_model
from thresher.cache import cache_folder

MOST_DOCUMENTS = 10_000
BINDING_DOCUMENTS = 500  # the binding takes so much longer
TRAIN = """
import sys, fasttext
settings = dict(dim=16, minn=2, maxn=4, bucket=2_000_000, loss="hs", epoch=2, thread=2, verbose=0)
fasttext.train_supervised(sys.argv[1], **settings).save_model(sys.argv[2])
"""


def dense_model() -> Path:
    """The path of the dense model, trained at the first call on a machine."""
    folder = cache_folder("benchmarks")
    model = folder / "dense.bin"
    if not model.exists():
        python = folder / "fasttext" / "bin" / "python"
        venv.create(folder / "fasttext", with_pip=True)
        subprocess.run([python, "-I", "-m", "pip", "install", "--quiet", "fasttext-wheel", "numpy<2"], check=True)
        sentences = folder / "sentences.txt"
        sentences.write_text("".join(labelled()))
        subprocess.run([python, "-I", "-c", TRAIN, sentences, model], check=True)
    return model


def labelled() -> list[str]:
    """A line for each sentence, as fastText's trainer reads them."""
    with gzip.open(DATA.parent / "lid" / "lingua75x200.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [f"__label__{row['lang']} {' '.join(row['text'].split())}\n" for row in rows]


def binding(model: Path, documents: list[str]) -> Callable[[], None]:
    """fastText's own prediction, a call for each document."""
    library = fasttext.load_model(str(model))
    lines = [document.replace("\n", " ") for document in documents]

    def predict() -> None:
        for line in lines:
            library.predict(line)

    return predict


def main() -> None:
    given = arguments(__doc__)
    documents = list(islice(texts(plan(DOCUMENTS[given.scale])), MOST_DOCUMENTS))
    few, rows = documents[:BINDING_DOCUMENTS], []
    for name, model in (("lid.176.ftz", packaged_model()), ("dense", dense_model())):
        annotator, every = language_v1(model), pa.array(documents)
        tools: dict[str, tuple[int, Callable[[], object]]] = {
            "thresher": (every.nbytes, lambda a=annotator, t=every: a.measure(t)),
            "fastText's binding": (pa.array(few).nbytes, binding(model, few)),
        }
        for tool, (size, work) in tools.items():
            work()  # compiled, and read into memory
            speeds = [size / 1e6 / timed(work, own_cpu) for _ in range(given.pairs)]
            rows.append((name, tool, f"{median(speeds):.1f}", f"{min(speeds):.1f} to {max(speeds):.1f}"))
    table(("model", "tool", "MB/s/core", "range"), rows)


if __name__ == "__main__":
    main()
