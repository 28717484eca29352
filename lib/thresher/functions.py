"""The measurements and rules as Column functions, for any DataFrame: text in, a struct or an array out.

    import thresher.functions as T
    df.select("*", T.gopher("text"))

Each is the annotator of the same name behind an Arrow UDF: the same kernel that `thresher annotate` runs. In the
examples `T` is this module and `spark` a session.
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
from thresher.annotators.order import in_order
from thresher.annotators.registry import make
from thresher.embed.column import embed as embed
from thresher.filters.judge import bounded, broken_rules
from thresher.filters.registry import ruleset
from thresher.urls.canonical import canonical

ColumnOrName = Column | str


def signal(annotator: Annotator) -> Callable[..., Column]:
    """An annotator as a Column function: its input columns in, its struct column out.

    >>> from thresher.annotators.own import annotator
    >>> @annotator(exclamations=pa.int64())
    ... def shouting_v1(text: str) -> dict[str, int]:
    ...     return {"exclamations": text.count("!")}
    >>> df = spark.createDataFrame([("Stop! Thief!",)], "text string")
    >>> df.select(T.signal(shouting_v1())("text")).first()
    Row(shouting_v1=Row(exclamations=2))
    """

    def measured(*columns: pa.Array) -> pa.Array:
        return annotator.measure(*columns)

    measured.__annotations__ = {"columns": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(measured, from_arrow_type(annotator.fields))  # type: ignore[call-overload]
    return lambda *columns: udf(*columns).alias(annotator.name)


def sizes(text: ColumnOrName) -> Column:
    r"""Bytes, characters, words and lines (`sizes_v1`).

    >>> df = spark.createDataFrame([("Überall Wörter.\nZwei Zeilen.",)], "text string")
    >>> df.select(T.sizes("text")).first()
    Row(sizes_v1=Row(bytes=30, characters=28, words=4, lines=2))
    """
    return _named("sizes_v1", text)


def gopher(text: ColumnOrName) -> Column:
    """The statistics behind Gopher's quality rules (`gopher_v1`).

    >>> df = spark.createDataFrame([("To be, or not to be: that is the question.",)], "text string")
    >>> df.select(T.gopher("text")).select("gopher_v1.words", "gopher_v1.stop_words").first()
    Row(words=10, stop_words=4)
    """
    return _named("gopher_v1", text)


def gopher_dolma(text: ColumnOrName) -> Column:
    """Gopher's statistics of quality and repetition as dolma counts them (`gopher_dolma_v1`).

    >>> df = spark.createDataFrame([("To be, or not to be: that is the question.",)], "text string")
    >>> df.select(T.gopher_dolma("text")).select("gopher_dolma_v1.words", "gopher_dolma_v1.median_word_length").first()
    Row(words=10, median_word_length=3.0)
    """
    return _named("gopher_dolma_v1", text)


def gopher_dclm(text: ColumnOrName) -> Column:
    """Gopher's statistics of quality as DCLM counts them (`gopher_dclm_v1`).

    >>> df = spark.createDataFrame([("To be, or not to be: that is the question.",)], "text string")
    >>> df.select(T.gopher_dclm("text")).select("gopher_dclm_v1.words", "gopher_dclm_v1.stop_words").first()
    Row(words=10, stop_words=4)
    """
    return _named("gopher_dclm_v1", text)


def repetition(text: ColumnOrName) -> Column:
    r"""The statistics behind Gopher's repetition rules (`repetition_v1`).

    >>> df = spark.createDataFrame([("Row, row.\nRow, row.\nYour boat.\nRow, row.",)], "text string")
    >>> df.select(T.repetition("text")).select("repetition_v1.duplicate_lines", "repetition_v1.top_2_gram").first()
    Row(duplicate_lines=0.5, top_2_gram=0.375)
    """
    return _named("repetition_v1", text)


def repetition_dclm(text: ColumnOrName) -> Column:
    r"""The statistics behind Gopher's repetition rules as DCLM counts them (`repetition_dclm_v1`).

    >>> df = spark.createDataFrame([("Row, row.\nRow, row.\nYour boat.\nRow, row.",)], "text string")
    >>> repeated = df.select(T.repetition_dclm("text").alias("repeated"))
    >>> repeated.select("repeated.lines", "repeated.duplicate_lines").first()
    Row(lines=4, duplicate_lines=0.75)
    """
    return _named("repetition_dclm_v1", text)


def fineweb(text: ColumnOrName) -> Column:
    r"""The statistics behind FineWeb's quality rules (`fineweb_v1`).

    >>> df = spark.createDataFrame([("Menu\nThe fox ran over the hill.\nMenu",)], "text string")
    >>> df.select(T.fineweb("text")).select("fineweb_v1.lines", "fineweb_v1.newline_ratio").first()
    Row(lines=3, newline_ratio=0.2222222222222222)
    """
    return _named("fineweb_v1", text)


def c4(text: ColumnOrName, dialect: str = "c4_v1") -> Column:
    r"""What C4's line rules cut and leave, in a dialect: `c4_v1` (TensorFlow's), `c4_datatrove_v1` or `c4_dclm_v1`.

    >>> df = spark.createDataFrame([("Menu\nThe fox ran over the hill.\nWe use cookies to serve you.",)], "text string")
    >>> df.select(T.c4("text")).select("c4_v1.lines", "c4_v1.kept_lines", "c4_v1.policy_lines").first()
    Row(lines=3, kept_lines=1, policy_lines=1)
    """
    return _named(dialect, text)


def c4_text(text: ColumnOrName, dialect: str = "c4_v1") -> Column:
    r"""The text that C4's line rules leave, in the dialect of `c4`.

    >>> df = spark.createDataFrame([("Menu\nThe fox ran over the hill.\nWe use cookies to serve you.",)], "text string")
    >>> df.select(T.c4_text("text").alias("left")).first()
    Row(left='The fox ran over the hill.')
    """
    return edited(text, [make(dialect, {})])


def refinedweb_lines(text: ColumnOrName) -> Column:
    r"""What RefinedWeb's line rules cut, as DCLM-Baseline has them (`refinedweb_lines_v1`).

    >>> df = spark.createDataFrame([("It was a day like any other.\n3.5k likes\nRead more...",)], "text string")
    >>> lines = df.select(T.refinedweb_lines("text").alias("lines"))
    >>> lines.select("lines.words", "lines.removed_words", "lines.counter_lines").first()
    Row(words=11, removed_words=0.36363636363636365, counter_lines=1)
    """
    return _named("refinedweb_lines_v1", text)


def repair(text: ColumnOrName, normal_form: str = "NFC") -> Column:
    """Whether the text holds mojibake or characters that show nothing, and whether repair changes it (`repair_v1`).

    >>> df = spark.createDataFrame([("Un cafÃ© noir",)], "text string")
    >>> df.select(T.repair("text")).first()
    Row(repair_v1=Row(mojibake=True, invisible=0, changed=True))
    """
    return _named("repair_v1", text, normal_form=normal_form)


def repair_text(text: ColumnOrName, normal_form: str = "NFC") -> Column:
    """The text with mojibake undone, in a normal form, without control and zero-width characters.

    >>> df = spark.createDataFrame([("Un cafÃ© noir",)], "text string")
    >>> df.select(T.repair_text("text").alias("mended")).first()
    Row(mended='Un café noir')
    """
    return edited(text, [make("repair_v1", {"normal_form": normal_form})])


def pii(text: ColumnOrName, public_ips: bool = True) -> Column:
    """How many e-mail and IP addresses, phone and card numbers and secrets the text holds (`pii_v1`).

    >>> df = spark.createDataFrame([("Write to jane@mail.org or to 81.2.69.142.",)], "text string")
    >>> df.select(T.pii("text")).first()
    Row(pii_v1=Row(emails=1, ipv4=1, ipv6=0, phones=0, cards=0, secrets=0, characters=24))
    """
    return _named("pii_v1", text, public_ips=public_ips)


def pii_text(text: ColumnOrName, public_ips: bool = True) -> Column:
    """The text with each of these replaced by something of its kind that is reserved for documentation.

    >>> df = spark.createDataFrame([("Write to jane@mail.org or to 81.2.69.142.",)], "text string")
    >>> df.select(T.pii_text("text").alias("redacted")).first()
    Row(redacted='Write to email@example.com or to 192.0.2.1.')
    """
    return edited(text, [make("pii_v1", {"public_ips": public_ips})])


def decontamination(
    text: ColumnOrName, items: Sequence[str | Path], fields: Sequence[str] = ("text",), n: int = 13, **settings: Any
) -> Column:
    """Which benchmark items the text holds n-grams of, and where (`decontamination_v1`, with all its settings).

    >>> item = '{"id": "q7", "text": "How many clips did Natalia sell?"}'
    >>> _ = Path("quiz.jsonl").write_text(item)
    >>> df = spark.createDataFrame([("Quiz: how many CLIPS did Natalia sell - 72.",)], "text string")
    >>> found = df.select(T.decontamination("text", items=["quiz.jsonl"]))
    >>> found.select("decontamination_v1.first").first()
    Row(first='quiz/q7: how many CLIPS did Natalia sell')
    """
    return _named("decontamination_v1", text, items=items, fields=fields, n=n, **settings)


def decontamination_text(
    text: ColumnOrName, items: Sequence[str | Path], fields: Sequence[str] = ("text",), n: int = 13, **settings: Any
) -> Column:
    """The text without the words that it shares with benchmark items, as `decontamination` finds them.

    >>> item = '{"id": "q7", "text": "How many clips did Natalia sell?"}'
    >>> _ = Path("quiz.jsonl").write_text(item)
    >>> df = spark.createDataFrame([("Quiz: how many CLIPS did Natalia sell - 72.",)], "text string")
    >>> df.select(T.decontamination_text("text", items=["quiz.jsonl"]).alias("left")).first()
    Row(left='Quiz:  - 72.')
    """
    return edited(text, [make("decontamination_v1", {"items": items, "fields": fields, "n": n, **settings})])


def language(text: ColumnOrName) -> Column:
    """The language of the whole text and its score, by fastText's lid.176 (`language_v1`).

    >>> df = spark.createDataFrame([("Wir haben lange geredet.",), ("",)], "text string")
    >>> df.select(T.language("text")).selectExpr("language_v1.label", "round(language_v1.score, 2) AS score").show()
    +-----+-----+
    |label|score|
    +-----+-----+
    |   de| 0.98|
    |  und|  0.0|
    +-----+-----+
    """
    return _named("language_v1", text)


def classifier(text: ColumnOrName, model: str | Path, label: str | None = None) -> Column:
    """How probable a label of a fastText model is, or the most probable label and its score (`classifier_v1`).

    >>> from thresher.annotators.language import packaged_model
    >>> df = spark.createDataFrame([("Wir haben lange geredet.",), ("",)], "text string")
    >>> german = df.select(T.classifier("text", model=packaged_model(), label="de").alias("german"))
    >>> german.selectExpr("round(german.score, 2) AS german").show()
    +------+
    |german|
    +------+
    |  0.98|
    |   0.0|
    +------+
    """
    return _named("classifier_v1", text, model=model, label=label)


def script(text: ColumnOrName) -> Column:
    """The script that most letters are in, and their share (`script_v1`).

    >>> df = spark.createDataFrame([("Привет, world",), ("日本語のテキスト",)], "text string")
    >>> df.select(T.script("text")).select("script_v1.*").show()
    +------+----------+
    |script|     share|
    +------+----------+
    |  Cyrl|0.54545456|
    |  Jpan|       1.0|
    +------+----------+
    """
    return _named("script_v1", text)


def fineweb_2(text: ColumnOrName, language: ColumnOrName | None = None, folder: str | Path | None = None) -> Column:
    """Which of FineWeb-2's settings a document falls under, and how many of their stop words it has (`fineweb_2_v1`).

    `language` is the column that `T.language` gives, which is made of the text where none is named.

    >>> df = spark.createDataFrame([("Wir haben lange geredet, und das war der Grund.",)], "text string")
    >>> df.select(T.fineweb_2("text")).select("fineweb_2_v1.settings", "fineweb_2_v1.stop_words").show()
    +--------+----------+
    |settings|stop_words|
    +--------+----------+
    |deu_Latn|         3|
    +--------+----------+
    """
    known = _named("language_v1", text) if language is None else language
    return signal(make("fineweb_2_v1", {"folder": folder}))(text, known)


def badwords(
    text: ColumnOrName,
    lists: str | Path,
    language: str = "en",
    boundaries: Literal["words", "none", "letters"] | None = None,
) -> Column:
    r"""How many entries of a list of bad words the text holds, and the first (`badwords_v1`).

    >>> _ = Path("words.txt").write_text("darn\nheck\n")
    >>> df = spark.createDataFrame([("Darn it. What the heck, darn!",)], "text string")
    >>> df.select(T.badwords("text", lists="words.txt")).first()
    Row(badwords_v1=Row(matches=3, distinct=2, first='darn'))
    """
    return _named("badwords_v1", text, lists=lists, language=language, boundaries=boundaries)


def url(
    url: ColumnOrName,
    block: Sequence[str | Path] = (),
    allow: Sequence[str | Path] = (),
    hard_words: str | Path | None = None,
    soft_words: str | Path | None = None,
    suffixes: str | Path | None = None,
) -> Column:
    r"""Which list of domains, URLs or words holds a URL, its host and its registrable domain (`url_v1`).

    >>> _ = Path("bets.txt").write_text("casino.example\n")
    >>> df = spark.createDataFrame([("https://www.casino.example/play",)], "url string")
    >>> df.select(T.url("url", block=["bets.txt"])).select("url_v1.listed", "url_v1.category", "url_v1.host").first()
    Row(listed='domain', category='bets', host='www.casino.example')
    """
    words = {"hard_words": hard_words, "soft_words": soft_words}
    return _named("url_v1", url, block=block, allow=allow, **words, suffixes=suffixes)


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
    return _named("url_key_v1", url, keep_parameters=keep_parameters, drop_parameters=drop_parameters)


def canonical_url(
    url: ColumnOrName, keep_parameters: Sequence[str] = (), drop_parameters: Sequence[str] = ()
) -> Column:
    """The canonical form that `url_key` hashes, null where it is no URL; raises UsageError where a name is none.

    >>> df = spark.createDataFrame([("https://www.Example.org:443/a/?utm_source=x&b=2&a=%7E1#top",)], "url string")
    >>> df.select(T.canonical_url("url").alias("form")).first()
    Row(form='example.org/a?a=~1&b=2')
    """
    make("url_key_v1", {"keep_parameters": keep_parameters, "drop_parameters": drop_parameters})
    keep, drop = tuple(keep_parameters), tuple(drop_parameters)

    def form(url: pa.Array) -> pa.Array:
        return canonical(url, keep, drop)

    form.__annotations__ = {"url": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(form, "string")  # type: ignore[call-overload]
    return udf(url)


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
    return _named("exact_v1", text, normalise=normalise)


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
    return _named("minhash_v1", text, **settings, unit=unit, bits=bits, family=family)


def edited(text: ColumnOrName, edits: Sequence[Annotator]) -> Column:
    r"""The text that these annotators leave, one after the other.

    >>> from thresher.annotators.registry import make
    >>> df = spark.createDataFrame([("Menu\nWrite to jane@mail.org for more.",)], "text string")
    >>> df.select(T.edited("text", [make("c4_v1", {}), make("pii_v1", {})]).alias("left")).first()
    Row(left='Write to email@example.com for more.')
    """

    def left(text: pa.Array) -> pa.Array:
        return apply(edits, text)

    left.__annotations__ = {"text": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(left, "string")  # type: ignore[call-overload]
    return udf(text)


def without(text: ColumnOrName, cuts: ColumnOrName) -> Column:
    """The text without these spans, byte for byte; as it is where `cuts` is null.

    `cuts` is an array of structs with `start` and `end`, in bytes of the text, sorted; they may overlap.

    >>> columns = "text string, cuts array<struct<start long, end long>>"
    >>> df = spark.createDataFrame([("Home. It rained.", [(0, 6)])], columns)
    >>> df.select(T.without("text", "cuts").alias("left")).first()
    Row(left='It rained.')
    """

    def left(text: pa.Array, cuts: pa.Array) -> pa.Array:
        from thresher.kernels.edits import cut_out

        return cut_out(text, cuts)

    left.__annotations__ = {"text": pa.Array, "cuts": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(left, "string")  # type: ignore[call-overload]
    return udf(text, cuts)


def judge(
    documents: DataFrame, rules: str, text: str = "text", settings: Mapping[str, Mapping[str, Any]] | None = None
) -> DataFrame:
    """Adds `verdicts`, an array of the rules of one rule set that each document breaks; drops no row.

    Each verdict holds `rule`, `value`, `threshold` and `detail`. `settings` are those of the annotators, as in a
    recipe: `T.judge(df, "badwords_v1", settings={"badwords_v1": {"lists": "ldnoobw"}})`. Raises `UsageError` where no
    rule set is so called.

    >>> df = spark.createDataFrame([("Wir haben lange geredet.",), ("We talked for a long time.",)], "text string")
    >>> T.judge(df, "language_v1").select("text", "verdicts.rule").show(truncate=False)
    +--------------------------+----------------------+
    |text                      |rule                  |
    +--------------------------+----------------------+
    |Wir haben lange geredet.  |[language_v1.language]|
    |We talked for a long time.|[]                    |
    +--------------------------+----------------------+
    """
    judged = ruleset(rules, settings=settings)
    measured = documents
    for annotator in in_order([make(name, (settings or {}).get(name, {})) for name in judged.annotators]):
        inputs = (text if name == "text" else name for name in annotator.inputs)
        measured = measured.withColumn(annotator.name, signal(annotator)(*inputs))
    verdicts = broken_rules([judged], failed=F.lit(None).cast("string"))
    told = bounded(measured, [judged]).withColumn("verdicts", verdicts)
    return told.drop(*judged.annotators, *(table.column for table in judged.tables))


def _named(name: str, text: ColumnOrName, **settings: Any) -> Column:
    return signal(make(name, settings))(text)
