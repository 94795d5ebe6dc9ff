"""Telephone lines: key presses and what voice bots heard, as one signed call of the telephone system at a time."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from allears.customers.actions import resolve
from allears.customers.keys import IdentityKeys, clean_phone
from allears.listen import logic
from allears.listen.cleaning import clean_answer
from allears.listen.definition import SCALES, Definition, Score
from allears.listen.forms import Look, sheet_form
from allears.listen.models import Response
from allears.listen.places import spoken
from allears.listen.places.actions import come_by, secret_of
from allears.listen.places.models import Place
from allears.listen.places.walking_in import Visit, survey_of, token_of
from allears.listen.places.walking_in import answer as answer_there
from allears.listen.questions import kind_of
from allears.outreach.delivery.numbers import known_number

SPOKEN = ("score", "rating", "choice", "text")
SKIP = "#"
SKIPPED = {"en": "nothing to add", "zh": "没有补充"}


class NotProvenError(PermissionError):
    """The call carries no valid proof of the line's secret."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One step of one telephone call."""

    id: str  # the telephone system's own name of the call
    phone: str = ""
    digits: str = ""  # the keys that were pressed for the question
    question: str = ""  # its name; empty: the next one that is open
    text: str = ""  # what a voice bot heard
    language: str = ""
    ended: bool = False


def check(*, place: Place, body: bytes, signature: str) -> None:
    """``X-AllEars-Signature: sha256=<hex HMAC-SHA256 of the body under the line's secret>``; raises NotProvenError."""
    wanted = "sha256=" + hmac.new(secret_of(place=place).encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), signature.strip().lower().encode()):
        raise NotProvenError("the signature is not that of this line's secret")


def step(*, place: Place, call: Call, now: datetime) -> dict[str, Any]:
    """Keep what was pressed or said; tells the telephone system what to say next, until nothing is left."""
    _version, definition = survey_of(place=place)
    with transaction.atomic():
        before, tongue = _so_far(Visit(place=place, key=call.id))
        language = definition.language_for(call.language or tongue, place.workspace.language)
        asked = _asked(definition, call, before)
        skipped = asked.name if asked and _skips(asked, call) else ""
        given = {} if skipped else _given(definition, call, asked)
        if not given and not skipped and not call.ended:
            silent = not (call.digits or call.text)
            if silent and not before:
                come_by(place=place, now=now)
            return _next(definition, before, language, place.workspace.name, heard=silent)
        caller = _caller(place, call, now) if given or before else None
        visit = Visit(place=place, key=call.id, customer_id=caller, language=language)
        if given:
            answer_there(visit=visit, given=given, complete=False, language=language, now=now)
        answers, _language = _so_far(visit)
        following = _next(definition, answers, language, place.workspace.name, heard=True, after=skipped)
        if (call.ended or following["done"]) and answers:
            answer_there(visit=visit, given={}, complete=True, language=language, now=now)
        return following


def _caller(place: Place, call: Call, now: datetime) -> int | None:
    """The customer who calls; one who only rings up and says nothing is not made."""
    phone = clean_phone(call.phone)
    phone = known_number(workspace_id=place.workspace_id, channel="sms", number=phone) if phone else ""
    return resolve(workspace_id=place.workspace_id, keys=[IdentityKeys(phone=phone)], now=now)[0] if phone else None


def _so_far(visit: Visit) -> tuple[Mapping[str, Any], str]:
    """What the call has answered, and in which language; looking makes nothing."""
    rows = Response.objects.in_workspace(visit.place.workspace_id).filter(key=token_of(visit))
    return rows.values_list("answers", "language").first() or ({}, "")


def _asked(definition: Definition, call: Call, answers: Mapping[str, Any]) -> Any:
    """The question that the step is about: the one named, else the next that can be answered so."""
    named = next((each for each in definition.questions if each.name == call.question), None)
    if named is not None:
        return named
    left = _left(definition, answers)
    keyed = call.digits.strip(" ").rstrip("#")
    return next((each for each in left if not (keyed and _in_words(each))), None)


def _in_words(question: Any) -> bool:
    return hasattr(question, "max_length")


def _skips(question: Any, call: Call) -> bool:
    """A question for words is passed over with the key #, where it may be."""
    return call.digits.strip() == SKIP and not call.text and _in_words(question) and not question.required


def _given(definition: Definition, call: Call, asked: Any) -> dict[str, str]:
    """What was pressed or said, where it fits a question; a wrong key is nothing, and keys are no words."""
    if asked is None or not (call.digits or call.text):
        return {}
    if call.digits:
        pressed = "" if _in_words(asked) else _pressed(asked, call.digits)
        return {asked.name: pressed} if pressed and clean_answer(asked, pressed) is not None else {}
    if _in_words(asked):
        return {asked.name: call.text}
    meant = spoken.meant(asked, call.text)
    if meant is not None:
        return {asked.name: meant}
    words = next((each for each in definition.questions if _in_words(each)), None)
    return {words.name: call.text} if words else {}


def _pressed(question: Any, digits: str) -> str:
    """The key is the figure; * is 10 on a scale that has ten; keys from 1 choose among options."""
    digits = digits.strip().rstrip("#")
    if isinstance(question, Score):
        return "10" if digits == "*" and 10 in SCALES[question.metric] else digits
    options = getattr(question, "options", [])
    if options and digits.isdecimal() and 1 <= int(digits) <= len(options):
        return str(options[int(digits) - 1].value)
    return digits


def _left(definition: Definition, answers: Mapping[str, Any], *, after: str = "") -> list[Any]:
    """The open questions on the way that a telephone can ask, or those of them behind one that was passed over."""
    facts = {"customer": {}, "event": {}, "language": "", "channel": "ivr"}
    names = list(logic.route(logic.plan(definition, seed=""), answers=answers, facts=facts).names)
    behind = names[names.index(after) + 1 :] if after in names else names
    found = (definition.question(name) for name in behind if name not in answers)
    return [each for each in found if each and kind_of(each) in SPOKEN]


def _next(
    definition: Definition,
    answers: Mapping[str, Any],
    language: str,
    company: str,
    *,
    heard: bool,
    after: str = "",
) -> dict[str, Any]:
    """The next question in words that can be spoken, and the keys that answer it."""
    question = next(iter(_left(definition, answers, after=after)), None)
    if question is None:
        thanks = definition.thanks.get(language, "").replace("{company}", company)
        return {"done": True, "say": thanks, "question": "", "keys": [], "understood": heard}
    form = sheet_form(definition, Look(language=language, company=company, answers=answers))
    shown = next(each for each in form["questions"] if each["name"] == question.name)
    keys = _keys(shown, language)
    return {"done": False, "say": shown["text"], "question": question.name, "keys": keys, "understood": heard}


def _keys(shown: Mapping[str, Any], language: str) -> list[dict[str, str]]:
    if shown["kind"] in ("score", "rating"):
        values = [each["score"] for each in shown["values"]]
        named = {values[0]: shown["low"], values[-1]: shown["high"]}
        return [{"key": "*" if value == 10 else str(value), "means": named.get(value, str(value))} for value in values]
    if shown["kind"] == "choice":
        return [{"key": str(at), "means": each["text"]} for at, each in enumerate(shown["options"], 1)]
    return [] if shown["required"] else [{"key": SKIP, "means": SKIPPED.get(language, SKIPPED["en"])}]
