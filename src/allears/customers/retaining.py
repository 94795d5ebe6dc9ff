"""The night's work: what is older than its period goes, in bounded steps; facts without words stay."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q, QuerySet

from allears.accounts.models import Workspace
from allears.customers.models import AttributeValue
from allears.customers.personal import Erase, PersonalTable, personal_tables
from allears.customers.retention import KINDS, border
from allears.customers.rights.tables import blank, everything

STEP = 2000


def expired(*, workspace_id: int, kind: str, now: datetime) -> dict[str, int]:
    """How many rows of a kind would go tonight, by model."""
    until = border(workspace_id=workspace_id, kind=kind, now=now)
    if until is None:
        return {}
    counts = {table.model: _due(table, workspace_id, until).count() for table in _tables(kind)}
    return {model: count for model, count in counts.items() if count}


def forget_expired(*, now: datetime, workspace_id: int | None = None) -> Counter[str]:
    """Forget what is older than its period, everywhere or in one workspace; rows by model."""
    done: Counter[str] = Counter()
    homes = Workspace.objects.filter(pk=workspace_id) if workspace_id else Workspace.objects.all()
    for home in homes.values_list("pk", flat=True):
        for kind in KINDS:
            until = border(workspace_id=home, kind=kind.name, now=now)
            if until is not None:
                done.update({table.model: _forget(table, home, until) for table in _tables(kind.name)})
    return +done


def _tables(kind: str) -> list[PersonalTable]:
    return [table for table in personal_tables() if table.kind == kind]


def _due(table: PersonalTable, workspace_id: int, until: datetime) -> QuerySet[Any]:
    """Rows older than that which still hold something: an emptied one is not emptied every night."""
    rows = everything(table, workspace_id).filter(**{f"{table.at}__lt": until})
    if table.kind == "cases":
        path = "closed_at" if table.model == "respond.Case" else "case__closed_at"
        rows = rows.filter(**{f"{path}__lt": until})
    if table.kind == "attributes":
        newer = AttributeValue.objects.in_workspace(workspace_id).filter(
            customer_id=models.OuterRef("customer_id"),
            name=models.OuterRef("name"),
            valid_from__gt=models.OuterRef("valid_from"),
            valid_from__lt=until,
        )
        rows = rows.filter(models.Exists(newer))
    if table.erase is Erase.BLANK:
        filled = Q()
        for name, empty in blank(table, keep_link=True).items():
            filled |= ~Q(**{name: empty}) if empty is not None else Q(**{f"{name}__isnull": False})
        rows = rows.filter(filled)
    return rows


def _forget(table: PersonalTable, workspace_id: int, until: datetime) -> int:
    count = 0
    while True:
        with transaction.atomic():
            due = _due(table, workspace_id, until).order_by("pk").values_list("pk", flat=True)
            ids = list(due[:STEP])
            rows = everything(table, workspace_id).filter(pk__in=ids)
            if table.erase is Erase.BLANK:
                rows.update(**blank(table, keep_link=True))
            else:
                rows.delete()
        count += len(ids)
        if len(ids) < STEP:
            return count
