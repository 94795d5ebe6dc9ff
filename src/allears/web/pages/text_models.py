"""Who reads our customers' words, and how well? Models, their reports, reviewers, the built-in model's card."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from allears.accounts.models import Membership, Role
from allears.events.imports.errors import ImportUseError
from allears.kit.charts import Chart, Point, Series
from allears.understand import correcting, reading, registry
from allears.understand.card import BINS, Card, CardQuestion
from allears.understand.labelling import OWN, VALUES
from allears.understand.models import TextModel
from allears.understand.pool import AnalyticsError, ask_card
from allears.web.access import ConsoleRequest, access_admin, access_manager
from allears.web.label_words import task_word, value_word
from allears.web.pages import outside_choices
from allears.web.render import flash, render_page

LANGUAGE_NAMES = {"en": gettext_lazy("English"), "zh": gettext_lazy("Chinese")}
REASONS = {
    "better": gettext_lazy("it did better on examples it had not seen"),
    "chosen": gettext_lazy("somebody chose it"),
    "rolled_back": gettext_lazy("somebody went back to it"),
}
SOURCES = {
    "people": gettext_lazy("scores beside comments and labels given by people"),
    "column": gettext_lazy("a column of a file"),
}


@require_GET
@access_manager
def text(request: ConsoleRequest) -> HttpResponse:
    """Who reads our customers' words, and how well?"""
    workspace_id = request.access.workspace_id
    context: dict[str, Any] = {
        "back_fill": reading.latest_back_fill(workspace_id=workspace_id),
        "waiting": reading.unread(workspace_id=workspace_id),
        "slots": [_slot(each) for each in registry.slots(workspace_id=workspace_id)],
        "known": registry.known(workspace_id=workspace_id).count(),
        "needed": registry.FEWEST["people"],
        "outside": outside_choices.shown(workspace_id),
        "members": _members(workspace_id) if request.access.is_admin else [],
    }
    return render_page(request, "understand/text.html", context)


def _slot(slot: registry.Slot) -> dict[str, Any]:
    is_own = slot.name.startswith(OWN)
    rows = [
        {
            "model": model,
            "source": SOURCES.get(model.source, model.source),
            "is_in_force": model == slot.in_force,
            "trouble": registry.trouble_in_words(model),
        }
        for model in slot.models
    ]
    return {
        "slot": slot,
        "rows": rows,
        "reason": REASONS.get(slot.reason, ""),
        "own_name": task_word(slot.name) if is_own else "",
        "is_own": is_own,
    }


def _members(workspace_id: int) -> list[dict[str, Any]]:
    chosen = set(correcting.reviewers(workspace_id=workspace_id).values_list("member_id", flat=True))
    agents = Membership.objects.in_workspace(workspace_id).filter(ended_at__isnull=True, role=Role.AGENT)
    return [{"member": each, "is_reviewer": each.pk in chosen} for each in agents.select_related("user").order_by("pk")]


@require_GET
@access_manager
def reading_state(request: ConsoleRequest) -> HttpResponse:
    """How far the reading of the past is."""
    workspace_id = request.access.workspace_id
    context = {
        "back_fill": reading.latest_back_fill(workspace_id=workspace_id),
        "waiting": reading.unread(workspace_id=workspace_id),
    }
    return render_page(request, "understand/_reading.html", context)


@require_GET
@access_manager
def card(request: ConsoleRequest) -> HttpResponse:
    """What is the built-in model made from, how right is it, and where is it weak?"""
    try:
        found = ask_card(CardQuestion())
    except AnalyticsError as error:
        return render_page(request, "understand/card.html", {"problem": error})
    languages = [{"figures": each, "name": LANGUAGE_NAMES[each.language]} for each in found.languages]
    context = {"card": found, "languages": languages, "calibration": _calibration(found), "tasks": _by_task(found)}
    return render_page(request, "understand/card.html", context)


def _calibration(found: Card) -> Chart:
    """The share that was right against how sure the model was; on the dashed line it would be exactly as sure."""
    centres = [f"{(number + 0.5) / BINS:.2f}" for number in range(BINS)]
    series = [
        Series(
            name=str(LANGUAGE_NAMES[each.language]),
            points=[
                Point(x=centres[bin_.number], y=bin_.right, low=bin_.low, high=bin_.high, n=bin_.n)
                for bin_ in each.bins
            ],
        )
        for each in found.languages
    ]
    least = min((bin_.number for each in found.languages for bin_ in each.bins), default=0)
    exact = [Point(x=x, y=float(x)) for x in centres[least:]]
    line = Series(name=_("exactly as sure as right"), points=exact, dashed=True)
    return Chart(
        title=_("How sure it was, and how often it was right"),
        series=[line, *series],
        unit="percent",
        axis="category",
        minimum=0,
        maximum=1,
        caveat=_("On comments of our own that it never learnt from; yours may read otherwise."),
    )


def _by_task(found: Card) -> list[dict[str, Any]]:
    """Every label with its figures in each language, under its question."""
    figures = {(each.task, each.value, each.language): each for each in found.labels}
    languages = [each.language for each in found.languages]
    return [
        {
            "name": task_word(task),
            "rows": [
                {
                    "name": value_word(task, value),
                    "cells": [figures.get((task, value, language)) for language in languages],
                }
                for value in values
                if any((task, value, language) in figures for language in languages)
            ],
        }
        for task, values in VALUES.items()
        if any(each.task == task for each in found.labels)
    ]


@require_POST
@access_manager
def back_fills(request: ConsoleRequest) -> HttpResponse:
    """Have every voice read (again)."""
    reading.start_back_fill(
        workspace_id=request.access.workspace_id, actor_id=request.access.user.pk, now=timezone.now()
    )
    return redirect("text")


@require_POST
@access_manager
def trainings(request: ConsoleRequest) -> HttpResponse:
    """Learn from scores, corrections or a column of a file."""
    form = request.POST
    try:
        taken = _uploaded(request) if form.get("source") == "column" else registry.Rows(rows=())
        registry.ask_training(
            workspace_id=request.access.workspace_id,
            source=form.get("source", ""),
            name=form.get("name", ""),
            key=form.get("name", "") or form.get("label", ""),
            rows=taken.rows,
            actor_id=request.access.user.pk,
            now=timezone.now(),
        )
    except (registry.RegistryError, ImportUseError) as error:
        flash(request, str(error), level=40)
    else:
        flash(request, _("It is being learnt. The report will stand here; it is put in use only if it is better."))
        if taken.left:
            said = _("The file holds more: %(taken)s rows, drawn from all of it, are learnt from; %(left)s are not.")
            flash(request, said % {"taken": f"{len(taken.rows):,}", "left": f"{taken.left:,}"})
    return redirect("text")


def _uploaded(request: ConsoleRequest) -> registry.Rows:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise registry.RegistryError(_("Choose a file; nothing was learnt."))
    with tempfile.NamedTemporaryFile(suffix=Path(file.name or "").suffix) as kept:
        for block in file.chunks():
            kept.write(block)
        kept.flush()
        return registry.rows_of_file(
            Path(kept.name), text=request.POST.get("text", ""), label=request.POST.get("label", "")
        )


@require_POST
@access_manager
def choice(request: ConsoleRequest, text_model_id: int) -> HttpResponse:
    """Let this model read from now on."""
    try:
        model = registry.access_model(workspace_id=request.access.workspace_id, model_id=text_model_id)
    except TextModel.DoesNotExist as error:
        raise Http404 from error
    try:
        registry.choose(model=model, actor_id=request.access.user.pk, now=timezone.now())
    except registry.RegistryError as error:
        flash(request, str(error), level=40)
    else:
        flash(request, _("It reads from now on, and every voice is read again."))
    return redirect("text")


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


@require_POST
@access_manager
def roll_back(request: ConsoleRequest) -> HttpResponse:
    """Let the model read that read before."""
    try:
        registry.roll_back(
            workspace_id=request.access.workspace_id,
            slot=request.POST.get("slot", ""),
            seen=_number(request.POST.get("choice", "")),
            actor_id=request.access.user.pk,
            now=timezone.now(),
        )
    except registry.RegistryError as error:
        flash(request, str(error), level=40)
    else:
        flash(request, _("The model before reads again, and every voice is read again."))
    return redirect("text")


@require_POST
@access_admin
def reviewers(request: ConsoleRequest) -> HttpResponse:
    """Who corrects labels, beside the managers."""
    ids = [number for each in request.POST.getlist("member") if (number := _number(each)) is not None]
    correcting.set_reviewers(
        workspace_id=request.access.workspace_id, member_ids=ids, actor_id=request.access.user.pk, now=timezone.now()
    )
    flash(request, _("Saved."))
    return redirect("text")


urlpatterns = [
    path("settings/text", text, name="text"),
    path("settings/text/card", card, name="text_card"),
    path("settings/text/reading", reading_state, name="text_reading"),
    path("settings/text/backfills", back_fills, name="text_back_fills"),
    path("settings/text/trainings", trainings, name="text_trainings"),
    path("settings/text/models/<int:text_model_id>/choice", choice, name="text_choice"),
    path("settings/text/rollback", roll_back, name="text_roll_back"),
    path("settings/text/reviewers", reviewers, name="text_reviewers"),
]
