"""Runs the command line in a process that is killed, with all it started, at a point named by its first argument.

The second says where it works: on so many cores of its own, or at a Spark Connect server, which lives on.

Points: `write:TABLE` once data files of an uncommitted write lie in the table's folder, `gap:STAGE` between the commit
of a stage's tables and its row in `runs`, `merge` between a release's clone and its merge, `none`.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import thresher.session
from thresher.runs import RunRow, Runs

# A Java that starts fast, as in all tests: it does not live long.
SMALL_SESSION = {
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


def die() -> None:
    os.killpg(os.getpgid(0), signal.SIGKILL)


def die_at_row(stage: str) -> None:
    append = Runs.append

    def append_or_die(self: Runs, row: RunRow) -> None:
        if row.stage == stage:
            die()
        append(self, row)

    Runs.append = append_or_die  # type: ignore[method-assign]


def die_while_writing(folder: Path) -> None:
    before = set(folder.rglob("*.parquet"))

    def watch() -> None:
        while not set(folder.rglob("*.parquet")) - before:
            time.sleep(0.002)
        die()

    threading.Thread(target=watch, daemon=True).start()


def die_before_merge() -> None:
    from pyspark.sql import SparkSession
    from pyspark.sql.connect.session import SparkSession as Remote

    for session in (SparkSession, Remote):
        sql = session.sql

        def sql_or_die(self: Any, query: str, *args: object, sql: Any = sql, **kwargs: object) -> object:
            if query.startswith("MERGE INTO") and "curated" in query:
                die()
            return sql(self, query, *args, **kwargs)

        session.sql = sql_or_die  # type: ignore[method-assign, assignment]


def main() -> None:
    point, corpus, place, *arguments = sys.argv[1:]
    os.setpgrp()
    kind, _, name = point.partition(":")
    if kind == "gap":
        die_at_row(name)
    elif kind == "write":
        die_while_writing(Path(corpus) / name)
    elif kind == "merge":
        die_before_merge()
    get_session = thresher.session.get_session
    from thresher_jobs import cli, cli_options

    if place.isdigit():
        cli_options.get_session = lambda: get_session(master=f"local[{place}]", conf=SMALL_SESSION)  # type: ignore[attr-defined]
    else:
        os.environ["SPARK_REMOTE"] = place
    cli.main([*arguments, "--corpus", corpus])


if __name__ == "__main__":
    main()
