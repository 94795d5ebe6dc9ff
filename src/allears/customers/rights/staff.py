"""What staff typed: names of tags, probes and sources, rules and addresses. They mean no customer, but may name one.

Identifiers (an address, a number) are struck out of names like everywhere. The person's own name is another matter,
because others may be called the same: an administrator sees the places first and says whether it is struck out, too.
Rules would no longer work with a word less: where one names the person, the certificate says so, and staff mend it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from allears.customers.personal import PersonalTable, Rules, personal_tables, written_rules
from allears.customers.rights.person import Person
from allears.customers.rights.tables import everything, put

SHOWN = 160  # characters of a place, around what was found
STILL_NAMED = "still_named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place where staff wrote what the person is known by or called."""

    model: str
    label: str  # in English; translated where shown
    row: int
    column: str
    text: str
    by_name: bool  # found by the person's own name alone
    a_rule: bool  # left as it is in any case


def places(person: Person) -> list[Place]:
    """Every such place, those that stay named first."""
    found = [place for table in written_rules() for place in _places(table, person)]
    found += [place for table in _typed() for place in _places(table, person)]
    return found


def _typed() -> list[PersonalTable]:
    return [table for table in personal_tables() if table.typed]


def _places(table: PersonalTable | Rules, person: Person) -> Iterator[Place]:
    for row in everything(table, person.workspace_id).order_by("pk").only("pk", *table.columns):
        for column in table.columns:
            value = getattr(row, column)
            known = bool(value) and person.is_in(value)
            if known or (value and person.is_called_in(value)):
                yield Place(
                    model=table.model,
                    label=table.label,
                    row=row.pk,
                    column=column,
                    text=_shown(value),
                    by_name=not known,
                    a_rule=isinstance(table, Rules),
                )


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def strike_names(person: Person) -> dict[str, int]:
    """Strike the person's own name out of what staff typed; how many rows of which model."""
    done: Counter[str] = Counter()
    for table in _typed():
        rows = everything(table, person.workspace_id)
        for row in rows.only("pk", *table.columns):
            values = {name: person.strike_called_in(getattr(row, name)) for name in table.columns}
            if any(value != getattr(row, name) for name, value in values.items()):
                put(rows, row, values)
                done[table.model] += 1
    return dict(done)


def still_named(person: Person) -> dict[str, int]:
    """Places that name the person after all was done, by model."""
    return dict(Counter(place.model for place in places(person)))
