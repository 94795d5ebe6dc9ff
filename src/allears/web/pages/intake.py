"""Settings: how much this workspace may send in, and how much it sends."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from allears.events import actions, queries
from allears.web.access import ConsoleRequest, access_admin
from allears.web.pages.accounts import style
from allears.web.render import flash, render_page


class LimitForm(forms.Form):
    per_second = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=1_000_000,
        label=gettext_lazy("Events a second"),
        help_text=gettext_lazy("Empty: as the installation says. 0: no limit. A short burst above it is let in."),
    )
    per_day = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=10**12,
        label=gettext_lazy("Events a day"),
        help_text=gettext_lazy("Days begin at midnight UTC. Empty: as the installation says. 0: no limit."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


@access_admin
@require_http_methods(["GET", "POST"])
def intake(request: ConsoleRequest) -> HttpResponse:
    """How much may come in?"""
    workspace_id = request.access.workspace_id
    use = queries.intake_use(workspace_id=workspace_id, today=timezone.now().date())
    form = LimitForm(request.POST or None, initial={"per_second": use.per_second, "per_day": use.per_day})
    if request.method == "POST" and form.is_valid():
        actions.limit_intake(workspace_id=workspace_id, actor_id=request.access.user.pk, **form.cleaned_data)
        flash(request, _("Saved. It counts at every door within three seconds."))
        return redirect("intake")
    return render_page(request, "intake/limits.html", {"form": form, "use": use}, status=422 if form.errors else 200)


urlpatterns = [path("settings/intake", intake, name="intake")]
