"""Inbound webhooks: which systems send to us, what their bodies mean, and whether all of it fits."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.events.inbound import actions, queries
from allears.events.inbound.bodies import BodyError, Leaf, items_of, leaves
from allears.events.inbound.mapping import PLACES, VOICE_KINDS, Mapped, MappingError, mapping_of
from allears.events.inbound.models import InboundRequest, InboundSource
from allears.events.inbound.proof import ProofError
from allears.events.intake.bodies import NotJsonError, TooLargeError
from allears.events.reasons import in_words
from allears.web.access import ConsoleRequest, access_admin
from allears.web.pages.accounts import style
from allears.web.render import flash, render_page
from allears.web.templatetags.ui import source_name

PROOFS = (
    ("none", gettext_lazy("The secret address alone")),
    ("token", gettext_lazy("A token in a header")),
    ("hmac", gettext_lazy("HMAC-SHA256 over the body (GitHub and others)")),
    ("timestamped", gettext_lazy("HMAC-SHA256 with a time (Stripe and others)")),
    ("standard", gettext_lazy("Standard Webhooks")),
)
KIND_NAMES = (
    ("event", gettext_lazy("an event of a customer")),
    ("identify", gettext_lazy("news about a customer")),
    ("voice", gettext_lazy("a voice: words of a customer")),
)
PLACE_NAMES = {
    "event": gettext_lazy("Name of the event"),
    "customer_id": gettext_lazy("Customer’s id"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "time": gettext_lazy("Time"),
    "message_id": gettext_lazy("Id of the message (repeats count once)"),
    "text": gettext_lazy("Words of a voice"),
    "traits": gettext_lazy("Attributes of the customer"),
}
STATES = {
    "waiting": (gettext_lazy("waits to be taught"), "waiting"),
    "refused": (gettext_lazy("does not fit"), "late"),
    "taken": (gettext_lazy("taken"), "good"),
}
LISTED = 25


# The door


@csrf_exempt
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Answer once the body is stored; what it means is found out afterwards."""
    source = queries.source_at(token=token)
    if source is None:
        return JsonResponse({"error": "there is no such address, or it was closed"}, status=404)
    if request.method != "POST":
        return JsonResponse({"error": "send this by POST"}, status=405, headers={"Allow": "POST"})
    try:
        actions.receive(source=source, data=request.body, headers=request.headers, now=timezone.now())
    except (RequestDataTooBig, TooLargeError):
        return JsonResponse({"error": "the body is too large; nothing was kept"}, status=413)
    except NotJsonError as error:
        return JsonResponse({"error": f"{error}; nothing was kept"}, status=400)
    except ProofError as error:
        return JsonResponse({"error": f"{error}; nothing was kept"}, status=401)
    return JsonResponse({"received": True}, status=202)


# The console


class SourceForm(forms.Form):
    name = forms.CharField(
        max_length=120, label=gettext_lazy("Name"), help_text=gettext_lazy("Which system sends? E.g. shop, reviews.")
    )
    kind = forms.ChoiceField(choices=PROOFS, label=gettext_lazy("How it proves itself"))
    header = forms.CharField(
        max_length=120,
        required=False,
        label=gettext_lazy("Header of the token or signature"),
        help_text=gettext_lazy("Empty: the usual one, such as X-Hub-Signature-256."),
    )
    secret = forms.CharField(
        max_length=400,
        required=False,
        label=gettext_lazy("Secret"),
        help_text=gettext_lazy("The one that the sender has; it is kept sealed and never shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


def _source(request: ConsoleRequest, source_id: int) -> InboundSource:
    try:
        return queries.access_source(workspace_id=request.access.workspace_id, source_id=source_id)
    except InboundSource.DoesNotExist as error:
        raise Http404 from error


@access_admin
@require_http_methods(["GET", "POST"])
def sources(request: ConsoleRequest) -> HttpResponse:
    """Who sends to us?"""
    workspace_id = request.access.workspace_id
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_source(
                workspace_id=workspace_id, actor_id=request.access.user.pk, now=timezone.now(), **form.cleaned_data
            )
        except actions.InboundError as error:
            form.add_error(None, str(error))
        else:
            flash(request, _("The address is open. Send a first request there, then teach what it means."))
            return redirect("inbound_source", inbound_id=made.pk)
    context = {"form": form, "sources": queries.sources(workspace_id=workspace_id)}
    return render_page(request, "inbound/list.html", context, status=422 if form.errors else 200)


@access_admin
@require_GET
def source_page(request: ConsoleRequest, inbound_id: int) -> HttpResponse:
    """What do this system's bodies mean?"""
    return _show(request, _source(request, inbound_id))


@access_admin
@require_POST
def mapping(request: ConsoleRequest, inbound_id: int) -> HttpResponse:
    """Try a mapping on the samples, or save it."""
    source = _source(request, inbound_id)
    said = {name: request.POST.get(name, "") for name in ("kind", "name", "voice_kind", *PLACES)}
    try:
        mapped = mapping_of(said)
        if "preview" not in request.POST:
            actions.teach(source=source, said=said, actor_id=request.access.user.pk, now=timezone.now())
            flash(request, _("Saved. What waits is being mapped now."))
            return redirect("inbound_source", inbound_id=source.pk)
    except MappingError as error:
        return _show(request, source, said=said, problem=str(error))
    return _show(request, source, said=said, previews=queries.previews(source=source, mapped=mapped))


@access_admin
@require_POST
def rerun(request: ConsoleRequest, inbound_id: int) -> HttpResponse:
    """Map once more what did not fit."""
    source = _source(request, inbound_id)
    try:
        count = actions.again(source=source)
    except MappingError as error:
        return _show(request, source, problem=str(error))
    told = ngettext("%(n)s request is being mapped again.", "%(n)s requests are being mapped again.", count)
    flash(request, told % {"n": count})
    return redirect("inbound_source", inbound_id=source.pk)


@access_admin
@require_POST
def end(request: ConsoleRequest, inbound_id: int) -> HttpResponse:
    """Close an address."""
    source = _source(request, inbound_id)
    actions.end_source(source=source, actor_id=request.access.user.pk, now=timezone.now())
    flash(request, _("The address of “%(name)s” is closed; what came stays.") % {"name": source.name})
    return redirect("inbound_sources")


def _show(
    request: ConsoleRequest,
    source: InboundSource,
    *,
    said: dict[str, str] | None = None,
    previews: list[queries.Preview] | None = None,
    problem: str = "",
) -> HttpResponse:
    chosen = said or source.mapping or Mapped().as_json()
    listed = list(queries.requests_of(source)[:LISTED])
    fullest = max(listed, key=lambda each: len(each.body), default=None)  # it has the most places to choose from
    sample = next((each for each in listed if str(each.pk) == request.GET.get("sample")), fullest)
    tree = _tree(sample)
    context = {
        "source": source,
        "address": f"{settings.PUBLIC_URL}/in/{source.token}",
        "proof": dict(PROOFS)[source.proof],
        "sample": sample,
        "tree": tree,
        "places": [_place(name, chosen.get(name, ""), tree) for name in PLACES],
        "chosen": chosen,
        "kinds": KIND_NAMES,
        "voice_kinds": [(kind, source_name(kind)) for kind in VOICE_KINDS],
        "previews": previews,
        "problem": problem,
        "rows": [
            {
                "request": each,
                "why": in_words(each.reason),
                "label": STATES[each.state][0],
                "tone": STATES[each.state][1],
            }
            for each in listed
        ],
    }
    return render_page(request, "inbound/source.html", context, status=422 if problem else 200)


def _tree(sample: InboundRequest | None) -> list[Leaf]:
    if sample is None:
        return []
    try:
        return leaves(items_of(sample.body, sample.content_type)[0])
    except BodyError:
        return []  # the page then shows the body as it came


def _place(name: str, chosen: str, tree: list[Leaf]) -> dict[str, Any]:
    """One field with what may be chosen for it; what was chosen stays even where this sample lacks it."""
    options = [(leaf.pointer, leaf.choice) for leaf in tree if leaf.branch == (name == "traits")]
    if chosen and chosen not in {pointer for pointer, _label in options}:
        options.insert(0, (chosen, chosen))
    return {"name": name, "label": PLACE_NAMES[name], "chosen": chosen, "options": options}


urlpatterns = [
    path("in/<str:token>", receive, name="inbound_door"),
    path("settings/inbound", sources, name="inbound_sources"),
    path("settings/inbound/<int:inbound_id>", source_page, name="inbound_source"),
    path("settings/inbound/<int:inbound_id>/mapping", mapping, name="inbound_mapping"),
    path("settings/inbound/<int:inbound_id>/reruns", rerun, name="inbound_reruns"),
    path("settings/inbound/<int:inbound_id>/closure", end, name="inbound_closure"),
]
