"""An S3 server of our own for the length of a test module: moto's, run as a process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from pyarrow import fs

from tests.support.processes import die_with_parent, free_port, wait_until


@contextmanager
def s3_server() -> Iterator[str]:
    """Its address, once it answers."""
    port = free_port()
    program = Path(sys.executable).with_name("moto_server")
    process = subprocess.Popen(
        [str(program), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=die_with_parent,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{address}/moto-api/").status_code == 200
        except httpx.TransportError:
            return False

    try:
        wait_until(answers, seconds=60, what="the S3 server to start")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def client(address: str) -> fs.S3FileSystem:
    """A client that knows nothing of All Ears."""
    return fs.S3FileSystem(
        endpoint_override=address.removeprefix("http://"), scheme="http", access_key="k", secret_key="s",
        region="us-east-1", allow_bucket_creation=True,
    )  # fmt: skip
