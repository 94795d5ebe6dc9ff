"""When the voice that said something first is deleted, the next that said the same stands in its place."""

from collections import defaultdict
from typing import Any

from allears.jobs import hot

MOST_IDS = 900  # parameters of one statement


def succeed(collector: Any, field: Any, heirs: Any, using: str) -> None:
    """``on_delete`` of ``Voice.repeats``: of those left, the earliest counts from now on and stands for the others."""
    going = {row.pk for row in collector.data.get(field.model, ())}
    left: dict[tuple[int, int], list[int]] = defaultdict(list)
    for voice_id, first_id, workspace_id in heirs.order_by("pk").values_list("pk", "repeats_id", "workspace_id"):
        if voice_id not in going:
            left[workspace_id, first_id].append(voice_id)
    next_ones: dict[int, list[int]] = defaultdict(list)
    for (workspace_id, _), (heir, *others) in left.items():
        next_ones[workspace_id].append(heir)
        if others:
            field.model.objects.in_workspace(workspace_id).filter(pk__in=others).update(repeats=heir)
    for workspace_id, ids in next_ones.items():
        _stand(field.model, workspace_id, ids)


def _stand(model: Any, workspace_id: int, ids: list[int]) -> None:
    rows = model.objects.in_workspace(workspace_id)
    for start in range(0, len(ids), MOST_IDS):
        rows.filter(pk__in=ids[start : start + MOST_IDS]).update(repeats=None)
    hot.heat(table="voices", workspace_id=workspace_id, ids=ids)
