"""Reading sources: their health, their runs, what they brought by day."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from allears.events.models import Import
from allears.listen.models import Source, SourceRun
from allears.listen.sources.troubles import told
from allears.store import plain
from allears.store.scope import ScopedQuerySet

LATE = timedelta(minutes=15)  # beyond its time: the worker does not keep up, or is not there


def sources_of(workspace_id: int) -> ScopedQuerySet[Source]:
    return Source.objects.in_workspace(workspace_id).order_by("name")


def runs_of(source: Source) -> ScopedQuerySet[SourceRun]:
    """Newest first."""
    return SourceRun.objects.in_workspace(source.workspace_id).filter(source=source).order_by("-started_at", "-id")


@dataclass(frozen=True, kw_only=True)
class Health:
    """``level``: good, warn, bad or off; ``word`` names it: works, new, running, trouble, late, paused, stopped."""

    level: str
    word: str
    what: str = ""
    advice: str = ""


def health_of(source: Source, *, now: datetime) -> Health:
    what, advice = told(source.trouble)
    if source.state == Source.State.PAUSED:
        return Health(level="off", word="paused")
    if source.state == Source.State.STOPPED:
        return Health(level="bad", word="stopped", what=what, advice=advice)
    if source.failures:
        return Health(level="warn", word="trouble", what=what, advice=advice)
    if source.lease_until and source.lease_until > now:
        return Health(level="good", word="running")
    if source.next_run_at + LATE < now:
        return Health(level="warn", word="late")
    return Health(level="good", word="works" if source.last_good_at else "new")


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Rows of a run: read, new, there already, refused (in quarantine), deliberately left aside."""

    read: int
    taken: int
    known: int
    refused: int
    aside: int


def counts_of(runs: Sequence[SourceRun]) -> dict[int, Counts]:
    """By run id, with the rows that its imports have carried in so far."""
    ids = [number for run in runs for number in run.import_ids]
    files: dict[int, Import] = {}
    if ids:
        files = {row.pk: row for row in Import.objects.in_workspace(runs[0].workspace_id).filter(pk__in=ids)}
    return {run.pk: _counts(run, [files[each] for each in run.import_ids if each in files]) for run in runs}


def _counts(run: SourceRun, files: Sequence[Import]) -> Counts:
    return Counts(
        read=run.read + sum(each.rows_total or each.rows_read for each in files),
        taken=run.taken + sum(each.rows_good for each in files),
        known=run.known + sum(each.rows_repeated for each in files),
        refused=run.refused + sum(each.rows_bad for each in files),
        aside=sum(run.aside.values()),
    )


def by_day(*, workspace_id: int, zone: str, now: datetime, days: int = 14) -> dict[int, list[tuple[date, int]]]:
    """How many new rows each source brought on each of the last days, by source id; the workspace's own days."""
    today = now.astimezone(ZoneInfo(zone)).date()
    first = now - timedelta(days=days)
    rows = SourceRun.objects.in_workspace(workspace_id).filter(started_at__gte=first)
    runs = list(rows.exclude(taken=0, import_ids=[]))
    counts = counts_of(runs)
    totals: dict[tuple[int, date], int] = defaultdict(int)
    for run in runs:
        totals[run.source_id, run.started_at.astimezone(ZoneInfo(zone)).date()] += counts[run.pk].taken
    span = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return {each: [(day, totals[each, day]) for day in span] for each in {run.source_id for run in runs}}


@dataclass(frozen=True, kw_only=True)
class ReplyAddress:
    """Where answers to our mail shall go, and whether what stands after a plus reaches the same mailbox."""

    address: str
    plus: bool

    def marked(self, mark: str) -> str:
        """The address that carries ``mark``, where the mailbox can."""
        name, _at, domain = self.address.rpartition("@")
        return f"{name}+{mark}@{domain}" if self.plus and mark else self.address


def reply_address(workspace_id: int) -> ReplyAddress | None:
    """The workspace's mailbox that takes replies; None when it has none."""
    return reply_address_in(plain.select(*mailboxes_query(workspace_id)))


def mailboxes_query(workspace_id: int) -> plain.Query:
    """For ``reply_address_in``, by who asks more in one trip."""
    return plain.Query(
        "SELECT settings FROM listen_source WHERE workspace_id = %s AND kind = 'imap' AND state <> %s ORDER BY id",
        [workspace_id, Source.State.PAUSED.value],
    )


def reply_address_in(mailboxes: plain.Rows) -> ReplyAddress | None:
    """The first of these mailboxes that takes replies."""
    for (text,) in mailboxes:
        settings = json.loads(text)
        address = str(settings.get("address") or "")
        if settings.get("takes_replies") and "@" in address:
            return ReplyAddress(address=address, plus=bool(settings.get("plus")))
    return None
