"""Who may be meant by a few letters: the latest seen first.

A part that very many share fills a page from those seen last; any other is found by the index. Who waits to be indexed
is looked at one by one, so that a name counts from the moment it is stored.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from allears.customers.finding import storing
from allears.customers.finding.grams import Question, folded, holds, wanted
from allears.customers.keys import clean_phone
from allears.customers.models import Customer, CustomerPending, Identifier
from allears.customers.queries import customers, numbers_like

NEAR = 2_000  # who was seen last, looked at one by one at first
MOST = 10_000  # of more who have the pieces, the newest customers
SOME = 200  # of those, as many as are mostly enough

FIELDS = ("name", "email", "phone")
LATEST = ("-last_seen_at", "-pk")


def like(*, workspace_id: int, text: str, limit: int) -> list[Customer]:
    """Who may be meant: whoever is known by exactly this, then by any part of name, address and number, those seen last
    first. Several words may stand in any order."""
    rows = customers(workspace_id=workspace_id)
    exact = rows.filter(Q(key=text) | Q(pk__in=_known_by(workspace_id, text))).order_by(*LATEST)
    found = list(exact[:limit])
    parts = _latest(rows, workspace_id, _questions(workspace_id, text), limit)
    others = rows.filter(pk__in=parts - {each.pk for each in found}).order_by(*LATEST)
    return [*found, *others[: limit - len(found)]]


def _known_by(workspace_id: int, value: str) -> list[int]:
    """Of every kind of key that the workspace has ever had, which are few: the index holds them in this order."""
    sql = (
        "WITH RECURSIVE kinds(kind) AS ("
        "SELECT min(kind) FROM customers_identifier WHERE workspace_id = %s"
        " UNION ALL SELECT (SELECT min(kind) FROM customers_identifier WHERE workspace_id = %s AND kind > kinds.kind)"
        " FROM kinds WHERE kinds.kind IS NOT NULL) SELECT kind FROM kinds WHERE kind IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [workspace_id, workspace_id])
        kinds = [kind for (kind,) in cursor.fetchall()]
    rows = Identifier.objects.in_workspace(workspace_id).filter(kind__in=kinds, value=value)
    return list(rows.values_list("customer_id", flat=True))


def _questions(workspace_id: int, text: str) -> list[Question]:
    """All words of the text, or the number that it writes in another way."""
    spoken = [folded(text).split()]
    cleaned = clean_phone(text)
    numbers = {cleaned, *numbers_like(workspace_id=workspace_id, text=text)[1:]} - {"", text}
    return [each for each in (*spoken, *([number] for number in sorted(numbers))) if each]


def _latest(rows: QuerySet[Customer], workspace_id: int, questions: Sequence[Question], limit: int) -> set[int]:
    """Ids of those who fit, with the last seen among them."""

    def fit(told: Iterable[Sequence[Any]]) -> list[int]:
        fitting = (number for number, *fields in told if any(holds(each, fields) for each in questions))
        return list(islice(fitting, limit))

    told = rows.order_by(*LATEST).values_list("pk", *FIELDS)
    near = list(told[:NEAR])
    found = fit(near)
    if len(near) < NEAR or len(found) >= limit:
        return set(found)
    found += fit(told.filter(pk__in=CustomerPending.objects.values("pk")))  # first: who is indexed now is found below
    asked = [storing.asked(workspace_id, *wanted(each)) for each in questions]
    fitting = list[int]()
    for size in (SOME, MOST) if any(asked) else ():
        having = _having(workspace_id, list(filter(None, asked)), size)
        fitting = fit(having)
        if len(having) < size or len(fitting) >= limit:
            break
    return {*found, *fitting}


def _having(workspace_id: int, asked: Sequence[str], size: int) -> list[Sequence[Any]]:
    """Who has the pieces, those seen last first."""
    sql, given = storing.matching(asked, limit=MOST)
    sql = (
        f"SELECT one.id, one.name, one.email, one.phone FROM ({sql}) AS found"  # noqa: S608 - own names
        " CROSS JOIN customers_customer AS one"  # in this order: SQLite would walk through all by time otherwise
        " WHERE one.id = found.id AND one.workspace_id = %s AND one.merged_into_id IS NULL"
        f" ORDER BY one.last_seen_at DESC, one.id DESC LIMIT {size}"
    )
    with connection.cursor() as cursor:  # not prepared: a plan for any pieces is a bad one for most
        cursor.execute(sql, [*given, workspace_id])
        return list(cursor.fetchall())
