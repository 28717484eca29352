"""Read a trained fastText classifier (`.bin` or `.ftz`) into plain arrays for `thresher.kernels.fasttext`.

The format is fastText's own, version 12: settings, dictionary with counts, the pruned n-gram index, then the input and
the output matrix, each dense or product-quantised (Joulin et al. 2016, "FastText.zip", https://arxiv.org/abs/1612.03651).
Quantised matrices are expanded once, here, into float32 rows. The rows of a large model are laid into the cache folder
once a machine, as the kernel wants them, and all processes map that one copy.
"""

import struct
from dataclasses import dataclass, field
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import local
from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.cache import read_only, shared_arrays
from thresher.errors import ThresherError
from thresher.fingerprint import fingerprint
from thresher.kernels.fasttext import Network
from thresher.kernels.fasttext_mean import Memo, new_memo
from thresher.kernels.fasttext_words import BLOCK, Bytes, Ids, Rows, Words, word_table

MAGIC, VERSION = 793712314, 12
SUPERVISED, HIERARCHICAL, SOFTMAX = 3, 1, 3
CACHE_LINE = 64  # bytes
SHARED_BYTES = 16 << 20  # rows of so many are kept once a machine
LAYOUT = 1  # of the rows in the cache folder
LABEL_PREFIX = "__label__"
END_OF_LINE = b"</s>"


@dataclass(frozen=True)
class FastTextModel:
    """A classifier ready for the kernel: `labels[i]` is the name, without its prefix, of the network's i-th label."""

    words: Words
    network: Network
    labels: tuple[str, ...]
    _held: local = field(default_factory=local, compare=False, repr=False)

    @property
    def memo(self) -> Memo:
        """What this thread remembers of the words that it has met, from one batch to the next."""
        if not hasattr(self._held, "memo"):
            self._held.memo = new_memo(self.words)
        memo: Memo = self._held.memo
        return memo


class _Reader:
    """Reads little-endian values one after the other; a file that ends too early is an error that names it."""

    def __init__(self, path: Path, content: bytes | mmap) -> None:
        self.path, self.content, self.at = path, content, 0

    def values(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + layout, self._take(struct.calcsize("<" + layout)))
        return found

    def value(self, layout: str) -> Any:
        return self.values(layout)[0]

    def array(self, dtype: type, *shape: int) -> np.ndarray[Any, np.dtype[Any]]:
        count = int(np.prod(shape, dtype=np.int64))
        return np.frombuffer(self._take(count * np.dtype(dtype).itemsize), dtype).reshape(shape)

    def identity(self) -> str:
        """Tells this file from others without reading it."""
        found = self.path.stat()
        return fingerprint([LAYOUT, str(self.path.resolve()), found.st_size, found.st_mtime_ns])

    def name(self) -> bytes:
        end = self.content.find(b"\0", self.at)
        if end < 0:
            raise self.damaged()
        return bytes(self._take(end - self.at + 1)[:-1])

    def _take(self, size: int) -> memoryview:
        if size < 0 or self.at + size > len(self.content):
            raise self.damaged()
        self.at += size
        return memoryview(self.content)[self.at - size : self.at]

    def damaged(self) -> ThresherError:
        return ThresherError(f"{self.path}: the fastText model ends too early or is damaged; fetch it again")


@dataclass(frozen=True)
class _Settings:
    dim: int
    loss: int
    bucket: int
    minn: int
    maxn: int
    word_ngrams: int


@dataclass(frozen=True)
class _Dictionary:
    words: list[bytes]
    labels: list[str]
    label_counts: list[int]
    pruned: dict[int, int] | None


def _open(path: Path) -> _Reader:
    """Reads the file in place, so that of a large model only what is asked for comes into memory."""
    try:
        with path.open("rb") as file:
            try:
                return _Reader(path, mmap(file.fileno(), 0, access=ACCESS_READ))
            except (OSError, ValueError):  # a file system without memory maps, or an empty file
                return _Reader(path, file.read())
    except OSError as error:
        raise ThresherError(f"{path}: cannot read the fastText model ({error.strerror}); check `model`") from error


@lru_cache(maxsize=64)
def labels(path: Path) -> tuple[str, ...]:
    """The names, without their prefix, of the labels of the model at `path`, whose rows are not read.

    Raises ThresherError as `load` does.
    """
    reader = _open(path)
    _read_settings(reader)
    return _names(_read_dictionary(reader))


def _names(dictionary: _Dictionary) -> tuple[str, ...]:
    return tuple(label.removeprefix(LABEL_PREFIX) for label in dictionary.labels)


@lru_cache(maxsize=16)  # more than a recipe names: one that is decoded anew for each batch would take all the time
def load(path: Path) -> FastTextModel:
    """The model at `path`, decoded once per process.

    Raises ThresherError where the file is missing, damaged, or of a kind that the kernel does not know (word vectors
    without labels, losses other than hierarchical and plain softmax).
    """
    reader = _open(path)
    settings = _read_settings(reader)
    dictionary = _read_dictionary(reader)
    quantised = bool(reader.value("?"))
    inputs = _read_quantised(reader) if quantised else _read_dense(reader)
    outputs = _read_quantised(reader) if bool(reader.value("?")) and quantised else _read_dense(reader)
    if reader.at != len(reader.content) or not _fit(settings, dictionary, inputs, outputs):
        raise reader.damaged()
    return FastTextModel(
        _words(settings, dictionary, inputs, reader.identity()),
        _network(settings, dictionary, outputs),
        _names(dictionary),
    )


def _fit(settings: _Settings, dictionary: _Dictionary, inputs: Rows, outputs: Rows) -> bool:
    """Whether all rows that the kernel may ask for exist."""
    words, pruned = len(dictionary.words), dictionary.pruned
    if pruned is None:
        rows_fit = words + (settings.bucket if settings.maxn > 0 or settings.word_ngrams > 1 else 0) <= len(inputs)
    else:
        buckets_fit = all(0 <= bucket < settings.bucket for bucket in pruned)
        rows_fit = buckets_fit and all(0 <= position < len(inputs) - words for position in pruned.values())
    widths_fit = inputs.shape[1] == outputs.shape[1] == settings.dim
    return words <= len(inputs) and rows_fit and widths_fit and len(dictionary.labels) <= len(outputs)


def _read_settings(reader: _Reader) -> _Settings:
    if len(reader.content) < 8 or reader.values("ii") != (MAGIC, VERSION):
        raise ThresherError(f"{reader.path}: not a fastText model of format {VERSION}; give a .bin or .ftz file")
    dim, *_, word_ngrams, loss, kind, bucket, minn, maxn, _ = reader.values("12i")
    reader.value("d")  # the sampling threshold, of use in training only
    if kind != SUPERVISED or loss not in (HIERARCHICAL, SOFTMAX):
        raise ThresherError(
            f"{reader.path}: only fastText classifiers with loss `hs` or `softmax` are supported (as lid.176.ftz is); "
            "give another model"
        )
    return _Settings(dim, loss, bucket, minn, maxn, word_ngrams)


def _read_dictionary(reader: _Reader) -> _Dictionary:
    size, word_count, label_count = reader.values("iii")
    _tokens, pruned_size = reader.values("qq")
    entries = [(reader.name(), *reader.values("qb")) for _ in range(size)]
    pruned = dict(reader.array(np.int32, pruned_size, 2).tolist()) if pruned_size >= 0 else None
    if word_count + label_count != size or not label_count:
        raise reader.damaged()
    return _Dictionary(
        [entry[0] for entry in entries[:word_count]],
        [entry[0].decode("utf-8", "replace") for entry in entries[word_count:]],
        [entry[1] for entry in entries[word_count:]],
        pruned,
    )


def _read_dense(reader: _Reader) -> Rows:
    height, width = reader.values("qq")
    return reader.array(np.float32, height, width)


def _read_quantised(reader: _Reader) -> Rows:
    """Expand a product-quantised matrix: each row is its sub-vectors' centroids, times its quantised norm."""
    has_norms = bool(reader.value("?"))
    height, width = reader.values("qq")
    codes = reader.array(np.uint8, reader.value("i"))
    rows = _expand(reader, codes, height)
    if has_norms:
        norm_codes = reader.array(np.uint8, height)
        rows *= _expand(reader, norm_codes, height)
    if rows.shape != (height, width):
        raise reader.damaged()
    return rows


def _expand(reader: _Reader, codes: Bytes, height: int) -> Rows:
    width, parts, part_width, last_width = reader.values("4i")
    centroids = reader.array(np.float32, width * 256)
    if codes.size != height * parts or (parts - 1) * part_width + last_width != width:
        raise reader.damaged()
    rows = np.empty((height, width), np.float32)
    for part in range(parts):
        size = last_width if part == parts - 1 else part_width
        start = part * part_width
        # All parts but the last have 256 centroids of `part_width` numbers, laid out one part after the other.
        table = centroids[256 * start : 256 * (start + size)].reshape(256, size)
        rows[:, start : start + size] = table[codes.reshape(height, parts)[:, part]]
    return rows


def _words(settings: _Settings, dictionary: _Dictionary, inputs: Rows, identity: str) -> Words:
    words = dictionary.words
    starts = np.cumsum([0, *map(len, words)], dtype=np.int64)
    spelling = np.frombuffer(b"".join(words), np.uint8)
    kept, before, rows = _kept(settings, dictionary, inputs)
    return Words(
        spelling=spelling,
        starts=starts,
        slots=word_table(spelling, starts),
        kept=kept,
        before=before,
        rows=_shared(rows, identity),
        shortest=settings.minn,
        longest=settings.maxn,
        buckets=max(settings.bucket, 1),
        word_ngrams=settings.word_ngrams,
        end_of_line=words.index(END_OF_LINE) if END_OF_LINE in words else -1,
    )


def _kept(settings: _Settings, dictionary: _Dictionary, inputs: Rows) -> tuple[npt.NDArray[np.uint64], Ids, Rows]:
    """A bit for each n-gram bucket: whether it has a row; how many have before each 64; the rows in that order."""
    has_row = np.ones(max(settings.bucket, 1), np.bool_)
    words, pruned = len(dictionary.words), dictionary.pruned
    if pruned is not None:
        buckets = np.array(sorted(pruned), np.int64)
        has_row[:] = False
        has_row[buckets] = True
        order = np.array([words + pruned[bucket] for bucket in buckets.tolist()], np.int64)
        inputs = np.concatenate([inputs[:words], inputs[order]])
    has_row.resize(-(-len(has_row) // 64) * 64)
    before = np.cumsum([0, *has_row.reshape(-1, 64).sum(axis=1)[:-1]], dtype=np.int32)
    return np.packbits(has_row, bitorder="little").view("<u8").astype(np.uint64), before, inputs


def _shared(rows: Rows, identity: str) -> Rows:
    """The rows as `_padded` lays them; one copy for all processes where they are many."""
    if rows.nbytes < SHARED_BYTES:
        return read_only(_padded(rows))
    return shared_arrays("models", identity, ("rows",), lambda: [_padded(rows)])[0]


def _padded(rows: Rows) -> Rows:
    """The same rows, widened by zeros to whole blocks, so that the kernel's inner loop has a fixed length.

    The first begins where a line of the processor's cache does, and so each block lies in one line.
    """
    height, width = rows.shape[0], -(-rows.shape[1] // BLOCK) * BLOCK
    raw = np.zeros(height * width * 4 + CACHE_LINE, np.uint8)
    start = -raw.ctypes.data % CACHE_LINE
    padded = raw[start : start + height * width * 4].view(np.float32).reshape(height, width)
    padded[:, : rows.shape[1]] = rows
    return padded


def _network(settings: _Settings, dictionary: _Dictionary, outputs: Rows) -> Network:
    labels = len(dictionary.labels)
    if settings.loss == SOFTMAX:
        nowhere = np.empty(0, np.int32)
        return Network(_padded(outputs), nowhere, nowhere, labels)
    return Network(_padded(outputs), *_huffman_tree(dictionary.label_counts), labels)


def _huffman_tree(counts: list[int]) -> tuple[Ids, Ids]:
    """The children of each node of the tree that training used: leaves first, in the order of the labels, root last.

    `counts` fall, so that leaves taken from their end and inner nodes taken in the order of making both rise: two
    queues replace a heap. Among equals the inner node goes first; another choice would be another tree.

    >>> left, right = _huffman_tree([5, 2, 1])
    >>> left.tolist(), right.tolist()
    ([-1, -1, -1, 2, 3], [-1, -1, -1, 1, 0])
    """
    weights = list(counts)
    left, right = [-1] * len(counts), [-1] * len(counts)
    leaf, inner = len(counts) - 1, len(counts)

    def lightest() -> int:
        nonlocal leaf, inner
        if leaf >= 0 and (inner >= len(weights) or weights[leaf] < weights[inner]):
            leaf -= 1
            return leaf + 1
        inner += 1
        return inner - 1

    for _ in range(len(counts) - 1):
        first, second = lightest(), lightest()
        left.append(first)
        right.append(second)
        weights.append(weights[first] + weights[second])
    return np.array(left, np.int32), np.array(right, np.int32)
