"""What happens to memberships that other domains may care about."""

from dataclasses import dataclass
from typing import ClassVar

from allears.jobs.bus import DomainEvent


@dataclass(frozen=True, kw_only=True)
class MemberLeft(DomainEvent):
    """A membership has ended: what they held needs other hands."""

    name: ClassVar[str] = "member.left"
    member_id: int
