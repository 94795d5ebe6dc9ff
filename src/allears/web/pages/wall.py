"""The live wall: what are customers saying right now?"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.views.decorators.http import require_GET

from allears.accounts.models import Membership, Role
from allears.customers import companies
from allears.journeys.models import Touchpoint
from allears.journeys.queries import touchpoints
from allears.listen import repeats, results, wall
from allears.listen.models import Survey, Voice
from allears.listen.tags.queries import names_on, shown_tags
from allears.people import listening
from allears.people.following import follows_of, labelled, offers, saved_query
from allears.people.streams import (
    MOST_COUNTED,
    enter,
    has_part,
    marked_stream,
    notes_lately,
    notes_on,
    stream_of,
    unread,
)
from allears.understand import showing
from allears.understand.correcting import is_reviewer
from allears.understand.filtering import FILTERS, LabelFilter
from allears.understand.labelling import VALUES
from allears.understand.models import VoiceLabel
from allears.web.access import ConsoleRequest, access_agent
from allears.web.label_words import task_word, value_word
from allears.web.pages.labels import understood
from allears.web.pages.streams import FOLLOW_KINDS, acts_on
from allears.web.render import render_page
from allears.web.stream import reader
from allears.web.templatetags.surveys import survey_name
from allears.web.templatetags.ui import FEELINGS, SOURCES
from allears.web.voice_around import around

LONGEST = 600  # seconds of one connection: then the browser comes back, and its right to watch is checked again
EXPORTED = (
    "q",
    "feeling",
    "touchpoint",
    "source",
    "tag",
    "account",
    "survey",
    "question",
)  # filters that an export of the list takes along
TRIES, PAUSE = 4, 1.0  # how often and after how many seconds it is looked whether a new voice has been read


def _filters(request: ConsoleRequest) -> wall.WallFilter:
    """The address says what is shown; what it says wrongly is left out."""
    access = request.access
    return wall.WallFilter.of(request.GET, workspace_id=access.workspace_id, member_id=access.membership.pk)


def _among(request: ConsoleRequest) -> Q:
    """What narrows the wall besides its own filters: labels, and with ``view=mine`` the member's own stream."""
    return (_own_stream(request) or Q()) & LabelFilter.of(request.GET).among(request.access.workspace_id)


def _own_stream(request: ConsoleRequest) -> Q | None:
    return stream_of(member=request.access.membership) if request.GET.get("view") == "mine" else None


@require_GET
@access_agent
def live_wall(request: ConsoleRequest) -> HttpResponse:
    """A page of voices; new ones arrive by the stream with the same filters.

    Whoever works at the front line comes to their own part first; all the others are one click away.
    """
    member, now = request.access.membership, timezone.now()
    if not request.GET and request.access.role == Role.AGENT and has_part(member=member):
        return redirect(f"{reverse('listen')}?view=mine")
    filters, latest = _filters(request), wall.latest_id()  # asked first: what arrives meanwhile comes by the stream
    cursor = wall.Cursor.parse(request.GET.get("cursor", ""))
    labels = LabelFilter.of(request.GET)
    marked = [labels.marked(filters.workspace_id)] if labels else []
    stream = marked_stream(member=member) if request.GET.get("view") == "mine" else None
    found, following = wall.voices(
        filters=filters,
        after=cursor,
        among=None if stream else _own_stream(request),
        marked=[*marked, stream] if stream else marked,
    )
    _prepare(request, found)
    repeats.counted(found)
    if found:
        listening.note(member=member, now=now)
    query = request.GET.copy()
    query.pop("cursor", None)
    context = {
        **_own(request, first_page=cursor is None),
        "voices": found,
        "following": str(following) if following else None,
        "first_page": cursor is None,
        "query": query.urlencode(),
        "filters": filters,
        "answers_to": _answers_to(filters),
        "company": request.access.workspace.name,
        "is_filtered": bool({*query} - {"view"}),
        "touchpoints": _choices(request),
        "feelings": [(key, word) for key, (_tone, word) in FEELINGS.items()],
        "sources": list(SOURCES.items()),
        "labels": labels,
        "label_filters": _label_choices(labels),
        "account": request.GET.get("account", ""),
        "accounts": companies.choices(workspace_id=filters.workspace_id, chosen=request.GET.get("account", "")),
        "export_filters": {name: request.GET.get(name, "") for name in EXPORTED},
        "tags": shown_tags(workspace_id=filters.workspace_id),
        "themes_of": _themes_of(request, filters, labels),
        "latest": latest,
    }
    return render_page(request, "listen/wall.html", context)


def _answers_to(filters: wall.WallFilter) -> dict[str, object]:
    """The survey, and the words of its question, whose answers alone are shown."""
    if not filters.survey:
        return {}
    here = (get_language() or "en")[:2]
    found = Survey.objects.in_workspace(filters.workspace_id).filter(key=filters.survey).first()
    if found is None:
        return {"survey": filters.survey, "question": {}, "here": here}
    asked = results.wording(survey=found, name=filters.question) if filters.question else {}
    return {"survey": survey_name(found), "question": asked, "here": here}


def _themes_of(request: ConsoleRequest, filters: wall.WallFilter, labels: LabelFilter) -> str:
    """Where managers ask what these voices talk about; a member's own stream is no selection that others can open."""
    if not request.access.is_manager or request.GET.get("view") == "mine" or filters.question:
        return ""
    key = {each.pk: each.key for each in _choices(request)}.get(filters.touchpoint_id or 0, "")
    words = {name: request.GET.get(name, "") for name in ("q", "feeling", "source", "tag", "account", "survey")}
    words |= {"touchpoint": key, "owner": str(filters.owner_id or ""), **labels.chosen}
    given = {name: value for name, value in words.items() if value}
    return f"{reverse('themes_selection')}?{urlencode({'since': '36500d', **given})}"


def _prepare(request: ConsoleRequest, found: list[Voice]) -> None:
    """Give each voice what its card shows: what was understood, its tags, and what colleagues said of it."""
    showing.attach(found)
    _beside(request.access.membership, found)


def _beside(member: Membership, found: list[Voice]) -> None:
    ids = [each.pk for each in found]
    named = names_on(workspace_id=member.workspace_id, voice_ids=ids)
    notes = notes_on(member=member, voice_ids=ids)
    for each in found:
        each.__dict__["tag_names"], each.__dict__["notes"] = named.get(each.pk, []), notes.get(each.pk, [])


def _own(request: ConsoleRequest, *, first_page: bool) -> dict[str, object]:
    """The member's own stream beside everyone's: what they follow, and what is new since their last visit."""
    member, mine = request.access.membership, request.GET.get("view") == "mine"
    count = unread(member=member)
    context: dict[str, object] = {
        "mine": mine,
        "view": "mine" if mine else "all" if "view" in request.GET else "",
        "unread": count,
        "unread_most": MOST_COUNTED,
        "new_above": None,
    }
    saved = saved_query(request.GET.dict())
    context["saved"] = saved if saved and not mine and not request.GET.get("survey") else ""
    if mine:
        offered = offers(member=member) if first_page else {}
        context["follows"] = labelled(follows_of(member=member), workspace_id=member.workspace_id)
        context["offers"] = [
            (FOLLOW_KINDS[kind], [each for each in found if each.follow_id is None]) for kind, found in offered.items()
        ]
        context["lately"] = notes_lately(member=member, now=timezone.now()) if first_page else []
        context["new_above"] = enter(member=member, now=timezone.now())
    return context


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
    _prepare(request, [found])
    listening.note(member=request.access.membership, now=timezone.now())
    context = {
        **understood(found),
        **around(found, access=request.access),
        **acts_on(request, found),
        "may_correct": is_reviewer(request.access),
    }
    return render_page(request, "listen/voice.html", context)


def _event(each: Voice, language: str, zone: ZoneInfo) -> str:
    """One voice as a server-sent event, in the watcher's language and the workspace's zone."""
    with override(language), timezone.override(zone):
        showing.attach([each])
        html = render_to_string("components/voice.html", {"voice": each, "live": True, "may_act": True})
    data = "\n".join(f"data: {line}" for line in html.strip().splitlines())
    return f"id: {each.pk}\nevent: voice\n{data}\n\n"


def _last_seen(request: HttpRequest) -> int | None:
    text = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a watcher wants to see; ``among`` is asked anew for each voice, because people follow and tag meanwhile."""

    filters: wall.WallFilter
    among: Callable[[], Q | None] | None = None
    tries: int = 1  # more where labels are wanted: a voice is read a moment after it is heard

    def admits(self, each: Voice) -> bool:
        if not self.filters.admits(each):
            return False
        wanted = self.among() if self.among else None
        return wanted is None or Voice.objects.in_workspace(each.workspace_id).filter(wanted, pk=each.pk).exists()


async def _is_wanted(each: Voice, watched: Watched) -> bool:
    """Whether a voice that has just arrived is to be shown to this watcher."""
    if each.workspace_id != watched.filters.workspace_id:
        return False
    for attempt in range(watched.tries):
        if await sync_to_async(watched.admits)(each):
            return True
        if attempt == watched.tries - 1 or await sync_to_async(_is_read)(each):
            return False
        await asyncio.sleep(PAUSE)
    return False


def _is_read(each: Voice) -> bool:
    return VoiceLabel.objects.in_workspace(each.workspace_id).filter(voice_id=each.pk).exists()


async def _events(watched: Watched, last: int | None, language: str, zone: ZoneInfo) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    ends = time.monotonic() + LONGEST
    if last is not None:
        for each in await sync_to_async(wall.missed)(filters=watched.filters, after_id=last, now=timezone.now()):
            if await _is_wanted(each, watched):
                yield await sync_to_async(_event)(each, language, zone)
    async for arrived in reader.watch():
        if arrived is None:
            yield ": still here\n\n"
        elif await _is_wanted(arrived, watched):
            yield await sync_to_async(_event)(arrived, language, zone)
        if time.monotonic() > ends:
            return


@access_agent
async def stream(request: ConsoleRequest) -> StreamingHttpResponse:
    """Voices as they arrive, as server-sent events: ``event: voice``, the voice's id, and its HTML."""
    zone = ZoneInfo(request.access.workspace.timezone)
    labelled_only = bool(LabelFilter.of(request.GET))
    watched = Watched(
        filters=await sync_to_async(_filters)(request),
        among=partial(_among, request) if labelled_only or request.GET.get("view") == "mine" else None,
        tries=TRIES if labelled_only else 1,
    )
    events = _events(watched, _last_seen(request), get_language() or "en", zone)
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    return response


urlpatterns = [
    path("listen", live_wall, name="listen"),
    path("listen/stream", stream, name="listen_stream"),
    path("listen/voices/<int:voice_id>", voice, name="voice"),
]
