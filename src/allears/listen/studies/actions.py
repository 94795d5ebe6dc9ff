"""What is done with studies: plan one, launch it, pause it, end it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.listen import conditions
from allears.listen.actions import KeyTakenError
from allears.listen.models import Survey
from allears.listen.studies.models import Study
from allears.outreach import channels

RHYTHMS = (0, 1, 2, 3, 6, 12)  # months between two waves; 0: once
LONGEST_MONTH = 28  # days that a wave of a monthly programme may stay open
FIXED = ("survey_id", "segments", "conditions", "every_months", "starts_at")  # once launched: waves stay comparable


class StudyError(ValueError):
    """A study that cannot be planned; ``field`` names what to mend, ``problem`` says how it must be."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field, self.problem = field, problem


@dataclass(frozen=True, kw_only=True)
class StudySpec:
    """Which survey is put to whom, when, and how often."""

    key: str
    name: str
    survey_id: int
    starts_at: datetime
    channel: str = "email"
    fallbacks: Sequence[str] = field(default_factory=list)
    segments: Sequence[str] = field(default_factory=list)
    conditions: Sequence[Mapping[str, Any]] = field(default_factory=list)
    sample_size: int | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    every_months: int = 0
    open_days: int = 14
    ends_at: datetime | None = None
    rest_waves: int = 1
    priority: int = 0


def create_study(*, workspace_id: int, spec: StudySpec, now: datetime, actor_id: int | None = None) -> Study:
    """Plan a study; nobody is asked before it is launched. Raises StudyError, ConditionError or KeyTakenError."""
    values = check(workspace_id=workspace_id, spec=spec)
    if Study.objects.in_workspace(workspace_id).filter(key=spec.key).exists():
        raise KeyTakenError(_("there is a study %(key)s already; choose another key") % {"key": spec.key})
    study: Study = Study.objects.create(workspace_id=workspace_id, **values, created_at=now)
    _audit(study, "planned", actor_id)
    return study


def change_study(*, study: Study, spec: StudySpec, actor_id: int | None = None) -> Study:
    """Change a study; waves that are open stay as they were drawn. Raises StudyError or ConditionError.

    Once launched, its survey, population and rhythm stay: waves are there to be compared.
    """
    values = check(workspace_id=study.workspace_id, spec=spec)
    if study.launched_at:
        for name in FIXED:
            if values[name] != getattr(study, name):
                raise StudyError(
                    name, _("this stays once a study is launched; plan another study for another question")
                )
    for name, value in values.items():
        setattr(study, name, value)
    study.save()
    _audit(study, "changed", actor_id)
    return study


def check(*, workspace_id: int, spec: StudySpec) -> dict[str, Any]:
    """A study's values as they are stored; raises StudyError or ConditionError."""
    _check_asking(spec)
    _check_times(spec)
    if not Survey.objects.in_workspace(workspace_id).filter(id=spec.survey_id, archived_at__isnull=True).exists():
        raise StudyError("survey_id", _("there is no such survey in this workspace"))
    wanted = conditions.normalised(spec.conditions)
    for index, each in enumerate(wanted):
        if each.get("of") != "customer":
            raise conditions.ConditionError(index, "of", _("a study looks at the customer only"))
    return {
        **vars(spec),
        "name": spec.name.strip(),
        "fallbacks": list(spec.fallbacks),
        "segments": sorted(set(spec.segments)),
        "conditions": wanted,
        "quotas": dict(spec.quotas),
    }


def _check_asking(spec: StudySpec) -> None:
    if not spec.name.strip():
        raise StudyError("name", _("give it a name"))
    for name in (spec.channel, *spec.fallbacks):
        if name not in channels.adapters():
            raise StudyError("channel", _("there are: %(names)s") % {"names": ", ".join(sorted(channels.adapters()))})
    if spec.channel in spec.fallbacks or len(set(spec.fallbacks)) < len(spec.fallbacks):
        raise StudyError("fallbacks", _("name each channel once"))
    if spec.sample_size is not None and spec.sample_size < 1:
        raise StudyError("sample_size", _("ask at least one customer, or leave it empty to ask everybody"))
    if any(number < 0 for number in spec.quotas.values()):
        raise StudyError("quotas", _("a quota is a number of customers"))
    if spec.segments and (strangers := sorted(set(spec.quotas) - set(spec.segments))):
        raise StudyError(
            "quotas", _("these segments are not in the study: %(names)s") % {"names": ", ".join(strangers)}
        )
    if not -100 <= spec.priority <= 100:
        raise StudyError("priority", _("a priority lies between -100 and 100"))


def _check_times(spec: StudySpec) -> None:
    if spec.every_months not in RHYTHMS:
        raise StudyError(
            "every_months", _("the rhythms are: %(months)s months (0: once)") % {"months": ", ".join(map(str, RHYTHMS))}
        )
    if not 2000 <= spec.starts_at.year <= 2100 or (spec.ends_at and spec.ends_at.year > 2200):
        raise StudyError("starts_at", _("a study starts between 2000 and 2100 and ends before 2200"))
    longest = spec.every_months * LONGEST_MONTH or 366
    if not 1 <= spec.open_days <= longest:
        raise StudyError(
            "open_days", _("a wave is open for 1 to %(days)s days, so that it ends before the next") % {"days": longest}
        )
    if spec.ends_at and spec.ends_at <= spec.starts_at:
        raise StudyError("ends_at", _("it ends after it starts"))
    if not 0 <= spec.rest_waves <= 12:
        raise StudyError("rest_waves", _("customers rest for 0 to 12 waves"))


def launch_study(*, study: Study, now: datetime, actor_id: int | None = None) -> None:
    """From now on its waves open by themselves. Raises StudyError when none can."""
    from allears.listen.studies.trying import slot_ahead  # it looks at schedules, which look at studies

    if slot_ahead(study=study, now=now) is None:
        raise StudyError("starts_at", _("the time of every wave has gone by; let it start later"))
    study.launched_at, study.paused_at = study.launched_at or now, None
    study.save(update_fields=["launched_at", "paused_at"])
    _audit(study, "launched", actor_id)


def pause_study(*, study: Study, now: datetime, actor_id: int | None = None) -> None:
    """No wave opens while it is paused; who was asked can still answer."""
    study.paused_at = now
    study.save(update_fields=["paused_at"])
    _audit(study, "paused", actor_id)


def resume_study(*, study: Study, actor_id: int | None = None) -> None:
    """Waves open again by the schedule; those whose time went by are left out."""
    study.paused_at = None
    study.save(update_fields=["paused_at"])
    _audit(study, "resumed", actor_id)


def _audit(study: Study, verb: str, actor_id: int | None) -> None:
    audit(
        workspace_id=study.workspace_id,
        actor_id=actor_id,
        verb=f"listen.study.{verb}",
        subject=f"study:{study.key}",
    )
