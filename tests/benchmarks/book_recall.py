"""Pair recall and precision of verified clusters on four editions of a book, for four bandings and both checks.

A pair of documents is near where its true Jaccard similarity, which comes with the data, is at least 0.8, and together
where both are in one cluster. Recall: the near pairs that are together; precision: the pairs together that are near,
and of the edges that hold clusters together those that are near.
"""

import sys
from statistics import mean

from tests.benchmarks.pairs import arguments, table
from tests.conftest import DATA
from tests.dedup.test_verify import AT_LEAST, found, read_book, together

from thresher.session import get_session

BANDINGS = ((14, 8), (20, 13), (9, 13), (25, 10))
SEEDS = {"tiny": 1, "small": 3, "full": 20}


def main() -> None:
    given = arguments(__doc__)
    texts, exact = read_book(DATA)
    near = {pair for pair, share in exact.items() if share >= AT_LEAST}
    spark = get_session("thresher-recall")
    rows = []
    for bands, per_band in BANDINGS:
        for check in ("signature", "shingles"):
            shares = []
            for seed in range(SEEDS[given.scale]):
                edges = found(spark, texts, check == "signature", (bands, per_band), seed)
                clusters, kept = together(edges), near & together(edges)
                shares.append((len(kept) / len(near), len(kept) / len(clusters), len(near & edges.keys()) / len(edges)))
            figures = [f"{mean(each):.3f} ({min(each):.3f} to {max(each):.3f})" for each in zip(*shares, strict=True)]
            rows.append((f"{bands} x {per_band}", check, *figures))
            sys.stderr.write(f"{rows[-1]}\n")
    table(("bands x rows", "verified by", f"recall of {len(near)} pairs", "precision", "of edges"), rows)


if __name__ == "__main__":
    main()
