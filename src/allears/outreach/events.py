"""What `outreach` tells the rest of the house."""

from dataclasses import dataclass
from typing import ClassVar

from allears.jobs.bus import DomainEvent


@dataclass(frozen=True, kw_only=True)
class DecisionMade(DomainEvent):
    """The governor gave a verdict on one wish to contact a customer."""

    name: ClassVar[str] = "decision.made"
    decision_id: int
