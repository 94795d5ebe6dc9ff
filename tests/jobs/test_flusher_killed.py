"""A real data folder on SQLite: flushers killed with -9 at random moments, readers checked all the while."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow

SET_UP = "import django; django.setup()\n"
FILL = (
    SET_UP
    + """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.builders import workspace
workspace(slug="acme")
"""
)
WRITE_AND_FLUSH = (
    SET_UP
    + """
import os
from datetime import timedelta
from django.utils import timezone
from allears.accounts.models import Workspace
from allears.jobs import flusher
from allears.jobs.lease import worker_name
from tests.understand.builders import response
acme = Workspace.objects.get()
print("ready", flush=True)
while True:
    for score in (10, 9, 1):
        response(workspace=acme, score=score, key=os.urandom(8).hex())
    flusher.flush_all(owner=worker_name(), now=timezone.now() + timedelta(seconds=1))
"""
)
READ = (
    SET_UP
    + """
from allears.jobs.hot import snapshot
from allears.jobs.models import LakeHead
from allears.lake.engine import DuckDBLimits, connect
from allears.listen.models import Response
import os, tempfile
engine = connect("duckdb", limits=DuckDBLimits(temp_directory=tempfile.mkdtemp(), threads=1))
print("ready", flush=True)
for _ in range(int(os.environ["READS"])):
    before = Response.objects.across_workspaces().count()
    found = snapshot(tables=["responses"], workspace_id=1)
    after = Response.objects.across_workspaces().count()
    with engine.session() as session:
        table = session.table(found.slices["responses"])
        row = session.run(table.agg(n=table.count(), ids=table.response_id.nunique())).to_pylist()[0]
    assert row["n"] == row["ids"], row
    assert before <= row["n"] <= after, (before, row, after)
head = LakeHead.objects.filter(table="responses").first()
print(row["n"], after, head.flushed if head else 0)
"""
)


def test_no_row_is_lost_or_doubled_however_often_the_flusher_is_killed(tmp_path):
    env = os.environ | {
        "ALLEARS_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "allears.settings",
        "PYTHONPATH": os.pathsep.join(["src", "."]),
        "DATABASE_URL": "",
    }
    subprocess.run([sys.executable, "-c", FILL], env=env, check=True)
    dice = random.Random(5)
    for _ in range(6):
        writer = subprocess.Popen([sys.executable, "-c", WRITE_AND_FLUSH], env=env, stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        reader = subprocess.Popen([sys.executable, "-c", READ], env=env | {"READS": "8"}, stdout=subprocess.PIPE)
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"ready\n"
        time.sleep(dice.uniform(0.5, 3.0))
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        reader.communicate()
        assert reader.returncode == 0
    final = subprocess.run([sys.executable, "-c", READ], env=env | {"READS": "1"}, capture_output=True, check=True)
    read, stored, flushes = map(int, final.stdout.split()[1:])
    assert read == stored > 0
    assert flushes >= 3
