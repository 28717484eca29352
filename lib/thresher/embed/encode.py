"""From texts to vectors, whatever the texts: what the model cannot take costs a row, and says why."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from thresher.domains.vectors import Matrix
from thresher.embed.embedder import Model

Given = TypeVar("Given")
Made = TypeVar("Made")
WINDOW_BYTES = 4 << 20
NO_TEXT, NO_VECTOR = "no text", "the model gives it no vector: none of its tokens is known, or a value is not a number"
_PROBE = "Is the model still there?"
_log = logging.getLogger(__name__)


class Vectors(NamedTuple):
    """The vectors of some texts: of unit length, a row for each text that has one; `failed` says why one has none."""

    matrix: Matrix
    failed: list[str | None]


def encode(model: Model, texts: Sequence[str | None]) -> Vectors:
    """The vectors of these texts; shape (m, d) where m of them have one."""
    return next(vectors for _, vectors in encode_all(model, [texts], lambda window: window))


def encode_all(
    model: Model, windows: Iterable[Given], texts_of: Callable[[Given], Sequence[str | None]]
) -> Iterator[tuple[Given, Vectors]]:
    """Each window with its texts' vectors; while the model computes, a thread makes the next window's texts ready."""

    def prepare(window: Given) -> tuple[Sequence[str | None], Any]:
        texts = texts_of(window)
        return texts, _prepared(model, _there(texts))

    for window, (texts, prepared) in _one_ahead(windows, prepare):
        yield window, _finished(texts, *_vectors(model, _there(texts), prepared))


def windows_of(sizes: Sequence[int] | npt.NDArray[np.int64], most: int = WINDOW_BYTES) -> Iterator[slice]:
    """Rows of these sizes in runs of at most so many bytes in all, or of one row.

    >>> list(windows_of([3, 3, 9, 1], most=6))
    [slice(0, 2, None), slice(2, 3, None), slice(3, 4, None)]
    """
    start, filled = 0, 0
    for place, size in enumerate(sizes):
        room = max(1, int(size))  # an empty text is a row all the same
        if filled and filled + room > most:
            yield slice(start, place)
            start, filled = place, 0
        filled += room
    if len(sizes):
        yield slice(start, len(sizes))


def _one_ahead(given: Iterable[Given], make: Callable[[Given], Made]) -> Iterator[tuple[Given, Made]]:
    """Each item with what is made of it; the next one is made while the caller works on this one."""
    with ThreadPoolExecutor(1) as thread:
        waiting = None
        for item in given:
            coming = (item, thread.submit(make, item))
            if waiting is not None:
                yield waiting[0], waiting[1].result()
            waiting = coming
        if waiting is not None:
            yield waiting[0], waiting[1].result()


def _vectors(model: Model, texts: list[str], prepared: Any) -> tuple[Matrix, list[str | None]]:
    """A row for each text, zeros where it could not be embedded, and why; found by halving where the model fails."""
    if not texts:
        return np.zeros((0, 0), np.float32), []
    try:
        if isinstance(prepared, Exception):
            raise prepared
        return model.vectors(prepared), [None] * len(texts)
    except Exception as error:  # whatever the model raises: it costs one row, never the task
        if len(texts) == 1:
            _require_alive(model)
            _log.warning("a document could not be embedded: %s", error)
            return np.zeros((1, 0), np.float32), [f"{type(error).__name__}: {error}"]
    middle = len(texts) // 2
    parts = [_vectors(model, half, _prepared(model, half)) for half in (texts[:middle], texts[middle:])]
    length = max(matrix.shape[1] for matrix, _ in parts)
    whole = [matrix if matrix.shape[1] else np.zeros((len(matrix), length), np.float32) for matrix, _ in parts]
    return np.concatenate(whole), parts[0][1] + parts[1][1]


def _there(texts: Sequence[str | None]) -> list[str]:
    return [text for text in texts if text is not None]


def _prepared(model: Model, texts: list[str]) -> Any:
    """What `vectors` takes, or the error that it is told of in its place."""
    try:
        return model.prepare(texts)
    except Exception as error:
        return error


def _require_alive(model: Model) -> None:
    """A GPU that has failed fails at every text from then on: that is the task's trouble, not the text's."""
    model.vectors(model.prepare([_PROBE]))


def _finished(texts: Sequence[str | None], matrix: Matrix, failed: list[str | None]) -> Vectors:
    """Rows of unit length for the texts that have one, in their order, and for the others why not."""
    norms = np.linalg.norm(matrix.astype(np.float64), axis=1)
    good = np.isfinite(norms) & (norms > 0)
    told = iter([why or (None if fine else NO_VECTOR) for why, fine in zip(failed, good, strict=True)])
    reasons = [NO_TEXT if text is None else next(told) for text in texts]
    return Vectors((matrix[good] / norms[good, None]).astype(np.float32), reasons)
