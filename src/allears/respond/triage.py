"""Which voices need an owner, how urgent they are, and what the case is called. Pure; reads one voice's facts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from allears.listen.models import Voice
from allears.respond.models import Case

# A file of old voices is history, not a flood of duties: only what was said lately opens a case by itself.
FRESH = timedelta(days=7)
SUBJECT_LENGTH = 90
# The scores up to which a customer was let down: NPS detractor (0–6 of 10), CSAT 1–2 of 5, CES 1–3 of 7 (high effort).
LET_DOWN = {"nps": 6, "csat": 2, "ces": 3}
BADLY = {"nps": 3, "csat": 1, "ces": 1}
BY_SOURCE = {
    Voice.SourceKind.REGULATOR: Case.Priority.URGENT,
    Voice.SourceKind.COMPLAINT: Case.Priority.HIGH,
}
LETTERS = "email"  # channel: whoever writes us a mail waits for an answer
ORDER = (Case.Priority.LOW, Case.Priority.NORMAL, Case.Priority.HIGH, Case.Priority.URGENT)


@dataclass(frozen=True, kw_only=True)
class Need:
    """That a voice needs an owner: why, and how urgently."""

    reason: str  # regulator, complaint, letter, nps, csat, ces
    priority: Case.Priority


def need_of(voice: Voice) -> Need | None:
    """Why this voice needs an owner; ``None`` when it does not."""
    kind = Voice.SourceKind(voice.source_kind)
    if kind in BY_SOURCE:
        return Need(reason=kind.value, priority=BY_SOURCE[kind])
    asked_by_mail = voice.initiator == Voice.Initiator.CUSTOMER and voice.channel == LETTERS
    if asked_by_mail and kind == Voice.SourceKind.REQUEST:
        return Need(reason="letter", priority=Case.Priority.NORMAL)
    if voice.score is None or voice.score > LET_DOWN.get(voice.metric, -1):
        return None
    bad = voice.score <= BADLY[voice.metric]
    return Need(reason=voice.metric, priority=Case.Priority.HIGH if bad else Case.Priority.NORMAL)


def is_fresh(voice: Voice, *, answer_by: datetime | None = None) -> bool:
    """Said shortly before it reached us, or still to be answered then; what a file brings from long ago is history."""
    return voice.received_at - voice.said_at <= FRESH or (answer_by is not None and answer_by > voice.received_at)


def more_urgent(one: str, other: str) -> str:
    """The higher of two priorities."""
    return max(one, other, key=[each.value for each in ORDER].index)


def subject_of(voice: Voice) -> str:
    """The customer's own first words, else the score they gave: data, so that each reader sees it in their language."""
    if words := first_words(voice.text):
        return words
    if voice.score is not None:
        return f"{voice.metric.upper()} {voice.score}"
    return voice.get_source_kind_display()


def first_words(text: str) -> str:
    """As many as a subject holds."""
    words = " ".join(text.split())
    return words if len(words) <= SUBJECT_LENGTH else words[: SUBJECT_LENGTH - 1].rstrip() + "…"
