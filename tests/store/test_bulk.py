"""Bulk rows are the same rows that the ORM would have written."""

from datetime import UTC, datetime, timedelta, timezone

from django.db import transaction

from allears.accounts.models import Workspace
from allears.events.models import Event
from allears.outreach.models import Policy
from allears.store.bulk import allocate_ids, insert_new, insert_rows

COLUMNS = ["id", "workspace_id", "type", "name", "ts", "received_at", "message_key", "properties", "context"]


def test_a_bulk_row_is_found_by_the_time_the_orm_would_ask_for(acme: Workspace) -> None:
    east = datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    with transaction.atomic():
        ids = allocate_ids(Event, 2)
        insert_rows(
            Event,
            COLUMNS,
            [
                (ids[0], acme.id, "track", "a", east, east, "k1", "{}", "{}"),
                (ids[1], acme.id, "track", "b", east + timedelta(days=1), east, "k2", "{}", "{}"),
            ],
        )
    rows = Event.objects.in_workspace(acme.id)
    assert rows.get(ts=datetime(2026, 3, 1, 0, 30, tzinfo=UTC)).name == "a"
    assert [row.name for row in rows.filter(ts__lte=east)] == ["a"]
    assert rows.get(name="b").ts - rows.get(name="a").ts == timedelta(days=1)


def test_new_instances_get_their_ids_and_read_back_as_they_were(acme: Workspace) -> None:
    at = datetime(2026, 3, 1, 8, 0, 0, 120000, tzinfo=UTC)
    made = [
        Policy(workspace=acme, version=version, rules={"note": "多走一步", "n": version}, created_at=at)
        for version in (1, 2, 3)
    ]
    with transaction.atomic():
        insert_new(made)
    read = list(Policy.objects.in_workspace(acme.id).order_by("version"))
    assert [(each.id, each.version, each.rules, each.created_at) for each in read] == [
        (each.id, each.version, {"note": "多走一步", "n": each.version}, at) for each in made
    ]
    Policy.objects.create(workspace=acme, version=4, rules={})
    assert Policy.objects.in_workspace(acme.id).count() == 4


def test_one_instance_alone_reads_back_too_and_shares_no_id_with_those_that_come_together(acme: Workspace) -> None:
    at, made = datetime(2026, 3, 1, 8, 0, 0, 120000, tzinfo=UTC), []
    for count in (1, 3, 1, 1, 2):
        first = len(made) + 1
        new = [
            Policy(workspace=acme, version=first + place, rules={"note": "首问负责"}, created_at=at)
            for place in range(count)
        ]
        with transaction.atomic():
            insert_new(new)
        made += new
    assert [each.id for each in made] == sorted({each.id for each in made})
    read = list(Policy.objects.in_workspace(acme.id).order_by("version"))
    assert [(each.id, each.rules, each.created_at) for each in read] == [
        (each.id, {"note": "首问负责"}, at) for each in made
    ]
