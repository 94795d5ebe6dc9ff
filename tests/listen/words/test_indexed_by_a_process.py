"""On SQLite, what one process does to a voice that another is indexing is known to the index afterwards."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.server
ROOT = Path(__file__).resolve().parents[3]
BEGIN = """
import sys
import django
django.setup()
from datetime import UTC, datetime
from allears.accounts.models import Workspace
from allears.customers.finding import indexing as customers_indexing, storing as customers_storing
from allears.customers.finding import searching as customers_searching
from allears.customers.models import Customer, CustomerPending
from allears.listen.models import Voice, VoicePending
from allears.listen.wall import WallFilter, voices
from allears.listen.words import indexing, storing
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
customers_searching.NEAR = 0

def found(text):
    workspace_id = Workspace.objects.get().pk
    named = customers_searching.like(workspace_id=workspace_id, text=text, limit=9)
    return [len(voices(filters=WallFilter(workspace_id=workspace_id, text=text))[0]), len(named)]
"""
MAKE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
acme = Workspace.objects.create(slug="acme", name="Acme")
Customer.objects.create(workspace=acme, name="a refund")
Voice.objects.create(workspace=acme, key="k", initiator="customer", source_kind="review", channel="web",
                     text="a refund", said_at=NOON, received_at=NOON)
"""
INDEX = """
def held(store):
    def wrapped(rows):
        rows = list(rows)
        print("read", flush=True)
        sys.stdin.readline()
        store(rows)
    return wrapped
{module}storing.store = held({module}storing.store)
{module}indexing.index_some()
"""
EDIT = """
print("begun", flush=True)
for model, column in ((Voice, "text"), (Customer, "name")):
    model.objects.across_workspaces().update(**{column: "a parcel"})
"""
FORGET = """
print("begun", flush=True)
Voice.objects.across_workspaces().delete()
Customer.objects.across_workspaces().delete()
"""
LOOK = """
print(found("refund"), found("parcel"))
indexing.index_all(), customers_indexing.index_all()
print(found("refund"), found("parcel"), VoicePending.objects.exists(), CustomerPending.objects.exists())
"""


def begun(folder: Path, script: str) -> subprocess.Popen[str]:
    env = {**os.environ, "ALLEARS_DATA": str(folder), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    env |= {"DJANGO_SETTINGS_MODULE": "allears.settings"}
    env.pop("DATABASE_URL", None)
    command = [sys.executable, "-c", BEGIN + script]
    return subprocess.Popen(command, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def run(folder: Path, script: str) -> list[str]:
    told, _ = (process := begun(folder, script)).communicate()
    assert process.returncode == 0
    return told.splitlines()


@pytest.mark.parametrize("module", ["", "customers_"])
@pytest.mark.parametrize(("does", "left"), [(EDIT, 1), (FORGET, 0)])
def test_what_another_process_does_while_one_indexes(tmp_path: Path, module: str, does: str, left: int) -> None:
    run(tmp_path, MAKE)
    indexer = begun(tmp_path, INDEX.format(module=module))
    assert indexer.stdout is not None
    assert indexer.stdout.readline() == "read\n"  # the row as it was
    writer = begun(tmp_path, does)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "begun\n"
    time.sleep(0.5)  # it waits for its turn; were it let in, it would be done by now
    indexer.communicate("go on\n")
    writer.communicate()
    assert (indexer.returncode, writer.returncode) == (0, 0)
    seen = f"[0, 0] [{left}, {left}]"
    assert run(tmp_path, LOOK) == [seen, f"{seen} False False"]
