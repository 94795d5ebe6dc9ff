"""From an allowed ask to an invitation and a message in the outbox, set-wise, in the caller's transaction."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allears.customers.models import Customer
from allears.listen import mail
from allears.listen.definition import Definition, parse
from allears.listen.models import Invitation, SurveyVersion
from allears.outreach.actions import post_many
from allears.outreach.contracts import Posting, Release
from allears.outreach.facts import Addressee, addressees

OPEN_FOR = timedelta(days=30)  # how long an invitation can be answered


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What listening needs to make an invitation once the governor allows it; travels in ``Proposal.context``."""

    survey_id: int
    probe_id: int | None = None
    touchpoint_id: int | None = None
    case_id: int | None = None
    snapshot: Mapping[str, Any] = field(default_factory=dict)  # event and customer as they were then

    def as_context(self) -> dict[str, Any]:
        return asdict(self)


def portraits(*, workspace_id: int, customer_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The customers' attributes as they are now, to be frozen into snapshots."""
    rows = Customer.objects.in_workspace(workspace_id).filter(id__in=set(customer_ids))
    return {
        row["id"]: {name: row[name] for name in ("language", "segment", "attributes")}
        for row in rows.values("id", "language", "segment", "attributes")
    }


def invite(*, workspace_id: int, releases: Sequence[Release], now: datetime) -> list[Invitation]:
    """Invitations and messages for asks that the governor allowed."""
    asks = [Ask(**release.proposal.context) for release in releases]
    versions = latest_versions(workspace_id=workspace_id, survey_ids={ask.survey_id for ask in asks})
    people = addressees(workspace_id=workspace_id, customer_ids={each.proposal.customer_id for each in releases})
    invitations, postings = [], []
    for release, ask in zip(releases, asks, strict=True):
        version, definition = versions[ask.survey_id]
        person = people[release.proposal.customer_id]
        invitation = _invitation(workspace_id, release, ask, version, definition, person, now)
        invitations.append(invitation)
        draft = mail.draft(
            version_id=version.id,
            published_at=version.published_at,
            definition=definition,
            language=invitation.language,
            company=person.company,
            token=invitation.token,
            customer_key=person.key,
        )
        postings.append(
            Posting(
                ruling=release.ruling,
                customer_id=person.id,
                draft=draft,
                idempotency_key=f"ask:{release.proposal.ask_key}",
                purpose=release.proposal.purpose,
                channel=release.proposal.channel,
                case_id=ask.case_id,
            )
        )
    Invitation.objects.bulk_create(invitations)
    post_many(workspace_id=workspace_id, postings=postings, now=now, people=people)
    return invitations


def _invitation(
    workspace_id: int,
    release: Release,
    ask: Ask,
    version: SurveyVersion,
    definition: Definition,
    person: Addressee,
    now: datetime,
) -> Invitation:
    return Invitation(
        workspace_id=workspace_id,
        token=secrets.token_urlsafe(24),
        customer_id=person.id,
        probe_id=ask.probe_id,
        survey_version=version,
        touchpoint_id=ask.touchpoint_id,
        channel=release.proposal.channel,
        event_id=release.proposal.event_id,
        decision_id=release.ruling.decision_id,
        case_id=ask.case_id,
        snapshot=dict(ask.snapshot),
        language=definition.language_for(person.language),
        created_at=now,
        expires_at=now + OPEN_FOR,
    )


def latest_versions(*, workspace_id: int, survey_ids: Iterable[int]) -> dict[int, tuple[SurveyVersion, Definition]]:
    """The version in force of each survey, parsed."""
    rows = SurveyVersion.objects.in_workspace(workspace_id).filter(survey_id__in=set(survey_ids)).order_by("number")
    latest = {row.survey_id: row for row in rows}
    return {survey_id: (row, parse(row.definition)) for survey_id, row in latest.items()}


def mark_sent(*, decision_ids: Sequence[int], now: datetime) -> None:
    """The peer has accepted these asks' messages."""
    Invitation.objects.across_workspaces().filter(decision_id__in=decision_ids, sent_at__isnull=True).update(
        sent_at=now, flush_id=None
    )
