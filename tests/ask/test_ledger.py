"""One document's story, by each of its names."""

from html import escape

import pytest

from thresher.ask.ledger import Ledger, ledger
from thresher.corpus import Corpus
from thresher.errors import ThresherError
from thresher.runs import Runs

from .tables import frame, verdicts


@pytest.fixture(scope="module")
def runs(asked: Corpus) -> Runs:
    return Runs(asked)


def test_every_name_of_a_document_leads_to_one_story(asked: Corpus, runs: Runs) -> None:
    [row] = frame(asked, "documents", "select * from t where url = 'https://copy.example/3'").to_dict("records")
    stories = [ledger(asked, runs, row[name]) for name in ("doc_id", "url", "record_id")]
    assert {story.entries for story in stories} == {stories[0].entries}
    assert stories[0].entries[0].document.record_id == "copies/3"


def test_every_rule_with_its_value_and_threshold(asked: Corpus, runs: Runs) -> None:
    theirs = verdicts(asked, "gopher")
    worst = theirs[theirs.stage == "filter"].groupby("doc_id").size().idxmax()
    entry = ledger(asked, runs, int(worst), "gopher").entries[0]
    expected = theirs[theirs.doc_id == worst].sort_values("rule")
    assert [f.rule for f in entry.failures] == list(expected.rule)
    assert [f.value for f in entry.failures] == list(expected.value)
    assert [f.threshold for f in entry.failures] == list(expected.threshold)
    assert all("<" in f.by or ">" in f.by or "=" in f.by for f in entry.failures)
    assert entry.released is False


def test_a_copy_names_what_it_matched(asked: Corpus, runs: Runs) -> None:
    copies = frame(asked, "duplicates", "select * from t where recipe = 'minhash-only' and not kept")
    documents = frame(asked, "documents", "select doc_id, url, record_id from t").set_index("doc_id")
    for copy in copies.head(2).itertuples():
        entry = ledger(asked, runs, int(copy.doc_id), "minhash-only").entries[0]
        [place] = [m for m in entry.duplicates if m.method == copy.method]
        assert place.matched is not None
        assert place.matched.record_id == documents.loc[copy.matched_doc].record_id
        assert (place.kept, place.similarity, place.keeper_id) == (False, copy.similarity, copy.keeper)
        cluster = frame(asked, "duplicates", f"select doc_id from t where recipe = 'minhash-only' and method = '{copy.method}' and cluster_id = {copy.cluster_id}")  # fmt: skip  # noqa: E501
        assert place.members == len(cluster) > 1
        assert place.matched.name in str(ledger(asked, runs, int(copy.doc_id)))


def test_a_kept_document_is_in_the_release(asked: Corpus, runs: Runs) -> None:
    newest = runs.newest("curate", "gopher")
    assert newest is not None
    kept = frame(asked, f"curated/{newest.details['release']}", "select doc_id from t").doc_id.iloc[0]
    story = ledger(asked, runs, int(kept), "gopher")
    assert story.entries[0].released is True
    assert story.entries[0].failures == ()
    assert ("no rule of recipe gopher drops it" in str(story)) == (not story.entries[0].duplicates)


def test_a_refused_record_is_found_by_its_file_with_the_reason(asked: Corpus, runs: Runs) -> None:
    story = ledger(asked, runs, "web.jsonl")
    assert [refusal.offset for refusal in story.quarantined] == [121]  # the line
    assert escape(story.quarantined[0].error) in story._repr_html_()


def test_what_is_not_there_is_told_with_help(asked: Corpus, runs: Runs) -> None:
    for key in ("https://example.org/nowhere", "17"):
        with pytest.raises(ThresherError, match=r"knows no document.*called.*give a doc_id"):
            ledger(asked, runs, key)


def test_a_recipe_that_never_ran_is_told_with_those_that_did(asked: Corpus, runs: Runs) -> None:
    with pytest.raises(ThresherError, match=r"gophre has not been run .*verdicts of gopher, minhash-only"):
        ledger(asked, runs, "17", "gophre")


def test_hostile_names_are_only_shown(asked: Corpus, runs: Runs) -> None:
    story: Ledger = ledger(asked, runs, 'https://evil.example/1?"><script>alert(1)</script>')
    assert "<script" not in story._repr_html_()
    assert "&lt;script&gt;" in story._repr_html_()
    assert "<script>" in str(story)
