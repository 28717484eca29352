"""The parent of the Python workers of a session that thresher starts: `pyspark.daemon` without its waste between tasks.

Before each task a worker has Python forget what it knows of its import paths. For every package inside pyspark.zip
Python 3.11 then reads that archive's directory again: 0.1 s of each task, whatever the task does (16 packages, measured
on Spark 4.1.4). An archive on the path never changes while Spark runs, so that there is nothing to forget. After each
task a worker collects garbage; what the daemon had imported before it forked is none, and is not looked through.
"""

import gc
import zipimport


def keep_archives_known() -> None:
    """Let importers of archives keep the directory that they have read."""

    def keep(self: zipimport.zipimporter) -> None:
        """There is nothing to forget."""

    zipimport.zipimporter.invalidate_caches = keep  # type: ignore[method-assign]


def main() -> None:
    """Serve Spark as its daemon does."""
    keep_archives_known()
    import pyarrow  # noqa: F401  (every worker needs it: here it is imported once for all)
    from pyspark.daemon import manager

    gc.freeze()
    manager()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
