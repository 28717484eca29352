"""Static models: a text's vector is the mean of its tokens' rows in one matrix, whatever their order.

wordllama (https://github.com/dleemiller/WordLlama) and model2vec (https://github.com/MinishLab/model2vec) publish such
matrices. Tokens are cut by the model's own tokenizer; a text has as many as it has, unless there is a limit.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.domains.vectors import Matrix
from thresher.embed.find import WORDLLAMA, Found

PIECE = 1 << 20  # characters: a longer text is cut at a space, so that its tokens never fill the memory
MODEL2VEC_TOKENS = 512  # of a text, where a folder does not say
_AT_ONCE = 1 << 20  # characters that are cut into tokens at once


class Tokens(NamedTuple):
    """The tokens of `size` texts; those of piece p, a piece of text `texts[p]`, are `ids[starts[p]:starts[p + 1]]`."""

    size: int
    ids: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    texts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class StaticModel:
    """A row for each token, and the tokenizer; `limit` tokens of a text count, all where there is none.

    `unknown` is the token of what the model has no row for, which does not count. Of a text `characters` are read.
    """

    tokenizer: Any
    rows: Matrix
    unknown: int | None = None
    limit: int | None = None
    characters: int | None = None

    def prepare(self, texts: Sequence[str]) -> Tokens:
        """The texts' tokens."""
        ids: list[npt.NDArray[np.int64]] = []
        places: list[int] = []
        for group in _groups([text[: self.characters] for text in texts]):
            found = self.tokenizer.encode_batch_fast([piece for _, piece in group], add_special_tokens=False)
            ids += (self._known(np.array(encoded.ids, np.int64)) for encoded in found)
            places += (place for place, _ in group)
        starts = np.cumsum([0, *map(len, ids)])
        return Tokens(len(texts), np.concatenate([np.zeros(0, np.int64), *ids]), starts, np.array(places, np.int64))

    def vectors(self, prepared: Tokens) -> Matrix:
        """The mean of each text's rows, shape (n, d); zeros for a text without tokens."""
        from thresher.kernels.row_sums import add_rows

        sums = np.zeros((prepared.size, self.rows.shape[1]))
        add_rows(self.rows, prepared.ids, prepared.starts, prepared.texts, sums)
        counts = np.bincount(prepared.texts, np.diff(prepared.starts), prepared.size)
        return (sums / np.maximum(counts, 1)[:, None]).astype(np.float32)

    def _known(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        counted = ids[: self.limit]
        known = counted if self.unknown is None else counted[counted != self.unknown]
        return np.minimum(known, len(self.rows) - 1)


def load_static(found: Found, limit: int | None) -> StaticModel:
    """The static model whose files were found; one that is damaged raises the library's own error."""
    if found.files[0].name == Path(WORDLLAMA[0]).name:
        return _wordllama(found.files[0], found.files[1], limit)
    return _model2vec(Path(found.place), limit)


def _wordllama(weights: Path, tokenizer: Path, limit: int | None) -> StaticModel:
    from safetensors.numpy import load_file

    return StaticModel(_tokenizer(tokenizer), load_file(weights)["embedding.weight"].astype(np.float32), limit=limit)


def _model2vec(folder: Path, limit: int | None) -> StaticModel:
    """Newer folders keep one row for several tokens (`mapping`) and how much each token counts (`weights`).

    As the library does, no more of a text is read than so many tokens of median length would take.
    """
    from safetensors.numpy import load_file

    tensors = load_file(folder / "model.safetensors")
    rows = tensors["embeddings"].astype(np.float32)
    if "mapping" in tensors:
        rows = rows[tensors["mapping"]]
    if "weights" in tensors:
        rows = rows * tensors["weights"].astype(np.float32)[:, None]
    tokenizer = _tokenizer(folder / "tokenizer.json")
    own = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("max_length", MODEL2VEC_TOKENS)
    most = limit or own
    characters = most and most * int(np.median([len(token) for token in tokenizer.get_vocab()]))
    return StaticModel(tokenizer, np.ascontiguousarray(rows), _unknown(tokenizer), most, characters)


def _tokenizer(path: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _unknown(tokenizer: Any) -> int | None:
    name = getattr(tokenizer.model, "unk_token", None)
    return tokenizer.token_to_id(name) if name is not None else None


def _groups(texts: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """Pieces of the texts, each with the place of its text, in groups of a bounded size."""
    group: list[tuple[int, str]] = []
    size = 0
    for place, text in enumerate(texts):
        for piece in _pieces(text):
            group.append((place, piece))
            size += len(piece)
            if size >= _AT_ONCE:
                yield group
                group, size = [], 0
    if group:
        yield group


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while len(text) - start > PIECE:
        space = text.rfind(" ", start + PIECE // 2, start + PIECE)
        end = space if space > 0 else start + PIECE
        yield text[start:end]
        start = end + (space > 0)
    yield text[start:]
