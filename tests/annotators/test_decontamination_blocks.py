"""Decontamination reads a document's words by the block: an overlap that lies across two of them is one overlap."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from thresher.annotators.decontamination import decontamination_v1
from thresher.kernels.overlap import BLOCK

LONG = [f"q{k}" for k in range(20)]
SHORT = [f"s{k}" for k in range(5)]
HOST = [f"w{k}" for k in range(2 * BLOCK + 100)]


@pytest.mark.parametrize("n", [2, 8, 13, 19])
@pytest.mark.parametrize("item", [LONG, SHORT], ids=["long", "short"])
def test_an_item_is_found_whole_wherever_a_block_ends(item: list[str], n: int, tmp_path: Path) -> None:
    path = tmp_path / "quiz.jsonl"
    path.write_text("".join(json.dumps({"text": " ".join(words)}) + "\n" for words in (LONG, SHORT)))
    # The first block has room for the n words that each later one takes over, too.
    ends = [n + BLOCK * blocks for blocks in (1, 2)]
    places = [place for end in ends for place in range(end - len(item) - 1, end + 2)]
    texts, expected = [], []
    for place in places:
        before = "".join(word + " " for word in HOST[:place])
        texts.append(f"{before}{' '.join(item)} {' '.join(HOST[place:])}")
        expected.append((len(item), len(before), len(before) + len(" ".join(item))))
    annotator = decontamination_v1((path,), n=n)
    assert annotator.edit is not None
    rows = annotator.measure(pa.array(texts)).to_pylist()
    assert [[(m["words"], m["start"], m["end"]) for m in row["matches"]] for row in rows] == [[e] for e in expected]
    left = [text[:start] + text[stop:] for text, (_, start, stop) in zip(texts, expected, strict=True)]
    assert annotator.edit(pa.array(texts)).to_pylist() == left
