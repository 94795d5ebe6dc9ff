"""Resolve the lock files. They name no host: installing takes the index from pip's own configuration."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = [
    *(str(Path(sys.executable).parent / "uv"), "pip", "compile", "--quiet"),
    *("--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"),
]
PROJECT = [*COMPILE, "pyproject.toml"]


def resolve() -> None:
    """The run-time lock is the development lock without its tools: what is tested is what runs.

    The cluster's side is one of its own: its `pyspark` and our `pyspark-client` are the same package by name.
    """
    dev, run = "requirements-dev.lock", "requirements.lock"
    extras = ["--extra", "spark", "--extra", "embeddings"]
    subprocess.run([*PROJECT, *extras, "--group", "build", "--group", "dev", "-o", dev], cwd=ROOT, check=True)
    subprocess.run([*PROJECT, "--group", "build", "-c", dev, "-o", run], cwd=ROOT, check=True)
    peers = ["--group", "pyproject.toml:peers", "-o", "requirements-peers.lock"]
    subprocess.run([*COMPILE, *peers], cwd=ROOT, check=True)
    spark = ["--group", "pyproject.toml:spark", "-o", "requirements-spark.lock"]
    subprocess.run([*COMPILE, *spark], cwd=ROOT, check=True)


def strip_addresses(path: Path) -> None:
    """npm writes mirrors and funding pages into its lock; neither is needed to install from it."""
    lock = json.loads(path.read_text())
    for package in lock.get("packages", {}).values():
        for key in ("resolved", "funding"):
            package.pop(key, None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    resolve()
    for npm_lock in ROOT.glob("**/package-lock.json"):
        if "node_modules" not in npm_lock.parts and ".venv" not in npm_lock.parts:
            strip_addresses(npm_lock)
