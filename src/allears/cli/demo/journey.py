"""One journey of one customer, step by step: from looking around to the last refund."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allears.cli.demo import truth
from allears.cli.demo.company import ITEMS, Item
from allears.cli.demo.people import Shopper
from allears.cli.demo.truth import Operations

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that happens; ``touchpoint`` is empty where the customer notices nothing."""

    at: datetime
    event: str
    touchpoint: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)
    operations: Operations = field(default_factory=Operations)
    slots: Mapping[str, str] = field(default_factory=dict)


class Journey:
    """The state of one journey while it is told."""

    def __init__(self, dice: random.Random, who: Shopper, week_of: Callable[[datetime], int]) -> None:
        self.dice = dice
        self.who = who
        self.week_of = week_of
        self.item: Item = dice.choice(ITEMS)
        self.order = f"WF{dice.randrange(10**7, 10**8)}"

    def at_hour(self, moment: datetime, first: float, last: float) -> datetime:
        """A moment on that day, between two hours of the customer's clock."""
        zone = ZoneInfo(self.who.timezone)
        midnight = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        wanted = midnight + timedelta(hours=self.dice.uniform(first, last))
        return wanted.astimezone(moment.tzinfo)

    def step(
        self, at: datetime, event: str, touchpoint: str = "", operations: Operations | None = None, **properties: Any
    ) -> Step:
        done = operations or Operations()
        slots = {
            "item": self.item.name_in(self.who.language),
            "city": self.who.city_in(self.who.language),
            "order": self.order,
            "hours": str(max(1, round(done.late_hours))),
            "minutes": str(max(6, round(done.wait_minutes))),
            "days": str(max(2, round(done.days))),
        }
        return Step(at=at, event=event, touchpoint=touchpoint, properties=properties, operations=done, slots=slots)

    def look_around(self, at: datetime) -> Iterator[Step]:
        if self.dice.random() < 0.22:
            yield self.step(at, "store_visited", "store", city=self.who.city)
        else:
            yield self.step(at, "product_viewed", "browse", item=self.item.name, price=self.item.price)

    def buy(self, at: datetime) -> Iterator[Step]:
        amount = self.item.price
        yield self.step(
            at, "order_placed", "order", order_id=self.order, item=self.item.name, amount=amount, city=self.who.city
        )
        paid = at + timedelta(minutes=self.dice.uniform(1, 6))
        if self.dice.random() < 0.04:
            failed = Operations(failed=True)
            yield self.step(paid, "payment_failed", "payment", failed, order_id=self.order, amount=amount)
            paid += timedelta(minutes=self.dice.uniform(2, 9))
        yield self.step(paid, "payment_completed", "payment", order_id=self.order, amount=amount)
        yield self.step(paid + HOUR * self.dice.uniform(8, 30), "order_shipped", order_id=self.order)

    def receive(self, promised: datetime, late_hours: float) -> Iterator[Step]:
        at = promised + late_hours * HOUR if late_hours else promised - HOUR * self.dice.uniform(0.2, 4)
        yield self.step(
            at,
            "order_delivered",
            "delivery",
            Operations(late_hours=late_hours),
            order_id=self.order,
            item=self.item.name,
            promised_at=promised.isoformat(),
            delivered_at=at.isoformat(),
            late_hours=round(late_hours, 1),
            city=self.who.city,
        )

    def ask_service(self, at: datetime, *, annoyed: bool) -> Iterator[Step]:
        """A call or a chat; those who wait for something wait longer and are helped less often."""
        wait = min(45.0, self.dice.lognormvariate(1.9 if annoyed else 1.2, 0.7))
        solved = self.dice.random() < (0.62 if annoyed else 0.86)
        done = Operations(wait_minutes=wait, solved=solved)
        event, touchpoint = self.dice.choice([("call_ended", "call"), ("chat_ended", "chat")])
        yield self.step(at, event, touchpoint, done, wait_minutes=round(wait, 1), solved=solved, order_id=self.order)

    def install(self, at: datetime) -> Iterator[Step]:
        yield self.step(at, "installation_done", "installation", order_id=self.order, item=self.item.name)

    def send_back(self, at: datetime) -> Iterator[Step]:
        days = self.dice.uniform(2, 11)
        done = Operations(days=days)
        settled = at + DAY * days
        amount = self.item.price
        yield self.step(
            settled, "return_settled", "return", done, order_id=self.order, days=round(days, 1), item=self.item.name
        )
        paid = settled + DAY * self.dice.uniform(0.5, 5)
        yield self.step(paid, "refund_paid", "bill", Operations(days=days * 0.6), order_id=self.order, amount=amount)

    def repair(self, at: datetime) -> Iterator[Step]:
        done = Operations(solved=self.dice.random() < 0.82)
        yield self.step(at, "repair_done", "repair", done, item=self.item.name, solved=done.solved)

    def use_app(self, at: datetime) -> Iterator[Step]:
        yield self.step(at, "app_session_ended", "app", seconds=self.dice.randrange(20, 900))

    def redeem(self, at: datetime) -> Iterator[Step]:
        points = self.dice.choice([500, 1000, 2000, 3000])
        yield self.step(at, "points_redeemed", "membership", points=points, tier=self.who.segment)


def one_journey(dice: random.Random, *, who: Shopper, at: datetime, week_of: Callable[[datetime], int]) -> list[Step]:
    """All steps of one journey that begins on the day of ``at``, in order of time."""
    told = Journey(dice, who, week_of)
    begun = told.at_hour(at, 8.5, 22.5)
    steps = list(told.look_around(begun))
    if dice.random() < 0.35:
        steps += told.use_app(told.at_hour(at + DAY * dice.randrange(6), 9, 22))
    if dice.random() < 0.82:
        steps += _order(told, begun + HOUR * dice.uniform(0.1, 0.8))
    return sorted(steps, key=lambda step: step.at)


def _order(told: Journey, at: datetime) -> Iterator[Step]:
    dice = told.dice
    yield from told.buy(at)
    promised = told.at_hour(at + DAY * dice.randrange(2, 5), 12, 19)
    late = dice.random() < truth.late_share(told.week_of(promised))
    late_hours = min(72.0, 0.5 + dice.lognormvariate(1.9, 0.9)) if late else 0.0
    if late_hours > 3 and dice.random() < 0.4:
        yield from told.ask_service(promised + HOUR * min(late_hours * 0.7, 20), annoyed=True)
    yield from told.receive(promised, late_hours)
    arrived = promised + late_hours * HOUR
    if told.item.large and dice.random() < 0.8:
        yield from told.install(told.at_hour(arrived + DAY * dice.randrange(1, 4), 9, 18))
    yield from _afterwards(told, arrived)


def _afterwards(told: Journey, arrived: datetime) -> Iterator[Step]:
    dice = told.dice
    if dice.random() < 0.16:
        yield from told.ask_service(told.at_hour(arrived + DAY * dice.randrange(1, 8), 9, 20), annoyed=False)
    if dice.random() < 0.1:
        yield from told.send_back(told.at_hour(arrived + DAY * dice.randrange(1, 6), 10, 18))
    if told.item.large and dice.random() < 0.07:
        yield from told.repair(told.at_hour(arrived + DAY * dice.randrange(10, 40), 9, 18))
    if dice.random() < (0.3 if told.who.segment == "vip" else 0.1):
        yield from told.redeem(told.at_hour(arrived + DAY * dice.randrange(2, 20), 9, 22))
