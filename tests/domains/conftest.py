"""Real texts, labelled, and their vectors by the static model that a package carries."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from thresher.domains.placing import usable
from thresher.domains.vectors import Matrix
from thresher.embed.embedder import Embedder

_EACH = 4_000  # texts of one source at most


@dataclass(frozen=True)
class Texts:
    """So many texts, where each comes from, its label there, and its vector."""

    texts: list[str]
    sources: npt.NDArray[np.str_]
    labels: npt.NDArray[np.str_]
    vectors: Matrix


@pytest.fixture(scope="session")
def real(data_dir: Path) -> Texts:
    """Web pages, encyclopaedia, novels, source code, messages, exam questions, and 75 languages: over 20,000 texts."""
    found = [
        (str(record["text"])[:2000], path.name.split(".")[0], str(record.get("label") or record.get("lang") or ""))
        for folder in ("text", "lid", "bench", "quality")
        for path in sorted((data_dir / folder).glob("*.jsonl.gz"))
        for record in _spread(path, _EACH)
        if record.get("text")
    ]
    texts, sources, labels = (list(column) for column in zip(*found, strict=True))
    model = Embedder("wordllama").load("cpu")
    vectors = [model.vectors(model.prepare(texts[start : start + 512])) for start in range(0, len(texts), 512)]
    matrix = usable(np.concatenate(vectors), spherical=True)[0].points
    assert len(matrix) == len(texts)
    return Texts(texts, np.array(sources), np.array(labels), matrix)


def _spread(path: Path, most: int) -> list[dict[str, object]]:
    """At most so many records of a file, evenly spread: languages and labels stand there one after the other."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    return records[:: -(-len(records) // most)]
