"""Where the company's reviews and complaint books come from: a feed that rests (the demo asks no network) and a folder
that is watched, each with the runs that brought what stands in the past."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from allears.cli.demo import company
from allears.cli.demo.seeding.found import Founded
from allears.listen.models import Source, SourceRun, Voice
from allears.listen.sources import kinds
from allears.listen.sources.base import SourceTrouble

DAYS = 14


def write_sources(founded: Founded, *, until: datetime) -> None:
    """Two sources with the runs of the last two weeks; their counts are those of the voices of each day."""
    folder = settings.SOURCE_FOLDERS[0] / "complaint-books"
    folder.mkdir(parents=True, exist_ok=True)
    feed = _source(
        founded,
        kind="feed",
        name="门店点评 Store reviews",
        given={"url": f"https://reviews.{company.DOMAIN}/cafe.json", "touchpoint": "cafe"},
        until=until,
    )
    books = _source(
        founded,
        kind="folder",
        name="门店意见簿 Complaint books",
        given={"path": str(folder), "pattern": "*.csv", "after": "move"},
        until=until,
    )
    _runs(feed, kind=Voice.SourceKind.REVIEW, until=until)
    _runs(books, kind=Voice.SourceKind.COMPLAINT, until=until)
    Source.objects.in_workspace(founded.id).filter(pk=feed.pk).update(state=Source.State.PAUSED)


def _source(founded: Founded, *, kind: str, name: str, given: dict[str, str], until: datetime) -> Source:
    adapter = kinds.adapter(kind)
    defaults = {each.name: each.default for each in adapter.fields if each.type != "secret"}
    source: Source = Source.objects.create(
        workspace_id=founded.id,
        kind=kind,
        name=name,
        settings=defaults | given,
        every_seconds=adapter.every_seconds,
        next_run_at=until,
        last_run_at=until - timedelta(minutes=2),
        last_good_at=until - timedelta(minutes=2),
        turn=DAYS,
        created_at=until - timedelta(days=DAYS),
    )
    return source


def _runs(source: Source, *, kind: str, until: datetime) -> None:
    """One run a night; on one of them the other side was away, and the next night brought what had waited."""
    zone = ZoneInfo(company.TIMEZONE)
    voices = Voice.objects.in_workspace(source.workspace_id).filter(
        source_kind=kind, received_at__gte=until - timedelta(days=DAYS + 1)
    )
    by_day = Counter(at.astimezone(zone).date() for at in voices.values_list("received_at", flat=True))
    away = SourceTrouble("unreachable", host=source.settings.get("url"), reason="timed out")
    gone = SourceTrouble("no_place", place=source.settings.get("path"), reason="Permission denied")
    trouble = (away if source.kind == "feed" else gone).to_json()
    waited = 0
    for back in range(DAYS - 1, -1, -1):
        at = until - timedelta(days=back, minutes=2)
        heard = by_day[at.astimezone(zone).date()] + waited
        missed = back == 5
        waited = heard if missed else 0
        SourceRun.objects.create(
            workspace_id=source.workspace_id,
            source=source,
            turn=DAYS - back,
            started_at=at,
            ended_at=at + timedelta(seconds=4),
            read=0 if missed else heard,
            taken=0 if missed else heard,
            trouble=trouble if missed else {},
        )
