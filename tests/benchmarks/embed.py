"""The stage `embed` beside its model's own library, which encodes the same texts in memory at its best batch size.

Real texts of mixed length: web pages, and sentences in many languages. The library has all cores in one process, the
stage a worker for each core; it reads and writes Delta besides. The ratio is the library's seconds to the stage's: at
1.0 the stage is as fast. Models are loaded before the first pair. `--without-spark` compares CPU seconds of both in
this one process, by one thread: what the stage's batches cost or save, whatever else the machine does.
"""

import gzip
import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tests.benchmarks.pairs import Ratio, alternate, arguments, own_cpu, scratch, table, timed
from tests.benchmarks.texts import DATA

PAGES = {"tiny": 20, "small": 150, "full": 1293}
BATCHES = (8, 16, 32, 64, 128)
Encode = Callable[[list[str], int], Any]


def texts(pages: int) -> list[str]:
    """Web pages and three times as many sentences, by turns."""
    found: list[str] = []
    for name, most in (("wcxb_dev_gold_all_clean", pages), ("../lid/lingua75x200", 3 * pages)):
        with gzip.open(DATA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            found += [json.loads(line)["text"] for _, line in zip(range(most), file, strict=False)]
    return found


def wordllama() -> Encode:
    import wordllama

    model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    return lambda texts, size: model.embed(texts, norm=True, batch_size=size)


def sentence_transformer(package: str, cores: int) -> Encode:
    import torch
    from sentence_transformers import SentenceTransformer

    from thresher.embed.find import find

    torch.set_num_threads(cores)
    model = SentenceTransformer(find(package).place, device="cpu")
    return lambda texts, size: model.encode(texts, batch_size=size, show_progress_bar=False)


def best_size(encode: Encode, some: Sequence[str]) -> int:
    """The batch size at which the library is fastest, on some of the texts."""
    encode(list(some[:8]), 8)
    seconds = {size: timed(partial(encode, list(some), size), own_cpu) for size in BATCHES}
    sys.stderr.write(f"seconds by batch size: {seconds}\n")
    return min(seconds, key=lambda size: seconds[size])


def main() -> None:
    given = arguments(__doc__, ("--model", {"default": "wordllama"}), ("--without-spark", {"action": "store_true"}))
    from thresher.corpus import Corpus
    from thresher.location import locate
    from thresher.recipe import read_recipe
    from thresher.session import cores, get_session
    from thresher_jobs import annotate, dedup, embed, filter, pipeline
    from thresher_jobs.ingest import Ingest

    mixed = texts(PAGES[given.scale])
    threads = 1 if given.without_spark else cores()
    encode = wordllama() if given.model == "wordllama" else sentence_transformer(given.model, threads)
    size = best_size(encode, mixed[:: max(1, len(mixed) // 60)])
    if given.without_spark:
        without_spark(given.model, mixed, partial(encode, mixed, size), given.pairs)
        return
    before = (annotate.STAGE, filter.STAGE, dedup.STAGE)
    with scratch() as folder:
        rows = (json.dumps({"id": str(n), "text": text}) for n, text in enumerate(mixed))
        (folder / "input.jsonl").write_text("\n".join(rows), encoding="utf-8")
        corpus = Corpus(get_session(), locate(str(folder / "corpus")))

        def stage(number: int) -> Callable[[], Any]:
            """One more embedding of everything, ready to start: what the last one made is gone."""
            changes = [f"name=bench{number}", f"embed.model={given.model}", "dedup=null", "embed.of=everything"]
            recipe = read_recipe("minhash-only", changes)
            pipeline.run(corpus, recipe, before, Ingest(str(folder / "input.jsonl")))
            if corpus.exists("embeddings"):
                corpus.drop("embeddings")
            return partial(pipeline.run, corpus, recipe, (embed.STAGE,))

        stage(0)()
        pairs = []
        for number in range(given.pairs):
            ready = stage(number + 1)
            bare, ours = timed(lambda: encode(mixed, size)), timed(ready)
            own = corpus.runs.where("stage = 'embed'").orderBy("started", ascending=False).first()
            pairs.append((bare, ours, own["seconds"] if own else ours))
            sys.stderr.write(f"{time.strftime('%H:%M:%S')} {pairs[-1]}\n")
    told = report([(bare, ours) for bare, ours, _ in pairs]), report([(bare, own) for bare, _, own in pairs])
    size_mb = sum(len(text.encode()) for text in mixed) / 1e6
    table(
        ("model", "texts", "MB", "batch", "library to command", "library to stage alone", "texts a second"),
        [(given.model, f"{len(mixed):,}", f"{size_mb:.1f}", str(size), *told, f"{len(mixed) / pairs[-1][2]:,.0f}")],
    )


def without_spark(model: str, mixed: list[str], bare: Callable[[], Any], pairs: int) -> None:
    """The library's CPU seconds to ours, in windows as the stage has them."""
    from thresher.embed.embedder import Embedder
    from thresher.embed.encode import encode_all, windows_of

    ours = Embedder(model).load("cpu")
    windows = [mixed[rows] for rows in windows_of([len(text.encode()) for text in mixed])]
    ratio = alternate(bare, lambda: list(encode_all(ours, windows, lambda window: window)), pairs, own_cpu)
    table(
        ("model", "texts", "library to ours, CPU", "CPU seconds"),
        [(model, f"{len(mixed):,}", ratio.of(), ratio.seconds())],
    )


def report(seconds: Sequence[tuple[float, float]]) -> str:
    """The median ratio and its range."""
    return Ratio(tuple(a for a, _ in seconds), tuple(b for _, b in seconds)).of()


if __name__ == "__main__":
    main()
