"""How far our FineWeb-2 verdicts and datatrove's agree, language by language: `python -m tests.benchmarks.fineweb_2`.

One line of a Markdown table for each language whose tokenizer is installed, with the rules that differ.
"""

import sys
from collections import Counter
from pathlib import Path

from tests.filters.fineweb_2_oracle import RULES, Verdicts, novels, sentences, verdicts

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def line(code: str, found: Verdicts) -> str:
    """One language's row: documents, equal verdicts in %, documents that either drops and that both drop, rules."""
    differ = Counter(rule for ours, theirs in found for rule in RULES if ours[rule] != theirs[rule])
    pairs = [(any(ours.values()), any(theirs.values())) for ours, theirs in found]
    equal = 100 * (1 - differ.total() / (len(found) * len(RULES)))
    rules = ", ".join(f"{rule} {n}" for rule, n in differ.most_common())
    either, both = sum(a or b for a, b in pairs), sum(a and b for a, b in pairs)
    return f"| {code} | {len(found)} | {equal:.2f} | {either} | {both} | {rules} |"


def main() -> None:
    """Print the table."""
    books = novels(DATA)
    for code, texts in sentences(DATA).items():
        try:
            found = verdicts(code, [*texts, *books.get(code, [])])
        except (ImportError, OSError) as error:
            sys.stdout.write(f"| {code} | not measured: {' '.join(str(error).split())[:80]} |\n")
            continue
        sys.stdout.write(line(code, found) + "\n")


if __name__ == "__main__":
    main()
