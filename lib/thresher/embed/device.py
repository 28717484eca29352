"""On which device a task computes: the GPU that Spark gave it, one of the machine's, or the processor."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from thresher.errors import ThresherError

if TYPE_CHECKING:
    from pyspark.resource import ResourceProfile


def device_for_task(wanted: str) -> str:
    """The device of the task that asks, in torch's terms; raises `ThresherError` where `wanted` is not there."""
    from pyspark import TaskContext

    task = TaskContext.get()
    resources = task.resources() if task is not None else {}
    return choose(wanted, resources, 0, 0) if "gpu" in resources else _settled(wanted)


@lru_cache
def _settled(wanted: str) -> str:
    """The device of a process to which Spark hands none: that of its first task, so that it loads one model."""
    from pyspark import TaskContext

    task = TaskContext.get()
    return choose(wanted, {}, task.partitionId() if task is not None else 0, _gpus() if wanted != "cpu" else 0)


def choose(wanted: str, resources: Mapping[str, Any], partition: int, gpus: int) -> str:
    """The device for a task with these resources of Spark's, of this partition, on a machine with so many GPUs.

    `auto` takes the GPU that Spark gave, else one of the machine's, else the processor; `cuda` insists on a GPU,
    `cuda:1` on this one.

    >>> choose("auto", {}, 0, gpus=0), choose("auto", {}, 5, gpus=4)
    ('cpu', 'cuda:1')
    """
    given = resources["gpu"].addresses if "gpu" in resources else []
    if wanted in ("auto", "cuda") and (given or gpus):
        return f"cuda:{given[0]}" if given else f"cuda:{partition % gpus}"
    number = int(wanted.partition(":")[2] or 0)
    if wanted.startswith("cuda") and not given and number >= gpus:
        raise ThresherError(
            f"embed.device: there is no {wanted} where the work is done (torch sees {gpus} GPUs): set it to auto or cpu"
        )
    return "cpu" if wanted == "auto" else wanted


def gpu_profile(spark: SparkSession) -> "ResourceProfile | None":
    """One GPU a task, for this stage alone; none where Spark hands out no GPUs, or knows no profiles (local mode)."""
    from pyspark.resource import ResourceProfileBuilder, TaskResourceRequests

    gpus = spark.conf.get("spark.executor.resource.gpu.amount", None)
    if not gpus or (spark.conf.get("spark.master", None) or "local").startswith("local"):
        return None
    return ResourceProfileBuilder().require(TaskResourceRequests().cpus(1).resource("gpu", 1.0)).build


def _gpus() -> int:
    """How many GPUs torch sees; none where it is not installed."""
    try:
        import torch
    except ImportError:
        return 0
    return int(torch.cuda.device_count())
