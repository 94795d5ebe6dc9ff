"""What `respond` tells the rest of the house."""

from dataclasses import dataclass
from typing import ClassVar

from allears.jobs.bus import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseOpened(DomainEvent):
    """A voice became a case."""

    name: ClassVar[str] = "case.opened"
    case_id: int


@dataclass(frozen=True, kw_only=True)
class CaseClosed(DomainEvent):
    """An owner closed a case with a cause."""

    name: ClassVar[str] = "case.closed"
    case_id: int
