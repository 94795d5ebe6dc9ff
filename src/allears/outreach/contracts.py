"""What other domains hand to the door out, and what they get back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from allears.outreach.governor import Worth

if TYPE_CHECKING:
    from allears.outreach.facts import Addressee


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """At most ``limit`` asks of this probe in one cell (a segment; empty: in all) since a moment."""

    limit: int
    since: datetime
    cell: str = ""


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
    expires_at: datetime | None = None  # an ask later than this is never made
    share: float = 1.0  # of the ask keys that are asked at all
    fallbacks: tuple[str, ...] = ()  # channels to try, in this order, when the first cannot reach or is refused
    priority: int = 0  # a higher one wins the auction whatever the bids
    worth: Worth | None = None  # what the ask would teach; None: nothing is known, any bid wins
    allowance: Allowance | None = None
    awaits: str = ""  # ask only if this event has not happened by ``not_before``
    overtaken_by: str = ""  # it has happened
    instead_of: str = ""  # the channel by which the same ask came back
    context: Mapping[str, Any] = field(default_factory=dict)  # what the proposer needs when a held ask is released


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """The governor's answer to a proposal."""

    decision_id: int
    ask_key: str
    verdict: str  # sent, held, never
    rule: str
    held_until: datetime | None = None
    fresh: bool = True  # False: ruled on before, so that what follows from it is there already
    channel: str = ""  # by which to ask
    addressee: "Addressee | None" = field(default=None, compare=False, repr=False)  # where it was just looked up


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A rendered message, in the customer's language."""

    language: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One allowed message on its way into the outbox."""

    ruling: Ruling
    customer_id: int
    draft: Draft
    idempotency_key: str
    purpose: str
    channel: str
    not_before: datetime | None = None
    case_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Release:
    """A held ask that is allowed now, handed back to whoever proposed it."""

    ruling: Ruling
    proposal: Proposal
