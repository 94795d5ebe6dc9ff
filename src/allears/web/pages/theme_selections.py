"""Themes of a selection: what do these voices talk about, and is it more than elsewhere?"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from allears.accounts.models import Membership
from allears.kit.charts import Chart
from allears.listen.tags.models import Tag
from allears.understand import shapes as score_shapes
from allears.understand import showing
from allears.understand.asking import AskingError
from allears.understand.filtering import FILTERS as LABELS
from allears.understand.themes import keeping, queries, shapes, telling, within
from allears.understand.themes.contracts import LEAST_VOICES
from allears.understand.themes.models import SelectedTheme, ThemeSelection
from allears.understand.themes.selecting import FILTERS, NAMES, selection_of
from allears.web.access import ConsoleRequest, access_manager
from allears.web.label_words import WORDS, task_word, value_word
from allears.web.pages.themes import choices, spark
from allears.web.render import flash, render_page
from allears.web.templatetags.ui import FEELINGS, SOURCES

PAGE = 30
EVER = "36500d"
TOPICS = WORDS["topic"]
OWN = ("since", "metric", *FILTERS)  # that the page offers to choose
KIN = {
    "same": gettext_lazy("the same as"),
    "part": gettext_lazy("a part of"),
    "across": gettext_lazy("cut across"),
    "new": gettext_lazy("in no lasting theme"),
}


def _query(request: ConsoleRequest) -> str:
    return urlencode(within.words_of({"since": "90d", **request.GET.dict()}))


def _address(words: Mapping[str, str]) -> str:
    return f"{reverse('themes_selection')}?{urlencode(within.words_of({'since': '90d', **words}))}"


def _more(request: ConsoleRequest) -> list[tuple[str, str, str, str]]:
    """The filters that came along from elsewhere: name, value, and both for people."""
    found = []
    for name in NAMES:
        value = request.GET.get(name, "").strip()
        if value and name not in OWN:
            found.append((name, value, *_said(request, name, value)))
    return found


def _said(request: ConsoleRequest, name: str, value: str) -> tuple[str, str]:
    workspace_id = request.access.workspace_id
    if name in LABELS:
        plain, _dot, tone = value.partition(".")
        return task_word(name), value_word(name, plain) + (f" ({tone})" if tone else "")
    if name == "tag":
        tag = Tag.objects.in_workspace(workspace_id).filter(pk=value if value.isdecimal() else 0).first()
        return _("Tag"), f"#{tag.name}" if tag else value
    if name == "owner":
        rows = Membership.objects.in_workspace(workspace_id).select_related("user")
        member = rows.filter(pk=value if value.isdecimal() else 0).first()
        return _("Touchpoints of"), member.user.email if member else value
    if name == "feeling" and value in FEELINGS:
        return _("Feeling, as given"), str(FEELINGS[value][1])
    labels = {"until": _("Until"), "survey": _("Survey"), "q": _("Words"), "account": _("Account")}
    return labels.get(name, _("Source")), str(dict(SOURCES).get(value, value)) if name == "source" else value


@require_GET
@access_manager
def themes_selection(request: ConsoleRequest) -> HttpResponse:
    """What these voices talk about: the newest result for these filters, or how to have one."""
    context: dict[str, Any] = {"query": _query(request), "least": LEAST_VOICES, "more": _more(request)}
    workspace = request.access.workspace
    try:
        selection = selection_of(request.GET.dict(), workspace=workspace, now=timezone.now())
        having = within.count_of(selection)
    except AskingError as error:
        return render_page(request, "themes/selection.html", {**context, "problem": error}, status=400)
    asked = within.last_of(workspace_id=workspace.pk, words=request.GET.dict())
    context |= {"having": having, "asked": asked, **choices(request, selection)}
    if asked is not None:
        context |= _found(asked)
    return render_page(request, "themes/selection.html", context)


def _found(asked: ThemeSelection) -> dict[str, Any]:
    rows = telling.rows_of(asked, quotes=1)
    showing.attach([voice for row in rows for voice in row.quotes])
    reach = 1.5 * max((row.weight for row in rows), default=0.0) or 1.0
    since, until = telling.days_of(asked)
    return {
        "rows": [
            {"row": row, "name": queries.name_of(row.theme), "topic": TOPICS.get(row.theme.topic, "")}
            | {"spark": spark(row.weeks), **_kin(row)}
            for row in rows
        ],
        "reach": reach,
        "lowest": -reach,
        "from_day": since if asked.words.get("since") != EVER else None,
        "to_day": until,
        "metric": asked.metric,
        "unit": score_shapes.UNITS.get(asked.metric, "count"),
        "metric_name": score_shapes.NAMES.get(asked.metric, ""),
    }


def _kin(row: telling.Row) -> dict[str, Any]:
    told = [{"theme": each.theme, "name": queries.name_of(each.theme), "n": each.n} for each in row.overlaps]
    shown = told if row.kin == "across" else [] if row.kin == "new" else told[:1]
    return {"kin": KIN.get(row.kin, ""), "lasting": shown}


@require_POST
@access_manager
def themes_selection_search(request: ConsoleRequest) -> HttpResponse:
    """Have them found; the filters stand in the address."""
    access = request.access
    try:
        within.ask(workspace=access.workspace, words=request.GET.dict(), actor_id=access.user.pk, now=timezone.now())
    except (AskingError, within.SelectingError) as error:
        flash(request, str(error), level=40)
    return redirect(_address(request.GET.dict()))


@require_GET
@access_manager
def themes_selection_csv(request: ConsoleRequest) -> HttpResponse:
    """The newest result for these filters as CSV, in the order of the page."""
    asked = within.last_of(workspace_id=request.access.workspace_id, words=request.GET.dict())
    if asked is None:
        raise Http404
    text = "\ufeff" + "".join(telling.csv_lines(asked, telling.rows_of(asked)))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="themes-of-a-selection.csv"'
    return response


def _selected(request: ConsoleRequest, selected_id: int) -> SelectedTheme:
    try:
        return telling.access_selected(workspace_id=request.access.workspace_id, selected_id=selected_id)
    except SelectedTheme.DoesNotExist as error:
        raise Http404 from error


@require_GET
@access_manager
def selected_theme(request: ConsoleRequest, selected_id: int) -> HttpResponse:
    """One theme of a selection: its quotes, then its voices, the latest first."""
    selected = _selected(request, selected_id)
    text = request.GET.get("cursor", "")
    start = int(text) if text.isdecimal() and len(text) < 10 else 0
    row, voices = telling.row_of(selected), within.voices_in(selected, start=start, limit=PAGE)
    showing.attach([*row.quotes])
    showing.attach(voices)
    context = {
        "found": selected,
        "name": queries.name_of(selected),
        "row": row,
        "quotes": row.quotes if not start else (),
        "voices": voices,
        "following": str(start + PAGE) if selected.size > start + PAGE else None,
        "trend": _trend(selected, row),
        "terms": selected.terms.get("zh" if (get_language() or "").startswith("zh") else "en", []),
        "back": _address(selected.selection.words),
        "unit": score_shapes.UNITS.get(selected.selection.metric, "count"),
        "metric_name": score_shapes.NAMES.get(selected.selection.metric, ""),
        **_kin(row),
    }
    return render_page(request, "themes/selected.html", context)


def _trend(selected: SelectedTheme, row: telling.Row) -> Chart | None:
    """Nothing where there are fewer than three weeks."""
    if not spark(row.weeks):
        return None
    caveat = _("Of the selection’s voices with words in that week.")
    return shapes.trend_chart(queries.name_of(selected), row.weeks, caveat=caveat)


@require_POST
@access_manager
def selected_theme_keep(request: ConsoleRequest, selected_id: int) -> HttpResponse:
    """Keep it as a theme that lasts."""
    selected = _selected(request, selected_id)
    try:
        change = keeping.keep(selected=selected, actor_id=request.access.user.pk, now=timezone.now())
    except keeping.KeepingError as error:
        flash(request, str(error), level=40)
        return redirect("selected_theme", selected_id=selected_id)
    text = _("Kept: it is pinned, and stays when themes are found anew.")
    flash(request, text, undo=reverse("theme_undo", args=[change.pk]))
    return redirect("theme", theme_id=change.theme_id)


urlpatterns = [
    path("understand/themes/selection", themes_selection, name="themes_selection"),
    path("understand/themes/selection.csv", themes_selection_csv, name="themes_selection_csv"),
    path("understand/themes/selection/searches", themes_selection_search, name="themes_selection_search"),
    path("understand/themes/selected/<int:selected_id>", selected_theme, name="selected_theme"),
    path("understand/themes/selected/<int:selected_id>/keeping", selected_theme_keep, name="selected_theme_keep"),
]
