"""Settings: the ways to a customer, whether each works, what it costs, and whom it must not reach."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.outreach import channels, wording
from allears.outreach.channels.base import Adapter, SetupError
from allears.outreach.delivery import actions, queries, trying
from allears.outreach.delivery.models import Barred, ChannelSetup
from allears.web.access import ConsoleRequest, access_admin
from allears.web.pages.accounts import style
from allears.web.render import flash, render_page

STATES = {
    "working": (gettext_lazy("working"), "good"),
    "idle": (gettext_lazy("ready"), "waiting"),
    "off": (gettext_lazy("not set up"), "none"),
    "paused": (gettext_lazy("paused"), "waiting"),
    "failing": (gettext_lazy("failing"), "late"),
}
REASONS = {
    "bounce": gettext_lazy("does not exist"),
    "complaint": gettext_lazy("called it spam"),
    "stop": gettext_lazy("answered STOP"),
}
CALLS = {
    ("email", "events"): gettext_lazy("News of the mail provider (bounces, complaints)"),
    ("sms", "report"): gettext_lazy("Delivery reports"),
    ("sms", "inbound"): gettext_lazy("Replies"),
    ("wechat", "events"): gettext_lazy("Messages and events of the official account"),
    ("wecom", "events"): gettext_lazy("Messages and events of WeCom"),
}


class SetupForm(forms.Form):
    """What one channel wants to know, and what it costs."""

    cost = forms.DecimalField(
        required=False, min_value=0, max_digits=10, decimal_places=4, label=gettext_lazy("Price of one unit")
    )
    currency = forms.CharField(required=False, max_length=3, label=gettext_lazy("Currency"))
    per_minute = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=1_000_000,
        label=gettext_lazy("At most a minute"),
        help_text=gettext_lazy("0: as fast as the provider takes them."),
    )

    def __init__(self, *args: Any, adapter: Adapter, setup: ChannelSetup | None, **kwargs: Any) -> None:
        known = setup.settings if setup else {}
        initial = {each.name: known.get(each.name, each.default) for each in adapter.fields if not each.secret}
        if setup:
            initial |= {"cost": setup.cost, "currency": setup.currency, "per_minute": setup.per_minute}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        own = {each.name: _field(each, kept=setup is not None) for each in adapter.fields}
        self.fields = {**own, **self.fields}
        self.own = adapter.fields
        style(self)

    def told(self) -> dict[str, Any]:
        """As the action wants it."""
        clean = self.cleaned_data
        return {
            "settings": {each.name: clean[each.name] for each in self.own if not each.secret},
            "secret": {each.name: clean[each.name] for each in self.own if each.secret},
            "cost": clean["cost"] or Decimal(0),
            "currency": clean["currency"],
            "per_minute": clean["per_minute"] or 0,
        }


def _field(wanted: Any, *, kept: bool) -> forms.Field:
    given: dict[str, Any] = {"label": wanted.label, "help_text": wanted.hint, "required": wanted.required}
    if wanted.secret:
        given["help_text"] = wanted.hint or _("Kept sealed and never shown again; empty keeps the one that is there.")
        given["required"] = wanted.required and not kept
        return forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "off"}), max_length=2000, **given)
    if wanted.options:
        return forms.ChoiceField(choices=wanted.options, **given)
    shape = forms.Textarea(attrs={"rows": wanted.lines}) if wanted.lines > 1 else forms.TextInput()
    return forms.CharField(widget=shape, max_length=4000, strip=True, **given)


def _adapter(name: str) -> Adapter:
    try:
        return channels.adapter(name)
    except channels.UnknownChannelError as error:
        raise Http404 from error


def _mail() -> dict[str, str]:
    """How mail leaves this installation: said as it starts, alike for all workspaces."""
    ours = settings.EMAIL_BACKEND.startswith("django.core.mail.backends.smtp")
    way = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}" if ours else settings.EMAIL_BACKEND
    return {"way": way, "sender": settings.DEFAULT_FROM_EMAIL}


def _row(health: queries.Health) -> dict[str, Any]:
    label, tone = STATES[health.state]
    return {"health": health, "name": wording.channel_name(health.name), "label": label, "tone": tone}


@access_admin
@require_GET
def overview(request: ConsoleRequest) -> HttpResponse:
    """Which ways to a customer work?"""
    found = queries.health(workspace_id=request.access.workspace_id, now=timezone.now())
    return render_page(request, "channels/list.html", {"rows": [_row(each) for each in found]})


@access_admin
@require_http_methods(["GET", "POST"])
def channel(request: ConsoleRequest, name: str) -> HttpResponse:
    """One channel: its provider, its health, its barred addresses."""
    adapter, workspace_id = _adapter(name), request.access.workspace_id
    setup = queries.setup_of(workspace_id=workspace_id, channel=name)
    form = SetupForm(request.POST or None, adapter=adapter, setup=setup)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_up(
                workspace_id=workspace_id, channel=name, now=timezone.now(), actor_id=request.access.user.pk,
                **form.told(),
            )  # fmt: skip
        except SetupError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            flash(request, _("Saved. Send a test message to see whether it works."))
            return redirect("channel", name)
    found = next(each for each in queries.health(workspace_id=workspace_id, now=timezone.now()) if each.name == name)
    called = queries.callbacks(setup) if setup else {}
    context = {
        **_row(found),
        "adapter": adapter,
        "form": form,
        "setup": setup,
        "calls": [{"url": url, "label": CALLS[name, what]} for what, url in called.items()],
        "mail": _mail() if name == "email" else {},
        "barred": [
            {"row": each, "reason": REASONS[each.reason]}
            for each in queries.barred(workspace_id=workspace_id, channel=name).order_by("-at")[:200]
        ],
    }
    return render_page(request, "channels/channel.html", context, status=422 if form.errors else 200)


@access_admin
@require_POST
def trial(request: ConsoleRequest, name: str) -> HttpResponse:
    """Send one message to an address of one's own."""
    _adapter(name)
    address = request.POST.get("address", "").strip()[:254]
    if not address:
        flash(request, _("Enter an address of your own to send the test to."))
        return redirect("channel", name)
    try:
        trouble = trying.try_out(
            workspace_id=request.access.workspace_id,
            channel=name,
            address=address,
            language="zh" if request.LANGUAGE_CODE.startswith("zh") else "en",
            text=wording.trial(str(request.access.workspace)),
            now=timezone.now(),
        )
    except trying.AddressError as error:
        trouble = str(error)
    if trouble:
        flash(request, _("It was not sent: %(why)s") % {"why": trouble})
    else:
        flash(request, _("The provider took the test message. See whether it arrives."))
    return redirect("channel", name)


@access_admin
@require_POST
def pause(request: ConsoleRequest, name: str) -> HttpResponse:
    """Send nothing more by this channel for now."""
    setup = queries.setup_of(workspace_id=request.access.workspace_id, channel=name)
    if setup is None:
        raise Http404
    actions.pause(setup=setup, now=timezone.now(), actor_id=request.access.user.pk)
    flash(request, _("Paused. What waits in the outbox waits on; saving the settings starts it again."))
    return redirect("channel", name)


@access_admin
@require_POST
def lift(request: ConsoleRequest, barred_id: int) -> HttpResponse:
    """Let an address be written to again."""
    try:
        found = queries.access_barred(workspace_id=request.access.workspace_id, barred_id=barred_id)
    except Barred.DoesNotExist as error:
        raise Http404 from error
    actions.lift(barred=found, now=timezone.now(), actor_id=request.access.user.pk)
    flash(request, _("The address may be written to again; consent that was withdrawn stays withdrawn."))
    return redirect("channel", found.channel)


urlpatterns = [
    path("settings/channels", overview, name="channels"),
    path("settings/channels/<slug:name>", channel, name="channel"),
    path("settings/channels/<slug:name>/trials", trial, name="channel_trial"),
    path("settings/channels/<slug:name>/pause", pause, name="channel_pause"),
    path("settings/barred/<int:barred_id>/lift", lift, name="barred_lift"),
]
