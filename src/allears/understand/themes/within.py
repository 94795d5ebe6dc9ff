"""Themes of a selection: what do these voices talk about, what does it do to their score, is it more than elsewhere?

The same search as for the lasting themes, over the voices that an address chooses. What it finds is kept for its
selection and time, and nothing of the lasting themes is touched until people keep one (see keeping).
"""

import json
import logging
import random
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import zip_longest
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from allears.accounts.models import Workspace
from allears.jobs.queue import enqueue
from allears.jobs.worker import LONG
from allears.listen.models import Voice
from allears.science.contribution import contribution
from allears.science.estimate import ScoreCounts
from allears.science.scores import Metric, score, share
from allears.understand.themes import apart
from allears.understand.themes.contracts import LEAST_VOICES, Cluster, Found, Request, TooFewError
from allears.understand.themes.models import Cell, SelectedTheme, ThemeRun, ThemeSelection
from allears.understand.themes.quoting import chosen
from allears.understand.themes.running import CHUNK, MOST_VOICES, masked_texts
from allears.understand.themes.selecting import NAMES, SUMS, Selection, score_counts, selection_of, voices_of

logger = logging.getLogger(__name__)
State = ThemeRun.State
REST: Final = 20_000  # voices of elsewhere that are read, at most
LOOKED_THROUGH: Final = 200_000  # of the latest voices, for those of elsewhere
LEAST_REST: Final = 100  # of the same days; fewer, and all other voices are the rest
MOST_WAITING: Final = 3
MOST_KEPT: Final = 60  # results in a workspace
KEPT_FOR: Final = timedelta(days=30)
LONGEST: Final = timedelta(hours=3)
QUOTES, CANDIDATES = 5, 60
LEAST_QUOTED, LEAST_SHARE = 3, 0.1
OVERLAPS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A voice of a theme of a selection."""

    voice_id: int
    nearness: float
    is_zh: bool


class SelectingError(ValueError):
    """Themes of this selection cannot be looked for now; the message says why and what to do."""


def words_of(words: Mapping[str, str]) -> dict[str, str]:
    """The words of an address that choose voices, in a fixed order."""
    return {name: words[name].strip() for name in NAMES if words.get(name, "").strip()}


def digest_of(words: Mapping[str, str]) -> str:
    """The same for the same selection."""
    return sha256(json.dumps(words_of({"since": "90d", **words}), sort_keys=True).encode()).hexdigest()[:32]


@transaction.atomic
def ask(*, workspace: Workspace, words: Mapping[str, str], actor_id: int | None, now: datetime) -> ThemeSelection:
    """Have the themes of a selection found; one that is being looked for already is the answer.

    Raises AskingError for words that cannot be understood, SelectingError where too many searches wait.
    """
    having = count_of(selection_of(words, workspace=workspace, now=now))
    rows = ThemeSelection.objects.in_workspace(workspace.pk)
    live = rows.filter(state__in=(State.QUEUED, State.RUNNING))
    same: ThemeSelection | None = live.filter(digest=digest_of(words)).first()
    if same is not None:
        return same
    if live.count() >= MOST_WAITING:
        raise SelectingError(
            _("%(many)s other selections are being searched. Wait until one of them is done.") % {"many": MOST_WAITING}
        )
    asked: ThemeSelection = rows.create(
        workspace=workspace, words=words_of(words), digest=digest_of(words), asked_by_id=actor_id, asked_at=now
    )
    if having < LEAST_VOICES:
        _close(asked, state=State.FEW, voices=having)
        asked.refresh_from_db()
        return asked
    arguments = {"workspace_id": workspace.pk, "selection_id": asked.pk}
    task, key = "allears.understand.themes.jobs.select", f"themes:selection:{asked.pk}"
    enqueue(task=task, arguments=arguments, unique_key=key, queue=LONG, max_attempts=3)
    return asked


def tidy(*, workspace_id: int, now: datetime) -> None:
    """Old results go; a search that has not ended for hours has lost its worker for good."""
    rows = ThemeSelection.objects.in_workspace(workspace_id)
    rows.filter(finished_at__isnull=True, asked_at__lt=now - LONGEST).update(
        state=State.FAILED, finished_at=now, progress=1.0, problem="The worker stopped before it was done."
    )
    done = rows.filter(finished_at__isnull=False)
    done.filter(finished_at__lt=now - KEPT_FOR).delete()
    surplus = list(done.order_by("-id").values_list("id", flat=True)[MOST_KEPT:])
    rows.filter(id__in=surplus).delete()


def count_of(selection: Selection) -> int:
    """How many of the voices say anything."""
    return voices_of(selection).exclude(text="").count()


def last_of(*, workspace_id: int, words: Mapping[str, str]) -> ThemeSelection | None:
    """The newest search of a selection."""
    rows: Any = ThemeSelection.objects.in_workspace(workspace_id).filter(digest=digest_of(words))
    found: ThemeSelection | None = rows.order_by("-id").first()
    return found


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The voices that are read, the latest first: what each says, scored, and the lasting theme it belongs to."""

    ids: list[int]
    scores: list[tuple[str, int | None]]
    themes: list[int | None]
    mondays: list[str]  # the week that each was said in
    unread: int
    since: datetime | None  # when not all are read


def run(*, workspace_id: int, selection_id: int, now: datetime) -> None:
    """Find the themes; safe to begin again from the start."""
    rows = ThemeSelection.objects.in_workspace(workspace_id).select_related("workspace")
    asked = rows.filter(pk=selection_id, finished_at__isnull=True).first()
    if asked is None:
        return
    rows.filter(pk=asked.pk).update(state=State.RUNNING)
    selection = selection_of(asked.words, workspace=asked.workspace, now=asked.asked_at)
    heard = _heard(selection)
    rest, rest_of = _rest(selection, set(heard.ids))
    try:
        texts = _texts(workspace_id, heard.ids, lambda part: _say(asked, 0.25 * part))
        elsewhere = _texts(workspace_id, rest, lambda part: _say(asked, 0.25 + 0.05 * part))
        request = Request(texts=texts, rest=elsewhere, embedder=settings.EMBEDDER, prefix=settings.EMBEDDER_PREFIX)
        found = apart.find(request, lambda part: _say(asked, 0.3 + 0.65 * part))
    except TooFewError as error:
        _close(asked, state=State.FEW, voices=error.have)
        return
    except apart.FindingFailedError as error:
        logger.exception("themes of selection %s were not found", asked.pk)
        _close(asked, state=State.FAILED, problem=str(error))
        return
    _keep(asked, selection, heard, texts, found, rest=len(rest), rest_of=rest_of)


def _heard(selection: Selection) -> Heard:
    rows = voices_of(selection).exclude(text="").order_by("-said_at", "-id")
    told = list(rows.values_list("id", "metric", "score", "theme_place__cell__theme_id", "said_at")[: MOST_VOICES + 1])
    unread = max(0, rows.count() - MOST_VOICES) if len(told) > MOST_VOICES else 0
    told, zone = told[:MOST_VOICES], zone_of(selection)
    return Heard(
        ids=[row[0] for row in told],
        scores=[(row[1], row[2]) for row in told],
        themes=[row[3] for row in told],
        mondays=[_monday(row[4], zone) for row in told],
        unread=unread,
        since=told[-1][4] if unread else None,
    )


def _monday(said_at: datetime, zone: ZoneInfo) -> str:
    day = said_at.astimezone(zone).date()
    return (day - timedelta(days=day.weekday())).isoformat()


def _rest(selection: Selection, ours: set[int]) -> tuple[list[int], str]:
    """Voices of elsewhere by lot: of the same days, or where these are few, of all others."""
    for rest_of, others in (("days", selection.whole), ("ever", Selection(**_bare(selection)))):
        rows = voices_of(others).exclude(text="").order_by("-said_at", "-id")
        ids = [each for each in rows.values_list("id", flat=True)[:LOOKED_THROUGH] if each not in ours]
        if len(ids) >= LEAST_REST:
            lot = random.Random(len(ids))  # noqa: S311 – a sample, no secret
            return (ids if len(ids) <= REST else lot.sample(ids, REST)), rest_of
    return [], ""


def zone_of(selection: Selection) -> ZoneInfo:
    return ZoneInfo(selection.zone)


def _bare(selection: Selection) -> dict[str, Any]:
    return {"workspace_id": selection.workspace_id, "zone": selection.zone, "now": selection.now}


def _texts(workspace_id: int, ids: Sequence[int], say: Any) -> list[str]:
    texts: list[str] = []
    for start in range(0, len(ids), CHUNK):
        texts += masked_texts(workspace_id, ids[start : start + CHUNK])
        say(min(1.0, (start + CHUNK) / len(ids)))
    return texts


def _say(asked: ThemeSelection, progress: float) -> None:
    ThemeSelection.objects.in_workspace(asked.workspace_id).filter(pk=asked.pk).update(progress=progress)


def _close(asked: ThemeSelection, **values: Any) -> None:
    rows = ThemeSelection.objects.in_workspace(asked.workspace_id).filter(pk=asked.pk)
    rows.update(progress=1.0, finished_at=timezone.now(), **values)


# What is told of each theme


@transaction.atomic
def _keep(
    asked: ThemeSelection,
    selection: Selection,
    heard: Heard,
    texts: Sequence[str],
    found: Found,
    *,
    rest: int,
    rest_of: str,
) -> None:
    whole = _whole(selection, heard)
    metric = selection.metric or _usual(whole)
    inside: list[list[int]] = [[] for _ in found.clusters]
    for at, label in enumerate(found.labels):
        if label >= 0:
            inside[label].append(at)
    everywhere = Counter(theme for theme in heard.themes if theme is not None)
    any_lasting = Cell.objects.in_workspace(asked.workspace_id).exists()
    order = sorted(range(len(inside)), key=lambda n: (-len(inside[n]), n))
    asked.themes.all().delete()
    SelectedTheme.objects.in_workspace(asked.workspace_id).bulk_create(
        SelectedTheme(
            workspace_id=asked.workspace_id,
            selection=asked,
            rank=rank,
            size=len(inside[n]),
            figures=_figures(heard, found, inside[n], found.clusters[n], metric, whole)
            | _kin(heard, inside[n], everywhere, any_lasting)
            | {"quotes": _quotes(heard, texts, found, inside[n])},
            members=packed(_members(heard, found, inside[n])),
            **_named(found.clusters[n]),
        )
        for rank, n in enumerate(order)
    )
    figure = score(metric, whole[metric]).as_json() if metric else None
    _close(
        asked,
        state=State.DONE,
        voices=len(heard.ids),
        unread=heard.unread,
        loose=sum(label < 0 for label in found.labels),
        rest=rest,
        rest_of=rest_of,
        metric=metric or "",
        score=figure,
    )


def _members(heard: Heard, found: Found, inside: Sequence[int]) -> list[Member]:
    return [Member(voice_id=heard.ids[at], nearness=found.nearness[at], is_zh=found.is_zh[at]) for at in inside]


def _named(cluster: Cluster) -> dict[str, Any]:
    named = cluster.named
    return {"name_en": named.en[:120], "name_zh": named.zh[:120], "topic": named.topic, "terms": named.terms}


def _whole(selection: Selection, heard: Heard) -> dict[Metric, ScoreCounts]:
    """All scores of the selection, also those without words, as the workspace's figure has them too."""
    rows = voices_of(selection).filter(score__isnull=False).exclude(metric="")
    if heard.since is not None:
        rows = rows.filter(said_at__gte=heard.since)
    counted: Any = rows.order_by().values("metric").annotate(**SUMS)
    return {cast("Metric", row["metric"]): score_counts(row) for row in counted if row["scored"]}


def _usual(whole: Mapping[Metric, ScoreCounts]) -> Metric | None:
    return max(whole, key=lambda metric: whole[metric].n, default=None)


def _figures(
    heard: Heard,
    found: Found,
    members: Sequence[int],
    cluster: Cluster,
    metric: Metric | None,
    whole: Mapping[Metric, ScoreCounts],
) -> dict[str, Any]:
    mine = _counts([heard.scores[at][1] for at in members if heard.scores[at][0] == metric]) if metric else None
    chinese = sum(found.is_zh[at] for at in members)
    scored = metric is not None and mine is not None and mine.n > 0
    return {
        "share": share("share", len(members), len(heard.ids)).as_json(),
        "score": score(metric, mine).as_json() if scored and metric and mine else None,
        "contribution": contribution(metric, mine, whole[metric]).as_json() if scored and metric and mine else None,
        "languages": {name: n for name, n in (("en", len(members) - chinese), ("zh", chinese)) if n},
        "weeks": _weeks(heard, members),
        "against": asdict(cluster.against) | {"times": cluster.against.times} if cluster.against else None,
    }


def _weeks(heard: Heard, members: Sequence[int]) -> list[tuple[str, int, int]]:
    """Monday, voices of the theme, and of the selection, of each week in which somebody spoke."""
    mine = Counter(heard.mondays[at] for at in members)
    return [(monday, mine[monday], of) for monday, of in sorted(Counter(heard.mondays).items())]


def _counts(scores: Sequence[int | None]) -> ScoreCounts:
    given = [each for each in scores if each is not None]
    return ScoreCounts(
        n=len(given),
        promoters=sum(each >= 9 for each in given),
        detractors=sum(each <= 6 for each in given),
        satisfied=sum(each >= 4 for each in given),
        total=float(sum(given)),
        total_squares=float(sum(each * each for each in given)),
    )


def _kin(heard: Heard, members: Sequence[int], everywhere: Mapping[int, int], any_lasting: bool) -> dict[str, Any]:
    """The lasting themes it shares most voices with, how many of the selection these hold, and what it is to them:
    the same, a part of one, new (in none of them), or a cut across several."""
    shared = Counter(theme for at in members if (theme := heard.themes[at]) is not None)
    top, n = next(iter(shared.most_common(1)), (0, 0))
    kin = "across"
    if not any_lasting:
        kin = ""
    elif 2 * sum(shared.values()) < len(members):
        kin = "new"
    elif 2 * n >= len(members):
        kin = "same" if 2 * n >= everywhere[top] else "part"
    overlaps = [{"theme": each, "n": n, "of": everywhere[each]} for each, n in shared.most_common(OVERLAPS)]
    return {"kin": kin, "overlaps": overlaps}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    voice_id: int
    text: str
    nearness: float


def _quotes(heard: Heard, texts: Sequence[str], found: Found, members: Sequence[int]) -> list[int]:
    """Voices near the centre and unlike one another, no copies, of both languages by turns."""
    sides = [[at for at in members if found.is_zh[at] is zh and found.first[at] == at] for zh in (False, True)]
    least = max(LEAST_QUOTED, LEAST_SHARE * sum(map(len, sides)))
    told = [side for side in sides if len(side) >= least] or [side for side in sides if side]
    turns = []
    for side in sorted(told, key=len, reverse=True):
        near = sorted(side, key=lambda at: (-found.nearness[at], -heard.ids[at]))[:CANDIDATES]
        turns.append(
            chosen(
                [_Candidate(voice_id=heard.ids[at], text=texts[at], nearness=found.nearness[at]) for at in near],
                limit=QUOTES,
            )
        )
    return [each.voice_id for turn in zip_longest(*turns) for each in turn if each is not None][:QUOTES]


# Who is in it


def packed(members: Sequence[Member]) -> bytes:
    """Small enough for a row: 100,000 of them in some 300 KB."""
    told = ([m.voice_id for m in members], [round(1000 * m.nearness) for m in members], [m.is_zh for m in members])
    return zlib.compress(msgspec.msgpack.encode(told), 6)


def members_of(theme: SelectedTheme) -> list[Member]:
    """The latest first; some of the voices may have been removed since."""
    shape = tuple[list[int], list[int], list[bool]]
    ids, near, chinese = msgspec.msgpack.decode(zlib.decompress(bytes(theme.members)), type=shape)
    return [
        Member(voice_id=voice, nearness=each / 1000, is_zh=is_zh)
        for voice, each, is_zh in zip(ids, near, chinese, strict=True)
    ]


def voices_in(theme: SelectedTheme, *, start: int = 0, limit: int = 30) -> list[Voice]:
    """Its voices, the latest first."""
    ids = [each.voice_id for each in members_of(theme)[start : start + limit]]
    return voices_by_id(theme.workspace_id, ids)


def voices_by_id(workspace_id: int, ids: Sequence[int]) -> list[Voice]:
    """These voices in this order; those removed since, or said by nobody any more, are left out."""
    rows = Voice.objects.in_workspace(workspace_id).select_related("touchpoint", "customer").exclude(text="")
    found = {voice.pk: voice for voice in rows.filter(pk__in=ids)}
    return [found[each] for each in ids if each in found]
