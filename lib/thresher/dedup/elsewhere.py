"""Documents that another corpus has already: each beside what it meets there, directly, never by way of a third."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from thresher.dedup.instalment import BUCKET


def meetings(ours: DataFrame, theirs: DataFrame, most: int) -> DataFrame:
    """Distinct pairs (`doc_id`, `matched_doc`) that share a bucket; of theirs the `most` smallest ids of each bucket.

    Both hold rows of an index (`key`, `check`, `doc_id`). The bound keeps a page that they have a million times from
    being compared a million times with each of ours.
    """
    shared = theirs.join(ours.select(*BUCKET).distinct(), list(BUCKET), "left_semi")
    number = F.row_number().over(Window.partitionBy(*BUCKET).orderBy("doc_id"))
    first = shared.withColumn("number", number).where(F.col("number") <= most)
    pairs = ours.join(first.select(*BUCKET, F.col("doc_id").alias("matched_doc")), list(BUCKET))
    return pairs.select("doc_id", "matched_doc").distinct()
