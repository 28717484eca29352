"""The words that set a domain apart: class-based TF-IDF over a sample of each domain's documents.

A word's weight in a domain is its share of the domain's words times log(1 + (A - f + 0.5) / (f + 0.5)), where f is how
often it occurs in all domains and A how many words a domain has on average: what all domains say often weighs little.
A word counts only where it is twice as frequent as in all other domains together, for of few domains each is large
enough to make "the" one of its words.

Source: Grootendorst 2022, BERTopic (https://arxiv.org/abs/2203.05794), and its `ClassTfidfTransformer` with
`bm25_weighting`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

DOCUMENTS_A_DOMAIN = 100
_KEYWORDS = 10
_OWN = 2  # times as frequent as in all other domains
_BYTES = 4_000  # of a document: the head says what it is about
_COUNTED = "domain_id int, word string, occurrences long, documents long"


def keywords(texts: DataFrame) -> DataFrame:
    """`domain_id` and `keywords`, the heaviest words first; only words that two of its documents have.

    `texts` holds `domain_id` and `text`: what `sample` chooses, or any other choice. Words are runs of letters in lower
    case; in scripts without spaces two neighbouring letters are one.
    """
    counted = texts.select("domain_id", "text").mapInArrow(_count, _COUNTED)
    words = counted.groupBy("domain_id", "word").agg(F.sum("occurrences").alias("n"), F.sum("documents").alias("in"))
    in_all, in_domain = Window.partitionBy("word"), Window.partitionBy("domain_id")
    words = words.withColumn("f", F.sum("n").over(in_all)).withColumn("whole", F.sum("n").over(in_domain))
    sizes = words.select("domain_id", "whole").distinct()
    average = sizes.agg((F.sum("whole") / F.count(F.lit(1))).alias("average"), F.sum("whole").alias("total"))
    f, rarity = F.col("f"), (F.col("average") - F.col("f") + 0.5) / (F.col("f") + 0.5)
    elsewhere = _OWN * (f - F.col("n")) * F.col("whole").cast("double")
    own = F.col("n") * (F.col("total") - F.col("whole")).cast("double") >= elsewhere
    weighed = words.where("in >= 2").crossJoin(F.broadcast(average)).where(own & (f < F.col("average")))
    weighed = weighed.withColumn("weight", F.col("n") / F.col("whole") * F.log1p(rarity))
    heaviest = in_domain.orderBy(F.desc("weight"), "word")
    first = weighed.withColumn("place", F.row_number().over(heaviest)).where(F.col("place") <= _KEYWORDS)
    ordered = F.sort_array(F.collect_list(F.struct("place", "word")))
    return first.groupBy("domain_id").agg(F.transform(ordered, lambda one: one["word"]).alias("keywords"))


def sample(domains: DataFrame, seed: int) -> DataFrame:
    """`doc_id` and `domain_id` of at most `DOCUMENTS_A_DOMAIN` documents of each domain, chosen by a hash of doc_id."""
    order = Window.partitionBy("domain_id").orderBy(F.xxhash64(F.lit(seed), "doc_id"), "doc_id")
    chosen = domains.where("domain_id IS NOT NULL").withColumn("place", F.row_number().over(order))
    return chosen.where(F.col("place") <= DOCUMENTS_A_DOMAIN).select("doc_id", "domain_id")


def _count(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """How often each word occurs in each domain's documents of one record batch, and in how many of them."""
    for batch in batches:
        often: Counter[tuple[int, str]] = Counter()
        within: Counter[tuple[int, str]] = Counter()
        for domain, words in zip(batch["domain_id"].to_pylist(), _words(batch["text"]), strict=True):
            counts = Counter(words)
            often.update({(domain, word): count for word, count in counts.items()})
            within.update((domain, word) for word in counts)
        domains, names = [key[0] for key in often], [key[1] for key in often]
        columns = [pa.array(domains, pa.int32()), pa.array(names, pa.string())]
        columns += [pa.array([counter[key] for key in often], pa.int64()) for counter in (often, within)]
        yield pa.RecordBatch.from_arrays(columns, names=["domain_id", "word", "occurrences", "documents"])


def _words(texts: pa.Array) -> Iterator[list[str]]:
    import numpy as np

    from thresher.kernels.arrow import utf8
    from thresher.kernels.hashing import words_only

    data, offsets, _ = utf8(texts)
    out = np.empty(2 * _BYTES + 16, np.uint8)
    for start, end in pairwise(offsets):
        size = words_only(data, start, min(end, start + _BYTES), out)
        yield [word for word in _paired(bytes(out[:size]).decode(errors="ignore").split(" ")) if _says_something(word)]


def _paired(words: list[str]) -> Iterator[str]:
    """The words; of single letters beyond Latin, which a script without spaces has, each with the next."""
    for word, following in pairwise([*words, ""]):
        alone = len(word) == 1 and word > "\u0e00"
        yield word + following if alone and len(following) == 1 else word


def _says_something(word: str) -> bool:
    return (len(word) > 2 or (len(word) == 2 and word > "\u0e00")) and not any(letter.isdigit() for letter in word)
