"""The map: what may be drawn, in which order it is lived, and who may see it."""

from datetime import UTC, datetime

import pytest
from tests.conftest import Person

from allears.accounts.models import AuditEntry, Workspace
from allears.journeys import actions, queries
from allears.journeys.actions import TouchpointError, TouchpointSpec
from allears.journeys.models import Touchpoint

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def create(workspace: Workspace, key: str, **fields: object) -> Touchpoint:
    spec = TouchpointSpec(key=key, name=key.title(), **fields)  # type: ignore[arg-type]
    return actions.create_touchpoint(workspace_id=workspace.pk, spec=spec, actor_id=None, now=NOW)


def test_a_new_touchpoint_stands_at_the_end_with_its_owner(acme: Workspace, bob: Person) -> None:
    create(acme, "order")
    delivery = create(acme, "delivery", owner_id=bob.membership.pk, event_names=[" order_delivered", "order_delivered"])
    assert [each.key for each in queries.touchpoints(workspace_id=acme.pk)] == ["order", "delivery"]
    assert delivery.owner == bob.membership
    assert delivery.event_names == ["order_delivered"]
    verbs = AuditEntry.objects.in_workspace(acme.pk).values_list("verb", flat=True)
    assert list(verbs) == ["journeys.touchpoint.created"] * 2


def test_a_key_is_taken_once_and_the_second_changes_nothing(acme: Workspace) -> None:
    create(acme, "order")
    with pytest.raises(TouchpointError, match="order"):
        create(acme, "order")
    assert queries.touchpoints(workspace_id=acme.pk).count() == 1


def test_an_owner_from_elsewhere_is_refused(acme: Workspace, charlie: Person) -> None:
    with pytest.raises(TouchpointError, match="member"):
        create(acme, "order", owner_id=charlie.membership.pk)
    assert queries.touchpoints(workspace_id=acme.pk, with_archived=True).count() == 0


def test_an_owner_who_left_is_refused(acme: Workspace, bob: Person) -> None:
    bob.membership.ended_at = NOW
    bob.membership.save()
    with pytest.raises(TouchpointError, match="member"):
        create(acme, "order", owner_id=bob.membership.pk)


def test_archived_touchpoints_leave_the_map_and_come_back(acme: Workspace) -> None:
    order = create(acme, "order", event_names=["order_placed"])
    actions.archive_touchpoint(touchpoint=order, actor_id=None, now=NOW)
    assert queries.journey(workspace_id=acme.pk) == []
    actions.restore_touchpoint(touchpoint=order, actor_id=None)
    assert [places for _stage, places in queries.journey(workspace_id=acme.pk)] == [[order]]


def test_the_journey_follows_the_stages_that_customers_live(acme: Workspace) -> None:
    for key, stage in (("return", "return"), ("browse", "discover"), ("own", "Ceremony"), ("order", "buy")):
        create(acme, key, stage=stage)
    lived = [(stage, [each.key for each in places]) for stage, places in queries.journey(workspace_id=acme.pk)]
    assert lived == [
        ("discover", ["browse"]),
        ("buy", ["order"]),
        ("return", ["return"]),
        ("Ceremony", ["own"]),
    ]


def test_a_template_fills_what_is_missing_and_a_second_time_nothing(acme: Workspace) -> None:
    mine = create(acme, "delivery", name_zh="我的送货")
    made = actions.apply_template(workspace_id=acme.pk, template_key="retail-delivery", actor_id=None, now=NOW)
    again = actions.apply_template(workspace_id=acme.pk, template_key="retail-delivery", actor_id=None, now=NOW)
    assert (len(made), len(again)) == (12, 0)
    mine.refresh_from_db()
    assert mine.name_zh == "我的送货"
    with pytest.raises(TouchpointError, match="template"):
        actions.apply_template(workspace_id=acme.pk, template_key="no-such", actor_id=None, now=NOW)


def test_an_outsider_finds_nothing(acme: Workspace, charlie: Person) -> None:
    order = create(acme, "order")
    with pytest.raises(Touchpoint.DoesNotExist):
        queries.access_touchpoint(workspace_id=charlie.workspace.pk, touchpoint_id=order.pk)


def test_names_follow_the_reader(acme: Workspace) -> None:
    order = create(acme, "order", name_zh="下单")
    bare = create(acme, "bill")
    assert (order.name_in("zh-hans"), order.name_in("en"), bare.name_in("zh")) == ("下单", "Order", "Bill")
