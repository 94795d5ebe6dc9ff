"""What reading tells the lake: one row for each label that a model gave a voice; codes and figures, never words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q, QuerySet

from allears.jobs.hot import HotSource, milliseconds
from allears.lake.tables import ANNOTATIONS
from allears.understand.models import VoiceAnnotation

if TYPE_CHECKING:
    import pyarrow as pa

MOST_LABELS: Final = 1000  # of one annotation: a row's key is the annotation's times this, and the label's place
_OF_ANNOTATION: Final = {
    "voice_id": "voice_id",
    "customer_key": "voice__customer__key",
    "touchpoint_key": "voice__touchpoint__key",
    "channel": "voice__channel",
    "segment": "voice__segment",
    "source_kind": "voice__source_kind",
    "annotator": "annotator",
    "model": "model",
    "language": "language",
    "annotated_ms": "annotated_at",
    "replaced_ms": "replaced_at",
}
_OF_LABEL: Final = ("label_id", "task", "value", "polarity", "confidence")
_COLUMNS: Final = ("workspace_id", "ts", *_OF_ANNOTATION, *_OF_LABEL)


@dataclass(frozen=True, kw_only=True)
class LabelSource(HotSource):
    """One annotation becomes as many rows as it has labels; their places in it never change, so neither do the keys."""

    def facts(self, rows: QuerySet[Any], *, version: int) -> "pa.Table":
        """As `HotSource.facts`."""
        import pyarrow as pa

        values = list(zip(*_labels(rows.filter(self.only)), strict=True)) or [()] * len(_COLUMNS)
        given: dict[str, Sequence[Any]] = dict(zip(_COLUMNS, values, strict=True))
        given |= {
            "ts_ms": [milliseconds(moment) for moment in given["ts"]],
            "day": [moment.date().isoformat() for moment in given["ts"]],
            "annotated_ms": [milliseconds(moment) for moment in given["annotated_ms"]],
            "replaced_ms": [milliseconds(moment) for moment in given["replaced_ms"]],
            "replaced": [moment is not None for moment in given["replaced_ms"]],
            "version": [version] * len(values[0]),
        }
        schema = self.spec.arrow_schema()
        empty_is_none = {column.name for column in self.spec.columns if column.type == "string" and column.nullable}
        arrays = [
            pa.array(
                [each or None for each in given[name]] if name in empty_is_none else given[name],
                schema.field(name).type,
            )
            for name in self.spec.names
        ]
        return pa.table(arrays, schema=schema)


def _labels(rows: QuerySet[Any]) -> Iterator[tuple[Any, ...]]:
    """In the order of ``_COLUMNS``."""
    fields = ("workspace_id", "said_at", *_OF_ANNOTATION.values())
    for number, labels, *of in rows.order_by("id").values_list("id", "labels", *fields):
        for place, label in enumerate(labels[:MOST_LABELS]):
            task, value, polarity = label["task"], label["value"], label["polarity"]
            yield (*of, number * MOST_LABELS + place, task, value, polarity, round(label["confidence"] * 1000))


SOURCE = LabelSource(
    spec=ANNOTATIONS,
    model=VoiceAnnotation,
    ts="said_at",
    only=Q(voice__repeats__isnull=True),  # what was said before counts once
    columns={**_OF_ANNOTATION, "replaced": "replaced_at", **dict.fromkeys(_OF_LABEL, "labels")},
    most=5_000,
)


def keys_of_voices(workspace_id: int, voice_ids: Sequence[int]) -> list[int]:
    """The keys that these voices' annotations may have in the lake, for taking an import back."""
    rows = VoiceAnnotation.objects.in_workspace(workspace_id).filter(voice_id__in=voice_ids)
    return [
        number * MOST_LABELS + place
        for number, labels in rows.values_list("id", "labels")
        for place in range(min(len(labels), MOST_LABELS))
    ]
