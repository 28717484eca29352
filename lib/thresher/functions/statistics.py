"""Measurements of a text or a URL as Column functions: a struct out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pyspark.sql import Column

from thresher.annotators.registry import make
from thresher.functions.signals import ColumnOrName, named, signal
from thresher.kernels.text import UNICODE


def sizes(text: ColumnOrName) -> Column:
    r"""Bytes, characters, words and lines (`sizes_v1`).

    >>> df = spark.createDataFrame([("Überall Wörter.\nZwei Zeilen.",)], "text string")
    >>> df.select(T.sizes("text")).first()
    Row(sizes_v1=Row(bytes=30, characters=28, words=4, lines=2))
    """
    return named("sizes_v1", text)


def gopher(text: ColumnOrName, words: str = UNICODE) -> Column:
    """The statistics behind Gopher's quality rules (`gopher_v1`); `words` are cut by `unicode` or `whitespace`.

    >>> df = spark.createDataFrame([("To be, or not to be: that is the question.",)], "text string")
    >>> df.select(T.gopher("text")).select("gopher_v1.words", "gopher_v1.stop_words").first()
    Row(words=10, stop_words=4)
    """
    return named("gopher_v1", text, words=words)


def gopher_dolma(text: ColumnOrName) -> Column:
    """Gopher's statistics of quality and repetition as dolma counts them (`gopher_dolma_v1`).

    >>> df = spark.createDataFrame([("To be, or not to be: that is the question.",)], "text string")
    >>> df.select(T.gopher_dolma("text")).select("gopher_dolma_v1.words", "gopher_dolma_v1.median_word_length").first()
    Row(words=10, median_word_length=3.0)
    """
    return named("gopher_dolma_v1", text)


def gopher_dclm(text: ColumnOrName) -> Column:
    """Gopher's statistics of quality as DCLM counts them (`gopher_dclm_v1`).

    >>> df = spark.createDataFrame([("To be, or not to be: that is the question.",)], "text string")
    >>> df.select(T.gopher_dclm("text")).select("gopher_dclm_v1.words", "gopher_dclm_v1.stop_words").first()
    Row(words=10, stop_words=4)
    """
    return named("gopher_dclm_v1", text)


def repetition(text: ColumnOrName, words: str = UNICODE) -> Column:
    r"""The statistics behind Gopher's repetition rules (`repetition_v1`); `words` are `unicode` or `whitespace`.

    >>> df = spark.createDataFrame([("Row, row.\nRow, row.\nYour boat.\nRow, row.",)], "text string")
    >>> df.select(T.repetition("text")).select("repetition_v1.duplicate_lines", "repetition_v1.top_2_gram").first()
    Row(duplicate_lines=0.5, top_2_gram=0.375)
    """
    return named("repetition_v1", text, words=words)


def repetition_dclm(text: ColumnOrName) -> Column:
    r"""The statistics behind Gopher's repetition rules as DCLM counts them (`repetition_dclm_v1`).

    >>> df = spark.createDataFrame([("Row, row.\nRow, row.\nYour boat.\nRow, row.",)], "text string")
    >>> repeated = df.select(T.repetition_dclm("text").alias("repeated"))
    >>> repeated.select("repeated.lines", "repeated.duplicate_lines").first()
    Row(lines=4, duplicate_lines=0.75)
    """
    return named("repetition_dclm_v1", text)


def fineweb(text: ColumnOrName, words: str = UNICODE) -> Column:
    r"""The statistics behind FineWeb's quality rules (`fineweb_v1`); `words` are `unicode` or `whitespace`.

    >>> df = spark.createDataFrame([("Menu\nThe fox ran over the hill.\nMenu",)], "text string")
    >>> df.select(T.fineweb("text")).select("fineweb_v1.lines", "fineweb_v1.newline_ratio").first()
    Row(lines=3, newline_ratio=0.2222222222222222)
    """
    return named("fineweb_v1", text, words=words)


def c4(text: ColumnOrName, dialect: str = "c4_v1") -> Column:
    r"""What C4's line rules cut and leave, in a dialect: `c4_v1` (TensorFlow's) or `c4_WHOSE_v1`.

    There are `datatrove`, `fineweb` (datatrove's, whose lines may end as they like) and `dclm`.


    >>> df = spark.createDataFrame([("Menu\nThe fox ran over the hill.\nWe use cookies to serve you.",)], "text string")
    >>> df.select(T.c4("text")).select("c4_v1.lines", "c4_v1.kept_lines", "c4_v1.policy_lines").first()
    Row(lines=3, kept_lines=1, policy_lines=1)
    """
    return named(dialect, text)


def mc4(text: ColumnOrName) -> Column:
    r"""How many lines the text has, and how many of 200 characters and more (`mc4_v1`).

    >>> df = spark.createDataFrame([("Menu\n" + "The fox ran over the hill. " * 9,)], "text string")
    >>> df.select(T.mc4("text")).first()
    Row(mc4_v1=Row(lines=2, long_lines=1))
    """
    return named("mc4_v1", text)


def addresses_dclm(text: ColumnOrName) -> Column:
    """How many web and IPv4 addresses DCLM-Baseline cuts before it measures, and newlines (`addresses_dclm_v1`).

    >>> df = spark.createDataFrame([("The site is www.example.org, at 10.0.0.1.",)], "text string")
    >>> df.select(T.addresses_dclm("text")).first()
    Row(addresses_dclm_v1=Row(web=1, ipv4=1, newlines=0))
    """
    return named("addresses_dclm_v1", text)


def refinedweb_lines(text: ColumnOrName) -> Column:
    r"""What RefinedWeb's line rules cut, as DCLM-Baseline has them (`refinedweb_lines_v1`).

    >>> df = spark.createDataFrame([("It was a day like any other.\n3.5k likes\nRead more...",)], "text string")
    >>> lines = df.select(T.refinedweb_lines("text").alias("lines"))
    >>> lines.select("lines.words", "lines.removed_words", "lines.counter_lines").first()
    Row(words=11, removed_words=0.36363636363636365, counter_lines=1)
    """
    return named("refinedweb_lines_v1", text)


def repair(text: ColumnOrName, normal_form: str = "NFC") -> Column:
    """Whether the text holds mojibake or characters that show nothing, and whether repair changes it (`repair_v1`).

    >>> df = spark.createDataFrame([("Un cafÃ© noir",)], "text string")
    >>> df.select(T.repair("text")).first()
    Row(repair_v1=Row(mojibake=True, invisible=0, changed=True))
    """
    return named("repair_v1", text, normal_form=normal_form)


def pii(text: ColumnOrName, public_ips: bool = True) -> Column:
    """How many e-mail and IP addresses, phone and card numbers and secrets the text holds (`pii_v1`).

    >>> df = spark.createDataFrame([("Write to jane@mail.org or to 81.2.69.142.",)], "text string")
    >>> df.select(T.pii("text")).first()
    Row(pii_v1=Row(emails=1, ipv4=1, ipv6=0, phones=0, cards=0, secrets=0, characters=24))
    """
    return named("pii_v1", text, public_ips=public_ips)


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
    return named("decontamination_v1", text, items=items, fields=fields, n=n, **settings)


def language(text: ColumnOrName, model: str | Path | None = None) -> Column:
    """The language of the whole text and its score (`language_v1`), by lid.176 or the fastText model at a path.

    >>> df = spark.createDataFrame([("Wir haben lange geredet.",), ("",)], "text string")
    >>> df.select(T.language("text")).selectExpr("language_v1.label", "round(language_v1.score, 2) AS score").show()
    +-----+-----+
    |label|score|
    +-----+-----+
    |   de| 0.98|
    |  und|  0.0|
    +-----+-----+
    """
    return named("language_v1", text, model=model)


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
    return named("classifier_v1", text, model=model, label=label)


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
    return named("script_v1", text)


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
    known = named("language_v1", text) if language is None else language
    return signal(make("fineweb_2_v1", {"folder": folder}))(text, known)


def badwords(
    text: ColumnOrName,
    lists: str | Path,
    language: str = "en",
    boundaries: Literal["words", "none", "letters"] | None = None,
) -> Column:
    r"""How many entries of a list of bad words the text holds, and the first (`badwords_v1`).

    With `language="detected"` the list is that of each text's own language, as `T.language` tells it.

    >>> _ = Path("words.txt").write_text("darn\nheck\n")
    >>> df = spark.createDataFrame([("Darn it. What the heck, darn!",)], "text string")
    >>> df.select(T.badwords("text", lists="words.txt")).first()
    Row(badwords_v1=Row(matches=3, distinct=2, first='darn'))
    """
    made = make("badwords_v1", {"lists": lists, "language": language, "boundaries": boundaries})
    return signal(made)(text, *(named(source, text) for source in made.inputs[1:]))


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
    return named("url_v1", url, block=block, allow=allow, **words, suffixes=suffixes)
