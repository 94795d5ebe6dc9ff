"""What the processes of test_lake_killed.py do: ``python -m tests.understand.lake_under_fire ROLE``.

The writer fills every table and flushes, the rewriter compacts, vacuums, erases and rolls up, the reader checks all the
while that each row is seen exactly once. Whoever is killed is started again.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 – Django first
from django.utils import timezone  # noqa: E402
from tests.builders import customer, member, workspace  # noqa: E402
from tests.web.objects import row  # noqa: E402

from allears.accounts.models import Membership, Workspace  # noqa: E402
from allears.customers.models import Customer, Movement  # noqa: E402
from allears.events.models import Event  # noqa: E402
from allears.jobs import erasure, flusher, hot  # noqa: E402
from allears.jobs.lease import LeaseLostError, worker_name  # noqa: E402
from allears.jobs.rewriting import FlusherBusyError  # noqa: E402
from allears.lake.engine import DuckDBLimits, connect  # noqa: E402
from allears.lake.rollups import EVENT_COUNTS, SCORES  # noqa: E402
from allears.listen.models import Invitation, Response, SurveyVersion, Voice  # noqa: E402
from allears.outreach.models import Decision  # noqa: E402
from allears.respond.models import Case  # noqa: E402
from allears.understand import rollups  # noqa: E402
from allears.understand.cubes import CubeStore  # noqa: E402
from allears.understand.models import VoiceAnnotation  # noqa: E402

OF_CUSTOMERS: dict[str, type[Any]] = {
    "events": Event,
    "responses": Response,
    "decisions": Decision,
    "asks": Invitation,
    "voices": Voice,
    "cases": Case,
    "movements": Movement,
}
MODELS = OF_CUSTOMERS | {"annotations": VoiceAnnotation}  # each with one label, which is one row of the lake
ERASED = Path(settings.DATA_DIR) / "erased.txt"


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def fill() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    acme = workspace(slug="acme")
    row(SurveyVersion, SimpleNamespace(workspace=acme, membership=None))  # type: ignore[arg-type]
    member(workspace=acme, email="alice@acme.test", role="agent")


def write() -> None:
    """A row in every table for a new customer, some older rows changed, all flushed; for ever."""
    acme, dice = Workspace.objects.get(), random.Random(os.getpid())
    who = SimpleNamespace(workspace=acme, membership=Membership.objects.in_workspace(acme.pk).get())
    version = SurveyVersion.objects.in_workspace(acme.pk).get()
    say("ready")
    while True:
        word = os.urandom(6).hex()
        now = timezone.now() - timedelta(minutes=dice.randint(0, 60 * 24 * 40))
        person = customer(workspace=acme, email=f"{word}@example.test")
        given: dict[str, dict[str, Any]] = {
            "events": {"type": "track", "name": "seen", "ts": now, "received_at": now, "message_key": word},
            "responses": {"metric": "nps", "score": dice.randint(0, 10), "key": word, "channel": "email"}
            | {"started_at": now, "updated_at": now, "completed_at": now},
            "decisions": {"at": now, "ask_key": word} if hasattr(Decision, "ask_key") else {"at": now},
            "asks": {"token": word, "created_at": now, "survey_version": version},
            "voices": {"key": word, "said_at": now, "source_kind": "survey"},
            "cases": {"opened_at": now, "number": int(word[:7], 16)},
            "movements": {"kind": "segment", "after": "gold", "at": now},
        }
        said = {
            table: row(model, who, customer=person, **given[table])  # type: ignore[arg-type]
            for table, model in OF_CUSTOMERS.items()
        }
        label = {"task": "topic", "value": "delivery", "polarity": -1, "confidence": 0.9, "spans": []}
        row(VoiceAnnotation, who, voice=said["voices"], said_at=now, annotated_at=now, labels=[label])  # type: ignore[arg-type]
        changed = Response.objects.in_workspace(acme.pk).order_by("?").first()
        assert changed is not None
        changed.score = dice.randint(0, 10)
        changed.heat().save(update_fields=["score", "flush_id"])
        try:
            flusher.flush_all(owner=worker_name(), now=timezone.now() + timedelta(seconds=1))
        except LeaseLostError:
            continue


def rewrite() -> None:
    """Compaction with vacuum, an erasure, or the roll-ups; for ever."""
    acme, dice, engine = Workspace.objects.get(), random.Random(os.getpid()), _engine()
    chores: list[Callable[[], object]] = [
        lambda: flusher.compact_all(owner=worker_name(), now=timezone.now()),
        lambda: _erase(acme.pk, dice),
        lambda: rollups.maintain(engine=engine, owner=worker_name(), now=timezone.now()),
    ]
    say("ready")
    while True:
        try:
            dice.choice(chores)()
        except (LeaseLostError, FlusherBusyError):
            continue
        time.sleep(dice.uniform(0.0, 1.0))  # each takes files from under the reader, who must come to an end too


def _erase(workspace_id: int, dice: random.Random) -> None:
    """The operational rows lose him first, as `people` does it."""
    people = list(Customer.objects.in_workspace(workspace_id).order_by("?")[:2])
    keys = [each.key for each in people]
    with ERASED.open("a") as file:
        file.writelines(f"{key}\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())
    for model in OF_CUSTOMERS.values():
        model.objects.in_workspace(workspace_id).filter(customer__in=people).update(customer=None)
    erasure.erase_from_lake(workspace_id=workspace_id, customer_keys=keys)


def read() -> None:
    """Each row once, in every table and in the roll-ups, as often as READS says; then print what there is."""
    acme, engine = Workspace.objects.get(), _engine()
    say("ready")
    for _ in range(int(os.environ["READS"])):
        before = _stored()
        seen = hot.with_fresh_heads(
            lambda found: _seen(engine, found), lambda: hot.snapshot(tables=list(MODELS), workspace_id=acme.pk)
        )
        cells = CubeStore(lambda: engine).cells([SCORES, EVENT_COUNTS], workspace_id=acme.pk, zone=acme.timezone)
        rolled = {name: sum(each["n"].to_pylist()) for name, each in zip(("responses", "events"), cells, strict=True)}
        after = _stored()
        for table in MODELS:
            n, distinct = seen[table]
            assert n == distinct, (table, n, distinct)
            assert before[table] <= n <= after[table], (table, before[table], n, after[table])
        for table, n in rolled.items():
            assert before[table] <= n <= after[table], ("roll-up", table, before[table], n, after[table])
    say(sum(after.values()))


def _stored() -> dict[str, int]:
    return {table: model.objects.across_workspaces().count() for table, model in MODELS.items()}


def _seen(engine: Any, found: hot.Snapshot) -> dict[str, tuple[int, int]]:
    result = {}
    with engine.session() as session:
        for table, data in found.slices.items():
            rows = session.table(data)
            (one,) = session.run(rows.agg(n=rows.count(), keys=rows[data.spec.key].nunique())).to_pylist()
            result[table] = (one["n"], one["keys"])
    return result


def finish() -> None:
    """Bring everything to its end, then check it all against the database."""
    engine = _engine()
    flusher.flush_all(owner=worker_name(), now=timezone.now() + timedelta(days=2))
    erasure.finish_erasures()
    keys = ERASED.read_text().split() if ERASED.exists() else []
    workspace_id = Workspace.objects.get().pk
    for model in OF_CUSTOMERS.values():  # a kill may have come before the operational rows lost them
        model.objects.in_workspace(workspace_id).filter(customer__key__in=keys).update(customer=None)
    erasure.erase_from_lake(workspace_id=workspace_id, customer_keys=keys)
    rollups.maintain(engine=engine, owner=worker_name(), now=timezone.now())
    wrong = [each.difference for each in rollups.check(engine=engine, now=timezone.now()) if each.difference]
    assert wrong == []
    os.environ["READS"] = "1"
    read()
    files = [path for path in Path(settings.LAKE_ROOT).rglob("*") if path.is_file()]
    held = [(path, key) for path in files for key in keys if key.encode() in path.read_bytes()]
    assert held == []
    say(len(keys))


def _engine() -> Any:
    import tempfile

    return connect("duckdb", limits=DuckDBLimits(temp_directory=tempfile.mkdtemp(), threads=1))


if __name__ == "__main__":
    {"fill": fill, "write": write, "rewrite": rewrite, "read": read, "finish": finish}[sys.argv[1]]()
