"""Voices: anything a customer says, asked or not."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, File, Header, Query, Router, Schema, Status
from ninja.files import UploadedFile

from allears.api.bodies import DayOrTime
from allears.api.listing import Listing, PageParams, listing, where, workspace_of
from allears.api.problems import ProblemError
from allears.api.routers.accounts import account_of
from allears.api.routers.members import member_of
from allears.customers.companies import people_of
from allears.listen import filing, originals, queries, revising, transcripts
from allears.listen.models import Turn, Voice, VoiceEdition, VoiceFile
from allears.listen.repeats import zone_of
from allears.listen.sending import sent
from allears.listen.tags.queries import carrying, every_tag, names_on
from allears.listen.telling import Telling, TellingError, tell, without_nul
from allears.listen.transcripts import Conversation, Said
from allears.listen.words.terms import folded
from allears.people import streams
from allears.understand.filtering import LabelFilter
from allears.understand.models import VoiceLabel

router = Router(tags=["voices"])


class VoiceIn(Schema):
    """What was said. Name the customer by any of user_id, email, phone; none makes an anonymous voice."""

    text: str = Field("", max_length=10_000)
    source_kind: Voice.SourceKind = Voice.SourceKind.COMPLAINT
    initiator: Voice.Initiator = Voice.Initiator.CUSTOMER
    channel: str = Field("api", max_length=20)
    said_at: datetime | None = Field(None, description="when it was said; now, unless given")
    user_id: str = Field("", max_length=254)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=32)
    name: str = Field("", max_length=200)
    touchpoint: str = Field("", max_length=60, description="key of the touchpoint")
    language: str = Field("", max_length=10)
    metric: str = Field("", pattern="^(nps|csat|ces)?$")
    score: int | None = Field(None, ge=0, le=10)
    public: bool = False
    attributes: dict[str, Any] = {}
    thread: str = Field(
        "", max_length=200, description="names the exchange: voices with the same thread belong together"
    )
    authority: str = Field("", max_length=200, description="of a regulator or the media: who writes")
    reference: str = Field("", max_length=100, description="their own number")
    answer_by: DayOrTime | None = Field(
        None, description="their own time for an answer (a date: until its end); the case gets it"
    )


class LabelInForceOut(Schema):
    """A label in force on a voice; `by_person` where somebody corrected or confirmed it."""

    task: str
    value: str
    polarity: int | None
    by_person: bool


class VoiceOut(Schema):
    """One voice."""

    id: int
    key: str
    initiator: str
    source_kind: str
    channel: str
    public: bool
    touchpoint_id: int | None
    customer_id: int | None
    response_id: int | None
    text: str = Field(..., description="the words, with `*` for each character of personal data in them")
    language: str
    segment: str
    metric: str
    score: int | None
    sentiment: str
    attributes: dict[str, Any]
    thread: str | None
    repeats_id: int | None = Field(description="the voice that said the same first; this one counts with it")
    said_at: datetime
    received_at: datetime
    labels: list[LabelInForceOut] | None = Field(None, description="only with `expand=labels`")
    tags: list[str] | None = Field(None, description="only with `expand=tags`")


class LabelParams(Schema):
    """Keep the voices with these labels; a value with polarity may end in `.good` or `.bad`, as `topic=price.bad`."""

    sentiment: str = ""
    emotion: str = ""
    topic: str = ""
    intent: str = ""
    urgency: str = ""
    need: str = ""
    point: str = ""


@router.get("/voices", response=Listing[VoiceOut])
def list_voices(
    request: HttpRequest,
    page: Query[PageParams],
    customer_id: int | None = None,
    touchpoint_id: int | None = None,
    initiator: str | None = None,
    source_kind: str | None = None,
    channel: str | None = None,
    metric: str | None = None,
    score: int | None = None,
    since: datetime | None = None,
    account: str | None = None,
    tag: str | None = None,
    stream_of: int | None = None,
    expand: str = Query("", pattern="^(labels|tags)?$"),  # type: ignore[type-arg]
    labels: Query[LabelParams] = None,  # type: ignore[assignment]
) -> dict[str, Any]:
    """Newest first; ``since`` keeps those said at or after it, ``tag`` those with this tag, ``stream_of`` (a member's
    id) those of that member's own stream; ``expand`` adds what was understood, or the tags."""
    rows = where(
        queries.voices(workspace_id=workspace_of(request)),
        customer_id=customer_id,
        touchpoint_id=touchpoint_id,
        initiator=initiator,
        source_kind=source_kind,
        channel=channel,
        metric=metric,
        score=score,
        said_at__gte=since,
    )
    if metric:
        rows = rows.exclude(metric="")  # says nothing new, but the index holds those that have one alone
    if account is not None:
        rows = rows.filter(customer_id__in=people_of(account=account_of(request, account)))
    rows = rows.filter(_labelled(labels).among(workspace_of(request)))
    if tag is not None:
        rows = rows.filter(_tagged(workspace_of(request), tag))
    if stream_of is not None:
        rows = rows.filter(streams.stream_of(member=member_of(request, stream_of)))
    found = listing(rows, page, order=("-said_at", "-id"))
    if expand == "labels":
        _expand(found["items"])
    elif expand == "tags":
        named = names_on(workspace_id=workspace_of(request), voice_ids=[each.pk for each in found["items"]])
        for voice in found["items"]:
            voice.__dict__["tags"] = [name for _id, name in named.get(voice.pk, [])]
    return found


def _tagged(workspace_id: int, name: str) -> Q:
    """Voices with the tag of this name, by its present name or one that was merged into it."""
    known = every_tag(workspace_id=workspace_id).filter(key=folded(name)).first()
    return carrying(workspace_id=workspace_id, tag_id=known.pk) if known else Q(pk__in=[])


def _labelled(params: LabelParams) -> LabelFilter:
    asked = {name: value for name, value in params.dict().items() if value}
    wanted = LabelFilter.of(asked)
    if unknown := sorted(asked.keys() - wanted.chosen.keys()):
        errors = [{"pointer": f"query/{name}", "detail": f"there is no {name} {asked[name]}"} for name in unknown]
        raise ProblemError(status=422, title="There is no such label", detail="Nothing was read.", errors=errors)
    return wanted


def _expand(voices: list[Voice]) -> None:
    if not voices:
        return
    by_voice: dict[int, list[dict[str, Any]]] = {voice.pk: [] for voice in voices}
    for row in VoiceLabel.objects.in_workspace(voices[0].workspace_id).filter(voice_id__in=by_voice).order_by("id"):
        task, _, value = row.code.rpartition(":")
        label = {"task": task, "value": value, "polarity": row.polarity, "by_person": row.by_person}
        by_voice[row.voice_id].append(label)
    for voice in voices:
        voice.__dict__["labels"] = by_voice[voice.pk]


class TurnIn(Schema):
    """What one side said at one go; `speaker`: customer, agent, bot, or a name that says it (客户, 客服, Caller)."""

    speaker: str = Field(max_length=120)
    text: str = Field(max_length=transcripts.LONGEST_TURN)
    at: datetime | None = None
    name: str = Field("", max_length=120)


class TranscriptIn(Schema):
    """A chat or a call. Give its turns, or `text`: WebVTT, SRT, or lines such as “Agent: …”, “Customer: …”."""

    turns: list[TurnIn] = Field([], max_length=transcripts.MOST_TURNS)
    text: str = Field("", max_length=2 * transcripts.LONGEST_TOGETHER)
    customer_speaker: str = Field(
        "", max_length=120, description="which speaker is the customer (“Speaker 2”), where names and words do not say"
    )
    source_kind: Literal["chat", "call"] = "chat"
    channel: str = Field("api", max_length=20)
    said_at: datetime | None = Field(None, description="when it began; the first turn's time, else now, unless given")
    user_id: str = Field("", max_length=254)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=32)
    name: str = Field("", max_length=200)
    touchpoint: str = Field("", max_length=60, description="key of the touchpoint")
    language: str = Field("", max_length=10)
    metric: str = Field("", pattern="^(nps|csat|ces)?$")
    score: int | None = Field(None, ge=0, le=10)
    attributes: dict[str, Any] = {}
    thread: str = Field("", max_length=200)


class TurnOut(Schema):
    """One turn."""

    number: int
    speaker: str
    name: str
    text: str
    at: datetime | None


class EditionOut(Schema):
    """Words and rating of a voice before they were edited; personal data is blotted out."""

    text: str
    metric: str
    score: int | None
    replaced_at: datetime


class FileOut(Schema):
    """A file as it is kept: its type is read from its content."""

    id: int
    name: str
    type: str
    size: int
    received_at: datetime


def _not_kept(error: TellingError) -> ProblemError:
    errors = [{"pointer": error.field, "detail": str(error)}]
    return ProblemError(status=422, title="This voice was not kept", detail=str(error), errors=errors)


@router.post("/transcripts", response={201: VoiceOut})
def create_transcript(
    request: HttpRequest,
    body: TranscriptIn,
    idempotency_key: str | None = Header(None, alias="Idempotency-Key", max_length=200),  # type: ignore[type-arg]
) -> Status[Voice]:
    """Keep a chat or a call as one voice: the customer's words are read, the other side's turns are shown beside."""
    now = timezone.now()
    about = body.dict(
        exclude={"turns", "text", "source_kind", "channel", "said_at", "touchpoint", "language", "customer_speaker"}
    )
    about |= {"touchpoint_key": body.touchpoint} | ({"language": body.language} if body.language else {})
    try:
        zone = ZoneInfo(zone_of(workspace_of(request)))
        told = [Said(**each.dict()) for each in body.turns]
        turns = told or transcripts.from_text(body.text, zone=zone, began=body.said_at)
        conversation = Conversation(
            key=f"transcript:{idempotency_key or secrets.token_urlsafe(16)}",
            turns=turns,
            customer=body.customer_speaker,
            source_kind=body.source_kind,
            channel=body.channel,
            said_at=body.said_at or next((each.at for each in turns if each.at), now),
            about=about,
        )
        voice = transcripts.keep(workspace_id=workspace_of(request), conversation=conversation, now=now)
    except TellingError as error:
        raise _not_kept(error) from error
    _must_be_its_own(voice, transcripts.words_in(turns, customer=body.customer_speaker).strip(), body.score)
    return Status(201, voice)


def _must_be_its_own(voice: Voice, text: str, score: int | None) -> None:
    if (originals.words_of(voice), voice.score) != (text, score):
        raise ProblemError(
            status=409,
            title="This Idempotency-Key was used for another voice",
            detail=f"Voice {voice.pk} has it. Nothing was stored; send a key of its own for each voice.",
        )


def _voice(request: HttpRequest, voice_id: int) -> Voice:
    return queries.voices(workspace_id=workspace_of(request)).get(id=voice_id)


@router.get("/voices/{voice_id}/editions", response=list[EditionOut])
def list_editions(request: HttpRequest, voice_id: int) -> Sequence[VoiceEdition]:
    """What a public voice said before its author edited it, the latest first; empty for most."""
    return revising.editions_of(_voice(request, voice_id))


@router.get("/voices/{voice_id}/turns", response=list[TurnOut])
def list_turns(request: HttpRequest, voice_id: int) -> list[Turn]:
    """What was said in a chat or a call, turn by turn; empty for other voices."""
    return transcripts.turns_of(_voice(request, voice_id))


@router.get("/voices/{voice_id}/files", response=list[FileOut])
def list_files(request: HttpRequest, voice_id: int) -> list[VoiceFile]:
    """Photos and files that were given with a voice."""
    return list(_voice(request, voice_id).files.defer("content").order_by("id"))


@router.post("/voices/{voice_id}/files", response={201: list[FileOut]})
def create_files(request: HttpRequest, voice_id: int, files: File[list[UploadedFile]]) -> Status[list[VoiceFile]]:
    """Hang photos or files on a voice (multipart, field `files`); judged by content, without hidden data."""
    voice = _voice(request, voice_id)
    try:
        given = [filing.received(each) for each in files]
        return Status(201, filing.add(voice=voice, files=given, now=timezone.now()))
    except filing.FileError as error:
        raise ProblemError(status=422, title="This file was not kept", detail=str(error)) from error


@router.get("/voices/{voice_id}/files/{file_id}")
def get_file(request: HttpRequest, voice_id: int, file_id: int) -> HttpResponse:
    """The file itself, to be saved."""
    return sent(_voice(request, voice_id).files.get(id=file_id))


@router.get("/voices/{voice_id}", response=VoiceOut)
def get_voice(request: HttpRequest, voice_id: int) -> Voice:
    """One voice."""
    return queries.voices(workspace_id=workspace_of(request)).get(id=voice_id)


@router.post("/voices", response={201: VoiceOut})
def create_voice(
    request: HttpRequest,
    body: VoiceIn,
    idempotency_key: str | None = Header(None, alias="Idempotency-Key", max_length=200),  # type: ignore[type-arg]
) -> Status[Voice]:
    """Record what a customer said. The same Idempotency-Key stores it once and answers alike."""
    now = timezone.now()
    given = body.dict(exclude={"touchpoint", "said_at"})
    telling = Telling(
        key=f"api:{idempotency_key or secrets.token_urlsafe(16)}",
        said_at=body.said_at or now,
        touchpoint_key=body.touchpoint,
        **given,
    )
    try:
        voice = tell(workspace_id=workspace_of(request), telling=telling, now=now)
    except TellingError as error:
        raise _not_kept(error) from error
    _must_be_its_own(voice, without_nul(body.text).strip(), body.score)
    return Status(201, voice)
