"""Cases on their way out as a file."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy

from allears.events.exports import filtering
from allears.events.exports.own import with_user_ids
from allears.events.exports.tables import Column, ExportTable, Filters, Measure, Selection, Type, keyed_batches
from allears.respond.models import Case

COLUMNS = (
    Column(name="number", label=gettext_lazy("Number"), type=Type.INTEGER),
    Column(name="subject", label=gettext_lazy("Subject")),
    Column(
        name="state",
        label=gettext_lazy("State"),
        values={"open": gettext_lazy("open"), "waiting": gettext_lazy("waiting"), "closed": gettext_lazy("closed")},
    ),
    Column(
        name="priority",
        label=gettext_lazy("Priority"),
        measure=Measure.ORDINAL,
        values={
            "low": gettext_lazy("low"),
            "normal": gettext_lazy("normal"),
            "high": gettext_lazy("high"),
            "urgent": gettext_lazy("urgent"),
        },
    ),
    Column(name="user_id", label=gettext_lazy("Customer’s id")),
    Column(name="customer_key", label=gettext_lazy("Customer’s key")),
    Column(name="touchpoint", label=gettext_lazy("Touchpoint")),
    Column(name="owner", label=gettext_lazy("Owner")),
    Column(name="first_owner", label=gettext_lazy("First owner")),
    Column(name="opened_at", label=gettext_lazy("Opened"), type=Type.TIME),
    Column(name="first_reply_at", label=gettext_lazy("First reply"), type=Type.TIME),
    Column(name="resolve_due_at", label=gettext_lazy("To be settled by"), type=Type.TIME),
    Column(name="resolve_breached_at", label=gettext_lazy("Promise broken"), type=Type.TIME),
    Column(name="closed_at", label=gettext_lazy("Closed"), type=Type.TIME),
    Column(name="cause", label=gettext_lazy("Cause")),
    Column(name="reopened_count", label=gettext_lazy("Opened again"), type=Type.INTEGER, measure=Measure.SCALE),
)
NAMES = (
    "number", "subject", "state", "priority", "customer_id", "customer__key", "touchpoint__key", "owner__user__email",
    "first_owner__user__email", "opened_at", "first_reply_at", "resolve_due_at", "resolve_breached_at", "closed_at",
    "cause__name", "reopened_count",
)  # fmt: skip


def _cases(workspace_id: int, filters: Filters) -> Selection:
    rows = filtering.spanned(Case.objects.in_workspace(workspace_id), filters, "opened_at")
    rows = filtering.equal(rows, filters, "state", "priority")
    for name in ("owner_id", "touchpoint_id", "customer_id"):
        if (number := filtering.whole(filters, name)) is not None:
            rows = rows.filter(**{name: number})
    rows = filtering.of_account(rows, filters, workspace_id)

    def batches(size: int) -> Iterator[list[tuple[Any, ...]]]:
        return with_user_ids(keyed_batches(rows, NAMES, tuple, size), workspace_id=workspace_id, customer=4, at=4)

    return Selection(columns=COLUMNS, count=rows.count, batches=batches)


CASES = ExportTable(
    name="cases",
    label=gettext_lazy("Cases"),
    filters=("state", "priority", "owner_id", "touchpoint_id", "customer_id", "account"),
    select=_cases,
)
