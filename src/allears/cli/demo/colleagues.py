"""The company's own people, so that an unwatched demo does not drown: over the REST API they answer and settle cases.

They leave the newest cases, and a dozen in any event, to whoever is watching.
"""

import random
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from allears.cli.demo.comments import line
from allears.cli.demo.company import CAUSES, CAUSES_OF
from allears.cli.demo.visitor import Visitor

LEFT_TO_THE_VIEWER = 12
PATIENCE = timedelta(minutes=4)  # a case this young may be taken by whoever watches
SETTLED_AFTER = timedelta(minutes=2)  # from the first reply
AT_ONCE = 3
CHINESE = re.compile("[\u4e00-\u9fff]")
Case = Mapping[str, Any]


class Colleagues:
    """A round of the desk, when told to."""

    def __init__(self, visitor: Visitor, dice: random.Random) -> None:
        self.visitor = visitor
        self.dice = dice

    def go_round(self, now: datetime) -> int:
        """Do the next thing on a few of the oldest cases; how many."""
        answer = self.visitor.ask_api("/api/v1/cases?state=open&limit=200")
        cases = sorted(answer.get("items", []), key=lambda case: str(case["opened_at"]))
        ripe = [case for case in cases[: max(0, len(cases) - LEFT_TO_THE_VIEWER)] if self._next(case, now)]
        for case in ripe[:AT_ONCE]:
            act = self._next(case, now)
            assert act is not None
            act(case)
        return len(ripe[:AT_ONCE])

    def _next(self, case: Case, now: datetime) -> Callable[[Case], None] | None:
        """Reply to who waits; settle what was answered; leave alone what is young."""
        if case["reply_due_at"]:
            young = now - _moment(case["opened_at"]) < PATIENCE
            return None if young or case["customer_key"] is None else self._reply
        replied = case["first_reply_at"]
        return self._close if replied and now - _moment(replied) > SETTLED_AFTER else None

    def _reply(self, case: Case) -> None:
        language = "zh" if CHINESE.search(case["subject"]) else "en"
        text = line(self.dice, language=language, section="reply.live", slots={})
        self.visitor.tell_api(f"/api/v1/cases/{case['number']}/replies", {"text": text, "member_id": case["owner_id"]})

    def _close(self, case: Case) -> None:
        causes = CAUSES_OF.get(case["touchpoint"] or "", tuple(key for key, *_ in CAUSES))
        told = {"cause": self.dice.choice(causes), "member_id": case["owner_id"]}
        self.visitor.tell_api(f"/api/v1/cases/{case['number']}/closure", told)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
