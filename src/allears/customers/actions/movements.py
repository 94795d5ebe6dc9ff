"""Customers move: from one segment, tier or stage of life to the next, and their points up and down."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allears.customers.models import Customer, Movement

WATCHED: Mapping[str, str] = {
    "tier": Movement.Kind.TIER,
    "points": Movement.Kind.POINTS,
    "life_cycle": Movement.Kind.LIFE_CYCLE,
    "lifecycle": Movement.Kind.LIFE_CYCLE,
    "lifecycle_stage": Movement.Kind.LIFE_CYCLE,
    "lifecycleStage": Movement.Kind.LIFE_CYCLE,
}
"""Attributes that say where a customer stands; the segment has a column of its own."""
_NAMES = frozenset({"segment", *WATCHED})
LONGEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One customer went from one state of a kind to another; "" is no state. ``amount`` is the change of points."""

    customer_id: int
    kind: str
    before: str
    after: str
    at: datetime
    amount: int | None = None


def tells(*, traits: Mapping[str, Any]) -> bool:
    """Whether these traits can move anybody."""
    return not _NAMES.isdisjoint(traits)


def standing(*, customer: Customer) -> dict[str, str]:
    """Where the customer stands now, by kind."""
    found = {
        kind: _text(customer.attributes.get(name)) for name, kind in WATCHED.items() if name in customer.attributes
    }
    return {Movement.Kind.SEGMENT: customer.segment, **found}


def between(*, customer_id: int, before: Mapping[str, str], after: Mapping[str, str], at: datetime) -> Iterator[Moved]:
    """The movements that lead from one standing to the other."""
    for kind in sorted({*before, *after}):
        was, now = before.get(kind, ""), after.get(kind, "")
        if was != now:
            amount = _number(now) - _number(was) if kind == Movement.Kind.POINTS else None
            yield Moved(customer_id=customer_id, kind=kind, before=was, after=now, at=at, amount=amount)


def record_movements(*, workspace_id: int, movements: Iterable[Moved]) -> None:
    """Write them down, inside the caller's transaction."""
    Movement.objects.in_workspace(workspace_id).bulk_create(
        [
            Movement(
                workspace_id=workspace_id,
                customer_id=each.customer_id,
                kind=each.kind,
                before=each.before,
                after=each.after,
                amount=each.amount,
                at=each.at,
            )
            for each in movements
        ],
        batch_size=500,
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()[:LONGEST]


def _number(text: str) -> int:
    try:
        return round(float(text)) if text else 0
    except (ValueError, OverflowError):
        return 0
