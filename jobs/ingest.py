"""Stage `ingest`: crawls in, `documents` and `quarantine` out, batch by batch.

Three steps, each with its row in `runs`: the plan (new files into batches), the reading (a row for each group of
batches), and, once a run, the check that every id is there once. Only then are the batches ready for other stages.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.corpus import DELETION_VECTORS, Write
from thresher.fingerprint import fingerprint
from thresher.ingest.arrivals import KINDS
from thresher.ingest.delta import with_table_files
from thresher.ingest.identity import repeated, repeated_ids
from thresher.ingest.listing import InputFile, list_inputs
from thresher.ingest.plan import Known, into_batches, listing_digest, new_files
from thresher.ingest.read import arrivals
from thresher.ingest.settings import IngestSettings
from thresher.runs import RunRow, Runs
from thresher.stage import Job, Result, first_line, is_task_death, perform, perform_in_halves
from thresher.tables import DOCUMENTS, INPUTS, NAMES, QUARANTINE

PLAN, READ, DONE = "ingest.plan", "ingest.read", "ingest"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ingest:
    """What to ingest, and how: the settings hold for files that are new, never for those that are there."""

    pattern: str
    settings: IngestSettings = field(default_factory=IngestSettings)
    batch_bytes: int = 8 * 2**30

    @cached_property
    def files(self) -> list[InputFile]:
        """The input files, listed once."""
        return list_inputs(self.pattern)

    def is_due(self, job: Job) -> bool:
        """Whether there are files to plan or batches to finish; looks at `runs` and the listing alone."""
        return not self._is_planned(job, self._listed(job)) or bool(_unfinished(job.runs))

    def run(self, job: Job) -> None:
        """Plan what is new, read what is planned, check that every id is there once."""
        files = self._listed(job)
        if not self._is_planned(job, files):
            self._plan(job, files)
        finish(job)

    def _listed(self, job: Job) -> list[InputFile]:
        """The input files, those of Delta tables among them, which only Spark can list."""
        return with_table_files(job.spark, self.files)

    def _is_planned(self, job: Job, files: Sequence[InputFile]) -> bool:
        digest = listing_digest(files, self.settings.dataset)
        return digest in {row.details["listing"] for row in job.runs.of(PLAN, None)}

    def _plan(self, job: Job, listed: Sequence[InputFile]) -> None:
        known = {
            row["path"]: Known(row["size"], row["modified"])
            for row in job.corpus.inputs.where(F.col("dataset") == self.settings.dataset)
            .where(F.col("batch").isin(_planned(job.runs)))
            .select("path", "size", "modified")
            .collect()
        }
        planned = _planned(job.runs)
        batches = into_batches(new_files(listed, known), self.batch_bytes, max(planned, default=-1) + 1)
        row = RunRow(
            run_id=job.run_id,
            stage=PLAN,
            fingerprint=fingerprint(self.settings.model_dump(mode="json")),
            batches=tuple(batches),
            settings=self.settings.model_dump(mode="json"),
            details={"listing": listing_digest(listed, self.settings.dataset), "input": self.pattern},
        )
        files = [(batch, file) for batch, members in batches.items() for file in members]
        perform(job, row, lambda: self._write_plan(job, files))

    def _write_plan(self, job: Job, files: Sequence[tuple[int, InputFile]]) -> Result:
        counts = {"files": len(files), "bytes": sum(file.size for _, file in files)}
        if not files:
            return Result(counts=counts)
        rows = [
            (batch, file.path, file.name, file.size, file.modified, file.kind, self.settings.dataset)
            for batch, file in files
        ]
        batches = ", ".join(map(str, sorted({batch for batch, _ in files})))
        inputs = job.spark.createDataFrame(rows, INPUTS.schema)
        return Result([Write(INPUTS, inputs, f"batch IN ({batches})")], counts)


def finish(job: Job) -> None:
    """Read every planned batch that is not read yet, then check the ids of all that are not checked yet."""
    read = {batch for row in job.runs.of(READ, None) for batch in row.batches}
    for plan in job.runs.of(PLAN, None):
        batches = [batch for batch in plan.batches if batch not in read]
        if batches:
            _read(job, batches, plan)
    batches = _unfinished(job.runs)
    if batches:
        perform(job, RunRow(job.run_id, DONE, "", batches=tuple(batches)), lambda: _check_ids(job, batches))


def _planned(runs: Runs) -> list[int]:
    return [batch for row in runs.of(PLAN, None) for batch in row.batches]


def _unfinished(runs: Runs) -> list[int]:
    """The batches that are planned and not ready yet."""
    ready = runs.batches()
    return [batch for batch in _planned(runs) if batch not in ready]


def _read(job: Job, batches: Sequence[int], plan: RunRow) -> None:
    settings = IngestSettings(**plan.settings)

    def attempt(group: Sequence[int], deadly: Mapping[str, str] | None = None) -> None:
        row = RunRow(job.run_id, READ, plan.fingerprint, batches=tuple(group), settings=plan.settings)
        perform(job, row, lambda: _read_group(job, group, settings, deadly or {}))

    def rescue(batch: int) -> None:
        attempt([batch], _deadly(job, _files(job, [batch]), settings))

    perform_in_halves(batches, attempt, rescue)


def _files(job: Job, batches: Sequence[int]) -> list[tuple[int, InputFile]]:
    rows = job.corpus.read(INPUTS, batches).collect()
    fields = ("path", "name", "size", "modified", "kind")
    files = [(row["batch"], InputFile(*(row[name] for name in fields))) for row in rows]
    return sorted(files, key=lambda file: file[1].path)


def _read_group(job: Job, batches: Sequence[int], settings: IngestSettings, deadly: Mapping[str, str]) -> Result:
    """The rows of these batches' files; a file that kills the process that reads it is one row of quarantine."""
    files = _files(job, batches)
    readable = [(batch, file) for batch, file in files if file.path not in deadly]
    # Both tables come from one reading: the rows wait on the executors' disks, so that no file is read twice.
    rows = arrivals(job.spark, readable, settings).persist(StorageLevel.DISK_ONLY)
    names = ", ".join(map(str, batches))

    def writes() -> Iterator[Write]:
        yield Write(DOCUMENTS, rows, f"batch IN ({names})", _counts(), F.col("kind") == "document")
        refused = rows.where("kind = 'quarantine'").withColumn("stage", F.lit("ingest"))
        if deadly:
            refused = refused.unionByName(_killers(job, files, deadly), allowMissingColumns=True)
        yield Write(QUARANTINE, refused, f"stage = 'ingest' AND batch IN ({names})", {"quarantined": F.count(F.lit(1))})

    counts = {"files": len(files), "input_bytes": sum(file.size for _, file in files)}
    digest = sum(int(listing_digest([file], settings.dataset), 16) for _, file in files)
    return Result(writes(), counts, {"inputs": f"{digest % 2**64:016x}"}, afterwards=rows.unpersist)


def _counts() -> dict[str, Any]:
    """What is counted while documents are written: they and their text, and the records that are no pages, by kind."""
    counts = {
        "documents": F.count_if(F.col("kind") == "document"),
        "text_bytes": F.sum(F.octet_length("text")),
    }
    return counts | {kind: F.sum(F.when(F.col("error") == kind, F.col("count"))) for kind in KINDS}


def _killers(job: Job, files: Sequence[tuple[int, InputFile]], deadly: Mapping[str, str]) -> DataFrame:
    rows = [("ingest", batch, file.path, deadly[file.path]) for batch, file in files if file.path in deadly]
    return job.spark.createDataFrame(rows, "stage string, batch int, path string, error string")


def _deadly(job: Job, files: Sequence[tuple[int, InputFile]], settings: IngestSettings) -> dict[str, str]:
    """The files, found by halving, that kill the process that reads them, each with what was seen."""
    try:
        arrivals(job.spark, files, settings).write.format("noop").mode("overwrite").save()
        return {}
    except Exception as error:
        if not is_task_death(error):
            raise
        if len(files) == 1:
            path = files[0][1].path
            _log.warning("%s kills the process that reads it and is quarantined", path)
            return {path: f"the process died while it read this file: {first_line(error)}"}
    middle = len(files) // 2
    return _deadly(job, files[:middle], settings) | _deadly(job, files[middle:], settings)


def _check_ids(job: Job, batches: Sequence[int]) -> Result:
    """Move every row whose id is taken from `documents` to `quarantine`, then lay the names of the others out by id."""
    reads = [row for row in job.runs.of(READ, None) if set(row.batches) & set(batches)]
    counts = {key: sum(row.counts.get(key, 0) for row in reads) for key in ("documents", "input_bytes")}
    digest = f"{sum(int(row.details['inputs'], 16) for row in reads) % 2**64:016x}"
    ids = repeated_ids(job.corpus.documents)
    taken = None
    if not ids.isEmpty():
        taken = repeated(job.corpus.documents, ids, batches).persist(StorageLevel.DISK_ONLY)
        counts["repeated_ids"] = taken.count()
    elif any(row.run_id != job.run_id for row in reads):
        # A run that was killed after it had removed the rows left them in quarantine.
        counts["repeated_ids"] = job.corpus.read(QUARANTINE, batches).where("stage = 'identity'").count()
    counts["documents"] -= counts.get("repeated_ids", 0)

    def writes() -> Iterator[Write]:
        if taken is not None:
            yield _taken(taken, batches)
            _remove(job, taken)
        rows = job.corpus.read(DOCUMENTS, batches)
        yield Write(NAMES, rows, f"batch IN ({', '.join(map(str, batches))})", documents=counts["documents"])

    return Result(writes(), counts, {"inputs": digest})


def _taken(taken: DataFrame, batches: Sequence[int]) -> Write:
    reason = F.format_string(
        "its id is taken: record %s is at %s, position %s", "record_id", "first_path", F.col("first_offset")
    )
    rows = taken.withColumns({"stage": F.lit("identity"), "error": reason})
    return Write(QUARANTINE, rows, f"stage = 'identity' AND batch IN ({', '.join(map(str, batches))})")


def _remove(job: Job, taken: DataFrame) -> None:
    """Mask the rows by deletion vectors: no file of `documents` is rewritten."""
    documents = job.corpus.location.table(DOCUMENTS.name)
    job.spark.sql(f"ALTER TABLE {documents} SET {DELETION_VECTORS}")
    job.spark.sql(
        f"MERGE INTO {documents} AS document USING {{taken}} AS taken ON document.doc_id = taken.doc_id "
        "AND document.batch = taken.batch AND document.path = taken.path AND document.offset <=> taken.offset "
        "WHEN MATCHED THEN DELETE",
        taken=taken,
    )
    taken.unpersist()


if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("ingest")
