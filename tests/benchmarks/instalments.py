"""Twelve instalments of one corpus: what deduplicating each of them costs, beside all of it in one go.

Each instalment holds a twelfth of the documents, small ones of two clauses; in each one in ten is a copy of another and
one in ten of one of the instalment before. Seconds are those of the stage `dedup` alone, in one session; instalment 2
also makes the index. The last line is the same corpus searched as a whole (`rekey`).
"""

from pathlib import Path

import numpy as np
import orjson
from tests.benchmarks.pairs import arguments, scratch, table
from tests.benchmarks.texts import DOCUMENTS, clauses

INSTALMENTS = 12


def write_instalments(folder: Path, documents: int) -> None:
    """One file of JSON lines for each instalment."""
    folder.mkdir()
    known, each = clauses(), documents // INSTALMENTS
    chosen = np.random.default_rng(1).integers(0, len(known), (INSTALMENTS * each, 2))
    chosen[9::10] = chosen[8:-1:10]
    chosen[each + 5 :: 10] = chosen[5 : len(chosen) - each : 10]
    for part in range(INSTALMENTS):
        numbers = range(part * each, (part + 1) * each)
        rows = ({"id": str(n), "text": " ".join(known[clause] for clause in chosen[n])} for n in numbers)
        (folder / f"{part:02}.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


def main() -> None:
    given = arguments(__doc__)
    from thresher.corpus import Corpus
    from thresher.location import locate
    from thresher.recipe import read_recipe
    from thresher.session import get_session
    from thresher_jobs import annotate, dedup, filter, pipeline
    from thresher_jobs.ingest import Ingest

    stages = (annotate.STAGE, filter.STAGE, dedup.STAGE)
    recipe = read_recipe("minhash-only")
    rows = []
    with scratch() as folder:
        write_instalments(folder / "input", 10 * DOCUMENTS[given.scale])
        corpus = Corpus(get_session(), locate(str(folder / "corpus")))
        for part in sorted((folder / "input").iterdir()):
            job = pipeline.run(corpus, recipe, stages, Ingest(str(part)))
            newest = job.runs.newest("dedup", recipe.name)
            assert newest is not None
            documents = job.runs.documents(job.runs.batches())
            rows.append((part.stem, f"{documents:,}", f"{newest.seconds:.1f} s"))
        job = pipeline.run(corpus, recipe.changed(["dedup.rekey=true"]), stages)
        newest = job.runs.newest("dedup", recipe.name)
        assert newest is not None
        rows.append(("all in one go", f"{documents:,}", f"{newest.seconds:.1f} s"))
    table(("instalment", "documents in all", "dedup"), rows)


if __name__ == "__main__":
    main()
