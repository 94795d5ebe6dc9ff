"""What was understood of a voice, and what people correct: on the voice's page and where they teach."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from allears.journeys.vocabulary import channel_label
from allears.listen import wall
from allears.listen.models import Voice
from allears.understand import correcting, showing, teaching
from allears.understand.labelling import VALUES, WITH_POLARITY, split_code, standing
from allears.understand.models import Correction
from allears.web.access import ConsoleRequest, access_agent, access_manager
from allears.web.label_words import task_word, value_word
from allears.web.render import flash, render_page, wants_fragment
from allears.web.voice_around import around

FRAGMENT = "listen/_understood.html"


def understood(voice: Voice) -> dict[str, Any]:
    """What a voice's page shows of its labels."""
    if not hasattr(voice, "read"):
        showing.attach([voice])
    return {**_labelled(voice, _corrected([voice])[voice.pk]), "choices": _choices()}


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every label there is, by its question."""
    return [
        (task_word(task), [(f"{task}:{value}", value_word(task, value)) for value in values])
        for task, values in VALUES.items()
    ]


def _corrected(voices: Sequence[Voice]) -> Mapping[int, list[Correction]]:
    """What people said of each voice, in one query."""
    found: dict[int, list[Correction]] = {voice.pk: [] for voice in voices}
    if voices:
        rows = Correction.objects.in_workspace(voices[0].workspace_id).filter(voice_id__in=list(found))
        for row in rows.select_related("author").order_by("id"):
            found[row.voice_id].append(row)
    return found


def _labelled(voice: Voice, rows: list[Correction]) -> dict[str, Any]:
    return {
        "voice": voice,
        "channel": channel_label(voice.channel),
        "said_by_people": list(reversed(standing(rows))),
        "feelings": [
            (value, value_word("sentiment", value), key) for key, value in enumerate(VALUES["sentiment"], start=1)
        ],
    }


def _voice(request: ConsoleRequest, voice_id: int) -> Voice:
    try:
        return wall.one(workspace_id=request.access.workspace_id, voice_id=voice_id)
    except Voice.DoesNotExist as error:
        raise Http404 from error


@require_GET
@access_agent
def voice_labels(request: ConsoleRequest, voice_id: int) -> HttpResponse:
    """The labels of one voice at a glance: for a voice that was not read yet when it arrived."""
    found = _voice(request, voice_id)
    showing.attach([found])
    return render_page(request, "components/chips.html", {"voice": found, "read": found.read})  # type: ignore[attr-defined]


def _changed(request: ConsoleRequest, voice: Voice) -> HttpResponse:
    """The voice's labels as they are now."""
    showing.attach([voice])
    if not wants_fragment(request):
        return redirect("voice", voice.pk)
    return render_page(request, FRAGMENT, {**understood(voice), "may_correct": True})


def _refused(request: ConsoleRequest) -> HttpResponse | None:
    if correcting.is_reviewer(request.access):
        return None
    return HttpResponse(_("Your role does not allow this. Nothing was changed."), status=403)


@require_POST
@access_agent
def corrections(request: ConsoleRequest, voice_id: int) -> HttpResponse:
    """A label is or is not so; `all=1`: all that is shown is right."""
    voice, author, now = _voice(request, voice_id), request.access.user.pk, timezone.now()
    if refusal := _refused(request):
        return refusal
    try:
        if request.POST.get("all"):
            correcting.confirm(voice=voice, author_id=author, now=now)
        else:
            correcting.correct(voice=voice, **_asked(request.POST), author_id=author, now=now)
    except correcting.CorrectionError as error:
        return HttpResponse(str(error), status=422)
    return _changed(request, voice)


def _asked(form: QueryDict) -> dict[str, Any]:
    """A label is written task:value; polarity only where the task has one.

    `said` is what a button beside a label says in one: the verdict, the polarity, the label, which may have blanks.
    """
    verdict, polarity, label = (
        said.split(" ", 2)
        if (said := form.get("said", "")).count(" ") >= 2
        else (form.get("verdict", Correction.Verdict.IS), form.get("polarity", ""), form.get("label", ""))
    )
    task, value = split_code(label)
    return {
        "task": task,
        "value": value,
        "verdict": verdict,
        "polarity": int(polarity) if polarity in {"-1", "0", "1"} and task in WITH_POLARITY else None,
    }


@require_POST
@access_agent
def undo(request: ConsoleRequest, voice_id: int, correction_id: int) -> HttpResponse:
    """Take a correction back."""
    voice = _voice(request, voice_id)
    if refusal := _refused(request):
        return refusal
    found = Correction.objects.in_workspace(request.access.workspace_id).filter(voice=voice, pk=correction_id).first()
    if found is None:
        raise Http404
    correcting.undo(correction=found, author_id=request.access.user.pk, now=timezone.now())
    return _changed(request, voice)


@require_POST
@never_cache
@access_manager
def disclosure(request: ConsoleRequest, voice_id: int) -> HttpResponse:
    """The words with nothing masked; the audit log keeps who looked."""
    voice = _voice(request, voice_id)
    showing.disclose(voice=voice, access=request.access)
    flash(request, _("Shown unmasked this once; the audit log says that you looked."))
    context = {**understood(voice), **around(voice, access=request.access, unmasked=True), "may_correct": True}
    return render_page(request, "listen/voice.html", {**context, "is_unmasked": True})


@require_GET
@access_agent
def teach(request: ConsoleRequest) -> HttpResponse:
    """Which voices would teach the model most?"""
    may = correcting.is_reviewer(request.access)
    found = (
        teaching.picks(workspace_id=request.access.workspace_id, share=correcting.share_of(request.access))
        if may
        else []
    )
    showing.attach(found)
    corrected = _corrected(found)
    context = {
        "cards": [_labelled(voice, corrected[voice.pk]) for voice in found],
        "choices": _choices(),
        "may_correct": may,
        "gold": correcting.gold(workspace_id=request.access.workspace_id).count(),
    }
    return render_page(request, "understand/teach.html", context)


urlpatterns = [
    path("listen/voices/<int:voice_id>/labels", voice_labels, name="voice_labels"),
    path("listen/voices/<int:voice_id>/corrections", corrections, name="voice_corrections"),
    path("listen/voices/<int:voice_id>/corrections/<int:correction_id>/undoing", undo, name="voice_correction_undoing"),
    path("listen/voices/<int:voice_id>/disclosure", disclosure, name="voice_disclosure"),
    path("understand/teach", teach, name="teach"),
]
