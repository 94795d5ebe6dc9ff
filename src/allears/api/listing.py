"""How every list of the API behaves: filters by field name, ``limit``, ``cursor``, ``count=true``.

A router needs three lines::

    @router.get("/things", response=Listing[ThingOut])
    def things(request: HttpRequest, page: Query[PageParams], colour: str | None = None) -> dict[str, Any]:
        return listing(where(thing_queries.all_of(workspace_of(request)), colour=colour), page, order=("-at", "-id"))

Pages are cut by the values of the last row, so rows that arrive meanwhile are neither repeated nor skipped.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from allears.accounts.models import AccessKey
from allears.api.problems import ProblemError

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)


class PageParams(Schema):
    """The query parameters that every list takes."""

    limit: int = Field(50, ge=1, le=1000, description="rows in one answer")
    cursor: str | None = Field(None, description="`next` of the answer before")
    count: bool = Field(False, description="also count all matching rows")


class Listing(Schema, Generic[T]):
    """One page of rows; ``next`` is null on the last one, ``count`` unless asked for."""

    items: list[T]
    next: str | None
    count: int | None


def workspace_of(request: HttpRequest) -> int:
    """The workspace whose API key made this request."""
    key: AccessKey = request.auth  # type: ignore[attr-defined]
    return key.workspace_id


def where(rows: QuerySet[M], **filters: Any) -> QuerySet[M]:
    """Keep the rows that equal every filter that was given (``None`` means: not given)."""
    given = {name: value for name, value in filters.items() if value is not None}
    return rows.filter(**given) if given else rows


def listing(
    rows: QuerySet[M],
    page: PageParams,
    *,
    order: Sequence[str] = ("-id",),
    shape: Callable[[M], Any] = lambda row: row,
) -> dict[str, Any]:
    """Cut one page out of ``rows``. The last field of ``order`` must be unique, the others never null."""
    wanted = rows.order_by(*order)
    if page.cursor:
        wanted = wanted.filter(_after(rows.model, order, _decode(page.cursor, order)))
    found = list(wanted[: page.limit + 1])
    more = len(found) > page.limit
    found = found[: page.limit]
    return {
        "items": [shape(row) for row in found],
        "next": _encode(found[-1], order) if more else None,
        "count": rows.count() if page.count else None,
    }


def _after(model: type[models.Model], order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows behind ``values`` in this order: a >= 1, and a > 1, or a = 1 and b > 2, or … The first says nothing new, but
    the database enters its index by it; by the others alone it reads all rows behind the place and sorts them."""
    condition, equal, entry = Q(), Q(), Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        try:
            column = model._meta.get_field(field)
        except FieldDoesNotExist:  # an annotation: compare as it is
            python = value
        else:
            python = column.to_python(value) if isinstance(column, models.Field) else value
        way = "lt" if name.startswith("-") else "gt"
        entry = entry or Q(**{f"{field}__{way}e": python})
        condition |= equal & Q(**{f"{field}__{way}": python})
        equal &= Q(**{field: python})
    return entry & condition


def _encode(row: models.Model, order: Sequence[str]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _decode(cursor: str, order: Sequence[str]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != len(order):
        raise ProblemError(status=400, title="This cursor is not one of ours", detail="Take `next` of the page before.")
    return values
