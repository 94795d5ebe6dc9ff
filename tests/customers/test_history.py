"""Attributes in two times: what was true when, and when we learnt it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from allears.accounts.models import Workspace
from allears.customers.actions import TraitChange, merge, update_traits
from allears.customers.history import attributes_at, history_of, segments_at
from allears.customers.models import AttributeValue, Customer
from allears.listen import actions as listen
from tests import builders

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def tell(customer: Customer, at: float, *, learnt: float | None = None, **traits: Any) -> None:
    """The customer's traits at day ``at``, which reached us on day ``learnt``."""
    update_traits(
        workspace_id=customer.workspace_id,
        changes=[TraitChange(customer_id=customer.id, traits=traits, at=day(at))],
        now=day(at if learnt is None else learnt),
    )
    customer.refresh_from_db()


def plan(customer: Customer, at: float, known: float | None = None) -> Any:
    found = attributes_at(customer=customer, at=day(at), known_at=None if known is None else day(known))
    return found.get("plan")


@pytest.fixture
def zoe(acme: Workspace) -> Customer:
    return builders.customer(workspace=acme, email="zoe@example.test")


def test_late_and_out_of_order_values_land_where_they_were_true(zoe: Customer) -> None:
    tell(zoe, 1, plan="free")
    tell(zoe, 10, plan="gold")
    tell(zoe, 5, learnt=11, plan="trial")
    assert zoe.attributes["plan"] == "gold"
    assert [plan(zoe, at) for at in (0, 1, 4.9, 5, 9.9, 10, 99)] == [
        None, "free", "free", "trial", "trial", "gold", "gold",
    ]  # fmt: skip
    assert plan(zoe, 7, known=10.5) == "free"  # what we would have said before the late one came
    assert plan(zoe, 7, known=0.5) is None


def test_a_value_told_again_later_is_not_overtaken_by_a_late_one(zoe: Customer) -> None:
    tell(zoe, 1, plan="gold")
    tell(zoe, 9, plan="gold")
    assert AttributeValue.objects.in_workspace(zoe.workspace_id).count() == 1
    tell(zoe, 5, learnt=9.5, plan="free")
    assert zoe.attributes["plan"] == "gold"
    assert [plan(zoe, at) for at in (2, 6, 9)] == ["gold", "free", "gold"]


def test_an_attribute_that_ended_is_gone_from_then_on(zoe: Customer) -> None:
    tell(zoe, 1, plan="gold", segment="vip")
    tell(zoe, 5, plan=None, segment=None)
    assert "plan" not in zoe.attributes
    assert zoe.segment == ""
    assert (plan(zoe, 4), plan(zoe, 6)) == ("gold", None)


def test_a_correction_of_the_same_moment_wins_and_stays_visible(zoe: Customer) -> None:
    tell(zoe, 1, plan="gold")
    tell(zoe, 1, learnt=3, plan="silver")
    assert zoe.attributes["plan"] == "silver"
    assert (plan(zoe, 2), plan(zoe, 2, known=2)) == ("silver", "gold")
    lines = [(each.value, each.late, each.corrected) for each in history_of(customer=zoe) if each.name == "plan"]
    assert lines == [("silver", True, False), ("gold", False, True)]


def test_a_batch_out_of_order_ends_like_one_in_order(zoe: Customer) -> None:
    changes = [
        TraitChange(customer_id=zoe.id, traits={"plan": value}, at=day(at))
        for at, value in ((3, "c"), (1, "a"), (2, "b"))
    ]
    update_traits(workspace_id=zoe.workspace_id, changes=changes, now=day(4))
    zoe.refresh_from_db()
    assert zoe.attributes["plan"] == "c"
    assert [plan(zoe, at) for at in (1, 2, 3)] == ["a", "b", "c"]


def test_what_was_known_before_there_was_a_history_still_answers(acme: Workspace) -> None:
    old = builders.customer(workspace=acme, email="o@x.test", segment="gold", attributes={"city": "Xi'an"})
    assert attributes_at(customer=old, at=day(1)) == {"city": "Xi'an", "segment": "gold", "email": "o@x.test"}
    assert segments_at(workspace_id=acme.id, asked=[(old.id, day(-99))]) == ["gold"]


def test_a_voice_keeps_the_segment_of_its_own_time_also_when_it_comes_late(zoe: Customer) -> None:
    tell(zoe, 1, segment="new")
    tell(zoe, 10, segment="vip")
    said = [
        listen.record_voice(
            workspace_id=zoe.workspace_id, key=f"v{at}", initiator="customer", source_kind="review", channel="web",
            said_at=day(at), text="hm", customer_id=zoe.id, now=day(20),
        ).segment
        for at in (0, 5, 15)
    ]  # fmt: skip
    assert said == ["new", "new", "vip"]  # before the first known one, that one is assumed


def test_histories_of_two_who_are_one_are_read_as_one(acme: Workspace, zoe: Customer) -> None:
    other = builders.customer(workspace=acme, email="")
    tell(other, 1, plan="free")
    tell(zoe, 5, plan="gold")
    merge(workspace_id=acme.id, kept_id=zoe.id, merged_id=other.id, reason="by hand", now=day(6))
    zoe.refresh_from_db()
    assert [plan(zoe, at) for at in (2, 7)] == ["free", "gold"]


def test_a_batch_asks_the_database_the_same_few_times_whatever_its_size(
    acme: Workspace, django_assert_max_num_queries: Any
) -> None:
    people = [builders.customer(workspace=acme, email=f"p{n}@x.test") for n in range(50)]
    changes = [TraitChange(customer_id=p.id, traits={"plan": "a", "city": str(p.id)}, at=day(1)) for p in people]
    with django_assert_max_num_queries(8):
        update_traits(workspace_id=acme.id, changes=changes, now=day(1))
    assert AttributeValue.objects.in_workspace(acme.id).count() == 100
