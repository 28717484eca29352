"""Sentence transformers: tokens in batches that fit, one forward pass each, chunks of a long text put together.

Source: https://www.sbert.net. The model's own tokenizer and modules do the work; what is done here is what its `encode`
does for texts in memory: sorting by length, padding, batching. Texts are sorted by tokens, and a batch holds so many
tokens, so that it needs as much memory whatever the texts.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.domains.vectors import Matrix
from thresher.errors import UsageError

Pooling = Literal["head", "mean", "max"]
LONGEST = 1 << 20  # characters of a text that are read
# Tokens of a batch, padding included: what a core's cache likes (docs/embeddings.md), and what may keep a GPU busy.
_CPU_TOKENS, _GPU_TOKENS = 1 << 10, 1 << 16
_PROBE = "The model is asked for this sentence's vector when it is loaded."
_log = logging.getLogger(__name__)


class Chunks(NamedTuple):
    """The chunks of `size` texts as token ids; chunk c is of text `texts[c]`."""

    size: int
    ids: list[list[int]]
    texts: npt.NDArray[np.int64]


@dataclass
class TransformerModel:
    """A sentence transformer on its device; `limit` tokens are a chunk, `at_once` tokens a batch."""

    network: Any
    limit: int
    pooling: Pooling = "head"
    prompt: str = ""
    at_once: int = field(default=_CPU_TOKENS)

    def prepare(self, texts: Sequence[str]) -> Chunks:
        """The first `limit` tokens of each text, or all of its tokens in chunks of so many."""
        read = [self.prompt + text[:LONGEST] for text in texts]
        whole = self.pooling != "head"
        found = self.network.tokenizer(
            read, truncation=True, max_length=self.limit, return_overflowing_tokens=whole,
            return_token_type_ids=False, return_attention_mask=False,
        )  # fmt: skip
        owner = found["overflow_to_sample_mapping"] if whole else range(len(texts))
        return Chunks(len(texts), found["input_ids"], np.array(owner, np.int64))

    def vectors(self, prepared: Chunks) -> Matrix:
        """Each text's vector, shape (n, d)."""
        lengths = np.array([len(ids) for ids in prepared.ids], np.int64)
        order = np.argsort(-lengths, kind="stable")
        chunks = np.concatenate(self._all([prepared.ids[chunk] for chunk in order]))
        vectors = np.empty_like(chunks)
        vectors[order] = chunks
        return vectors if self.pooling == "head" else _pooled(vectors, prepared, self.pooling)

    def _all(self, chunks: Sequence[list[int]]) -> list[Matrix]:
        """The vectors of the chunks, longest first, as many at a time as fit: all become as long as the first."""
        found: list[Matrix] = []
        start = 0
        while start < len(chunks):
            end = start + max(1, self.at_once // max(1, len(chunks[start])))
            found += self._some(chunks[start:end])
            start = end
        return found

    def _some(self, chunks: Sequence[list[int]]) -> list[Matrix]:
        """The vectors of one batch; where memory runs out batches are half as large from then on, this one too."""
        try:
            return [self._run(chunks)]
        except Exception as error:
            if not is_out_of_memory(error) or len(chunks) == 1:
                raise
        self.at_once = len(chunks[0]) * (len(chunks) // 2)
        _log.warning("out of memory at %s texts at once: from here on %s tokens", len(chunks), self.at_once)
        _free()
        return self._all(chunks)

    def _run(self, chunks: Sequence[list[int]]) -> Matrix:
        import torch

        ids, mask = padded(chunks, self.network.tokenizer)
        with torch.inference_mode():
            features = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
            told = self.network({name: part.to(self.network.device) for name, part in features.items()})
            vectors: Matrix = told["sentence_embedding"].float().cpu().numpy()
        return vectors


def padded(chunks: Sequence[list[int]], tokenizer: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The chunks as one matrix of ids, filled up on the tokenizer's side; and a matrix with 1 for each token."""
    lengths = np.array([len(ids) for ids in chunks])
    places = np.arange(lengths.max())
    mask = places < lengths[:, None]
    if tokenizer.padding_side == "left":
        mask = mask[:, ::-1]
    ids = np.full(mask.shape, tokenizer.pad_token_id or 0, np.int64)
    ids[mask] = np.concatenate([np.array(chunk, np.int64) for chunk in chunks])
    return ids, mask.astype(np.int64)


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error says that there is no memory left, on the device or beside it."""
    return isinstance(error, MemoryError) or "out of memory" in str(error).lower()


def load_transformer(place: str, device: str, limit: int | None, pooling: Pooling, prompt: str) -> TransformerModel:
    """The model in this folder on this device, in half precision on a GPU.

    Raises `UsageError` where its vectors are not those of its own `encode`: some models want more than tokens.
    """
    from sentence_transformers import SentenceTransformer

    network = SentenceTransformer(place, device=device, local_files_only=True)
    network.eval()
    on_gpu = device.startswith("cuda")
    if on_gpu:
        network.half()
    prompt = prompt or (network.prompts or {}).get(network.default_prompt_name or "") or ""
    at_once = _GPU_TOKENS if on_gpu else _CPU_TOKENS
    model = TransformerModel(network, _limit(network, limit), pooling, prompt, at_once)
    _require_same_as_encode(model, place)
    return model


def _limit(network: Any, wanted: int | None) -> int:
    own = int(network.max_seq_length or network.tokenizer.model_max_length)
    room = int(getattr(network[0].auto_model.config, "max_position_embeddings", 0) or 0) or own
    if wanted is not None and wanted > room:
        raise UsageError(f"embed.tokens: {wanted} are more than the {room} that the model takes")
    return wanted or own


def _require_same_as_encode(model: TransformerModel, place: str) -> None:
    mine = model.vectors(model.prepare([_PROBE]))[0]
    encoded = model.network.encode([_PROBE], prompt=model.prompt or None, show_progress_bar=False)
    its = np.asarray(encoded[0], np.float32)
    alike = float(mine @ its / (np.linalg.norm(mine) * np.linalg.norm(its)))
    if not alike > 0.999:
        raise UsageError(f"model {place} cannot be used: its encode makes its vectors of more than tokens")


def _pooled(vectors: Matrix, chunks: Chunks, pooling: Pooling) -> Matrix:
    """The mean, or the largest value of each dimension, of each text's chunks; every text has one at least."""
    starts = np.searchsorted(chunks.texts, np.arange(chunks.size))
    if pooling == "max":
        return np.maximum.reduceat(vectors, starts)
    sums = np.add.reduceat(vectors.astype(np.float64), starts)
    return (sums / np.bincount(chunks.texts)[:, None]).astype(np.float32)


def _free() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.empty_cache()
