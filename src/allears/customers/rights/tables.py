"""Erasing a person from the tables that the registry names, whatever they are."""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import models
from django.db.models import Aggregate, Count, Max, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from allears.customers.personal import Erase, PersonalTable, Rules, personal_tables
from allears.customers.rights.person import STRUCK_OUT, Person

CUSTOMER = "customers.Customer"
Done = Counter[str]  # "deleted", "blanked", "struck_out"


def in_order() -> list[PersonalTable]:
    """Rows that hang on others first, the customer last."""
    return sorted(personal_tables(), key=lambda each: (each.model == CUSTOMER, -each.customer.count("__")))


def rows_of(table: PersonalTable, person: Person) -> QuerySet[Any]:
    """The person's own rows."""
    rows = everything(table, person.workspace_id)
    return rows.filter(**{f"{table.customer}__in": person.ids}) if table.customer else rows.none()


def everything(table: PersonalTable | Rules, workspace_id: int) -> QuerySet[Any]:
    """All rows of a table that are the workspace's, or nobody's in particular."""
    model = table.model_type()
    manager: Any = model._default_manager
    scoped = hasattr(manager, "in_workspace")
    rows: QuerySet[Any] = manager.in_workspace(workspace_id) if scoped else manager.all()
    if scoped:
        return rows
    names = {field.attname for field in model._meta.local_fields}
    return rows.filter(workspace_id=workspace_id) if "workspace_id" in names else rows


def erase_rows(table: PersonalTable, person: Person) -> Done:
    """Delete or blank the person's own rows; safe to repeat."""
    rows = rows_of(table, person)
    if not table.customer:
        return Counter()
    if table.erase is Erase.DELETE:
        count = rows.count()
        for part in _chunks(rows):
            part.delete()
        return Counter(deleted=count)
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), 500):
        chunk = everything(table, person.workspace_id).filter(pk__in=ids[start : start + 500])
        _renew(table, chunk)
        chunk.update(**blank(table))
    return Counter(blanked=len(ids))


def blank(table: PersonalTable, *, keep_link: bool = False) -> dict[str, Any]:
    """What an emptied row's columns become."""
    model = table.model_type()
    values: dict[str, Any] = {name: _empty(model._meta.get_field(name)) for name in table.columns}
    if table.link and not keep_link:
        values[table.link] = None
    if not keep_link:
        values |= dict(table.fill)
    return values


def _empty(field: Any) -> Any:
    if isinstance(field, models.JSONField):
        return field.get_default()
    return None if field.null else ""


def _renew(table: PersonalTable, rows: QuerySet[Any]) -> None:
    """Names that led to the person become fresh random ones."""
    for row in rows.only("pk") if table.renew else ():
        rows.filter(pk=row.pk).update(**{name: secrets.token_hex(16) for name in table.renew})


def _chunks(rows: QuerySet[Any], size: int = 500) -> Iterator[QuerySet[Any]]:
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), size):
        yield rows.filter(pk__in=ids[start : start + size])


def counted(rows: Mapping[str, QuerySet[Any]]) -> dict[str, int]:
    """How many rows of each, for those that have any: all are counted in one question."""
    return _in_one(rows, Count("pk"))


def _in_one(rows: Mapping[str, QuerySet[Any]], figure: Aggregate) -> dict[str, int]:
    """A figure of each that has one and is not 0, in one question."""
    parts = [
        each.order_by().annotate(told_of=Value(name)).values("told_of").annotate(figure=figure)
        for name, each in rows.items()
    ]
    if not parts:
        return {}
    first, *others = parts
    found = first.union(*others, all=True) if others else first
    return {each["told_of"]: each["figure"] for each in found if each["figure"]}


def may_mention(table: PersonalTable, person: Person, *, since: Any = None) -> QuerySet[Any] | None:
    """Rows in whose declared columns one of the person's names stands somewhere, even within another word."""
    wanted = _searched(table)
    if not wanted or not person.long_names:
        return None
    texts = {f"text_{name}": Cast(name, TextField()) for name in wanted}
    condition = Q()
    for text in texts:
        for name in person.long_names:
            condition |= Q(**{f"{text}__icontains": name})
    rows: QuerySet[Any] = everything(table, person.workspace_id).alias(**texts)
    return rows.filter(condition) if since is None else rows.filter(condition, pk__gte=since)


def first_of_newest(tables: Sequence[PersonalTable], most: int) -> dict[str, Any]:
    """Of each table with more rows than ``most``, of all workspaces, the key of the oldest of its newest ``most``.

    One question tells which tables may be so large: keys that are counted up are no fewer than the rows.
    """
    rows = {table.model: _all(table) for table in tables}
    counting = {name: each for name, each in rows.items() if isinstance(each.model._meta.pk, models.IntegerField)}
    last = _in_one(counting, Max("pk"))
    found = {name: each for name, each in rows.items() if name not in counting or last.get(name, 0) > most}
    keys = {
        name: list(each.order_by("-pk").values_list("pk", flat=True)[most - 1 : most + 1])
        for name, each in found.items()
    }
    return {name: newest[0] for name, newest in keys.items() if len(newest) == 2}


def _all(table: PersonalTable) -> QuerySet[Any]:
    manager: Any = table.model_type()._default_manager
    rows: QuerySet[Any] = manager.across_workspaces() if hasattr(manager, "across_workspaces") else manager.all()
    return rows


def _searched(table: PersonalTable) -> list[str]:
    """The declared columns but the binary ones, which are left to the files' own erasers."""
    model = table.model_type()
    return [name for name in table.columns if not isinstance(model._meta.get_field(name), models.BinaryField)]


def mentions(table: PersonalTable, person: Person, *, since: Any = None) -> list[Any]:
    """Rows whose declared columns name the person in some text; of the rows from the key ``since`` on, or of all."""
    rows = may_mention(table, person, since=since)
    if rows is None:
        return []
    return [row for row in rows if any(person.is_in(getattr(row, name)) for name in _searched(table))]


def strike_mentions(table: PersonalTable, person: Person) -> Done:
    """Strike the person's names out of texts that are others': notes, quarantine, audit entries, replies kept."""
    rows = everything(table, person.workspace_id)
    if table.erase is Erase.ALL:
        return Counter(blanked=rows.exclude(**blank(table)).update(**blank(table)))
    found = mentions(table, person)
    ids = [row.pk for row in found]
    if not table.customer and table.erase is Erase.DELETE:
        rows.filter(pk__in=ids).delete()
        return Counter(deleted=len(ids))
    for row in found:
        put(rows, row, {name: person.strike(getattr(row, name)) for name in table.columns})
    return Counter(struck_out=len(ids))


def put(rows: QuerySet[Any], row: models.Model, values: dict[str, Any]) -> None:
    """Write what is another now; a name that must be the only one of its kind stays so, and within its length."""
    changed = {name: value for name, value in values.items() if value != getattr(row, name)}
    alone = alone_columns(type(row))
    mark = f" {secrets.token_hex(3)}" if alone & changed.keys() else ""
    for name, value in changed.items():
        most: int | None = getattr(row._meta.get_field(name), "max_length", None) if isinstance(value, str) else None
        if mark and isinstance(value, str):
            value = f"{value[: most - len(mark)] if most else value}{mark}"
        changed[name] = value[:most] if most else value
    if changed:
        rows.filter(pk=row.pk).update(**changed)


def alone_columns(model: type[models.Model]) -> set[str]:
    """The columns of which no two rows may hold the same, alone or together with others."""
    constraints = [each.fields for each in model._meta.constraints if isinstance(each, models.UniqueConstraint)]
    single = {field.name for field in model._meta.local_fields if field.unique}
    return single.union(*constraints, *model._meta.unique_together)


__all__ = [
    "STRUCK_OUT",
    "blank",
    "erase_rows",
    "everything",
    "first_of_newest",
    "in_order",
    "mentions",
    "put",
    "rows_of",
    "strike_mentions",
]
