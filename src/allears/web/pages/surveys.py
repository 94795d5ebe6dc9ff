"""What we ask: the surveys, written in both languages side by side with a preview as on a phone."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allears.listen import actions, converting, drafting, queries, ready_made, results
from allears.listen.definition import DefinitionError, as_json, json_schema, parse
from allears.listen.forms import LANGUAGE_NAMES, Look, sheet_form
from allears.listen.models import Survey
from allears.listen.questions import kind_of
from allears.outreach import wording
from allears.understand import shapes
from allears.web.access import ConsoleRequest, access_manager
from allears.web.builder_words import builder_words
from allears.web.middleware import CONTENT_POLICY
from allears.web.pages.answer import speaking, styled
from allears.web.render import flash, render_page

PREVIEW_POLICY = CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
LABELS: Mapping[str, Any] = {
    "title": gettext_lazy("Title of the page"),
    "subject": gettext_lazy("Subject of the mail"),
    "intro": gettext_lazy("First line of the mail"),
    "thanks": gettext_lazy("Thanks"),
    "text": gettext_lazy("The question"),
    "placeholder": gettext_lazy("Hint inside the box"),
}
BANDS: Mapping[str, Any] = {
    "low": gettext_lazy("to those with a low score"),
    "middle": gettext_lazy("to those in between"),
    "high": gettext_lazy("to those with a high score"),
}
ENDS: Mapping[str, Any] = {"low": gettext_lazy("Lowest figure means"), "high": gettext_lazy("Highest figure means")}
TYPES: Mapping[str, Any] = {
    "score": pgettext_lazy("question", "Score"),
    "choice": pgettext_lazy("question", "One of several"),
    "rating": gettext_lazy("Stars, faces, figures"),
    "choices": gettext_lazy("Any of several"),
    "matrix": gettext_lazy("Matrix"),
    "ranking": gettext_lazy("Ranking"),
    "text": pgettext_lazy("question", "Free words"),
    "number": pgettext_lazy("question", "Number"),
    "contact": pgettext_lazy("question", "Contact"),
    "file": gettext_lazy("Photo or file"),
    "note": gettext_lazy("Note to read"),
}
MARKS: Mapping[str, Any] = {
    "robot": gettext_lazy("Perhaps a machine"),
    "speeding": gettext_lazy("Answered too fast to have read"),
    "straight_lining": gettext_lazy("The same figure throughout"),
    "duplicate": gettext_lazy("Perhaps given twice"),
    "begging": gettext_lazy("Perhaps asked for by staff"),
}
STATUSES: Mapping[str, Any] = {
    "complete": gettext_lazy("complete"),
    "running": gettext_lazy("being answered"),
    "partial": gettext_lazy("left in the middle"),
    "screened": gettext_lazy("not meant"),
    "over_quota": gettext_lazy("over quota"),
}


def _survey(request: ConsoleRequest, survey_id: int) -> Survey:
    try:
        return queries.access_survey(workspace_id=request.access.workspace_id, survey_id=survey_id)
    except Survey.DoesNotExist as error:
        raise Http404 from error


@access_manager
@require_GET
def surveys(request: ConsoleRequest) -> HttpResponse:
    """Whom do we ask what?"""
    workspace_id = request.access.workspace_id
    use, versions = queries.survey_use(workspace_id=workspace_id), queries.latest_versions(workspace_id=workspace_id)
    rows: list[dict[str, Any]] = []
    for survey in queries.surveys(workspace_id=workspace_id):
        version, definition = versions[survey.id]
        asked, begun = use.get(survey.id, (0, 0))
        languages = [LANGUAGE_NAMES.get(each, {"name": each})["name"] for each in definition.languages]
        rows.append(
            {"survey": survey, "version": version, "languages": languages, "asked": asked, "begun": begun}
            | {"rate": begun / asked if asked else None, "family": wording.family_name(survey.family)}
        )
    have = {row["survey"].key for row in rows}
    here = (get_language() or "en")[:2]
    templates = [(key, each.name.get(here, each.name["en"])) for key, each in ready_made.ALL.items() if key not in have]
    return render_page(request, "listen/surveys.html", {"rows": rows, "templates": templates})


@access_manager
@require_POST
def start_from(request: ConsoleRequest) -> HttpResponse:
    """Take a ready-made survey into the workspace."""
    key = request.POST.get("template", "")
    if key not in ready_made.ALL:
        raise Http404
    survey = actions.ensure_ready_made(workspace_id=request.access.workspace_id, key=key, now=timezone.now())
    return redirect("survey", survey.pk)


@access_manager
@require_POST
def converted(request: ConsoleRequest) -> HttpResponse:
    """A survey of another system as ours, with what stays behind; nothing is made yet."""
    file = request.FILES.get("file")
    try:
        if file is None:
            raise converting.ConversionError(_("Choose a file first. Nothing was uploaded."))
        format_name, taken = converting.convert(source=file.read(converting.LARGEST + 1))
    except (converting.ConversionError, DefinitionError) as error:
        return render_page(request, "listen/converted.html", {"wrong": str(error)}, status=422)
    definition = parse(taken.definition)
    speaks = definition.language_for(get_language() or "en")
    context = {
        "format": converting.NAMES[format_name],
        "name": definition.title[speaks][:120],
        "languages": [LANGUAGE_NAMES.get(each, {"name": each})["name"] for each in definition.languages],
        "questions": [(each, TYPES[kind_of(each)], each.text[speaks]) for each in definition.questions],
        "left": taken.left,
        "definition": json.dumps(taken.definition, ensure_ascii=False),
    }
    return render_page(request, "listen/converted.html", context)


@access_manager
@require_POST
def take_over(request: ConsoleRequest) -> HttpResponse:
    """Make the survey that was looked through; nobody is asked before a probe or a link asks."""
    workspace_id = request.access.workspace_id
    name = request.POST.get("name", "").strip()[:120] or _("Survey")
    try:
        survey = actions.create_survey(
            workspace_id=workspace_id,
            key=converting.free_key(workspace_id=workspace_id, title=name),
            name=name,
            family=request.POST.get("family", "").strip()[:40] or "other",
            definition=json.loads(request.POST.get("definition", "")),
            now=timezone.now(),
        )
    except (DefinitionError, ValueError) as error:
        return render_page(request, "listen/converted.html", {"wrong": str(error)}, status=422)
    flash(request, _("“%(name)s” is here. Nobody is asked before a probe or a link asks.") % {"name": survey.name})
    return redirect("survey", survey.pk)


def _draft(request: ConsoleRequest) -> dict[str, Any]:
    """The draft that the form carries, with what was written into it; raises Http404 when it carries none."""
    try:
        carried = json.loads(request.POST.get("draft", ""))
        return drafting.with_texts(carried, {name: str(value) for name, value in request.POST.items()})
    except (ValueError, KeyError, TypeError) as error:
        raise Http404 from error


@access_manager
@require_http_methods(["GET", "POST"])
def survey(request: ConsoleRequest, survey_id: int) -> HttpResponse:
    """Write the next version; nothing is asked differently before it is published."""
    found = _survey(request, survey_id)
    if request.method == "GET":
        __, definition = queries.latest_version(survey=found)
        return _editor(request, found, found.draft or as_json(definition))
    draft = _step(request.POST.get("step", ""), _draft(request))
    if request.POST.get("step") != "publish":
        return _editor(request, found, draft)
    try:
        version = actions.publish_version(survey=found, definition=draft, now=timezone.now())
    except DefinitionError as error:
        return _editor(request, found, draft, error=error)
    actions.drop_draft(survey=found)
    flash(request, _("Version %(number)s is published. Asks made from now on use it.") % {"number": version.number})
    return redirect("survey", found.pk)


def _step(step: str, draft: dict[str, Any]) -> dict[str, Any]:
    """``add:text``, ``option:2``, ``remove:1``, ``up:1``; anything else leaves the draft as it is."""
    what, _colon, which = step.partition(":")
    index = int(which) if which.isdigit() else -1
    if what == "add":
        return drafting.with_question(draft, which)
    steps = {"option": drafting.with_option, "remove": drafting.without_question, "up": drafting.moved_up}
    return steps[what](draft, index) if what in steps else draft


def _editor(
    request: ConsoleRequest, found: Survey, draft: dict[str, Any], *, error: DefinitionError | None = None
) -> HttpResponse:
    languages = [{"code": code, **LANGUAGE_NAMES.get(code, {"name": code, "tag": code})} for code in draft["languages"]]
    version, __ = queries.latest_version(survey=found)
    wrong = error.place.removeprefix("$.").replace("[", ".").replace("]", "") if error else ""
    context = {
        "survey": found,
        "version": version,
        "versions": found.versions.order_by("-number"),
        "draft": json.dumps(draft, ensure_ascii=False),
        "groups": _groups(draft, wrong),
        "languages": languages,
        "seen_first": next((each for each in draft["languages"] if each[:2] == (get_language() or "en")[:2]), None),
        "kinds": [("text", TYPES["text"]), ("choice", TYPES["choice"])],
        "error": error,
        "export_filters": {"survey": found.key},
        "builder": _builder(found, draft),
        "builder_words": builder_words(),
    }
    return render_page(request, "listen/survey.html", context, status=422 if error else 200)


def _builder(found: Survey, draft: Mapping[str, Any]) -> dict[str, Any]:
    """What the island starts from; the plain form below it does the same without a script."""
    full = {"values": [], "quotas": [], "endings": [], "preparing": [], "layout": "page", "intro": {}, **draft}
    full["theme"] = {"colour": "", "logo": "", "logo_text": "", **(draft.get("theme") or {})}
    return {
        "draft": full,
        "revision": found.draft_revision,
        **drafting.health(survey=found, draft=draft),
        "names": {code: each["name"] for code, each in LANGUAGE_NAMES.items()},
        "urls": {
            "draft": reverse("survey_draft", args=[found.pk]),
            "preview": reverse("survey_preview", args=[found.pk]),
        },
    }


@access_manager
@require_POST
def draft(request: ConsoleRequest, survey_id: int) -> HttpResponse:
    """Keep the next version while it is being written, and say what it still lacks."""
    found = _survey(request, survey_id)
    try:
        sent = json.loads(request.body)
        definition, revision = dict(sent["definition"]), int(sent["revision"])
        revision = actions.save_draft(survey=found, draft=definition, revision=revision, now=timezone.now())
    except DefinitionError as error:
        return JsonResponse({"detail": str(error)}, status=422)
    except actions.DraftMovedError as error:
        return JsonResponse({"detail": str(error)}, status=409)
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"detail": _("This is no draft of a survey.")}, status=422)
    return JsonResponse({"revision": revision, **drafting.health(survey=found, draft=definition)})


@require_GET
def schema(request: HttpRequest) -> HttpResponse:
    """JSON Schema of a survey's definition, for editors and other programs; nobody's data."""
    return JsonResponse(json_schema())


@access_manager
@require_GET
def survey_results(request: ConsoleRequest, survey_id: int) -> HttpResponse:
    """What was answered, over all versions and languages or in one version."""
    found = _survey(request, survey_id)
    number = request.GET.get("version", "")
    version = int(number) if number.isdigit() and len(number) < 9 else None
    genuine = request.GET.get("marks") == "without"
    here = (get_language() or "en")[:2]
    context = {
        "survey": found,
        "results": results.results(survey=found, version=version, without_marks=genuine),
        "marked": results.marked(survey=found),
        "versions": found.versions.order_by("-number"),
        "version": version,
        "genuine": genuine,
        "here": here,
        "company": request.access.workspace.name,
        "mark_words": MARKS,
        "statuses": STATUSES,
        "units": shapes.UNITS,
    }
    return render_page(request, "listen/survey_results.html", context)


def _groups(draft: Mapping[str, Any], wrong: str) -> list[dict[str, Any]]:
    """The fields of the form: the mail and the page first, then each question."""
    groups: list[dict[str, Any]] = [{"title": _("The mail and the page"), "index": None, "fields": []}]
    for index, question in enumerate(draft["questions"]):
        kind = question.get("metric", "").upper() or TYPES[question["type"]]
        title = _("Question %(number)s: %(kind)s") % {"number": index + 1, "kind": kind}
        choice = question["type"] == "choice"
        groups.append({"title": title, "index": index, "fields": [], "is_choice": choice})
    for place in drafting.text_paths(draft):
        group = groups[int(place[1]) + 1] if place[0] == "questions" else groups[0]
        group["fields"].append(_field(draft, place, wrong))
    return groups


def _field(draft: Mapping[str, Any], place: drafting.Path, wrong: str) -> dict[str, Any]:
    texts = drafting.at(draft, place)
    inputs = []
    for language in draft["languages"]:
        name = drafting.field_name(place, language)
        tag = LANGUAGE_NAMES.get(language, {"tag": language})["tag"]
        inputs.append({"name": name, "value": texts.get(language, ""), "tag": tag, "wrong": name == wrong})
    return {"label": _label(place), "inputs": inputs}


def _label(place: drafting.Path) -> str:
    last = str(place[-1])
    if "for_bands" in place:
        return str(BANDS[last])
    if "options" in place:
        return _("Option %(number)s") % {"number": int(place[-2]) + 1}
    return str(ENDS.get(last) or LABELS[last])


def _preview(request: ConsoleRequest, draft: Mapping[str, Any], language: str) -> HttpResponse:
    try:
        definition = parse(draft)
    except DefinitionError as error:
        said = {"title": _("Not ready to be shown"), "text": str(error)}
        response = render(request, "answer/said.html", said)
    else:
        speaks = definition.language_for(language)
        company = request.access.workspace.name
        form = sheet_form(definition, Look(language=speaks, company=company, suggested="9", seed="preview"))
        told = {"company": company, "language": speaks, "preview": True, "action": "#", "style": styled(form)}
        with speaking(speaks):
            response = render(request, "answer/survey.html", {**form, **told})
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    return response


@xframe_options_sameorigin
@access_manager
@require_http_methods(["GET", "POST"])
def preview(request: ConsoleRequest, survey_id: int) -> HttpResponse:
    """The published version, or the draft in the form, as customers see it; nothing can be sent from it."""
    found = _survey(request, survey_id)
    language = request.GET.get("lang", "en")
    if request.method == "POST":
        return _preview(request, _draft(request), language)
    version, __ = queries.latest_version(survey=found)
    return _preview(request, version.definition, language)


@access_manager
@require_POST
def archive(request: ConsoleRequest, survey_id: int) -> HttpResponse:
    """Take a survey off the list."""
    found = _survey(request, survey_id)
    try:
        actions.archive_survey(survey=found, now=timezone.now())
    except actions.ProbeError as error:
        flash(request, str(error), level=40)
        return redirect("survey", found.pk)
    flash(request, _("“%(name)s” is off the list; what was answered stays.") % {"name": found.name})
    return redirect("surveys")


urlpatterns = [
    path("surveys", surveys, name="surveys"),
    path("schemas/survey.json", schema, name="survey_schema"),
    path("surveys/templates", start_from, name="survey_template"),
    path("surveys/conversions", converted, name="survey_conversion"),
    path("surveys/conversions/survey", take_over, name="survey_taken_over"),
    path("surveys/<int:survey_id>", survey, name="survey"),
    path("surveys/<int:survey_id>/draft", draft, name="survey_draft"),
    path("surveys/<int:survey_id>/results", survey_results, name="survey_results"),
    path("surveys/<int:survey_id>/preview", preview, name="survey_preview"),
    path("surveys/<int:survey_id>/archival", archive, name="archive_survey"),
]
