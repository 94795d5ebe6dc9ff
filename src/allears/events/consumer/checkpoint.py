"""On SQLite: carry the write-ahead log into the file beside the consumer, and say what the intake log may forget.

A commit of the operational file survives a crash of the process at once, and a power cut only from here on. The intake
log, which survives both, is therefore trimmed no further than this.
"""

from django.db import connection

from allears.events.models import IntakeCursor

DURABLE = ":durable"


def run_once(owner: str) -> int:
    """The worker's loop. Nothing to do on PostgreSQL, whose commits are durable."""
    if connection.vendor != "sqlite":
        return 0
    reached = dict(IntakeCursor.objects.values_list("name", "position"))
    logs = [name for name in reached if not name.endswith(DURABLE)]
    if all(reached.get(name + DURABLE) == reached[name] for name in logs):
        return 0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
        cursor.fetchall()
    for name in logs:
        IntakeCursor.objects.update_or_create(name=name + DURABLE, defaults={"position": reached[name]})
    return 0
