"""Ending early: one wave, or the whole study; and taking that back while the time that was planned still runs.

What was answered stays and counts. Who was asked finds the survey closed; messages that still wait in the outbox are
cancelled; an ask that the governor holds is refused as expired when its time comes, so that taking it back before then
changes nothing for that customer.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.listen.models import Invitation
from allears.listen.studies.models import Study, Wave
from allears.outreach.calling_back import call_back, send_after_all
from allears.outreach.models import Decision

REASON = "its wave was closed before it was sent"


class ClosingError(ValueError):
    """What cannot be ended, or not be taken back; the text says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Whom closing a wave touches: customers who were asked, by how far they got, and asks on their way."""

    finished: int
    begun: int  # answered in part
    silent: int  # asked, nothing answered yet
    held: int  # by the governor


def _asked(wave: Wave) -> QuerySet[Invitation]:
    found: QuerySet[Invitation] = Invitation.objects.in_workspace(wave.workspace_id).filter(drawn_by__wave=wave)
    return found


def _decisions(wave: Wave) -> QuerySet[Decision]:
    """Every verdict on an ask of this wave."""
    found: QuerySet[Decision] = Decision.objects.in_workspace(wave.workspace_id).filter(
        probe_key=wave.study.probe_key, ask_key__startswith=f"wave:{wave.study_id}.{wave.number}:"
    )
    return found


def effect_of(*, wave: Wave) -> Effect:
    """What closing this wave now would do, or did."""
    open_now = _asked(wave).filter(completed_at__isnull=True)
    begun = open_now.filter(started_at__isnull=False).count()
    return Effect(
        finished=_asked(wave).filter(completed_at__isnull=False).count(),
        begun=begun,
        silent=open_now.count() - begun,
        held=_decisions(wave).filter(verdict=Decision.Verdict.HELD, settled_at__isnull=True).count(),
    )


def open_wave_of(*, study: Study, now: datetime) -> Wave | None:
    """The wave that takes answers now."""
    found: Wave | None = study.waves.filter(closed_at__isnull=True, closes_at__gt=now).first()
    return found


@transaction.atomic
def close_wave(*, wave: Wave, now: datetime, actor_id: int | None = None) -> Effect:
    """Close a wave before its time; raises ClosingError when it takes no answers any more."""
    wave = _locked(wave)
    if wave.closed_at is not None or wave.closes_at <= now:
        raise ClosingError(_("Wave %(number)s is closed already. Nothing was changed.") % {"number": wave.number})
    effect = effect_of(wave=wave)
    wave.closed_at = now
    wave.save(update_fields=["closed_at"])
    asked = _asked(wave).filter(completed_at__isnull=True)
    asked.filter(expires_at__gt=now).update(expires_at=now)
    call_back(workspace_id=wave.workspace_id, decision_ids=_sent(wave), reason=REASON)
    _audit(wave.study, "wave_closed", actor_id, wave=wave.number)
    return effect


@transaction.atomic
def reopen_wave(*, wave: Wave, now: datetime, actor_id: int | None = None) -> int:
    """Take an early closing back; how many asks were refused meanwhile and stay so. Raises ClosingError."""
    wave = _locked(wave)
    if wave.study.ended_at is not None:
        raise ClosingError(_("The study has ended. Take that back first; its wave opens with it."))
    return _reopen(wave, now, actor_id)


def _reopen(wave: Wave, now: datetime, actor_id: int | None) -> int:
    closed = wave.closed_at
    if closed is None or now >= wave.closes_at:
        raise ClosingError(
            _("Wave %(number)s cannot be opened again: its time is over, or it is open. Nothing was changed.")
            % {"number": wave.number}
        )
    refused = _decisions(wave).filter(rule="expired", at__gte=closed, settled_at__isnull=True).count()
    _asked(wave).filter(completed_at__isnull=True, expires_at=closed).update(expires_at=wave.closes_at)
    wave.closed_at = None
    wave.save(update_fields=["closed_at"])
    send_after_all(workspace_id=wave.workspace_id, decision_ids=_sent(wave), reason=REASON, since=closed)
    _audit(wave.study, "wave_reopened", actor_id, wave=wave.number)
    return refused


@transaction.atomic
def end_study(*, study: Study, now: datetime, actor_id: int | None = None) -> Effect | None:
    """No wave opens any more, and the open one closes; what that did, None without one. Raises ClosingError."""
    if study.launched_at is None or study.ended_at is not None:
        raise ClosingError(_("Only a study that was launched and has not ended can be ended. Nothing was changed."))
    wave = open_wave_of(study=study, now=now)
    effect = close_wave(wave=wave, now=now, actor_id=actor_id) if wave else None
    study.ended_at = now
    study.save(update_fields=["ended_at"])
    _audit(study, "ended", actor_id)
    return effect


@transaction.atomic
def continue_study(*, study: Study, now: datetime, actor_id: int | None = None) -> int:
    """Take the end back: waves open by the schedule again, and the one that closed with it opens if its time runs.

    How many asks were refused meanwhile and stay so. Raises ClosingError.
    """
    if study.ended_at is None:
        raise ClosingError(_("This study has not been ended. Nothing was changed."))
    ended, study.ended_at = study.ended_at, None
    study.save(update_fields=["ended_at"])
    _audit(study, "continued", actor_id)
    wave = study.waves.filter(closed_at=ended, closes_at__gt=now).first()
    return _reopen(_locked(wave), now, actor_id) if wave else 0


def _locked(wave: Wave) -> Wave:
    """A draw that runs has drawn its chunk before, or sees the wave closed after."""
    rows = Wave.objects.in_workspace(wave.workspace_id).select_for_update(of=("self",)).select_related("study__survey")
    found: Wave = rows.get(pk=wave.pk)
    return found


def _sent(wave: Wave) -> list[int]:
    """The decisions behind asks that nobody has answered yet."""
    asked = _asked(wave).filter(completed_at__isnull=True).values_list("decision_id", flat=True)
    return [number for number in asked if number is not None]


def _audit(study: Study, verb: str, actor_id: int | None, **detail: int) -> None:
    audit(
        workspace_id=study.workspace_id,
        actor_id=actor_id,
        verb=f"listen.study.{verb}",
        subject=f"study:{study.key}",
        detail=detail,
    )
