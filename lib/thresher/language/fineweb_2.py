"""FineWeb-2's settings for each language, read from files as they are published: thresholds and stop words.

Source: Penedo et al. 2025, "FineWeb2" (https://arxiv.org/abs/2506.20920); the files are `configs/LANGUAGE_SCRIPT.yml`
of https://github.com/huggingface/fineweb-2. Those of some large languages come with thresher.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from thresher.errors import UsageError

WHERE = (
    "give as `folder` the folder `configs` of https://github.com/huggingface/fineweb-2, or leave it out for the "
    "languages that come with thresher"
)
_Number: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
_Shares: TypeAlias = tuple[tuple[int, _Number], ...]
# The C loader reads 1,800 files in half a second; not every build of PyYAML has it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class LanguageSettings(BaseModel):
    """One language's file, under the names that it has there; None or 0 switches a bound off where datatrove does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language_score: _Number
    dup_line_frac: _Number | None
    top_n_grams: _Shares
    dup_n_grams: _Shares
    line_punct_thr: _Number
    new_line_ratio: _Number
    min_avg_word_length: _Number | None
    max_avg_word_length: _Number | None
    max_non_alpha_words_ratio: _Number | None
    stopwords: tuple[Annotated[str, Field(pattern=r"\S")], ...]


def read_settings(folder: str | Path | None = None) -> Mapping[str, LanguageSettings]:
    """The settings of every language in a folder by its code, such as `deu_Latn`, in the order of the codes.

    Without a folder they are those that come with thresher. Raises UsageError where the folder holds none, and where a
    file cannot be read or lacks a key: it names the file and the key.

    >>> read_settings()["deu_Latn"].stopwords[:3]
    ('der', 'und', 'die')
    """
    place = Path(folder).absolute() if folder is not None else _packaged()
    if not place.is_dir():
        raise UsageError(f"FineWeb-2's settings: there is no folder {place}; {WHERE}")
    found = [path for path in sorted(place.glob("*.yml")) if path.is_file()]
    if not found:
        raise UsageError(f"FineWeb-2's settings: {place} holds no file LANGUAGE_SCRIPT.yml; {WHERE}")
    stats = [(path, path.stat()) for path in found]
    return _read_all(tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats))


def _packaged() -> Path:
    return Path(str(files("thresher.language").joinpath("fineweb_2_configs")))


@lru_cache(maxsize=4)
def _read_all(found: tuple[tuple[Path, int, int], ...]) -> Mapping[str, LanguageSettings]:
    """Read once while no file changes: a recipe asks for them for its signals and again for its rules."""
    return {path.stem: _read(path) for path, _, _ in found}


def _read(path: Path) -> LanguageSettings:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}; fetch it again") from error
    try:
        return LanguageSettings.model_validate(content)
    except ValidationError as error:
        raise UsageError(f"{path}: {_what(error)}") from error


def _what(error: ValidationError) -> str:
    """The first thing that is wrong with a file, and what to do."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "missing":
        return f"{key} is missing; fetch the file's newest version, or write the key"
    if first["type"] == "extra_forbidden":
        return f"{key} is no setting of FineWeb-2; those are {', '.join(LanguageSettings.model_fields)}"
    if first["type"] == "string_type":  # YAML reads a bare no, on or null as something else
        return f"{key} is {first['input']!r}, not a word; put it in quotes"
    return f"{key or 'the file'}: {first['msg']} (got {first['input']!r})"
