"""The measurements and rules as Column functions, for any DataFrame: text in, a struct or an array out.

    import thresher.functions as T
    df.select("*", T.gopher("text"))

Each is the annotator of the same name behind an Arrow UDF: the same kernel that `thresher annotate` runs.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.pandas.types import from_arrow_type

from thresher.annotators.base import Annotator
from thresher.annotators.edited import apply
from thresher.annotators.registry import make
from thresher.filters.judge import broken_rules
from thresher.filters.registry import ruleset

ColumnOrName = Column | str


def signal(annotator: Annotator) -> Callable[..., Column]:
    """An annotator as a Column function: its input columns in, its struct column out."""

    def measured(text: pa.Array) -> pa.Array:
        return annotator.measure(text)

    measured.__annotations__ = {"text": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(measured, from_arrow_type(annotator.fields))  # type: ignore[call-overload]
    return lambda column: udf(column).alias(annotator.name)


def sizes(text: ColumnOrName) -> Column:
    """Bytes, characters, words and lines (`sizes_v1`)."""
    return _named("sizes_v1", text)


def gopher(text: ColumnOrName) -> Column:
    """The statistics behind Gopher's quality rules (`gopher_v1`)."""
    return _named("gopher_v1", text)


def gopher_dolma(text: ColumnOrName) -> Column:
    """Gopher's statistics of quality and repetition as dolma counts them (`gopher_dolma_v1`)."""
    return _named("gopher_dolma_v1", text)


def gopher_dclm(text: ColumnOrName) -> Column:
    """Gopher's statistics of quality as DCLM counts them (`gopher_dclm_v1`)."""
    return _named("gopher_dclm_v1", text)


def repetition(text: ColumnOrName) -> Column:
    """The statistics behind Gopher's repetition rules (`repetition_v1`)."""
    return _named("repetition_v1", text)


def repetition_dclm(text: ColumnOrName) -> Column:
    """The statistics behind Gopher's repetition rules as DCLM counts them (`repetition_dclm_v1`)."""
    return _named("repetition_dclm_v1", text)


def fineweb(text: ColumnOrName) -> Column:
    """The statistics behind FineWeb's quality rules (`fineweb_v1`)."""
    return _named("fineweb_v1", text)


def c4(text: ColumnOrName, dialect: str = "c4_v1") -> Column:
    """What C4's line rules cut and leave, in a dialect: `c4_v1` (TensorFlow's), `c4_datatrove_v1` or `c4_dclm_v1`."""
    return _named(dialect, text)


def c4_text(text: ColumnOrName, dialect: str = "c4_v1") -> Column:
    """The text that C4's line rules leave, in the dialect of `c4`."""
    return edited(text, [make(dialect, {})])


def refinedweb_lines(text: ColumnOrName) -> Column:
    """What RefinedWeb's line rules cut, as DCLM-Baseline has them (`refinedweb_lines_v1`)."""
    return _named("refinedweb_lines_v1", text)


def repair(text: ColumnOrName, normal_form: str = "NFC") -> Column:
    """Whether the text holds mojibake or characters that show nothing, and whether repair changes it (`repair_v1`)."""
    return _named("repair_v1", text, normal_form=normal_form)


def repair_text(text: ColumnOrName, normal_form: str = "NFC") -> Column:
    """The text with mojibake undone, in a normal form, without control and zero-width characters."""
    return edited(text, [make("repair_v1", {"normal_form": normal_form})])


def pii(text: ColumnOrName, public_ips: bool = True) -> Column:
    """How many e-mail and IP addresses, phone and card numbers and secrets the text holds (`pii_v1`)."""
    return _named("pii_v1", text, public_ips=public_ips)


def pii_text(text: ColumnOrName, public_ips: bool = True) -> Column:
    """The text with each of these replaced by something of its kind that is reserved for documentation."""
    return edited(text, [make("pii_v1", {"public_ips": public_ips})])


def decontamination(
    text: ColumnOrName, items: Sequence[str | Path], fields: Sequence[str] = ("text",), n: int = 13, **settings: Any
) -> Column:
    """Which benchmark items the text holds n-grams of, and where (`decontamination_v1`, with all its settings)."""
    return _named("decontamination_v1", text, items=items, fields=fields, n=n, **settings)


def decontamination_text(
    text: ColumnOrName, items: Sequence[str | Path], fields: Sequence[str] = ("text",), n: int = 13, **settings: Any
) -> Column:
    """The text without the words that it shares with benchmark items, as `decontamination` finds them."""
    return edited(text, [make("decontamination_v1", {"items": items, "fields": fields, "n": n, **settings})])


def language(text: ColumnOrName) -> Column:
    """The language of the whole text and its score, by fastText's lid.176 (`language_v1`)."""
    return _named("language_v1", text)


def badwords(
    text: ColumnOrName,
    lists: str | Path,
    language: str = "en",
    boundaries: Literal["words", "none", "letters"] | None = None,
) -> Column:
    """How many entries of a list of bad words the text holds, and the first (`badwords_v1`)."""
    return _named("badwords_v1", text, lists=lists, language=language, boundaries=boundaries)


def url(
    url: ColumnOrName,
    block: Sequence[str | Path] = (),
    allow: Sequence[str | Path] = (),
    hard_words: str | Path | None = None,
    soft_words: str | Path | None = None,
    suffixes: str | Path | None = None,
) -> Column:
    """Which list of domains, URLs or words holds a URL, its host and its registrable domain (`url_v1`)."""
    words = {"hard_words": hard_words, "soft_words": soft_words}
    return _named("url_v1", url, block=block, allow=allow, **words, suffixes=suffixes)


def exact(text: ColumnOrName) -> Column:
    """A 128-bit hash of the normalised text (`exact_v1`)."""
    return _named("exact_v1", text)


def minhash(text: ColumnOrName, ngram: int = 5, permutations: int = 112, seed: int = 1) -> Column:
    """The MinHash signature of the text's word n-grams (`minhash_v1`), null where the text is shorter than one."""
    return _named("minhash_v1", text, ngram=ngram, permutations=permutations, seed=seed)


def edited(text: ColumnOrName, edits: Sequence[Annotator]) -> Column:
    """The text that these annotators leave, one after the other."""

    def left(text: pa.Array) -> pa.Array:
        return apply(edits, text)

    left.__annotations__ = {"text": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(left, "string")  # type: ignore[call-overload]
    return udf(text)


def judge(
    documents: DataFrame, rules: str, text: str = "text", settings: Mapping[str, Mapping[str, Any]] | None = None
) -> DataFrame:
    """Adds `verdicts`, an array of the rules of one rule set that each document breaks; drops no row.

    Each verdict holds `rule`, `value`, `threshold` and `detail`. `settings` are those of the annotators, as in a
    recipe: `T.judge(df, "badwords_v1", settings={"badwords_v1": {"lists": "ldnoobw"}})`. Raises `UsageError` where no
    rule set is so called.
    """
    judged = ruleset(rules)
    annotators = [make(name, (settings or {}).get(name, {})) for name in judged.annotators]
    columns = {a.name: text if a.inputs == ("text",) else a.inputs[0] for a in annotators}
    measured = documents.withColumns({a.name: signal(a)(columns[a.name]) for a in annotators})
    verdicts = broken_rules([judged], failed=F.lit(None).cast("string"))
    return measured.withColumn("verdicts", verdicts).drop(*judged.annotators)


def _named(name: str, text: ColumnOrName, **settings: Any) -> Column:
    return signal(make(name, settings))(text)
