"""Clusters for the tests: a real Spark standalone cluster (needs Java and .venv-spark) and Sail, both on loopback.

`python3 scripts/bootstrap.py --spark` makes .venv-spark; ALLEARS_SPARK_VENV names another environment with pyspark.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import Self

import pytest

from tests.support.optional import ROOT
from tests.support.processes import die_with_parent, free_port, wait_until

HOW_TO_GET_IT = (
    "No Spark in {venv}: run `python3 scripts/bootstrap.py --spark` (it needs Java: "
    "sudo apt-get install --no-install-recommends openjdk-17-jre-headless)"
)
QUICK_START = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"  # tests are short: no time for the optimiser to pay
PATIENCE = 300.0  # a machine that does much else at the time


def spark_home() -> Path:
    """Where pyspark keeps Spark's own programs."""
    venv = Path(os.environ.get("ALLEARS_SPARK_VENV") or ROOT / ".venv-spark")
    found = glob(f"{venv}/lib/python3*/site-packages/pyspark")
    if not found:
        raise RuntimeError(HOW_TO_GET_IT.format(venv=venv))
    return Path(found[0])


class SparkCluster:
    """One master, one executor of one core on each worker, one Connect server. Every port is free and on loopback."""

    def __init__(
        self, *, executor_memory: str = "512m", java: str = QUICK_START, shuffle_partitions: str = "2"
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="allears-spark-"))
        self.home = spark_home()
        self._executor_memory = executor_memory
        self._java = java
        self._shuffle_partitions = shuffle_partitions
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._port = 0
        self._workers = 0
        self.master = ""
        self.url = ""

    @classmethod
    def started(cls, *, workers: int = 2, **options: str) -> Self:
        cluster = cls(**options)
        try:
            cluster._start(workers)
        except BaseException:
            cluster.remove()
            raise
        return cluster

    @classmethod
    def beside(cls, other: "SparkCluster") -> Self:
        """Another Connect server on the same master and workers, which may be ended."""
        cluster = cls()
        cluster.master, cluster._workers = other.master, 1
        cluster.start_server()
        return cluster

    def _start(self, workers: int) -> None:
        self._workers = workers
        self._run("master", "deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        self.master = self._said("master", r"Starting Spark master at (spark://\S+)")
        for number in range(workers):
            self._run(
                *(f"worker-{number}", "deploy.worker.Worker", "--host", "127.0.0.1", "--webui-port", "0"),
                *("-c", "2", "-m", "8g", "-d", str(self.folder / f"worker-{number}"), self.master),
            )
        self.start_server()
        for number in range(workers):
            self._said(f"worker-{number}", "Successfully (registered)")

    def start_server(self) -> None:
        """The Connect server; started again it has the address it had."""
        port = self._port = self._port or free_port()
        settings = {
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": str(port),
            "spark.cores.max": str(self._workers),  # one executor on each worker, and room for a second server
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.executor.cores": "1",
            "spark.executor.extraJavaOptions": self._java,
            "spark.executor.memory": self._executor_memory,
            "spark.sql.shuffle.partitions": self._shuffle_partitions,
            "spark.ui.enabled": "false",
        }
        given = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
        server = ("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "--master", self.master)
        self._run("server", "deploy.SparkSubmit", *server, *given, "spark-internal", memory="800m")
        self._said("server", "Spark Connect server started at: (.*)")
        self.url = f"sc://127.0.0.1:{port}"

    def stop_server(self) -> None:
        self._end("server")

    def _run(self, name: str, java_class: str, *arguments: str, memory: str = "256m") -> None:
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "SPARK_HOME": str(self.home),
            "SPARK_DAEMON_JAVA_OPTS": self._java,
            "SPARK_DAEMON_MEMORY": memory,
            "SPARK_LOCAL_DIRS": str(self.folder / "scratch"),
            "SPARK_LOCAL_HOSTNAME": "127.0.0.1",
            "SPARK_LOCAL_IP": "127.0.0.1",
            **{key: value for key, value in os.environ.items() if key == "JAVA_HOME"},
        }
        with self._log(name).open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [str(self.home / "bin" / "spark-class"), f"org.apache.spark.{java_class}", *arguments],
                env=env, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent,
            )  # fmt: skip

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _said(self, name: str, pattern: str) -> str:
        """Wait until a process has written a line; its first group."""
        process, log, found = self._processes[name], self._log(name), re.compile(pattern)

        def heard() -> bool:
            if process.poll() is not None:
                raise RuntimeError(f"Spark's {name} ended with {process.returncode}: {log.read_text()[-2000:]}")
            return found.search(log.read_text()) is not None

        wait_until(heard, seconds=PATIENCE, what=f"Spark's {name} to start (log: {log})")
        said = found.search(log.read_text())
        assert said is not None
        return said[1]

    def _end(self, name: str) -> None:
        process = self._processes.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def remove(self) -> None:
        for name in reversed(list(self._processes)):
            self._end(name)
        shutil.rmtree(self.folder)


@contextmanager
def sail() -> Iterator[str]:
    """Sail's server in this process; yields its address."""
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    try:
        host, port = server.listening_address
        yield f"sc://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture(scope="session")
def spark_cluster() -> Iterator[SparkCluster]:
    """One master, two workers, one Connect server for the whole run."""
    cluster = SparkCluster.started()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def sail_url() -> Iterator[str]:
    """A Spark Connect server without Java."""
    with sail() as url:
        yield url
