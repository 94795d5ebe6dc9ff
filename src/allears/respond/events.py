"""What `respond` tells the rest of the house."""

from dataclasses import dataclass
from typing import ClassVar

from allears.jobs.bus import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseEvent(DomainEvent):
    """Something happened to one case."""

    case_id: int


@dataclass(frozen=True, kw_only=True)
class CaseOpened(CaseEvent):
    """A voice became a case."""

    name: ClassVar[str] = "case.opened"


@dataclass(frozen=True, kw_only=True)
class CaseReplied(CaseEvent):
    """The customer was answered."""

    name: ClassVar[str] = "case.replied"


@dataclass(frozen=True, kw_only=True)
class CaseHandedOver(CaseEvent):
    """A case has another owner; its first owner stays accountable."""

    name: ClassVar[str] = "case.handed_over"


@dataclass(frozen=True, kw_only=True)
class CaseBreached(CaseEvent):
    """A promise of time was broken."""

    name: ClassVar[str] = "case.breached"


@dataclass(frozen=True, kw_only=True)
class CaseClosed(CaseEvent):
    """An owner closed a case with a cause."""

    name: ClassVar[str] = "case.closed"


@dataclass(frozen=True, kw_only=True)
class CaseReopened(CaseEvent):
    """A closed case was not solved."""

    name: ClassVar[str] = "case.reopened"
