"""Which voices are looked at: the filters of an address; and the figures of each theme among them in one query."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Func, IntegerField, Q, Sum
from django.utils.translation import gettext as _

from allears.accounts.models import Workspace
from allears.customers.companies import account_of
from allears.listen.feelings import FEELINGS
from allears.listen.models import COUNTED, Voice
from allears.listen.wall import WallFilter, conditions
from allears.science.estimate import ScoreCounts
from allears.science.scores import METRICS, Metric
from allears.store.scope import ScopedQuerySet
from allears.understand.asking import UNKNOWN, AskingError
from allears.understand.filtering import FILTERS as LABELS
from allears.understand.filtering import LabelFilter
from allears.understand.labelling import VALUES
from allears.understand.models import VoiceLabel

FILTERS: Final = ("touchpoint", "channel", "segment", "language", "score")
OF_THE_WALL: Final = ("q", "feeling", "source", "tag", "account", "owner")
NAMES: Final = ("since", "until", "metric", *FILTERS, "survey", *OF_THE_WALL, *LABELS)
"""Every word of an address that chooses voices."""
BANDS: Final[Mapping[str, Mapping[str, tuple[int, int]]]] = {
    "low": {"nps": (0, 6), "csat": (0, 2), "ces": (0, 3)},
    "middle": {"nps": (7, 8), "csat": (3, 3), "ces": (4, 4)},
    "high": {"nps": (9, 10), "csat": (4, 5), "ces": (5, 7)},
}
SENTIMENTS: Final = ("positive", "neutral", "negative")
FIRST_YEAR, LAST_YEAR = 1800, 2999
WEEK = 7 * 86_400
MONDAY = 3 * 86_400  # 1970-01-01 was a Thursday


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Voices of a workspace by the filters that the other pages have too; empty words filter nothing."""

    workspace_id: int
    zone: str
    now: datetime
    since: date | None = None
    until: date | None = None
    touchpoint: str | None = None
    channel: str | None = None
    segment: str | None = None
    language: str | None = None
    score: str | None = None
    survey: str | None = None  # its key
    wall: WallFilter | None = None  # what the list of voices is filtered by besides
    labels: LabelFilter | None = None
    metric: Metric | None = None  # None: the one most voices carry

    @property
    def whole(self) -> "Selection":
        """All voices of the same days."""
        days = {"since": self.since, "until": self.until, "metric": self.metric}
        return Selection(workspace_id=self.workspace_id, zone=self.zone, now=self.now, **days)  # type: ignore[arg-type]

    @property
    def offset(self) -> int:
        """Seconds that the workspace's clock is ahead of UTC now."""
        ahead = self.now.astimezone(ZoneInfo(self.zone)).utcoffset() or timedelta()
        return int(ahead.total_seconds())


def selection_of(words: Mapping[str, str], *, workspace: Workspace, now: datetime, since: str = "90d") -> Selection:
    """Raises AskingError, with the word that cannot be understood."""
    given = {name: words.get(name, "").strip() for name in (*FILTERS, "since", "until", "metric")}
    today = now.astimezone(ZoneInfo(workspace.timezone)).date()
    for name, allowed in (("score", tuple(BANDS)), ("metric", METRICS), ("language", ("en", "zh"))):
        if given[name] and given[name] not in allowed:
            raise _none_of(given[name], allowed)
    filters = {name: None if not given[name] else "" if given[name] == UNKNOWN else given[name] for name in FILTERS}
    return Selection(
        workspace_id=workspace.pk,
        zone=workspace.timezone,
        now=now,
        since=_day(given["since"] or since, today),
        until=_day(given["until"], today),
        metric=cast("Metric", given["metric"]) if given["metric"] else None,
        survey=words.get("survey", "").strip() or None,
        wall=_wall(words, workspace_id=workspace.pk),
        labels=_labels(words),
        **filters,
    )


def _wall(words: Mapping[str, str], *, workspace_id: int) -> WallFilter | None:
    given = {name: words.get(name, "").strip() for name in OF_THE_WALL}
    known = {"feeling": FEELINGS, "source": Voice.SourceKind.values}
    for name, allowed in known.items():
        if given[name] and given[name] not in allowed:
            raise _none_of(given[name], tuple(allowed))
    for name in ("tag", "owner"):
        if given[name] and not (given[name].isdecimal() and len(given[name]) < 19):
            raise _none_of(given[name], (_("a number"),))
    if given["account"] and account_of(workspace_id=workspace_id, key=given["account"]) is None:
        raise AskingError(_("There is no account with the key “%(key)s”.") % {"key": given["account"]})
    if not any(given.values()):
        return None
    found = WallFilter.of(given, workspace_id=workspace_id)
    return replace(found, owner_id=int(given["owner"]) if given["owner"] else None)


def _labels(words: Mapping[str, str]) -> LabelFilter | None:
    found = LabelFilter.of(words)
    for name in LABELS:
        if words.get(name, "") and name not in found.chosen:
            raise _none_of(words[name], tuple(VALUES[name]))
    return found or None


def _none_of(word: str, allowed: tuple[str, ...]) -> AskingError:
    return AskingError(_("“%(word)s” is none of %(allowed)s.") % {"word": word, "allowed": ", ".join(allowed)})


def _day(text: str, today: date) -> date | None:
    if not text:
        return None
    if text.endswith("d") and text[:-1].isdecimal():
        return today - timedelta(days=min(int(text[:-1]), 36_500))
    try:
        day = date.fromisoformat(text)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:  # beyond, a day has no moment in every zone
            raise ValueError(text)
        return day
    except ValueError as error:
        raise AskingError(
            _("“%(text)s” is no day. Write it as 2026-11-21, or as 90d for ninety days ago.") % {"text": text}
        ) from error


def voices_of(selection: Selection) -> ScopedQuerySet[Voice]:
    """The voices chosen, in no order."""
    found: ScopedQuerySet[Voice] = Voice.objects.in_workspace(selection.workspace_id).filter(
        _wanted(selection), COUNTED
    )
    zone = ZoneInfo(selection.zone)
    if selection.since is not None:
        found = found.filter(said_at__gte=datetime.combine(selection.since, time(), zone))
    if selection.until is not None:
        found = found.filter(said_at__lt=datetime.combine(selection.until + timedelta(days=1), time(), zone))
    return found


def _wanted(selection: Selection) -> Q:
    wanted = Q()
    if selection.touchpoint is not None:
        key = selection.touchpoint
        wanted &= Q(touchpoint__key=key) if key else Q(touchpoint__isnull=True)
    if selection.channel is not None:
        wanted &= Q(channel=selection.channel)
    if selection.segment is not None:
        wanted &= Q(segment=selection.segment)
    if selection.language is not None:
        wanted &= Q(theme_place__language=selection.language)
    if selection.score:
        band = Q()
        for metric, (low, high) in BANDS[selection.score].items():
            band |= Q(metric=metric, score__gte=low, score__lte=high)
        wanted &= band
    if selection.survey is not None:
        wanted &= Q(response__survey_version__survey__key=selection.survey)
    if selection.wall is not None:
        wanted &= conditions(selection.wall)
    if selection.labels is not None:
        wanted &= selection.labels.among(selection.workspace_id)
    return wanted


class WeekOf(Func):
    """Whole weeks since the Monday before 1970, by the clock that is `offset` seconds ahead of UTC."""

    output_field = IntegerField()

    def __init__(self, expression: str, *, offset: int) -> None:
        super().__init__(F(expression))
        self.shift = int(offset) + MONDAY

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = (
            f"((CAST((julianday(%(expressions)s) - 2440587.5) * 86400 + 0.5 AS INTEGER) + {self.shift}) / {WEEK})"
        )
        return super().as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"(FLOOR((EXTRACT(EPOCH FROM %(expressions)s) + {self.shift}) / {WEEK})::integer)"
        return super().as_sql(compiler, connection, template=template, **context)


def monday_of(week: int) -> date:
    """The Monday a week number of `WeekOf` begins on."""
    return date(1970, 1, 1) + timedelta(days=7 * week - 3)


@dataclass(kw_only=True)
class Tally:
    """What is counted of one theme, of the loose voices (theme 0), or of all."""

    voices: int = 0
    by_week: dict[int, int] = field(default_factory=dict)
    by_language: dict[str, int] = field(default_factory=dict)
    sentiment: dict[str, int] = field(default_factory=dict)
    scores: dict[str, ScoreCounts] = field(default_factory=dict)

    def add(self, row: Mapping[str, Any]) -> None:
        words = row["words"]
        self.voices += words
        _count(self.by_week, row["week"], words)
        _count(self.by_language, row["theme_place__language"], words)
        for name in SENTIMENTS:
            _count(self.sentiment, name, row[name])
        if row["metric"] and row["scored"]:
            cell = score_counts(row)
            self.scores[row["metric"]] = self.scores.get(row["metric"], ScoreCounts()) + cell


def _count(into: dict[Any, int], key: Any, number: int) -> None:
    if number:
        into[key] = into.get(key, 0) + number


@dataclass(frozen=True, kw_only=True)
class Tallies:
    """By theme id; `whole` also holds scores without words, as the workspace's figure does."""

    themes: Mapping[int, Tally]
    loose: Tally
    whole: Tally


def tallies(selection: Selection) -> Tallies:
    """One grouped query over the selection."""
    themes: dict[int, Tally] = {}
    loose, whole = Tally(), Tally()
    for row in _rows(selection):
        whole.add(row)
        theme_id = row["theme_place__cell__theme_id"]
        if theme_id is not None:
            themes.setdefault(theme_id, Tally()).add(row)
        elif row["words"]:
            loose.add(row)
    _feel(selection, themes)
    return Tallies(themes=themes, loose=loose, whole=whole)


def _feel(selection: Selection, themes: Mapping[int, Tally]) -> None:
    """The feelings read in the voices, or corrected by people; where nobody read them, what the source stated."""
    codes = {f"sentiment:{name}": name for name in SENTIMENTS}
    read = VoiceLabel.objects.in_workspace(selection.workspace_id).filter(
        code__in=codes, voice__in=voices_of(selection).filter(theme_place__cell__isnull=False).values("id")
    )
    found: dict[int, dict[str, int]] = {}
    rows = read.values_list("voice__theme_place__cell__theme_id", "code").annotate(n=Count("id")).order_by()
    for theme_id, code, n in rows:
        found.setdefault(theme_id, {})[codes[code]] = n
    for theme_id, feelings in found.items():
        if theme_id in themes:
            themes[theme_id].sentiment = feelings


SCORED = Q(score__isnull=False)
SUMS: Final[Mapping[str, Any]] = {
    "scored": Count("id", filter=SCORED),
    "promoters": Count("id", filter=Q(score__gte=9)),
    "detractors": Count("id", filter=Q(score__lte=6)),
    "satisfied": Count("id", filter=Q(score__gte=4)),
    "total": Sum("score", default=0),
    "squares": Sum(F("score") * F("score"), default=0),
}


def score_counts(row: Mapping[str, Any]) -> ScoreCounts:
    """A row of `SUMS`."""
    return ScoreCounts(
        n=row["scored"],
        promoters=row["promoters"],
        detractors=row["detractors"],
        satisfied=row["satisfied"],
        total=float(row["total"]),
        total_squares=float(row["squares"]),
    )


def _rows(selection: Selection) -> Any:
    return (
        voices_of(selection)
        .annotate(week=WeekOf("said_at", offset=selection.offset))
        .values("theme_place__cell__theme_id", "theme_place__language", "week", "metric")
        .annotate(
            words=Count("theme_place"),
            **SUMS,
            **{name: Count("id", filter=Q(sentiment=name, theme_place__isnull=False)) for name in SENTIMENTS},
        )
        .order_by()
    )
