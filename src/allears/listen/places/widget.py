"""What the widget on a company's own site may ask, keep and tell. The governor decides about every ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from allears.customers.actions import resolve
from allears.customers.keys import ANONYMOUS_ID, LONGEST, PLACEHOLDERS, USER_ID, IdentityKeys
from allears.customers.models import Identifier
from allears.listen import answering, asking
from allears.listen.definition import Definition
from allears.listen.mail import survey_url
from allears.listen.models import Invitation, Survey
from allears.listen.places import site as sites
from allears.listen.places.actions import come_by, secret_of
from allears.listen.places.models import Place
from allears.listen.places.plain import plain_form
from allears.listen.places.walking_in import Visit, survey_of
from allears.listen.places.walking_in import answer as answer_there
from allears.listen.telling import KINDS, Telling, tell
from allears.outreach.actions import propose
from allears.outreach.contracts import Proposal, Release

SEEN_EVERY = timedelta(seconds=30)
MOST_QUESTIONS = 3  # a widget asks little; the rest is on the hosted page
MOST_SHEETS = 5  # brought with the first call; a page with more asks for the others by name
ASK_WITHIN = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Who:
    """Whom the page says the visitor is."""

    anonymous_id: str = ""
    user_id: str = ""
    proof: str = ""


def keys_of(*, place: Place, who: Who) -> IdentityKeys:
    """What of it counts: a user id without its signature is nobody where the site asks for one."""
    user_id = _name(who.user_id)
    if user_id and sites.settings_from(place.settings).proof:
        user_id = user_id if sites.proves(secret=secret_of(place=place), user_id=user_id, proof=who.proof) else ""
    return IdentityKeys(user_id=user_id, anonymous_id=_name(who.anonymous_id))


def _name(given: str) -> str:
    return "" if given in PLACEHOLDERS else given.strip()[:LONGEST]


def customer_known(*, place: Place, who: Who) -> int | None:
    """The customer behind the visitor if we know one already; nobody is made by looking."""
    keys = keys_of(place=place, who=who)
    rows = Identifier.objects.in_workspace(place.workspace_id).filter(shared_at__isnull=True)
    for kind, value in ((USER_ID, keys.user_id), (ANONYMOUS_ID, keys.anonymous_id)):
        if value:
            found = rows.filter(kind=kind, value=value).values_list("customer_id", flat=True).first()
            if found or kind == USER_ID:
                return found
    return None


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What a page says with its first call, so that its first question needs no second one."""

    page: str = ""
    events: tuple[str, ...] | None = None  # what happened there already; None: this visitor is not to be intercepted
    sheets: tuple[str, ...] = ()  # surveys that stand in the page itself


def config(*, place: Place, who: Who, language: str, now: datetime, opening: Opening = Opening()) -> dict[str, Any]:
    """How the widget looks, when it may wonder, and what the page opens with, above all an ask for this customer."""
    if place.last_seen_at is None or now - place.last_seen_at > SEEN_EVERY:
        come_by(place=place, now=now)
    settings = sites.settings_from(place.settings)
    customer_id = customer_known(place=place, who=who)
    waiting = _waiting(place.workspace_id, customer_id, now) if customer_id else None
    shown = invited_sheet(invitation=waiting, language=language) if waiting else None
    due = [] if shown else [each.id for each in settings.triggers if _is_due(each, opening)]
    for trigger_id in due:
        shown = shown or ask(place=place, trigger_id=trigger_id, who=who, language=language, now=now)
    return {
        "accent": settings.accent,
        "side": settings.side,
        "feedback": settings.feedback,
        "triggers": [
            {"id": each.id, "on": each.on, "value": each.value, "page": each.page} for each in settings.triggers
        ],
        "waiting": shown,
        "wondered": due,
        "sheets": _sheets(place, opening, language),
    }


def _is_due(trigger: sites.Trigger, opening: Opening) -> bool:
    """Whether the trigger wonders with the page's first call; the widget decides by the same rule later on."""
    if opening.events is None or (trigger.page and not sites.is_like(trigger.page, opening.page)):
        return False
    if trigger.on == "page":
        return sites.is_like(trigger.value, opening.page)
    return trigger.on == "event" and trigger.value in opening.events


def _sheets(place: Place, opening: Opening, language: str) -> dict[str, Any]:
    """The surveys of the page that can be asked."""
    keys = dict.fromkeys(opening.sheets[:MOST_SHEETS])
    rows = Survey.objects.in_workspace(place.workspace_id).filter(key__in=keys, archived_at__isnull=True)
    there = rows.values_list("key", flat=True)
    return {key: sheet(place=place, survey_key=key, language=language) for key in there}


def _waiting(workspace_id: int, customer_id: int, now: datetime) -> Invitation | None:
    """An ask in the app that the governor allowed and nobody has seen yet."""
    rows = Invitation.objects.in_workspace(workspace_id).filter(
        customer_id=customer_id, channel="widget", opened_at__isnull=True, expires_at__gt=now
    )
    found: Invitation | None = rows.select_related("survey_version", "workspace").order_by("created_at").first()
    return found


def ask(*, place: Place, trigger_id: str, who: Who, language: str, now: datetime) -> dict[str, Any] | None:
    """Whether this visitor is asked here and now. Each trigger wishes once a day for each customer."""
    settings = sites.settings_from(place.settings)
    trigger = next((each for each in settings.triggers if each.id == trigger_id), None)
    keys = keys_of(place=place, who=who)
    survey = Survey.objects.in_workspace(place.workspace_id).filter(key=trigger.survey).first() if trigger else None
    if trigger is None or survey is None or not keys.names():
        return None
    with transaction.atomic():
        (customer_id,) = resolve(workspace_id=place.workspace_id, keys=[keys], now=now)
        proposal = _proposal(place, trigger, survey, customer_id, now)
        (ruling,) = propose(workspace_id=place.workspace_id, proposals=[proposal], now=now)
        if ruling.fresh and ruling.verdict == "sent":
            release = Release(ruling=ruling, proposal=proposal)
            asking.invite(workspace_id=place.workspace_id, releases=[release], now=now)
    waiting = _waiting(place.workspace_id, customer_id, now)
    return invited_sheet(invitation=waiting, language=language) if waiting else None


def _proposal(place: Place, trigger: sites.Trigger, survey: Survey, customer_id: int, now: datetime) -> Proposal:
    portrait = asking.portraits(workspace_id=place.workspace_id, customer_ids=[customer_id])[customer_id]
    snapshot = {"customer": portrait, "place": {"code": place.code, "name": place.name, "employee": place.employee}}
    wish = asking.Ask(survey_id=survey.pk, touchpoint_id=place.touchpoint_id, snapshot=snapshot)
    return Proposal(
        customer_id=customer_id,
        purpose="survey",
        family=survey.family,
        channel="widget",
        ask_key=f"w:{place.pk}:{trigger.id}:{customer_id}:{now:%Y%m%d}"[:64],
        touchpoint_key=place.touchpoint.key if place.touchpoint else "",
        expires_at=now + ASK_WITHIN,
        share=trigger.share,
        context=wish.as_context(),
    )


def sheet(*, place: Place, survey_key: str, language: str) -> dict[str, Any]:
    """A survey that the page itself shows, as an answer to a press or in a place of its own; may raise
    NothingToAskError."""
    _version, definition = survey_of(place=place, key=survey_key)
    return {"survey": survey_key, **_shown(definition, language=language, company=place.workspace.name)}


def invited_sheet(*, invitation: Invitation, language: str) -> dict[str, Any]:
    """An invitation's survey as the widget shows it."""
    found = answering.sheet(token=invitation.token, now=invitation.created_at)
    shown = _shown(found.definition, language=language or invitation.language, company=found.company)
    return {"token": invitation.token, "survey": invitation.survey_version.survey.key, **shown}


def _shown(definition: Definition, *, language: str, company: str) -> dict[str, Any]:
    speaks = definition.language_for(language)
    form = plain_form(definition, language=speaks, company=company, most=MOST_QUESTIONS)
    return {"language": speaks, "company": company, **form}


def answer(*, place: Place, who: Who, survey_key: str, visit: str, given: Mapping[str, Any], complete: bool,
           language: str, now: datetime) -> str:  # fmt: skip
    """Keep an answer that the visitor gave of themselves; the address at which it can be finished."""
    keys = keys_of(place=place, who=who)
    with transaction.atomic():
        customer_id = resolve(workspace_id=place.workspace_id, keys=[keys], now=now)[0] if keys.names() else None
        coming = Visit(place=place, key=visit, survey_key=survey_key, customer_id=customer_id, language=language)
        kept = answer_there(visit=coming, given=dict(given), complete=complete, language=language, now=now)
    return survey_url(kept.sheet.invitation.token)


def answer_invited(*, token: str, given: Mapping[str, Any], complete: bool, language: str, now: datetime) -> str:
    """Keep an answer to an ask of ours; may raise what ``answering.save`` raises."""
    answering.save(token=token, given=dict(given), complete=complete, language=language, now=now)
    return survey_url(token)


def speak(*, place: Place, who: Who, once: str, kind: str, text: str, email: str, page: str, language: str,
          now: datetime) -> None:  # fmt: skip
    """What a visitor said by the feedback button; may raise TellingError."""
    keys = keys_of(place=place, who=who)
    told = Telling(
        key=f"widget:{place.code}:{once}",
        text=text,
        source_kind=kind if kind in {each.value for each in KINDS} else KINDS[0].value,
        channel="widget",
        said_at=now,
        user_id=keys.user_id,
        email=email,
        touchpoint_key=place.touchpoint.key if place.touchpoint else "",
        language=language[:2].lower(),
        attributes={"page": page[:500], "place": {"code": place.code, "name": place.name}},
    )
    tell(workspace_id=place.workspace_id, telling=told, now=now)
