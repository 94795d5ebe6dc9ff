"""Who listens: that a member read voices on a day, and the share of members who did, by week and by team.

A row says member and day, nothing of what was read nor how much, and figures are told of groups only: a team with fewer
than ``FEWEST`` members is not shown, because its share would tell of persons.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from allears.accounts.models import Membership, Workspace
from allears.accounts.teams.queries import places, teams
from allears.kit.charts import Chart, Point, Series
from allears.people.models import ListeningDay

WEEKS = 12
FEWEST = 4  # members of a team that is shown
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Week:
    """A week from Monday: how many of those who were members in it listened at least once."""

    monday: date
    members: int
    listened: int

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None for a week without members."""
        return self.listened / self.members if self.members else None


@dataclass(frozen=True, kw_only=True)
class TeamWeeks:
    """A team's weeks, the oldest first, counted over its present members; empty when it is too small to be shown."""

    id: int
    name: str
    members: int
    weeks: Sequence[Week]

    @property
    def now(self) -> Week | None:
        return self.weeks[-1] if self.weeks else None


@dataclass(frozen=True, kw_only=True)
class Listening:
    """The workspace's weeks, the oldest first, the last one running; and its teams by name."""

    weeks: Sequence[Week]
    teams: Sequence[TeamWeeks]

    @property
    def now(self) -> Week:
        return self.weeks[-1]

    @property
    def before(self) -> Week:
        return self.weeks[-2]


def note(*, member: Membership, now: datetime) -> None:
    """The member reads voices: counted once a day of the workspace's zone."""
    day = _day(member.workspace, now)
    rows = ListeningDay.objects.in_workspace(member.workspace_id)
    if not rows.filter(member=member, day=day).exists():
        rows.bulk_create(
            [ListeningDay(workspace_id=member.workspace_id, member=member, day=day)], ignore_conflicts=True
        )


def _day(workspace: Workspace, now: datetime) -> date:
    return now.astimezone(ZoneInfo(workspace.timezone)).date()


def listening(*, workspace: Workspace, now: datetime, weeks: int = WEEKS) -> Listening:
    """The last weeks, this one included."""
    today = _day(workspace, now)
    first = today - timedelta(days=today.weekday()) - (weeks - 1) * WEEK
    mondays = [first + number * WEEK for number in range(weeks)]
    listened = _listened(workspace.pk, first)
    present = {monday: _members_in(workspace, monday) for monday in mondays}
    by_team: dict[int, set[int]] = defaultdict(set)
    for team_id, member_id in places(workspace_id=workspace.pk).values_list("team_id", "member_id"):
        by_team[team_id].add(member_id)
    return Listening(
        weeks=[_week(monday, present[monday], listened) for monday in mondays],
        teams=[
            _team(each.pk, each.name, by_team[each.pk], present, listened) for each in teams(workspace_id=workspace.pk)
        ],
    )


def _listened(workspace_id: int, since: date) -> Mapping[date, set[int]]:
    """By Monday, the members who listened in that week."""
    found: dict[date, set[int]] = defaultdict(set)
    rows = ListeningDay.objects.in_workspace(workspace_id).filter(day__gte=since)
    for day, member_id in rows.values_list("day", "member_id"):
        found[day - timedelta(days=day.weekday())].add(member_id)
    return found


def _members_in(workspace: Workspace, monday: date) -> set[int]:
    """Who was a member at any time of the week; who was not yet or no more does not count."""
    zone = ZoneInfo(workspace.timezone)
    start, end = (datetime.combine(day, datetime.min.time(), zone) for day in (monday, monday + WEEK))
    rows = Membership.objects.in_workspace(workspace.pk).filter(created_at__lt=end, user__is_active=True)
    return {pk for pk, ended in rows.values_list("pk", "ended_at") if ended is None or ended >= start}


def _week(monday: date, members: Collection[int], listened: Mapping[date, set[int]]) -> Week:
    return Week(monday=monday, members=len(members), listened=len(listened.get(monday, set()) & set(members)))


def _team(
    team_id: int,
    name: str,
    members: set[int],
    present: Mapping[date, set[int]],
    listened: Mapping[date, set[int]],
) -> TeamWeeks:
    shown = present if len(members) >= FEWEST else {}
    weeks = [_week(monday, members & there, listened) for monday, there in shown.items()]
    return TeamWeeks(id=team_id, name=name, members=len(members), weeks=weeks)


def trend_chart(found: Listening) -> Chart:
    """The share of members who listened, week by week."""
    points = [Point(x=week.monday.isoformat(), y=week.share, n=week.members) for week in found.weeks]
    return Chart(
        title=_("Share of colleagues who listened, by week"),
        series=[Series(name=_("Everyone"), points=points)],
        unit="percent",
        low_base=0,
        minimum=0,
        maximum=1,
        caveat=_("All members of the workspace are counted, so there is no margin of error. The last week is running."),
    )
