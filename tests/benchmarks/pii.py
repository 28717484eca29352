"""Personal data found, beside Presidio's pattern recognisers and datatrove's `PIIFormatter`: how right, how fast.

Right: the 1,500 labelled sentences of `presidio_synth_v2` (Presidio's own generator made them), its e-mail and IP
addresses, phone and card numbers. A span is right where it overlaps a label of its kind; what is exact has the same
start and end. Fast: CPU seconds of this process on generated documents, each tool after a first pass.

Presidio is no dependency of this project: without `pip install presidio-analyzer` its rows are left out.
"""

import gzip
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from datatrove.pipeline.formatters.pii import PIIFormatter
from tests.benchmarks.pairs import arguments, own_cpu, table, timed
from tests.benchmarks.texts import DATA, plan, texts

from thresher.annotators.pii import find_spans
from thresher.kernels import text as shared

Span = tuple[int, int, int, str]  # document, start, end (in characters), kind
Tool = Callable[[Sequence[str]], Iterable[Span]]
KINDS = {"EMAIL_ADDRESS": "e-mail", "IP_ADDRESS": "IP", "PHONE_NUMBER": "phone", "CREDIT_CARD": "card"}
OURS = {"emails": "e-mail", "ipv4": "IP", "ipv6": "IP", "phones": "phone", "cards": "card"}
BYTES = {"thresher": 15_000_000, "datatrove": 3_000_000, "Presidio": 300_000}


def labelled() -> tuple[list[str], set[Span]]:
    """The sentences, and the spans of the four kinds."""
    with gzip.open(DATA.parent / "pii" / "presidio_synth_v2.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    spans = {
        (d, start, end, KINDS[label])
        for d, row in enumerate(rows)
        for start, end, label, _ in row["spans"]
        if label in KINDS
    }
    return [row["text"] for row in rows], spans


def thresher(documents: Sequence[str]) -> Iterator[Span]:
    """The spans of `pii_v1`, but for secrets."""
    shared.forget()
    for row in find_spans(pa.array(documents)).to_pylist():
        encoded = documents[row["document"]].encode()
        start, end = (len(encoded[: row[at]].decode()) for at in ("start", "end"))
        if row["kind"] in OURS:
            yield row["document"], start, end, OURS[row["kind"]]


def datatrove(documents: Sequence[str]) -> Iterator[Span]:
    """What `PIIFormatter` would replace: e-mail and public IPv4 addresses."""
    formatter = PIIFormatter()
    for kind, replacer in (("e-mail", formatter.emails_replacer), ("IP", formatter.ip_replacer)):
        for d, document in enumerate(documents):
            for match in replacer.regex.finditer(document):
                if replacer.validator is None or replacer.validator(match.group()):
                    yield d, *match.span(), kind


def presidio() -> Tool | None:
    """Presidio's recognisers of these kinds, without a language model and so without context words; None if absent."""
    try:
        from presidio_analyzer import predefined_recognizers as known
    except ImportError:
        sys.stderr.write("Presidio is not installed, so its rows are left out: pip install presidio-analyzer\n")
        return None
    recognisers: list[Any] = [
        known.EmailRecognizer(), known.IpRecognizer(), known.PhoneRecognizer(), known.CreditCardRecognizer(),
    ]  # fmt: skip

    def find(documents: Sequence[str]) -> Iterator[Span]:
        for d, document in enumerate(documents):
            for recogniser in recognisers:
                found = recogniser.analyze(document, recogniser.supported_entities, None)
                yield from {(d, r.start, r.end, KINDS[r.entity_type]) for r in found or ()}

    return find


def right(found: Iterable[Span], expected: Iterable[Span]) -> int:
    """How many of the spans found overlap one of the same kind."""
    there: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for d, start, end, kind in expected:
        there.setdefault((d, kind), []).append((start, end))
    return sum(any(start < b and a < end for a, b in there.get((d, kind), ())) for d, start, end, kind in found)


def rows(name: str, found: set[Span], expected: set[Span]) -> Iterator[Sequence[str]]:
    """A row for each kind of which the tool found anything."""
    for kind in KINDS.values():
        ours, labels = ({span for span in spans if span[3] == kind} for spans in (found, expected))
        if ours:
            shares = (right(ours, labels) / len(ours), right(labels, ours) / len(labels))
            exact = len(ours & labels)
            yield (
                *(f"{kind} ({len(labels)})", name, *(f"{share:.3f}" for share in shares)),
                *(f"{exact / len(ours):.3f}", f"{exact / len(labels):.3f}"),
            )


def speed(tool: Tool, size: int, rounds: int) -> tuple[float, float, float]:
    """MB/s of one core on so many bytes of generated documents: the median round, the slowest, the fastest."""
    documents, held = list[str](), 0
    for text in texts(plan(1 + size // 2_000)):
        documents.append(text)
        held += len(text.encode())
        if held >= size:
            break
    list(tool(documents[:10]))
    seconds = sorted(timed(lambda: sum(1 for _ in tool(documents)), own_cpu) for _ in range(rounds))
    return tuple(held / 1e6 / seconds[at] for at in (len(seconds) // 2, -1, 0))  # type: ignore[return-value]


def main() -> None:
    given = arguments(__doc__)
    found = presidio()
    tools: dict[str, Tool] = {"thresher": thresher, "datatrove": datatrove, **({"Presidio": found} if found else {})}
    documents, expected = labelled()
    judged = [row for name, tool in tools.items() for row in rows(name, set(tool(documents)), expected)]
    head = ("kind (labels)", "tool", "precision", "recall", "exact precision", "exact recall")
    table(head, sorted(judged, key=lambda row: list(KINDS.values()).index(row[0].split()[0])))
    measured = []
    for name, tool in tools.items():
        median, least, most = speed(tool, BYTES[name], given.pairs)
        measured.append((name, f"{median:.3g}", f"{least:.3g} to {most:.3g}", f"{BYTES[name] / 1e6:.1f}"))
    table(("tool", "MB/s of one core", "range", "MB of text"), measured)


if __name__ == "__main__":
    main()
