"""Who else works on a PostgreSQL database: the nodes of other machines do not show in this machine's data folder.

Every process of ours names itself to the server (``kit.processes``). Processes of earlier versions have no name.
"""

from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from allears.kit.processes import MARK

# A pooler's connection that nobody uses has no name either; it was cleaned when its client left.
OTHERS = """
SELECT DISTINCT application_name, coalesce(host(client_addr), '')
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND application_name <> current_setting('application_name')
  AND (application_name LIKE 'allears %%'
       OR (application_name = '' AND usename = current_user AND query <> 'DISCARD ALL'))
ORDER BY 1, 2
"""
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
    """Those who may be nodes of ours; on SQLite there is one machine."""
    return [Other(*row) for row in _rows(OTHERS)] if connection.vendor == "postgresql" else []


def holders(*, seconds: float) -> list[Other]:
    """Whose transaction has been open for so long: what stands in the way of a change of tables."""
    return [Other(*row) for row in _rows(HOLDERS, seconds)] if connection.vendor == "postgresql" else []


def _rows(sql: str, *values: float) -> list[tuple[str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        rows: list[tuple[str, str, int]] = cursor.fetchall()
    return rows
