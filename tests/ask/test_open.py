"""A corpus as a notebook opens it: what it says of itself, and what is said where there is none."""

from pathlib import Path

import pytest

import thresher
from thresher.corpus import Corpus
from thresher.errors import ThresherError
from thresher.runs import Runs


def test_it_says_what_it_holds(asked: Corpus) -> None:
    opened = thresher.open(asked.location.root, asked.spark)
    documents, newest = asked.documents.count(), Runs(asked).newest_release()
    assert newest is not None
    said = repr(opened)
    assert said.startswith(f"corpus at {asked.location.root}: {documents:,} documents in ")
    assert "recipes gopher, minhash-only" in said and said.endswith(f"newest release {newest.details['release']}")


def test_there_is_no_corpus_in_an_empty_folder(asked: Corpus, tmp_path: Path) -> None:
    with pytest.raises(ThresherError, match=r"there is no corpus at .*: make one with `thresher run RECIPE --input"):
        thresher.open(str(tmp_path), asked.spark)
