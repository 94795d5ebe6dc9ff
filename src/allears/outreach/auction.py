"""The auction of asks: a customer bears few, so of those that compete the one that teaches most is made.

Nobody waits for competitors: an ask meets those decided in the same moment, and those that wait already and are
due soon. Which of them stand in its way is judged by the governor; here they are only found and ranked. Pure.
"""

from dataclasses import dataclass
from datetime import datetime

from allears.outreach.governor import Contact, Rival

MOST_RIVALS = 3  # kept with a verdict


@dataclass(frozen=True, slots=True)
class Past:
    """An ask that went out, or one that waits, as the auction and the clocks see it."""

    contact: Contact  # of one that waits: when it is due
    ask_key: str
    priority: int
    bid: float

    def as_rival(self, *, won: bool) -> Rival:
        said = self.contact
        return Rival(
            ask_key=self.ask_key,
            probe=said.probe,
            purpose=said.purpose,
            family=said.family,
            channel=said.channel,
            priority=self.priority,
            bid=self.bid,
            at=said.at,
            won=won,
        )


@dataclass(kw_only=True)
class History:
    """What was said to, and is planned for, the customers of one batch."""

    sent: dict[int, list[Past]]
    waiting: dict[int, list[Past]]

    def rivals(self, customer_id: int, *, ask_key: str, rank: tuple[int, float], now: datetime) -> tuple[Rival, ...]:
        """What outranks an ask, best first: what was allowed this very moment, and what is due soon."""
        found = [
            past.as_rival(won=won)
            for won, pasts in ((True, self.sent.get(customer_id, ())), (False, self.waiting.get(customer_id, ())))
            for past in pasts
            if (past.priority, past.bid) > rank and past.ask_key != ask_key and (not won or past.contact.at == now)
        ]
        found.sort(key=lambda rival: (-rival.priority, -rival.bid, rival.ask_key))
        return tuple(found[:MOST_RIVALS])
