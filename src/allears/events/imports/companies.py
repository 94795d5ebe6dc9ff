"""Accounts (B2B) from files: one row describes an account, or one of its people, or both."""

from typing import Any

from django.utils.translation import gettext_lazy

from allears.customers.companies import AccountTold, tell_accounts
from allears.events.imports.kinds import BadRow, Chunk, Field, FieldType, Kind, Outcome, Row
from allears.events.imports.people import WHO_FIELDS, recognise
from allears.events.imports.reasons import coded
from allears.store.scope import ScopedQuerySet


def _load(chunk: Chunk) -> Outcome:
    good = [row for row in chunk.rows if row.values.get("account_key")]
    bad = [
        BadRow(number=row.number, field="account_key", reason=coded("no_account"))
        for row in chunk.rows
        if not row.values.get("account_key")
    ]
    people = recognise(chunk, good)
    told = [
        AccountTold(
            key=row.values["account_key"],
            traits=_traits(row),
            at=chunk.now,
            customer_id=customer,
            role=row.values.get("contact_role", ""),
        )
        for row, customer in zip(good, people.customer_ids, strict=True)
    ]
    tell_accounts(workspace_id=chunk.workspace_id, told=told, now=chunk.now)
    return Outcome(bad=bad)


def _traits(row: Row) -> dict[str, Any]:
    name = row.values.get("account_name")
    return {**row.rest, **({"name": name} if name else {})}


def _no_rows(workspace_id: int, import_id: int) -> dict[str, ScopedQuerySet[Any]]:
    """What a file says of accounts stays said; customers that it made are marked."""
    return {}


ACCOUNTS = Kind(
    name="accounts",
    label=gettext_lazy("Client accounts"),
    fields=(
        Field(name="account_key", type=FieldType.WHO, label=gettext_lazy("Account’s id")),
        Field(name="account_name", type=FieldType.NAME, label=gettext_lazy("Account’s name"), most=200),
        *WHO_FIELDS,
        Field(name="contact_role", type=FieldType.LABEL, label=gettext_lazy("Contact’s role"), most=80),
    ),
    needs=(("account_key",),),
    load=_load,
    rows=_no_rows,
)
