"""A search for themes from the first voice read to the last row stored, and what comes between two searches."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from allears.listen.models import COUNTED, Voice
from allears.listen.originals import blotted
from allears.science.contracts import Burst, Lineage
from allears.store.bulk import insert_rows
from allears.understand.annotating import masker
from allears.understand.models import VoiceAnnotation
from allears.understand.themes import apart
from allears.understand.themes.contracts import Assignment, Cluster, Found, Request, TooFewError
from allears.understand.themes.models import Cell, Place, Theme, ThemeChange, ThemeRun, ThemeSize

logger = logging.getLogger(__name__)
WINDOW: Final = timedelta(days=365)
MOST_VOICES: Final = 150_000
CHUNK: Final = 2000
MOST_READ: Final = 2000  # characters of a voice
FLAG_SPANS: Final = 13  # the last one is judged by those before
WEEK, DAY = 7, 1  # days of a span
LEAST_WEEKS: Final = 3  # with fewer to look back on, the last day is judged by the days before
NEW_SHARE: Final = 0.2  # of its voices a new theme may have had before
COLUMNS: Final = ("voice_id", "workspace_id", "cell_id", "language", "nearness", "same_as")


Row = tuple[int, int, int | None, str, float, int | None]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The voices that a run reads."""

    ids: list[int]
    texts: list[str]


def run(*, run: ThemeRun, now: datetime) -> None:
    """Find themes, keep their ids, and put every voice in its place; safe to begin again from the start."""
    ThemeRun.objects.in_workspace(run.workspace_id).filter(pk=run.pk).update(state=ThemeRun.State.RUNNING)
    heard = _heard(run.workspace_id, now=now)
    former = _former_cells(run.workspace_id)
    anchors = _anchors(run.workspace_id)
    request = Request(
        texts=heard.texts,
        former=[former.get(voice, -1) for voice in heard.ids],
        anchors=sorted(anchors),
        wanted=run.wanted,
        embedder=settings.EMBEDDER,
        prefix=settings.EMBEDDER_PREFIX,
    )
    try:
        found = apart.find(request, lambda share: _say(run, 0.8 * share))
    except TooFewError as error:
        _close(run, state=ThemeRun.State.FEW, voices=error.have, finished_at=timezone.now())
        return
    except apart.FindingFailedError as error:
        logger.exception("themes of workspace %s were not found", run.workspace_id)
        _close(run, state=ThemeRun.State.FAILED, problem=str(error), finished_at=timezone.now())
        return
    cells = _settle(run, found, former=[former.get(voice, -1) for voice in heard.ids], now=now)
    _place(run, heard, found, cells)
    _finish(run, heard, found, cells, now=now)
    judge(workspace_id=run.workspace_id, now=now)


def _say(run: ThemeRun, share: float) -> None:
    ThemeRun.objects.in_workspace(run.workspace_id).filter(pk=run.pk).update(progress=share)


def _close(run: ThemeRun, **values: Any) -> None:
    ThemeRun.objects.in_workspace(run.workspace_id).filter(pk=run.pk).update(progress=1.0, **values)


def words_of(workspace_id: int) -> Any:
    """Voices that say anything, each once."""
    return Voice.objects.in_workspace(workspace_id).filter(COUNTED).exclude(text="")


def _heard(workspace_id: int, *, now: datetime) -> Heard:
    rows = words_of(workspace_id).filter(said_at__gte=_since(workspace_id, now)).order_by("-said_at", "-id")
    ids = list(rows.values_list("id", flat=True)[:MOST_VOICES])
    texts: list[str] = []
    for start in range(0, len(ids), CHUNK):
        texts += masked_texts(workspace_id, ids[start : start + CHUNK])
    return Heard(ids=ids, texts=texts)


def masked_texts(workspace_id: int, ids: Sequence[int]) -> list[str]:
    """What these voices say, in their order, without the personal data that was found in them, or is found now."""
    said = dict(Voice.objects.in_workspace(workspace_id).filter(id__in=ids).values_list("id", "text"))
    found = {}
    read = VoiceAnnotation.objects.in_workspace(workspace_id).filter(
        voice_id__in=ids, annotator="text", replaced_at__isnull=True
    )
    for voice_id, places, length in read.values_list("voice_id", "found", "length"):
        if length == len(said.get(voice_id, "")):
            found[voice_id] = blotted(said[voice_id], places)
    for voice_id in said.keys() - found.keys():
        text = said[voice_id][:MOST_READ]
        places = [(each.start, each.end, str(each.kind)) for each in masker()(text).found]
        found[voice_id] = blotted(text, places)
    return [found.get(each, "") for each in ids]


def _since(workspace_id: int, now: datetime) -> datetime:
    """A year before the last voice, so that imported years of old have themes too."""
    last = words_of(workspace_id).aggregate(last=Max("said_at"))["last"]
    return min(now, last or now) - WINDOW


def _former_cells(workspace_id: int) -> dict[int, int]:
    rows = Place.objects.in_workspace(workspace_id).filter(cell__isnull=False)
    return dict(rows.values_list("voice_id", "cell_id"))


def _anchors(workspace_id: int) -> set[int]:
    """Cells of themes that people decided on."""
    cells = Cell.objects.in_workspace(workspace_id).filter(theme__touched_at__isnull=False)
    return set(cells.values_list("id", flat=True))


# Which theme goes on


@transaction.atomic
def _settle(run: ThemeRun, found: Found, *, former: Sequence[int], now: datetime) -> list[int]:
    """The cell of each cluster: an anchor keeps its own; the others go on in the theme they were, or begin one."""
    free = [at for at, cluster in enumerate(found.clusters) if cluster.cell is None]
    themes = _untouched(run.workspace_id)
    known = _lineage(run.workspace_id, themes, found, free, former)
    cells: dict[int, int] = {at: each.cell for at, each in enumerate(found.clusters) if each.cell is not None}
    chosen: dict[int, Theme] = {}
    for place, at in enumerate(free):
        old = known.same.get(place)
        theme = themes[old] if old is not None else Theme(workspace_id=run.workspace_id, born_at=now)
        _describe(theme, found.clusters[at], now=now)
        chosen[place] = theme
        cells[at] = Cell.objects.create(workspace_id=run.workspace_id, theme=theme).pk
    _tell_lineage(run, known, themes, chosen, now=now)
    _rename_anchors(run.workspace_id, found.clusters)
    return [cells[at] for at in range(len(found.clusters))]


def _untouched(workspace_id: int) -> list[Theme]:
    rows = Theme.objects.in_workspace(workspace_id).filter(touched_at__isnull=True, merged_into__isnull=True)
    return list(rows.order_by("id"))


def _lineage(workspace_id: int, themes: list[Theme], found: Found, free: list[int], former: Sequence[int]) -> Lineage:
    """By the members they share, and by terms where a theme has come back after it was gone."""
    if not themes or not free:
        return Lineage(same={}, split_from={}, merged_into={})
    theme_of = dict(Cell.objects.in_workspace(workspace_id).values_list("id", "theme_id"))
    row_of = {theme.pk: row for row, theme in enumerate(themes)}
    column_of = {at: column for column, at in enumerate(free)}
    shared = [[0.0] * len(free) for _ in themes]
    for cell, label in zip(former, found.labels, strict=True):
        row, column = row_of.get(theme_of.get(cell, -1)), column_of.get(label)
        if row is not None and column is not None:
            shared[row][column] += 1
    return apart.lineage(shared, [[_alike(theme, found.clusters[at]) for at in free] for theme in themes])


def _alike(theme: Theme, cluster: Cluster) -> float:
    """The share of terms in common, by the language that has more of them."""
    shares = []
    for language, terms in cluster.named.terms.items():
        before = set(theme.terms.get(language, ()))
        if before and terms:
            shares.append(len(before & set(terms)) / min(len(before), len(terms)))
    return max(shares, default=0.0)


def _describe(theme: Theme, cluster: Cluster, *, now: datetime) -> None:
    theme.name_en, theme.name_zh = cluster.named.en[:120], cluster.named.zh[:120]
    theme.topic, theme.terms = cluster.named.topic, cluster.named.terms
    theme.gone_at = None
    theme.save()


def _rename_anchors(workspace_id: int, clusters: Sequence[Cluster]) -> None:
    """A theme that was pinned keeps its name only if people gave it one."""
    best: dict[int, Cluster] = {}
    theme_of = dict(Cell.objects.in_workspace(workspace_id).values_list("id", "theme_id"))
    for cluster in clusters:
        if cluster.cell is not None and cluster.size:
            theme = theme_of[cluster.cell]
            best[theme] = max(best.get(theme, cluster), cluster, key=lambda each: each.size)
    for theme in Theme.objects.in_workspace(workspace_id).filter(id__in=best):
        theme.terms, theme.topic = best[theme.pk].named.terms, best[theme.pk].named.topic or theme.topic
        theme.gone_at = None
        theme.save(update_fields=["terms", "topic", "gone_at"])


def _tell_lineage(
    run: ThemeRun, known: Lineage, themes: list[Theme], chosen: dict[int, Theme], *, now: datetime
) -> None:
    kinds = ThemeChange.Kind
    told: list[tuple[Theme, str, Theme | None]] = []
    for place, theme in chosen.items():
        if place in known.split_from:
            told.append((theme, kinds.PARTED, themes[known.split_from[place]]))
        elif place not in known.same:
            told.append((theme, kinds.BORN, None))
    going_on = set(known.same.values())
    for row, theme in enumerate(themes):
        if row not in going_on and theme.gone_at is None:
            theme.gone_at = now
            theme.save(update_fields=["gone_at"])
            into = known.merged_into.get(row)
            told.append((theme, kinds.GONE if into is None else kinds.JOINED, None if into is None else chosen[into]))
    ThemeChange.objects.bulk_create(
        ThemeChange(workspace_id=run.workspace_id, theme=theme, kind=kind, other=other, at=now)
        for theme, kind, other in told
    )


# Where each voice belongs


def _place(run: ThemeRun, heard: Heard, found: Found, cells: Sequence[int]) -> None:
    """Chunk by chunk, so that nobody else waits long to write."""
    for start in range(0, len(heard.ids), CHUNK):
        rows = []
        for at in range(start, min(start + CHUNK, len(heard.ids))):
            label, first = found.labels[at], found.first[at]
            cell = cells[label] if label >= 0 else None
            same_as = heard.ids[first] if first != at else None
            language = "zh" if found.is_zh[at] else "en"
            rows.append((heard.ids[at], run.workspace_id, cell, language, found.nearness[at], same_as))
        store(workspace_id=run.workspace_id, rows=rows)
        _say(run, 0.8 + 0.2 * min(1.0, (start + CHUNK) / len(heard.ids)))


@transaction.atomic
def store(*, workspace_id: int, rows: Sequence[Row]) -> None:
    """Places anew; voices that were removed meanwhile are left out."""
    ids = [row[0] for row in rows]
    there = Voice.objects.in_workspace(workspace_id).filter(id__in=ids)
    alive = set(there.exclude(text="").values_list("id", flat=True))
    Place.objects.in_workspace(workspace_id).filter(voice_id__in=ids).delete()
    insert_rows(Place, COLUMNS, [row for row in rows if row[0] in alive])


@transaction.atomic
def _finish(run: ThemeRun, heard: Heard, found: Found, cells: Sequence[int], *, now: datetime) -> None:
    loose = sum(label < 0 for label in found.labels)
    rows = ThemeRun.objects.in_workspace(run.workspace_id)
    rows.exclude(pk=run.pk).update(model=None)
    _close(
        run,
        state=ThemeRun.State.DONE,
        voices=len(heard.ids),
        loose=loose,
        read_to=max(heard.ids),
        stability=found.stability,
        silhouette=found.silhouette,
        cells=list(cells),
        model=found.model,
        finished_at=timezone.now(),
    )
    sizes: dict[int, int] = defaultdict(int)
    theme_of = dict(Cell.objects.in_workspace(run.workspace_id).values_list("id", "theme_id"))
    for cell, cluster in zip(cells, found.clusters, strict=True):
        sizes[theme_of[cell]] += cluster.size
    ThemeSize.objects.in_workspace(run.workspace_id).filter(run=run).delete()
    ThemeSize.objects.bulk_create(
        ThemeSize(
            workspace_id=run.workspace_id, theme_id=theme, run=run, at=now, size=size, share=size / len(heard.ids)
        )
        for theme, size in sizes.items()
    )
    empty = Cell.objects.in_workspace(run.workspace_id).filter(theme__touched_at__isnull=True)
    empty.exclude(id__in=cells).filter(places__isnull=True).delete()


# Between two runs


def take_in(*, workspace_id: int) -> int:
    """Put the voices that came since the last run into its themes; how many."""
    last = last_done(workspace_id)
    if last is None or last.model is None:
        return 0
    found = list(unread(last).order_by("id").values_list("id", flat=True)[:CHUNK])
    if not found:
        return 0
    texts = masked_texts(workspace_id, found)
    reader = {"embedder": settings.EMBEDDER, "prefix": settings.EMBEDDER_PREFIX}
    assigned = apart.assign(Assignment(texts=texts, model=bytes(last.model), **reader))
    known = set(Cell.objects.in_workspace(workspace_id).filter(id__in=last.cells).values_list("id", flat=True))
    places = []
    placed = zip(found, assigned.labels, assigned.nearness, assigned.is_zh, strict=True)
    for voice, label, near, is_zh in placed:
        cell = last.cells[label] if label >= 0 else None
        places.append((voice, workspace_id, cell if cell in known else None, "zh" if is_zh else "en", near, None))
    with transaction.atomic():
        store(workspace_id=workspace_id, rows=places)
        ThemeRun.objects.in_workspace(workspace_id).filter(pk=last.pk).update(
            read_to=found[-1], added=last.added + len(found)
        )
    return len(found)


def unread(last: ThemeRun) -> Any:
    """Voices that came since a run and are in no theme; one that people kept in a theme stays there."""
    return words_of(last.workspace_id).filter(id__gt=last.read_to, theme_place__isnull=True)


def last_done(workspace_id: int) -> ThemeRun | None:
    rows: Any = ThemeRun.objects.in_workspace(workspace_id)
    found: ThemeRun | None = rows.filter(state=ThemeRun.State.DONE).order_by("-id").first()
    return found


def judge(*, workspace_id: int, now: datetime) -> int:
    """Flag the themes whose last seven days hold more than their past and the volume explain; how many.

    A company that has been heard for less than a month has no weeks to judge by: then the last day is judged.
    """
    themes = list(Theme.objects.in_workspace(workspace_id).filter(gone_at__isnull=True, merged_into__isnull=True))
    ids = [theme.pk for theme in themes]
    days = WEEK
    counts, volume = spans_of(workspace_id=workspace_id, theme_ids=ids, days=days, now=now)
    if sum(map(bool, volume[:-1])) < LEAST_WEEKS:
        days = DAY
        counts, volume = spans_of(workspace_id=workspace_id, theme_ids=ids, days=days, now=now)
    verdicts = apart.bursts(counts, volume) if themes else []
    flagged = 0
    for theme, verdict in zip(themes, verdicts, strict=True):
        flagged += verdict.flagged
        _flag(theme, verdict, days=days, now=now)
    return flagged


def _flag(theme: Theme, verdict: Burst, *, days: int, now: datetime) -> None:
    flag = Theme.Flag.NONE
    if verdict.flagged and verdict.expected is not None:
        flag = Theme.Flag.NEW if verdict.expected <= NEW_SHARE * verdict.count else Theme.Flag.BURST
    since = theme.flagged_at if theme.flag == flag else now
    Theme.objects.in_workspace(theme.workspace_id).filter(pk=theme.pk).update(
        flag=flag,
        flagged_at=since if flag else None,
        flag_count=verdict.count if flag else 0,
        flag_days=days,
        flag_expected=verdict.expected if flag else None,
        flag_adjusted_p=verdict.adjusted_p if flag else None,
    )


def spans_of(
    *, workspace_id: int, theme_ids: Sequence[int], days: int, now: datetime
) -> tuple[list[list[int]], list[int]]:
    """Voices of each theme, and of all with words, in spans of so many days up to now (or to the last voice)."""
    places = Place.objects.in_workspace(workspace_id)
    last = places.aggregate(last=Max("voice__said_at"))["last"]
    end = min(now, last or now) + timedelta(seconds=1)
    ages = range(FLAG_SPANS - 1, -1, -1)
    spans = [(end - timedelta(days=days * (age + 1)), end - timedelta(days=days * age)) for age in ages]
    within = {
        f"span_{number}": Count("voice_id", filter=Q(voice__said_at__gte=since, voice__said_at__lt=until))
        for number, (since, until) in enumerate(spans)
    }
    recent = places.filter(voice__said_at__gte=spans[0][0], voice__said_at__lt=end)
    found = {row["cell__theme_id"]: row for row in recent.values("cell__theme_id").annotate(**within).order_by()}
    volume = [sum(row[name] for row in found.values()) for name in within]
    return [[found.get(theme, {}).get(name, 0) for name in within] for theme in theme_ids], volume
