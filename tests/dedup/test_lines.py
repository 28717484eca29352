"""Line dedup against its plain definition, for all settings, and against what CCNet and dolma published."""

import random
from itertools import product

import pytest
from pyspark.sql import DataFrame, SparkSession

from thresher.dedup.lines import cut_units, cuts_by_document, hashed_units
from thresher.functions import without
from thresher.recipe_sections import LineSettings

from .line_twin import Cut, Page, cuts, left

HOSTS = ("https://a.example/{}", "http://user@B.example:80/{}?q", "https://c.example", None, "no url {}")
LINES = ("Home", "home ", " HOME\r", "Überblick 12", "überblick 34", "}", "…", "中文 行", "a\x00b", "a\u2028b")
BLANK = ("", "", "", "", "", "  ", "\r")


def made(count: int, seed: int) -> list[Page]:
    """Pages of lines that many have, in several spellings, and of some of their own."""
    drawn = random.Random(seed)
    pages = []
    for n in range(count):
        lines = [drawn.choice((*LINES, *BLANK, f"only here {n}")) for _ in range(drawn.randrange(12))]
        url, end = drawn.choice(HOSTS), drawn.choice(("", "\n", "\r\n", "\n\n"))
        pages.append(Page(drawn.getrandbits(64) - 2**63, url and url.format(n), "\n".join(lines) + end, f"set {n % 2}"))
    return pages


def frame(spark: SparkSession, pages: list[Page], partitions: int = 2) -> DataFrame:
    columns = "doc_id long, url string, text string, dataset string, batch int"
    return spark.createDataFrame([(*page, 0) for page in pages], columns).repartition(partitions)


def found(documents: DataFrame, settings: LineSettings) -> list[Cut]:
    rows = cut_units(hashed_units(documents, settings), settings).collect()
    return sorted(Cut(*(row[name] for name in Cut._fields)) for row in rows)


@pytest.mark.parametrize(
    ("unit", "normalise", "within"),
    list(product(("line", "paragraph"), ("exact", "folded", "ccnet"), ("corpus", "host"))),
)
def test_cuts_are_those_of_the_definition(spark: SparkSession, unit: str, normalise: str, within: str) -> None:
    pages = made(60, seed=len(unit + normalise + within))
    documents = frame(spark, pages).cache()
    for at_least, keep, once, shortest in ((2, 0, True, 1), (2, 1, False, 1), (4, 2, True, 3)):
        settings = LineSettings(
            unit=unit, normalise=normalise, within=within, at_least=at_least, keep=keep, once=once, shortest=shortest
        )  # type: ignore[arg-type]
        expected = cuts(pages, settings)
        assert expected and found(documents, settings) == expected
    documents.unpersist()


@pytest.mark.parametrize("partitions", [1, 2, 7])
def test_the_same_is_cut_whatever_the_partitions_and_the_order(spark: SparkSession, partitions: int) -> None:
    pages, settings = made(80, seed=1), LineSettings(at_least=3, keep=2, once=True, within="host")
    shuffled = random.Random(partitions).sample(pages, len(pages))
    assert found(frame(spark, shuffled, partitions), settings) == cuts(pages, settings)


def test_what_is_left_is_exact_around_every_cut(spark: SparkSession) -> None:
    pages, settings = made(80, seed=2), LineSettings(at_least=2, once=True)
    documents = frame(spark, pages)
    spans = cuts_by_document(cut_units(hashed_units(documents, settings), settings))
    rows = documents.join(spans, "doc_id", "left").select("doc_id", without("text", "cuts").alias("text")).collect()
    expected = cuts(pages, settings)
    assert {row["doc_id"]: row["text"] for row in rows} == {page.doc_id: left(page, expected) for page in pages}


def texts_after(spark: SparkSession, texts: list[str], settings: LineSettings) -> list[str]:
    """What is left of these texts, whose doc_ids are in their order."""
    pages = [Page(n, None, text) for n, text in enumerate(texts)]
    expected = cuts(pages, settings)
    assert found(frame(spark, pages), settings) == expected
    return [left(page, expected) for page in pages]


CCNET_PAGES = ["Été 2019.\nOne own line\nOne own line", "été 2020.\nAnother’s “line”", "Anothers line\n ÉTÉ 1999."]


def test_ccnet_in_one_pass_keeps_the_first(spark: SparkSession) -> None:
    """cc_net's `deduplicate`: `DuplicatesRemover(collect=True)`, and `finalize_doc` within a document."""
    settings = LineSettings(normalise="ccnet", at_least=2, keep=1, once=True, shortest=1)
    assert texts_after(spark, CCNET_PAGES, settings) == ["Été 2019.\nOne own line\n", "Another’s “line”", ""]


def test_ccnet_in_two_passes_keeps_none_but_what_one_document_repeats(spark: SparkSession) -> None:
    """cc_net's `deduplicate_two_pass`, "even removing the first occurrence. This is what is done in the paper"."""
    settings = LineSettings(normalise="ccnet", at_least=2, keep=0, once=True, shortest=1)
    assert texts_after(spark, CCNET_PAGES, settings) == ["One own line\n", "", ""]


def test_dolma_compares_paragraphs_as_they_are_and_keeps_the_first(spark: SparkSession) -> None:
    """dolma's `dedupe.paragraphs`: text between newlines; the first that is seen stays, within a document too."""
    settings = LineSettings(normalise="exact", at_least=2, keep=1, once=True, shortest=1)
    pages = ["About us\nNews\nNews\n\nEnd", "About us\nabout us\nEnd ", "News\n\nOwn"]
    assert texts_after(spark, pages, settings) == ["About us\nNews\n\nEnd", "about us\nEnd ", "\nOwn"]


def test_within_a_host_alone(spark: SparkSession) -> None:
    pages = [Page(n, f"https://{host}.example/{n}", "Menu\nown " + str(n)) for n, host in enumerate("aaabbc")]
    settings = LineSettings(at_least=3, within="host")
    assert found(frame(spark, pages), settings) == [
        Cut(1, 0, 5, "lines.repeated", 3), Cut(2, 0, 5, "lines.repeated", 3),
    ]  # fmt: skip


def test_empty_and_odd_documents_lose_nothing(spark: SparkSession) -> None:
    pages = [Page(n, None, text) for n, text in enumerate(["", "", "\n\n", "\n\n", "a" * 2**20, "\x00", " "])]
    settings = LineSettings(at_least=2, keep=0, shortest=1)
    assert found(frame(spark, pages), settings) == []
    nothing = spark.createDataFrame([(1, None, None, "d", 0), (2, None, None, "d", 0)], frame(spark, pages).schema)
    assert found(nothing, settings) == []


def test_one_line_of_all_documents_and_many_lines_of_one(spark: SparkSession) -> None:
    pages = [Page(n, None, "Home\n" * 50) for n in range(400)] + [Page(-1, None, "x\n" * 600_000)]
    rows = cut_units(hashed_units(frame(spark, pages), LineSettings()), LineSettings())
    assert rows.count() == 399 * 50
