"""What a rule drops: the right documents, the same ones every time, their text only ever shown."""

import pytest

from thresher.ask.sample import SHOWN, sample
from thresher.corpus import Corpus
from thresher.errors import UsageError
from thresher.recipe import read_recipe

from .tables import verdicts

RULE = "gopher_quality_v1.alphabetic_words"
GOPHER = read_recipe("gopher")


def test_documents_that_the_rule_drops_with_value_and_text(asked: Corpus) -> None:
    theirs = verdicts(asked, "gopher")
    values = theirs[theirs.rule == RULE].set_index("doc_id").value
    texts = {row["doc_id"]: row["text"] for row in asked.documents.select("doc_id", "text").collect()}
    drawn = sample(asked, GOPHER, RULE, n=5)
    assert len(drawn) == 5
    for example in drawn:
        assert example.failure.value == values[example.passage.doc_id]
        assert example.passage.text == texts[example.passage.doc_id][:SHOWN]
        assert example.passage.cut == (len(texts[example.passage.doc_id]) > SHOWN)


def test_the_seed_decides(asked: Corpus) -> None:
    ids = [[e.passage.doc_id for e in sample(asked, GOPHER, RULE, n=5, seed=seed)] for seed in (1, 1, 2)]
    assert ids[0] == ids[1] != ids[2]
    assert [e.passage.doc_id for e in sample(asked, GOPHER, RULE, n=2, seed=1)] == ids[0][:2]


def test_a_wrong_rule_is_told_the_nearest_right_one(asked: Corpus) -> None:
    with pytest.raises(UsageError, match=r"did you mean gopher_quality_v1\.alphabetic_words\?"):
        sample(asked, GOPHER, "gopher_quality_v1.alphabetic_word")


def test_hostile_text_is_only_shown(asked: Corpus) -> None:
    drawn = sample(asked, GOPHER, "gopher_quality_v1.word_count", n=50)
    assert {"evil.example"} <= {e.passage.name.split("/")[2] for e in drawn if "://" in e.passage.name}
    page, text = drawn._repr_html_(), str(drawn)
    assert "<script" not in page
    assert "[U+202E]" in page
    assert not {"\x00", "\x1b", "\u202e"} & (set(page) | set(text))


def test_a_rule_that_drops_nothing_says_so(asked: Corpus) -> None:
    assert "drops no document" in str(sample(asked, GOPHER, "annotate.failed"))
