"""Who takes what is no event: domains above register themselves, as they do for files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.module_loading import import_string


@dataclass(frozen=True, kw_only=True)
class HeardVoice:
    """Words that a customer said somewhere else."""

    workspace_id: int
    key: str
    kind: str
    channel: str
    text: str
    said_at: datetime
    user_id: str
    email: str
    phone: str


_taker: list[str] = []


def register_voice_taker(path: str) -> None:
    """``path`` is the dotted path of ``f(*, voice: HeardVoice, now) -> None``, idempotent by the voice's key."""
    if path not in _taker:
        _taker.append(path)


def take_voice(voice: HeardVoice, *, now: datetime) -> None:
    """Hand a voice to the domain that records voices."""
    for path in _taker:
        taker: Callable[..., None] = import_string(path)
        taker(voice=voice, now=now)
