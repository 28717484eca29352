"""The filter chain beside datatrove's, on one core each: Gopher repetition, Gopher quality, C4, FineWeb quality.

Ours: the annotators `repetition_v1`, `gopher_v1`, `c4_datatrove_v1`, `fineweb_v1` on Arrow arrays in memory, and then
every rule of the four rule sets on what they measured, in pyarrow. Theirs: `GopherRepetitionFilter`,
`GopherQualityFilter`, `C4QualityFilter` and `FineWebQualityFilter` with their defaults, `.filter(document)` on
`Document`s in memory, each filter only on what the one before it keeps, as its pipeline does. Both warm (kernels
compiled, spaCy loaded), CPU seconds of this process, the same documents; ours goes over them several times, because
once is too short to time.
"""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)
from tests.benchmarks.kernels import measure
from tests.benchmarks.pairs import Ratio, alternate, arguments, own_cpu, table
from tests.benchmarks.texts import DOCUMENTS, plan, texts

from thresher.annotators.base import Annotator
from thresher.annotators.registry import make
from thresher.filters.registry import ruleset
from thresher.filters.rule import Rule
from thresher.kernels import text as shared

NAMES = ("gopher_repetition_v1", "gopher_quality_v1", "c4_datatrove_v1", "fineweb_quality_v1")
RULESETS = tuple(ruleset(name) for name in NAMES)
NEEDED = {name for rules in RULESETS for name in rules.annotators}
SHARE = {"tiny": 1, "small": 10, "full": 100}  # of the documents: theirs takes 10 s for 3 MB
TIMES = 20


def annotators() -> tuple[Annotator, ...]:
    """Those that the rule sets need."""
    return tuple(make(name, {}) for name in sorted(NEEDED))


def broken(rule: Rule, value: pa.Array) -> pa.Array:
    """Whether each document breaks the rule, as `Rule.broken` says it to Spark."""
    bounds = (("at_least", pc.less), ("at_most", pc.greater), ("above", pc.less_equal), ("below", pc.greater_equal))
    outside = [crosses(value, getattr(rule, name)) for name, crosses in bounds if getattr(rule, name) is not None]
    found = outside[0]
    for more in outside[1:]:
        found = pc.or_(found, more)
    return found


def ours(array: pa.Array, chosen: Iterable[Annotator]) -> int:
    """How many rules the documents break in all."""
    shared.forget()
    signals = {a.name: a.measure(array) for a in chosen}
    columns = {f"{name}.{field.name}": rows.field(field.name) for name, rows in signals.items() for field in rows.type}
    return sum(pc.sum(broken(rule, columns[rule.signal])).as_py() or 0 for rules in RULESETS for rule in rules.rules)


def theirs(documents: Iterable[Document]) -> int:
    """How many documents the chain keeps."""
    chain = (GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter(), FineWebQualityFilter())
    fresh = [Document(document.text, document.id) for document in documents]  # C4's filter cuts the text it is given
    return sum(all(step.filter(document) is True for step in chain) for document in fresh)


def main() -> None:
    given = arguments(__doc__)
    count = DOCUMENTS[given.scale] // SHARE[given.scale]
    known = list(texts(plan(count)))
    array, documents = pa.array(known), [Document(text, str(n)) for n, text in enumerate(known)]
    chosen = annotators()
    measure(chosen, [array])
    kept = theirs(documents[:20])
    ratio = alternate(
        lambda: theirs(documents), lambda: [ours(array, chosen) for _ in range(TIMES)], given.pairs, own_cpu
    )
    per_pass = Ratio(ratio.first, tuple(seconds / TIMES for seconds in ratio.second))
    megabytes = array.nbytes / 1e6
    speeds = [f"{megabytes / min(side):.2f}" for side in (per_pass.first, per_pass.second)]
    table(
        ("documents", "MB", "datatrove MB/s/core", "thresher MB/s/core", "times as fast", "of the first 20 it keeps"),
        [(f"{count:,}", f"{megabytes:.1f}", *speeds, per_pass.of(), str(kept))],
    )


if __name__ == "__main__":
    main()
