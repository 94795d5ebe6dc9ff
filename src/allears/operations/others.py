"""Who else works on a PostgreSQL database: the nodes of other machines do not show in this machine's data folder.

Every process of ours names itself to the server (``kit.processes``). Those of earlier versions have no name, but
their workers hold leases.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from allears.jobs.lease import is_gone
from allears.kit.processes import MARK

NODES = """
SELECT DISTINCT application_name, coalesce(host(client_addr), '')
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND application_name LIKE 'allears %%' AND application_name <> current_setting('application_name')
ORDER BY 1, 2
"""
LEASES = "SELECT DISTINCT owner FROM jobs_workerlease WHERE owner <> '' AND until > clock_timestamp() ORDER BY 1"
HOLDERS = """
SELECT application_name, coalesce(host(client_addr), ''), pid
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND xact_start < clock_timestamp() - %s * interval '1 second'
ORDER BY xact_start
"""


@dataclass(frozen=True)
class Other:
    """One program at the database, by the name that it gave."""

    name: str
    address: str
    pid: int = 0

    def __str__(self) -> str:
        name = self.name.removeprefix(MARK) or _("a program without a name")
        place = f" ({self.address})" if self.address else ""
        return f"{name}{place}" + (f", pid {self.pid}" if self.pid else "")


def others() -> list[Other]:
    """The nodes at work; on SQLite there is one machine."""
    if connection.vendor != "postgresql":
        return []
    named = [Other(*row) for row in _rows(NODES)]
    known = {each.name.rpartition(" ")[2] for each in named}
    owners = [owner for (owner,) in _rows(LEASES) if not is_gone(owner)]
    workers = dict.fromkeys(":".join(owner.split(":")[:2]) for owner in owners)  # host:pid, as in the names
    return [*named, *(Other(f"{MARK}worker {each}", "") for each in workers if each not in known)]


def holders(*, seconds: float) -> list[Other]:
    """Whose transaction has been open for so long: what stands in the way of a change of tables."""
    return [Other(*row) for row in _rows(HOLDERS, seconds)] if connection.vendor == "postgresql" else []


def _rows(sql: str, *values: float) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
