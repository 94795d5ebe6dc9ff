"""Where the company's customers answer by themselves: its web shop, a table in the store, a tablet, the hotline."""

from datetime import datetime, timedelta
from typing import Any

from allears.cli.demo.seeding.found import Founded
from allears.listen.places import actions
from allears.listen.places.models import Place

PIN = "2468"


def write_places(founded: Founded, *, until: datetime) -> None:
    """Opened two weeks ago; looked at a little, so that the pages show what they show."""
    since = until - timedelta(days=14)
    surveys = {metric: version.survey_id for metric, version in founded.versions.items()}
    keys = {metric: version.survey.key for metric, version in founded.versions.items()}
    triggers = [
        {"id": "t1", "survey": keys["csat"], "on": "page", "value": "/order/thanks"},
        {"id": "t2", "survey": keys["ces"], "on": "exit", "page": "/help*", "share": 0.5},
    ]
    site = _open(founded, since, kind="site", name="网上商城 Web shop", at="browse", settings={"triggers": triggers})
    table = _open(founded, since, kind="qr", name="徐汇店 · 餐桌区 Xuhui store", at="store", survey_id=surveys["nps"],
                  employee="store-xuhui")  # fmt: skip
    tablet = _open(
        founded, since, kind="kiosk", name="徐汇店 · 出口 Exit", at="store", survey_id=surveys["csat"], pin=PIN
    )
    line = _open(founded, since, kind="line", name="客服热线 Hotline", at="call", survey_id=surveys["csat"])
    for place, seen in ((site, 4182), (table, 96), (tablet, 14), (line, 203)):
        Place.objects.in_workspace(founded.id).filter(pk=place.pk).update(
            seen=seen, last_seen_at=until - timedelta(minutes=seen % 50)
        )


def _open(founded: Founded, since: datetime, *, at: str, **given: Any) -> Place:
    touchpoint = founded.touchpoints[at]
    return actions.open_place(workspace_id=founded.id, touchpoint_id=touchpoint.pk, actor_id=None, now=since, **given)
