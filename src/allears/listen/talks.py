"""Chats and calls that come by file: a row for each turn, grouped by their conversation.

A conversation may lie across chunks of a file, and a file may come again, grown: turns that are known change nothing,
new ones are hung on. Two files whose conversations are both called “1” are told apart by their first turns.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy

from allears.events.imports.kinds import BadRow, Chunk, Field, FieldType, Kind, Outcome, Rows
from allears.events.imports.people import WHO_FIELDS, recognise
from allears.events.imports.reasons import coded
from allears.jobs.bus import record
from allears.journeys.importing import place_all
from allears.kit import roles
from allears.kit.script import language_of
from allears.listen import originals
from allears.listen.events import VoiceReceived
from allears.listen.models import OF_TALKS, Turn, Voice, VoiceOriginal
from allears.listen.transcripts import LONGEST_TOGETHER, LONGEST_TURN, names_of
from allears.store.bulk import insert_new
from allears.store.scope import ScopedQuerySet

KINDS = (Voice.SourceKind.CHAT.value, Voice.SourceKind.CALL.value)


@dataclass(kw_only=True)
class _Talk:
    """The rows of one conversation in this chunk, and the voice they belong to.

    ``said`` is what was blotted out of the voice, as it was; ``known`` what is known to be its customer's own.
    """

    name: str
    places: list[int] = field(default_factory=list)
    voice: Voice | None = None
    number: int = 0  # the next turn's
    said: dict[str, Any] = field(default_factory=dict)
    known: tuple[str, ...] = ()

    @property
    def thread(self) -> str:
        return f"{OF_TALKS}{blake2b(self.name.encode(), digest_size=16).hexdigest()}"


@dataclass(frozen=True, kw_only=True)
class _Told:
    """The chunk's good rows by columns."""

    keys: list[str]
    texts: list[str]
    speakers: list[str]
    sides: list[str]
    at: list[datetime | None]
    customer_ids: list[int | None]
    touchpoint_ids: list[int | None]
    kinds: list[str]
    channels: list[str]
    languages: list[str]


def _load(chunk: Chunk) -> Outcome:
    sides, bad = _sides(chunk.rows)
    good = [place for place, side in enumerate(sides) if side]
    rows = chunk.rows.only(good) if len(good) < len(sides) else chunk.rows
    told = _told(chunk, rows, [sides[place] for place in good])
    talks = _talks(rows)
    known = _find(chunk, talks, told)
    fresh = {name: [place for place in talk.places if told.keys[place] not in known] for name, talk in talks.items()}
    made = [talk for name, talk in talks.items() if fresh[name] and talk.voice is None]
    for talk in made:
        talk.voice = _voice(chunk, talk, told, fresh[talk.name])
    grown = [talk for name, talk in talks.items() if fresh[name] and talk not in made]
    _store(chunk, told, fresh, made, grown)
    _announce(chunk, made, grown)
    return Outcome(repeated=len(rows) - sum(map(len, fresh.values())), bad=bad)


def _sides(rows: Rows) -> tuple[list[str], list[BadRow]]:
    """Who speaks in each row; empty for rows that say nothing or by whom it is not clear."""
    names, texts, talks = (rows.column(each) for each in ("speaker", "text", "conversation"))
    of_talk: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, text, talk in zip(names, texts, talks, strict=True):
        of_talk[talk or ""].append((name or "", text or ""))
    sides_of = {talk: roles.sides_by_words(found) for talk, found in of_talk.items()}
    found, bad = [], []
    for place, (name, text, talk) in enumerate(zip(names, texts, talks, strict=True)):
        side = sides_of[talk or ""].get(name or "", "")
        if not text:
            bad.append(BadRow(number=rows.number(place), field="text", reason=coded("silent_turn")))
        elif not side:
            reason = coded("who_speaks", name=(name or "")[:60])
            bad.append(BadRow(number=rows.number(place), field="speaker", reason=reason))
        found.append(side if text else "")
    return found, bad


def _told(chunk: Chunk, rows: Rows, sides: list[str]) -> _Told:
    stores = rows.column("touchpoint")
    names = {name for name in stores if name is not None}
    places = place_all(workspace_id=chunk.workspace_id, import_id=chunk.import_id, names=names, now=chunk.now)
    return _Told(
        keys=rows.keys(),
        texts=[text[:LONGEST_TURN] for text in rows.column("text")],
        speakers=[name or "" for name in rows.column("speaker")],
        sides=sides,
        at=rows.column("said_at"),
        customer_ids=recognise(chunk, rows).customer_ids,
        touchpoint_ids=[places.get(name or "") for name in stores],
        kinds=[str(kind) if kind in KINDS else KINDS[0] for kind in rows.column("source_kind")],
        channels=[(channel or "file")[:20] for channel in rows.column("channel")],
        languages=[language or "" for language in rows.column("language")],
    )


def _talks(rows: Rows) -> dict[str, _Talk]:
    found: dict[str, _Talk] = {}
    for place, name in enumerate(rows.column("conversation")):
        found.setdefault(name or "", _Talk(name=name or "")).places.append(place)
    return found


def _find(chunk: Chunk, talks: Mapping[str, _Talk], told: _Told) -> set[str]:
    """Give each conversation the voice it has already; the keys of turns that are known."""
    by_thread: dict[str, list[Voice]] = defaultdict(list)
    threads = [talk.thread for talk in talks.values()]
    for start in range(0, len(threads), 900):
        rows = Voice.objects.in_workspace(chunk.workspace_id).filter(thread__in=threads[start : start + 900])
        for voice in rows.order_by("id"):
            by_thread[voice.thread or ""].append(voice)
    ids = [voice.pk for voices in by_thread.values() for voice in voices]
    turns: dict[int, set[str]] = defaultdict(set)
    last: dict[int, int] = {}
    for start in range(0, len(ids), 900):
        own = Turn.objects.in_workspace(chunk.workspace_id).filter(voice_id__in=ids[start : start + 900])
        for voice_id, key in own.values_list("voice_id", "key"):
            turns[voice_id].add(key)
        last |= dict(own.values_list("voice_id").annotate(last=Max("number")).order_by())
    known: set[str] = set()
    for talk in talks.values():
        keys = {told.keys[place] for place in talk.places}
        own_voices = by_thread.get(talk.thread, [])
        talk.voice = next(
            (each for each in own_voices if each.import_id == chunk.import_id or keys & turns[each.pk]), None
        )
        if talk.voice:
            known |= keys & turns[talk.voice.pk]
            talk.number = last.get(talk.voice.pk, -1) + 1
    return known


def _words(told: _Told, places: Sequence[int]) -> str:
    return "\n".join(told.texts[place] for place in places if told.sides[place] == Turn.Speaker.CUSTOMER)


def _store(
    chunk: Chunk, told: _Told, fresh: Mapping[str, Sequence[int]], made: Sequence[_Talk], grown: Sequence[_Talk]
) -> None:
    """Voices and turns without personal data; what was blotted out is sealed."""
    talks = (*made, *grown)
    _know(chunk, told, fresh, talks)
    for talk in talks:
        _speak(talk, _words(told, fresh[talk.name]))
    insert_new([talk.voice for talk in made if talk.voice])
    for talk in grown:
        if talk.voice:
            talk.voice.heat().save(update_fields=["text", "hidden", "language", "flush_id"])
    _keep_originals(chunk, talks)
    turns = [turn for talk in talks for turn in _turns(chunk, talk, told, fresh[talk.name])]
    originals.keep_turns(turns=turns, known={talk.voice.pk: talk.known for talk in talks if talk.voice})


def _know(chunk: Chunk, told: _Told, fresh: Mapping[str, Sequence[int]], talks: Sequence[_Talk]) -> None:
    """What is known of each one's customer, and what was blotted out of its voice before."""
    voices = [talk.voice for talk in talks if talk.voice]
    own = originals.known_of(workspace_id=chunk.workspace_id, customer_ids=[each.customer_id for each in voices])
    before = originals.said_by([each for each in voices if each.pk])
    for talk in talks:
        if talk.voice:
            sides = ((told.sides[place], told.speakers[place]) for place in fresh[talk.name])
            talk.known = (*own[talk.voice.customer_id], *names_of(sides))
            talk.said = before.get(talk.voice.pk, {})


def _speak(talk: _Talk, words: str) -> None:
    """What the customer says in further turns belongs to the same voice; what it held before stays as it was read."""
    voice = talk.voice
    assert voice is not None
    if not words:
        return
    more, begins = originals.blot(words, known=talk.known), len(voice.text) + 1 if voice.text else 0
    found = [(begins + start, min(begins + end, LONGEST_TOGETHER), kind) for start, end, kind in more.hidden]
    hidden = [*(voice.hidden or ()), *(each for each in found if each[0] < LONGEST_TOGETHER)]
    if hidden:
        talk.said["text"] = _joined(talk.said.get("text", voice.text), words)
    voice.language = voice.language or language_of(_joined(voice.text, words)[:300])
    voice.text, voice.hidden = _joined(voice.text, more.text), hidden or None


def _joined(before: str, words: str) -> str:
    return "\n".join(part for part in (before, words) if part)[:LONGEST_TOGETHER]


def _keep_originals(chunk: Chunk, talks: Sequence[_Talk]) -> None:
    found = {talk.voice.pk: (talk.voice, talk.said) for talk in talks if talk.voice and talk.said}
    ids = list(found)
    for start in range(0, len(ids), 900):
        VoiceOriginal.objects.in_workspace(chunk.workspace_id).filter(voice__in=ids[start : start + 900]).delete()
    kept = [
        originals.Original(row_id=voice.pk, customer_id=voice.customer_id, said=said, at=voice.said_at)
        for voice, said in found.values()
    ]
    originals.keep_voices(workspace_id=chunk.workspace_id, originals=kept)


def _voice(chunk: Chunk, talk: _Talk, told: _Told, places: Sequence[int]) -> Voice:
    """Its voice, without words as yet."""
    key = blake2b(f"{talk.name}\x1f{told.keys[places[0]]}".encode(), digest_size=16).hexdigest()
    return Voice(
        workspace_id=chunk.workspace_id,
        key=f"talk:{key}",
        initiator=Voice.Initiator.CUSTOMER,
        source_kind=told.kinds[places[0]],
        channel=told.channels[places[0]],
        touchpoint_id=_some(told.touchpoint_ids, places),
        customer_id=_some(told.customer_ids, places),
        language=_some(told.languages, places) or "",
        import_id=chunk.import_id,
        thread=talk.thread,
        said_at=_some(told.at, places) or chunk.file_time,
        received_at=chunk.now,
    )


def _some(values: Sequence[Any], places: Sequence[int]) -> Any:
    """The first that says something."""
    return next((values[place] for place in places if values[place]), None)


def _turns(chunk: Chunk, talk: _Talk, told: _Told, places: Sequence[int]) -> list[Turn]:
    return [
        Turn(
            workspace_id=chunk.workspace_id,
            voice=talk.voice,
            number=talk.number + step,
            key=told.keys[place],
            speaker=told.sides[place],
            name="" if told.speakers[place].lower() in Turn.Speaker.values else told.speakers[place][:120],
            text=told.texts[place],
            at=told.at[place],
            received_at=chunk.now,
        )
        for step, place in enumerate(places)
    ]


def _announce(chunk: Chunk, made: Sequence[_Talk], grown: Sequence[_Talk]) -> None:
    if not chunk.announce:
        return
    record(
        *(VoiceReceived(workspace_id=chunk.workspace_id, voice_id=talk.voice.pk) for talk in made if talk.voice),
        *(
            VoiceReceived(workspace_id=chunk.workspace_id, voice_id=talk.voice.pk, updated=True)
            for talk in grown
            if talk.voice
        ),
    )


def _rows(workspace_id: int, import_id: int) -> dict[str, ScopedQuerySet[Any]]:
    return {"voices": Voice.objects.in_workspace(workspace_id).filter(import_id=import_id)}


TRANSCRIPTS = Kind(
    name="transcripts",
    label=gettext_lazy("Chats and calls, a row for each turn"),
    fields=(
        Field(name="conversation", type=FieldType.WHO, label=gettext_lazy("Conversation")),
        Field(name="speaker", type=FieldType.LABEL, label=gettext_lazy("Who speaks"), most=120),
        Field(name="text", type=FieldType.TEXT, label=gettext_lazy("Text")),
        Field(name="said_at", type=FieldType.TIME, label=gettext_lazy("Time")),
        Field(name="source_kind", type=FieldType.SOURCE_KIND, label=gettext_lazy("Kind of voice")),
        Field(name="touchpoint", type=FieldType.LABEL, label=gettext_lazy("Touchpoint"), most=120),
        Field(name="channel", type=FieldType.LABEL, label=gettext_lazy("Channel"), most=120),
        Field(name="language", type=FieldType.LANGUAGE, label=gettext_lazy("Language")),
        Field(name="id", type=FieldType.KEY, label=gettext_lazy("Row’s own id")),
        *WHO_FIELDS,
    ),
    needs=(("conversation",), ("speaker",), ("text",)),
    load=_load,
    rows=_rows,
    of_turns=True,
)
