"""kill -9 of the worker in the middle of an import: the next worker goes on where it was, and every row counts once."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.processes import die_with_parent

ROWS, KILLS = 120_000, 3
SEED = f"""
import sys, django
django.setup()
from pathlib import Path
from django.core.management import call_command
from django.utils import timezone
call_command("migrate", verbosity=0)
from allears.accounts.models import Workspace
from allears.events.imports import actions
home = Workspace.objects.create(slug="acme", name="Acme")
path = Path(sys.argv[1])
with path.open("w") as file:
    file.write("event_id,event_name,user_id,event_time,amount\\n")
    for n in range({ROWS}):
        file.write(f"m-{{n * 7}},order_placed,u{{n % 5000}},2026-05-{{n % 28 + 1:02}} 10:00:00,{{n % 97}}\\n")
ready = actions.prepare(workspace=home, kind_name="events", path=path, filename="events.csv")
row = actions.register(prepared=ready, actor_id=None, now=timezone.now())
actions.queue_run(row=row)
"""
WORK = """
import time, django
django.setup()
from django.utils import timezone
from allears.events.models import Import
from allears.jobs import worker
from allears.jobs.lease import worker_name
while Import.objects.across_workspaces().get().state != "done":
    worker.reap(now=timezone.now())
    if not worker.run_due(owner=worker_name(), queues=[worker.LONG]):
        time.sleep(0.05)
"""


@pytest.mark.slow
def test_the_next_worker_goes_on_and_nothing_counts_twice(tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
        "ALLEARS_DATA": str(tmp_path),
    }
    subprocess.run([sys.executable, "-c", SEED, str(tmp_path / "events.csv")], env=environment, check=True)
    for kill in range(KILLS):
        process = _worker(environment)
        before = _reached(tmp_path)
        while process.poll() is None and _reached(tmp_path) <= before:
            time.sleep(0.005)
        time.sleep(0.01 * kill)
        assert process.poll() is None, "the import was over before it could be killed"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert 0 < _reached(tmp_path) < ROWS
    assert _worker(environment).wait(300) == 0
    with _database(tmp_path) as database:
        told = database.execute("SELECT rows_read, rows_good, rows_repeated, rows_bad FROM events_import").fetchone()
        stored = database.execute("SELECT count(*), count(DISTINCT message_key) FROM events_event").fetchone()
        people = database.execute("SELECT count(*) FROM customers_customer").fetchone()
        marks = database.execute("SELECT count(*), count(DISTINCT object_id) FROM events_importmark").fetchone()
    assert told == (ROWS, ROWS, 0, 0)
    assert stored == (ROWS, ROWS)
    assert (people, marks) == ((5000,), (5000, 5000))


def _worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WORK], env=environment, preexec_fn=die_with_parent)


def _database(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{folder / 'allears.sqlite3'}?mode=ro", uri=True)


def _reached(folder: Path) -> int:
    with _database(folder) as database:
        return int(database.execute("SELECT rows_read FROM events_import").fetchone()[0])
