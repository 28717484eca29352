"""The tables of a corpus: their columns, how they are partitioned, which columns carry statistics.

This is DESIGN's list of tables as data. `corpus.py` reads and writes them; nothing else knows a table's schema.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """One kind of table: `schema` and `partitions` in Spark's terms, `statistics` columns to skip files by.

    `sorted_by` is the column by whose ranges the rows are laid out, for tables in which one document is looked up.
    `append_only` tables take a row a commit; the others replace whole partitions.
    """

    name: str
    schema: str
    partitions: tuple[str, ...] = ()
    statistics: tuple[str, ...] = ()
    sorted_by: str | None = None


INPUTS = Table(
    "inputs",
    "batch int, path string, name string, size long, modified long, kind string, dataset string",
    partitions=("batch",),
    statistics=("path",),
)
DOCUMENTS = Table(
    "documents",
    "doc_id long, batch int, dataset string, record_id string, path string, offset long, url string, "
    "date timestamp, text string, meta map<string,string>",
    partitions=("batch",),
    statistics=("doc_id", "dataset", "date"),
)
NAMES = Table(
    "names",
    "doc_id long, batch int, dataset string, record_id string, path string, offset long, url string, date timestamp",
    partitions=("batch",),
    statistics=("doc_id",),
    sorted_by="doc_id",
)
QUARANTINE = Table(
    "quarantine",
    "stage string, batch int, path string, offset long, record_id string, url string, error string, raw binary",
    partitions=("stage", "batch"),
    statistics=("path",),
)
VERDICTS = Table(
    "verdicts",
    "recipe string, stage string, batch int, doc_id long, rule string, value double, threshold double, "
    "detail string, matched_doc long, matched_corpus string, run_id string",
    partitions=("recipe", "stage", "batch"),
    statistics=("doc_id", "rule"),
    sorted_by="doc_id",
)
DUPLICATES = Table(
    "duplicates",
    "recipe string, method string, doc_id long, batch int, cluster_id long, kept boolean, keeper long, "
    "matched_doc long, similarity double, members long, run_id string",
    partitions=("recipe", "method"),
    statistics=("doc_id", "cluster_id"),
    sorted_by="doc_id",
)
# The method of the stage `semantic`; dedup's own methods are url, exact and minhash.
BY_MEANING = "semantic"
# Of every document that a method compares, by what others can meet it there: a new batch is looked up in it.
BANDS = Table(
    "bands",
    "recipe string, method string, batch int, key long, check long, doc_id long",
    partitions=("recipe", "method", "batch"),
)
EDITS = Table(
    "edits",
    "recipe string, stage string, batch int, doc_id long, start long, end long, reason string, unit long, "
    "documents long, document_bytes long, run_id string",
    partitions=("recipe", "stage"),
    statistics=("doc_id", "unit"),
    sorted_by="doc_id",
)
# By model: `model` names what the vectors depend on (`Embedder.name`). Of `vector` (float32) and `packed` (half
# precision, `domains.vectors`) a model fills one; of a document that it cannot take none, and `failed` says why.
EMBEDDINGS = Table(
    "embeddings",
    "doc_id long, batch int, vector array<float>, packed binary, failed string, model string",
    partitions=("model", "batch"),
    statistics=("doc_id",),
)
# `domain_id` is null for a vector that has no place among the others: not finite, of length 0, or none at all.
DOMAINS = Table(
    "domains",
    "recipe string, batch int, doc_id long, domain_id int, distance double, second_domain int, second_distance double, "
    "run_id string",
    partitions=("recipe", "batch"),
    statistics=("doc_id", "domain_id"),
    sorted_by="doc_id",
)
# What each column holds is told in `domains.cards`. The centroids are what later batches are placed by; `parent` is a
# domain's group where there are so many that they are in two levels (`domains.tree`).
DOMAIN_CARDS = Table(
    "domain_cards",
    "recipe string, domain_id int, name string, size long, tokens long, keywords array<string>, exemplars array<long>, "
    "spread double, sources array<struct<source: string, documents: long>>, "
    "languages array<struct<language: string, documents: long>>, "
    "nearest array<struct<domain_id: int, distance: double>>, centroid array<float>, parent int, run_id string",
    partitions=("recipe",),
)
# The rounds of a search for connected components that outgrew one task; removed when the stage is done.
COMPONENTS = Table("components", "key string, round int, doc_id long, component long", partitions=("key", "round"))
RUNS = Table(
    "runs",
    "run_id string, stage string, recipe string, fingerprint string, inputs string, batches array<int>, "
    "settings string, counts map<string,long>, details map<string,string>, started timestamp, seconds double, "
    "status string",
    statistics=("stage", "recipe"),
)
LEASE = Table("lease", "holder string, host string, pid long, since timestamp, heartbeat timestamp")


def signals_table(fingerprint: str, columns: str) -> Table:
    """The table of one annotate pass; `columns` is the DDL of its annotators' struct columns.

    `failed` says why a document could not be measured; its structs are then null.
    """
    return Table(
        f"signals/{fingerprint}",
        f"doc_id long, batch int, failed string, {columns}",
        partitions=("batch",),
        statistics=("doc_id",),
    )
