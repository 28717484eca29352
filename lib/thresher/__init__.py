"""thresher: raw web text in, an explained and deduplicated training corpus out.

In a notebook `thresher.open("./corpus")` is the way in; `thresher.functions` holds the measurements as Column functions
for any DataFrame. Importing this package needs none of the optional parts, Spark among them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from thresher.notebook import NotebookCorpus

__all__ = ["open"]


def open(corpus: str, spark: "SparkSession | None" = None) -> "NotebookCorpus":
    """The corpus at a folder, a URI or a catalog's schema, in this session, the active one, or a new one.

    Raises `ThresherError` where there is no corpus.
    """
    from thresher.notebook import open_corpus

    return open_corpus(corpus, spark)
