"""What happens to customers that other domains may care about."""

from dataclasses import dataclass
from typing import ClassVar

from allears.jobs.bus import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CustomersMerged(DomainEvent):
    """``merged_id`` turned out to be ``kept_id``."""

    name: ClassVar[str] = "customers.merged"
    kept_id: int
    merged_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerMergeUndone(DomainEvent):
    """They are two again."""

    name: ClassVar[str] = "customers.merge_undone"
    kept_id: int
    merged_id: int


@dataclass(frozen=True, kw_only=True)
class NumbersCompleted(DomainEvent):
    """Telephone numbers that were kept without a country have one now."""

    name: ClassVar[str] = "customers.numbers_completed"
