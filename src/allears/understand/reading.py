"""Every voice is read soon after it was heard, and the past when somebody asks for it.

``voice.received`` leaves a waiting row in its own transaction. One worker at a time takes them in batches: the texts
are read in the analytics process, outside any transaction, then what was understood is stored and the waiting rows go,
in one. Cut short anywhere, the batch is read again and nothing is stored twice.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.module_loading import import_string

from allears.jobs.bell import ring
from allears.jobs.bus import DomainEvent
from allears.jobs.lease import LeaseLostError, acquire, hold
from allears.jobs.worker import back_off
from allears.listen.events import VoiceReceived
from allears.listen.models import Turn, Voice
from allears.listen.originals import BLOT
from allears.store.bulk import insert_new
from allears.understand import pool
from allears.understand.annotating import AnnotateQuestion, Read, TextIn
from allears.understand.labelling import effective
from allears.understand.models import BackFill, Correction, VoiceAnnotation, VoiceLabel, WaitingVoice
from allears.understand.text.annotation import Annotation

logger = logging.getLogger(__name__)
BELL = "annotations"
LEASE, LEASE_SECONDS = "understand.reading", 120.0
BATCH = 200
PATIENCE = 5  # attempts at a voice that the annotator cannot read
_second: list[str] = []
Ask = Callable[[AnnotateQuestion], tuple[Read, ...]]


def register_second_reader(path: str) -> None:
    """Who may change what was understood before it is stored: ``f(workspace_id, texts, found)``, from ``apps.py``."""
    if path not in _second:
        _second.append(path)


def note(events: Sequence[DomainEvent]) -> None:
    """Have what was heard read; called inside the transaction that records it."""
    heard = [
        WaitingVoice(workspace_id=each.workspace_id, voice_id=each.voice_id)
        for each in events
        if isinstance(each, VoiceReceived)
    ]
    if heard:
        WaitingVoice.objects.bulk_create(heard)
        transaction.on_commit(lambda: ring(BELL))


def run_once(owner: str) -> int:
    """Read one batch: what waits first, then the past; the number of voices looked at."""
    now = timezone.now()
    waiting = _waiting(now)
    past = None if waiting else BackFill.objects.across_workspaces().filter(finished_at__isnull=True).first()
    if not waiting and past is None:
        return 0
    fence = acquire(name=LEASE, owner=owner, now=now, seconds=LEASE_SECONDS)
    if fence is None:
        return 0

    def prove() -> None:
        hold(name=LEASE, owner=owner, fence=fence, now=timezone.now(), seconds=LEASE_SECONDS)

    try:
        return _read_waiting(waiting, prove) if past is None else _read_past(past, prove)
    except (pool.AnalyticsAwayError, LeaseLostError) as error:
        logger.info("voices wait to be read: %s", error)
        return 0


def _waiting(now: datetime) -> list[WaitingVoice]:
    """The oldest that are due, of one workspace."""
    rows = list(WaitingVoice.objects.across_workspaces().filter(run_at__lte=now).order_by("id")[:BATCH])
    return [row for row in rows if row.workspace_id == rows[0].workspace_id]


def _read_waiting(rows: Sequence[WaitingVoice], prove: Callable[[], None]) -> int:
    def done() -> None:
        prove()
        WaitingVoice.objects.across_workspaces().filter(pk__in=[row.pk for row in rows]).delete()

    try:
        read(workspace_id=rows[0].workspace_id, voice_ids=[row.voice_id for row in rows], ask=_ask, finish=done)
    except pool.AnalyticsAwayError:
        raise
    except pool.AnalyticsError as error:
        if len(rows) > 1:  # one of them is at fault: each by itself
            return sum(_read_waiting([row], prove) for row in rows)
        _put_off(rows[0], error)
    return len(rows)


def _put_off(row: WaitingVoice, error: pool.AnalyticsError) -> None:
    row.attempts += 1
    logger.error("voice %s could not be read (attempt %s): %s", row.voice_id, row.attempts, error)
    if row.attempts >= PATIENCE:
        row.delete()
        return
    row.run_at = timezone.now() + back_off(row.attempts + 4)
    row.save(update_fields=["attempts", "run_at"])


def _read_past(past: BackFill, prove: Callable[[], None]) -> int:
    def done() -> None:
        prove()
        _advance(past, ids)

    ids = _next_past(past)
    read(workspace_id=past.workspace_id, voice_ids=ids, ask=_ask, finish=done)
    return len(ids) or 1


def _next_past(past: BackFill) -> list[int]:
    found = Voice.objects.in_workspace(past.workspace_id).filter(pk__lte=past.below).exclude(text="")
    return list(found.order_by("-pk").values_list("pk", flat=True)[:BATCH])


def _advance(past: BackFill, ids: Sequence[int]) -> None:
    past.done += len(ids)
    past.below = ids[-1] - 1 if ids else 0
    past.finished_at = timezone.now() if len(ids) < BATCH else None
    past.save(update_fields=["done", "below", "finished_at"])


def _ask(question: AnnotateQuestion) -> tuple[Read, ...]:
    return pool.ask_annotations(question)


def read(*, workspace_id: int, voice_ids: Sequence[int], ask: Ask, finish: Callable[[], None] = lambda: None) -> int:
    """Read these voices and store what is new, ``finish`` in the same transaction; the number of new annotations.

    Voices without words are passed over. Raises AnalyticsError where nobody can read now.
    """
    rows = Voice.objects.in_workspace(workspace_id).filter(pk__in=voice_ids).exclude(text="")
    voices = list(rows.select_related("customer").order_by("pk"))
    texts = tuple(TextIn(text=voice.text, known=known_of(voice)) for voice in voices)
    understood = ask(AnnotateQuestion(workspace_id=workspace_id, texts=texts)) if texts else ()
    for path in _second if texts else ():
        understood = import_string(path)(workspace_id, [each.text for each in texts], understood)
    with transaction.atomic():
        stored = _store(workspace_id, list(zip(voices, understood, strict=True)), timezone.now())
        finish()
    return stored


def known_of(voice: Voice) -> tuple[str, ...]:
    """What is known to be this customer's own: masked wherever it is written."""
    customer = voice.customer
    if customer is None:
        return ()
    return tuple(each for each in (customer.name, customer.email, customer.phone) if each)


def _store(workspace_id: int, read_: Sequence[tuple[Voice, Read]], now: datetime) -> int:
    ids = [voice.pk for voice, _ in read_]
    standing = {
        (each.voice_id, each.annotator): each
        for each in VoiceAnnotation.objects.in_workspace(workspace_id).filter(
            voice_id__in=ids, replaced_at__isnull=True
        )
    }
    fresh: list[VoiceAnnotation] = []
    for voice, understood in read_:
        for slot, annotation in understood.annotations:
            row = annotation_row(voice, slot, annotation, found=hidden_in(voice, understood.found), now=now)
            old = standing.pop((voice.pk, slot), None)
            if old is None or not _same(old, row):
                fresh.append(row)
                if old is not None:
                    standing[voice.pk, slot] = old
    gone = list(standing.values())  # replaced, or of an annotator that no longer reads
    VoiceAnnotation.objects.in_workspace(workspace_id).filter(pk__in=[each.pk for each in gone]).update(
        replaced_at=now, flush_id=None
    )
    insert_new(fresh)
    relabel(workspace_id=workspace_id, voice_ids=sorted({each.voice_id for each in (*fresh, *gone)}))
    return len(fresh)


def hidden_in(voice: Voice | Turn, found: Iterable[Sequence[Any]]) -> list[tuple[int, int, str]]:
    """Where personal data stands in words: blotted out when they came, or found since (a name we know by now)."""
    earlier = [(start, end, kind) for start, end, kind in voice.hidden or () if set(voice.text[start:end]) == {BLOT}]
    taken = {place for start, end, _ in earlier for place in range(start, end)}
    later = [(start, end, kind) for start, end, kind in found if taken.isdisjoint(range(start, end))]
    return sorted([*earlier, *later])


def _same(old: VoiceAnnotation, new: VoiceAnnotation) -> bool:
    names = ("model", "length", "labels", "clauses", "abstained", "found")
    return all(getattr(old, name) == getattr(new, name) for name in names)


def annotation_row(
    voice: Voice, slot: str, said: Annotation, *, found: Iterable[Sequence[Any]], now: datetime
) -> VoiceAnnotation:
    """An annotation as it is stored."""
    feeling = next(iter(said.of("sentiment")), None)
    urgency = said.value("urgency") or "0"
    return VoiceAnnotation(
        workspace_id=voice.workspace_id,
        voice=voice,
        annotator=slot,
        model=said.model,
        language=said.language,
        sentiment=feeling.value if feeling else "",
        score=round(said.score, 3),
        urgency=int(urgency) if urgency.isdecimal() else 0,
        confidence=round(feeling.confidence, 3) if feeling else None,
        doubt=_doubt(said),
        labels=[
            {
                "task": each.task,
                "value": each.value,
                "confidence": round(each.confidence, 3),
                "polarity": each.polarity,
                "spans": [list(span) for span in each.spans],
            }
            for each in said.labels
        ],
        clauses=[[each.start, each.end, round(each.score, 3)] for each in said.clauses],
        abstained=list(said.abstained),
        found=[list(each) for each in found],
        length=len(voice.text),
        said_at=voice.said_at,
        annotated_at=now,
    )


def _doubt(said: Annotation) -> float:
    """How unsure the model is of the feeling; a little more for each other question it would not answer."""
    feeling = next(iter(said.of("sentiment")), None)
    unsure = 1 - feeling.confidence if feeling else 1.0
    return round(min(1.0, unsure + 0.03 * len(said.abstained)), 3)


def hold_labels(*, workspace_id: int, voice_ids: Sequence[int]) -> None:
    """Until the transaction ends, nobody else changes what is said of these voices (SQLite has one writer anyway)."""
    rows = Voice.objects.in_workspace(workspace_id).filter(pk__in=voice_ids).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def relabel(*, workspace_id: int, voice_ids: Sequence[int]) -> None:
    """Work out anew which labels are in force on these voices: the models' as people corrected them.

    Two who change the same voice at once take turns: each would delete only the labels that it sees, and leave both.
    """
    hold_labels(workspace_id=workspace_id, voice_ids=voice_ids)
    annotations: dict[int, list[VoiceAnnotation]] = defaultdict(list)
    corrections: dict[int, list[Correction]] = defaultdict(list)
    for row in VoiceAnnotation.objects.in_workspace(workspace_id).filter(
        voice_id__in=voice_ids, replaced_at__isnull=True
    ):
        annotations[row.voice_id].append(row)
    for said in Correction.objects.in_workspace(workspace_id).filter(voice_id__in=voice_ids).order_by("id"):
        corrections[said.voice_id].append(said)
    times = dict(Voice.objects.in_workspace(workspace_id).filter(pk__in=voice_ids).values_list("pk", "said_at"))
    VoiceLabel.objects.in_workspace(workspace_id).filter(voice_id__in=voice_ids).delete()
    insert_new(
        [
            VoiceLabel(
                workspace_id=workspace_id,
                voice_id=voice_id,
                code=f"{label.task}:{label.value}",
                polarity=label.polarity,
                by_person=label.by_person,
                said_at=times[voice_id],
            )
            for voice_id in voice_ids
            if voice_id in times
            for label in effective(annotations[voice_id], corrections[voice_id])
        ]
    )


def start_back_fill(*, workspace_id: int, actor_id: int | None, now: datetime) -> BackFill:
    """Have every voice of the workspace read (again) by the models in force; one at a time, a second call joins it."""
    with transaction.atomic():
        rows_running = BackFill.objects.in_workspace(workspace_id).filter(finished_at__isnull=True)
        running: BackFill | None = rows_running.first()
        if running is not None:
            return running
        rows = Voice.objects.in_workspace(workspace_id).exclude(text="")
        started = BackFill(
            workspace_id=workspace_id,
            below=rows.aggregate(newest=Max("pk"))["newest"] or 0,
            total=rows.count(),
            started_by_id=actor_id,
            started_at=now,
        )
        started.save()
        transaction.on_commit(lambda: ring(BELL))
    return started


def restart_back_fill(*, workspace_id: int, actor_id: int | None, now: datetime) -> BackFill:
    """As ``start_back_fill``, from the newest voice again: another model reads from now on."""
    BackFill.objects.in_workspace(workspace_id).filter(finished_at__isnull=True).update(finished_at=now)
    return start_back_fill(workspace_id=workspace_id, actor_id=actor_id, now=now)


def latest_back_fill(*, workspace_id: int) -> BackFill | None:
    """The one running, or the one that ran last."""
    found: BackFill | None = BackFill.objects.in_workspace(workspace_id).order_by("-id").first()
    return found


def unread(*, workspace_id: int) -> int:
    """Voices that wait to be read."""
    return WaitingVoice.objects.in_workspace(workspace_id).count()


def read_past_here(*, past: BackFill, ask: Ask, tell: Callable[[BackFill], None]) -> None:
    """Read the past in this process, batch by batch (a command that waits for it)."""
    while past.finished_at is None:
        ids = _next_past(past)
        read(
            workspace_id=past.workspace_id,
            voice_ids=ids,
            ask=ask,
            finish=partial(_advance, past, ids),
        )
        tell(past)
