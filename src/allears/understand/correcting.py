"""People know better: who may correct a label, and what becomes of it. Nothing is overwritten, all can be undone."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from allears.accounts.access import Access
from allears.accounts.audit import audit
from allears.accounts.models import Membership, Role
from allears.listen.models import Voice
from allears.store.scope import ScopedQuerySet
from allears.understand.labelling import OWN, VALUES, WITH_POLARITY, effective, is_single
from allears.understand.models import Correction, Reviewer, TextModel, VoiceAnnotation
from allears.understand.reading import hold_labels, relabel
from allears.understand.teaching import Share


class CorrectionError(ValueError):
    """A correction that makes no sense; the text says what to write."""


def is_reviewer(access: Access) -> bool:
    """Managers, and members who were asked to."""
    if access.is_manager:
        return True
    return reviewers(workspace_id=access.workspace_id).filter(member=access.membership).exists()


def share_of(access: Access) -> Share:
    """Which part of the voices to be labelled this person is asked about first, so that two do not label the same."""
    rows = Membership.objects.in_workspace(access.workspace_id).filter(ended_at__isnull=True)
    asked = reviewers(workspace_id=access.workspace_id).values("member_id")
    ids = rows.exclude(role=Role.AGENT).values_list("pk", flat=True).union(rows.filter(pk__in=asked).values_list("pk"))
    people = sorted(ids)
    return Share(place=people.index(access.membership.pk), of=len(people))


def reviewers(*, workspace_id: int) -> ScopedQuerySet[Reviewer]:
    """Who reviews now, beside the managers."""
    found: ScopedQuerySet[Reviewer] = Reviewer.objects.in_workspace(workspace_id).filter(ended_at__isnull=True)
    return found.select_related("member__user")


def set_reviewers(*, workspace_id: int, member_ids: Sequence[int], actor_id: int, now: datetime) -> None:
    """From now on these members review beside the managers, and no others."""
    members = Membership.objects.in_workspace(workspace_id).filter(ended_at__isnull=True, pk__in=member_ids)
    wanted = set(members.values_list("pk", flat=True))
    with transaction.atomic():
        rows = Reviewer.objects.in_workspace(workspace_id).filter(ended_at__isnull=True)
        present = set(rows.values_list("member_id", flat=True))
        rows.exclude(member_id__in=wanted).update(ended_at=now)
        for member_id in sorted(wanted - present):
            Reviewer(workspace_id=workspace_id, member_id=member_id, by_id=actor_id, at=now).save()
        if wanted != present:
            audit(
                workspace_id=workspace_id,
                actor_id=actor_id,
                verb="understand.reviewers.set",
                detail={"members": sorted(wanted)},
            )


def correct(
    *,
    voice: Voice,
    task: str,
    value: str,
    verdict: str = Correction.Verdict.IS,
    polarity: int | None = None,
    author_id: int | None,
    now: datetime,
) -> Correction:
    """Keep a person's word on one label and put it in force at once. Raises CorrectionError."""
    _check(voice.workspace_id, task, value, verdict, polarity)
    with transaction.atomic():
        said = Correction(
            workspace_id=voice.workspace_id,
            voice=voice,
            task=task,
            value=value,
            polarity=polarity if task in WITH_POLARITY else None,
            verdict=verdict,
            author_id=author_id,
            at=now,
        )
        said.save()
        relabel(workspace_id=voice.workspace_id, voice_ids=[voice.pk])
    return said


def confirm(*, voice: Voice, author_id: int | None, now: datetime) -> list[Correction]:
    """All labels as they are shown are right; those a person said already are not said again."""
    rows = VoiceAnnotation.objects.in_workspace(voice.workspace_id).filter(voice=voice, replaced_at__isnull=True)
    said = list(Correction.objects.in_workspace(voice.workspace_id).filter(voice=voice))
    with transaction.atomic():
        return [
            correct(voice=voice, task=each.task, value=each.value, polarity=each.polarity, author_id=author_id, now=now)
            for each in effective(rows, said)
            if not each.by_person
        ]


def undo(*, correction: Correction, author_id: int | None, now: datetime) -> None:
    """Take one word back; the model's, or what was said before, counts again. A second time changes nothing."""
    if correction.undoes_id:
        return
    with transaction.atomic():
        hold_labels(workspace_id=correction.workspace_id, voice_ids=[correction.voice_id])
        if Correction.objects.in_workspace(correction.workspace_id).filter(undoes=correction).exists():
            return
        Correction(
            workspace_id=correction.workspace_id,
            voice_id=correction.voice_id,
            task=correction.task,
            value=correction.value,
            polarity=correction.polarity,
            verdict=correction.verdict,
            author_id=author_id,
            at=now,
            undoes=correction,
        ).save()
        relabel(workspace_id=correction.workspace_id, voice_ids=[correction.voice_id])


def _check(workspace_id: int, task: str, value: str, verdict: str, polarity: int | None) -> None:
    if verdict not in Correction.Verdict.values:
        raise CorrectionError("verdict: write `is` or `is_not`")
    if polarity not in (None, -1, 0, 1):
        raise CorrectionError("polarity: write -1, 0 or 1")
    if task.startswith(OWN):
        known = TextModel.objects.in_workspace(workspace_id).filter(slot=task)
        values = {each for row in known for each in row.report.get("values", [])}
    elif task in VALUES:
        values = set(VALUES[task])
    else:
        raise CorrectionError(f"task: there is no {task!r}; there are {', '.join(VALUES)}")
    if value not in values and not (value == "" and is_single(task)):
        raise CorrectionError(f"value: {task} has no {value!r}; there are {', '.join(sorted(values))}")


def gold(*, workspace_id: int) -> ScopedQuerySet[Voice]:
    """Voices that a person has labelled or confirmed: what every model is judged by."""
    said = Correction.objects.in_workspace(workspace_id).filter(undoes__isnull=True, undone_by__isnull=True)
    found: ScopedQuerySet[Voice] = Voice.objects.in_workspace(workspace_id).filter(pk__in=said.values("voice_id"))
    return found.exclude(text="").order_by("-pk")
