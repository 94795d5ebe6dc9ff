"""The analytics tables: what there is, how fresh it is, and whether the roll-ups agree with the rows."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from allears.understand.lake_status import LakeStatus, RollupStatus, StatusQuestion, TableStatus
from allears.understand.pool import AnalyticsError, ask_lake
from allears.web.access import ConsoleRequest, access_manager
from allears.web.render import render_page

SAYS = {
    "events": gettext_lazy("What happened to customers"),
    "responses": gettext_lazy("Answered score questions"),
    "decisions": gettext_lazy("Every verdict of the governor"),
    "asks": gettext_lazy("Every ask and how far it got"),
    "voices": gettext_lazy("Everything customers said, without the words"),
    "cases": gettext_lazy("Customers’ matters with their clocks"),
    "movements": gettext_lazy("Who came from which segment or tier to which"),
    "scores_daily": gettext_lazy("Answers by day and cut"),
    "asks_daily": gettext_lazy("Asks by day and how far they got"),
    "events_daily": gettext_lazy("Events by day and name"),
    "transitions_daily": gettext_lazy("Which event came after which"),
    "case_durations_daily": gettext_lazy("Time to the first reply and to closing"),
    "ask_durations_daily": gettext_lazy("Time to sending, opening and answer"),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A table or roll-up with its translated meaning."""

    says: Any
    of: TableStatus | RollupStatus


def _lines(found: LakeStatus) -> dict[str, list[Line]]:
    return {
        "tables": [Line(says=SAYS.get(each.name, ""), of=each) for each in found.tables],
        "rollups": [Line(says=SAYS.get(each.name, ""), of=each) for each in found.rollups],
    }


@require_GET
@access_manager
def data(request: ConsoleRequest) -> HttpResponse:
    """Analytics tables: rows, files, freshness, and the last check of the roll-ups."""
    try:
        found = ask_lake(StatusQuestion(workspace_id=request.access.workspace_id))
    except AnalyticsError as error:
        return render_page(request, "understand/data.html", {"problem": error})
    wrong = [each for each in found.rollups if each.difference]
    return render_page(
        request,
        "understand/data.html",
        {
            **_lines(found),
            "found": found,
            "wrong": wrong,
        },
    )


urlpatterns = [path("settings/data", data, name="data")]
