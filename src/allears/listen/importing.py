"""Voices and responses that come by file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.events.imports.kinds import BadRow, Chunk, Field, FieldType, Kind, Outcome, Row
from allears.events.imports.people import WHO_FIELDS, recognise
from allears.jobs.bus import record
from allears.journeys.importing import place_all
from allears.kit.script import language_of
from allears.listen.events import VoiceReceived
from allears.listen.models import Response, Voice
from allears.store.bulk import allocate_ids, existing_values, insert_rows
from allears.store.scope import ScopedQuerySet

PUBLIC = frozenset({Voice.SourceKind.REVIEW, Voice.SourceKind.SOCIAL, Voice.SourceKind.MEDIA})
CHANNEL = "file"
RESPONSE_COLUMNS = (
    "id", "workspace_id", "key", "customer_id", "touchpoint_id", "channel", "segment", "language", "answers", "metric",
    "score", "import_id", "started_at", "updated_at", "completed_at",
)  # fmt: skip
VOICE_COLUMNS = (
    "id", "workspace_id", "key", "initiator", "source_kind", "channel", "public", "touchpoint_id", "customer_id",
    "response_id", "text", "language", "segment", "metric", "score", "sentiment", "attributes", "import_id", "said_at",
    "received_at",
)  # fmt: skip

_encode = msgspec.json.Encoder().encode


def _json(value: Any) -> str:
    return _encode(value).decode()


_SAID = (
    Field(name="text", type=FieldType.TEXT, label=gettext_lazy("Text")),
    Field(name="title", type=FieldType.TITLE, label=gettext_lazy("Title")),
    Field(name="said_at", type=FieldType.TIME, label=gettext_lazy("Time")),
    Field(name="score", type=FieldType.SCORE, label=gettext_lazy("Score")),
)
_ABOUT = (
    Field(name="touchpoint", type=FieldType.LABEL, label=gettext_lazy("Touchpoint"), most=120),
    Field(name="channel", type=FieldType.LABEL, label=gettext_lazy("Channel"), most=120),
    Field(name="segment", type=FieldType.LABEL, label=gettext_lazy("Segment"), most=80),
    Field(name="language", type=FieldType.LANGUAGE, label=gettext_lazy("Language")),
    Field(name="id", type=FieldType.KEY, label=gettext_lazy("Row’s own id")),
)


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One new row with all that is known about it."""

    row: Row
    chunk: Chunk
    customer_id: int | None
    segment: str
    touchpoint_id: int | None

    @property
    def said_at(self) -> datetime:
        moment: datetime = self.row.values.get("said_at") or self.chunk.file_time
        return moment

    @cached_property
    def words(self) -> str:
        title, text = self.row.values.get("title", ""), self.row.values.get("text", "")
        return f"{title}\n{text}" if title and text and title != text else text or title

    @cached_property
    def shared(self) -> dict[str, Any]:
        """What a response and its voice have in common."""
        values, score = self.row.values, self.row.values.get("score")
        return {
            "workspace_id": self.chunk.workspace_id,
            "key": _key(self.row.key),
            "channel": values.get("channel", CHANNEL)[:20],
            "segment": values.get("segment", self.segment),
            "language": values.get("language")
            or language_of(self.words[:300], fallback=values.get("language_fallback", "")),
            "metric": score.metric if score else "",
            "score": score.value if score else None,
            "touchpoint_id": self.touchpoint_id,
            "customer_id": self.customer_id,
            "import_id": self.chunk.import_id,
        }


def _load_voices(chunk: Chunk) -> Outcome:
    rows, bad = _saying_something(chunk.rows, needs_score=False)
    fresh, repeated = _unseen(Voice, chunk.workspace_id, rows)
    ids = allocate_ids(Voice, len(fresh))
    told = _told(chunk, fresh)
    insert_rows(Voice, VOICE_COLUMNS, [_voice(each, number) for each, number in zip(told, ids, strict=True)])
    _announce(chunk, ids)
    return Outcome(repeated=repeated, bad=bad)


def _load_responses(chunk: Chunk) -> Outcome:
    rows, bad = _saying_something(chunk.rows, needs_score=True)
    fresh, repeated = _unseen(Response, chunk.workspace_id, rows)
    response_ids, voice_ids = allocate_ids(Response, len(fresh)), allocate_ids(Voice, len(fresh))
    told = list(zip(_told(chunk, fresh), response_ids, voice_ids, strict=True))
    insert_rows(Response, RESPONSE_COLUMNS, [_response(each, number) for each, number, _voice_id in told])
    insert_rows(Voice, VOICE_COLUMNS, [_voice(each, number, response) for each, response, number in told])
    _announce(chunk, voice_ids)
    return Outcome(repeated=repeated, bad=bad)


def _saying_something(rows: Sequence[Row], *, needs_score: bool) -> tuple[list[Row], list[BadRow]]:
    """Rows with words or a judgement; the others say nothing that could be heard."""
    good, bad = [], []
    for row in rows:
        values = row.values
        if "score" in values or "text" in values or "title" in values or (not needs_score and "sentiment" in values):
            good.append(row)
        else:
            field, reason = _nothing_said(needs_score=needs_score)
            bad.append(BadRow(number=row.number, field=field, reason=reason))
    return good, bad


def _nothing_said(*, needs_score: bool) -> tuple[str, str]:
    if needs_score:
        return "score", _("The row has neither a score nor a text. Fill in one of them and send the row again.")
    return "text", _("The row has no text and no score. Fill in one of them and send the row again.")


def _unseen(model: type[Voice] | type[Response], workspace_id: int, rows: Sequence[Row]) -> tuple[list[Row], int]:
    """The rows whose key is new, each once, and how many were not."""
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.key, row)
    known = existing_values(model, "key", [_key(key) for key in first], workspace_id=workspace_id)
    fresh = [row for key, row in first.items() if _key(key) not in known]
    return fresh, len(rows) - len(fresh)


def _key(row_key: str) -> str:
    return f"import:{row_key}"


def _told(chunk: Chunk, rows: Sequence[Row]) -> list[_Told]:
    people = recognise(chunk, rows)
    names = {row.values["touchpoint"] for row in rows if "touchpoint" in row.values}
    places = place_all(workspace_id=chunk.workspace_id, import_id=chunk.import_id, names=names, now=chunk.now)
    then = people.segments_then(
        workspace_id=chunk.workspace_id, at=[row.values.get("said_at") or chunk.file_time for row in rows]
    )
    return [
        _Told(
            row=row,
            chunk=chunk,
            customer_id=customer,
            segment=segment,
            touchpoint_id=places.get(row.values.get("touchpoint", "")),
        )
        for row, customer, segment in zip(rows, people.customer_ids, then, strict=True)
    ]


def _response(told: _Told, number: int) -> tuple[Any, ...]:
    answers, moment = dict(told.row.rest), told.said_at
    if score := told.row.values.get("score"):
        answers["score"] = score.stated
    if words := told.words:
        answers["comment"] = words
    known = {
        **told.shared,
        "id": number,
        "answers": _json(answers),
        "started_at": moment,
        "updated_at": moment,
        "completed_at": moment,
    }
    return tuple(known[name] for name in RESPONSE_COLUMNS)


def _voice(told: _Told, number: int, response_id: int | None = None) -> tuple[Any, ...]:
    """A row in the order of ``VOICE_COLUMNS``; written out, because it is the busiest line of an import."""
    values, asked = told.row.values, response_id is not None
    kind = Voice.SourceKind.SURVEY if asked else values.get("source_kind", Voice.SourceKind.REQUEST)
    shared = told.shared
    return (
        number,
        shared["workspace_id"],
        shared["key"],
        (Voice.Initiator.COMPANY if asked else Voice.Initiator.CUSTOMER).value,
        str(kind),
        shared["channel"],
        kind in PUBLIC,
        shared["touchpoint_id"],
        shared["customer_id"],
        response_id,
        told.words,
        shared["language"],
        shared["segment"],
        shared["metric"],
        shared["score"],
        values.get("sentiment", ""),
        "{}" if asked else _json(_attributes(told.row)),
        shared["import_id"],
        told.said_at,
        told.chunk.now,
    )


def _attributes(row: Row) -> dict[str, str]:
    """The unmapped columns; besides, a score as it was stated where the metric's scale changed it."""
    kept = dict(row.rest)
    score = row.values.get("score")
    if score and score.stated not in {str(score.value), f"{score.value}.0"}:
        kept["score as stated"] = score.stated
    if "said_at" not in row.values:
        kept["time"] = "of the file"
    return kept


def _announce(chunk: Chunk, voice_ids: Sequence[int]) -> None:
    if chunk.announce:
        record(*(VoiceReceived(workspace_id=chunk.workspace_id, voice_id=each) for each in voice_ids))


def _voice_rows(workspace_id: int, import_id: int) -> dict[str, ScopedQuerySet[Any]]:
    return {"voices": Voice.objects.in_workspace(workspace_id).filter(import_id=import_id)}


def _response_rows(workspace_id: int, import_id: int) -> dict[str, ScopedQuerySet[Any]]:
    responses = Response.objects.in_workspace(workspace_id).filter(import_id=import_id)
    return {**_voice_rows(workspace_id, import_id), "responses": responses}


VOICES = Kind(
    name="voices",
    label=gettext_lazy("Voices"),
    fields=(
        *_SAID,
        Field(name="sentiment", type=FieldType.SENTIMENT, label=gettext_lazy("Feeling, as stated")),
        Field(name="source_kind", type=FieldType.SOURCE_KIND, label=gettext_lazy("Kind of voice")),
        *_ABOUT,
        *WHO_FIELDS,
    ),
    needs=(("text", "title", "score", "sentiment"),),
    load=_load_voices,
    rows=_voice_rows,
)
RESPONSES = Kind(
    name="responses",
    label=gettext_lazy("Survey responses"),
    fields=(*_SAID, *_ABOUT, *WHO_FIELDS),
    needs=(("score", "text"),),
    load=_load_responses,
    rows=_response_rows,
)
