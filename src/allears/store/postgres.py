"""Plain psycopg connections to the operational database, for threads that work beside Django's ORM."""

from typing import Any

import psycopg
from django.db import connections


def connect(*, autocommit: bool = False, timeout: int = 3) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection of its own to the database that Django uses (in tests: the test database)."""
    settings = connections["default"].settings_dict
    wanted = {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
    }
    given = {name: str(value) for name, value in wanted.items() if value}
    return psycopg.connect(psycopg.conninfo.make_conninfo("", **given), autocommit=autocommit, connect_timeout=timeout)
