"""From an allowed ask to an invitation and a message in the outbox, set-wise, in the caller's transaction."""

import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from allears.listen import mail
from allears.listen.definition import Definition, parse
from allears.listen.models import Invitation
from allears.listen.sources.queries import mailboxes_query, reply_address_in
from allears.outreach.actions import numbers_query, post_many, posted_query
from allears.outreach.contracts import Draft, Posting, Release
from allears.outreach.facts import Addressee, addressees
from allears.store import plain
from allears.store.bulk import ids_in, ids_query, insert_new

OPEN_FOR = timedelta(days=30)  # how long an invitation can be answered


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What listening needs to make an invitation once the governor allows it; travels in ``Proposal.context``."""

    survey_id: int
    probe_id: int | None = None
    touchpoint_id: int | None = None
    case_id: int | None = None
    wave_id: int | None = None  # of a study
    invitation_id: int | None = None  # made already: its message came back, and another channel is tried
    snapshot: Mapping[str, Any] = field(default_factory=dict)  # event and customer as they were then

    def as_context(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of a survey."""

    id: int
    published_at: datetime


def portraits(*, workspace_id: int, customer_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The customers' attributes as they are now, to be frozen into snapshots."""
    ids = set(customer_ids)
    if not ids:
        return {}
    these, parameters = plain.among("id", ids)
    rows = plain.select(
        "SELECT id, language, segment, attributes FROM customers_customer"  # noqa: S608 - own names
        f" WHERE workspace_id + 0 = %s AND {these}",  # by their ids, never by way of all the workspace's
        [workspace_id, *parameters],
    )
    return {
        number: {"language": language, "segment": segment, "attributes": json.loads(attributes)}
        for number, language, segment, attributes in rows
    }


def invite(*, workspace_id: int, releases: Sequence[Release], now: datetime) -> list[Invitation]:
    """Invitations and messages for asks that the governor allowed."""
    asks = [Ask(**release.proposal.context) for release in releases]
    of_surveys, of_mailboxes, posted, invited, numbers = plain.together(
        _versions_query(workspace_id, {ask.survey_id for ask in asks}),
        mailboxes_query(workspace_id),
        posted_query(workspace_id=workspace_id, keys=[_message_key(release) for release in releases]),
        ids_query(Invitation, len(releases)),
        numbers_query(count=len(releases)),
    )
    versions, mailbox = _versions(of_surveys), reply_address_in(of_mailboxes)
    people = _people(workspace_id, releases)
    reply_to = {"Reply-To": mailbox.address} if mailbox else {}  # an answer by mail is heard like any letter
    before = _made_before(workspace_id, [ask.invitation_id for ask in asks if ask.invitation_id])
    invitations, postings = [], []
    for release, ask in zip(releases, asks, strict=True):
        version, definition = versions[ask.survey_id]
        person = people[release.proposal.customer_id]
        invitation = before.get(ask.invitation_id or 0)
        if invitation is None:
            invitation = _invitation(workspace_id, release, ask, version, definition, person, now)
        else:
            _send_anew(invitation, release)
        invitations.append(invitation)
        draft: Draft = mail.draft_for(release.proposal.channel)(
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
                draft=replace(draft, headers=reply_to) if reply_to and draft.html else draft,
                idempotency_key=_message_key(release),
                purpose=release.proposal.purpose,
                channel=release.ruling.channel or release.proposal.channel,
                case_id=ask.case_id,
            )
        )
    insert_new([each for each in invitations if each.pk is None], ids_in(invited))
    post_many(
        workspace_id=workspace_id,
        postings=postings,
        now=now,
        people=people,
        before=posted,
        numbers=ids_in(numbers),
    )
    return invitations


def _message_key(release: Release) -> str:
    return f"ask:{release.proposal.ask_key}"


def _people(workspace_id: int, releases: Sequence[Release]) -> dict[int, Addressee]:
    """Who they are, as the governor has just read them; else read now."""
    known = {each.proposal.customer_id: each.ruling.addressee for each in releases}
    if all(known.values()):
        return {number: person for number, person in known.items() if person}
    return addressees(
        workspace_id=workspace_id, customer_ids=known, names_for={each.proposal.channel for each in releases}
    )


def _made_before(workspace_id: int, ids: Sequence[int]) -> dict[int, Invitation]:
    if not ids:
        return {}
    return {each.pk: each for each in Invitation.objects.in_workspace(workspace_id).filter(pk__in=ids)}


def _send_anew(invitation: Invitation, release: Release) -> None:
    """The same ask, with the same address to answer at, by another channel."""
    invitation.channel = release.ruling.channel or release.proposal.channel
    invitation.decision_id, invitation.sent_at = release.ruling.decision_id, None
    invitation.heat().save(update_fields=["channel", "decision_id", "sent_at", "flush_id"])


def _invitation(
    workspace_id: int,
    release: Release,
    ask: Ask,
    version: Version,
    definition: Definition,
    person: Addressee,
    now: datetime,
) -> Invitation:
    return Invitation(
        workspace_id=workspace_id,
        token=secrets.token_urlsafe(24),
        customer_id=person.id,
        probe_id=ask.probe_id,
        survey_version_id=version.id,
        touchpoint_id=ask.touchpoint_id,
        channel=release.ruling.channel or release.proposal.channel,
        event_id=release.proposal.event_id,
        decision_id=release.ruling.decision_id,
        case_id=ask.case_id,
        snapshot=dict(ask.snapshot),
        language=definition.language_for(person.language),
        created_at=now,
        expires_at=now + OPEN_FOR,
    )


def latest_versions(*, workspace_id: int, survey_ids: Iterable[int]) -> dict[int, tuple[Version, Definition]]:
    """The version in force of each survey: read each time, understood once."""
    return _versions(plain.select(*_versions_query(workspace_id, set(survey_ids))))


def _versions_query(workspace_id: int, survey_ids: Collection[int]) -> plain.Query:
    these, parameters = plain.among("survey_id", survey_ids)
    return plain.Query(
        "SELECT survey_id, id, published_at, definition FROM listen_surveyversion AS mine"  # noqa: S608 - own names
        f" WHERE workspace_id = %s AND {these}"
        " AND number = (SELECT max(number) FROM listen_surveyversion WHERE survey_id = mine.survey_id)",
        [workspace_id, *parameters],
    )


def _versions(rows: plain.Rows) -> dict[int, tuple[Version, Definition]]:
    found = {}
    for survey_id, number, published_at, definition in rows:
        moment = plain.moment(published_at)
        assert moment is not None
        found[survey_id] = Version(number, moment), _understood(definition)
    return found


@lru_cache(maxsize=256)
def _understood(definition: str) -> Definition:
    return parse(json.loads(definition))


def mark_sent(*, decision_ids: Sequence[int], now: datetime) -> None:
    """The peer has accepted these asks' messages."""
    if decision_ids:
        these, parameters = plain.among("decision_id", decision_ids)
        plain.change(
            f"UPDATE listen_invitation SET sent_at = %s, flush_id = NULL WHERE sent_at IS NULL AND {these}",  # noqa: S608 - own names
            [plain.written(now), *parameters],
        )
