"""How Wrenfold's people listen: teams, words on voices, what each follows, what they passed on, and on which days they
listened."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from allears.accounts.models import Membership
from allears.accounts.teams import actions as teamwork
from allears.accounts.teams.models import Team
from allears.cli.demo.company import TIMEZONE
from allears.cli.demo.seeding.found import Founded
from allears.listen.feelings import feeling_of
from allears.listen.models import Voice
from allears.listen.tags.actions import put_tag
from allears.people import actions
from allears.people.models import ListeningDay

TEAMS: Mapping[str, tuple[str, ...]] = {
    "前线 Front line": ("zhou.min", "marco.bellini", "chen.guodong", "emily.carter"),
    "管理 Leadership": ("lin.yue", "zhao.yining", "chen.guodong"),
}
WORDS: Mapping[str, tuple[str, ...]] = {  # tag → words of a voice that carries it
    "迟到 late": ("late", "delay", "晚", "迟"),
    "师傅 crew": ("installer", "fitter", "crew", "师傅"),
    "回访 call back": ("call me", "phone", "电话"),
}
FOLLOWED = (
    ("zhou.min", "touchpoint", "delivery", ""),
    ("zhou.min", "attribute", "region=china", ""),
    ("marco.bellini", "touchpoint", "app", ""),
    ("lin.yue", "filter", "feeling=negative&source=complaint", "不满的投诉 Unhappy complaints"),
    ("chen.guodong", "team", "前线 Front line", ""),
)
LOOKED_AT, MOST = 600, 12  # latest voices; of a tag
WEEKS = 12
HABIT: Mapping[str, float] = {  # how much somebody listens; it grew over the twelve weeks
    "lin.yue": 0.9,
    "chen.guodong": 0.6,
    "emily.carter": 0.5,
    "zhou.min": 0.8,
    "marco.bellini": 0.4,
    "zhao.yining": 0.12,
}


def write_listening(founded: Founded, *, seed: int, until: datetime) -> None:
    """On the voices that are there already."""
    latest = Voice.objects.in_workspace(founded.id).exclude(text="").select_related("touchpoint", "customer")
    voices = list(latest.order_by("-said_at", "-pk")[:LOOKED_AT])
    teams = _teams(founded, until)
    _tag(founded, voices, until)
    for who, kind, value, name in FOLLOWED:
        found = {"touchpoint": founded.touchpoints, "team": teams}.get(kind, {})
        value = str(found[value].pk) if found else value
        actions.follow(member=founded.members[who], kind=kind, value=value, name=name, now=until)
    _pass_on(founded, voices, until)
    _days(founded.members, random.Random(f"{seed}:ears"), founded.id, until)  # noqa: S311 – a simulation


def _teams(founded: Founded, now: datetime) -> Mapping[str, Team]:
    made = {}
    for name, people in TEAMS.items():
        made[name] = teamwork.create_team(workspace_id=founded.id, name=name, actor_id=None, now=now)
        for key in people:
            teamwork.join_team(team=made[name], member=founded.members[key], actor_id=None, now=now)
    return made


def _tag(founded: Founded, voices: list[Voice], now: datetime) -> None:
    author = founded.members["lin.yue"].user_id
    for name, words in WORDS.items():
        fitting = [voice for voice in voices if any(word in voice.text.lower() for word in words)]
        for voice in fitting[:MOST]:
            put_tag(voice=voice, name=name, actor_id=author, now=now)


def _pass_on(founded: Founded, voices: list[Voice], now: datetime) -> None:
    members = founded.members
    bad = next((each for each in voices if feeling_of(each) == "negative"), None)
    good = next((each for each in voices if feeling_of(each) == "positive"), None)
    if bad is not None:
        note = "这是本周第三位，我们看看路线？ The third this week: shall we look at the route?"
        actions.share(voice=bad, by=members["lin.yue"], to=members["zhou.min"], note=note, now=now)
    if good is not None:
        text = "客户记住了您。谢谢！ They remembered you. Thank you!"
        actions.thank_colleague(voice=good, by=members["chen.guodong"], to=members["marco.bellini"], text=text, now=now)


def _days(members: Mapping[str, Membership], dice: random.Random, workspace_id: int, until: datetime) -> None:
    """Twelve weeks in which listening became a habit."""
    today = until.astimezone(ZoneInfo(TIMEZONE)).date()
    length = WEEKS * 7
    rows = [
        ListeningDay(workspace_id=workspace_id, member=members[who], day=today - timedelta(days=back))
        for back in range(length, -1, -1)
        for who, habit in HABIT.items()
        if dice.random()
        < (habit * (0.4 - 0.3 * back / length) if (today - timedelta(days=back)).weekday() < 5 else 0.02)
    ]
    ListeningDay.objects.bulk_create(rows)
