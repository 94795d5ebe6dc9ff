"""Real installations for benches: the same ones that the tests start."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.postgres import PostgresServer
from tests.support.processes import free_port
from tests.support.server import AllEars

BACKENDS = ("sqlite", "postgres")


@contextmanager
def installation(backend: str, **env: str) -> Iterator[AllEars]:
    """`allears serve` with all its processes, in a temporary folder, on SQLite or on a PostgreSQL of its own."""
    with tempfile.TemporaryDirectory(prefix="allears-bench-") as folder:
        postgres = PostgresServer.started() if backend == "postgres" else None
        data, port = Path(folder) / "data", free_port()
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("ALLEARS_", "DATABASE_URL"))}
        settings = {"ALLEARS_DATA": str(data), "ALLEARS_URL": f"http://127.0.0.1:{port}", **env}
        if postgres is not None:
            settings["DATABASE_URL"] = postgres.create_database("bench")
        server = AllEars(data=data, port=port, env={**clean, **settings})
        try:
            server.init()
            server.start()
            yield server
        finally:
            server.stop()
            if postgres is not None:
                postgres.remove()
