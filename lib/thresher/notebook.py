"""A corpus in a notebook: its tables as DataFrames, and the questions one asks of it."""

from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from thresher.corpus import Corpus
from thresher.errors import ThresherError
from thresher.location import locate
from thresher.recipe import Recipe
from thresher.runs import Runs
from thresher.session import get_session

if TYPE_CHECKING:
    from thresher.ask.audit import Audit
    from thresher.ask.domains import Domains
    from thresher.ask.funnel import Funnel
    from thresher.ask.ledger import Ledger
    from thresher.ask.sample import Sample
    from thresher.ask.what_if import WhatIf


class NotebookCorpus(Corpus):
    """`Corpus` with what is read from several tables at once."""

    def __repr__(self) -> str:
        """Where it is, what it holds, under which recipes, and its newest release."""
        runs = Runs(self)
        newest, batches = runs.newest_release(), runs.batches()
        recipes = runs.recipes()
        parts = [f"{runs.documents(batches):,} documents in {len(batches):,} batch{'es' * (len(batches) != 1)}"]
        parts += [f"recipe{'s' * (len(recipes) != 1)} {', '.join(recipes)}"] if recipes else []
        parts += [f"newest release {newest.details['release']}"] if newest else []
        return f"corpus at {self.location.root}: {'; '.join(parts)}"

    @property
    def signals(self) -> DataFrame:
        """Every measurement: the newest pass of each annotator's column, joined on `doc_id` where there are several."""
        passes = [row.fingerprint for row in reversed(Runs(self).of("annotate", None))]
        tables: list[DataFrame] = []
        seen: set[str] = {"doc_id", "batch", "failed"}
        for fingerprint in dict.fromkeys(passes):
            table = self.table(f"signals/{fingerprint}")
            new = [column for column in table.columns if column not in seen]
            if new:
                tables.append(table.select("doc_id", *(() if tables else ("batch", "failed")), *new))
                seen.update(new)
        if not tables:
            raise ThresherError(f"{self.location.root} has no signals yet: run `thresher annotate`")
        return reduce(lambda left, right: left.join(right, "doc_id", "full"), tables)

    @property
    def curated(self) -> DataFrame:
        """The documents of the newest release."""
        newest = Runs(self).newest_release()
        if newest is None:
            raise ThresherError(f"{self.location.root} has no release yet: run `thresher curate`")
        return self.table(f"curated/{newest.details['release']}")

    def funnel(self, recipe: str | None = None) -> "Funnel":
        """Counts by stage and rule, as a small table and as a picture."""
        from thresher.ask.funnel import funnel

        return funnel(self, Runs(self), self._recipe(recipe))

    def domain_map(self, recipe: str | None = None) -> "Domains":
        """The domains that `regroup` has found, as a map and a table."""
        from thresher.ask.domains import domains

        return domains(self, Runs(self), self._recipe(recipe))

    def sample(self, rule: str, n: int = 5, seed: int = 0, recipe: str | None = None) -> "Sample":
        """Documents that `rule` (`RULESET.RULE`) drops, with the value beside the threshold; another seed, others."""
        from thresher.ask.sample import sample

        return sample(self, self._recipe(recipe), rule, n, seed)

    def what_if(self, *changes: str, recipe: str | None = None) -> "WhatIf":
        """How many documents would pass under other bounds (`"RULESET.RULE.at_least=20"`); from signals alone."""
        from thresher.ask.what_if import what_if

        runs = Runs(self)
        present = self._recipe(recipe, runs)
        return what_if(self, runs, present, present.changed(changes))

    def ledger(self, key: str | int, recipe: str | None = None) -> "Ledger":
        """One document's story, by all recipes or one: the rules it failed, by how much, and what it duplicates."""
        from thresher.ask.ledger import ledger

        return ledger(self, Runs(self), key, recipe)

    def audit_dedup(self, recipe: str | None = None, sample: int = 1000, seed: int = 0, floor: float = 0.3) -> "Audit":
        """Recall and precision of near dedup by true similarity: of `sample` documents beside all; reads the text."""
        from thresher.ask.audit import audit_dedup

        return audit_dedup(self, Runs(self), self._recipe(recipe), sample, seed, floor)

    def _recipe(self, recipe: str | None, runs: Runs | None = None) -> Recipe:
        newest = (runs or Runs(self)).newest_release(recipe)
        if newest is None:
            raise ThresherError(f"{self.location.root} has no release of {recipe or 'any recipe'} yet")
        return Recipe.model_validate_json(newest.details["recipe"])


def open_corpus(corpus: str, spark: SparkSession | None = None) -> NotebookCorpus:
    """The corpus at this folder, URI or catalog schema; raises `ThresherError` where there is none.

    It is opened by reading what was done in it, a session's first table: what Spark and Delta have to load for that is
    loaded before the first question.
    """
    opened = NotebookCorpus(spark or get_session(), locate(corpus))
    if not Runs(opened).rows:
        raise ThresherError(f"there is no corpus at {corpus}: make one with `thresher run RECIPE --input …`")
    return opened
