"""The sections of a recipe that have settings of their own: copies, vectors, domains, meaning, lines, rules, export."""

from functools import partial
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from thresher.dedup.identity import IDENTITIES
from thresher.domains.vectors import Precision
from thresher.embed.transformer import Pooling
from thresher.filters.by_language import checked_bound
from thresher.filters.registry import BOUNDS
from thresher.filters.rule import INSIDE

SOURCE_RANK = "source_rank"
NumberBound = Annotated[float | dict[str, float | None] | None, BeforeValidator(partial(checked_bound, "at_least"))]
LabelBound = Annotated[tuple[str, ...], BeforeValidator(partial(checked_bound, "one_of"))]


class Settings(BaseModel):
    """A section: a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class VerifySettings(Settings):
    """How alike candidates must be: by their signatures, or by all shingles of their texts, which are then read."""

    by: Literal["signature", "shingles"] = "signature"
    at_least: float = Field(gt=0, le=1)


class MinHashSettings(Settings):
    """Banding of the signature: two documents are candidates when all `rows` values of one of `bands` bands agree.

    It is given as bands and rows, or as the Jaccard similarity from which pairs shall be found (`threshold`), which
    makes the most of the signature's values; 14 x 8 where nothing is given. Candidates are duplicates, or those that
    pass the check that `verify` asks for.
    """

    bands: int | None = Field(default=None, ge=1, le=1024)
    rows: int | None = Field(default=None, ge=1, le=1024)
    threshold: float | None = Field(default=None, gt=0, lt=1)
    verify: VerifySettings | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "MinHashSettings":
        if (self.bands is None) != (self.rows is None):
            raise ValueError("bands and rows go together: give both, or a threshold")
        if self.threshold is not None and self.bands is not None:
            raise ValueError("give bands and rows, or a threshold from which they are chosen, not both")
        return self


class OwnRule(Settings):
    """A user's own rule on a signal of the recipe, with at least one bound; as `filters.rule.Rule` has them.

    A bound on a number may be a mapping from languages to numbers (`filters.by_language`).
    """

    signal: str = Field(pattern=r"^\w+\.\w+$")
    at_least: NumberBound = None
    at_most: NumberBound = None
    above: NumberBound = None
    below: NumberBound = None
    one_of: LabelBound = ()
    none_of: LabelBound = ()
    detail: str | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> "OwnRule":
        given = [bound for bound in BOUNDS if getattr(self, bound) not in (None, ())]
        if not given:
            raise ValueError(f"a rule needs a bound: one of {', '.join(BOUNDS)}")
        if len({bound in INSIDE for bound in given}) > 1:
            raise ValueError(f"{given[0]} bounds a number and {given[-1]} a label: make two rules of them")
        return self


class DedupSettings(Settings):
    """Which duplicates are sought, and which copy is kept: the first by `keep` (`-` before a column: largest first).

    Documents are copies by their canonical URL (`url`), by their normalised text (`exact`) and by MinHash, in this
    order, each among those that are left.

    `keep: none` keeps no copy of what there are several of. The key `source_rank` prefers data sets in the order of
    `sources`, others after them: first in `keep`, no document of a data set goes for one of a later data set.

    Of batches that come later what was kept before stays kept; with `rekey` keepers are chosen anew among all. What the
    newest release of a corpus in `against` holds already is dropped here.
    """

    url: bool = False
    exact: bool = True
    minhash: MinHashSettings | None = MinHashSettings()
    keep: Literal["none"] | tuple[str, ...] = ("-sizes_v1.characters", "doc_id")
    sources: tuple[str, ...] = ()
    rekey: bool = False
    against: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _sources_are_used(self) -> "DedupSettings":
        _require_sources(self.keep_keys, self.sources)
        return self

    @model_validator(mode="after")
    def _against_has_a_method(self) -> "DedupSettings":
        if self.against and not self.methods:
            raise ValueError("against needs a method by which to compare: url, exact or minhash")
        return self

    @property
    def identities(self) -> tuple[str, ...]:
        """The methods by which documents are the same, in the order in which they are applied."""
        return tuple(method for method in IDENTITIES if getattr(self, method))

    @property
    def methods(self) -> tuple[str, ...]:
        """All methods, in the order in which they are applied."""
        return (*self.identities, *["minhash"] * (self.minhash is not None))

    @property
    def keep_keys(self) -> tuple[str, ...]:
        """The keys of `keep` without their signs, none where no copy is kept."""
        return _keys(self.keep)


class LineSettings(Settings):
    """Which lines or paragraphs of other documents are cut; `dedup.lines` says what each setting means."""

    unit: Literal["line", "paragraph"] = "line"
    normalise: Literal["exact", "folded", "ccnet"] = "folded"
    at_least: int = Field(default=3, ge=2)
    keep: int = Field(default=1, ge=0)
    once: bool = False
    within: Literal["host", "corpus"] = "corpus"
    shortest: int = Field(default=4, ge=1)
    at_most_cut: float = Field(default=0.5, gt=0, le=1)

    @model_validator(mode="after")
    def _something_is_cut(self) -> "LineSettings":
        if self.keep >= self.at_least:
            raise ValueError(
                f"keep: {self.keep} documents keep what at_least {self.at_least} have, so that at_least says nothing: "
                f"make at_least {self.keep + 1} or more"
            )
        return self


class EmbedSettings(Settings):
    """By which model documents are embedded, and which of them; `embed.embedder.Embedder` says what each means.

    `of: survivors` are the documents that filter and dedup leave. `device` changes no vector by more than rounding.
    """

    model: str = "wordllama"
    of: Literal["survivors", "everything"] = "survivors"
    pooling: Pooling = "head"
    tokens: int | None = Field(default=None, ge=8)
    prompt: str = ""
    precision: Precision = "float"
    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?|mps)$")


class RegroupSettings(Settings):
    """Into how many domains embedded documents are grouped, and how; `domains.kmeans` says what happens.

    `k` is a number, or several of which `domains.sweep` chooses. By `cosine` vectors count by their direction alone.
    `passes` is how often at most centroids are moved by all documents, after rounds on a sample. `name` is the import
    path of a function (`package.module:function`) from a domain's card, a mapping, to its name; else keywords name it.
    """

    k: int | tuple[int, ...] = (8, 12, 16, 24, 32, 48, 64, 96, 128)
    metric: Literal["cosine", "euclidean"] = "cosine"
    seed: int = Field(default=0, ge=0, lt=2**31)
    passes: int = Field(default=10, ge=0)
    name: str | None = Field(default=None, pattern=r"^[\w.]+:\w+$")

    @model_validator(mode="after")
    def _some_domains(self) -> "RegroupSettings":
        if not self.ks or min(self.ks) < 1 or (len(self.ks) > 1 and min(self.ks) < 2):
            raise ValueError("k is 1 or more, or a list of numbers from 2 on of which the clearest is taken")
        return self

    @property
    def ks(self) -> tuple[int, ...]:
        """The numbers of domains to choose from."""
        return (self.k,) if isinstance(self.k, int) else self.k

    @property
    def spherical(self) -> bool:
        """Whether vectors count by their direction alone."""
        return self.metric == "cosine"


class SemanticSettings(Settings):
    """How alike in meaning documents must be that one of them goes, and which stays; `dedup.semantic` says the rest.

    `at_least` is a cosine of vectors. `nearest` says in how many domains each document is compared: in its own (1), in
    the nearest two (2), or in every one in which a document that alike may lie (`all`). `keep` is as in `dedup`; its
    key `distance` is the distance to the centroid.
    """

    at_least: float = Field(default=0.95, gt=0, le=1)
    nearest: Literal[1, 2, "all"] = 2
    keep: Literal["none"] | tuple[str, ...] = ("-sizes_v1.characters", "doc_id")
    sources: tuple[str, ...] = ()
    rekey: bool = False

    @model_validator(mode="after")
    def _sources_are_used(self) -> "SemanticSettings":
        _require_sources(self.keep_keys, self.sources)
        return self

    @property
    def keep_keys(self) -> tuple[str, ...]:
        """The keys of `keep` without their signs, none where no copy is kept."""
        return _keys(self.keep)


def _keys(keep: Literal["none"] | tuple[str, ...]) -> tuple[str, ...]:
    return () if keep == "none" else tuple(key.lstrip("-") for key in keep)


def _require_sources(keys: tuple[str, ...], sources: tuple[str, ...]) -> None:
    if bool(sources) != (SOURCE_RANK in keys):
        raise ValueError(f"keep's key {SOURCE_RANK} and the list `sources` go together: one is missing")


class ExportSettings(Settings):
    """How a release is written for the trainer; `columns` are columns of `documents`, or `meta.KEY`."""

    format: Literal["parquet", "jsonl"] = "parquet"
    columns: tuple[str, ...] = ("doc_id", "dataset", "record_id", "url", "date", "text")
    file_bytes: int = Field(default=256 * 2**20, ge=2**16)
