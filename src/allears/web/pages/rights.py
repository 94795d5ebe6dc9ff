"""Customers' rights in the console: to see what we hold, to have it erased; certificates; how long data is kept."""

import json
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from allears.customers.models import Customer, Erasure
from allears.customers.queries import erasures, present
from allears.customers.retaining import expired
from allears.customers.retention import KINDS, LONGEST_DAYS, SHORTEST_DAYS, keep_for, periods
from allears.customers.rights import access_export, request_erasure
from allears.customers.rights.erasing import certificate, chain_is_whole, preview
from allears.web.access import ConsoleRequest, access_admin, access_manager
from allears.web.pages.accounts import style
from allears.web.render import flash, frame_first, render_page


def _customer(request: ConsoleRequest, key: str) -> Customer:
    customer = present(workspace_id=request.access.workspace_id, key=key)
    if customer is None:
        raise Http404
    return customer


class ErasureForm(forms.Form):
    typed = forms.CharField(label=gettext_lazy("To go on, type ERASE"), required=True, max_length=20)
    never_again = forms.BooleanField(
        label=gettext_lazy("Do not let an import bring this person back"),
        help_text=gettext_lazy("Keeps a salted fingerprint of their identifiers, from which nobody can be read."),
        required=False,
        initial=True,
    )

    strike_name = forms.BooleanField(
        label=gettext_lazy("Strike the name out of what staff typed, too"),
        help_text=gettext_lazy("Others may be called the same: look at the places on the left first."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"].strip()
        if typed.upper() != "ERASE":
            raise forms.ValidationError(_("Nothing was erased: type the word ERASE to go on."))
        return typed


@access_manager
@require_GET
def export(request: ConsoleRequest, customer_key: str) -> HttpResponse:
    """Everything we hold on a customer, as a ZIP."""
    customer = _customer(request, customer_key)
    packed = access_export(workspace_id=customer.workspace_id, customer_id=customer.pk, now=timezone.now())
    name = f'attachment; filename="customer-{customer.key}.zip"'
    return HttpResponse(packed, content_type="application/zip", headers={"Content-Disposition": name})


@access_admin
@require_http_methods(["GET", "POST"])
def erase(request: ConsoleRequest, customer_key: str) -> HttpResponse:
    """First what would go, which is looked for in every table there is, then the word that makes it go."""
    customer = _customer(request, customer_key)
    if frame_first(request):
        return render_page(request, "rights/erase.html", {"customer": customer, "waits": True})
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        erasure = request_erasure(
            workspace_id=customer.workspace_id,
            customer_id=customer.pk,
            actor_id=request.access.user.pk,
            via="console",
            never_again=form.cleaned_data["never_again"],
            strike_name=form.cleaned_data["strike_name"],
            now=timezone.now(),
        )
        flash(request, _("The customer is being erased. The certificate is ready when every step is done."))
        return redirect("erasure", erasure.reference)
    found = preview(workspace_id=customer.workspace_id, customer_id=customer.pk)
    context = {
        "customer": customer,
        "form": form,
        "own": _named(found.own),
        "mentioned": _named(found.mentioned),
        "partly": [label for label, _count in _named(dict.fromkeys(found.partly, 0))],
        "looked_at": found.looked_at,
        "typed": [(_(place.label), place) for place in found.typed],
        "by_name": any(place.by_name and not place.a_rule for place in found.typed),
    }
    return render_page(request, "rights/erase.html", context, status=422 if request.method == "POST" else 200)


def _named(counts: dict[str, int]) -> list[tuple[str, int]]:
    from allears.customers.personal import personal_table

    tables = {model: personal_table(model) for model in counts}
    return [(_(table.label) if table and table.label else model, counts[model]) for model, table in tables.items()]


@access_admin
@require_GET
def erasure_list(request: ConsoleRequest) -> HttpResponse:
    """Who was erased cannot be told; that and when it was done can."""
    rows = erasures(workspace_id=request.access.workspace_id).order_by("-requested_at")[:200]
    whole = chain_is_whole(workspace_id=request.access.workspace_id)
    return render_page(request, "rights/erasures.html", {"erasures": rows, "whole": whole})


def _erasure(request: ConsoleRequest, reference: str) -> Erasure:
    found = erasures(workspace_id=request.access.workspace_id).filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


@access_admin
@require_GET
def erasure_page(request: ConsoleRequest, erasure_reference: str) -> HttpResponse:
    """How far an erasure is, then its certificate."""
    found = _erasure(request, erasure_reference)
    removed = [
        {"where": _label(where), "what": what, "count": count}
        for where, done in sorted(found.removed.items())
        for what, count in sorted(done.items())
    ]
    unread = [{**each, "where": _label(each["where"])} for each in found.unread]
    return render_page(request, "rights/erasure.html", {"erasure": found, "removed": removed, "unread": unread})


def _label(where: str) -> str:
    named = _named({where: 0})[0][0]
    return named if named != where else where


@access_admin
@require_GET
def certificate_file(request: ConsoleRequest, erasure_reference: str) -> HttpResponse:
    """The certificate as JSON, to keep."""
    found = _erasure(request, erasure_reference)
    name = f'attachment; filename="erasure-{found.reference}.json"'
    text = json.dumps(certificate(found), indent=2, ensure_ascii=False)
    return HttpResponse(text, content_type="application/json", headers={"Content-Disposition": name})


class RetentionForm(forms.Form):
    """Days for each kind; empty keeps it for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in KINDS:
            self.fields[kind.name] = forms.IntegerField(
                label=_(kind.title),
                help_text=_(kind.explained),
                min_value=SHORTEST_DAYS,
                max_value=LONGEST_DAYS,
                required=False,
            )
        style(self)


@access_admin
@require_http_methods(["GET", "POST"])
def retention(request: ConsoleRequest) -> HttpResponse:
    """How long each kind of data is kept, and what would go tonight."""
    workspace_id = request.access.workspace_id
    form = RetentionForm(request.POST or None, initial=periods(workspace_id=workspace_id))
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        keep_for(workspace_id=workspace_id, days=form.cleaned_data, actor_id=request.access.user.pk, now=now)
        flash(request, _("The periods are kept. What is older goes tonight."))
        return redirect("retention")
    now = timezone.now()
    going = {kind.name: sum(expired(workspace_id=workspace_id, kind=kind.name, now=now).values()) for kind in KINDS}
    rows = [{"field": form[kind.name], "going": going[kind.name]} for kind in KINDS]
    context = {"form": form, "rows": rows}
    return render_page(request, "rights/retention.html", context, status=422 if request.method == "POST" else 200)


urlpatterns = [
    path("customers/<str:customer_key>/access-export", export, name="access_export"),
    path("customers/<str:customer_key>/erasure", erase, name="erase_customer"),
    path("settings/erasures", erasure_list, name="erasures"),
    path("settings/erasures/<str:erasure_reference>", erasure_page, name="erasure"),
    path("settings/erasures/<str:erasure_reference>/certificate", certificate_file, name="erasure_certificate"),
    path("settings/retention", retention, name="retention"),
]
