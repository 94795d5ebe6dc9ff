"""A theme of a selection kept as one that lasts, in a cell of its own as merging and splitting have it; and undone."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.listen.models import Voice
from allears.understand.themes.models import Cell, Place, SelectedTheme, Theme, ThemeChange
from allears.understand.themes.running import store
from allears.understand.themes.within import members_of

STEP = 900  # ids in one statement
MOSTLY = 0.5


class KeepingError(ValueError):
    """This theme of a selection cannot be kept; the message says why. Nothing was changed."""


@transaction.atomic
def keep(*, selected: SelectedTheme, actor_id: int | None, now: datetime) -> ThemeChange:
    """Make it a pinned theme with an id of its own. Where most of it belongs to one lasting theme it is a part of that.

    Raises KeepingError where it was kept before or none of its voices is left.
    """
    workspace_id = selected.workspace_id
    if SelectedTheme.objects.in_workspace(workspace_id).filter(pk=selected.pk, kept_as__isnull=False).exists():
        raise KeepingError(_("This theme was kept already."))
    alive = _alive(workspace_id, [each.voice_id for each in members_of(selected)])
    if not alive:
        raise KeepingError(_("None of its voices is here any more."))
    origin = _origins(workspace_id, alive)
    made: Theme = Theme.objects.create(
        workspace_id=workspace_id,
        name_en=selected.name_en,
        name_zh=selected.name_zh,
        topic=selected.topic,
        terms=selected.terms,
        born_at=now,
        pinned_at=now,
        touched_at=now,
        part_of_id=_mostly(origin, len(alive)),
    )
    _move(made, selected, alive, origin)
    SelectedTheme.objects.in_workspace(workspace_id).filter(pk=selected.pk).update(kept_as=made)
    audit(workspace_id=workspace_id, actor_id=actor_id, verb="theme.kept", subject=f"theme:{made.pk}")
    change: ThemeChange = ThemeChange.objects.create(
        workspace_id=workspace_id,
        theme=made,
        other=made.part_of,
        kind=ThemeChange.Kind.KEPT,
        before={"from": _by_theme(origin), "touched_at": None, "pinned_at": None},
        by_id=actor_id,
        at=now,
    )
    return change


def give_back(*, change: ThemeChange, now: datetime) -> None:
    """Its voices to the themes they came out of, or to where these have gone; those it took in since to none."""
    made, workspace_id = change.theme, change.workspace_id
    places = Place.objects.in_workspace(workspace_id)
    for theme_id, voices in change.before["from"].items():
        origin = _going_on(workspace_id, int(theme_id))
        if origin is None:
            continue
        cell = Cell.objects.create(workspace_id=workspace_id, theme=origin)
        for start in range(0, len(voices), STEP):
            places.filter(voice_id__in=voices[start : start + STEP], cell__theme=made).update(cell=cell)
    places.filter(cell__theme=made).update(cell=None)
    Cell.objects.in_workspace(workspace_id).filter(theme=made).delete()
    SelectedTheme.objects.in_workspace(workspace_id).filter(kept_as=made).update(kept_as=None)
    made.gone_at = now


def _going_on(workspace_id: int, theme_id: int) -> Theme | None:
    """The theme, or the one it was merged into."""
    found: Theme | None = Theme.objects.in_workspace(workspace_id).filter(pk=theme_id).first()
    seen: set[int] = set()
    while found is not None and found.merged_into_id is not None and found.pk not in seen:
        seen.add(found.pk)
        found = Theme.objects.in_workspace(workspace_id).get(pk=found.merged_into_id)
    return found


def _alive(workspace_id: int, ids: Sequence[int]) -> list[int]:
    found: list[int] = []
    for start in range(0, len(ids), STEP):
        rows = Voice.objects.in_workspace(workspace_id).filter(pk__in=ids[start : start + STEP]).exclude(text="")
        found += rows.values_list("id", flat=True)
    return found


def _origins(workspace_id: int, ids: Sequence[int]) -> dict[int, int | None]:
    """The lasting theme of each voice that has a place, None for the loose ones."""
    found: dict[int, int | None] = {}
    for start in range(0, len(ids), STEP):
        rows = Place.objects.in_workspace(workspace_id).filter(voice_id__in=ids[start : start + STEP])
        found |= dict(rows.values_list("voice_id", "cell__theme_id"))
    return found


def _mostly(origin: Mapping[int, int | None], total: int) -> int | None:
    counted = Counter(theme for theme in origin.values() if theme is not None)
    theme, n = next(iter(counted.most_common(1)), (None, 0))
    return theme if n >= MOSTLY * total else None


def _by_theme(origin: Mapping[int, int | None]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for voice, theme in origin.items():
        if theme is not None:
            found[str(theme)].append(voice)
    return found


def _move(made: Theme, selected: SelectedTheme, alive: Sequence[int], origin: Mapping[int, int | None]) -> None:
    """All into one cell: places that are there change theirs, and voices that no search has read get one."""
    cell = Cell.objects.create(workspace_id=made.workspace_id, theme=made)
    placed = list(origin)
    for start in range(0, len(placed), STEP):
        rows = Place.objects.in_workspace(made.workspace_id).filter(voice_id__in=placed[start : start + STEP])
        rows.update(cell=cell)
    fresh = set(alive) - origin.keys()
    new = [each for each in members_of(selected) if each.voice_id in fresh]
    store(
        workspace_id=made.workspace_id,
        rows=[(m.voice_id, made.workspace_id, cell.pk, "zh" if m.is_zh else "en", m.nearness, None) for m in new],
    )
