"""The outside model: where it is, what it costs, and how it does beside ours."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from allears.understand.plugin import actions, gold, metering
from allears.understand.plugin.models import OutsideModel
from allears.web.access import ConsoleRequest, access_admin
from allears.web.pages.accounts import style
from allears.web.render import flash, render_page

LARGEST = 2_000_000  # bytes of an uploaded file


class OutsideModelForm(forms.Form):
    base_url = forms.CharField(
        max_length=500,
        label=gettext_lazy("Address of the API"),
        help_text=gettext_lazy("Everything before /chat/completions."),
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://example.com/v1"}),
    )
    model = forms.CharField(max_length=120, label=gettext_lazy("Model"))
    key = forms.CharField(
        max_length=500,
        required=False,
        label=gettext_lazy("API key"),
        help_text=gettext_lazy("Kept sealed and never shown again. Left empty, the present one stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    currency = forms.CharField(max_length=3, min_length=3, initial="USD", label=gettext_lazy("Currency"))
    price_in = forms.DecimalField(
        min_value=0, max_digits=10, decimal_places=4, initial=0, label=gettext_lazy("Price of a million tokens read")
    )
    price_out = forms.DecimalField(
        min_value=0, max_digits=10, decimal_places=4, initial=0, label=gettext_lazy("Price of a million tokens written")
    )
    monthly_cap = forms.DecimalField(
        min_value=0,
        max_digits=10,
        decimal_places=2,
        initial=0,
        label=gettext_lazy("Most it may cost in a month"),
        help_text=gettext_lazy("Before each call its worst cost is kept back; what would pass the cap is not sent."),
    )
    batch_size = forms.IntegerField(min_value=1, max_value=50, initial=10, label=gettext_lazy("Comments in one call"))
    timeout = forms.IntegerField(min_value=5, max_value=300, initial=60, label=gettext_lazy("Seconds to wait"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)


def _initial(row: OutsideModel | None) -> dict[str, Any]:
    names = [name for name in OutsideModelForm.base_fields if name != "key"]
    return {name: getattr(row, name) for name in names} if row else {}


@never_cache
@access_admin
@require_http_methods(["GET", "POST"])
def outside_model(request: ConsoleRequest) -> HttpResponse:
    """The settings; saving them neither switches on nor off."""
    workspace_id = request.access.workspace_id
    row = actions.outside_model(workspace_id=workspace_id)
    form = OutsideModelForm(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        try:
            actions.save(
                workspace_id=workspace_id, actor_id=request.access.user.pk, now=timezone.now(), **form.cleaned_data
            )
        except actions.OutsideModelError as error:
            form.add_error(error.field or None, str(error))
        else:
            flash(request, _("Saved"))
            return redirect("outside_model")
    return _page(request, form=form, status=422 if form.errors else 200)


def _page(request: ConsoleRequest, *, form: OutsideModelForm, status: int = 200, problem: str = "") -> HttpResponse:
    workspace_id = request.access.workspace_id
    spent = metering.spent(workspace_id=workspace_id, now=timezone.now())
    context = {
        "form": form,
        "row": actions.outside_model(workspace_id=workspace_id),
        "spent": spent,
        "cost": spent.cost / metering.MILLION,
        "comparisons": [_shown(each) for each in actions.comparisons(workspace_id=workspace_id)],
        "corrected": gold.size(workspace_id=workspace_id),
        "least": actions.FEWEST_ROWS,
        "most": actions.MOST_ROWS,
        "problem": problem,
    }
    return render_page(request, "plugin/outside_model.html", context, status=status)


def _shown(row: Any) -> dict[str, Any]:
    figures = row.figures or {}
    sides = [
        {
            "label": label,
            "cost": figures[key]["cost"] / metering.MILLION,
            **{k: v for k, v in figures[key].items() if k != "cost"},
        }
        for key, label in (("outside", row.model), ("builtin", _("Built-in model")))
        if key in figures
    ]
    return {
        "row": row,
        "sides": sides,
        "trouble": _(row.trouble) if row.trouble else "",
        "differ": bool(figures) and figures["p"] < 0.05,
        "p": figures.get("p"),
    }


@access_admin
@require_POST
def switching(request: ConsoleRequest) -> HttpResponse:
    """On, with the box ticked that says what leaves the house; or off."""
    on = request.POST.get("on") == "1"
    if on and "understood" not in request.POST:
        flash(
            request, _("Tick the box first: masked comments will leave the house. Nothing was switched on."), level=40
        )
        return redirect("outside_model")
    try:
        actions.switch(
            workspace_id=request.access.workspace_id, on=on, actor_id=request.access.user.pk, now=timezone.now()
        )
    except actions.OutsideModelError as error:
        flash(request, str(error), level=40)
    else:
        flash(
            request, _("The outside model is on.") if on else _("The outside model is off. Nothing leaves the house.")
        )
    return redirect("outside_model")


@access_admin
@require_POST
def compare(request: ConsoleRequest) -> HttpResponse:
    """On an uploaded file with the columns text and label, or on what our own people corrected."""
    workspace_id = request.access.workspace_id
    try:
        rows = (
            _rows(request)
            if request.FILES.get("file")
            else gold.rows(workspace_id=workspace_id, most=actions.MOST_ROWS)
        )
        actions.ask_comparison(
            workspace_id=workspace_id, rows=rows, actor_id=request.access.user.pk, now=timezone.now()
        )
    except actions.OutsideModelError as error:
        flash(request, str(error), level=40)
    else:
        flash(request, _("The comparison is running; its figures appear here."))
    return redirect("outside_model")


def _rows(request: ConsoleRequest) -> list[tuple[str, str]]:
    upload = request.FILES["file"]
    if not isinstance(upload, UploadedFile):
        raise actions.OutsideModelError(_("Choose a file."))
    if (upload.size or 0) > LARGEST:
        raise actions.OutsideModelError(_("The file is too large; two megabytes are enough for 500 comments."))
    with TemporaryDirectory() as folder:
        kept = Path(folder) / f"labelled{Path(upload.name or '').suffix[:8]}"
        kept.write_bytes(upload.read())
        return gold.rows_of_file(
            kept, text=request.POST.get("text") or "text", label=request.POST.get("label") or "label"
        )


urlpatterns = [
    path("settings/outside-model", outside_model, name="outside_model"),
    path("settings/outside-model/switch", switching, name="outside_model_switch"),
    path("settings/outside-model/comparisons", compare, name="outside_model_comparisons"),
]
