"""For which labels does the outside model read? Put in force, and taken back by a click, on the page of reading."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from allears.understand.plugin import in_force, protocol
from allears.understand.plugin.actions import OutsideModelError
from allears.web.access import ConsoleRequest, access_manager
from allears.web.label_words import task_word
from allears.web.render import flash


def shown(workspace_id: int) -> dict[str, Any] | None:
    """What the page of reading says of it; nothing where no outside model was ever set."""
    found = in_force.in_force(workspace_id=workspace_id)
    if found.outside is None:
        return None
    return {
        "state": found,
        "row": found.outside,
        "trouble": _(found.outside.trouble) if found.outside.trouble and found.outside.paused_until else "",
        "tasks": [{"name": task, "word": task_word(task), "chosen": task in found.labels} for task in protocol.ASKED],
        "words": [task_word(task) for task in found.labels],
        "share": in_force.lately(workspace_id=workspace_id) if found.reads else None,
    }


@require_POST
@access_manager
def choices(request: ConsoleRequest) -> HttpResponse:
    """Put it in force for the ticked labels; none takes it out of force."""
    try:
        found = in_force.put_in_force(
            workspace_id=request.access.workspace_id,
            labels=request.POST.getlist("label"),
            past="past" in request.POST,
            actor_id=request.access.user.pk,
            now=timezone.now(),
        )
    except OutsideModelError as error:
        flash(request, str(error), level=40)
    else:
        flash(
            request,
            _("From now on the outside model says these labels.")
            if found.labels
            else _("The outside model reads no voices any more."),
        )
    return redirect("text")


@require_POST
@access_manager
def roll_back(request: ConsoleRequest) -> HttpResponse:
    """As it was before the last choice."""
    try:
        seen = request.POST.get("choice", "")
        in_force.roll_back(
            workspace_id=request.access.workspace_id,
            actor_id=request.access.user.pk,
            now=timezone.now(),
            seen=int(seen) if seen.isdecimal() and len(seen) < 19 else None,
        )
    except OutsideModelError as error:
        flash(request, str(error), level=40)
    else:
        flash(request, _("As it was before; every voice is read again."))
    return redirect("text")


urlpatterns = [
    path("settings/text/outside/choices", choices, name="text_outside_choices"),
    path("settings/text/outside/rollback", roll_back, name="text_outside_roll_back"),
]
