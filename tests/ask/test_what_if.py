"""Other bounds on the signals that are there, against the same count in pandas."""

import shutil
from pathlib import Path

import networkx as nx
import pytest

from thresher.ask.what_if import what_if
from thresher.corpus import Corpus
from thresher.errors import ThresherError, UsageError
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher.runs import Runs
from thresher_jobs import annotate, filter, pipeline

from .tables import frame, verdicts

GOPHER = read_recipe("gopher")
WORDS = "gopher_quality_v1.word_count"


def test_a_wider_bound_lets_more_pass(asked: Corpus) -> None:
    runs = Runs(asked)
    changed = read_recipe("gopher", [f"{WORDS}.at_least=5", "gopher_quality_v1.alphabetic_words.at_least=0.9"])
    supposed = what_if(asked, runs, GOPHER, changed)
    theirs = verdicts(asked, "gopher")
    dropped = theirs[theirs.stage == "filter"].doc_id.nunique()
    documents = len(frame(asked, "documents", "select doc_id from t"))
    assert (supposed.documents, supposed.before) == (documents, documents - dropped)
    assert supposed.after - supposed.before == supposed.newly_passing - supposed.newly_failing
    fingerprint = runs.of("annotate", None)[-1].fingerprint
    gopher = frame(asked, f"signals/{fingerprint}", "select gopher_v1 from t").gopher_v1
    rules = supposed.table.set_index("rule")
    words = [g["words"] for g in gopher]
    assert rules.loc[WORDS, "before"] == sum(not 50 <= w <= 100_000 for w in words)
    assert rules.loc[WORDS, "after"] == sum(not 5 <= w <= 100_000 for w in words)
    letters = [g["alphabetic_words"] for g in gopher if g["alphabetic_words"] is not None]
    assert rules.loc["gopher_quality_v1.alphabetic_words", "after"] == sum(not share >= 0.9 for share in letters)


def test_it_says_what_a_run_of_the_changed_filter_counts(asked: Corpus, tmp_path: Path) -> None:
    """Every rule and the total, in a copy of the corpus in which the changed recipe is really run."""
    looser = ("alphabetic_words.at_least=0.5", "stop_words.at_least=3", "word_count.at_most=900")
    changed = read_recipe("gopher", [*(f"gopher_quality_v1.{rule}" for rule in looser), "name=changed"])
    supposed = what_if(asked, Runs(asked), GOPHER, changed)
    shutil.copytree(asked.location.root, tmp_path / "corpus")
    copy = Corpus(asked.spark, locate(str(tmp_path / "corpus")))
    pipeline.run(copy, changed, (annotate.STAGE, filter.STAGE))
    ran = {name: verdicts(copy, name) for name in ("gopher", "changed")}
    ran = {name: found[found.stage == "filter"] for name, found in ran.items()}
    rules = supposed.table.set_index("rule")
    for side, name in (("before", "gopher"), ("after", "changed")):
        counted = ran[name].groupby("rule").doc_id.nunique()
        assert counted.to_dict() == {rule: n for rule, n in rules[side].items() if n}
        assert getattr(supposed, side) == supposed.documents - ran[name].doc_id.nunique()
    dropped = {name: set(found.doc_id) for name, found in ran.items()}
    assert supposed.newly_passing == len(dropped["gopher"] - dropped["changed"]) > 0
    assert supposed.newly_failing == len(dropped["changed"] - dropped["gopher"]) > 0


def test_no_change_changes_nothing_and_nothing_is_written(asked: Corpus) -> None:
    runs = Runs(asked)
    versions = [asked.version(table) for table in ("verdicts", "runs", "documents")]
    supposed = what_if(asked, runs, GOPHER, GOPHER)
    assert (supposed.before, supposed.newly_passing, supposed.newly_failing) == (supposed.after, 0, 0)
    assert versions == [asked.version(table) for table in ("verdicts", "runs", "documents")]
    released = runs.newest_release("gopher")
    assert released is not None
    assert supposed.left == (released.counts["documents"],) * 2
    assert "Dedup would leave" in " ".join(str(supposed).split())


def test_what_dedup_would_leave_is_counted_by_its_clusters(asked: Corpus) -> None:
    """Documents and their clusters as a graph; a component with a document that passes keeps one."""
    changed = read_recipe("gopher", [f"{WORDS}.at_least=200"])
    supposed = what_if(asked, Runs(asked), GOPHER, changed)
    theirs, clusters = verdicts(asked, "gopher"), frame(asked, "duplicates", "select * from t where recipe = 'gopher'")
    signals = frame(
        asked, f"signals/{Runs(asked).of('annotate', None)[-1].fingerprint}", "select doc_id, gopher_v1 from t"
    )
    short = {row.doc_id for row in signals.itertuples() if row.gopher_v1["words"] < 200}
    passing = set(signals.doc_id) - set(theirs[theirs.stage == "filter"].doc_id) - short
    graph = nx.Graph()
    graph.add_nodes_from(signals.doc_id)
    graph.add_edges_from(zip(clusters.doc_id, clusters.keeper, strict=True))
    left = sum(1 for component in nx.connected_components(graph) if component & passing)
    assert supposed.after == len(passing) > left
    assert supposed.left is not None and supposed.left[1] == left


def test_documents_that_dedup_has_not_seen_are_counted(asked: Corpus) -> None:
    bounds = {"word_count": 1, "stop_words": 0, "alphabetic_words": 0.1}
    looser = [f"gopher_quality_v1.{rule}.at_least={bound}" for rule, bound in bounds.items()]
    supposed = what_if(asked, Runs(asked), GOPHER, read_recipe("gopher", looser))
    assert supposed.left is not None and supposed.left[1] > supposed.left[0]
    assert f"the {supposed.newly_passing:,} that newly pass, which it has not seen" in " ".join(str(supposed).split())


def test_signals_that_were_never_measured_are_named(asked: Corpus) -> None:
    fineweb = read_recipe("gopher", ["annotate.fineweb_v1={}", "filter.fineweb_quality_v1={}"])
    with pytest.raises(ThresherError, match=r"no signal fineweb_v1 .*gopher_v1.*thresher annotate"):
        what_if(asked, Runs(asked), GOPHER, fineweb)


def test_a_recipe_without_a_filter_has_no_bounds(asked: Corpus) -> None:
    bare = read_recipe("minhash-only")
    with pytest.raises(UsageError, match="no filter"):
        what_if(asked, Runs(asked), bare, bare)
