"""Settings: the widget on web sites, printed codes, tablets and telephone lines."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.accounts.actions import make_key
from allears.accounts.models import Role
from allears.journeys import queries as journey_queries
from allears.listen import queries as listen_queries
from allears.listen import ready_made, wechat
from allears.listen.actions import ensure_ready_made
from allears.listen.answering import ClosedError
from allears.listen.places import actions, calling, queries, scanning, site, widget
from allears.listen.places.models import Place
from allears.outreach.channels.base import DeliveryError
from allears.web.access import ConsoleRequest, access_admin, access_manager
from allears.web.pages.accounts import style
from allears.web.render import flash, render_page
from allears.web.templatetags.surveys import survey_name
from allears.web.templatetags.ui import local_name

ROWS = 4  # of triggers in the form
MOMENTS = (
    ("", gettext_lazy("not used")),
    ("page", gettext_lazy("on the page")),
    ("delay", gettext_lazy("after seconds")),
    ("scroll", gettext_lazy("scrolled to percent")),
    ("exit", gettext_lazy("about to leave")),
    ("event", gettext_lazy("at the event")),
)
CONSENTS = (
    ("required", gettext_lazy("Nothing is sent or stored before the visitor consents")),
    ("memory", gettext_lazy("Nothing is stored before the visitor consents")),
    ("granted", gettext_lazy("Consent is settled elsewhere, for example in a signed-in app")),
)


KINDS = (
    ("qr", gettext_lazy("a printed code or short link")),
    ("kiosk", gettext_lazy("a tablet that stands there")),
    ("line", gettext_lazy("a telephone line")),
)
KIND_MARKS = {"qr": "qr-code", "kiosk": "tablet", "line": "phone"}


class PlaceForm(forms.Form):
    """A printed code, a tablet or a line."""

    kind = forms.ChoiceField(choices=KINDS, label=gettext_lazy("It is"))
    name = forms.CharField(
        max_length=120, label=gettext_lazy("Name"), help_text=gettext_lazy("Seen by who answers, such as “Table 7”.")
    )
    survey = forms.ChoiceField(label=gettext_lazy("Ask this survey"))
    touchpoint = forms.ChoiceField(required=False, label=gettext_lazy("Touchpoint"))
    employee = forms.CharField(
        required=False,
        max_length=80,
        label=gettext_lazy("Employee"),
        help_text=gettext_lazy("Whose work is asked about."),
    )
    pin = forms.RegexField(
        required=False,
        regex=r"^\d{4,12}$",
        label=gettext_lazy("PIN"),
        help_text=gettext_lazy("Of a tablet: 4 to 12 digits; five taps in the upper left corner ask for it."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, workspace_id: int, kinds: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, surveys, touchpoints = self.fields["kind"], self.fields["survey"], self.fields["touchpoint"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [each for each in KINDS if each[0] in kinds]
        assert isinstance(surveys, forms.ChoiceField)
        assert isinstance(touchpoints, forms.ChoiceField)
        surveys.choices = [
            (str(each.pk), survey_name(each)) for each in listen_queries.surveys(workspace_id=workspace_id)
        ]
        found = journey_queries.touchpoints(workspace_id=workspace_id)
        touchpoints.choices = [("", "–"), *((str(each.pk), local_name(each)) for each in found)]
        style(self)

    def told(self) -> dict[str, Any]:
        """As the action wants it."""
        clean = self.cleaned_data
        return {
            **{name: clean[name] for name in ("kind", "name", "employee", "pin")},
            "survey_id": int(clean["survey"]),
            "touchpoint_id": int(clean["touchpoint"]) if clean["touchpoint"] else None,
        }


class SiteForm(forms.Form):
    """A site in the words of those who set it up."""

    name = forms.CharField(max_length=120, label=gettext_lazy("Name"))
    touchpoint = forms.ChoiceField(required=False, label=gettext_lazy("Touchpoint"))
    consent = forms.ChoiceField(choices=CONSENTS, initial="memory", label=gettext_lazy("Consent"))
    feedback = forms.BooleanField(required=False, initial=True, label=gettext_lazy("Show a feedback button"))
    proof = forms.BooleanField(
        required=False,
        label=gettext_lazy("User ids count only with their signature"),
        help_text=gettext_lazy("Your server signs each user id with the secret below, so nobody can pose as another."),
    )
    side = forms.ChoiceField(
        choices=(("right", gettext_lazy("right")), ("left", gettext_lazy("left"))), label=gettext_lazy("Side")
    )
    accent = forms.RegexField(
        regex=r"^#[0-9a-fA-F]{6}$", initial="#1f6feb", label=gettext_lazy("Colour"),
        widget=forms.TextInput(attrs={"type": "color"}),
    )  # fmt: skip
    origins = forms.CharField(
        required=False,
        label=gettext_lazy("Only from these sites"),
        help_text=gettext_lazy("One origin a line, such as https://shop.example.com. Empty: from any."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, workspace_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["touchpoint"]
        assert isinstance(field, forms.ChoiceField)
        found = journey_queries.touchpoints(workspace_id=workspace_id)
        field.choices = [("", "–"), *((str(each.pk), local_name(each)) for each in found)]
        style(self)
        for name in ("feedback", "proof"):
            self.fields[name].widget.attrs["class"] = "checkbox checkbox-sm"

    def triggers(self) -> list[dict[str, Any]]:
        """The rows that are used."""
        rows = []
        for row in range(ROWS):
            told = {part: self.data.get(f"{part}-{row}", "").strip() for part in ("on", "value", "page", "survey")}
            if told["on"]:
                share = self.data.get(f"share-{row}", "").strip() or "100"
                rows.append({"id": f"t{row + 1}", **told, "share": _share(share)})
        return rows

    def told(self) -> dict[str, Any]:
        """As the actions want it."""
        clean = self.cleaned_data
        return {
            "name": clean["name"],
            "touchpoint_id": int(clean["touchpoint"]) if clean["touchpoint"] else None,
            "settings": {
                **{name: clean[name] for name in ("consent", "feedback", "proof", "side", "accent")},
                "origins": clean["origins"].split(),
                "triggers": self.triggers(),
            },
        }


def _share(text: str) -> float:
    try:
        return float(text) / 100
    except ValueError:
        return 0.0  # refused by the action, with the field's name


def _place(request: ConsoleRequest, place_id: int, *kinds: str) -> Place:
    try:
        found = queries.access_place(workspace_id=request.access.workspace_id, place_id=place_id)
    except Place.DoesNotExist as error:
        raise Http404 from error
    if found.kind not in kinds:
        raise Http404
    return found


def _snippet(place: Place, key: str) -> str:
    consent = site.settings_from(place.settings).consent
    return (
        f'<script async crossorigin src="{settings.PUBLIC_URL}/widget.js" data-key="{key}"'
        f' data-site="{place.code}" data-consent="{consent}"></script>'
    )


@access_admin
@require_http_methods(["GET", "POST"])
def widgets(request: ConsoleRequest) -> HttpResponse:
    """Which sites carry the widget, and does it run there?"""
    workspace_id = request.access.workspace_id
    form = SiteForm(request.POST or None, workspace_id=workspace_id, initial={"side": "right"})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_place(
                workspace_id=workspace_id, kind="site", actor_id=request.access.user.pk, now=timezone.now(),
                **form.told(),
            )  # fmt: skip
        except actions.PlaceError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            flash(request, _("“%(name)s” is there. Put the snippet on its pages.") % {"name": made.name})
            return redirect("widget_site", made.pk)
    rows = queries.places(workspace_id=workspace_id, kind=Place.Kind.SITE)
    context = {"form": form, "rows": rows, "triggers": _trigger_rows(form, None), **_choices(request)}
    return render_page(request, "places/widgets.html", context, status=422 if form.errors else 200)


def _choices(request: ConsoleRequest) -> dict[str, Any]:
    surveys = listen_queries.surveys(workspace_id=request.access.workspace_id)
    return {"moments": MOMENTS, "surveys": surveys}


def _trigger_rows(form: SiteForm, place: Place | None) -> list[dict[str, Any]]:
    if form.is_bound:
        names = ("on", "value", "page", "survey", "share")
        return [{part: form.data.get(f"{part}-{row}", "") for part in names} for row in range(ROWS)]
    stored = place.settings.get("triggers", []) if place else []
    shown = [{**each, "share": f"{each['share'] * 100:g}"} for each in stored]
    return [*shown, *[{} for _ in range(ROWS)]][:ROWS]


@never_cache
@access_admin
@require_http_methods(["GET", "POST"])
def widget_site(request: ConsoleRequest, place_id: int) -> HttpResponse:
    """One site: its snippet, its triggers, how it looks, whether it is seen."""
    place = _place(request, place_id, Place.Kind.SITE)
    initial = {
        **place.settings,
        "name": place.name,
        "touchpoint": str(place.touchpoint_id or ""),
        "origins": "\n".join(place.settings.get("origins", [])),
    }
    form = SiteForm(request.POST or None, workspace_id=request.access.workspace_id, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_place(place=place, actor_id=request.access.user.pk, **form.told())
        except actions.PlaceError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            flash(request, _("Saved. Pages that are open take it up when they load again."))
            return redirect("widget_site", place.pk)
    return _site_page(request, place, form)


def _site_page(request: ConsoleRequest, place: Place, form: SiteForm, key: str = "") -> HttpResponse:
    context = {
        "place": place,
        "form": form,
        "triggers": _trigger_rows(form, place),
        "snippet": _snippet(place, key or "WRITE_KEY"),
        "key": key,
        "secret": actions.secret_of(place=place),
        "settings": place.settings,
        **_choices(request),
    }
    return render_page(request, "places/widget.html", context, status=422 if form.errors else 200)


@never_cache
@access_admin
@require_POST
def widget_key(request: ConsoleRequest, place_id: int) -> HttpResponse:
    """A write key for this site, shown inside its snippet this once."""
    place = _place(request, place_id, Place.Kind.SITE)
    access = request.access
    _made, key = make_key(
        workspace=access.workspace, kind="write", name=place.name[:120], actor=access.user, now=timezone.now()
    )
    initial = {**place.settings, "name": place.name, "touchpoint": str(place.touchpoint_id or "")}
    form = SiteForm(None, workspace_id=access.workspace_id, initial=initial)
    return _site_page(request, place, form, key)


@access_admin
@require_GET
def widget_preview(request: ConsoleRequest, place_id: int) -> HttpResponse:
    """The card as a visitor would see it; nothing that is pressed here is sent."""
    place = _place(request, place_id, Place.Kind.SITE)
    triggers = place.settings.get("triggers", [])
    surveys = listen_queries.surveys(workspace_id=place.workspace_id)
    key = (
        request.GET.get("survey") or (triggers[0]["survey"] if triggers else "") or getattr(surveys.first(), "key", "")
    )
    if not key:
        raise Http404
    language = "zh" if request.LANGUAGE_CODE.startswith("zh") else "en"
    told = {
        "look": {"accent": place.settings["accent"], "side": place.settings["side"]},
        "ask": widget.sheet(place=place, survey_key=key, language=language),
    }
    return render_page(request, "places/preview.html", {"place": place, "sample": told})


def _kinds(request: ConsoleRequest) -> tuple[str, ...]:
    """What this person may open and see: whoever runs a store prints codes; a line's secret is an admin's."""
    return ("qr", "kiosk", "line") if request.access.may(Role.ADMIN) else ("qr", "kiosk")


@access_manager
@require_http_methods(["GET", "POST"])
def places(request: ConsoleRequest) -> HttpResponse:
    """Where else can people answer by themselves, and do they?"""
    workspace_id = request.access.workspace_id
    if not listen_queries.surveys(workspace_id=workspace_id).exists():
        ensure_ready_made(workspace_id=workspace_id, key=ready_made.NPS.key, now=timezone.now())
    form = PlaceForm(request.POST or None, workspace_id=workspace_id, kinds=_kinds(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_place(
                workspace_id=workspace_id, actor_id=request.access.user.pk, now=timezone.now(), **form.told()
            )
        except actions.PlaceError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect("place", made.pk)
    rows = [
        {"place": each, "icon": KIND_MARKS[each.kind], "kind": dict(KINDS)[each.kind]}
        for each in queries.places(workspace_id=workspace_id).filter(kind__in=_kinds(request)).select_related("survey")
    ]
    context = {"form": form, "rows": rows}
    return render_page(request, "places/list.html", context, status=422 if form.errors else 200)


@never_cache
@access_manager
@require_GET
def place(request: ConsoleRequest, place_id: int) -> HttpResponse:
    """One printed code, tablet or line: its address, its picture, what came of it."""
    found = _place(request, place_id, *_kinds(request))
    is_line, is_open_code = found.kind == Place.Kind.LINE, found.kind == Place.Kind.QR and found.ended_at is None
    context = {
        "place": found,
        "kind": dict(KINDS)[found.kind],
        "address": f"{settings.PUBLIC_URL}/v1/line/{found.code}" if is_line else scanning.short_url(found),
        "secret": actions.secret_of(place=found) if is_line else "",
        "wechat": wechat.scene_of(place=found),
        "has_wechat": is_open_code and wechat.has_account(workspace_id=found.workspace_id),
    }
    return render_page(request, "places/place.html", context)


@access_manager
@require_GET
def picture(request: ConsoleRequest, place_id: int) -> HttpResponse:
    """The code as SVG."""
    found = _place(request, place_id, "qr", "kiosk")
    return _drawn(scanning.short_url(found), found.code)


def _drawn(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(scanning.svg(text), content_type="image/svg+xml")
    answer["Content-Disposition"] = f'inline; filename="{name}.svg"'
    return answer


@access_manager
@require_POST
def make_wechat_code(request: ConsoleRequest, place_id: int) -> HttpResponse:
    """Have WeChat make the code of this place; who scans it is known, and led to the same question."""
    found = _place(request, place_id, "qr")
    if found.ended_at is not None:
        raise Http404
    try:
        wechat.make_scene(place=found, actor_id=request.access.user.pk)
    except wechat.NoAccountError as error:
        raise Http404 from error
    except DeliveryError as error:
        flash(request, _("WeChat made no code: %(why)s") % {"why": error}, level=messages.ERROR)
    return redirect("place", found.pk)


@access_manager
@require_GET
def wechat_picture(request: ConsoleRequest, place_id: int) -> HttpResponse:
    """The WeChat code as SVG."""
    found = _place(request, place_id, "qr")
    if not (scene := wechat.scene_of(place=found)):
        raise Http404
    return _drawn(scene, f"{found.code}-wechat")


@access_admin
@require_POST
def trial_call(request: ConsoleRequest, place_id: int) -> HttpResponse:
    """The simulator of a line: the same step that the telephone system takes, signed here."""
    found = _place(request, place_id, "line")
    digits, text, question = (request.POST.get(name, "")[:200] for name in ("digits", "text", "question"))
    call = calling.Call(
        id=f"trial-{request.POST.get('call', '')[:40]}",
        language="zh" if request.LANGUAGE_CODE.startswith("zh") else "en",
        digits=digits,
        text=text,
        question=question,
    )
    try:
        said = calling.step(place=found, call=call, now=timezone.now())
    except ClosedError:
        said = {"done": True, "say": _("This call is over. Start another one."), "keys": [], "question": ""}
    return render_page(
        request, "places/_call.html", {"place": found, "said": said, "call": request.POST.get("call", "")}
    )


@access_manager
@require_POST
def close(request: ConsoleRequest, place_id: int) -> HttpResponse:
    """End a site, a code, a tablet or a line."""
    kinds = Place.Kind.values if request.access.may(Role.ADMIN) else _kinds(request)
    place = _place(request, place_id, *kinds)
    actions.close_place(place=place, actor_id=request.access.user.pk, now=timezone.now())
    flash(request, _("“%(name)s” is closed; what was answered there stays.") % {"name": place.name})
    return redirect("widgets" if place.kind == Place.Kind.SITE else "places")


urlpatterns = [
    path("settings/widget", widgets, name="widgets"),
    path("settings/widget/<int:place_id>", widget_site, name="widget_site"),
    path("settings/widget/<int:place_id>/key", widget_key, name="widget_key"),
    path("settings/widget/<int:place_id>/preview", widget_preview, name="widget_preview"),
    path("settings/places", places, name="places"),
    path("settings/places/<int:place_id>", place, name="place"),
    path("settings/places/<int:place_id>/code.svg", picture, name="place_picture"),
    path("settings/places/<int:place_id>/wechat-code", make_wechat_code, name="place_wechat"),
    path("settings/places/<int:place_id>/wechat-code.svg", wechat_picture, name="place_wechat_picture"),
    path("settings/places/<int:place_id>/calls", trial_call, name="place_trial"),
    path("settings/places/<int:place_id>/closure", close, name="place_closure"),
]
