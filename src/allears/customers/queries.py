"""Reads of customers, scoped."""

from django.db.models import QuerySet

from allears.customers.keys import IdentityKeys, clean_phone
from allears.customers.models import Customer, Erasure, Identifier, Merge
from allears.customers.rules import rules_of
from allears.store.scope import ScopedQuerySet

MOST_SEGMENTS = 200


def customers(*, workspace_id: int) -> QuerySet[Customer]:
    """Those who are customers now: not the ones merged into another."""
    rows: ScopedQuerySet[Customer] = Customer.objects.in_workspace(workspace_id)
    return rows.filter(merged_into__isnull=True)


def segments(*, workspace_id: int) -> list[str]:
    """The segments that customers are in now, by name: from each to the next, as reading all customers takes long."""
    rows = Customer.objects.in_workspace(workspace_id).exclude(segment="").order_by("segment")
    found, last = list[str](), ""
    while len(found) < MOST_SEGMENTS and (following := rows.filter(segment__gt=last).values_list("segment")[:1]):
        ((last,),) = following
        found.append(last)
    return found


def family(*, workspace_id: int, customer_id: int) -> list[int]:
    """The customer and all who were merged into it, at any distance: whose history to show as one."""
    ids, step = [customer_id], [customer_id]
    while step:
        step = list(
            Customer.objects.in_workspace(workspace_id).filter(merged_into_id__in=step).values_list("id", flat=True)
        )
        ids += step
    return ids


def present(*, workspace_id: int, key: str) -> Customer | None:
    """The customer of this key; one merged away answers with the one it was merged into."""
    row: Customer | None = Customer.objects.in_workspace(workspace_id).filter(key=key).first()
    while row is not None and row.merged_into_id is not None:
        row = Customer.objects.in_workspace(workspace_id).filter(id=row.merged_into_id).first()
    return row


def known_by(*, workspace_id: int, keys: IdentityKeys) -> Customer | None:
    """Who is known by any of these already, by the strongest first; nobody is made, and shared names tell nobody."""
    names = rules_of(workspace_id=workspace_id).normal(keys).names()
    rows = Identifier.objects.in_workspace(workspace_id).filter(shared_at__isnull=True)
    for kind, value in names:
        found = rows.filter(kind=kind, value=value).select_related("customer").first()
        if found is not None:
            return present(workspace_id=workspace_id, key=found.customer.key)
    return None


def numbers_like(*, workspace_id: int, text: str) -> list[str]:
    """The text, and the number in E.164 that somebody may have meant by it."""
    number = clean_phone(text)
    full = rules_of(workspace_id=workspace_id).written(number) if number else ""
    return [text, full] if full and full != text else [text]


def erasures(*, workspace_id: int) -> QuerySet[Erasure]:
    """Every erasure of the workspace, under way or done."""
    rows: ScopedQuerySet[Erasure] = Erasure.objects.in_workspace(workspace_id)
    return rows.select_related("workspace", "actor")


def merges(*, workspace_id: int) -> QuerySet[Merge]:
    """Who turned out to be whom, undone ones as well."""
    rows: ScopedQuerySet[Merge] = Merge.objects.in_workspace(workspace_id)
    return rows.select_related("kept", "merged", "merged__merged_into")
