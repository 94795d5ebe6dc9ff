"""Voices and responses that come by file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy

from allears.events.imports.converting import Score
from allears.events.imports.kinds import BadRow, Chunk, Field, FieldType, Kind, Outcome, Rows
from allears.events.imports.people import WHO_FIELDS, recognise
from allears.events.imports.reasons import coded
from allears.jobs.bus import record
from allears.journeys.importing import place_all
from allears.kit.script import language_of
from allears.listen import officials, originals, repeats
from allears.listen.events import VoiceReceived
from allears.listen.models import Official, Response, Voice
from allears.store.bulk import allocate_ids, existing_values, insert_rows
from allears.store.scope import ScopedQuerySet

PUBLIC = frozenset({Voice.SourceKind.REVIEW, Voice.SourceKind.SOCIAL, Voice.SourceKind.MEDIA})
CHANNEL = "file"
OFFICIAL = ("authority", "reference", "answer_by")
RESPONSE_COLUMNS = (
    "id", "workspace_id", "key", "customer_id", "touchpoint_id", "channel", "segment", "language", "answers", "metric",
    "score", "import_id", "started_at", "updated_at", "completed_at", "aside", "marks", "outcome", "device", "network",
)  # fmt: skip
VOICE_COLUMNS = (
    "id", "workspace_id", "key", "initiator", "source_kind", "channel", "public", "touchpoint_id", "customer_id",
    "response_id", "text", "hidden", "language", "segment", "metric", "score", "sentiment", "attributes", "import_id",
    "said_at", "received_at", "sameness", "repeats_id",
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
    """New rows by columns, with all that is known about them."""

    keys: list[str]
    words: list[str]  # personal data blotted out
    hidden: list[tuple[tuple[int, int, str], ...]]
    said: dict[int, str]  # row → its words as they came, where something was blotted out
    languages: list[str]
    segments: list[str]
    channels: list[str]
    scores: list[Score | None]
    touchpoint_ids: list[int | None]
    customer_ids: list[int | None]
    said_at: list[datetime]
    rest: list[dict[str, Any]]


def _load_voices(chunk: Chunk) -> Outcome:
    rows, bad = _saying_something(chunk.rows, needs_score=False)
    fresh, repeated = _unseen(Voice, chunk.workspace_id, rows)
    ids = allocate_ids(Voice, len(fresh))
    told = _told(chunk, fresh)
    kinds = [str(kind or Voice.SourceKind.REQUEST) for kind in fresh.column("source_kind")]
    feelings = [feeling or "" for feeling in fresh.column("sentiment")]
    _keep_beside(fresh, kinds, told.rest)
    attributes = _attributes(told, dated=fresh.column("said_at"))
    same, before = _repeats(chunk, told, ids, kinds)
    insert_rows(Voice, VOICE_COLUMNS, _voices(chunk, told, ids, kinds, feelings, attributes, same=(same, before)))
    _keep_originals(chunk, told, ids)
    _keep_officials(chunk, fresh, ids, kinds)
    _announce(chunk, ids)
    return Outcome(repeated=repeated, bad=bad)


def _repeats(
    chunk: Chunk, told: _Told, ids: Sequence[int], kinds: Sequence[str]
) -> tuple[list[str | None], list[int | None]]:
    """The digest of each row's words and day, and the voice it repeats; one look-up for the chunk."""
    zone = repeats.zone_of(chunk.workspace_id)
    heard: list[tuple[int, repeats.Heard]] = []
    as_said = [told.said.get(place, words) for place, words in enumerate(told.words)]
    for number, kind, words, at, customer_id, rest, touchpoint_id, score in zip(
        ids, kinds, as_said, told.said_at, told.customer_ids, told.rest, told.touchpoint_ids, told.scores, strict=True
    ):
        public = kind in PUBLIC
        compared = (public or customer_id) and repeats.is_compared(initiator="customer", source_kind=kind)
        each = repeats.Heard(
            sameness=repeats.sameness(text=words, said_at=at, zone=zone) if compared else None,
            customer_id=customer_id,
            author=repeats.author_of(rest) if public else "",
            public=public,
            way=f"import:{chunk.import_id}",
            touchpoint_id=touchpoint_id,
            score=(score.metric, score.value) if score else None,
        )
        heard.append((number, each))
    found = repeats.firsts(workspace_id=chunk.workspace_id, heard=heard)
    return [each.sameness for _, each in heard], [found.get(number) for number in ids]


def _keep_officials(chunk: Chunk, rows: Rows, ids: Sequence[int], kinds: Sequence[str]) -> None:
    """What authorities and papers set us with their letters."""
    if not any(map(rows.says, OFFICIAL)):
        return
    zone = repeats.zone_of(chunk.workspace_id)
    said = zip(ids, kinds, *(rows.column(name) for name in OFFICIAL), strict=True)
    Official.objects.bulk_create(
        Official(
            workspace_id=chunk.workspace_id,
            voice_id=voice_id,
            authority=(authority or "")[:200],
            reference=(reference or "")[:100],
            answer_by=officials.end_of_day(answer_by, zone=zone) if answer_by else None,
            received_at=chunk.now,
        )
        for voice_id, kind, authority, reference, answer_by in said
        if kind in officials.KINDS and (authority or reference or answer_by)
    )


def _keep_beside(rows: Rows, kinds: Sequence[str], rests: Sequence[dict[str, Any]]) -> None:
    """The same of voices that are no letter: nobody is bound by it, and it stays readable beside their words."""
    for name in filter(rows.says, OFFICIAL):
        for kind, rest, value in zip(kinds, rests, rows.column(name), strict=True):
            if kind not in officials.KINDS and value:
                rest[name] = value


def _load_responses(chunk: Chunk) -> Outcome:
    rows, bad = _saying_something(chunk.rows, needs_score=True)
    fresh, repeated = _unseen(Response, chunk.workspace_id, rows)
    response_ids, voice_ids = allocate_ids(Response, len(fresh)), allocate_ids(Voice, len(fresh))
    told, count = _told(chunk, fresh), len(fresh)
    insert_rows(Response, RESPONSE_COLUMNS, _responses(chunk, told, response_ids))
    surveys = [Voice.SourceKind.SURVEY.value] * count
    voices = _voices(chunk, told, voice_ids, surveys, [""] * count, ["{}"] * count, answers=response_ids)
    insert_rows(Voice, VOICE_COLUMNS, voices)
    _keep_originals(chunk, told, voice_ids)
    _announce(chunk, voice_ids)
    return Outcome(repeated=repeated, bad=bad)


def _saying_something(rows: Rows, *, needs_score: bool) -> tuple[Rows, list[BadRow]]:
    """Rows with words or a judgement; the others say nothing that could be heard."""
    names = ("score", "text", "title") if needs_score else ("score", "text", "title", "sentiment")
    silent = [True] * len(rows)
    for name in names:
        if rows.says(name):
            silent = [each and said is None for each, said in zip(silent, rows.column(name), strict=True)]
    if not any(silent):
        return rows, []
    field, reason = _nothing_said(needs_score=needs_score)
    bad = [BadRow(number=rows.number(place), field=field, reason=reason) for place, each in enumerate(silent) if each]
    return rows.only([place for place, each in enumerate(silent) if not each]), bad


def _nothing_said(*, needs_score: bool) -> tuple[str, str]:
    if needs_score:
        return "score", coded("no_score")
    return "text", coded("no_words")


def _unseen(model: type[Voice] | type[Response], workspace_id: int, rows: Rows) -> tuple[Rows, int]:
    """The rows whose key is new, each once, and how many were not."""
    first: dict[str, int] = {}
    for place, key in enumerate(rows.keys()):
        first.setdefault(_key(key), place)
    known = existing_values(model, "key", list(first), workspace_id=workspace_id)
    if not known and len(first) == len(rows):
        return rows, 0
    fresh = rows.only([place for key, place in first.items() if key not in known])
    return fresh, len(rows) - len(fresh)


def _key(row_key: str) -> str:
    return f"import:{row_key}"


def _told(chunk: Chunk, rows: Rows) -> _Told:
    people = recognise(chunk, rows)
    stores = rows.column("touchpoint")
    names = {name for name in stores if name is not None}
    places = place_all(workspace_id=chunk.workspace_id, import_id=chunk.import_id, names=names, now=chunk.now)
    said_at = [moment or chunk.file_time for moment in rows.column("said_at")]
    then = people.segments_then(workspace_id=chunk.workspace_id, at=said_at)
    said = _words(rows)
    own = originals.known_of(workspace_id=chunk.workspace_id, customer_ids=people.customer_ids)
    blots = [originals.blot(text, known=own[who]) for text, who in zip(said, people.customer_ids, strict=True)]
    return _Told(
        keys=[_key(key) for key in rows.keys()],  # noqa: SIM118 - no mapping
        words=[each.text for each in blots],
        hidden=[each.hidden for each in blots],
        said={place: said[place] for place, each in enumerate(blots) if each.hidden},
        languages=_languages(rows, said),
        segments=[
            stated if stated is not None else of for stated, of in zip(rows.column("segment"), then, strict=True)
        ],
        channels=[(channel or CHANNEL)[:20] for channel in rows.column("channel")],
        scores=rows.column("score"),
        touchpoint_ids=[places.get(name or "") for name in stores],
        customer_ids=people.customer_ids,
        said_at=said_at,
        rest=rows.rest(),
    )


def _words(rows: Rows) -> list[str]:
    """Title and text of each row as one."""
    texts = [text or "" for text in rows.column("text")]
    if not rows.says("title"):
        return texts
    titles = (title or "" for title in rows.column("title"))
    return [
        f"{title}\n{text}" if title and text and title != text else text or title
        for title, text in zip(titles, texts, strict=True)
    ]


def _languages(rows: Rows, words: list[str]) -> list[str]:
    stated, fallbacks = rows.column("language"), rows.column("language_fallback")
    return [
        said or language_of(text[:300], fallback=fallback or "")
        for said, text, fallback in zip(stated, words, fallbacks, strict=True)
    ]


def _responses(chunk: Chunk, told: _Told, ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """Rows in the order of ``RESPONSE_COLUMNS``."""
    answers = []
    for rest, score, words in zip(told.rest, told.scores, told.words, strict=True):
        said = {"score": score.stated} if score else {}
        answers.append(_json({**rest, **said, **({"comment": words} if words else {})}))
    workspace_id, import_id = repeat(chunk.workspace_id), repeat(chunk.import_id)
    return list(
        zip(
            ids, workspace_id, told.keys, told.customer_ids, told.touchpoint_ids, told.channels, told.segments,
            told.languages, answers, _metrics(told), _values(told), import_id, told.said_at, told.said_at, told.said_at,
            repeat("{}"), repeat("[]"), repeat(""), repeat(""), repeat(""),
            strict=False,
        )
    )  # fmt: skip


def _voices(
    chunk: Chunk,
    told: _Told,
    ids: Sequence[int],
    kinds: Sequence[str],
    feelings: Sequence[str],
    attributes: Sequence[str],
    *,
    answers: Sequence[int] | None = None,
    same: tuple[Sequence[str | None], Sequence[int | None]] | None = None,
) -> list[tuple[Any, ...]]:
    """Rows in the order of ``VOICE_COLUMNS``; ``answers`` are the responses whose words they are."""
    by = Voice.Initiator.CUSTOMER if answers is None else Voice.Initiator.COMPANY
    public = [kind in PUBLIC for kind in kinds]
    return list(
        zip(
            ids, repeat(chunk.workspace_id), told.keys, repeat(by.value), kinds, told.channels, public,
            told.touchpoint_ids, told.customer_ids, repeat(None) if answers is None else answers, told.words,
            [_json(each) if each else None for each in told.hidden], told.languages, told.segments, _metrics(told),
            _values(told), feelings, attributes, repeat(chunk.import_id), told.said_at, repeat(chunk.now),
            *(same or (repeat(None), repeat(None))),
            strict=False,
        )
    )  # fmt: skip


def _metrics(told: _Told) -> list[str]:
    return [score.metric if score else "" for score in told.scores]


def _values(told: _Told) -> list[int | None]:
    return [score.value if score else None for score in told.scores]


def _attributes(told: _Told, *, dated: list[Any]) -> list[str]:
    """The unmapped columns; besides, a score as it was stated where the metric's scale changed it."""
    found = []
    for rest, score, moment in zip(told.rest, told.scores, dated, strict=True):
        if score and score.stated not in {str(score.value), f"{score.value}.0"}:
            rest["score as stated"] = score.stated
        if moment is None:
            rest["time"] = "of the file"
        found.append(_json(rest) if rest else "{}")
    return found


def _keep_originals(chunk: Chunk, told: _Told, voice_ids: Sequence[int]) -> None:
    """The words as they came, sealed, of those rows out of which something was blotted."""
    kept = [
        originals.Original(
            row_id=voice_ids[place], customer_id=told.customer_ids[place], said={"text": text}, at=told.said_at[place]
        )
        for place, text in told.said.items()
    ]
    originals.keep_voices(workspace_id=chunk.workspace_id, originals=kept)


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
        Field(
            name="authority", type=FieldType.LABEL, label=gettext_lazy("Authority or paper"), most=200, named_only=True
        ),
        Field(
            name="reference", type=FieldType.LABEL, label=gettext_lazy("Reference number"), most=100, named_only=True
        ),
        Field(name="answer_by", type=FieldType.TIME, label=gettext_lazy("To be answered by"), named_only=True),
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
