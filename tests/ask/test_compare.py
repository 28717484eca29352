"""Two recipes side by side, against sets of ids in pandas."""

import pytest

from thresher.ask.compare import diff
from thresher.corpus import Corpus
from thresher.errors import ThresherError, UsageError
from thresher.runs import Runs

from .tables import frame, verdicts


def test_what_each_keeps_that_the_other_drops(asked: Corpus) -> None:
    compared = diff(asked, Runs(asked), "gopher", "minhash-only", n=3)
    gopher, minhash = verdicts(asked, "gopher"), verdicts(asked, "minhash-only")
    dropped = [set(gopher.doc_id), set(minhash.doc_id)]
    everyone = set(frame(asked, "documents", "select doc_id from t").doc_id)
    assert compared.right.documents == len(dropped[0] - dropped[1]) > 0
    assert compared.left.documents == len(dropped[1] - dropped[0])
    assert compared.neither == len(dropped[0] & dropped[1])
    assert compared.both == len(everyone - dropped[0] - dropped[1])
    one_sided = gopher[~gopher.doc_id.isin(dropped[1])]
    assert dict(compared.right.by_rule) == one_sided.groupby("rule").doc_id.nunique().to_dict()
    assert {passage.doc_id for passage, _ in compared.right.samples} <= dropped[0] - dropped[1]
    assert len(compared.right.samples) == 3
    assert "<script" not in compared._repr_html_()
    assert "minhash-only keeps" in str(compared)


def test_recipes_that_cannot_be_compared(asked: Corpus) -> None:
    with pytest.raises(UsageError, match="with itself"):
        diff(asked, Runs(asked), "gopher", "gopher")
    with pytest.raises(ThresherError, match="nothing has not been run"):
        diff(asked, Runs(asked), "gopher", "nothing")
