"""The host of a URL, by Spark's own expressions: what documents are grouped by, without a trip through Python."""

from pyspark.sql import Column
from pyspark.sql import functions as F

_HOST = r"^[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#:]+)"


def host(url: str = "url") -> Column:
    """The host of a column of URLs in lower case; empty where there is none, null where the URL is."""
    return F.lower(F.regexp_extract(url, _HOST, 1))
