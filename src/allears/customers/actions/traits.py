"""What we are told about customers: some traits have columns, consent has a ledger, the rest are attributes."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from allears.customers import sql
from allears.customers.actions.consent import ConsentChange, read_consent, record_consent
from allears.customers.actions.movements import Moved, between, record_movements, standing, tells
from allears.customers.history import LONGEST_NAME, Timeline
from allears.customers.keys import PHONE, clean_email, clean_phone
from allears.customers.models import Customer
from allears.customers.rules import Rules, rules_of

LONGEST = {"name": 200, "email": 254, "phone": 32, "language": 10, "timezone": 60, "segment": 80}
COLUMNS = tuple(LONGEST)
TAKEN = frozenset({"consent", "email", "phone", "language", "locale", "timezone", "segment", "name"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TraitChange:
    """What one message says about one customer. A null trait is forgotten."""

    customer_id: int
    traits: Mapping[str, Any]
    at: datetime


def update_traits(
    *,
    workspace_id: int,
    changes: Sequence[TraitChange],
    now: datetime,
    source: str = "identify",
    created: Collection[int] = (),
) -> None:
    """Apply the changes in order, set-wise; consent goes to its ledger. Raises ConsentFormatError.

    ``created`` are customers who were made in this transaction: nothing was ever told about them.
    """
    with transaction.atomic():
        customers = _load(workspace_id, list({change.customer_id for change in changes}))
        before = {each.id: _row(each) for each in customers.values()}
        changes = _in_full(workspace_id, changes)
        stated = [_stated(change.traits) for change in changes]
        names: dict[int, set[str]] = {}
        for change, told in zip(changes, stated, strict=True):
            if change.customer_id not in created:
                names.setdefault(change.customer_id, set()).update(told)
        timeline = Timeline(workspace_id=workspace_id, names=names, now=now, source=source)
        consents: list[ConsentChange] = []
        moved: list[Moved] = []
        for change, told in zip(changes, stated, strict=True):
            customer = customers[change.customer_id]
            stood = standing(customer=customer) if tells(traits=change.traits) else None
            late = _late(timeline, customer, told, change.at)
            apply_traits(customer=customer, traits=_without(change.traits, late) if late else change.traits)
            if stood is not None:
                moved += between(customer_id=customer.id, before=stood, after=standing(customer=customer), at=change.at)
            if "consent" in change.traits:
                consents += read_consent(customer_id=change.customer_id, consent=change.traits["consent"], at=change.at)
        changed = [row for each in customers.values() if (row := _row(each)) != before[each.id]]
        sql.update_columns("customers_customer", [*COLUMNS, "attributes"], changed)
        timeline.save()
        if moved:
            record_movements(workspace_id=workspace_id, movements=moved)
        if consents:
            record_consent(workspace_id=workspace_id, changes=consents, source=source)


def _in_full(workspace_id: int, changes: Sequence[TraitChange]) -> Sequence[TraitChange]:
    """The same with telephone numbers as the world writes them."""
    if not any(change.traits.get(PHONE) for change in changes):
        return changes
    rules = rules_of(workspace_id=workspace_id)
    return [_dialled(change, rules) for change in changes]


def _dialled(change: TraitChange, rules: Rules) -> TraitChange:
    phone = clean_phone(change.traits.get(PHONE))
    return replace(change, traits={**change.traits, PHONE: rules.written(phone)}) if phone else change


def _load(workspace_id: int, ids: list[int]) -> dict[int, Customer]:
    found: dict[int, Customer] = {}
    for start in range(0, len(ids), sql.CHUNK):
        found |= Customer.objects.in_workspace(workspace_id).in_bulk(ids[start : start + sql.CHUNK])
    return found


def _row(customer: Customer) -> tuple[Any, ...]:
    return (
        *(getattr(customer, name) for name in COLUMNS),
        json.dumps(customer.attributes, ensure_ascii=False),
        customer.id,
    )


@dataclass(slots=True)
class Blank:
    """What a message says by itself, as a customer without any past would have it."""

    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    timezone: str = ""
    segment: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)


def _stated(traits: Mapping[str, Any]) -> dict[str, Any]:
    """What traits say, by attribute and as it would be stored; None: it ended. Consent has its own ledger."""
    blank = Blank()
    apply_traits(customer=blank, traits=traits)
    ended = {"language" if name == "locale" else name for name, value in traits.items() if value is None}
    told = {**dict.fromkeys(ended), **blank.attributes}
    told |= {name: value for name in COLUMNS if (value := getattr(blank, name))}
    told.pop("consent", None)
    return {name: value for name, value in told.items() if len(name) <= LONGEST_NAME}


def _late(timeline: Timeline, customer: Customer, told: Mapping[str, Any], at: datetime) -> set[str]:
    """Note the values; the names of those that were overtaken by newer ones already."""
    late = set()
    for name, value in told.items():
        present = getattr(customer, name) or None if name in LONGEST else customer.attributes.get(name)
        if not timeline.tell(customer_id=customer.id, name=name, value=value, at=at, present=present):
            late.add(name)
    return late


def _without(traits: Mapping[str, Any], late: set[str]) -> dict[str, Any]:
    spelt = {"locale"} if "language" in late else set()
    if "name" in late:
        spelt |= {"firstName", "first_name", "lastName", "last_name"}
    return {name: value for name, value in traits.items() if name not in late and name not in spelt}


def apply_traits(*, customer: Customer | Blank, traits: Mapping[str, Any]) -> None:
    """Set columns and attributes of a customer in memory; what does not fit a column stays an attribute."""
    attributes = dict(customer.attributes)
    for name, value in traits.items():
        if (name in TAKEN and (name == "consent" or _set_column(customer, name, value))) or value is None:
            attributes.pop(name, None)
        else:
            attributes[name] = value
    customer.attributes = attributes
    if not traits.get("name") and (full := _full_name(traits)):
        customer.name = full


def _set_column(customer: Customer | Blank, name: str, value: Any) -> bool:
    """Whether the trait went to a column."""
    column = "language" if name == "locale" else name
    if value is None:
        text = ""
    elif name == "email":
        text = clean_email(value)
    elif name == "phone":
        text = clean_phone(value)
    elif column == "language":
        text = str(value).replace("_", "-").partition("-")[0].lower()
    else:
        text = str(value).strip()
    if (not text and value not in (None, "")) or len(text) > LONGEST[column]:
        return False
    setattr(customer, column, text)
    return True


def _full_name(traits: Mapping[str, Any]) -> str:
    first = traits.get("firstName") or traits.get("first_name") or ""
    last = traits.get("lastName") or traits.get("last_name") or ""
    return f"{first} {last}".strip()[:200]
