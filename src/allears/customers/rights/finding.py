"""Which customer somebody means who writes an id, a key, an e-mail address, a phone number or a user id."""

from typing import Any

from django.utils.translation import gettext as _

from allears.customers.keys import EMAIL, PHONE, clean_email, clean_phone
from allears.customers.models import Customer, Identifier
from allears.customers.queries import present
from allears.customers.rules import rules_of


class UnknownPersonError(LookupError):
    """Nobody is known by this; the text says so without repeating it."""

    def __init__(self) -> None:
        super().__init__(_("nobody in this workspace is known by that"))


def find_customer(*, workspace_id: int, known_by: str) -> Customer:
    """The customer of this key, id (``#17``), e-mail address, phone number or any other name on record.

    Raises:
        UnknownPersonError: nobody, or more than one.
    """
    text = known_by.strip()
    rows = Customer.objects.in_workspace(workspace_id)
    found = rows.filter(key=text).first()
    if found is None and text.startswith("#") and text[1:].isdecimal():
        found = rows.filter(id=int(text[1:])).first()
    found = found or _by_name(workspace_id, text)
    customer = present(workspace_id=workspace_id, key=found.key) if found else None
    if customer is None:
        raise UnknownPersonError
    return customer


def _by_name(workspace_id: int, text: str) -> Customer | None:
    known = Identifier.objects.in_workspace(workspace_id).filter(shared_at__isnull=True)
    email, phone = clean_email(text), clean_phone(text)
    rules = rules_of(workspace_id=workspace_id)
    tries = [(EMAIL, email), (PHONE, rules.number(phone)), (PHONE, phone)]
    named = [known.filter(kind=kind, value=value) for kind, value in tries if value]
    for rows in (*named, known.filter(value=text)):
        owners = set(rows.values_list("customer_id", flat=True)[:2])
        if owners:
            return _only(workspace_id, id__in=owners)
    for column, value in (("email", email), ("phone", rules.written(phone)), ("phone", phone)):
        if value and (found := _only(workspace_id, **{column: value}, merged_into__isnull=True)):
            return found
    return None


def _only(workspace_id: int, **wanted: Any) -> Customer | None:
    """The one customer that fits; None when several do, because guessing would erase a stranger."""
    rows: list[Customer] = list(Customer.objects.in_workspace(workspace_id).filter(**wanted)[:2])
    return rows[0] if len(rows) == 1 else None
