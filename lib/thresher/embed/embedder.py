"""What to embed by: a model and the settings that change its vectors, under one name; and the model, loaded."""

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from thresher.domains.vectors import Matrix, Precision
from thresher.embed.find import Found, find, function_of
from thresher.embed.static import load_static
from thresher.embed.transformer import Pooling, load_transformer
from thresher.errors import UsageError
from thresher.fingerprint import digest_files, fingerprint


class Model(Protocol):
    """A model that is loaded: what another thread may do (`prepare`), then the vectors, one row a text."""

    def prepare(self, texts: Sequence[str]) -> Any:
        """What `vectors` takes."""
        ...

    def vectors(self, prepared: Any) -> Matrix:
        """The texts' vectors, shape (n, d)."""
        ...


@dataclass(frozen=True)
class Embedder:
    """A model by name and how it is used.

    Of a text longer than `tokens` (the model's own limit where none is given) the head counts, or all of its chunks:
    their `mean`, or of each dimension the `max`. A static model reads the whole text. `prompt` goes before every text.
    `precision` is that of the stored vectors. On which device the work is done changes no vector by more than rounding.
    """

    model: str
    pooling: Pooling = "head"
    tokens: int | None = None
    prompt: str = ""
    precision: Precision = "float"
    device: str = "auto"

    @cached_property
    def found(self) -> Found:
        """The model's files on this machine; raises `UsageError` where there are none, or a setting is not for it."""
        found = find(self.model)
        if found.kind != "transformer" and self.pooling != "head":
            raise UsageError(f"embed.pooling: {self.model} reads a text as one piece; only transformers have chunks")
        if found.kind != "transformer" and self.prompt:
            raise UsageError(f"embed.prompt: {self.model} knows no prompts; only transformers do")
        if found.kind == "own" and self.tokens is not None:
            raise UsageError(f"embed.tokens: {self.model} is your own function, which sees to that itself")
        return found

    @cached_property
    def settings(self) -> dict[str, Any]:
        """All that a vector depends on."""
        chosen = {key: value for key, value in asdict(self).items() if key not in ("model", "device")}
        return {**chosen, "kind": self.found.kind, "files": digest_files(self.found.files)}

    @property
    def name(self) -> str:
        """The name of these vectors in `embeddings`: the model's, and a hash of all that they depend on.

        >>> Embedder("wordllama").name == Embedder("wordllama", device="cpu").name
        True
        """
        plain = re.sub(r"[^A-Za-z0-9._]+", "-", Path(self.model).name if "/" in self.model else self.model)
        return f"{plain}-{fingerprint([self.model if ':' in self.model else plain, self.settings])[:8]}"

    def load(self, device: str) -> Model:
        """The model on this device, loaded once a process."""
        return _loaded(self.model, device, self.tokens, self.pooling, self.prompt)


@lru_cache(maxsize=4)
def _loaded(model: str, device: str, tokens: int | None, pooling: Pooling, prompt: str) -> Model:
    # Looked up where the work is done: a worker's packages may lie elsewhere than the driver's.
    found = find(model)
    if found.kind == "static":
        return load_static(found, tokens)
    if found.kind == "own":
        return _Own(function_of(model)(device))
    return load_transformer(found.place, device, tokens, pooling, prompt)


@dataclass(frozen=True)
class _Own:
    """A function of the user's own."""

    encode: Callable[[list[str]], Any]

    def prepare(self, texts: Sequence[str]) -> list[str]:
        return list(texts)

    def vectors(self, prepared: list[str]) -> Matrix:
        return np.asarray(self.encode(prepared), np.float32).reshape(len(prepared), -1)
