"""The past as rows, set-wise: events, decisions, invitations, messages, answers, voices."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from hashlib import blake2b
from typing import Any

from django.db.models import Model

from allears.cli.demo.past import Ask, Decided, Past, Unasked
from allears.cli.demo.seeding.found import Founded
from allears.cli.demo.seeding.people import traits_of
from allears.cli.demo.seeding.saying import blotted, say
from allears.cli.demo.simulate import Happening
from allears.customers.models import Customer
from allears.events.models import Event
from allears.listen.asking import OPEN_FOR
from allears.listen.asking import Ask as AskContext
from allears.listen.models import Invitation, Response, Voice
from allears.outreach.governor import as_json, digest
from allears.outreach.models import Decision, Message
from allears.store.bulk import allocate_ids, insert_rows

AT_ONCE = 1000
CONTEXT = {"library": {"name": "wrenfold-shop", "version": "1.0"}}


@dataclass(kw_only=True)
class Written:
    """Rows by what they came from, for those written later."""

    founded: Founded
    customers: Mapping[int, Customer]
    event_ids: dict[str, int] = field(default_factory=dict)
    decision_ids: dict[int, int] = field(default_factory=dict)  # id(Decided) → row
    invitations: dict[int, "Sent"] = field(default_factory=dict)  # id(Ask) → row
    voices: dict[int, Voice] = field(default_factory=dict)  # id(Ask | Unasked) → row

    def customer_of(self, about: Happening) -> Customer:
        return self.customers[about.shopper.number]


def message_key(workspace_id: int, message_id: str) -> str:
    return blake2b(f"demo:{workspace_id}:{message_id}".encode(), digest_size=16).hexdigest()


def write_events(written: Written, happenings: Sequence[Happening]) -> None:
    """Every business event of the past."""
    columns = [
        "id", "workspace_id", "customer_id", "type", "name", "ts", "received_at", "message_key", "properties", "context"
    ]  # fmt: skip
    ids = allocate_ids(Event, len(happenings))
    context = json.dumps(CONTEXT)
    rows = [
        (
            pk,
            written.founded.id,
            written.customer_of(each).pk,
            "track",
            each.event,
            each.at,
            each.at + timedelta(seconds=1),
            message_key(written.founded.id, each.key),
            json.dumps(each.properties, ensure_ascii=False),
            context,
        )
        for pk, each in zip(ids, happenings, strict=True)
    ]
    insert_rows(Event, columns, rows)
    written.event_ids = {each.key: pk for pk, each in zip(ids, happenings, strict=True)}


def ask_context(written: Written, ask: Ask, case_id: int | None = None) -> dict[str, Any]:
    """What listening needs to make the invitation, should a held ask be released later."""
    founded, who = written.founded, ask.who
    snapshot: dict[str, Any] = {
        "customer": {"language": who.language, "segment": who.segment, "attributes": traits_of(who)}
    }
    if ask.probe:
        event = {"name": ask.about.event, "ts": ask.about.at.isoformat(), "properties": dict(ask.about.properties)}
        snapshot["event"] = event
    context = AskContext(
        survey_id=founded.versions[ask.family].survey_id,
        probe_id=founded.probes[ask.probe.key].pk if ask.probe else None,
        touchpoint_id=founded.touchpoints[ask.about.touchpoint].pk,
        case_id=case_id,
        snapshot=snapshot,
    )
    return dict(vars(context))


def number_decisions(written: Written, asks: Iterable[Ask]) -> None:
    """Ids in the order of the verdicts: of one moment the later id has seen the earlier ones."""
    decided = sorted((each for ask in asks for each in ask.rulings), key=lambda each: (each.at, each.turn))
    for pk, each in zip(allocate_ids(Decision, len(decided)), decided, strict=True):
        written.decision_ids[id(each)] = pk


def write_decisions(written: Written, asks: Iterable[Ask], *, case_id: int | None = None) -> None:
    """Each numbered verdict with the facts it was taken on, so that it replays."""
    columns = [
        "id", "workspace_id", "customer_id", "at", "purpose", "family", "channel", "verdict", "rule", "facts",
        "policy_version", "held_until", "settled_at", "probe_key", "touchpoint_key", "event_id", "ask_key", "segment",
        "priority", "bid", "digest",
    ]  # fmt: skip
    rows = []
    pairs = [(ask, decided) for ask in asks for decided in ask.rulings]
    for ask, decided in pairs:
        stored = _facts(written, ask, decided, case_id)
        rows.append(
            (
                written.decision_ids[id(decided)],
                written.founded.id,
                written.customer_of(ask.about).pk,
                decided.at,
                ask.purpose,
                ask.family,
                "email",
                decided.verdict.name,
                decided.verdict.rule,
                json.dumps(stored, ensure_ascii=False),
                written.founded.policy_version,
                decided.verdict.until,
                decided.settled_at,
                ask.probe.key if ask.probe else "",
                ask.about.touchpoint,
                written.event_ids[ask.about.key] if ask.probe else None,
                ask.key,
                ask.who.segment,
                decided.facts.priority,
                decided.facts.worth.bid if decided.facts.worth else None,
                digest(stored["facts"], written.founded.policy_version),
            )
        )
    insert_rows(Decision, columns, rows)


def _facts(written: Written, ask: Ask, decided: Decided, case_id: int | None) -> dict[str, Any]:
    stored: dict[str, Any] = {"facts": as_json(decided.facts), "parameters": dict(decided.verdict.parameters)}
    if decided.verdict.name == "held":
        stored["context"] = ask_context(written, ask, case_id)
    return stored


@dataclass(frozen=True, kw_only=True)
class Sent:
    """An invitation that went out, as far as its answer refers to it."""

    id: int
    token: str
    customer_id: int
    survey_version_id: int
    touchpoint_id: int
    case_id: int | None


def write_invitations(written: Written, asks: Iterable[Ask], *, case_id: int | None = None) -> None:
    """What was sent, with the mail's text."""
    sent = [ask for ask in asks if ask.sent_at]
    invitations, messages = [], []
    for pk, ask in zip(allocate_ids(Invitation, len(sent)), sent, strict=True):
        row = _invitation(written, pk, ask, case_id)
        invitations.append(row)
        messages.append(_message(written, ask, row))
        written.invitations[id(ask)] = Sent(**{each.name: row[each.name] for each in fields(Sent)})
    _insert(Invitation, invitations)
    _insert(Message, messages)


def _insert(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        insert_rows(model, list(rows[0]), [tuple(row.values()) for row in rows])


def _invitation(written: Written, pk: int, ask: Ask, case_id: int | None) -> dict[str, Any]:
    context = ask_context(written, ask, case_id)
    allowed = ask.rulings[-1]
    return {
        "id": pk,
        "workspace_id": written.founded.id,
        "token": secrets.token_urlsafe(24),
        "customer_id": written.customer_of(ask.about).pk,
        "probe_id": context["probe_id"],
        "survey_version_id": written.founded.versions[ask.family].pk,
        "touchpoint_id": context["touchpoint_id"],
        "channel": "email",
        "event_id": written.event_ids[ask.about.key] if ask.probe else None,
        "decision_id": written.decision_ids[id(allowed)],
        "case_id": case_id,
        "snapshot": json.dumps(context["snapshot"], ensure_ascii=False),
        "language": ask.who.language,
        "created_at": allowed.at,
        "sent_at": ask.sent_at,
        "opened_at": ask.opened_at,
        "started_at": ask.answered_at,
        "completed_at": None if ask.partial else ask.answered_at,
        "expires_at": allowed.at + OPEN_FOR,
    }


def _message(written: Written, ask: Ask, invitation: Mapping[str, Any]) -> dict[str, Any]:
    mail = written.founded.versions[ask.family].definition["mail"]
    company = written.founded.workspace.name
    return {
        "workspace_id": written.founded.id,
        "customer_id": invitation["customer_id"],
        "decision_id": invitation["decision_id"],
        "purpose": ask.purpose,
        "channel": "email",
        "language": ask.who.language,
        "address": ask.who.email,
        "subject": mail["subject"][ask.who.language].replace("{company}", company),
        "text": mail["intro"][ask.who.language].replace("{company}", company) + "\n",
        "html": "",
        "headers": "{}",
        "idempotency_key": f"ask:{ask.key}",
        "case_id": invitation["case_id"],
        "state": Message.State.SENT.value,
        "not_before": invitation["created_at"],
        "attempts": 1,
        "lease_owner": "",
        "error": "",
        "created_at": invitation["created_at"],
        "sent_at": ask.sent_at,
    }


def write_answers(written: Written, asks: Iterable[Ask]) -> None:
    """Responses and their voices."""
    answered = [ask for ask in asks if ask.answered_at]
    response_ids, voice_ids = allocate_ids(Response, len(answered)), allocate_ids(Voice, len(answered))
    responses, voices = [], []
    for response_id, voice_id, ask in zip(response_ids, voice_ids, answered, strict=True):
        invitation = written.invitations[id(ask)]
        responses.append(_response(written, ask, response_id, invitation))
        voices.append(_answer_voice(written, ask, voice_id, response_id, invitation))
        written.voices[id(ask)] = voices[-1]
    Response.objects.bulk_create(responses, batch_size=AT_ONCE)
    say(voices)


def _response(written: Written, ask: Ask, pk: int, invitation: Sent) -> Response:
    assert ask.answered_at is not None
    answers: dict[str, Any] = {ask.metric: ask.score}
    if ask.words and not ask.partial:
        answers["why"] = blotted(ask.words).text
    return Response(
        pk=pk,
        workspace_id=written.founded.id,
        key=invitation.token,
        invitation_id=invitation.id,
        survey_version_id=invitation.survey_version_id,
        customer_id=invitation.customer_id,
        touchpoint_id=invitation.touchpoint_id,
        channel="email",
        segment=ask.who.segment,
        language=ask.who.language,
        answers=answers,
        metric=ask.metric,
        score=ask.score,
        started_at=ask.answered_at,
        updated_at=ask.answered_at,
        completed_at=None if ask.partial else ask.answered_at,
    )


def _answer_voice(written: Written, ask: Ask, pk: int, response_id: int, invitation: Sent) -> Voice:
    assert ask.answered_at is not None
    attributes: dict[str, Any] = {"survey": written.founded.versions[ask.family].survey.key}
    if ask.probe:
        attributes["probe"] = ask.probe.key
    if invitation.case_id:
        attributes["case_id"] = invitation.case_id
    return Voice(
        pk=pk,
        workspace_id=written.founded.id,
        key=f"response:{invitation.token}",
        initiator=Voice.Initiator.COMPANY,
        source_kind=Voice.SourceKind.SURVEY,
        channel="email",
        touchpoint_id=invitation.touchpoint_id,
        customer_id=invitation.customer_id,
        response_id=response_id,
        text="" if ask.partial else ask.words,
        language=ask.who.language,
        segment=ask.who.segment,
        metric=ask.metric,
        score=ask.score,
        attributes=attributes,
        said_at=ask.answered_at,
        received_at=ask.answered_at,
    )


def write_letters(written: Written, past: Past) -> None:
    """Complaints and praise that came by themselves."""
    ids = allocate_ids(Voice, len(past.letters))
    voices = [_letter_voice(written, pk, each) for pk, each in zip(ids, past.letters, strict=True)]
    say(voices)
    for voice, each in zip(voices, past.letters, strict=True):
        written.voices[id(each)] = voice


def _letter_voice(written: Written, pk: int, unasked: Unasked) -> Voice:
    letter, who = unasked.letter, unasked.who
    return Voice(
        pk=pk,
        workspace_id=written.founded.id,
        key=f"letter:{unasked.about.key}",
        initiator=Voice.Initiator.CUSTOMER,
        source_kind=letter.kind,
        channel=letter.channel,
        touchpoint=written.founded.touchpoints[unasked.about.touchpoint],
        customer=written.customer_of(unasked.about),
        text=letter.text,
        language=who.language,
        segment=who.segment,
        attributes={"subject": letter.subject} if letter.subject else {},
        said_at=unasked.at,
        received_at=unasked.at,
    )
