"""What other domains hand to the door out, and what they get back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A wish to contact one customer once. ``ask_key`` names the wish: the same key is decided and sent once."""

    customer_id: int
    purpose: str  # survey, follow_up, service
    family: str  # the fatigue clock: nps, csat, ces; empty for service
    channel: str
    ask_key: str
    probe_key: str = ""
    touchpoint_key: str = ""
    event_id: int | None = None
    not_before: datetime | None = None  # the probe's delay


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """The governor's answer to a proposal."""

    decision_id: int
    ask_key: str
    verdict: str  # sent, held, never
    rule: str
    held_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A rendered message, in the customer's language."""

    language: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
