"""What `listen` tells the rest of the house."""

from dataclasses import dataclass
from typing import ClassVar

from allears.jobs.bus import DomainEvent


@dataclass(frozen=True, kw_only=True)
class VoiceReceived(DomainEvent):
    """A voice was stored, or a partial answer of one grew (then ``updated``)."""

    name: ClassVar[str] = "voice.received"
    voice_id: int
    updated: bool = False


@dataclass(frozen=True, kw_only=True)
class ResponseCompleted(DomainEvent):
    """A customer sent a survey off; changes after that are no new completion."""

    name: ClassVar[str] = "response.completed"
    response_id: int


@dataclass(frozen=True, kw_only=True)
class SourceStopped(DomainEvent):
    """A source failed again and again and is no longer looked at."""

    name: ClassVar[str] = "source.stopped"
    source_id: int
