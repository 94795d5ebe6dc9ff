"""The live wall: what are customers saying right now?"""

import asyncio
import time
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language, override
from django.views.decorators.http import require_GET

from allears.journeys.models import Touchpoint
from allears.journeys.queries import touchpoints
from allears.listen import wall
from allears.listen.models import Voice
from allears.listen.words.searching import FOUND
from allears.understand import showing
from allears.understand.correcting import is_reviewer
from allears.understand.filtering import FILTERS, LabelFilter
from allears.understand.labelling import VALUES
from allears.understand.models import VoiceLabel
from allears.web.access import ConsoleRequest, access_agent
from allears.web.label_words import task_word, value_word
from allears.web.pages.labels import understood
from allears.web.render import render_page
from allears.web.stream import reader
from allears.web.templatetags.ui import FEELINGS, SOURCES

LONGEST = 600  # seconds of one connection: then the browser comes back, and its right to watch is checked again
TRIES, PAUSE = 4, 1.0  # how often and after how many seconds it is looked whether a new voice has been read


def _filters(request: ConsoleRequest) -> wall.WallFilter:
    """The address says what is shown; what it says wrongly is left out."""
    asked = request.GET
    touchpoint = asked.get("touchpoint", "")
    return wall.WallFilter(
        workspace_id=request.access.workspace_id,
        feeling=asked.get("feeling", "") if asked.get("feeling") in FEELINGS else "",
        touchpoint_id=int(touchpoint) if touchpoint.isdecimal() and len(touchpoint) < 19 else None,
        source_kind=asked.get("source", "") if asked.get("source") in SOURCES else "",
        text=asked.get("q", "").strip()[:200],
        owner_id=request.access.membership.pk if asked.get("mine") else None,
    )


@require_GET
@access_agent
def live_wall(request: ConsoleRequest) -> HttpResponse:
    """A page of voices; new ones arrive by the stream with the same filters."""
    filters, latest = _filters(request), wall.latest_id()  # asked first: what arrives meanwhile comes by the stream
    cursor = wall.Cursor.parse(request.GET.get("cursor", ""))
    labels = LabelFilter.of(request.GET)
    among = labels.among(filters.workspace_id) if labels else None
    found, following = wall.voices(filters=filters, after=cursor, among=among)
    showing.attach(found)
    query = request.GET.copy()
    query.pop("cursor", None)
    context = {
        "voices": found,
        "following": str(following) if following else None,
        "first_page": cursor is None,
        "query": query.urlencode(),
        "filters": filters,
        "is_filtered": bool(query),
        "touchpoints": _choices(request),
        "feelings": [(key, word) for key, (_tone, word) in FEELINGS.items()],
        "sources": list(SOURCES.items()),
        "most_found": FOUND,
        "labels": labels,
        "label_filters": _label_choices(labels),
        "export_filters": {name: request.GET.get(name, "") for name in ("q", "feeling", "touchpoint", "source")},
        "latest": latest,
    }
    return render_page(request, "listen/wall.html", context)


def _choices(request: ConsoleRequest) -> list[Touchpoint]:
    return list(touchpoints(workspace_id=request.access.workspace_id, with_archived=False))


def _label_choices(labels: LabelFilter) -> list[dict[str, object]]:
    return [
        {
            "name": task,
            "label": task_word(task),
            "chosen": labels.chosen.get(task, "").partition(".")[0],
            "options": [(value, value_word(task, value)) for value in VALUES[task]],
        }
        for task in FILTERS
    ]


@require_GET
@access_agent
def voice(request: ConsoleRequest, voice_id: int) -> HttpResponse:
    """What exactly was said, by whom, where?"""
    try:
        found = wall.one(workspace_id=request.access.workspace_id, voice_id=voice_id)
    except Voice.DoesNotExist as error:
        raise Http404 from error
    return render_page(request, "listen/voice.html", {**understood(found), "may_correct": is_reviewer(request.access)})


def _event(each: Voice, language: str, zone: ZoneInfo) -> str:
    """One voice as a server-sent event, in the watcher's language and the workspace's zone."""
    with override(language), timezone.override(zone):
        showing.attach([each])
        html = render_to_string("components/voice.html", {"voice": each, "live": True})
    data = "\n".join(f"data: {line}" for line in html.strip().splitlines())
    return f"id: {each.pk}\nevent: voice\n{data}\n\n"


def _last_seen(request: HttpRequest) -> int | None:
    text = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


async def _is_wanted(each: Voice, labels: LabelFilter) -> bool:
    """Whether a voice that has just arrived has the labels; it is read a moment after it is heard."""
    for attempt in range(TRIES):
        if await sync_to_async(_has)(each, labels):
            return True
        if attempt == TRIES - 1 or await sync_to_async(_is_read)(each):
            return False
        await asyncio.sleep(PAUSE)
    return False


def _has(each: Voice, labels: LabelFilter) -> bool:
    rows = Voice.objects.in_workspace(each.workspace_id).filter(labels.among(each.workspace_id), pk=each.pk)
    return rows.exists()


def _is_read(each: Voice) -> bool:
    return VoiceLabel.objects.in_workspace(each.workspace_id).filter(voice_id=each.pk).exists()


async def _events(
    filters: wall.WallFilter, labels: LabelFilter, last: int | None, language: str, zone: ZoneInfo
) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    ends = time.monotonic() + LONGEST
    if last is not None:
        for each in await sync_to_async(wall.missed)(filters=filters, after_id=last, now=timezone.now()):
            if not labels or await _is_wanted(each, labels):
                yield await sync_to_async(_event)(each, language, zone)
    async for arrived in reader.watch():
        if arrived is None:
            yield ": still here\n\n"
        elif filters.admits(arrived) and (not labels or await _is_wanted(arrived, labels)):
            yield await sync_to_async(_event)(arrived, language, zone)
        if time.monotonic() > ends:
            return


@access_agent
async def stream(request: ConsoleRequest) -> StreamingHttpResponse:
    """Voices as they arrive, as server-sent events: ``event: voice``, the voice's id, and its HTML."""
    zone = ZoneInfo(request.access.workspace.timezone)
    labels = LabelFilter.of(request.GET)
    events = _events(_filters(request), labels, _last_seen(request), get_language() or "en", zone)
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


urlpatterns = [
    path("listen", live_wall, name="listen"),
    path("listen/stream", stream, name="listen_stream"),
    path("listen/voices/<int:voice_id>", voice, name="voice"),
]
