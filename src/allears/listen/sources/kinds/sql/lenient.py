"""Values that PostgreSQL holds and Python has no form for: they come as the database writes them, and stop no source.

``infinity``, years before Christ or after 9999, 24:00. What becomes of
such a value is the import's matter: a row whose time cannot be read goes to its quarantine, an attribute stays a text.
"""

from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types import datetime as times

LOADERS: dict[str, type[Loader]] = {
    "date": times.DateLoader,
    "time": times.TimeLoader,
    "timetz": times.TimetzLoader,
    "timestamp": times.TimestampLoader,
    "timestamptz": times.TimestamptzLoader,
    "interval": times.IntervalLoader,
}


def admit_any_time(connection: psycopg.Connection[Any]) -> None:
    """Times come as Python's own where they can."""
    for name, usual in LOADERS.items():
        connection.adapters.register_loader(name, _admitting(usual))


def _admitting(usual: type[Loader]) -> type[Loader]:
    class Admitting(usual):  # type: ignore[misc,valid-type]
        def load(self, data: Buffer) -> Any:
            try:
                return super().load(data)
            except psycopg.DataError:
                return bytes(data).decode()

    return Admitting
