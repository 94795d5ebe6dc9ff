"""The outside model in force for chosen labels: there its word takes the place of ours, and ours stands where it fails.

Only texts without personal data are sent, in batches, within the month's cap and a time limit for each round; what was
answered before is not asked again. Where it gives no answer (a fault, the cap, no time left) and gave none before, the
annotation is that of the model of the house, and its ``model`` says so by naming no other. After a fault it is left
alone for a while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.understand.annotating import TEXT, Read
from allears.understand.models import VoiceAnnotation
from allears.understand.plugin import protocol
from allears.understand.plugin.actions import OutsideModelError, outside_model
from allears.understand.plugin.annotating import OutsideAnnotator
from allears.understand.plugin.calling import Caller, EndpointError
from allears.understand.plugin.metering import CapReachedError, next_month
from allears.understand.plugin.models import OutsideChoice, OutsideModel
from allears.understand.plugin.sealing import UnreadableKeyError, unseal
from allears.understand.reading import restart_back_fill
from allears.understand.text.annotation import Annotation

SECONDS: Final = 45.0  # for one round of reading; what is left then is read by the house
PAUSE: Final = timedelta(minutes=5)
LONG_PAUSE: Final = timedelta(hours=1)  # after what asking again will not mend
BESIDE_FEELING: Final = frozenset({"strength", "mixed", "sarcasm"})  # shades of a feeling that another model told


@dataclass(frozen=True, kw_only=True)
class InForce:
    """What the outside model reads now: ``labels`` are tasks; without any it reads nothing."""

    outside: OutsideModel | None
    labels: tuple[str, ...]
    may_roll_back: bool
    choice_id: int | None = None  # the one that counts, so that going back twice takes two looks

    @property
    def reads(self) -> bool:
        return bool(self.outside and self.outside.enabled_at and self.labels)


def in_force(*, workspace_id: int) -> InForce:
    """Which labels it was last put in force for."""
    chosen = list(OutsideChoice.objects.in_workspace(workspace_id).order_by("id"))
    pile = _pile(chosen)
    labels = tuple(pile[-1]) if pile else ()
    return InForce(
        outside=outside_model(workspace_id=workspace_id),
        labels=labels,
        may_roll_back=len(pile) > 1,
        choice_id=chosen[-1].pk if chosen else None,
    )


def _pile(chosen: Sequence[OutsideChoice]) -> list[list[str]]:
    """Choices one over the other; going back takes the uppermost off, so that a second time goes back further."""
    pile: list[list[str]] = [[]]
    for each in chosen:
        if each.reason == OutsideChoice.Reason.ROLLED_BACK and len(pile) > 1:
            pile.pop()
        else:
            pile.append(list(each.labels))
    return pile


def put_in_force(
    *, workspace_id: int, labels: Sequence[str], past: bool, actor_id: int | None, now: datetime
) -> InForce:
    """Let it say these labels from now on (none: nothing); ``past``: every voice again. Raises OutsideModelError."""
    wanted = [task for task in protocol.ASKED if task in labels]
    if unknown := sorted(set(labels) - set(wanted)):
        raise OutsideModelError(_("There is no label %(name)s; nothing was changed.") % {"name": unknown[0]})
    row = outside_model(workspace_id=workspace_id)
    if wanted and (row is None or row.enabled_at is None):
        raise OutsideModelError(_("The outside model is off. An administrator can switch it on; nothing was changed."))
    _choose(workspace_id, wanted, OutsideChoice.Reason.CHOSEN, past, actor_id, now)
    return in_force(workspace_id=workspace_id)


def roll_back(*, workspace_id: int, actor_id: int | None, now: datetime, seen: int | None = None) -> InForce:
    """As it was before the last choice, and every voice read again so. Raises OutsideModelError.

    ``seen`` is the choice that the person saw: a second click, or a colleague's, does not go back further.
    """
    chosen = list(OutsideChoice.objects.in_workspace(workspace_id).order_by("id"))
    before = _pile(chosen)
    if len(before) < 2:
        raise OutsideModelError(_("There is nothing to go back to; nothing was changed."))
    if seen is not None and chosen[-1].pk != seen:
        raise OutsideModelError(_("Another model was chosen since this page was made; nothing was changed."))
    _choose(workspace_id, before[-2], OutsideChoice.Reason.ROLLED_BACK, True, actor_id, now)
    return in_force(workspace_id=workspace_id)


def _choose(
    workspace_id: int, labels: Sequence[str], reason: str, past: bool, actor_id: int | None, now: datetime
) -> None:
    with transaction.atomic():
        OutsideChoice(workspace_id=workspace_id, labels=list(labels), reason=reason, by_id=actor_id, at=now).save()
        OutsideModel.objects.in_workspace(workspace_id).update(paused_until=None, trouble="", troubled_at=None)
        audit(
            workspace_id=workspace_id,
            actor_id=actor_id,
            verb="understand.outside_model.chosen",
            detail={"labels": list(labels), "reason": reason},
        )
        if past:
            restart_back_fill(workspace_id=workspace_id, actor_id=actor_id, now=now)


def second_reading(workspace_id: int, texts: Sequence[str], found: Sequence[Read]) -> tuple[Read, ...]:
    """What the house read, with the outside model's word where it is in force; called outside any transaction."""
    chosen, now = in_force(workspace_id=workspace_id), timezone.now()
    row = chosen.outside
    if row is None or not chosen.reads:
        return tuple(found)
    is_paused = row.paused_until is not None and now < row.paused_until
    said: list[Annotation | None] = [None] * len(texts)
    if not is_paused:
        said = ask(row, texts, until=time.monotonic() + SECONDS)
    left = [place for place, each in enumerate(said) if each is None]
    for place, kept in zip(left, OutsideAnnotator(row).remembered([texts[place] for place in left]), strict=True):
        said[place] = kept  # it was paid for, and costs nothing more
    return tuple(
        each if theirs is None else _joined(each, theirs, chosen.labels)
        for each, theirs in zip(found, said, strict=True)
    )


def ask(
    row: OutsideModel, texts: Sequence[str], *, until: float, caller: Callable[[], Caller] | None = None
) -> list[Annotation | None]:
    """What it says of each text, None where it said nothing in time; a fault is noted and ends the round."""
    said: list[Annotation | None] = [None] * len(texts)
    try:
        for start in range(0, len(texts), row.batch_size):
            if time.monotonic() >= until:
                break
            reader = OutsideAnnotator(row, caller=caller() if caller else _caller(row, until))
            part = reader.annotate(texts[start : start + row.batch_size])
            said[start : start + len(part)] = [None if each.abstained == protocol.ASKED else each for each in part]
        if row.trouble:
            _note(row, "", None)
    except CapReachedError as error:
        _note(row, str(error), next_month(timezone.now()))
    except EndpointError as error:
        _note(row, str(error), timezone.now() + (LONG_PAUSE if error.permanent else PAUSE))
    except UnreadableKeyError as error:
        _note(row, str(error), timezone.now() + LONG_PAUSE)
    return said


def _caller(row: OutsideModel, until: float) -> Caller:
    return Caller(base_url=row.base_url, model=row.model, key=unseal(row.key), timeout=row.timeout, until=until)


def _note(row: OutsideModel, trouble: str, until: datetime | None) -> None:
    row.trouble, row.paused_until = trouble[:400], until
    row.troubled_at = timezone.now() if trouble else None
    row.save(update_fields=["trouble", "paused_until", "troubled_at"])


def _joined(read: Read, theirs: Annotation, labels: Sequence[str]) -> Read:
    """The main annotation with the chosen labels as the outside model says them."""
    (slot, ours), *others = read.annotations
    if slot != TEXT:
        return read
    taken = set(labels)
    if "sentiment" in taken and ours.value("sentiment") != theirs.value("sentiment"):
        taken |= BESIDE_FEELING
    kept = [each for each in ours.labels if each.task not in taken]
    new = [each for each in theirs.labels if each.task in labels]
    open_ = [task for task in ours.abstained if task not in taken] + [t for t in theirs.abstained if t in labels]
    joined = replace(
        ours,
        model=f"{ours.model} + {theirs.model}"[:120],
        score=theirs.score if "sentiment" in labels else ours.score,
        labels=(*kept, *new),
        abstained=tuple(open_),
    )
    return replace(read, annotations=((slot, joined), *others))


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many of the voices read last the outside model had a say in."""

    theirs: int
    read: int


def lately(*, workspace_id: int, most: int = 1000) -> Share:
    """Of the last voices read since it was put in force."""
    chosen = OutsideChoice.objects.in_workspace(workspace_id).order_by("-id").first()
    rows = VoiceAnnotation.objects.in_workspace(workspace_id).filter(annotator=TEXT).order_by("-id")
    if chosen is not None:
        rows = rows.filter(annotated_at__gte=chosen.at)
    models = list(rows.values_list("model", flat=True)[:most])
    return Share(theirs=sum(" + outside:" in model for model in models), read=len(models))
