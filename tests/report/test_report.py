"""The report: one page that fetches and runs nothing, whatever is in the corpus, and whose numbers are right."""

import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from thresher.ask.measured import signals
from thresher.corpus import Corpus
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher.report.gather import Gathered, gather
from thresher.report.page import render
from thresher.runs import Runs
from thresher.stage import Job
from thresher_jobs import pipeline, report

VOID = {"meta", "br", "hr", "img", "link", "input"}
RUNS_OR_FETCHES = {
    "script",
    "iframe",
    "object",
    "embed",
    "link",
    "base",
    "form",
    "img",
    "image",
    "foreignobject",
    "audio",
}


class Page(HTMLParser):
    """The elements, attributes and text of a page; complains of what is not closed."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def gathered(asked: Corpus) -> Gathered:
    return gather(asked, Runs(asked), read_recipe("gopher"))


@pytest.fixture(scope="module")
def source(gathered: Gathered) -> str:
    return render(gathered)


def test_nothing_is_run_or_fetched(source: str) -> None:
    page = Page(source)
    assert page.open == []
    assert not RUNS_OR_FETCHES & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href", "action", "srcset", "data"):
            assert (attributes.get(name) or "#").startswith("#")
        assert "url(" not in (attributes.get("style") or "").replace("url(#", "")
    [policy] = [a["content"] for t, a in page.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    assert "@import" not in source
    assert "<metadata" not in source


def test_hostile_text_is_shown_as_text(source: str) -> None:
    text = "".join(Page(source).words)
    assert "<script>alert(1)</script> ]]> --> {{ 7*7 }} ␀ ␛[31m [U+202E] desrever [U+2028] &amp;" in text
    assert not {"\x00", "\x1b", "\u202e", "\u2028"} & set(source)


def test_the_same_corpus_gives_the_same_bytes(asked: Corpus, source: str) -> None:
    assert render(gather(asked, Runs(asked), read_recipe("gopher"))) == source


def test_histograms_hold_every_document_once(gathered: Gathered, asked: Corpus) -> None:
    signals = asked.table(f"signals/{Runs(asked).of('annotate', None)[-1].fingerprint}")
    for histogram in gathered.histograms:
        measured = signals.where(f"{histogram.signal} IS NOT NULL").count()
        assert sum(histogram.kept.values()) + sum(histogram.dropped.values()) == measured
    [words] = [h for h in gathered.histograms if h.signal == "gopher_v1.words"]
    assert sum(words.dropped.values()) == gathered.funnel.tally.broken["gopher_quality_v1.word_count"]


def test_clusters_and_sources_are_those_of_the_tables(gathered: Gathered, asked: Corpus) -> None:
    mine = asked.duplicates.where("recipe = 'gopher'").toPandas()
    kept = mine[mine.kept].groupby(["method", "members"]).size().to_dict()
    assert {key: n for key, n in gathered.clusters.sizes.items() if key[1] < 16} == kept
    sources = {source.name: source for source in gathered.sources}
    assert sources["book.jsonl"].documents == 125
    assert sources["evil.example"].documents == 3
    assert sources["evil.example"].left == 0


def test_pairs_are_copies_with_their_matches(gathered: Gathered, asked: Corpus) -> None:
    matched = {row["doc_id"]: row["matched_doc"] for row in asked.verdicts.where("recipe = 'gopher'").collect()}
    assert gathered.pairs
    assert all(matched[pair.dropped.doc_id] == pair.matched.doc_id for pair in gathered.pairs)


def test_the_stage_writes_the_file_where_it_is_told(asked: Corpus, tmp_path: Path) -> None:
    recipe = read_recipe("minhash-only")
    job = Job(asked, recipe, Runs(asked), "test", {"output": str(tmp_path / "deep")})
    result = report.report(job, [])
    written = Path(result.details["path"])
    assert written == tmp_path / "deep" / "minhash-only.html"
    assert result.counts["bytes"] == written.stat().st_size
    assert Page(written.read_text(encoding="utf-8")).open == []


def test_a_report_that_is_not_there_is_written_though_nothing_has_changed(asked: Corpus, tmp_path: Path) -> None:
    shutil.copytree(asked.location.root, tmp_path / "corpus")
    copy = Corpus(asked.spark, locate(str(tmp_path / "corpus")))
    recipe, stages = read_recipe("minhash-only"), (report.STAGE,)
    places = [tmp_path / "corpus/report/minhash-only.html", tmp_path / "here.html"]
    pipeline.run(copy, recipe, stages)
    pipeline.run(copy, recipe, stages, options={"output": str(places[1])})
    assert all(Page(place.read_text(encoding="utf-8")).open == [] for place in places)
    places[1].write_text("of another corpus")
    for place in (*places, places[1]):
        pipeline.run(copy, recipe, stages, options={"output": str(place)})
    assert Page(places[1].read_text(encoding="utf-8")).open == []
    pipeline.run(copy, recipe, stages)
    places[0].unlink()
    pipeline.run(copy, recipe, stages)
    again = pipeline.run(copy, recipe, stages)
    assert places[0].is_file() and not [row for row in again.runs.rows if row.run_id == again.run_id]


def test_documents_near_a_threshold_are_the_nearest_on_both_sides(asked: Corpus, gathered: Gathered) -> None:
    measured = signals(asked, Runs(asked), read_recipe("gopher"), ["gopher_v1"])
    values = [row["gopher_v1"]["mean_word_length"] for row in measured.select("gopher_v1").collect()]
    near = [found for found, _ in gathered.near["gopher_quality_v1.mean_word_length"]]
    for bound, passes in ((3.0, lambda v: v >= 3), (10.0, lambda v: v <= 10)):
        for side in (True, False):
            there = sorted(abs(v - bound) for v in values if v is not None and passes(v) is side)
            found = sorted(abs(n.value - bound) for n in near if n.bound == bound and n.passes is side)
            assert len(found) <= 2 and found[:1] == there[:1], (bound, side)
            assert set(found) <= set(there)


def test_documents_near_a_threshold_are_shown_with_their_values(gathered: Gathered, source: str) -> None:
    shown = " ".join(Page(source).words)
    found, passage = gathered.near["gopher_quality_v1.alphabetic_words"][0]
    assert "Near the threshold" in shown and found.by in shown and passage.name in shown
