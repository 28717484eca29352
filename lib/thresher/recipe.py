"""A recipe: one YAML file that says which signals, rules and copies make a corpus, checked before Spark starts.

`read_recipe` turns a name or a path into checked settings. What is wrong is told in one line that names the file, the
key and the nearest right name.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from thresher.annotators.base import Annotator
from thresher.annotators.edited import after
from thresher.annotators.order import in_order
from thresher.annotators.registry import ANNOTATORS, kind_of, make, settings_model
from thresher.dedup.banding import Banding, banding_for
from thresher.dedup.identity import IDENTITIES
from thresher.embed.embedder import Embedder
from thresher.errors import UsageError
from thresher.filters.by_language import ANNOTATOR as LANGUAGE
from thresher.filters.by_language import LABEL, checked_bound, with_bounds
from thresher.filters.registry import BOUNDS, RULESETS, ruleset
from thresher.filters.rule import INSIDE, Rule, RuleSet
from thresher.language.fasttext_model import labels
from thresher.recipe_messages import one_line, require, unknown
from thresher.recipe_sections import (
    DedupSettings,
    EmbedSettings,
    ExportSettings,
    LineSettings,
    MinHashSettings,
    OwnRule,
    RegroupSettings,
    SemanticSettings,
    Settings,
)

Bounds = dict[str, Any]


class Recipe(Settings):
    """All settings of one recipe."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    description: str = ""
    annotate: dict[str, dict[str, Any]]
    edit: tuple[str, ...] = ()
    filter: dict[str, dict[str, Bounds]] = Field(default_factory=dict)
    rules: dict[str, dict[str, OwnRule]] = Field(default_factory=dict)
    dedup: DedupSettings | None = DedupSettings()
    embed: EmbedSettings | None = None
    regroup: RegroupSettings | None = None
    semantic: SemanticSettings | None = None
    lines: LineSettings | None = None
    export: ExportSettings = ExportSettings()

    @field_validator("annotate", "filter", mode="before")
    @classmethod
    def _names_alone_are_enough(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: {} if settings is None else settings for name, settings in value.items()}
        return value

    @field_validator("annotate")
    @classmethod
    def _known_annotators(cls, value: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name, settings in value.items():
            if not isinstance(settings.get("edited", False), bool | str):
                raise ValueError(f"{name}.edited is true, false or the name of an edit, not {settings['edited']!r}")
            kind, own = kind_of(name, _own(settings))
            if ":" not in kind:
                require(kind, ANNOTATORS, "annotator")
            if kind != name:
                _require_own_name(name)
            try:
                settings_model(kind)(**own)
            except ValidationError as error:
                raise ValueError(f"{name}.{one_line(error, settings_model(kind))}") from error
        return value

    @field_validator("filter")
    @classmethod
    def _known_rules(cls, value: dict[str, dict[str, Bounds]]) -> dict[str, dict[str, Bounds]]:
        for name, overrides in value.items():
            require(name, RULESETS, "rule set")
            rules = {rule.name: rule for rule in ruleset(name).rules}
            for rule, bounds in overrides.items():
                require(rule, rules, f"rule of {name}")
                overrides[rule] = {kind: _checked_bound(name, rules[rule], kind, b) for kind, b in bounds.items()}
        return value

    @model_validator(mode="after")
    def _edits_are_annotators_that_edit(self) -> "Recipe":
        for name in self.edit:
            if name not in self.annotate:
                raise ValueError(f"annotate lacks {name}, which edit names: add it there")
            if make(name, _own(self.annotate[name])).edit is None:
                raise ValueError(f"edit: {name} measures a text and leaves it as it is")
        if "repair_v1" in [kind_of(name, self.annotate[name])[0] for name in self.edit[:-1]]:
            raise ValueError("edit: repair_v1 comes last, for the other edits' rules were made for text as it is found")
        after = [name for name, settings in self.annotate.items() if settings.get("edited")]
        if after and not self.edit:
            raise ValueError(f"annotate.{after[0]}.edited: the recipe has no edit after which to measure")
        for name in after:
            self.edits_before(name)
            if make(name, _own(self.annotate[name])).inputs[:1] != ("text",):
                raise ValueError(f"annotate.{name}.edited: {name} does not measure text, which is what edits change")
        return self

    @model_validator(mode="after")
    def _signals_are_measured(self) -> "Recipe":
        needed = {a for rules in self.rulesets for a in rules.annotators}
        if self.dedup is not None:
            needed |= {key.split(".")[0] for key in self.dedup.keep_keys if "." in key}
            needed |= {IDENTITIES[method] for method in self.dedup.identities}
            needed |= {"minhash_v1"} if self.dedup.minhash else set()
        if self.semantic is not None:
            needed |= {key.split(".")[0] for key in self.semantic.keep_keys if "." in key}
        # A user's own annotator is asked for its name; making the others may look for models and lists.
        have = {make(key, _own(own)).name if ":" in key else key for key, own in self.annotate.items()}
        missing = sorted(needed - have)
        if missing:
            needs = "filter, rules, dedup or semantic need"
            raise ValueError(f"annotate lacks {', '.join(missing)}, which {needs}: add it there")
        return self

    @model_validator(mode="after")
    def _inputs_are_measured(self) -> "Recipe":
        have = {annotator.name for annotator in self.annotators}
        for annotator in self.annotators:
            missing = sorted(set(annotator.inputs) & set(ANNOTATORS) - have)
            if missing:
                raise ValueError(f"annotate lacks {missing[0]}, which {annotator.name} needs: add it there")
        return self

    @model_validator(mode="after")
    def _languages_are_labels(self) -> "Recipe":
        tables = [table for rules in self.rulesets for table in rules.tables if table.key == LABEL]
        for label in sorted({label for table in tables for label in table.rows}):
            (model,) = next(annotator.files for annotator in self.annotators if annotator.name == LANGUAGE)
            if label not in (known := labels(model)):
                raise ValueError(f"{LANGUAGE}'s model knows no language {label}; it has {', '.join(known[:30])} …")
        return self

    @field_validator("rules")
    @classmethod
    def _own_names(cls, value: dict[str, dict[str, OwnRule]]) -> dict[str, dict[str, OwnRule]]:
        for name in [*value, *(rule for rules in value.values() for rule in rules)]:
            if name in RULESETS or not name.isidentifier():
                raise ValueError(f"{name}: give your rules a name of letters and digits that no published rule set has")
        return value

    @model_validator(mode="after")
    def _own_rules_have_their_signals(self) -> "Recipe":
        fields = [f"{annotator.name}.{field.name}" for annotator in self.annotators for field in annotator.fields]
        for name, rules in self.rules.items():
            for rule, bounds in rules.items():
                for signal in filter(None, (bounds.signal, bounds.detail)):
                    if signal not in fields:
                        raise ValueError(f"rules.{name}.{rule}: {unknown(signal, fields, 'signal of this recipe')}")
        return self

    @model_validator(mode="after")
    def _domains_have_vectors(self) -> "Recipe":
        if self.regroup is not None and self.embed is None:
            raise ValueError("regroup needs vectors: add `embed: {model: wordllama}`, or another model")
        if self.semantic is not None and self.regroup is None:
            raise ValueError("semantic compares documents within domains: add `regroup: {}`")
        if self.semantic is not None and self.regroup is not None and not self.regroup.spherical:
            raise ValueError("semantic compares directions: it needs `regroup: {metric: cosine}`")
        return self

    @model_validator(mode="after")
    def _bands_fit_the_signature(self) -> "Recipe":
        if self.dedup is not None and self.dedup.minhash is not None:
            bands, rows = self.banding
            if bands * rows > self._permutations:
                raise ValueError(
                    f"dedup.minhash needs bands x rows = {bands * rows} permutations, annotate makes "
                    f"{self._permutations}"
                )
        return self

    @property
    def _permutations(self) -> int:
        return int(self.shingling["permutations"])

    @property
    def shingling(self) -> dict[str, Any]:
        """The settings of `minhash_v1`: `ngram`, `words`, `unit`, `bits` and the others."""
        _, own = kind_of("minhash_v1", _own(self.annotate["minhash_v1"]))
        return settings_model("minhash_v1")(**own).model_dump()

    @property
    def value_bytes(self) -> int:
        """The bytes of one value of a signature, 4 or 8; 4 where the recipe makes none."""
        return int(self.shingling["bits"]) // 8 if "minhash_v1" in self.annotate else 4

    @cached_property
    def banding(self) -> Banding:
        """How dedup cuts a signature into bands, as given or chosen for the threshold that is given."""
        given = (self.dedup.minhash if self.dedup else None) or MinHashSettings()
        if given.threshold is not None:
            return banding_for(given.threshold, self._permutations)
        return Banding(given.bands, given.rows) if given.bands and given.rows else Banding(14, 8)

    @cached_property
    def rulesets(self) -> tuple[RuleSet, ...]:
        """The recipe's rule sets, under its own bounds, and then its own rules."""
        published = (ruleset(name, overrides, self.annotate) for name, overrides in self.filter.items())
        return (*published, *(_own_rules(name, rules) for name, rules in self.rules.items()))

    @cached_property
    def annotators(self) -> tuple[Annotator, ...]:
        """The recipe's annotators, ready to measure (models are found, not loaded)."""
        made = {name: make(name, _own(settings)) for name, settings in self.annotate.items()}
        edits = {name: self.edits_before(name) for name in made}
        return in_order([after(edits[name], a) if edits[name] else a for name, a in made.items()])

    @cached_property
    def edits(self) -> tuple[Annotator, ...]:
        """The annotators whose edits the exported text has been through, in order."""
        return tuple(make(name, _own(self.annotate[name])) for name in self.edit)

    def edits_before(self, name: str) -> tuple[Annotator, ...]:
        """The edits after which an annotator measures: all, those up to the one that `edited` names, or none."""
        last = self.annotate[name].get("edited", False)
        if isinstance(last, str):
            if last not in self.edit:
                raise ValueError(f"annotate.{name}.edited: {unknown(last, self.edit, 'edit of this recipe')}")
            return self.edits[: self.edit.index(last) + 1]
        return self.edits if last else ()

    @cached_property
    def embedder(self) -> Embedder | None:
        """By what the recipe embeds documents; the model's files are not looked for yet."""
        return Embedder(**self.embed.model_dump(exclude={"of"})) if self.embed else None

    def changed(self, changes: Sequence[str]) -> "Recipe":
        """The recipe with `changes` such as `dedup.minhash.bands=9` made; raises `UsageError` for a wrong one."""
        return _checked(self.model_dump(mode="json"), changes, f"recipe {self.name}")


def read_recipe(recipe: str, changes: Sequence[str] = ()) -> Recipe:
    """The recipe of this name (one that ships) or path, with `changes` such as `dedup.minhash.bands=9` made to it.

    Raises `UsageError`, one line, where a file, a key or a value is wrong.
    """
    path = _find(recipe)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: the recipe cannot be read ({error.strerror})") from error
    except yaml.MarkedYAMLError as error:
        raise UsageError(f"{path}{_place(error)}: {error.problem}; look for a bracket, colon or indent") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise UsageError(f"{path}: a recipe is a mapping of settings, this is {type(content).__name__}")
    return _checked(content, changes, str(path))


def _place(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    return f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _checked(content: dict[str, Any], changes: Sequence[str], where: str) -> Recipe:
    for change in changes:
        _change(content, change)
    if (place := _unquoted(content)) is not None:
        raise UsageError(
            f"{where}: {place or 'a key'}: YAML takes no, yes, off and on for false and true; write 'no' in quotes"
        )
    try:
        return Recipe(**content)
    except ValidationError as error:
        raise UsageError(f"{where}: {one_line(error, Recipe)}") from error
    except UsageError as error:  # an annotator's
        raise UsageError(f"{where}: {error}") from error


def _unquoted(content: Any) -> str | None:
    """Where a key, or one of several values, is true or false: a language's label without quotes."""
    items = content.items() if isinstance(content, dict) else ()
    if any(isinstance(part, bool) for part in (content if isinstance(content, dict | list) else ())):
        return ""
    found = ((key, _unquoted(value)) for key, value in items)
    return next((f"{key}.{place}".rstrip(".") for key, place in found if place is not None), None)


def shipped_recipes() -> list[str]:
    """The names of the recipes that ship with thresher."""
    return sorted(Path(str(path)).stem for path in files("thresher_conf").joinpath("recipes").iterdir())


def _find(recipe: str) -> Path:
    if recipe.endswith((".yaml", ".yml")) or "/" in recipe:
        return Path(recipe)
    _require_recipe(recipe)
    return Path(str(files("thresher_conf").joinpath("recipes", f"{recipe}.yaml")))


def _require_recipe(recipe: str) -> None:
    known = shipped_recipes()
    if recipe not in known:
        raise UsageError(f"{unknown(recipe, known, 'recipe')} (or give a path that ends in .yaml)")


def _own_rules(name: str, rules: Mapping[str, OwnRule]) -> RuleSet:
    made = tuple(Rule(rule, bounds.signal, detail=bounds.detail) for rule, bounds in rules.items())
    bare = RuleSet(name, made, tuple(dict.fromkeys(rule.signal.split(".")[0] for rule in made)))
    return with_bounds(bare, {rule: bounds.model_dump(include=set(BOUNDS)) for rule, bounds in rules.items()})


def _checked_bound(name: str, rule: Rule, kind: str, bound: Any) -> Any:
    require(kind, BOUNDS, f"bound of {name}.{rule.name}")
    kinds = [known for known in BOUNDS if (known in INSIDE) != bool(rule.one_of or rule.none_of)]
    if kind not in kinds:
        raise ValueError(f"{name}.{rule.name} is bounded by {', '.join(kinds)}, not by {kind}")
    try:
        return checked_bound(kind, bound)
    except ValueError as error:
        raise ValueError(f"{name}.{rule.name}.{kind} {error} (got {bound!r})") from error


def _own(settings: Mapping[str, Any]) -> dict[str, Any]:
    """An annotator's own settings: less `edited`, which says what text it measures and any may have."""
    return {key: value for key, value in settings.items() if key != "edited"}


def _require_own_name(name: str) -> None:
    """A column name that a recipe gives to an annotator: it must not read as another thing."""
    taken = (*ANNOTATORS, *Recipe.model_fields, "doc_id", "batch", "failed")
    if name in taken or not name.isidentifier():
        raise ValueError(f"{name}: give it a name of letters and digits that no annotator, setting or column has")


def _change(content: dict[str, Any], change: str) -> None:
    """Carry out one `--set a.b=value`; a rule set's or an annotator's name may come first."""
    key, equals, value = change.partition("=")
    if not equals or not key:
        raise UsageError(f"--set {change}: write it as key.key=value")
    parts = key.split(".")
    if parts[0] in RULESETS and parts[0] in content.get("filter", {}):
        parts.insert(0, "filter")
    elif parts[0] in ANNOTATORS or parts[0] in (content.get("annotate") or {}):
        parts.insert(0, "annotate")
    place = content
    for part in parts[:-1]:
        if place.get(part) is None:
            place[part] = {}
        place = place[part]
        if not isinstance(place, dict):
            raise UsageError(
                f"--set {change}: {part} is {place!r}, which holds no settings; give {part}={{…}} as a whole"
            )
    try:
        place[parts[-1]] = yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise UsageError(f"--set {change}: the value cannot be read: {' '.join(str(error).split())}") from error
