"""How well the HTML parsers find a page's text: F1 over bags of words against gold text, mean per page.

    python tests/benchmarks/html_f1.py [FOLDER]

FOLDER holds `dev/html/*.html.gz` and `gold.jsonl.gz` (WCXB: real pages of seven types with their full text). Words
are `\\w+`, lower-cased; a page's F1 is 2·|found ∩ gold| / (|found| + |gold|) over multisets, 0 where nothing was found.
"""

import gzip
import json
import re
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from statistics import mean

from thresher.ingest.html import HtmlParser, ParseError
from thresher.ingest.settings import IngestSettings

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "web" / "wcxb"


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def f1(found: str, gold: str) -> float:
    bags = words(found), words(gold)
    total = bags[0].total() + bags[1].total()
    return 2 * (bags[0] & bags[1]).total() / total if total else 1.0


def scores(folder: Path, parser: str) -> dict[str, list[float]]:
    """F1 of every page, by page type."""
    process = HtmlParser(IngestSettings(html_parser=parser, parser_seconds=60))
    by_type: dict[str, list[float]] = defaultdict(list)
    for line in gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8"):
        page = json.loads(line)
        process.send(gzip.decompress((folder / page["html"]).read_bytes()), None)
        try:
            found = process.receive().decode()
        except ParseError:
            found = ""
        by_type[page["label"]].append(f1(found, page["text"]))
    process.close()
    return by_type


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    results, seconds = {}, {}
    for parser in ("resiliparse", "trafilatura"):
        start = time.perf_counter()
        results[parser] = scores(folder, parser)
        seconds[parser] = time.perf_counter() - start
    rows = [("page type", "pages", *results)]
    for kind in sorted(results["resiliparse"]):
        found = [results[parser][kind] for parser in results]
        rows.append((kind, str(len(found[0])), *(f"{mean(values):.3f}" for values in found)))
    every = [[score for values in by_type.values() for score in values] for by_type in results.values()]
    rows.append(("all", str(len(every[0])), *(f"{mean(values):.3f}" for values in every)))
    rows.append(("pages a second", "", *(f"{len(every[0]) / seconds[parser]:.0f}" for parser in results)))
    sys.stdout.write("\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n")


if __name__ == "__main__":
    main()
