"""Annotations: what a text says, with how sure that is and the words that earned it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from pydantic import field_validator, model_validator

from allears.api.bodies import Body
from allears.api.listing import workspace_of
from allears.api.problems import ProblemError
from allears.listen import queries
from allears.listen.models import Voice
from allears.understand import correcting, reading, showing
from allears.understand.annotating import AnnotateQuestion, Read, TextIn
from allears.understand.labelling import Said, effective, still_abstained
from allears.understand.models import LONGEST_LABEL, BackFill, Correction, VoiceAnnotation
from allears.understand.pool import AnalyticsError, ask_annotations
from allears.understand.text.corpus import LANGUAGES

router = Router(tags=["annotations"])
MOST_TEXTS, LONGEST, MOST_CHARACTERS = 1_000, 10_000, 1_000_000


class ItemIn(Body):
    """One text with a name of your own, which comes back beside its answer."""

    id: str | int = Field(..., description="comes back as it is")
    text: str = Field(..., max_length=LONGEST)


class AnnotationsIn(Body):
    """Texts to read: either `texts`, or `items` with ids."""

    texts: list[str] | None = Field(None, max_length=MOST_TEXTS)
    items: list[ItemIn] | None = Field(None, max_length=MOST_TEXTS)
    language: str | None = Field(None, description="`en` or `zh`, of all of them; recognised unless given")
    mask: bool = Field(True, description="mask personal data first")

    @field_validator("texts")
    @classmethod
    def _short_enough(cls, texts: list[str] | None) -> list[str] | None:
        if long := [place for place, each in enumerate(texts or ()) if len(each) > LONGEST]:
            found = len((texts or [])[long[0]])
            raise ValueError(f"a text has at most {LONGEST:,} characters; text {long[0]} (from 0) has {found:,}")
        return texts

    @field_validator("language")
    @classmethod
    def _known(cls, language: str | None) -> str | None:
        if language is not None and language not in LANGUAGES:
            raise ValueError("`en` or `zh`; leave it out to have it recognised")
        return language

    @model_validator(mode="after")
    def _one_kind(self) -> "AnnotationsIn":
        if (self.texts is None) == (self.items is None):
            raise ValueError("send either `texts` or `items`")
        if sum(map(len, self.all_texts())) > MOST_CHARACTERS:
            raise ValueError(f"one call takes at most {MOST_CHARACTERS:,} characters; send several")
        return self

    def all_texts(self) -> list[str]:
        return self.texts if self.texts is not None else [each.text for each in self.items or ()]


class LabelOut(Schema):
    """A label; `spans` are pairs of characters `[start, end)` of the text as it was sent."""

    task: str
    value: str
    confidence: float | None = Field(None, description="0 to 1, calibrated; null for a person's word")
    polarity: int | None = Field(None, description="-1, 0 or 1 where the task has one")
    spans: list[tuple[int, int]] = []


class ClauseOut(Schema):
    """A part of the text and its feeling from -1 to 1."""

    start: int
    end: int
    score: float


class MaskedOut(Schema):
    """Where personal data stands in the text as it was sent."""

    start: int
    end: int
    kind: str


class OwnOut(Schema):
    """What a label set of the company's own says."""

    annotator: str
    model: str
    labels: list[LabelOut]


class AnnotationOut(Schema):
    """All that is understood of one text. A task in `abstained` was asked and is not answered: not sure enough."""

    id: str | int | None = None
    model: str
    language: str
    score: float = Field(..., description="feeling of the whole, -1 to 1")
    labels: list[LabelOut]
    clauses: list[ClauseOut]
    abstained: list[str]
    masked: str = Field(..., description="the text with personal data masked")
    found: list[MaskedOut]
    own: list[OwnOut] = []


class AnnotationsOut(Schema):
    """One item a text, in their order."""

    items: list[AnnotationOut]


@router.post("/annotations", response=AnnotationsOut)
def annotate(request: HttpRequest, body: AnnotationsIn) -> dict[str, Any]:
    """Read texts that need not be voices: nothing is stored."""
    language = next((each for each in LANGUAGES if each == body.language), None)
    texts = tuple(TextIn(text=each, language=language) for each in body.all_texts())
    question = AnnotateQuestion(workspace_id=workspace_of(request), texts=texts, mask=body.mask)
    try:
        found = ask_annotations(question) if texts else ()
    except AnalyticsError as error:
        raise ProblemError(status=503, title="Nothing can be read now", detail=str(error)) from error
    ids = [each.id for each in body.items] if body.items is not None else [None] * len(found)
    return {"items": [_read_out(each, id_) for each, id_ in zip(found, ids, strict=True)]}


def _read_out(read: Read, id_: str | int | None) -> dict[str, Any]:
    (_, main), *own = read.annotations
    return {
        "id": id_,
        **main.as_json(),
        "masked": read.masked,
        "found": [{"start": start, "end": end, "kind": kind} for start, end, kind in read.found],
        "own": [
            {"annotator": slot, "model": each.model, "labels": [asdict(label) for label in each.labels]}
            for slot, each in own
        ],
    }


class VoiceLabelOut(LabelOut):
    """A label in force on a voice; `by_person` where somebody corrected or confirmed it."""

    by_person: bool


class CorrectionOut(Schema):
    """A person's word on one label; `undoes` names the correction it takes back."""

    id: int
    task: str
    value: str
    polarity: int | None
    verdict: str
    author_id: int | None
    at: datetime
    undoes: int | None = Field(None, alias="undoes_id")


class StoredOut(Schema):
    """What one model said of the voice, unchanged since."""

    annotator: str
    model: str
    language: str
    score: float
    labels: list[LabelOut]
    clauses: list[tuple[int, int, float]]
    abstained: list[str]
    annotated_at: datetime
    replaced_at: datetime | None


class VoiceAnnotationsOut(Schema):
    """The labels in force, and who said them."""

    voice_id: int
    masked: str
    labels: list[VoiceLabelOut]
    abstained: list[str]
    items: list[StoredOut]
    corrections: list[CorrectionOut]


@router.get("/voices/{voice_id}/annotations", response=VoiceAnnotationsOut)
def voice_annotations(request: HttpRequest, voice_id: int, history: bool = False) -> dict[str, Any]:
    """What was understood of a voice; with `history`, also what earlier models said."""
    return _voice_out(_voice(request, voice_id), history=history)


def _voice(request: HttpRequest, voice_id: int) -> Voice:
    return queries.voices(workspace_id=workspace_of(request)).select_related("customer").get(id=voice_id)


def _voice_out(voice: Voice, *, history: bool = False) -> dict[str, Any]:
    rows = list(VoiceAnnotation.objects.in_workspace(voice.workspace_id).filter(voice=voice).order_by("-id"))
    said = list(Correction.objects.in_workspace(voice.workspace_id).filter(voice=voice).order_by("id"))
    current = [row for row in rows if row.replaced_at is None]
    return {
        "voice_id": voice.pk,
        "masked": showing.shown(voice, current, said).text,
        "labels": [label_out(each) for each in effective(current, said)],
        "abstained": still_abstained(current, said),
        "items": rows if history else current,
        "corrections": said,
    }


def label_out(said: Said) -> dict[str, Any]:
    return {name: getattr(said, name) for name in VoiceLabelOut.model_fields}


class CorrectionIn(Body):
    """A label is so, or is not. An empty value of a task that has one answer means: none."""

    task: str = Field(..., max_length=60)
    value: str = Field("", max_length=LONGEST_LABEL)
    verdict: str = Field("is", pattern="^(is|is_not)$")
    polarity: int | None = Field(None, ge=-1, le=1)


@router.post("/voices/{voice_id}/corrections", response={201: VoiceAnnotationsOut})
def correct(request: HttpRequest, voice_id: int, body: CorrectionIn) -> Status[dict[str, Any]]:
    """Correct one label of a voice; it is in force at once and outlives every model."""
    voice = _voice(request, voice_id)
    try:
        correcting.correct(voice=voice, **body.dict(), author_id=None, now=timezone.now())
    except correcting.CorrectionError as error:
        errors = [{"pointer": str(error).partition(":")[0], "detail": str(error)}]
        raise ProblemError(status=422, title="This is no label", detail=str(error), errors=errors) from error
    return Status(201, _voice_out(voice))


@router.post("/voices/{voice_id}/corrections/{correction_id}/undoing", response=VoiceAnnotationsOut)
def undo_correction(request: HttpRequest, voice_id: int, correction_id: int) -> dict[str, Any]:
    """Take a correction back: the model's word, or what was said before, counts again. Repeated, it changes nothing."""
    voice = _voice(request, voice_id)
    said = Correction.objects.in_workspace(voice.workspace_id).get(voice=voice, pk=correction_id)
    correcting.undo(correction=said, author_id=None, now=timezone.now())
    return _voice_out(voice)


class BackFillOut(Schema):
    """Reading of the voices of the past; `finished_at` is null while it goes on."""

    id: int
    total: int
    done: int
    started_at: datetime
    finished_at: datetime | None


@router.post("/annotations/backfills", response={202: BackFillOut})
def start_back_fill(request: HttpRequest) -> Status[BackFill]:
    """Have every voice read (again) by the models in force; a second call joins the one that runs."""
    started = reading.start_back_fill(workspace_id=workspace_of(request), actor_id=None, now=timezone.now())
    return Status(202, started)


@router.get("/annotations/backfills/{back_fill_id}", response=BackFillOut)
def get_back_fill(request: HttpRequest, back_fill_id: int) -> BackFill:
    """How far it is."""
    found: BackFill = BackFill.objects.in_workspace(workspace_of(request)).get(pk=back_fill_id)
    return found
