"""Answers on the hosted page: each kept as it is given, resumed, and grown into one voice.

Reading an invitation never changes anything: link scanners and pre-fetchers read. Only a submitted form answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction

from allears.jobs.bus import record
from allears.listen.actions import grow_voice, record_voice
from allears.listen.definition import Definition, Score, Words, band, clean_answer, parse
from allears.listen.events import ResponseCompleted
from allears.listen.models import Invitation, Response, Voice
from allears.outreach.links import preferences_url

CHANGE_WINDOW = timedelta(hours=24)  # after completion
State = Literal["open", "changeable", "done", "expired"]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One invitation as its page shows it."""

    invitation: Invitation
    definition: Definition
    answers: Mapping[str, Any]
    state: State
    company: str


class ClosedError(ValueError):
    """The invitation takes no answers any more; what was answered before is kept."""


class UnknownTokenError(LookupError):
    """No invitation has this token."""


def sheet(*, token: str, now: datetime) -> Sheet:
    """What the page of a token shows; raises UnknownTokenError."""
    invitation = (
        Invitation.objects.across_workspaces()  # the token itself says whose it is
        .select_related("workspace", "survey_version__survey", "response", "customer")
        .filter(token=token)
        .first()
    )
    if invitation is None:
        raise UnknownTokenError(token)
    return _sheet(invitation, now)


def _sheet(invitation: Invitation, now: datetime) -> Sheet:
    response = getattr(invitation, "response", None)
    return Sheet(
        invitation=invitation,
        definition=parse(invitation.survey_version.definition),
        answers=response.answers if response else {},
        state=_state(invitation, now),
        company=invitation.workspace.name,
    )


def _state(invitation: Invitation, now: datetime) -> State:
    if invitation.completed_at:
        return "changeable" if now < invitation.completed_at + CHANGE_WINDOW else "done"
    return "open" if now < invitation.expires_at else "expired"


def preferences_of(invitation: Invitation) -> str:
    """The address of the customer's own preference page; empty when the invitation is nobody's."""
    return preferences_url(invitation.customer.key) if invitation.customer else ""


def mark_opened(*, token: str, now: datetime) -> None:
    """A person touched the page (pages only read are not opened: machines read them too)."""
    Invitation.objects.across_workspaces().filter(token=token, opened_at__isnull=True).update(
        opened_at=now, flush_id=None
    )


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What became of a submitted form."""

    sheet: Sheet
    missing: tuple[str, ...] = ()  # required questions without an answer; the form is then not completed


def save(*, token: str, given: Mapping[str, str], complete: bool, language: str, now: datetime) -> Saved:
    """Keep what was given; raises UnknownTokenError or ClosedError.

    ``given``: question name → raw answer. Questions that are not named keep their answer; an empty text clears it.
    """
    with transaction.atomic():
        invitation = _locked(token)
        definition = parse(invitation.survey_version.definition)
        if _state(invitation, now) in ("done", "expired"):
            raise ClosedError(token)
        response = Response.objects.in_workspace(invitation.workspace_id).filter(invitation=invitation).first()
        answers = _merged(definition, response.answers if response else {}, given)
        missing = tuple(q.name for q in definition.questions if q.required and q.name not in answers)
        finished = complete and not missing
        completes = finished and invitation.completed_at is None
        if answers or response:
            response = _keep(invitation, definition, response, answers, finished=finished, language=language, now=now)
            _speak(invitation, definition, response)
        _move_on(invitation, started=bool(answers), finished=finished, now=now)
        if completes and response is not None:
            record(ResponseCompleted(workspace_id=invitation.workspace_id, response_id=response.pk))
    return Saved(sheet=sheet(token=token, now=now), missing=missing if complete else ())


def _locked(token: str) -> Invitation:
    rows = Invitation.objects.across_workspaces().filter(token=token).select_for_update(of=("self",))
    invitation: Invitation | None = rows.select_related("survey_version__survey", "probe").first()
    if invitation is None:
        raise UnknownTokenError(token)
    return invitation


def _merged(definition: Definition, before: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    answers = dict(before)
    for question in definition.questions:
        if question.name not in given:
            continue
        answer = clean_answer(question, given[question.name])
        if answer is not None:
            answers[question.name] = answer
        elif isinstance(question, Words):
            answers.pop(question.name, None)
    return answers


def _keep(
    invitation: Invitation,
    definition: Definition,
    response: Response | None,
    answers: dict[str, Any],
    *,
    finished: bool,
    language: str,
    now: datetime,
) -> Response:
    main = definition.main
    if response is None:
        response = Response(
            workspace_id=invitation.workspace_id,
            key=invitation.token,
            invitation=invitation,
            survey_version_id=invitation.survey_version_id,
            customer_id=invitation.customer_id,
            touchpoint_id=invitation.touchpoint_id,
            channel=invitation.channel,
            segment=invitation.snapshot.get("customer", {}).get("segment", ""),
            started_at=now,
        )
    response.answers = answers
    response.language = language
    response.metric = main.metric if main else ""
    response.score = answers.get(main.name) if main else None
    response.updated_at = now
    response.completed_at = response.completed_at or (now if finished else None)
    response.heat().save()
    return response


def _speak(invitation: Invitation, definition: Definition, response: Response) -> None:
    """The answer's one voice: recorded with the first score or word, grown with what comes after."""
    texts = [response.answers.get(q.name, "") for q in definition.questions if isinstance(q, Words)]
    text = "\n\n".join(each for each in texts if each)
    if response.score is None and not text:
        return
    voice = Voice.objects.in_workspace(response.workspace_id).filter(response=response).first()
    if voice is not None:
        grow_voice(voice=voice, text=text, score=response.score, language=response.language)
        return
    attributes: dict[str, Any] = {"survey": invitation.survey_version.survey.key}
    if invitation.probe:
        attributes["probe"] = invitation.probe.key
    if invitation.case_id:
        attributes["case_id"] = invitation.case_id
    record_voice(
        workspace_id=response.workspace_id,
        key=f"response:{response.key}",
        initiator=Voice.Initiator.COMPANY,
        source_kind=Voice.SourceKind.SURVEY,
        channel=response.channel,
        said_at=response.started_at,
        now=response.updated_at,
        text=text,
        customer_id=response.customer_id,
        touchpoint_id=response.touchpoint_id,
        response_id=response.id,
        language=response.language,
        segment=response.segment,
        metric=response.metric,
        score=response.score,
        attributes=attributes,
    )


def _move_on(invitation: Invitation, *, started: bool, finished: bool, now: datetime) -> None:
    """Opened, started, completed: each once, at its first time."""
    invitation.opened_at = invitation.opened_at or now
    if started:
        invitation.started_at = invitation.started_at or now
    if finished:
        invitation.completed_at = invitation.completed_at or now
    invitation.heat().save(update_fields=["opened_at", "started_at", "completed_at", "flush_id"])


def prompt(question: Words, definition: Definition, answers: Mapping[str, Any]) -> dict[str, str]:
    """What a text question says to this customer: by the band of the main score, once it is known."""
    main = definition.main
    score = answers.get(main.name) if isinstance(main, Score) else None
    if main is None or not isinstance(score, int):
        return question.text
    return question.for_bands.get(band(main.metric, score), question.text)
