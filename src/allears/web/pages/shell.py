"""What belongs to the frame around every page: language, workspace switch, palette, the components' showroom."""

from datetime import date, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from allears.accounts.access import memberships_of
from allears.accounts.actions import choose_language
from allears.accounts.models import User
from allears.kit.charts import Annotation, Chart, Point, Series
from allears.web.access import WORKSPACE_KEY, ConsoleRequest, access_agent, access_manager
from allears.web.context import start_page
from allears.web.palette import find


def _back(request: HttpRequest) -> str:
    """The page to return to: only ever one of ours."""
    target = request.POST.get("next", "")
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) else "/"


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie, and for someone signed in also with the person."""
    language = request.POST.get("language", "")
    response = redirect(_back(request))
    if not check_for_language(language) or language not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, User):
        choose_language(user=request.user, language=language)
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=31_536_000, samesite="Lax")
    return response


@require_POST
@access_agent
def set_workspace(request: ConsoleRequest) -> HttpResponse:
    """Switch to another of one's own workspaces; any other choice changes nothing."""
    mine = {str(place.workspace_id): place.workspace_id for place in memberships_of(request.access.user)}
    if (chosen := request.POST.get("workspace", "")) in mine:
        request.session[WORKSPACE_KEY] = mine[chosen]
    return redirect(start_page(request.access))


@require_GET
@access_agent
def palette(request: ConsoleRequest) -> HttpResponse:
    """What Ctrl K finds."""
    return render(
        request, "partials/palette_list.html", {"groups": find(access=request.access, text=request.GET.get("q", ""))}
    )


@require_GET
@access_manager
def components(request: ConsoleRequest) -> HttpResponse:
    """Every component with made-up figures, to copy from."""
    return render(request, "shell/components.html", {"trend": _sample_trend(), "bars": _sample_bars()})


def _sample_trend() -> Chart:
    start, values = date(2026, 8, 31), [31.0, 33.5, 30.1, 28.4, 29.9, 38.2, 40.6, 41.0, 39.4, 43.1, 42.2, 44.0]
    points = [
        Point(
            x=(start + timedelta(weeks=week)).isoformat(),
            y=value,
            low=value - 6 - week % 3,
            high=value + 6 + week % 3,
            n=24 if week == 3 else 220 + 9 * week,
        )
        for week, value in enumerate(values)
    ]
    change = Annotation(x=points[5].x, label=_("Courier called ahead"), kind="action")
    return Chart(
        title=_("NPS by week"),
        series=[Series(name="NPS", points=points)],
        annotations=[change],
        caveat=_("Sample figures. An association, not an effect."),
    )


def _sample_bars() -> Chart:
    rows = [(_("Delivery"), 42.0, 5.0, 812), (_("Hotline"), 11.5, 8.0, 240), (_("Returns"), -8.0, 24.0, 17)]
    points = [Point(x=name, y=y, low=y - half, high=y + half, n=n) for name, y, half, n in rows]
    return Chart(title=_("NPS by touchpoint"), kind="hbar", axis="category", series=[Series(name="NPS", points=points)])


urlpatterns = [
    path("language", set_language, name="language"),
    path("workspace", set_workspace, name="workspace"),
    path("palette", palette, name="palette"),
    path("settings/components", components, name="components"),
]
