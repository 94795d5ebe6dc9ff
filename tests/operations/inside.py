"""Runs inside an installation (`python -m tests.operations.inside DATA VERB …`): fills it, or prints what is in it."""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)


def fill(count: str) -> dict[str, Any]:
    """Customers with voices, cases and odd values; half of it in the lake, the rest hot; three unread bodies."""
    from django.utils import timezone

    from allears.accounts.models import Membership, User, Workspace
    from allears.customers.models import Customer
    from allears.events.intake.log import Body, open_log
    from allears.events.models import QuarantinedRow
    from allears.jobs.flusher import flush_all
    from allears.jobs.lease import worker_name
    from allears.listen.actions import record_voice
    from allears.listen.models import Response
    from allears.respond.actions import open_case

    home = Workspace.objects.get(slug="default")
    user = User.objects.create_user("alice@acme.test", "a long enough password")
    Membership.objects.create(workspace=home, user=user, role="admin")
    doomed = Customer.objects.create(workspace=home, email="gone@example.test")
    for number in range(int(count)):
        customer = Customer.objects.create(
            workspace=home,
            email=f"zoe{number}@example.test",
            name=f"Zoë 沙发 {number} \x7f \u2028",
            attributes={"b": [1, 2.5, None, True], "a": {"中": "文"}, "n": 10**15},
        )
        voice = record_voice(
            workspace_id=home.pk, key=f"v{number}", initiator="customer", source_kind="complaint", channel="web",
            said_at=NOW + timedelta(minutes=number), text=f"Secret words {number}: it was late", metric="nps",
            score=number % 11, customer_id=customer.pk,
        )  # fmt: skip
        at = timezone.now() - timedelta(minutes=number)
        Response.objects.create(
            workspace=home, key=f"r{number}", customer=customer, channel="email", metric="nps", score=number % 11,
            answers={"nps": number % 11}, started_at=at, updated_at=at, completed_at=at,
        )  # fmt: skip
        if number % 3 == 0:
            open_case(workspace_id=home.pk, voice_id=voice.pk, now=NOW)
        if number == int(count) // 2:
            flush_all(owner=worker_name(), now=timezone.now())
    doomed.delete()
    QuarantinedRow.objects.create(
        workspace=home, source="intake", reason="broken", payload='{"email": "zoe1@example.test"}', at=NOW
    )
    log = open_log()
    log.append(
        [
            Body(
                workspace_id=home.pk, kind="track", received_us=1_700_000_000_000_000 + each,
                data=b'{"userId": "late%d", "event": "order_delivered", "messageId": "m%d"}' % (each, each),
            )
            for each in range(3)
        ]
    )  # fmt: skip
    log.close()
    return {}


def look() -> dict[str, Any]:
    """Every table's count and content, the lake's figures, and whether Alice's password opens."""
    from django.contrib.auth import authenticate

    from allears.events.consumer.source import open_source
    from allears.operations.backups.rows import Digest, kept_models, layout_of, read_rows

    tables = {}
    for model in kept_models():
        digest = Digest()
        for chunk in read_rows(model, layout_of(model), alias="default"):
            for values, _ in chunk:
                digest.add(values)
        tables[model._meta.label] = [digest.rows, digest.text()]
    source = open_source()
    unread = [[each.workspace_id, each.kind, each.received_us, each.data.decode()] for each in _waiting(source)]
    source.close()
    return {
        "tables": tables,
        "unread": unread,
        "signs_in": authenticate(None, email="alice@acme.test", password="a long enough password") is not None,
    }


def _waiting(source: Any) -> list[Any]:
    return list(source.ahead(rows=100, size=1 << 20))


def consume() -> dict[str, Any]:
    """Let the consumer take what waits, then one more call; the events stored."""
    from allears.accounts.models import Workspace
    from allears.events.consumer.loop import Consumer
    from allears.events.consumer.source import open_source
    from allears.events.intake.log import Body, open_log
    from allears.events.models import Event

    home = Workspace.objects.get(slug="default")
    log = open_log()
    data = b'{"userId": "new", "event": "order_delivered", "messageId": "after"}'
    log.append([Body(workspace_id=home.pk, kind="track", received_us=1_800_000_000_000_000, data=data)])
    log.close()
    consumer = Consumer("tests", open_source())
    while consumer.turn():
        pass
    names = Event.objects.in_workspace(home.pk).order_by("id").values_list("customer__identifiers__value", flat=True)
    return {"events": list(names)}


def erase(email: str) -> dict[str, Any]:
    """Forget one person in every back-up."""
    from django.utils import timezone

    from allears.accounts.models import Workspace
    from allears.customers.models import Customer
    from allears.customers.rights.person import person_of
    from allears.operations.backups.forgetting import forget

    home = Workspace.objects.get(slug="default")
    customer = Customer.objects.in_workspace(home.pk).get(email=email)
    return {"removed": forget(person=person_of(workspace_id=home.pk, customer_id=customer.pk), now=timezone.now())}


OLD = {
    "accounts": "0001_initial",
    "customers": "0002_epochs_and_undoable_merges",
    "events": "0004_short_indexes",
    "jobs": "0003_lake_head_flushes",
    "journeys": "0001_initial",
    "listen": "0001_initial",
    "outreach": "0001_initial",
    "respond": "0001_initial",
    "sessions": "0001_initial",
}


def old() -> dict[str, Any]:
    """A database as an earlier version made it, with Alice in it."""
    from django.contrib.auth.hashers import make_password
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from allears.operations.backups.schema import applied, models_at

    MigrationExecutor(connection).migrate(sorted(OLD.items()))
    models = models_at(applied())
    home = models["accounts.Workspace"].objects.create(slug="default", name="Default")
    password = make_password("a long enough password")
    user = models["accounts.User"].objects.create(email="alice@acme.test", password=password)
    models["accounts.Membership"].objects.create(workspace=home, user=user, role="admin")
    models["customers.Customer"].objects.create(workspace=home, key="k1", email="zoe1@example.test", name="Zoë")
    return {}


def obstruct() -> dict[str, Any]:
    """Something stands where the upgrade wants to put a table of its own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE webhooks_endpoint (id integer)")
    return {}


def upgrade_and_die() -> dict[str, Any]:
    """`kill -9` when all changes were made and the result is about to be looked at."""
    import signal

    from django.utils import timezone

    from allears.operations import upgrading

    upgrading._examine = lambda: os.kill(os.getpid(), signal.SIGKILL)
    upgrading.upgrade(now=timezone.now())
    return {}


def upgrade_waiting(seconds: str) -> dict[str, Any]:
    """With less patience for those who hold a table; why it was given up."""
    from django.utils import timezone

    from allears.operations import upgrading

    upgrading.LOCK_SECONDS = int(seconds)
    try:
        upgrading.upgrade(now=timezone.now())
    except upgrading.UpgradeError as error:
        return {"refused": str(error)}
    return {}


def outline() -> dict[str, Any]:
    """Tables and the rows in them, as the database itself tells it."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names()):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


if __name__ == "__main__":
    os.environ["ALLEARS_DATA"] = sys.argv[1]
    os.environ["DJANGO_SETTINGS_MODULE"] = "allears.settings"
    import django

    django.setup()
    print(json.dumps(globals()[sys.argv[2]](*sys.argv[3:])))  # noqa: T201 - its answer
