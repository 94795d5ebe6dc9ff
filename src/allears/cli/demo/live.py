"""The company as it goes on living: the shop sends events, customers read their mail, answer, complain, confirm.

Everything happens by real HTTP and SMTP against the running server. Time is pressed: a day of a journey takes a
minute. The first ten minutes are busy, so that whoever watches sees much; then the pace falls to spare the machine.
"""

import heapq
import itertools
import json
import logging
import os
import queue
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from allears.cli.demo import company, truth
from allears.cli.demo.colleagues import Colleagues
from allears.cli.demo.comments import compose, feeling_of, line
from allears.cli.demo.mailbox import Letter, PostOffice
from allears.cli.demo.people import Shopper, shopper
from allears.cli.demo.simulate import Happening, live_journey
from allears.cli.demo.visitor import Visitor

logger = logging.getLogger("allears.demo")
SPEED = 1440.0  # a day a minute
BUSY_FOR = 600.0  # seconds
BUSY_PAUSE, CALM_PAUSE = 2.0, 10.0  # seconds between two journeys that begin
UNDER_WAY = 120  # journeys in the middle of which we come to look
ROUND = 20.0  # seconds between two looks of the colleagues at their desk
LONGEST_WAIT = 120.0  # of a customer before answering
KEEP_UNSENT = 5000  # events that wait for an unreachable server
QUESTION = re.compile(r'name="q-(nps|csat|ces)"')
FOLLOW_UP = ("Did we make it right?", "我们把问题处理好了吗？")


@dataclass(kw_only=True)
class State:
    """What must survive a restart: nobody new gets the number of somebody known."""

    path: Path
    seed: int
    start: datetime
    next_number: int
    starts: int = 0

    @classmethod
    def read(cls, folder: Path) -> "State":
        told = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
        path = folder / "live.json"
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return cls(
            path=path,
            seed=told["seed"],
            start=datetime.fromisoformat(told["start"]),
            next_number=kept.get("next_number", told["customers"] + 1),
            starts=kept.get("starts", 0) + 1,
        )

    def write(self) -> None:
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps({"next_number": self.next_number, "starts": self.starts}) + "\n")
        beside.rename(self.path)


@dataclass(kw_only=True)
class Street:
    """Customers and shop, on one thread: a list of what comes next, and the mail that comes in between."""

    visitor: Visitor
    state: State
    speed: float = SPEED
    clock: Callable[[], float] = time.monotonic
    mail: "queue.Queue[Letter]" = field(default_factory=queue.Queue)
    agenda: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    remembered: dict[str, list[Happening]] = field(default_factory=lambda: defaultdict(list))
    unsent: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.state.seed}:street:{self.state.starts}")  # noqa: S311 – a simulation
        self.count = itertools.count()
        self.journeys = itertools.count()
        self.opened = self.clock()
        self.colleagues = Colleagues(self.visitor, self.dice)

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self.agenda, (self.clock() + seconds, next(self.count), what))

    def live(self) -> None:
        """Go on until the process ends."""
        for _ in range(UNDER_WAY):
            self._journey(already=self.dice.uniform(0, 6 * 86_400))
        self.begin_journey()
        self.work()
        while True:
            self.step()

    def step(self) -> None:
        """Do what is due, else wait for mail until something is."""
        wait = self.agenda[0][0] - self.clock() if self.agenda else 1.0
        if wait <= 0:
            self._do(heapq.heappop(self.agenda)[2])
            return
        try:
            letter = self.mail.get(timeout=wait)
        except queue.Empty:
            return
        self._do(lambda: self.read(letter))

    def _do(self, what: Callable[[], None]) -> None:
        try:
            what()
        except OSError as error:
            logger.info("the server cannot be reached just now: %s", error)

    # The shop

    def begin_journey(self) -> None:
        """Somebody comes in: every other one for the first time."""
        busy = self.clock() - self.opened < BUSY_FOR
        self.later((BUSY_PAUSE if busy else CALM_PAUSE) * self.dice.uniform(0.5, 1.5), self.begin_journey)
        self._journey(already=0.0)

    def _journey(self, *, already: float) -> None:
        """One customer's journey, the first ``already`` simulated seconds of which were before we came to look."""
        who = self._newcomer() if self.dice.random() < 0.6 else self._regular()
        steps = list(
            live_journey(
                seed=self.state.seed + 1000 * self.state.starts,
                who=who,
                number=next(self.journeys),
                at=datetime.now(UTC),
                start=self.state.start,
            )
        )
        self.send(identify_call(who, datetime.now(UTC), key=f"hello-{self.state.starts}-{who.user_id}"))
        for each in steps:
            seconds = ((each.at - steps[0].at).total_seconds() - already) / self.speed
            if seconds >= 0:
                self.later(seconds, partial(self.happen, each))

    def _newcomer(self) -> Shopper:
        who = shopper(seed=self.state.seed, number=self.state.next_number)
        self.state.next_number += 1
        self.state.write()
        return who

    def _regular(self) -> Shopper:
        return shopper(seed=self.state.seed, number=self.dice.randrange(1, self.state.next_number))

    def happen(self, happening: Happening) -> None:
        """The shop tells All Ears; the customer remembers how it was."""
        now = datetime.now(UTC)
        if happening.reaction is not None:
            memories = self.remembered[happening.shopper.email]
            memories.append(happening)
            del memories[:-20]
            if letter := happening.reaction.letter:
                self.later(min(40.0, 5 + letter.after.total_seconds() / self.speed), partial(self.tell, happening))
        self.send(track_call(happening, now, prefix=f"live-{self.state.starts}"))

    def send(self, call: dict[str, Any]) -> None:
        """Post what is unsent; what is not acknowledged stays and goes with the next."""
        self.unsent = [*self.unsent, call][-KEEP_UNSENT:]
        if self.visitor.post_events(self.unsent[:100]):
            del self.unsent[:100]

    def work(self) -> None:
        """The company's people look at their desk now and then."""
        self.later(ROUND, self.work)
        self.colleagues.go_round(datetime.now(UTC))

    # The customers

    def tell(self, happening: Happening) -> None:
        """Complain or praise unasked, on the public form."""
        reaction = happening.reaction
        assert reaction is not None
        assert reaction.letter is not None
        fields = {
            "kind": reaction.letter.kind,
            "text": reaction.letter.text,
            "name": happening.shopper.name,
            "email": happening.shopper.email,
            "touchpoint": happening.touchpoint,
            "lang": happening.shopper.language,
            "once": f"live{self.state.starts}-{happening.key}",
        }
        self.visitor.submit(f"/tell/{company.SLUG}", fields)

    def read(self, letter: Letter) -> None:
        """Open a mail: a question about something just lived, or news of one's own matter."""
        link = letter.link()
        if link is None or not letter.to.startswith("w"):
            return
        kind, path = link
        who = shopper(seed=self.state.seed, number=int(letter.to[1:7]))
        if kind == "c":
            self.later(self.dice.uniform(8, 40), lambda: self.read_reply(path, who))
            return
        found = QUESTION.search(self.visitor.page(path))
        if found is None:
            return
        metric = found[1]
        if any(words in letter.subject for words in FOLLOW_UP):
            self._judge_recovery(path, who)
        else:
            self._consider(path, who, metric)

    def _consider(self, path: str, who: Shopper, metric: str) -> None:
        about = self._what_it_is_about(who, metric)
        if about is None:
            self._answer_from_the_past(path, who, metric)
            return
        reaction = about.reaction
        assert reaction is not None
        if not reaction.answers:
            return
        wait = min(LONGEST_WAIT, max(2.0, reaction.answers_after.total_seconds() / self.speed))
        words = "" if reaction.stops_after_score else reaction.comment
        self._answer(path, who, metric, reaction.score(metric), words, wait, partial=reaction.stops_after_score)

    def _what_it_is_about(self, who: Shopper, metric: str) -> Happening | None:
        memories = self.remembered.get(who.email, [])
        for each in reversed(memories):
            probe = company.PROBE_OF_EVENT.get(each.event)
            if probe is not None and probe.metric == metric:
                memories.remove(each)
                return each
        return None

    def _answer_from_the_past(self, path: str, who: Shopper, metric: str) -> None:
        """Asked late about something from before this start: a mood of the day."""
        u = 8.0 + who.taste + self.dice.gauss(0, truth.NOISE_SD)
        if truth.propensity(u=u, segment=who.segment, language=who.language, channel="email") < self.dice.random():
            return
        slots = {"item": "…", "city": who.city_in(who.language), "order": "", "hours": "3", "minutes": "9", "days": "5"}
        feeling = feeling_of(u)
        words = compose(self.dice, language=who.language, touchpoint="any", feeling=feeling, slots=slots)
        self._answer(path, who, metric, truth.SCORE[metric](u), words, self.dice.uniform(2, 20), partial=False)

    def _judge_recovery(self, path: str, who: Shopper) -> None:
        if self.dice.random() > 0.6:
            return
        good = self.dice.random() < 0.75
        score = self.dice.choice([4, 5, 5]) if good else self.dice.choice([1, 2, 3])
        section = f"followup.{'good' if good else 'bad'}"
        words = line(self.dice, language=who.language, section=section, slots=_no_slots(who))
        self._answer(path, who, "csat", score, words, self.dice.uniform(5, 40), partial=False)

    def _answer(
        self, path: str, who: Shopper, metric: str, score: int, words: str, wait: float, *, partial: bool
    ) -> None:
        """A tap on a figure, and for most a sentence some seconds later."""
        first = {"partial": "1", f"q-{metric}": str(score), "lang": who.language}
        self.later(wait, lambda: self._submit(path, first))
        if not partial:
            rest = {f"q-{metric}": str(score), "q-why": words, "lang": who.language}
            self.later(wait + self.dice.uniform(2, 9), lambda: self._submit(path, rest))

    def _submit(self, path: str, fields: Mapping[str, str]) -> None:
        self.visitor.submit(path, fields)

    def read_reply(self, path: str, who: Shopper) -> None:
        """Somebody of the company wrote: content customers confirm, others write back, many do nothing."""
        chance = self.dice.random()
        if chance < 0.35:
            self.visitor.fill_in(path, f"{path}/verdict", {"solved": "yes"})
        elif chance < 0.6:
            section = "answer.thanks" if self.dice.random() < 0.5 else "answer.unhappy"
            words = line(self.dice, language=who.language, section=section, slots=_no_slots(who))
            self.visitor.fill_in(path, f"{path}/messages", {"text": words, "once": f"{self.dice.getrandbits(64):x}"})


def _no_slots(who: Shopper) -> dict[str, str]:
    item = "东西" if who.language == "zh" else "thing"
    return {"item": item, "city": who.city_in(who.language), "order": "", "hours": "3", "minutes": "9", "days": "5"}


def identify_call(who: Shopper, at: datetime, *, key: str) -> dict[str, Any]:
    """Who the customer is, as the shop's systems say it."""
    traits: dict[str, Any] = {
        "name": who.name,
        "email": who.email,
        "language": who.language,
        "timezone": who.timezone,
        "segment": who.segment,
        "city": who.city,
        "region": who.region,
    }
    if who.consent != "silent":
        traits["consent"] = {"email": {"survey": who.consent == "granted"}}
    return {
        "type": "identify",
        "messageId": key,
        "userId": who.user_id,
        "traits": traits,
        "timestamp": at.isoformat(),
    }


def track_call(happening: Happening, at: datetime, *, prefix: str) -> dict[str, Any]:
    """One event as the shop's systems send it, at the time it is now."""
    return {
        "type": "track",
        "messageId": f"{prefix}-{happening.key}",
        "userId": happening.shopper.user_id,
        "event": happening.event,
        "properties": in_present(happening.properties, at),
        "timestamp": at.isoformat(),
    }


def in_present(properties: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """A delivery simulated for later this week is told as of now, as late as it was."""
    told = dict(properties)
    if "delivered_at" in told:
        late: timedelta = datetime.fromisoformat(told["delivered_at"]) - datetime.fromisoformat(told["promised_at"])
        told |= {"delivered_at": at.isoformat(), "promised_at": (at - late).isoformat()}
    return told


def _keys(folder: Path) -> dict[str, str]:
    lines = (folder / "demo.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def main() -> None:
    """The demo's own process under the supervisor: post office, and the street unless it is to be quiet."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every line it reads
    folder = Path(os.environ["ALLEARS_DATA"])
    keys = _keys(folder)
    visitor = Visitor(
        f"http://127.0.0.1:{os.environ['ALLEARS_PORT']}",
        write_key=keys["ALLEARS_WRITE_KEY"],
        api_key=keys["ALLEARS_API_KEY"],
    )
    state = State.read(folder)
    state.write()
    street = Street(visitor=visitor, state=state, speed=float(os.environ.get("ALLEARS_DEMO_SPEED", SPEED)))
    office = PostOffice(folder=folder / "mail", port=int(os.environ["ALLEARS_SMTP_PORT"]), deliver=street.mail.put)
    office.open()
    while not visitor.is_ready():
        time.sleep(0.5)
    if os.environ.get("ALLEARS_DEMO_LIVE") == "1":
        street.live()
    while True:
        time.sleep(3600)
