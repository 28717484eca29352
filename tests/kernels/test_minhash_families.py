"""Signatures of other programs' families beside those programs: datasketch's and datatrove's own values."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import datatrove.pipeline
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from datasketch import MinHash
from datatrove.io import get_datafolder
from datatrove.utils.hashing import HashConfig
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels.arrow import utf8
from thresher.kernels.minhash_families import family_signatures
from thresher.kernels.shingle_units import SEGMENTATIONS, UNITS

from ..conftest import lines
from .test_minhash import normal
from .texts import TEXTS


def _step() -> Any:
    """datatrove's module of MinHash alone: the package that it lies in would import a library of tokenizers."""
    file = Path(datatrove.pipeline.__file__).with_name("dedup") / "minhash.py"
    spec = spec_from_file_location("datatrove_minhash", file)
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PUBLISHED = _step()
Row = npt.NDArray[Any] | None
SCHEMES = {("datasketch", 32): "affine32", ("datasketch", 64): "affine64", ("datasketch_legacy", 32): "legacy"}
HASHES = {("datatrove", 32), ("datatrove", 64), ("datatrove_sha1", 32), ("datatrove_sha1", 64)}
CHOICES = [*SCHEMES, *sorted(HASHES)]
BEST = "It was the best of times, it was the worst of times"
CHINESE = "今天天气很好，我们去公园散步吧。"
# Of both texts, by the libraries themselves: seed 1, three permutations, runs of five words.
GOLDEN: dict[tuple[str, int], tuple[list[int], list[int]]] = {
    ("datasketch", 32): ([185225132, 449956598, 190452243], [184808804, 25982100, 433558005]),
    ("datasketch", 64): (
        [753099363904192258, 766960448996752794, 221680230950237647],
        [4788945706444802010, 42702587081170850, 5388866185787392063],
    ),
    ("datasketch_legacy", 32): ([1459122157, 10427441, 443748246], [341340318, 922627164, 668191450]),
    ("datatrove", 32): ([77381208, 352184433, 131657884], [337726957, 172219738, 243246289]),
    ("datatrove", 64): (
        [303523318144099339, 178136459531599805, 714778953776949489],
        [130543839420443807, 167820911096936246, 162942207129596455],
    ),
    ("datatrove_sha1", 32): ([1744665129, 7582140, 873355678], [626883291, 154139594, 297269164]),
    ("datatrove_sha1", 64): (
        [18493319172422183, 584211743898761381, 371197323872371378],
        [261669844566129796, 153776231518563579, 61187996823349122],
    ),
}


def step_of(family: str, bits: int, buckets: int, rows: int, seed: int) -> Any:
    """datatrove's step under these settings; it writes nothing here."""
    hashed = HashConfig(bits, "sha1" if family == "datatrove_sha1" else "xxhash")
    config = PUBLISHED.MinhashConfig(num_buckets=buckets, hashes_per_bucket=rows, seed=seed, hash_config=hashed)
    return PUBLISHED.MinhashDedupSignature(get_datafolder("memory://"), config)


def theirs(shingles: list[str], permutations: int, seed: int, family: str, bits: int) -> Row:
    """What the other program makes of these shingles."""
    if not shingles:
        return None
    if family.startswith("datasketch"):
        minhash = MinHash(permutations, seed, scheme=SCHEMES[family, bits])
        minhash.update_batch([shingle.encode() for shingle in shingles])
        return minhash.hashvalues
    step = step_of(family, bits, 1, permutations, seed)
    hashes = np.array([step._hash_func(shingle) for shingle in shingles], np.uint64)
    return np.array(step.get_signature(hashes.reshape(-1, 1))[0], np.uint64)


def ours(
    text: str | None, ngram: int, permutations: int, seed: int, family: str, bits: int, *kind: str
) -> tuple[Row, np.dtype[Any]]:
    texts = utf8(pa.array(["before", text, "after"], pa.string()).slice(1))
    words, unit = kind or ("unicode", "words")
    values, known = family_signatures(texts, ngram, permutations, seed, family, words, unit, bits)
    assert values.shape == (2, permutations)
    return (values[0] if known[0] else None), values.dtype


def shingles(text: str, ngram: int, words: str, unit: str) -> list[str]:
    whole = normal(text, words)
    units, space = (list(whole), "") if unit == "characters" else (whole.split(" ") if whole else [], " ")
    return [space.join(units[i : i + ngram]) for i in range(len(units) - ngram + 1)]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("words", SEGMENTATIONS)
@pytest.mark.parametrize(("family", "bits"), CHOICES)
@given(text=TEXTS | st.text(max_size=60), ngram=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_the_same_shingles_give_the_same_values(
    family: str, bits: int, words: str, unit: str, text: str, ngram: int, seed: int
) -> None:
    text = text.encode(errors="replace").decode()
    found, kind = ours(text, ngram, 4, seed, family, bits, words, unit)
    expected = theirs(shingles(text, ngram, words, unit), 4, seed, family, bits)
    assert kind == np.dtype(f"u{bits // 8}")
    assert np.array_equal(found, expected) if found is not None and expected is not None else found is expected


@pytest.mark.parametrize(("family", "bits"), CHOICES)
def test_signatures_that_the_libraries_made(family: str, bits: int) -> None:
    """As they were when this was written, so that a library that changes is seen; and many values of a long text."""
    for text, golden in zip((BEST, CHINESE), GOLDEN[family, bits], strict=True):
        assert ours(text, 5, 3, 1, family, bits)[0].tolist() == golden
        assert theirs(shingles(text, 5, "unicode", "words"), 3, 1, family, bits).tolist() == golden
    long = " ".join(f"w{i * i % 9973}" for i in range(10_000))
    expected = theirs(shingles(long, 5, "unicode", "words"), 260, 2**32 - 1, family, bits)
    assert np.array_equal(ours(long, 5, 260, 2**32 - 1, family, bits)[0], expected)


def test_datasketchs_usual_scheme_is_the_family_of_its_name() -> None:
    minhash = MinHash(128, 7)
    minhash.update_batch([shingle.encode() for shingle in shingles(BEST, 5, "unicode", "words")])
    assert np.array_equal(ours(BEST, 5, 128, 7, "datasketch", 32)[0], minhash.hashvalues)


@pytest.mark.parametrize(("family", "bits"), sorted(HASHES))
def test_from_text_to_signature_where_datatrove_has_the_same_words(family: str, bits: int) -> None:
    step = step_of(family, bits, 14, 8, 1)
    signature = np.concatenate(step.get_signature(step.get_shingles(BEST)))
    assert np.array_equal(ours(BEST, 5, 112, 1, family, bits)[0], signature)


@pytest.mark.parametrize(("family", "bits"), sorted(HASHES))
def test_datatroves_own_words_with_a_space_between(family: str, bits: int, data_dir: Path) -> None:
    """Of any text: what datatrove normalises it to and cuts it into, put back together and cut at white space."""
    step = step_of(family, bits, 14, 8, 1)
    for record in lines(data_dir / "neardup/rustbook.jsonl.gz", 12):
        text = str(record["text"])[:5000]
        words = step.word_tokenizer.word_tokenize(PUBLISHED.simplify_text(text, step.config.norm_config))
        signature = np.concatenate(step.get_signature(step.get_shingles(text)))
        found, _ = ours(" ".join(words), 5, 112, 1, family, bits, "whitespace", "words")
        assert np.array_equal(found, signature)


def test_nulls_and_texts_too_short_have_none() -> None:
    for family, bits in CHOICES:
        assert [ours(text, 5, 2, 1, family, bits)[0] for text in (None, "", "a b c d", "...")] == [None] * 4
