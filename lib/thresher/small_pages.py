"""Parquet in small pages, for tables in which one document is looked up.

A page is the least that a reader fetches of a column, and a column's dictionary comes with any page of it. Rows that
are sorted by doc_id in pages of a thousand rows, with small dictionaries, let a look-up of one id read a hundredth of
what Parquet's defaults (a megabyte a page and a dictionary) would. Delta passes no Parquet options of a write on, so
they are the session's for as long as the write takes.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

SETTINGS = {"parquet.page.row.count.limit": "1000", "parquet.dictionary.page.size": str(8 << 10)}
_log = logging.getLogger(__name__)


@contextmanager
def small_pages(spark: SparkSession) -> Iterator[None]:
    """While this lasts, tables are written in small pages; where the host refuses the settings, in its own."""
    before = {key: spark.conf.get(key, None) for key in SETTINGS}
    try:
        for key, value in SETTINGS.items():
            spark.conf.set(key, value)
    except PySparkException as error:
        _log.debug("this session writes pages of its own size: %s", error)
    try:
        yield
    finally:
        for key, held in before.items():
            if held is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, held)
