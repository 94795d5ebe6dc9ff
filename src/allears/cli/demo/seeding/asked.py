"""A survey with a way of its own for each customer: shown and skipped questions, answers that come back in the words,
a computed value, both languages, and some who left in the middle. Answered as visitors do, at a shared link.

It has no question on the scale of a metric, so that what is true of the scores stays what ``truth.json`` says.
"""

import json
import random
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from allears.cli.demo.seeding.found import Founded
from allears.listen import answering, links
from allears.listen.actions import create_survey
from allears.listen.tracing import Visit

KEY = "living-with-it"
NAME = "Living with it 用得怎么样"
VISITORS = 36
DAYS = 20
LEAVE, TOO_EARLY = 0.25, 0.1  # shares of the visitors
ROOMS = ("living", "bedroom", "kitchen")
WORDS = {
    "en": (
        "The drawers stick since the weather got warm.",
        "The oil smell stayed for weeks.",
        "Every visitor asks where I bought it.",
    ),
    "zh": ("天气一热抽屉就拉不动。", "油漆味几个星期都没散。", "来的客人都问是在哪儿买的。"),
}


def definition() -> dict[str, Any]:
    """Four pages; who has not set it up yet is thanked at once."""
    source = files("allears.cli.demo") / "data" / "living_with_it.json"
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


def write_asked(founded: Founded, *, seed: int, until: datetime) -> None:
    """The survey, its link on the delivery note, and three weeks of answers."""
    since = until - timedelta(days=DAYS)
    survey = create_survey(
        workspace_id=founded.id, key=KEY, name=NAME, family="living", definition=definition(), now=since
    )
    at = founded.touchpoints["installation"].pk
    link = links.create_link(
        survey=survey, spec=links.LinkSpec(name="Delivery note 送货单", touchpoint_id=at), now=since
    )
    dice = random.Random(f"{seed}:asked")  # noqa: S311 – a simulation, repeatable on purpose
    for number in range(VISITORS):
        language = dice.choice(("en", "zh", "zh"))
        given, leaves = _answers(dice, language), dice.random() < LEAVE
        if leaves:
            given = dict(list(given.items())[: 1 + dice.randrange(2)])
        answering.save(
            token=link.token,
            given=given,
            complete=not leaves,
            language=language,
            now=since + timedelta(days=dice.random() * (DAYS - 2), minutes=number),
            visit=Visit(once=f"demo-{seed}-{number}", seconds=60.0 + 5 * number),
        )


def _answers(dice: random.Random, language: str) -> dict[str, Any]:
    """In the order of the questions; what is led past is left out by the survey itself."""
    if dice.random() < TOO_EARLY:
        return {"here": "no"}
    stars = dice.choices((1, 2, 3, 4, 5), weights=(1, 2, 3, 6, 5))[0]
    grade = "bad" if stars < 3 else "fair" if stars == 3 else "good"
    complaint, smell, praise = WORDS[language]
    return {
        "here": "yes",
        "rooms": dice.sample(ROOMS, k=dice.randint(1, 3)),
        "rate.touch": grade,
        "rate.quiet": dice.choice(("fair", grade)),
        "stars": str(stars),
        "worst": dice.choice(("noise", "finish", "size")),
        "mend": dice.choice((complaint, smell)),
        "joy": praise,
        "call": dice.choice(("yes", "no")),
    }
