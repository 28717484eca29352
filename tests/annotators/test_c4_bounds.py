"""C4's page rules at their bounds: in each dialect what stands at a bound passes, and what is one beyond does not."""

import pyarrow as pa
import pytest

from thresher.annotators.registry import make
from thresher.filters.registry import ruleset

LINE = "One two three four five."
LONG = f"{LINE}\n" * (190_000 // len(f"{LINE}\n") - 1)
AT_A_BOUND = {
    "length": (LONG + "x" * (190_000 - len(LONG)), LONG + "x" * (190_001 - len(LONG))),
    "lorem_ipsum": (f"{LINE}\nOne two lorem-ipsum four five.", f"{LINE}\nOne two Lorem Ipsum four five."),
    "curly_brackets": (f"{LINE}\nOne (two) three four}} five.", f"{LINE}\nOne {{two three four five."),
}
CASES = [
    (name, rule)
    for name in ("c4_v1", "c4_datatrove_v1", "c4_fineweb_v1", "c4_dclm_v1")
    for rule in (rule.name for rule in ruleset(name).rules)
    if rule != "sentences"  # in `test_c4`, since it depends on how sentences are told
]


@pytest.mark.parametrize(("name", "rule"), CASES)
def test_what_stands_at_a_bound_passes(name: str, rule: str) -> None:
    (found,) = [r for r in ruleset(name).rules if r.name == rule]
    annotator, _, field = found.signal.partition(".")
    inside, beyond = make(annotator, {}).measure(pa.array(AT_A_BOUND[rule])).field(field).to_pylist()
    assert [inside] == list(found.bounds().values()) == [found.at_most] and beyond == inside + 1


def test_a_length_is_bounded_where_it_is_published() -> None:
    assert [name for name, rule in CASES if rule == "length"] == ["c4_v1", "c4_dclm_v1"]
