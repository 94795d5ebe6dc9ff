"""Drawing and changing the map."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.accounts.models import Membership
from allears.journeys.models import Touchpoint
from allears.journeys.templates import TEMPLATES


class TouchpointError(ValueError):
    """What was asked of the map cannot be; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class TouchpointSpec:
    """All that a person may say about a touchpoint."""

    key: str
    name: str
    name_zh: str = ""
    stage: str = ""
    channel: str = ""
    event_names: Sequence[str] = ()
    owner_id: int | None = None  # a membership of the same workspace


def _check(*, workspace_id: int, spec: TouchpointSpec, touchpoint_id: int | None) -> None:
    if not spec.name.strip():
        raise TouchpointError(_("A touchpoint needs a name."))
    rivals = Touchpoint.objects.in_workspace(workspace_id).filter(key=spec.key).exclude(id=touchpoint_id)
    if rivals.exists():
        raise TouchpointError(
            _("The key “%(key)s” is taken by another touchpoint (perhaps an archived one). Choose another key.")
            % {"key": spec.key}
        )
    if spec.owner_id is None:
        return
    members = Membership.objects.in_workspace(workspace_id).filter(ended_at__isnull=True)
    if not members.filter(id=spec.owner_id).exists():
        raise TouchpointError(_("The owner must be a present member of this workspace. Choose one from the list."))


def _fill(touchpoint: Touchpoint, spec: TouchpointSpec) -> None:
    touchpoint.key = spec.key
    touchpoint.name = spec.name.strip()
    touchpoint.name_zh = spec.name_zh.strip()
    touchpoint.stage = spec.stage
    touchpoint.channel = spec.channel
    touchpoint.event_names = list(dict.fromkeys(name.strip() for name in spec.event_names if name.strip()))
    touchpoint.owner_id = spec.owner_id


def _last_position(workspace_id: int) -> int:
    found = Touchpoint.objects.in_workspace(workspace_id).aggregate(last=Max("position"))
    return int(found["last"] or 0)


@transaction.atomic
def create_touchpoint(*, workspace_id: int, spec: TouchpointSpec, actor_id: int | None, now: datetime) -> Touchpoint:
    """Add a touchpoint at the end of the journey; raises ``TouchpointError``."""
    _check(workspace_id=workspace_id, spec=spec, touchpoint_id=None)
    touchpoint = Touchpoint(workspace_id=workspace_id, position=_last_position(workspace_id) + 1, created_at=now)
    _fill(touchpoint, spec)
    touchpoint.save()
    _audit(touchpoint, actor_id=actor_id, verb="created")
    return touchpoint


@transaction.atomic
def change_touchpoint(*, touchpoint: Touchpoint, spec: TouchpointSpec, actor_id: int | None) -> Touchpoint:
    """Replace all that ``spec`` covers; raises ``TouchpointError``, and then nothing is changed."""
    _check(workspace_id=touchpoint.workspace_id, spec=spec, touchpoint_id=touchpoint.id)
    _fill(touchpoint, spec)
    touchpoint.save()
    _audit(touchpoint, actor_id=actor_id, verb="changed")
    return touchpoint


@transaction.atomic
def archive_touchpoint(*, touchpoint: Touchpoint, actor_id: int | None, now: datetime) -> None:
    """Take it off the map; what was heard there stays."""
    if touchpoint.archived_at is None:
        touchpoint.archived_at = now
        touchpoint.save(update_fields=["archived_at"])
        _audit(touchpoint, actor_id=actor_id, verb="archived")


@transaction.atomic
def restore_touchpoint(*, touchpoint: Touchpoint, actor_id: int | None) -> None:
    """Put it back on the map."""
    if touchpoint.archived_at is not None:
        touchpoint.archived_at = None
        touchpoint.save(update_fields=["archived_at"])
        _audit(touchpoint, actor_id=actor_id, verb="restored")


@transaction.atomic
def apply_template(*, workspace_id: int, template_key: str, actor_id: int | None, now: datetime) -> list[Touchpoint]:
    """Create the template's touchpoints whose keys are free; what exists is left alone."""
    if template_key not in TEMPLATES:
        raise TouchpointError(_("There is no journey template of that name. Choose one from the list."))
    taken = set(Touchpoint.objects.in_workspace(workspace_id).values_list("key", flat=True))
    return [
        create_touchpoint(
            workspace_id=workspace_id,
            spec=TouchpointSpec(
                key=plan.key,
                name=plan.name,
                name_zh=plan.name_zh,
                stage=plan.stage,
                channel=plan.channel,
                event_names=plan.event_names,
            ),
            actor_id=actor_id,
            now=now,
        )
        for plan in TEMPLATES[template_key].touchpoints
        if plan.key not in taken
    ]


def _audit(touchpoint: Touchpoint, *, actor_id: int | None, verb: str) -> None:
    audit(
        workspace_id=touchpoint.workspace_id,
        actor_id=actor_id,
        verb=f"journeys.touchpoint.{verb}",
        subject=f"touchpoint:{touchpoint.id}",
        detail={"key": touchpoint.key},
    )
