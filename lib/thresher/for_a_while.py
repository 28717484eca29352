"""Settings of a Spark session that hold for as long as something takes."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

# What compiling a query costs, tens of milliseconds a stage and hundreds of stages a run, pays from some megabytes on.
SMALL_BYTES = 4 << 20
INTERPRETED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
# A page is the least that a reader fetches of a column, and a column's dictionary comes with any page of it. Rows that
# are sorted by doc_id in pages of a thousand rows, with small dictionaries, let a look-up of one id read a hundredth of
# what Parquet's defaults (a megabyte a page and a dictionary) would. Delta passes no Parquet options of a write on.
SMALL_PAGES = {"parquet.page.row.count.limit": "1000", "parquet.dictionary.page.size": str(8 << 10)}
_log = logging.getLogger(__name__)


@contextmanager
def settings(spark: SparkSession, wanted: Mapping[str, str]) -> Iterator[None]:
    """While this lasts the session has these settings; where the host refuses them, its own."""
    before = {key: spark.conf.get(key, None) for key in wanted}
    try:
        for key, value in wanted.items():
            spark.conf.set(key, value)
    except PySparkException as error:
        _log.debug("this session keeps its own settings: %s", error)
    try:
        yield
    finally:
        for key, held in before.items():
            if held is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, held)
