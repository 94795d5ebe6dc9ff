"""Whom do we hear, and whom never?"""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from allears.journeys.queries import touchpoints
from allears.journeys.vocabulary import channel_label
from allears.kit.spreadsheets import defused_cell
from allears.listen.coverage import CUTS, By, Coverage, Row, coverage
from allears.web.access import ConsoleRequest, access_manager
from allears.web.render import render_page
from allears.web.templatetags.ui import local_name

DAYS = (30, 90, 180, 365)


def _found(request: ConsoleRequest) -> tuple[Coverage, int]:
    """The address says which cut and how many days; what it says wrongly is left out."""
    wanted = request.GET.get("by", "")
    by: By = next((cut for cut in CUTS if cut == wanted), "segment")
    days = next((number for number in DAYS if str(number) == request.GET.get("days")), 90)
    now = timezone.now()
    workspace = request.access.workspace
    found = coverage(
        workspace_id=workspace.pk, by=by, since=now - timedelta(days=days), until=now, zone=workspace.timezone
    )
    return found, days


@access_manager
@require_GET
def report(request: ConsoleRequest) -> HttpResponse:
    """How far asks get by any cut, census or sample, and who stays silent."""
    found, days = _found(request)
    if request.GET.get("format") == "csv":
        return _as_file(request, found)
    names = _names(request, found.by)
    labels = {"segment": _("Segment"), "channel": _("Channel"), "touchpoint": _("Touchpoint"), "month": _("Month")}
    context: dict[str, Any] = {
        "found": found,
        "days": days,
        "choices": DAYS,
        "cuts": labels.items(),
        "label": labels[found.by],
        "rows": [(names.get(row.key, row.key) or _("not known"), row) for row in found.rows],
    }
    return render_page(request, "listen/coverage.html", context)


def _names(request: ConsoleRequest, by: str) -> dict[str, str]:
    if by == "touchpoint":
        return {each.key: local_name(each) for each in touchpoints(workspace_id=request.access.workspace_id)}
    return _Channels() if by == "channel" else {}


class _Channels(dict[str, str]):
    """Every channel by its name for people."""

    def get(self, key: str, default: Any = None) -> Any:
        return channel_label(key) if key else default


def _as_file(request: ConsoleRequest, found: Coverage) -> HttpResponse:
    out = StringIO()
    out.write("\ufeff")  # spreadsheets take it for UTF-8 then
    writer = csv.writer(out)
    for line in _lines(found):
        writer.writerow(map(defused_cell, line))
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="coverage-{found.by}.csv"'
    return response


def _lines(found: Coverage) -> Iterator[list[Any]]:
    yield [
        found.by, "wished", "left_out", "refused", "waiting", "invited", "delivered", "opened", "started", "finished",
        "response", "low", "high",
    ]  # fmt: skip
    for row in (*found.rows, found.whole):
        yield _line(row)
    yield []
    yield ["segment", "customers", "never_invited", "silent", "heard", "answers", "unhappy", "low", "high"]
    for each in found.silence:
        told = each.unhappy
        counts = [each.customers, each.never_invited, each.silent, each.heard, each.answers]
        yield [each.segment, *counts, told.estimate, told.low, told.high]


def _line(row: Row) -> list[Any]:
    asks, rate = row.asks, row.rates.response
    stages = [asks.invited, asks.delivered, asks.opened, asks.started, asks.completed]
    return [
        row.key or "*", row.wished, row.left_out, row.refused, row.waiting, *stages, rate.estimate, rate.low, rate.high,
    ]  # fmt: skip


urlpatterns = [path("listen/coverage", report, name="coverage")]
