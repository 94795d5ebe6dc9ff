"""A customer who comes to stand elsewhere has moved, once, and the lake hears of it."""

from datetime import UTC, datetime, timedelta

import pytest

from allears.customers.actions.traits import TraitChange, update_traits
from allears.customers.models import Movement
from allears.jobs import flusher, hot
from tests.builders import customer

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)


def say(who, minute: int, **traits) -> TraitChange:
    return TraitChange(customer_id=who.pk, traits=traits, at=NOON + timedelta(minutes=minute))


def movements(workspace) -> list[tuple]:
    rows = Movement.objects.in_workspace(workspace.pk).order_by("at", "kind")
    return [(row.kind, row.before, row.after, row.amount, row.at) for row in rows]


def test_what_moves_a_customer_is_written_down_in_order(acme):
    who = customer(workspace=acme)
    changes = [
        say(who, 1, segment="new", name="Zoe"),
        say(who, 2, segment="gold", tier="silver", points=120),
        say(who, 3, segment="gold", tier="silver", points="120"),
        say(who, 4, points=90, lifecycleStage="loyal"),
        say(who, 5, tier=None, shoe_size=42),
    ]
    update_traits(workspace_id=acme.pk, changes=changes, now=NOON)
    at = [NOON + timedelta(minutes=minute) for minute in range(6)]
    assert movements(acme) == [
        ("segment", "", "new", None, at[1]),
        ("points", "", "120", 120, at[2]),
        ("segment", "new", "gold", None, at[2]),
        ("tier", "", "silver", None, at[2]),
        ("life_cycle", "", "loyal", None, at[4]),
        ("points", "120", "90", -30, at[4]),
        ("tier", "silver", "", None, at[5]),
    ]


def test_saying_the_same_again_moves_nobody(acme):
    who = customer(workspace=acme, segment="gold")
    update_traits(workspace_id=acme.pk, changes=[say(who, 1, segment="gold", name="Z")], now=NOON)
    assert movements(acme) == []


def test_movements_reach_the_lake_and_outlive_their_customer(acme, elsewhere, tmp_path, settings):
    settings.LAKE_ROOT = str(tmp_path / "lake")
    who = customer(workspace=acme)
    update_traits(workspace_id=acme.pk, changes=[say(who, 1, segment="gold")], now=NOON)
    key = who.key
    hot_rows = hot.snapshot(tables=["movements"], workspace_id=acme.pk).slices["movements"].hot
    assert [(row["customer_key"], row["to_state"]) for row in hot_rows.to_pylist()] == [(key, "gold")]
    assert hot.snapshot(tables=["movements"], workspace_id=elsewhere.pk).hot_count == 0
    assert flusher.flush_all(owner="me", now=NOON) == 1
    who.delete()
    assert movements(acme) == [("segment", "", "gold", None, NOON + timedelta(minutes=1))]
    assert hot.snapshot(tables=["movements"], workspace_id=acme.pk).hot_count == 0
