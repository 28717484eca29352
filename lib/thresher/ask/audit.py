"""How good near deduplication was: recall and precision by true similarity, of a sample beside the whole corpus.

Writes nothing. Where the signals, the rules or the dedup of a recipe have changed since it ran, that is an error, for
what it found would be measured against what it was never asked.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from thresher.ask.copies import gone_before_minhash
from thresher.ask.interval import share_within, wilson
from thresher.ask.measured import signals
from thresher.ask.shown import as_text, html_table, share
from thresher.corpus import Corpus
from thresher.dedup.audit import BINS, Cell, Drawn, cells, draw, mates, true_pairs
from thresher.dedup.banding import Banding
from thresher.dedup.minhash import signatures_of
from thresher.dedup.verify import Shingler, shingler
from thresher.errors import ThresherError, UsageError
from thresher.filters.judge import bounded, passes
from thresher.recipe import Recipe
from thresher.runs import Runs

SAMPLE, FLOOR = 1000, 0.3
MOST = 20_000  # documents of a sample: their shingles go to every task
_COLUMNS = ("similarity", "pairs", "met in a band", "by theory", "in one cluster", "cluster mates so alike or more")
_NOTE = (
    "Each pair once; the last column is of all pairs within one cluster. In brackets Wilson's 95 % intervals, as of "
    "independent pairs: those of one large cluster are not, and what is said of them is less sure."
)


@dataclass(frozen=True)
class Audit:
    """What a sample's pairs say of a recipe's near deduplication.

    `sample` of the `compared` documents were drawn by `seed`; `cells` count their pairs that are alike by `floor` or
    more, by bin. `mates` are their pairs within one cluster, however alike. `shingles` says what was compared.
    """

    recipe: str
    banding: Banding
    shingles: str
    compared: int
    read: int
    sample: int
    seed: int
    floor: float
    mates: int
    cells: tuple[Cell, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a bin, from the floor on: `from`, `to`, `pairs`, and rates (0 to 1, with `_low` and `_high`).

        `met` and `together` are shares of the pairs (recall), `theory` is what the banding promises of them, and
        `precision` the share of all cluster mates that are alike by `from` or more. A rate of nothing is NaN.
        """
        rows = []
        for cell, low, high, alike in self._bins():
            theory = cell.expected / cell.pairs if cell.pairs else float("nan")
            row = {"from": low, "to": high, "pairs": cell.pairs, "theory": theory}
            for name, part, whole in (
                ("met", cell.met, cell.pairs),
                ("together", cell.together, cell.pairs),
                ("precision", alike, self.mates),
            ):
                row[name] = part / whole if whole else float("nan")
                row[f"{name}_low"], row[f"{name}_high"] = wilson(part, whole)
            rows.append(row)
        return pd.DataFrame(rows)

    @property
    def below(self) -> int:
        """Pairs within one cluster that are less alike than the floor."""
        return self.mates - sum(cell.together for cell in self.cells)

    def __str__(self) -> str:
        return as_text(self.__rich__())

    def __rich__(self) -> RenderableType:
        table = Table(box=None, pad_edge=False)
        table.add_column(_COLUMNS[0])
        for column in _COLUMNS[1:]:
            table.add_column(column, justify="right")
        for row in self._rows():
            table.add_row(*row, style="dim" if row[1] in ("-", "0") else "")
        title = Text.assemble((self._title, "bold"), f"\n{self._sampled}")
        return Group(title, Text(""), table, Text(""), Text(_NOTE, style="dim"))

    def _repr_html_(self) -> str:
        return html_table(_COLUMNS, self._rows(), f"{self._title}. {self._sampled} {_NOTE}")

    @property
    def _title(self) -> str:
        bands, rows = self.banding
        half = self.banding.threshold
        return f"Near duplicates of {self.recipe}: {bands} bands of {rows}, where half of the pairs meet at {half:.2f}"

    @property
    def _sampled(self) -> str:
        return (
            f"Sampled {self.sample:,} of {self.compared:,} documents that MinHash compared, by a hash (seed "
            f"{self.seed}), and read the texts of all {self.read:,}: pairs alike by {self.floor:g} or more in their "
            f"{self.shingles}."
        )

    def _bins(self) -> Iterator[tuple[Cell, float, float, int]]:
        """Each bin from the floor to 1 with its two ends, and the cluster mates so alike or more."""
        counted = {cell.number: cell for cell in self.cells}
        for number in range(int(self.floor * BINS), BINS + 1):
            alike = sum(cell.together for cell in self.cells if cell.number >= number)
            low, high = max(self.floor, number / BINS), min(1.0, (number + 1) / BINS)
            if low < high or number == BINS:
                yield counted.get(number, Cell(number)), low, high, alike

    def _rows(self) -> list[tuple[str, ...]]:
        below = (f"below {self.floor:g}", "-", "-", "-", f"{self.below:,}", share(self.mates, self.mates))
        rows: list[tuple[str, ...]] = [below]
        for cell, low, high, alike in self._bins():
            rows.append(
                (
                    f"{low:.2f} to {high:.2f}" if low < high else "1.00",
                    f"{cell.pairs:,}",
                    share_within(cell.met, cell.pairs),
                    f"{100 * cell.expected / cell.pairs:.1f} %" if cell.pairs else "-",
                    share_within(cell.together, cell.pairs),
                    share_within(alike, self.mates),
                )
            )
        return rows


def audit_dedup(
    corpus: Corpus, runs: Runs, recipe: Recipe, sample: int = SAMPLE, seed: int = 0, floor: float = FLOOR
) -> Audit:
    """Recall and precision of the recipe's near duplicates, by the true similarity of a sample's pairs.

    A hash of `seed` and the id draws `sample` documents (1 to 20,000) of those that MinHash compared: those that pass
    the filter, are no identical copies of others and are long enough. Their neighbours are all others of these whose
    sets of shingles have a Jaccard similarity of `floor` (above 0, at most 1) or more. Texts are scanned once for the
    sample's and read once for the pairs.

    Raises `UsageError` for a recipe without MinHash and a wrong number, `ThresherError` where the recipe's dedup has
    not run on the corpus as it is.
    """
    _check(recipe, sample, floor)
    _require_deduplicated(runs, recipe)
    mine = corpus.duplicates.where(F.col("recipe") == recipe.name)
    signatures, clusters = _compared(corpus, runs, recipe, mine), mine.where("method = 'minhash'")
    texts, shingles = corpus.documents.select("doc_id", "text"), _shingles(recipe)
    drawn = draw(signatures, clusters, texts, shingles, sample, seed)
    found: list[Cell] = []
    if drawn:
        pairs = true_pairs(texts, drawn, shingles, floor)
        found = cells(pairs, drawn, signatures, clusters, recipe.banding, recipe.value_bytes)
    return _answer(runs, recipe, drawn, found, signatures.count(), seed, floor)


def require_minhash(recipe: Recipe) -> None:
    """Raises `UsageError` where the recipe seeks no near duplicates."""
    if recipe.dedup is None or recipe.dedup.minhash is None:
        raise UsageError(f"recipe {recipe.name} has no dedup.minhash: there are no near duplicates to audit")


def _answer(
    runs: Runs, recipe: Recipe, drawn: list[Drawn], found: list[Cell], compared: int, seed: int, floor: float
) -> Audit:
    return Audit(
        recipe=recipe.name,
        banding=recipe.banding,
        shingles=_runs(recipe),
        compared=compared,
        read=runs.documents(runs.batches()),
        sample=len(drawn),
        seed=seed,
        floor=floor,
        mates=mates(drawn),
        cells=tuple(found),
    )


def _runs(recipe: Recipe) -> str:
    """What the recipe's shingles are, in words."""
    settings = recipe.shingling
    if settings["unit"] == "characters":
        return f"runs of {settings['ngram']} characters"
    return f"runs of {settings['ngram']} words{' between white space' * (settings['words'] == 'whitespace')}"


def _compared(corpus: Corpus, runs: Runs, recipe: Recipe, duplicates: DataFrame) -> DataFrame:
    """`doc_id` and `signature` of the documents among which near duplicates were sought."""
    needed = {annotator for rules in recipe.rulesets for annotator in rules.annotators}
    measured = bounded(signals(corpus, runs, recipe, needed | {"minhash_v1"}), recipe.rulesets)
    gone = gone_before_minhash(duplicates, corpus.verdicts.where(F.col("recipe") == recipe.name))
    return signatures_of(measured.where(passes(recipe.rulesets)).join(gone, "doc_id", "left_anti"))


def _shingles(recipe: Recipe) -> Shingler:
    """From texts to sets of shingles as the recipe's signatures are of: of the text as it came, or after its edits."""
    edits = recipe.edits_before("minhash_v1")
    settings = recipe.shingling
    return shingler(settings["ngram"], settings["words"], edits, settings["unit"])


def _check(recipe: Recipe, sample: int, floor: float) -> None:
    require_minhash(recipe)
    if not 1 <= sample <= MOST:
        raise UsageError(f"the sample is {sample:,} documents, but must be 1 to {MOST:,}")
    if not 0 < floor <= 1:
        raise UsageError(f"the floor is a similarity of {floor:g}, but must be above 0 and at most 1")


def _require_deduplicated(runs: Runs, recipe: Recipe) -> None:
    """Raises `ThresherError` where `duplicates` does not hold what this very recipe finds in the corpus as it is."""
    newest, judged = runs.newest("dedup", recipe.name), runs.newest("filter", recipe.name)
    again = f"run `thresher run {recipe.name} --corpus …` first"
    if newest is None or recipe.dedup is None:
        raise ThresherError(f"the dedup of recipe {recipe.name} has not run on this corpus: {again}")
    rules = {rules.name: [asdict(rule) for rule in rules.rules] for rules in recipe.rulesets}
    same = newest.settings == recipe.dedup.model_dump(mode="json")
    if not same or judged is None or judged.settings != json.loads(json.dumps(rules)):
        raise ThresherError(f"the dedup of recipe {recipe.name} ran under other settings: give the same, or {again}")
    if newest.inputs != runs.inputs_digest():
        raise ThresherError(f"there are new input files since the dedup of recipe {recipe.name}: {again}")
