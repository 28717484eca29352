"""The ledger of one document: every rule it failed, what it duplicates, its domain, whether it is released.

Asked by doc_id it reads little: `verdicts`, `duplicates` and `names` are laid out by doc_id, so that a predicate on it
skips all other files and pages. Asked by a URL or a record_id it first reads those columns of all of `names`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from thresher.ask.losses import EXCERPT, Loss, losses
from thresher.ask.names import Document, is_one_of, look_up, named, rows_of
from thresher.ask.placement import Placement, placements
from thresher.ask.rules import require_filtered
from thresher.ask.shown import as_text, beside, html_table, number, one_line, share, visible
from thresher.corpus import Corpus
from thresher.errors import ThresherError
from thresher.location import locate
from thresher.runs import KEPT_BEFORE, Runs
from thresher.tables import BY_MEANING

_MOST = 10  # documents of one URL, or records of one file in quarantine, that are shown


@dataclass(frozen=True)
class Failure:
    """One rule that the document failed; `detail` is the label where the rule is about one, or what else it tells.

    `elsewhere` is the document of another corpus (`matched_corpus`) that it is a copy of, where that is still there.
    """

    recipe: str
    rule: str
    value: float | None
    threshold: float | None
    detail: str | None
    matched_doc: int | None
    matched_corpus: str | None
    run_id: str | None
    elsewhere: Document | None = None

    @property
    def by(self) -> str:
        """The value beside the bound that it crossed, and the detail where the rule tells one."""
        if self.matched_corpus is not None:
            matched = self.elsewhere.name if self.elsewhere else str(self.matched_doc)
            return f"{number(self.value)}, like {matched} in {self.matched_corpus}"
        if self.threshold is None or self.value is None:
            return self.detail or number(self.value)
        crossed = beside(self.value, self.threshold)
        return f"{crossed} ({self.detail})" if self.detail else crossed


@dataclass(frozen=True)
class Membership:
    """The document's place in a cluster of duplicates; `matched` and `keeper` are documents where they are there.

    `rule` says by what the copy that stays was chosen.
    """

    recipe: str
    method: str
    kept: bool
    keeper_id: int | None
    matched_id: int | None
    similarity: float | None
    members: int | None
    keeper: Document | None
    matched: Document | None
    rule: str


@dataclass(frozen=True)
class Entry:
    """One document's story. `released` says whether the newest release holds it, None where there is none."""

    document: Document
    failures: tuple[Failure, ...]
    duplicates: tuple[Membership, ...]
    released: bool | None
    losses: tuple[Loss, ...] = ()
    placements: tuple[Placement, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A record that could not become a document."""

    stage: str
    path: str | None
    offset: int | None
    record_id: str | None
    url: str | None
    error: str


@dataclass(frozen=True)
class Ledger:
    """All that is known of the documents and records that `key` names; of one recipe, or of all where it is None."""

    key: str
    recipe: str | None
    release: str | None
    entries: tuple[Entry, ...]
    quarantined: tuple[Refusal, ...]

    def __str__(self) -> str:
        return as_text(self.__rich__())

    def __rich__(self) -> RenderableType:
        blocks = [part for entry in self.entries for part in _drawn(entry, self.recipe, self.release)]
        if self.quarantined:
            table = Table(title="in quarantine", title_justify="left", box=None, pad_edge=False)
            headers, rows = _refusals(self.quarantined)
            blocks.append(_filled(table, headers, rows))
        return Group(*blocks)

    def _repr_html_(self) -> str:
        parts = []
        for entry in self.entries:
            parts.append(html_table(("", ""), _facts(entry, self.release), entry.document.name))
            for title, (headers, rows) in _sections(entry).items():
                parts.append(html_table(headers, rows, title))
        if self.quarantined:
            parts.append(html_table(*_refusals(self.quarantined), "in quarantine"))
        return f"<div>{''.join(parts)}</div>"


Rows = tuple[Sequence[str], Sequence[Sequence[str]]]


def ledger(corpus: Corpus, runs: Runs, key: str | int, recipe: str | None = None) -> Ledger:
    """The story of the document with this doc_id, record_id or URL, under `recipe` or under all of them.

    Raises `ThresherError` for a recipe that never ran here, and where neither `documents` nor `quarantine` knows the
    key.
    """
    key = str(key).strip()
    if recipe is not None:
        require_filtered(runs, recipe)
    release = next((r for r in reversed(runs.rows) if r.stage == "curate" and recipe in (None, r.recipe)), None)
    name = release.details["release"] if release else None
    doc_id = _as_id(key)
    documents = named(corpus.names, key, _MOST) if doc_id is None else []
    entries = () if documents == [] and doc_id is None else _entries(corpus, runs, documents, doc_id, recipe, name)
    quarantined = _refused(corpus, key) if not entries else ()
    if not entries and not quarantined:
        raise ThresherError(
            f"{corpus.location.root} knows no document or refused record called {key}: give a doc_id, a record_id or "
            "a URL exactly as it stands in `documents`, or the path of an input file"
        )
    return Ledger(key, recipe, name, entries, quarantined)


def _as_id(key: str) -> int | None:
    digits = key.removeprefix("-")
    return int(key) if digits.isascii() and digits.isdigit() and -(2**63) <= int(key) < 2**63 else None


def _entries(
    corpus: Corpus,
    runs: Runs,
    documents: Sequence[Document],
    doc_id: int | None,
    recipe: str | None,
    release: str | None,
) -> tuple[Entry, ...]:
    ids = [document.doc_id for document in documents] or [i for i in (doc_id,) if i is not None]
    verdicts = _of(corpus.verdicts, ids, recipe)
    members = _of(corpus.duplicates, ids, recipe)
    others = {row[column] for row in members for column in ("matched_doc", "keeper")} - {None, *ids}
    batches = {row["batch"] for row in (*verdicts, *members)}
    batches |= {row["batch"] for row in _of(corpus.duplicates, sorted(others), recipe)}
    wanted = {*ids, *others} - {document.doc_id for document in documents}
    # A document without any row in the ledger may lie in any batch.
    known = {row["doc_id"] for row in (*verdicts, *members)}
    anywhere = not documents and not set(ids) <= known
    looked_up = look_up(corpus.names, wanted, None if anywhere else batches)
    if not documents and doc_id is not None and doc_id not in looked_up:
        return _by_record_id(corpus, runs, doc_id, recipe, release)
    names = {**looked_up, **{document.doc_id: document for document in documents}}
    released = _released(corpus, release, [names[i] for i in ids])
    lost = losses(corpus, [names[i] for i in ids], recipe)
    placed = placements(corpus, [names[i] for i in ids], recipe)
    return tuple(
        Entry(
            names[i],
            tuple(failure_of(row, _elsewhere(corpus, row)) for row in verdicts if row["doc_id"] == i),
            tuple(_membership(runs, row, names) for row in members if row["doc_id"] == i),
            None if released is None else i in released,
            tuple(loss for owner, loss in lost if owner == i),
            tuple(place for owner, place in placed if owner == i),
        )
        for i in ids
    )


def _by_record_id(corpus: Corpus, runs: Runs, key: int, recipe: str | None, release: str | None) -> tuple[Entry, ...]:
    """A whole number that is no doc_id may be the record's own id."""
    documents = named(corpus.names, str(key), _MOST)
    return _entries(corpus, runs, documents, None, recipe, release) if documents else ()


def _of(rows: DataFrame, ids: Sequence[int], recipe: str | None) -> list:  # type: ignore[type-arg]
    """The rows of these documents."""
    if not ids:
        return []
    found = rows.where(is_one_of(ids))
    found = found if recipe is None else found.where(F.col("recipe") == recipe)
    order = [column for column in ("recipe", "doc_id", "stage", "rule", "method") if column in rows.columns]
    return found.orderBy(*order).collect()


def _released(corpus: Corpus, release: str | None, documents: Sequence[Document]) -> set[int] | None:
    if release is None:
        return None
    held = rows_of(corpus.table(f"curated/{release}"), documents).select("doc_id").collect()
    return {row["doc_id"] for row in held}


def _refused(corpus: Corpus, key: str) -> tuple[Refusal, ...]:
    in_file = (F.col("path") == key) | F.endswith("path", F.lit(f"/{key}"))
    named = in_file | (F.col("url") == key) | (F.col("record_id") == key)
    columns = ("stage", "path", "offset", "record_id", "url", "error")
    rows = corpus.quarantine.where(named).select(*columns).orderBy("path", "offset").limit(_MOST).collect()
    return tuple(Refusal(**row.asDict()) for row in rows)


def failure_of(row, elsewhere: Document | None = None) -> Failure:  # type: ignore[no-untyped-def]
    """A row of `verdicts` as a value."""
    names = ("recipe", "rule", "value", "threshold", "detail", "matched_doc", "matched_corpus", "run_id")
    return Failure(**{name: row[name] for name in names}, elsewhere=elsewhere)


def _elsewhere(corpus: Corpus, row) -> Document | None:  # type: ignore[no-untyped-def]
    """The document of another corpus that this one was dropped for; none where that corpus is gone."""
    if row["matched_corpus"] is None:
        return None
    there = Corpus(corpus.spark, locate(row["matched_corpus"]))
    return look_up(there.names, [row["matched_doc"]]).get(row["matched_doc"])


def _membership(runs: Runs, row, names: dict[int, Document]) -> Membership:  # type: ignore[no-untyped-def]
    own = {name: row[name] for name in ("recipe", "method", "kept", "similarity", "members")}
    matched = None if row["matched_doc"] is None else names.get(row["matched_doc"])
    return Membership(
        **own,
        keeper_id=row["keeper"],
        matched_id=row["matched_doc"],
        keeper=names.get(row["keeper"]),
        matched=matched,
        rule=_keep_rule(runs, row["recipe"], row["method"]),
    )


def _keep_rule(runs: Runs, recipe: str, method: str) -> str:
    """By what the recipe's last search for copies chose which stays."""
    newest = runs.newest(BY_MEANING if method == BY_MEANING else "dedup", recipe)
    keep = newest.settings.get("keep", ()) if newest and newest.settings else ()
    if keep == "none":
        return "none stays"
    kept_before = newest is not None and newest.details.items() >= KEPT_BEFORE.items()
    first = "what was kept before, then " if kept_before else ""
    return f"{first}first by {', '.join(keep)}"


def _facts(entry: Entry, release: str | None) -> list[tuple[str, str]]:
    document = entry.document
    place = f"{document.path}, position {document.offset}" if document.path else "-"
    held = {None: "there is no release yet", True: f"kept in {release}", False: f"not in {release}"}[entry.released]
    return [
        ("doc_id", str(document.doc_id)),
        ("url", document.url or "-"),
        ("record_id", document.record_id or "-"),
        ("data set", document.dataset or "-"),
        ("from", place),
        ("release", held),
    ]


def _sections(entry: Entry) -> dict[str, Rows]:
    sections: dict[str, Rows] = {}
    if entry.failures:
        rows = [(f.recipe, f.rule, f.by, f.run_id or "") for f in entry.failures]
        sections["rules failed"] = (("recipe", "rule", "value", "run"), rows)
    if entry.duplicates:
        headers = ("recipe", "method", "this copy", "similarity", "matched", "keeper", "cluster size")
        sections["duplicates"] = (headers, [_membership_row(m) for m in entry.duplicates])
        rules = dict.fromkeys((m.recipe, m.rule) for m in entry.duplicates)
        sections["which copy stays"] = (("recipe", "the one"), list(rules))
    if entry.placements:
        columns = ("recipe", "domain", "distance", "next domain", "its distance")
        sections["domain"] = (columns, [_placement_row(place) for place in entry.placements])
    for loss in entry.losses:
        title = f"cut by {loss.recipe}: {loss.spans:,} spans, {share(loss.cut_bytes, loss.of_bytes)} of the text"
        shown = [(number(c.start), number(c.end), c.why, one_line(c.text, EXCERPT)) for c in loss.cuts]
        sections[title] = (("from byte", "to", "because it is", "text"), shown)
    return sections


def _membership_row(m: Membership) -> tuple[str, ...]:
    matched = m.matched.name if m.matched else "-" if m.matched_id is None else str(m.matched_id)
    keeper = m.keeper.name if m.keeper else "itself" if m.kept else "none" if m.keeper_id is None else str(m.keeper_id)
    state = "kept" if m.kept else "dropped"
    return (m.recipe, m.method, state, number(m.similarity), matched, keeper, number(m.members))


def _placement_row(p: Placement) -> tuple[str, ...]:
    if p.distance is None:
        nowhere = "its vector is all zeros, or too long to compare"
        return (p.recipe, f"none: {'it could not be embedded: ' + p.failed if p.failed else nowhere}", "-", "-", "-")
    named = p.domain or "not described yet: regroup has not ended"
    return (p.recipe, named, number(p.distance), p.second or "-", number(p.second_distance))


def _refusals(refused: Sequence[Refusal]) -> Rows:
    rows = [(r.error, r.stage, r.url or r.record_id or "-", r.path or "-", number(r.offset)) for r in refused]
    return ("reason", "stage", "record", "file", "position"), rows


def _drawn(entry: Entry, recipe: str | None, release: str | None) -> list[RenderableType]:
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="dim")
    facts.add_column(overflow="fold")
    for name, value in _facts(entry, release):
        facts.add_row(name, Text(visible(value)))
    blocks: list[RenderableType] = [facts, Text("")]
    sections = _sections(entry)
    for title, (headers, rows) in sections.items():
        blocks += [_filled(Table(title=title, title_justify="left", box=None, pad_edge=False), headers, rows), Text("")]
    if not sections:
        who = "any recipe" if recipe is None else f"recipe {recipe}"
        blocks.append(Text(f"no rule of {who} drops it, and it is in no cluster of duplicates", style="green"))
    return blocks


def _filled(table: Table, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        # Text, not str: rich would take square brackets for markup.
        table.add_row(*(Text(one_line(cell, 400)) for cell in row))
    return table
