"""What the model cannot take costs a row and nothing else; memory that runs out costs time and nothing else."""

import logging
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.embed.encode import NO_TEXT, NO_VECTOR, encode, encode_all, windows_of
from thresher.embed.transformer import Chunks, TransformerModel, is_out_of_memory, padded


class Lengths:
    """A model of a text's length; it fails at `!`, and gives NaN at `?`."""

    def __init__(self, alive: bool = True) -> None:
        self.alive = alive

    def prepare(self, texts: Sequence[str]) -> list[str]:
        if any("!" in text for text in texts):
            raise ValueError("what a text")
        return list(texts)

    def vectors(self, prepared: list[str]) -> Any:
        if not self.alive:
            raise RuntimeError("device lost")
        return np.array([[np.nan if "?" in text else len(text), 1] for text in prepared], np.float32)


TEXTS = st.lists(st.one_of(st.none(), st.text("ab!?", max_size=4)), max_size=12)


@given(st.lists(TEXTS, max_size=4))
def test_only_the_texts_that_are_to_blame_have_no_vector(windows: list[list[str | None]]) -> None:
    found = list(encode_all(Lengths(), windows, lambda window: window))
    assert [window for window, _ in found] == windows
    for window, (matrix, failed) in found:
        reasons = [
            NO_TEXT if text is None
            else "ValueError: what a text" if "!" in text
            else NO_VECTOR if "?" in text else None
            for text in window
        ]  # fmt: skip
        assert failed == reasons
        lengths = [len(text or "") for text, why in zip(window, reasons, strict=True) if why is None]
        twin = np.array([[n / np.hypot(n, 1), 1 / np.hypot(n, 1)] for n in lengths]).reshape(-1, 2)
        np.testing.assert_allclose(matrix.reshape(-1, 2), twin, rtol=1e-6)


def test_a_model_that_is_gone_is_the_tasks_trouble_and_not_the_texts() -> None:
    with pytest.raises(RuntimeError, match="device lost"):
        encode(Lengths(alive=False), ["a", "b"])


@given(st.lists(st.integers(0, 30), max_size=40), st.integers(1, 50))
def test_windows_hold_every_row_once_and_no_more_bytes_than_they_may(sizes: list[int], most: int) -> None:
    windows = list(windows_of(sizes, most))
    assert [place for rows in windows for place in range(rows.start, rows.stop)] == list(range(len(sizes)))
    for rows in windows:
        assert rows.stop - rows.start == 1 or sum(max(1, size) for size in sizes[rows]) <= most


@given(st.lists(st.lists(st.integers(5, 9), min_size=1, max_size=6), min_size=1, max_size=6), st.booleans())
def test_chunks_are_filled_up_on_the_tokenizers_side(chunks: list[list[int]], left: bool) -> None:
    ids, mask = padded(chunks, SimpleNamespace(padding_side="left" if left else "right", pad_token_id=None))
    longest = max(map(len, chunks))
    for chunk, row, seen in zip(chunks, ids.tolist(), mask.tolist(), strict=True):
        fill = [0] * (longest - len(chunk))
        assert row == (fill + chunk if left else chunk + fill)
        assert seen == (fill + [1] * len(chunk) if left else [1] * len(chunk) + fill)


class Small(TransformerModel):
    """A device with room for so many tokens, counted as padded; a chunk's vector is its first token."""

    room = 40

    def _run(self, chunks: Sequence[list[int]]) -> Any:
        size = len(chunks) * max(map(len, chunks))
        if size > self.room:
            raise RuntimeError(f"CUDA out of memory: tried to allocate {size}")
        return np.array([[chunk[0]] for chunk in chunks], np.float32)


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("thresher.embed.transformer._free", lambda: None)


def test_out_of_memory_halves_the_batch_says_so_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    lengths = np.random.default_rng(1).integers(1, 9, 200)
    chunks = [[int(place)] * int(length) for place, length in enumerate(lengths)]
    model = Small(None, 8, at_once=300)
    with caplog.at_level(logging.WARNING):
        found = model.vectors(Chunks(200, chunks, np.arange(200)))
    assert found[:, 0].tolist() == list(range(200))
    assert model.at_once <= Small.room
    assert 0 < caplog.text.count("out of memory") < 6  # it learns, and does not run into it at every batch


def test_a_text_for_which_there_is_no_memory_costs_a_row() -> None:
    class Model(Small):
        def prepare(self, texts: Sequence[str]) -> Chunks:
            return Chunks(len(texts), [[1] * len(text) for text in texts], np.arange(len(texts)))

    found = encode(Model(None, 100), ["a" * 9, "b" * 50, "c"])
    assert [why is None for why in found.failed] == [True, False, True]
    assert "out of memory" in str(found.failed[1])
    assert is_out_of_memory(MemoryError()) and not is_out_of_memory(ValueError("memory"))
