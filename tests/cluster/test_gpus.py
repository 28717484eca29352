"""A cluster that hands out GPUs: two tasks at a time on a machine with two of them use one each. The GPUs are faked."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from thresher.java import java_home

OWN_MODELS = Path(__file__).parents[1] / "embed"
STANDALONE = "org.apache.spark.deploy"

EMBED = """
import sys
from thresher.embed.device import gpu_profile
from thresher.embed.documents import embed
from thresher.embed.embedder import Embedder
from thresher.session import get_session

master, path, loads = sys.argv[1:]
spark = get_session("gpus", master=master, conf={
    "spark.executorEnv.PYTHONPATH": path, "spark.executorEnv.LOADS": loads, "spark.executor.memory": "1g",
    "spark.driver.memory": "1g", "spark.executor.resource.gpu.amount": "2", "spark.task.resource.gpu.amount": "0.01",
})
documents = spark.range(0, 64, 1, 8).selectExpr("id AS doc_id", "0 AS batch", "string(id) AS text")
profile = gpu_profile(spark)
assert profile is not None
print("rows:", embed(documents, Embedder("own_models:counting"), profile).where("vector IS NOT NULL").count())
"""


@pytest.fixture
def master(cluster: Any, tmp_path: Path) -> Iterator[str]:
    """The address of a standalone master with one worker, of two cores and two GPUs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    found = tmp_path / "gpus.sh"
    found.write_text("""#!/bin/sh\necho '{"name": "gpu", "addresses": ["0", "1"]}'\n""")
    found.chmod(0o755)
    gpus = f"-Dspark.worker.resource.gpu.amount=2 -Dspark.worker.resource.gpu.discoveryScript={found}"
    environment = {**cluster.environment, "JAVA_HOME": str(java_home()), "SPARK_WORKER_OPTS": gpus}
    address = f"spark://127.0.0.1:{port}"
    parts = (
        ["master.Master", "--host", "127.0.0.1", "--port", port, "--webui-port", "0"],
        ["worker.Worker", "--host", "127.0.0.1", "--cores", "2", "--memory", "2g", "--webui-port", "0",
         "-d", str(tmp_path / "work"), address],
    )  # fmt: skip
    with ExitStack() as running:
        for name, *options in parts:
            command = [f"{environment['SPARK_HOME']}/bin/spark-class", f"{STANDALONE}.{name}", *options]
            log = running.enter_context((tmp_path / f"{name}.log").open("w"))
            process = running.enter_context(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
            running.callback(process.kill)
        yield address


@pytest.mark.slow
def test_two_tasks_use_two_gpus(cluster: Any, master: str, tmp_path: Path) -> None:
    path = os.pathsep.join([str(OWN_MODELS), cluster.environment["PYTHONPATH"]])
    done = cluster.run(EMBED, master, path, str(tmp_path / "loads"))
    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stdout.split() == ["rows:", "64"]
    loads = [line.split() for line in (tmp_path / "loads").read_text().splitlines()]
    assert {device for _, device in loads} == {"cuda:0", "cuda:1"}
    assert len(loads) == len({(process, device) for process, device in loads})
