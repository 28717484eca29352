"""What duplicates are known by, as Column functions: hashes of URLs and texts, and signatures."""

from collections.abc import Callable, Sequence
from typing import Literal

import pyarrow as pa
from pyspark.sql import Column
from pyspark.sql.pandas.functions import arrow_udf

from thresher.annotators.registry import make
from thresher.functions.signals import ColumnOrName, named
from thresher.urls.canonical import canonical


def url_key(url: ColumnOrName, keep_parameters: Sequence[str] = (), drop_parameters: Sequence[str] = ()) -> Column:
    """A 128-bit hash of the URL's canonical form (`url_key_v1`), null where it is no URL.

    >>> df = spark.createDataFrame([("https://www.a.org/b/?gclid=7",), ("a.org/b",), ("n/a",)], "url string")
    >>> df.select(T.url_key("url")).select("url_key_v1.hash").show()
    +-------------------+
    |               hash|
    +-------------------+
    |1721258244257161488|
    |1721258244257161488|
    |               NULL|
    +-------------------+
    """
    return named("url_key_v1", url, keep_parameters=keep_parameters, drop_parameters=drop_parameters)


def canonical_url(
    url: ColumnOrName, keep_parameters: Sequence[str] = (), drop_parameters: Sequence[str] = ()
) -> Column:
    """The canonical form that `url_key` hashes, null where it is no URL; raises UsageError where a name is none.

    >>> df = spark.createDataFrame([("https://www.Example.org:443/a/?utm_source=x&b=2&a=%7E1#top",)], "url string")
    >>> df.select(T.canonical_url("url")).first()
    Row(canonical_url='example.org/a?a=~1&b=2')
    """
    make("url_key_v1", {"keep_parameters": keep_parameters, "drop_parameters": drop_parameters})
    keep, drop = tuple(keep_parameters), tuple(drop_parameters)

    def form(url: pa.Array) -> pa.Array:
        return canonical(url, keep, drop)

    form.__annotations__ = {"url": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(form, "string")  # type: ignore[call-overload]
    return udf(url).alias("canonical_url")


def exact(text: ColumnOrName, normalise: Literal["none", "case_and_space", "words"] = "case_and_space") -> Column:
    r"""A 128-bit hash of the text (`exact_v1`), `normalise` naming what does not matter in it.

    By `none` every byte does, by `words` only the words, in lower case.

    >>> df = spark.createDataFrame([("The  Sea",), ("the\nsea ",), ("",)], "text string")
    >>> df.select(T.exact("text")).select("exact_v1.hash").show()
    +-------------------+
    |               hash|
    +-------------------+
    |7898275147520299628|
    |7898275147520299628|
    |               NULL|
    +-------------------+
    """
    return named("exact_v1", text, normalise=normalise)


def minhash(
    text: ColumnOrName,
    ngram: int = 5,
    permutations: int = 112,
    seed: int = 1,
    words: Literal["unicode", "whitespace"] = "unicode",
    unit: Literal["words", "characters"] = "words",
    bits: Literal[32, 64] = 32,
    family: Literal["thresher", "datasketch", "datasketch_legacy", "datatrove", "datatrove_sha1"] = "thresher",
) -> Column:
    """The MinHash signature of the text's n-grams (`minhash_v1`), null where the text is shorter than one.

    `words` are cut by Unicode's letters and numbers, or at white space alone; the `unit` of an n-gram is such a word,
    or a character of these words with a space between two. A value has so many `bits`. `family` makes the values of
    another program, given the same shingles: see `thresher.annotators.minhash`.

    >>> df = spark.createDataFrame([("to be or not to be that is",), ("to be",)], "text string")
    >>> df.select(T.minhash("text", permutations=2)).select("minhash_v1.signature").show()
    +--------------------+
    |           signature|
    +--------------------+
    |[8D 6C BD 24 61 9...|
    |                NULL|
    +--------------------+
    """
    settings = {"ngram": ngram, "permutations": permutations, "seed": seed, "words": words}
    return named("minhash_v1", text, **settings, unit=unit, bits=bits, family=family)
