"""Studies and waves that end early, and the way back."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from allears.listen.studies import closing, queries
from allears.listen.studies.closing import ClosingError, Effect
from allears.listen.studies.models import Study, Wave
from allears.listen.studies.report import WaveReport
from allears.web.access import ConsoleRequest, access_manager
from allears.web.render import flash


def ending(found: Study, report: WaveReport, state: str, *, now: datetime) -> dict[str, Any]:
    """What can be ended early, with its effect in words, and what of that can be taken back."""
    last = report.waves[-1] if report.waves else None
    wave = closing.open_wave_of(study=found, now=now) if state in ("open", "paused") else None
    early = last if last and last.is_closed_early and last.closes_at > now and not found.ended_at else None
    return {
        "open_wave": wave,
        "can_end": state in ("open", "waiting", "paused"),
        "closed_early": early,
        "closing_words": _effect(closing.effect_of(wave=wave)) if wave else [],
    }


def _effect(effect: Effect) -> list[str]:
    """What closing a wave does to whom."""
    touched = [
        (
            effect.silent,
            ngettext(
                "%(number)s customer who was asked and has answered nothing yet can no longer answer.",
                "%(number)s customers who were asked and have answered nothing yet can no longer answer.",
                effect.silent,
            ),
        ),
        (
            effect.begun,
            ngettext(
                "%(number)s has begun: what is answered stays, and counts.",
                "%(number)s have begun: what is answered stays, and counts.",
                effect.begun,
            ),
        ),
        (
            effect.held,
            ngettext(
                "%(number)s ask that the contact rules hold is not sent.",
                "%(number)s asks that the contact rules hold are not sent.",
                effect.held,
            ),
        ),
    ]
    told = [words % {"number": number} for number, words in touched if number]
    return [*told, _("Finished answers stay as they are. You can take it back until the planned end.")]


def _study(request: ConsoleRequest, study_id: int) -> Study:
    try:
        return queries.access_study(workspace_id=request.access.workspace_id, study_id=study_id)
    except Study.DoesNotExist as error:
        raise Http404 from error


def _wave(request: ConsoleRequest, study_id: int, number: int) -> Wave:
    try:
        return queries.access_wave(workspace_id=request.access.workspace_id, study_id=study_id, number=number)
    except Wave.DoesNotExist as error:
        raise Http404 from error


@access_manager
@require_POST
def close_wave(request: ConsoleRequest, study_id: int, wave: int) -> HttpResponse:
    """Close a wave before its time; what was answered stays."""
    try:
        closing.close_wave(wave=_wave(request, study_id, wave), now=timezone.now(), actor_id=request.access.user.pk)
    except ClosingError as error:
        flash(request, str(error), level=40)
    else:
        said = _("Wave %(number)s is closed. What was answered is kept.") % {"number": wave}
        flash(request, said, undo=f"/studies/{study_id}/waves/{wave}/reopening")
    return redirect("study", study_id)


@access_manager
@require_POST
def reopen_wave(request: ConsoleRequest, study_id: int, wave: int) -> HttpResponse:
    """Take an early closing back."""
    try:
        refused = closing.reopen_wave(
            wave=_wave(request, study_id, wave), now=timezone.now(), actor_id=request.access.user.pk
        )
    except ClosingError as error:
        flash(request, str(error), level=40)
    else:
        flash(request, " ".join([_("Wave %(number)s is open again.") % {"number": wave}, *_stay_unsent(refused)]))
    return redirect("study", study_id)


@access_manager
@require_POST
def end(request: ConsoleRequest, study_id: int) -> HttpResponse:
    """No wave opens any more, and the open one closes."""
    found = _study(request, study_id)
    try:
        closing.end_study(study=found, now=timezone.now(), actor_id=request.access.user.pk)
    except ClosingError as error:
        flash(request, str(error), level=40)
    else:
        said = _("“%(name)s” has ended. What was answered is kept.") % {"name": found.name}
        flash(request, said, undo=f"/studies/{found.pk}/continuation")
    return redirect("study", found.pk)


@access_manager
@require_POST
def continue_study(request: ConsoleRequest, study_id: int) -> HttpResponse:
    """Take the end of a study back."""
    found = _study(request, study_id)
    try:
        refused = closing.continue_study(study=found, now=timezone.now(), actor_id=request.access.user.pk)
    except ClosingError as error:
        flash(request, str(error), level=40)
    else:
        flash(request, " ".join([_("“%(name)s” goes on.") % {"name": found.name}, *_stay_unsent(refused)]))
    return redirect("study", found.pk)


def _stay_unsent(refused: int) -> list[str]:
    if not refused:
        return []
    said = ngettext(
        "%(number)s ask whose time came meanwhile stays unsent.",
        "%(number)s asks whose time came meanwhile stay unsent.",
        refused,
    )
    return [said % {"number": refused}]


urlpatterns = [
    path("studies/<int:study_id>/waves/<int:wave>/closure", close_wave, name="close_wave"),
    path("studies/<int:study_id>/waves/<int:wave>/reopening", reopen_wave, name="reopen_wave"),
    path("studies/<int:study_id>/end", end, name="end_study"),
    path("studies/<int:study_id>/continuation", continue_study, name="continue_study"),
]
