"""The queue: does the work behind the scenes get done?"""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from allears.jobs.models import Job
from allears.operations import queue
from allears.web.access import ConsoleRequest, access_admin
from allears.web.job_words import job_words
from allears.web.render import flash, render_page

PAGE = 50
STATES = {
    "ready": (gettext_lazy("waiting"), "waiting"),
    "running": (gettext_lazy("running"), "doing"),
    "done": (gettext_lazy("finished"), "done"),
    "dead": (gettext_lazy("given up"), "late"),
}


@access_admin
@require_GET
def jobs(request: ConsoleRequest) -> HttpResponse:
    """By state; those given up first."""
    workspace_id, now = request.access.workspace_id, timezone.now()
    state = request.GET.get("state", "dead")
    state, cursor = (state if state in STATES else "dead"), request.GET.get("cursor", "")
    rows = queue.jobs_of(workspace_id=workspace_id).filter(state=state).order_by("-id")
    if cursor.isdecimal() and len(cursor) < 19:
        rows = rows.filter(pk__lt=int(cursor))
    found = list(rows[: PAGE + 1])
    counts = queue.by_state(workspace_id=workspace_id)
    context: dict[str, Any] = {
        "state": state,
        "states": [(name, label, counts[name]) for name, (label, _tone) in STATES.items()],
        "tone": STATES[state][1],
        "rows": [{"job": each, "words": job_words(each.task), "reason": queue.reason(each)} for each in found[:PAGE]],
        "next_cursor": str(found[PAGE - 1].pk) if len(found) > PAGE else None,
        "plan": [(job_words(each.task), each) for each in queue.plan(now=now)],
    }
    return render_page(request, "operations/jobs.html", context)


@access_admin
@require_POST
def runs(request: ConsoleRequest, job_id: int) -> HttpResponse:
    """Run one again that was given up."""
    try:
        queue.run_again(
            workspace_id=request.access.workspace_id, job_id=job_id, actor_id=request.access.user.pk, now=timezone.now()
        )
    except Job.DoesNotExist as error:
        raise Http404 from error
    except queue.CannotRunError:
        flash(request, _("This job is queued or done already; nothing was changed."), level=30)
    else:
        flash(request, _("It runs again now."))
    return redirect("jobs")


urlpatterns = [
    path("settings/jobs", jobs, name="jobs"),
    path("settings/jobs/<int:job_id>/runs", runs, name="job_runs"),
]
