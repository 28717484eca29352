"""A corpus that comes in files, some of whose documents are in the next file too, or nearly."""

from pathlib import Path

import orjson

from ..conftest import lines


def deal(data_dir: Path, folder: Path, parts: int) -> list[Path]:
    """Editions of a book and web pages, dealt into so many files of JSON lines."""
    texts = [str(record["text"]) for record in lines(data_dir / "neardup/rustbook.jsonl.gz", 120)]
    texts += [str(record["text"]) for record in lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 40)]
    files = []
    for part in range(parts):
        mine = texts[part::parts]
        before = texts[(part - 1) % parts :: parts]
        mine += [*before[:3], *(text.upper() for text in before[3:5]), *(f"{text} The end." for text in before[5:9])]
        rows = (orjson.dumps({"id": f"{part}/{n}", "text": text}) for n, text in enumerate(mine))
        files.append(folder / f"{part}.jsonl")
        files[-1].write_bytes(b"\n".join(rows))
    return files
