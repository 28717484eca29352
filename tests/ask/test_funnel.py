"""The funnel against counts that delta-rs and pandas make of the same files."""

import pytest

from thresher.ask.funnel import Funnel, funnel
from thresher.corpus import Corpus
from thresher.errors import ThresherError
from thresher.recipe import read_recipe
from thresher.runs import Runs

from .tables import frame, verdicts


@pytest.fixture(scope="module")
def gopher(asked: Corpus) -> Funnel:
    return funnel(asked, Runs(asked), read_recipe("gopher"))


def test_counts_are_those_of_the_files(asked: Corpus, gopher: Funnel) -> None:
    ours, theirs = gopher.table.set_index("step")["documents"], verdicts(asked, "gopher")
    documents = len(frame(asked, "documents", "select doc_id from t"))
    refused = len(frame(asked, "quarantine", "select path from t"))
    assert (ours["documents"], ours["quarantined"], ours["records read"]) == (documents, refused, documents + refused)
    assert ours["filter"] == theirs[theirs.stage == "filter"].doc_id.nunique() > 0
    for rule in ("dedup.exact", "dedup.minhash"):
        assert ours[rule] == theirs[theirs.rule == rule].doc_id.nunique()
    assert ours["released"] == documents - theirs.doc_id.nunique()


def test_the_books_balance(asked: Corpus, gopher: Funnel) -> None:
    released = frame(asked, f"curated/{gopher.release}", "select doc_id from t")
    assert gopher.tally.documents == len(released) + gopher.tally.dropped
    assert not set(released.doc_id) & set(verdicts(asked, "gopher").doc_id)


def test_every_rule_alone_and_together(asked: Corpus, gopher: Funnel) -> None:
    rules = verdicts(asked, "gopher").groupby("doc_id").rule.agg(frozenset)
    for rule, broken in gopher.tally.broken.items():
        assert broken == sum(rule in broke for broke in rules)
        assert gopher.tally.alone[rule] == sum(broke == {rule} for broke in rules)
    for (a, b), both in gopher.tally.together.items():
        assert both == sum({a, b} <= broke for broke in rules)
    assert set(gopher.tally.broken) == set().union(*rules)


def test_it_says_why_records_were_refused(asked: Corpus, gopher: Funnel) -> None:
    refused = frame(asked, "quarantine", "select error, path from t")
    [reason], [path] = set(refused.error), set(refused.path)
    assert f"in quarantine (1): {reason}, in {path}" in gopher.notes


def test_it_shows_itself(gopher: Funnel) -> None:
    assert "gopher_quality_v1.alphabetic_words" in str(gopher)
    page = gopher._repr_html_()
    assert "<table" in page
    assert "<svg" in page


def test_a_recipe_that_never_ran_is_told_from_one_that_drops_nothing(asked: Corpus) -> None:
    with pytest.raises(ThresherError, match=r"fineweb-en has not been run.*gopher, minhash-only"):
        funnel(asked, Runs(asked), read_recipe("fineweb-en"))
