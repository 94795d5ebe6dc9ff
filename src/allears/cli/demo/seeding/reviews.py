"""Public reviews of the store café: real words of the ASAP sample, under its licence (see data/NOTICE)."""

import csv
import random
from datetime import datetime, timedelta
from importlib.resources import files

from allears.cli.demo.seeding.found import Founded
from allears.cli.demo.seeding.saying import say
from allears.journeys.actions import TouchpointSpec, create_touchpoint
from allears.listen.models import Voice

CAFE = "cafe"
OWNER = "zhao.yining"


def write_reviews(founded: Founded, *, seed: int, start: datetime, until: datetime) -> int:
    """Voices that nobody asked for and everybody may read, spread over the past; their number."""
    touchpoint = create_touchpoint(
        workspace_id=founded.id,
        spec=TouchpointSpec(
            key=CAFE,
            name="Store café",
            name_zh="店内餐厅",
            stage="discover",
            channel="store",
            owner_id=founded.members[OWNER].pk,
        ),
        actor_id=None,
        now=start,
    )
    dice = random.Random(f"{seed}:reviews")  # noqa: S311 – a simulation, repeatable on purpose
    source = files("allears.cli.demo") / "data" / "cafe_reviews.csv"
    rows = list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))
    voices = [
        _voice(founded.id, touchpoint.pk, row, start + (until - start) * dice.random() - timedelta(minutes=1))
        for row in rows
    ]
    return len(say(voices))


def _voice(workspace_id: int, touchpoint_id: int, row: dict[str, str], at: datetime) -> Voice:
    stars = int(float(row["star"]))
    return Voice(
        workspace_id=workspace_id,
        key=f"review:asap:{row['index']}",
        initiator=Voice.Initiator.CUSTOMER,
        source_kind=Voice.SourceKind.REVIEW,
        channel="web",
        public=True,
        touchpoint_id=touchpoint_id,
        text=row["text"],
        language="zh",
        sentiment="positive" if stars >= 4 else "neutral" if stars == 3 else "negative",
        attributes={"stars": stars},
        said_at=at,
        received_at=at,
    )
