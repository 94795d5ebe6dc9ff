"""Which customer somebody means who writes an id, a key, an e-mail address, a phone number or a user id."""

from allears.customers.keys import EMAIL, PHONE, clean_email, clean_phone
from allears.customers.models import Customer, Identifier
from allears.customers.queries import present


class UnknownPersonError(LookupError):
    """Nobody is known by this; the text says so without repeating it."""

    def __init__(self) -> None:
        super().__init__("nobody in this workspace is known by that")


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
    known = Identifier.objects.in_workspace(workspace_id).filter(shared_at__isnull=True).select_related("customer")
    tries = [(EMAIL, clean_email(text)), (PHONE, clean_phone(text))]
    for kind, value in tries:
        if value and (row := known.filter(kind=kind, value=value).first()):
            return row.customer  # type: ignore[no-any-return]
    others = list(known.filter(value=text)[:2])
    if len(others) == 1:
        return others[0].customer  # type: ignore[no-any-return]
    if others:
        return None
    columns = Customer.objects.in_workspace(workspace_id).filter(merged_into__isnull=True)
    for column, (_, value) in zip(("email", "phone"), tries, strict=True):
        rows = list(columns.filter(**{column: value})[:2]) if value else []
        if len(rows) == 1:
            return rows[0]
    return None
