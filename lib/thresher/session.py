"""A Spark session that works: the active one, a remote one, or local mode on this machine with nothing set up by hand.

What is there decides. A notebook, Databricks or spark-submit have a session with its own settings, and only Arrow's
batch sizes are set on it. Otherwise SPARK_REMOTE names a Spark Connect server, and with neither a local session is
started: it finds Java and Delta's jars, takes its memory from the machine and keeps Spark's own log quiet.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from thresher.cache import cache_folder, put
from thresher.class_archive import archive_options
from thresher.errors import ThresherError
from thresher.jars import delta_jars
from thresher.java import java_home

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger(__name__)

GIB = 1 << 30
WORKER_BYTES = GIB  # for one Python worker beside the JVM: kernels, the language model, a few batches
COMPRESSED_POINTERS_LIMIT = 31 * GIB  # a larger heap makes every pointer in it twice as wide

# Spark's defaults for these differ between its versions.
ARROW = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": "10000",
    "spark.sql.execution.arrow.maxBytesPerBatch": "16m",
    # Spark 4.2.0 hangs with it (SPARK-58241).
    "spark.sql.execution.arrow.pythonUDF.columnarInput.enabled": "false",
}
DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.databricks.delta.snapshotPartitions": "2",
}
# Spark remembers its last queries, jobs and stages for its pages: a driver that runs round after round would grow.
FEW_REMEMBERED = {
    "spark.sql.ui.retainedExecutions": "20",
    "spark.ui.retainedJobs": "100",
    "spark.ui.retainedStages": "100",
    "spark.ui.retainedTasks": "1000",
}
LATE_OPTIMISATION = (
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:Tier4BackEdgeThreshold=400000",
)
CODE_CACHE = "-XX:ReservedCodeCacheSize=240m"
# Room for what every session loads: a JVM that starts small collects its whole heap four times before the first answer.
ROOM = ("-XX:InitialRAMPercentage=5", "-XX:MetaspaceSize=256m")
LOG4J = """rootLogger.level = {level}
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{{HH:mm:ss}} %p %c{{1}}: %m%n%ex
logger.spark.name = org.apache.spark
logger.spark.level = {level}
"""


def get_session(
    app_name: str = "thresher", master: str | None = None, conf: Mapping[str, str] | None = None
) -> SparkSession:
    """The session to work in: the active one, else SPARK_REMOTE's, else a new local one (`local[*]`, or `master`).

    `conf` adds to or replaces the settings of a new session; on one that is already there only its `spark.sql`
    settings are set. Raises ThresherError where pyspark, Java or Delta's jars are missing and cannot be had.
    """
    _require_pyspark()
    from pyspark.sql import SparkSession

    settings = dict(conf or {})
    if (active := SparkSession.getActiveSession()) is not None:
        return _attach(active, settings)
    if _is_hosted():
        return _attach(SparkSession.builder.appName(app_name).getOrCreate(), settings)
    remote = None if master else os.environ.get("SPARK_REMOTE")
    if remote and not remote.startswith("local"):
        return _attach(SparkSession.builder.remote(remote).getOrCreate(), settings)
    return _start(app_name, master, remote, settings)


def own_settings(one_jvm: bool, conf: Mapping[str, str]) -> dict[str, str]:
    """The settings of a session that this process starts itself, in one JVM or with executors; those in `conf` win."""
    import pyspark

    jars = [str(jar) for jar in delta_jars(pyspark.__version__)]
    settings = {
        **ARROW,
        **DELTA,
        "spark.driver.memory": f"{driver_memory() >> 20}m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        **FEW_REMEMBERED,
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.shuffle.partitions": str(max(8, 2 * cores())),
        # Text that waits on disk between two writes gains nothing from a dictionary.
        "spark.sql.inMemoryColumnarStorage.compressed": "false",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": _warehouse(),
        "spark.sql.session.timeZone": "UTC",
    }
    options = java_options(conf.get("spark.driver.extraJavaOptions", ""))
    if one_jvm:
        # Classes that Spark loads from `spark.jars` cannot be archived; on the class path they can.
        settings["spark.driver.extraClassPath"] = os.pathsep.join(jars)
        settings["spark.python.daemon.module"] = "thresher.worker_daemon"  # the workers' Python is ours
        installed = Path(pyspark.__file__).parent / "jars"
        options = [*archive_options([java_home(), installed, *map(Path, jars)]), *options]
    else:
        settings["spark.jars"] = ",".join(jars)
    return {**settings, **conf, "spark.driver.extraJavaOptions": " ".join(options)}


def driver_memory() -> int:
    """Bytes for the JVM: half of this machine's memory, or what one Python worker per core leaves, if that is less."""
    total = machine_memory()
    left = max(total - cores() * WORKER_BYTES, total // 3)
    return max(GIB, min(total // 2, left, COMPRESSED_POINTERS_LIMIT))


def machine_memory() -> int:
    """Bytes of memory that this process may use: the machine's, or its container's limit."""
    total = int(psutil.virtual_memory().total)
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):  # no such file, or the word "max"
            total = min(total, int(Path(limit).read_text()))
    return total


def cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def java_options(more: str = "") -> list[str]:
    """Options of the JVM that this process starts, and then the caller's `more`: of two that conflict the last holds.

    The log is quiet from its first line on. The optimising compiler waits ten times longer than by default before it
    takes up a method: a short run never pays for it, and a long one has it for what is really hot. A JVM that is told
    to do without that compiler would keep 48 MB for code, which a long session fills, and then no query ends.
    """
    level = os.environ.get("THRESHER_SPARK_LOG", "off").lower()
    if level not in ("off", "fatal", "error", "warn", "info", "debug", "trace"):
        raise ThresherError(f"THRESHER_SPARK_LOG={level} is no log level: use off, error, warn, info or debug")
    properties = cache_folder("conf") / f"log4j2-{level}.properties"
    put(LOG4J.format(level=level).encode(), properties)
    # Two collectors on one command line are an error, so the caller's choice replaces ours.
    collector = [] if re.search(r"Use\w+GC", more) else [f"-XX:+Use{'Serial' if cores() <= 4 else 'Parallel'}GC"]
    log = f"-Dlog4j2.configurationFile={properties.as_uri()}"
    return [log, *LATE_OPTIMISATION, CODE_CACHE, *ROOM, *collector, *more.split()]


def _start(app_name: str, master: str | None, remote: str | None, settings: dict[str, str]) -> SparkSession:
    from pyspark.sql import SparkSession

    where = remote or master or "local[*]"
    one_jvm = re.fullmatch(r"local(\[.*\])?", where) is not None
    os.environ["JAVA_HOME"] = str(java_home())
    if one_jvm:
        # The workers would take `python3` from PATH, and with it another environment's packages.
        os.environ["PYSPARK_PYTHON"] = sys.executable
    # Spark runs one worker a core: threads inside them would only compete.
    for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    builder = SparkSession.builder.appName(app_name)
    builder = builder.remote(where) if remote else builder.master(where)
    for key, value in own_settings(one_jvm, settings).items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        raise ThresherError(
            f"Spark did not start on {where} ({type(error).__name__}: {error}): THRESHER_SPARK_LOG=info shows its log"
        ) from error


def _attach(spark: SparkSession, settings: Mapping[str, str]) -> SparkSession:
    """Set Arrow's batch sizes and the caller's `spark.sql` settings; some hosts refuse some settings."""
    for key, value in {**ARROW, **settings}.items():
        if not key.startswith("spark.sql."):
            continue
        try:
            spark.conf.set(key, value)
        except Exception as error:
            log.debug("this session does not take %s: %s", key, error)
    return spark


def tasks_at_once(spark: SparkSession) -> int:
    """How many tasks keep this session busy; Spark Connect knows no more than the number of shuffle partitions.

    200, Spark's own number, where none is told or where Databricks chooses it ("auto").
    """
    told = spark.conf.get("spark.sql.shuffle.partitions", "200") or "200"
    return int(told) if told.isdecimal() else 200


def _is_hosted() -> bool:
    """Whether a JVM is already there for us: spark-submit's, or that of a Databricks cluster."""
    return any(name in os.environ for name in ("PYSPARK_GATEWAY_PORT", "DATABRICKS_RUNTIME_VERSION"))


def _require_pyspark() -> None:
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        raise ThresherError("pyspark is not installed: run `pip install 'thresher[local]'`") from error


def _warehouse() -> str:
    """A folder for what Spark's in-memory catalog stores: it ends with the process, as the catalog does."""
    folder = tempfile.mkdtemp(prefix="thresher-warehouse-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder).as_uri()
