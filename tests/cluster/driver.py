"""The driver's side of a small cluster on this machine: a session with two executors, and a way to kill one of them.

Scripts that the fixture `cluster` runs import it as `driver`. It stands beside the unpacked wheel, not in the project.
"""

import os
import threading
import time
from typing import Any

import psutil

from thresher.session import get_session

EXECUTOR = "CoarseGrainedExecutorBackend"


def start(conf: dict[str, str] | None = None) -> Any:
    """A session whose two executors have one core, their own JVM and Python, and thresher from the shipped archive."""
    shipped = {
        "spark.archives": os.environ["SHIPPED_ARCHIVE"] + "#shipped",
        "spark.executorEnv.PYTHONPATH": "shipped:" + os.environ["SITE_PACKAGES"],
        "spark.executor.memory": "1200m",
        "spark.driver.memory": "1500m",
        "spark.sql.shuffle.partitions": "4",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    return get_session("thresher-cluster", master="local-cluster[2,1,1500]", conf={**shipped, **(conf or {})})


def executors() -> list[psutil.Process]:
    """The executors' JVMs: children of the driver's own."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if any(EXECUTOR in part for part in process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


class Killer(threading.Thread):
    """Kills one executor with SIGKILL, once `after_tasks` tasks have ended while others run; `killed` is its pid."""

    def __init__(self, spark: Any, after_tasks: int) -> None:
        super().__init__(daemon=True)
        self.tracker = spark.sparkContext.statusTracker()
        self.after_tasks = after_tasks
        self.killed: int | None = None

    def run(self) -> None:
        done: dict[int, int] = {}
        while self.killed is None:
            time.sleep(0.05)
            running = 0
            for stage in self.tracker.getActiveStageIds():
                info = self.tracker.getStageInfo(stage)
                if info is not None:
                    done[stage] = info.numCompletedTasks
                    running += info.numActiveTasks
            if running and sum(done.values()) >= self.after_tasks:
                victim = executors()[0]
                victim.kill()
                self.killed = victim.pid


def kill_an_executor(spark: Any, after_tasks: int) -> Killer:
    """Start the thread that kills one executor in the middle of the work that follows."""
    killer = Killer(spark, after_tasks)
    killer.start()
    return killer
