"""What others put into a digest: domains beside this one register a reader, by dotted path, and stay unknown here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

if TYPE_CHECKING:  # registered while apps load, before there are models
    from allears.accounts.models import Membership


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Something that waits for a member: what it is called, where it is, by when."""

    title: str
    path: str
    due: datetime | None = None


_readers: list[str] = []


def register_waiting(reader: str) -> None:
    """``reader`` is the dotted path of ``f(*, member, now) -> Sequence[(title, path, due)]``, the nearest first."""
    if reader not in _readers:
        _readers.append(reader)


def waiting_for(*, member: Membership, now: datetime) -> Sequence[Waiting]:
    """All that waits for this member."""
    return [
        Waiting(title=title, path=path, due=due)
        for reader in _readers
        for title, path, due in import_string(reader)(member=member, now=now)
    ]
