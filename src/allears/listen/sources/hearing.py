"""One voice that a source brought: tied to its customer and touchpoint, with the mail it came in."""

from datetime import datetime
from hashlib import blake2b

from allears.customers.keys import clean_email
from allears.journeys.models import Touchpoint
from allears.kit.script import language_of
from allears.listen.models import Enclosure, Letter, Voice
from allears.listen.revising import revise
from allears.listen.sources.base import LetterFacts, Saying
from allears.listen.telling import LONGEST, Telling, tell, without_nul

MOST_ANSWERS = 50


def hear(*, workspace_id: int, source_id: int, saying: Saying, now: datetime) -> Voice:
    """Keep it; inside the caller's transaction."""
    touchpoints = Touchpoint.objects.in_workspace(workspace_id)
    known = saying.touchpoint_key and touchpoints.filter(key=saying.touchpoint_key).exists()
    told = Telling(
        key=saying.key,
        text=saying.text[:LONGEST],
        source_kind=saying.source_kind,
        channel=saying.channel,
        said_at=min(saying.said_at, now),
        name=saying.name[:200],
        email=clean_email(saying.email),
        touchpoint_key=saying.touchpoint_key if known else "",
        language=saying.language or language_of(saying.text[:300]),
        metric=saying.metric,
        score=saying.score,
        public=saying.public,
        attributes={**saying.attributes, "source": source_id},
        thread=_thread(workspace_id, saying.letter) if saying.letter else "",
    )
    voice = tell(workspace_id=workspace_id, telling=told, now=now)
    if saying.letter:
        _keep_letter(voice, saying.letter)
    return voice


def revised(*, workspace_id: int, saying: Saying, now: datetime) -> bool:
    """Whether an entry that was heard before says something else now; the voice says so too then."""
    if not saying.edited:
        return False
    text = without_nul(saying.text[:LONGEST]).strip()
    voice = Voice.objects.in_workspace(workspace_id).filter(key=saying.key).first()
    if voice is None or (not voice.hidden and (voice.text, voice.score) == (text, saying.score)):
        return False
    return revise(
        voice_id=voice.pk, workspace_id=workspace_id, text=text, metric=saying.metric, score=saying.score, now=now
    )


def _thread(workspace_id: int, facts: LetterFacts) -> str:
    """Mails that hang on one another share the thread of the one they began with, in whatever order they come."""
    known = Letter.objects.in_workspace(workspace_id).filter(message_id__in=list(facts.answers)[:MOST_ANSWERS])
    found = known.exclude(voice__thread=None).order_by("id").values_list("voice__thread", flat=True).first()
    if found:
        return str(found)
    first = facts.answers[-1] if facts.answers else facts.message_id
    return f"mail:{blake2b(first.encode(), digest_size=16).hexdigest()}" if first else ""


def _keep_letter(voice: Voice, facts: LetterFacts) -> None:
    letter: Letter = Letter.objects.create(
        workspace_id=voice.workspace_id,
        voice=voice,
        message_id=facts.message_id[:300],
        answers=list(facts.answers)[:MOST_ANSWERS],
        marks=list(facts.marks)[:MOST_ANSWERS],
        received_at=voice.received_at,
    )
    kept = Enclosure.objects.bulk_create(
        Enclosure(
            workspace_id=voice.workspace_id,
            letter=letter,
            name=each.name[:255],
            type=each.type[:100],
            size=each.size,
            content=each.content,
            received_at=voice.received_at,
        )
        for each in facts.enclosures
    )
    if kept:
        files = [{"name": each.name, "id": each.pk if each.content else None} for each in kept]
        voice.attributes = {**voice.attributes, "files": files}
        voice.heat().save(update_fields=["attributes", "flush_id"])
