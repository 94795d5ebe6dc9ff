"""Answers on the hosted page: each kept as it is given, resumed, and grown into one voice.

Reading an invitation never changes anything: link scanners and pre-fetchers read. Only a submitted form answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db import transaction

from allears.jobs.bus import record
from allears.listen import links, logic, originals, quotas, tracing
from allears.listen.actions import grow_voice, record_voice
from allears.listen.cleaning import faults, label, merged
from allears.listen.definition import Definition, Files, Note, Score, Words, band, parse
from allears.listen.events import ResponseCompleted
from allears.listen.models import Invitation, Response, Survey, Voice
from allears.listen.tracing import Visit
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
    response: Response | None = None
    full: tuple[str, ...] = ()  # quotas that take nobody more
    once: str = ""  # at a shared link: makes the first submission repeatable

    @property
    def seed(self) -> str:
        return self.invitation.token

    def plan(self) -> dict[str, Any]:
        return logic.plan(self.definition, seed=self.seed)

    def facts(self, language: str) -> dict[str, Any]:
        """What conditions and texts of this survey know about the customer."""
        return facts_of(self.invitation, self.definition, language)

    def route(self, language: str) -> logic.Route:
        return logic.route(self.plan(), answers=self.answers, facts=self.facts(language), full=self.full)


class ClosedError(ValueError):
    """The invitation takes no answers any more; what was answered before is kept."""


UnknownTokenError = links.UnknownTokenError


def facts_of(invitation: Invitation, definition: Definition, language: str) -> dict[str, Any]:
    snapshot = dict(invitation.snapshot or {})
    if invitation.customer is not None and (name := invitation.customer.name.strip()):
        person = {"name": name, "first_name": name.split()[0], **(snapshot.get("customer") or {})}
        snapshot["customer"] = person
    return logic.facts_for(definition, snapshot=snapshot, language=language, channel=invitation.channel)


def sheet(*, token: str, now: datetime, once: str = "") -> Sheet:
    """What the page of a token shows; raises UnknownTokenError. At a shared link nothing is stored before an answer."""
    invitation = (
        Invitation.objects.across_workspaces()  # the token itself says whose it is
        .select_related("workspace", "survey_version__survey", "response", "customer", "link")
        .filter(token=token)
        .first()
    )
    if invitation is not None:
        return _sheet(invitation, now)
    visitor, once = links.visitor(token=token, once=once, now=now)
    return _sheet(visitor, now, once=once)


def _sheet(invitation: Invitation, now: datetime, *, once: str = "") -> Sheet:
    response = getattr(invitation, "response", None) if invitation.pk else None
    definition = parse(invitation.survey_version.definition)
    answers = originals.answers_of(response) if response else {}
    return Sheet(
        invitation=invitation,
        definition=definition,
        answers=answers,
        response=response,
        state=_state(invitation, now),
        company=invitation.workspace.name,
        full=quotas.full(
            invitation=invitation,
            definition=definition,
            beside=response.pk if response else None,
        ),
        once=once,
    )


def _state(invitation: Invitation, now: datetime) -> State:
    if invitation.completed_at:
        return "changeable" if now < invitation.completed_at + CHANGE_WINDOW else "done"
    survey: Survey = invitation.survey_version.survey
    closed = survey.closes_at is not None and survey.closes_at <= now
    if closed or (invitation.link is not None and not links.takes(invitation.link, invitation, now)):
        return "expired"
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
    route: logic.Route
    faults: Mapping[str, str] = field(default_factory=dict)  # question → missing, invalid, few, many
    finished: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Questions to be mended before the form is complete."""
        return tuple(self.faults)


def save(
    *,
    token: str,
    given: Mapping[str, Any],
    complete: bool,
    language: str,
    now: datetime,
    shown: Sequence[str] = (),
    visit: Visit | None = None,
) -> Saved:
    """Keep what was given; raises UnknownTokenError or ClosedError.

    ``given``: question name (or its parts, see listen.cleaning) → raw answer. Questions that are not named keep their
    answer; an empty text clears it, and so does nothing for a question that was ``shown``. ``complete`` sends it off.
    """
    visit = visit or Visit()
    with transaction.atomic():
        invitation = _locked(links.settled(token=token, once=visit.once, language=language, now=now))
        definition = parse(invitation.survey_version.definition)
        if _state(invitation, now) in ("done", "expired"):
            raise ClosedError(token)
        response = Response.objects.in_workspace(invitation.workspace_id).filter(invitation=invitation).first()
        before = originals.answers_of(response) if response else {}
        answers = merged(definition, before, given, shown=shown)
        full = quotas.full(
            invitation=invitation,
            definition=definition,
            beside=response.pk if response else None,
            lock=complete and bool(definition.quotas),
        )
        route = logic.route(
            logic.plan(definition, seed=invitation.token),
            answers=answers,
            facts=facts_of(invitation, definition, language),
            full=full,
        )
        wrong = _faults(definition, route, answers, given, shown, complete=complete)
        finished = complete and not wrong
        completes = finished and invitation.completed_at is None
        if answers or response or finished:
            response = _keep(
                invitation, definition, response, answers, route, finished=finished, language=language, now=now
            )
            tracing.trace(response, definition=definition, visit=visit, finished=finished, now=now)
            quotas.take(invitation, response, route.quotas if finished and not route.end.startswith("quota:") else ())
            _speak(invitation, definition, response, answers)
        _move_on(invitation, started=bool(answers), finished=finished, now=now)
        if completes and response is not None:
            record(ResponseCompleted(workspace_id=invitation.workspace_id, response_id=response.pk))
    return Saved(sheet=sheet(token=invitation.token, now=now), route=route, faults=wrong, finished=finished)


def _faults(
    definition: Definition,
    route: logic.Route,
    answers: Mapping[str, Any],
    given: Mapping[str, Any],
    shown: Sequence[str],
    *,
    complete: bool,
) -> dict[str, str]:
    """What has to be mended: in what was shown, and, to be complete, anywhere on the route."""
    found = {}
    for name in route.names:
        question = definition.question(name)
        assert question is not None
        wrong = faults(question, answers.get(name), given, finished=complete or name in shown)
        if wrong:
            found[name] = wrong
    return found


def _locked(token: str) -> Invitation:
    rows = Invitation.objects.across_workspaces().filter(token=token).select_for_update(of=("self",))
    invitation: Invitation | None = rows.select_related(
        "workspace", "survey_version__survey", "probe", "customer", "link"
    ).first()
    if invitation is None:
        raise UnknownTokenError(token)
    return invitation


def _on_route(definition: Definition, route: logic.Route, name: str) -> bool:
    return name.partition(".")[0] in route.names


def _keep(
    invitation: Invitation,
    definition: Definition,
    response: Response | None,
    answers: dict[str, Any],
    route: logic.Route,
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
            segment=(invitation.snapshot.get("customer") or {}).get("segment", ""),
            started_at=now,
        )
    kept = {name: answer for name, answer in answers.items() if _on_route(definition, route, name)}
    blots = _blots(invitation, definition, answers)
    response.answers = {name: blots.get(name, answer) for name, answer in kept.items()}
    response.aside = {name: blots.get(name, answer) for name, answer in answers.items() if name not in kept}
    response.language = language
    response.metric = main.metric if main else ""
    response.score = kept.get(main.name) if main else None
    response.updated_at = now
    response.completed_at = response.completed_at or (now if finished else None)
    response.outcome = _outcome(definition, route) if response.completed_at else ""
    response.heat().save()
    _keep_originals(response, {name: answers[name] for name in blots})
    return response


def _keep_originals(response: Response, said: Mapping[str, Any]) -> None:
    kept = originals.Original(row_id=response.pk, customer_id=response.customer_id, said=said, at=response.started_at)
    originals.keep_answers(workspace_id=response.workspace_id, originals=[kept])


def _blots(invitation: Invitation, definition: Definition, answers: Mapping[str, Any]) -> dict[str, str]:
    """Answers in the customer's own words with personal data blotted out, where there was any."""
    names = {question.name for question in definition.questions if isinstance(question, Words)}
    words = {name: said for name, said in answers.items() if name in names or name.endswith(".other")}
    if not words:
        return {}
    ids = [invitation.customer_id]
    known = originals.known_of(workspace_id=invitation.workspace_id, customer_ids=ids)[invitation.customer_id]
    found = {name: originals.blot(said, known=known) for name, said in words.items() if isinstance(said, str)}
    return {name: each.text for name, each in found.items() if each.hidden}


def _outcome(definition: Definition, route: logic.Route) -> str:
    if route.end.startswith("quota:"):
        return Response.Outcome.OVER_QUOTA.value
    ending = next((each for each in definition.endings if route.end == f"end:{each.name}"), None)
    return Response.Outcome.SCREENED.value if ending and ending.screened else ""


def _speak(invitation: Invitation, definition: Definition, response: Response, answers: Mapping[str, Any]) -> None:
    """The answer's one voice: recorded with the first score or word, grown with what comes after."""
    spoken = [q.name for q in definition.questions if isinstance(q, Words) and q.name in response.answers]
    texts = [answers.get(name, "") for name in spoken]
    text = "\n\n".join(each for each in texts if each)
    voice = Voice.objects.in_workspace(response.workspace_id).filter(response=response).first()
    if voice is not None:
        grow_voice(voice=voice, text=text, score=response.score, language=response.language)
        return
    if response.score is None and not text:
        return
    attributes: dict[str, Any] = {"survey": invitation.survey_version.survey.key}
    if invitation.probe:
        attributes["probe"] = invitation.probe.key
    if invitation.case_id:
        attributes["case_id"] = invitation.case_id
    if place := invitation.snapshot.get("place"):
        attributes["place"] = place
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


def labels(definition: Definition, answers: Mapping[str, Any], language: str) -> dict[str, str]:
    """Each answer in words, for texts that repeat it."""
    return {
        question.name: label(question, answers[question.name], language, own=answers.get(f"{question.name}.other", ""))
        for question in definition.questions
        if question.name in answers and not isinstance(question, Note | Files)
    }


def last_words(found: Sheet, language: str) -> dict[str, str]:
    """What is said at the end of the way that was taken."""
    route = found.route(language)
    for quota in found.definition.quotas:
        if route.end == f"quota:{quota.name}":
            return quota.text
    for ending in found.definition.endings:
        if route.end == f"end:{ending.name}":
            return ending.text
    return found.definition.thanks
