"""Cases for managers: is everyone heard, who carries what, which promises were kept; causes, promises, calendar."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from allears.kit.business_time import WEEKDAYS
from allears.respond import causes, terms
from allears.respond.errors import CaseError
from allears.respond.ledger import ledger_of
from allears.web.access import ConsoleRequest, access_manager
from allears.web.case_words import explain
from allears.web.render import flash, render_page

DAYS = dict(
    zip(
        WEEKDAYS,
        (
            gettext_lazy("Monday"),
            gettext_lazy("Tuesday"),
            gettext_lazy("Wednesday"),
            gettext_lazy("Thursday"),
            gettext_lazy("Friday"),
            gettext_lazy("Saturday"),
            gettext_lazy("Sunday"),
        ),
        strict=True,
    )
)


@require_GET
@access_manager
def ledger(request: ConsoleRequest) -> HttpResponse:
    """Is everyone heard, and did we keep our time?"""
    found = ledger_of(workspace_id=request.access.workspace_id, now=timezone.now())
    return render_page(request, "cases/ledger.html", {"ledger": found})


def _settings(request: ConsoleRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    workspace_id = request.access.workspace_id
    shifts, holidays = terms.calendar_of(workspace_id)
    context = {
        "problem": problem,
        "causes": causes.causes_of(workspace_id),
        "archived": causes.causes_of(workspace_id, archived=True),
        "promises": terms.promises_of(workspace_id),
        "days": [
            (day, name, request.POST.get(day, terms.write_day(shifts.get(day, ())))) for day, name in DAYS.items()
        ],
        "holidays": request.POST.get("holidays", "\n".join(holidays)),
        "zone": request.access.workspace.timezone,
    }
    return render_page(request, "cases/settings.html", context, status=status)


@require_GET
@access_manager
def settings_page(request: ConsoleRequest) -> HttpResponse:
    """Why cases happen, what we promise, when we work."""
    return _settings(request)


def _change(request: ConsoleRequest, said: str, change: Callable[[], object]) -> HttpResponse:
    try:
        change()
    except causes.UnknownCauseError as error:
        raise Http404 from error
    except terms.BadTermsError as error:
        problem = _("This could not be read, and nothing was changed: %(problem)s") % {"problem": error}
        return _settings(request, problem=problem, status=422)
    except CaseError as error:
        return _settings(request, problem=explain(error), status=422)
    flash(request, said)
    return redirect("respond_settings")


@require_POST
@access_manager
def cause_list(request: ConsoleRequest) -> HttpResponse:
    """One more cause."""
    name, name_zh = request.POST.get("name", ""), request.POST.get("name_zh", "")
    workspace_id = request.access.workspace_id
    return _change(
        request,
        _("The cause can be chosen now."),
        lambda: causes.add_cause(workspace_id=workspace_id, name=name[:120], name_zh=name_zh[:120]),
    )


@require_POST
@access_manager
def cause_archive(request: ConsoleRequest, cause_key: str) -> HttpResponse:
    """Put a cause away."""
    workspace_id = request.access.workspace_id
    return _change(
        request,
        _("Put away. Cases that have it keep it."),
        lambda: causes.archive_cause(workspace_id=workspace_id, key=cause_key, now=timezone.now()),
    )


@require_POST
@access_manager
def cause_use(request: ConsoleRequest, cause_key: str) -> HttpResponse:
    """Take a cause into use again."""
    workspace_id = request.access.workspace_id
    return _change(
        request,
        _("The cause can be chosen again."),
        lambda: causes.restore_cause(workspace_id=workspace_id, key=cause_key),
    )


def _minutes(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 7 else 0


@require_POST
@access_manager
def promise(request: ConsoleRequest) -> HttpResponse:
    """What we promise for one priority."""
    workspace_id = request.access.workspace_id
    return _change(
        request,
        _("Promised from now on."),
        lambda: terms.set_promise(
            workspace_id=workspace_id,
            priority=request.POST.get("priority", ""),
            first_reply_minutes=_minutes(request, "first_reply_minutes"),
            resolve_minutes=_minutes(request, "resolve_minutes"),
        ),
    )


@require_POST
@access_manager
def calendar(request: ConsoleRequest) -> HttpResponse:
    """When the clocks run."""
    workspace_id = request.access.workspace_id

    def change() -> None:
        shifts = {day: terms.read_day(request.POST.get(day, "")) for day in WEEKDAYS}
        terms.set_calendar(workspace_id=workspace_id, shifts=shifts, holidays=request.POST.get("holidays", "").split())

    return _change(request, _("The clocks run in these hours from now on."), change)


urlpatterns = [
    path("respond", ledger, name="respond"),
    path("respond/settings", settings_page, name="respond_settings"),
    path("respond/causes", cause_list, name="respond_causes"),
    path("respond/causes/<slug:cause_key>/archive", cause_archive, name="respond_cause_archive"),
    path("respond/causes/<slug:cause_key>/use", cause_use, name="respond_cause_use"),
    path("respond/promises", promise, name="respond_promise"),
    path("respond/calendar", calendar, name="respond_calendar"),
]
