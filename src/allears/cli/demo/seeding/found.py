"""Founding the company in All Ears: workspace, colleagues, map, surveys, probes, rules and promises."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from allears.accounts.models import Membership, User, Workspace
from allears.cli.demo import company
from allears.journeys.actions import apply_template
from allears.journeys.models import Touchpoint
from allears.listen.actions import ProbeSpec, create_probe, ensure_ready_made
from allears.listen.models import Probe, SurveyVersion
from allears.outreach.actions import publish_policy
from allears.outreach.governor import Cap, Policy, QuietHours
from allears.respond.models import BusinessCalendar, Cause, ServicePromise

READY_MADE = {"nps": "nps-why", "csat": "csat", "ces": "ces", "follow_up": "case-follow-up"}
RULES = Policy(
    rest_days={"nps": 30.0, "csat": 14.0, "ces": 14.0, "follow_up": 1.0},
    rest_days_overall=3.0,
    caps=(Cap(limit=4, hours=30 * 24),),
    quiet=QuietHours(start=time(21, 0), end=time(8, 0)),
)


@dataclass(frozen=True, kw_only=True)
class Founded:
    """What the rest of the seeding refers to."""

    workspace: Workspace
    members: Mapping[str, Membership]
    touchpoints: Mapping[str, Touchpoint]
    versions: Mapping[str, SurveyVersion]  # nps, csat, ces, follow_up
    probes: Mapping[str, Probe]
    policy_version: int

    @property
    def id(self) -> int:
        return self.workspace.pk


def found(*, since: datetime) -> Founded:
    """Make the company as it stood on its first day."""
    workspace = Workspace.objects.create(
        slug=company.SLUG,
        name=company.NAME,
        timezone=company.TIMEZONE,
        language="en",
        success_statement=company.SUCCESS,
        created_at=since,
    )
    members = _hire(workspace, since=since)
    touchpoints = _draw_map(workspace, members, since=since)
    versions = {family: _survey(workspace, key, since=since) for family, key in READY_MADE.items()}
    probes = _set_probes(workspace, touchpoints, versions, since=since)
    policy = publish_policy(workspace_id=workspace.pk, rules=RULES, now=since)
    _promise(workspace)
    return Founded(
        workspace=workspace,
        members=members,
        touchpoints=touchpoints,
        versions=versions,
        probes=probes,
        policy_version=policy.version,
    )


def _hire(workspace: Workspace, *, since: datetime) -> dict[str, Membership]:
    members = {}
    for colleague in company.COLLEAGUES:
        user = User(email=colleague.email, name=colleague.name, date_joined=since)
        user.set_unusable_password()  # they enter by sign-in link
        user.save()
        members[colleague.key] = Membership.objects.create(
            workspace=workspace, user=user, role=colleague.role, created_at=since
        )
    return members


def _draw_map(workspace: Workspace, members: Mapping[str, Membership], *, since: datetime) -> dict[str, Touchpoint]:
    made = apply_template(workspace_id=workspace.pk, template_key="retail-delivery", actor_id=None, now=since)
    for touchpoint in made:
        touchpoint.owner = members[company.OWNERS[touchpoint.key]]
        touchpoint.save(update_fields=["owner"])
    return {touchpoint.key: touchpoint for touchpoint in made}


def _survey(workspace: Workspace, key: str, *, since: datetime) -> SurveyVersion:
    survey = ensure_ready_made(workspace_id=workspace.pk, key=key, now=since)
    version: SurveyVersion = survey.versions.get(number=1)
    return version


def _set_probes(
    workspace: Workspace,
    touchpoints: Mapping[str, Touchpoint],
    versions: Mapping[str, SurveyVersion],
    *,
    since: datetime,
) -> dict[str, Probe]:
    return {
        plan.key: create_probe(
            workspace_id=workspace.pk,
            spec=ProbeSpec(
                key=plan.key,
                name=plan.name,
                touchpoint_id=touchpoints[plan.touchpoint].pk,
                survey_id=versions[plan.metric].survey_id,
                event_name=plan.event,
                delay_seconds=int(plan.delay_hours * 3600),
                share=plan.share,
            ),
            now=since,
        )
        for plan in company.PROBES
    }


def _promise(workspace: Workspace) -> None:
    Cause.objects.bulk_create(
        Cause(workspace=workspace, key=key, name=name, name_zh=name_zh) for key, name, name_zh in company.CAUSES
    )
    ServicePromise.objects.bulk_create(
        ServicePromise(workspace=workspace, priority=priority, first_reply_minutes=reply, resolve_minutes=resolve)
        for priority, (reply, resolve) in company.PROMISES.items()
    )
    BusinessCalendar.objects.create(workspace=workspace, shifts=company.SHIFTS, holidays=[])
