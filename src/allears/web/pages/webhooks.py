"""Webhooks: which other systems are told what, and whether it arrived."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.events.webhooks import actions, queries
from allears.events.webhooks.catalogue import catalogue
from allears.events.webhooks.models import Delivery, Endpoint
from allears.web.access import ConsoleRequest, access_admin
from allears.web.pages.accounts import style
from allears.web.render import flash, render_page

PAGE = 50
STATES = {
    "queued": (gettext_lazy("waiting"), "waiting"),
    "sending": (gettext_lazy("on its way"), "waiting"),
    "delivered": (gettext_lazy("delivered"), "good"),
    "failed": (gettext_lazy("given up"), "late"),
    "missed": (gettext_lazy("missed while off"), "waiting"),
}
SPANS = (
    ("1", gettext_lazy("the last hour")),
    ("24", gettext_lazy("the last day")),
    ("168", gettext_lazy("the last 7 days")),
    ("720", gettext_lazy("the last 30 days")),
)


class WebhookForm(forms.Form):
    url = forms.CharField(
        max_length=500,
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("An https:// address of the receiving system."),
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://example.com/hooks"}),
    )
    description = forms.CharField(
        max_length=200, required=False, label=gettext_lazy("Description"), help_text=gettext_lazy("Who receives it?")
    )
    event_types = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Events"),
        help_text=gettext_lazy("None chosen: all of them, new ones too."),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "checkbox checkbox-sm"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["event_types"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(each.name, f"{each.name} · {each.summary}") for each in catalogue()]
        style(self)


def _endpoint(request: ConsoleRequest, endpoint_id: int) -> Endpoint:
    try:
        return queries.access_endpoint(workspace_id=request.access.workspace_id, endpoint_id=endpoint_id)
    except Endpoint.DoesNotExist as error:
        raise Http404 from error


def _delivery(request: ConsoleRequest, endpoint_id: int, delivery_id: int) -> Delivery:
    try:
        return queries.access_delivery(
            workspace_id=request.access.workspace_id, endpoint_id=endpoint_id, delivery_id=delivery_id
        )
    except Delivery.DoesNotExist as error:
        raise Http404 from error


def _shown(delivery: Delivery) -> dict[str, Any]:
    label, tone = STATES[delivery.state]
    return {"delivery": delivery, "label": label, "tone": tone}


@never_cache
@access_admin
@require_http_methods(["GET", "POST"])
def webhooks(request: ConsoleRequest) -> HttpResponse:
    """Who is told what? A new signing secret is in this one answer and nowhere else."""
    workspace_id = request.access.workspace_id
    form, secret, made = WebhookForm(request.POST or None), "", None
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.create_endpoint(
                workspace_id=workspace_id, actor_id=request.access.user.pk, now=timezone.now(), **form.cleaned_data
            )
            form = WebhookForm()
        except actions.WebhookError as error:
            form.add_error(error.field or None, str(error))
    counts = queries.counts(workspace_id=workspace_id)
    rows = [
        {"endpoint": each, "counts": counts.get(each.pk, {})} for each in queries.endpoints(workspace_id=workspace_id)
    ]
    context = {"form": form, "rows": rows, "secret": secret, "made": made}
    return render_page(request, "webhooks/list.html", context, status=422 if form.errors else 200)


@never_cache
@access_admin
@require_http_methods(["GET", "POST"])
def webhook(request: ConsoleRequest, endpoint_id: int) -> HttpResponse:
    """One receiver: its settings and its log."""
    endpoint = _endpoint(request, endpoint_id)
    initial = {"url": endpoint.url, "description": endpoint.description, "event_types": endpoint.event_types}
    form = WebhookForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_endpoint(endpoint=endpoint, actor_id=request.access.user.pk, **form.cleaned_data)
        except actions.WebhookError as error:
            form.add_error(error.field or None, str(error))
        else:
            flash(request, _("Saved"))
            return redirect("webhook", endpoint_id=endpoint.pk)
    return _page(request, endpoint, form=form, status=422 if form.errors else 200)


def _page(
    request: ConsoleRequest, endpoint: Endpoint, *, form: WebhookForm, secret: str = "", status: int = 200
) -> HttpResponse:
    state, kind, cursor = (request.GET.get(name, "") for name in ("state", "type", "cursor"))
    rows = queries.deliveries(endpoint=endpoint, state=state if state in STATES else "", event_type=kind)
    if cursor.isdecimal() and len(cursor) < 19:
        rows = rows.filter(pk__lt=int(cursor))
    found = list(rows[: PAGE + 1])
    context = {
        "endpoint": endpoint,
        "form": form,
        "secret": secret,
        "rows": [_shown(each) for each in found[:PAGE]],
        "next_cursor": str(found[PAGE - 1].pk) if len(found) > PAGE else None,
        "states": [(name, label) for name, (label, _tone) in STATES.items()],
        "types": [each.name for each in catalogue()],
        "spans": SPANS,
        "filtered": bool(state or kind),
    }
    return render_page(request, "webhooks/endpoint.html", context, status=status)


@never_cache
@access_admin
@require_GET
def delivery(request: ConsoleRequest, endpoint_id: int, delivery_id: int) -> HttpResponse:
    """One event on its way: what was sent, and each answer."""
    found = _delivery(request, endpoint_id, delivery_id)
    context = {**_shown(found), "attempts": queries.attempts(delivery=found), "endpoint": found.endpoint}
    return render_page(request, "webhooks/delivery.html", context)


@access_admin
@require_POST
def replay(request: ConsoleRequest, endpoint_id: int, delivery_id: int) -> HttpResponse:
    """Send one again."""
    found = _delivery(request, endpoint_id, delivery_id)
    _try(request, lambda: actions.replay(delivery=found, now=timezone.now()), _("It is sent again, with the same id."))
    return redirect("webhook_delivery", endpoint_id=endpoint_id, delivery_id=delivery_id)


@access_admin
@require_POST
def replay_span(request: ConsoleRequest, endpoint_id: int) -> HttpResponse:
    """Send a span of time again."""
    endpoint, now = _endpoint(request, endpoint_id), timezone.now()
    told = request.POST.get("hours", "")
    hours = int(told) if told in dict(SPANS) else 24
    try:
        count = actions.replay_span(
            endpoint=endpoint,
            since=now - timedelta(hours=hours),
            until=now,
            delivered_too=request.POST.get("which") == "all",
            actor_id=request.access.user.pk,
            now=now,
        )
    except actions.WebhookError as error:
        flash(request, str(error), level=40)
    else:
        said = ngettext("%(count)s event is sent again.", "%(count)s events are sent again.", count)
        flash(request, said % {"count": count})
    return redirect("webhook", endpoint_id=endpoint_id)


def _try(request: ConsoleRequest, act: Any, said: str) -> None:
    try:
        act()
    except actions.WebhookError as error:
        flash(request, str(error), level=40)
    else:
        flash(request, said)


@access_admin
@require_POST
def send_test(request: ConsoleRequest, endpoint_id: int) -> HttpResponse:
    """Send a webhook.test."""
    endpoint = _endpoint(request, endpoint_id)
    try:
        made = actions.send_test(endpoint=endpoint, now=timezone.now())
    except actions.WebhookError as error:
        flash(request, str(error), level=40)
        return redirect("webhook", endpoint_id=endpoint_id)
    flash(request, _("A test is on its way; its answer appears here."))
    return redirect("webhook_delivery", endpoint_id=endpoint_id, delivery_id=made.pk)


@never_cache
@access_admin
@require_POST
def rotate(request: ConsoleRequest, endpoint_id: int) -> HttpResponse:
    """A new signing secret, shown in this one answer; the former one signs too for a day."""
    endpoint = _endpoint(request, endpoint_id)
    secret = actions.rotate_secret(endpoint=endpoint, actor_id=request.access.user.pk, now=timezone.now())
    initial = {"url": endpoint.url, "description": endpoint.description, "event_types": endpoint.event_types}
    return _page(request, endpoint, form=WebhookForm(initial=initial), secret=secret)


@access_admin
@require_POST
def disable(request: ConsoleRequest, endpoint_id: int) -> HttpResponse:
    """Send nothing for now."""
    endpoint = _endpoint(request, endpoint_id)
    actions.disable_endpoint(endpoint=endpoint, actor_id=request.access.user.pk, now=timezone.now())
    flash(request, _("Nothing is sent there now. What it misses can be sent later."))
    return redirect("webhook", endpoint_id=endpoint_id)


@access_admin
@require_POST
def enable(request: ConsoleRequest, endpoint_id: int) -> HttpResponse:
    """Send again, from now on."""
    actions.enable_endpoint(endpoint=_endpoint(request, endpoint_id), actor_id=request.access.user.pk)
    flash(request, _("It is told again from now on. Below you can send what it missed."))
    return redirect("webhook", endpoint_id=endpoint_id)


@access_admin
@require_POST
def remove(request: ConsoleRequest, endpoint_id: int) -> HttpResponse:
    """For good."""
    endpoint = _endpoint(request, endpoint_id)
    actions.remove_endpoint(endpoint=endpoint, actor_id=request.access.user.pk, now=timezone.now())
    flash(request, _("The webhook is gone."))
    return redirect("webhooks")


urlpatterns = [
    path("settings/webhooks", webhooks, name="webhooks"),
    path("settings/webhooks/<int:endpoint_id>", webhook, name="webhook"),
    path("settings/webhooks/<int:endpoint_id>/tests", send_test, name="webhook_test"),
    path("settings/webhooks/<int:endpoint_id>/secrets", rotate, name="webhook_secret"),
    path("settings/webhooks/<int:endpoint_id>/replays", replay_span, name="webhook_replays"),
    path("settings/webhooks/<int:endpoint_id>/disabling", disable, name="webhook_disabling"),
    path("settings/webhooks/<int:endpoint_id>/enabling", enable, name="webhook_enabling"),
    path("settings/webhooks/<int:endpoint_id>/removal", remove, name="webhook_removal"),
    path("settings/webhooks/<int:endpoint_id>/deliveries/<int:delivery_id>", delivery, name="webhook_delivery"),
    path(
        "settings/webhooks/<int:endpoint_id>/deliveries/<int:delivery_id>/replays",
        replay,
        name="webhook_delivery_replays",
    ),
]
