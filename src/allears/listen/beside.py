"""Voices by the rows of another table that name them: how to ask for them depends on how many there are."""

from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

FEW: Final = 5_000


def voices_of(rows: QuerySet, *, each: QuerySet) -> Q:  # type: ignore[type-arg]
    """Voices that ``rows`` name in ``voice_id``. Few are read at once; where there are many, each voice is asked
    whether a row of its own is among them, by ``each``: the same rows, found by the voice alone."""
    if len(rows.order_by().values_list("pk", flat=True)[: FEW + 1]) <= FEW:
        return Q(pk__in=rows.order_by().values("voice_id"))
    return Q(Exists(each.filter(voice_id=OuterRef("pk"))))
