"""Decisions on their way out as a file."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy

from allears.events.exports import filtering
from allears.events.exports.own import with_user_ids
from allears.events.exports.tables import Column, ExportTable, Filters, Selection, Type, keyed_batches
from allears.outreach.models import Decision

COLUMNS = (
    Column(name="decision_id", label=gettext_lazy("Number"), type=Type.INTEGER),
    Column(name="at", label=gettext_lazy("Time"), type=Type.TIME),
    Column(name="user_id", label=gettext_lazy("Customer’s id")),
    Column(name="customer_key", label=gettext_lazy("Customer’s key")),
    Column(name="purpose", label=gettext_lazy("Purpose")),
    Column(name="family", label=gettext_lazy("Family")),
    Column(name="channel", label=gettext_lazy("Channel")),
    Column(
        name="verdict",
        label=gettext_lazy("Verdict"),
        values={"sent": gettext_lazy("sent"), "held": gettext_lazy("held"), "never": gettext_lazy("never")},
    ),
    Column(name="rule", label=gettext_lazy("Rule")),
    Column(name="held_until", label=gettext_lazy("Held until"), type=Type.TIME),
    Column(name="probe", label=gettext_lazy("Probe")),
    Column(name="touchpoint", label=gettext_lazy("Touchpoint")),
    Column(name="segment", label=gettext_lazy("Segment")),
    Column(name="bid", label=gettext_lazy("Bid"), type=Type.NUMBER),
    Column(name="policy_version", label=gettext_lazy("Version of the policy"), type=Type.INTEGER),
)
NAMES = (
    "id", "at", "customer_id", "customer__key", "purpose", "family", "channel", "verdict", "rule", "held_until",
    "probe_key", "touchpoint_key", "segment", "bid", "policy_version",
)  # fmt: skip
NARROWED = ("verdict", "rule", "channel", "purpose", "family", "probe_key", "touchpoint_key", "segment")


def _decisions(workspace_id: int, filters: Filters) -> Selection:
    rows = filtering.spanned(Decision.objects.in_workspace(workspace_id), filters, "at")
    rows = filtering.equal(rows, filters, *NARROWED)

    def batches(size: int) -> Iterator[list[tuple[Any, ...]]]:
        return with_user_ids(keyed_batches(rows, NAMES, tuple, size), workspace_id=workspace_id, customer=2, at=2)

    return Selection(columns=COLUMNS, count=rows.count, batches=batches)


DECISIONS = ExportTable(
    name="decisions", label=gettext_lazy("Decisions"), filters=NARROWED,
    select=_decisions,
)  # fmt: skip
