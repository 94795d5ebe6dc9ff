"""From what a form sent to the answer that is kept.

A form's fields are ``NAME``, or ``NAME.PART`` for the parts of one question: a matrix's row, an option's rank, a field
of a contact, ``other`` for own words beside an option. Other doors (widget, messages) send whole answers by ``NAME``.
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from allears.listen.definition import (
    SCALES,
    Choice,
    Choices,
    Contact,
    Definition,
    Files,
    Matrix,
    Number,
    Option,
    Question,
    Ranking,
    Rating,
    Score,
    Words,
)

Given = Mapping[str, Any]
LONGEST_OTHER = 200
LONGEST_CONTACT = 254
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
PHONE = re.compile(r"\+?[\d ()./-]{5,24}")
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d{1,6})?", re.ASCII)
FIGURE = re.compile(r"[+-]?\d{1,12}([.,]\d{1,6})?", re.ASCII)
_NOT_GIVEN = object()


def merged(
    definition: Definition, before: Mapping[str, Any], given: Given, *, shown: Sequence[str] = ()
) -> dict[str, Any]:
    """The answers with those given put in. ``shown``: questions whose form was sent, so that nothing means cleared."""
    answers = dict(before)
    for question in definition.questions:
        raw = _raw(question, given)
        if raw is _NOT_GIVEN:
            if question.name not in shown or isinstance(question, Score | Rating | Files):
                continue
            raw = ""
        answer = clean_answer(question, raw)
        if answer is not None:
            answers[question.name] = answer
        elif not isinstance(question, Score | Rating | Files):
            answers.pop(question.name, None)
        _keep_other(question, answers, given)
    return answers


def _raw(question: Question, given: Given) -> Any:
    """The whole answer, or its parts gathered from their fields."""
    name = question.name
    if isinstance(question, Files):
        return _NOT_GIVEN  # files come by a way of their own
    if name in given:
        return given[name]
    if isinstance(question, Choice | Choices) and _text(given.get(f"{name}.other", "")):
        return next((option.value for option in question.options if option.other), _NOT_GIVEN)  # words choose it
    if not isinstance(question, Matrix | Ranking | Contact):
        return _NOT_GIVEN
    parts = {key[len(name) + 1 :]: value for key, value in given.items() if key.startswith(f"{name}.")}
    if not parts:
        return _NOT_GIVEN
    if isinstance(question, Ranking):
        places = {part: place for part, raw in parts.items() if (place := _text(raw))}
        return sorted(places, key=lambda part: int(places[part]) if places[part].isdigit() else math.inf)
    return parts


def _keep_other(question: Question, answers: dict[str, Any], given: Given) -> None:
    """Own words beside an option stand under ``NAME.other`` while that option is chosen."""
    if not isinstance(question, Choice | Choices):
        return
    name = f"{question.name}.other"
    if name in given:
        answers[name] = _text(given[name])[:LONGEST_OTHER]
    chosen = answers.get(question.name, [])
    open_ones = {option.value for option in question.options if option.other}
    if not answers.get(name) or not open_ones & set([chosen] if isinstance(chosen, str) else chosen):
        answers.pop(name, None)


def _text(raw: Any) -> str:
    if isinstance(raw, list | tuple):
        raw = raw[-1] if raw else ""
    return str(raw).replace("\r\n", "\n").replace("\x00", "").strip()


def clean_answer(question: Question, raw: Any) -> Any:
    """The answer as it is stored, or None when it is none: outside the scale, not an option, empty."""
    if isinstance(question, Score | Rating):
        steps = SCALES[question.metric] if isinstance(question, Score) else range(question.lowest, question.highest + 1)
        text = _text(raw)
        number = int(text) if re.fullmatch(r"-?\d{1,3}", text, re.ASCII) else None
        return number if number in steps else None
    if isinstance(question, Choice):
        return text if (text := _text(raw)) in _values(question.options) else None
    if isinstance(question, Choices):
        return _several(question, raw)
    if isinstance(question, Matrix):
        return _rows(question, raw)
    if isinstance(question, Ranking):
        wanted = [str(each) for each in raw] if isinstance(raw, list | tuple) else []
        return list(dict.fromkeys(each for each in wanted if each in _values(question.options))) or None
    if isinstance(question, Number):
        return _figure(question, _text(raw))
    if isinstance(question, Contact):
        return _contact(question, raw)
    if isinstance(question, Words):
        return _text(raw)[: question.max_length] or None
    return None


def _values(options: Sequence[Option]) -> set[str]:
    return {option.value for option in options}


def _several(question: Choices, raw: Any) -> list[str] | None:
    """The chosen options in the definition's order; one that rules the others out stands alone."""
    wanted = {str(each) for each in (raw if isinstance(raw, list | tuple) else [raw])}
    chosen = [option for option in question.options if option.value in wanted]
    alone = [option for option in chosen if option.alone]
    return [option.value for option in (alone[:1] or chosen)] or None


def _rows(question: Matrix, raw: Any) -> dict[str, str] | None:
    if not isinstance(raw, Mapping):
        return None
    columns = _values(question.columns)
    return {row.value: text for row in question.rows if (text := _text(raw.get(row.value, ""))) in columns} or None


def _figure(question: Number, text: str) -> int | float | None:
    """Full-width figures are figures, and a comma before three of them parts thousands, as browsers read them too."""
    text = unicodedata.normalize("NFKC", text)
    if GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not FIGURE.fullmatch(text):
        return None
    value = float(text.replace(",", "."))
    if question.lowest is not None and value < question.lowest:
        return None
    if question.highest is not None and value > question.highest:
        return None
    if value.is_integer():
        return int(value)
    return None if question.whole else value


def _contact(question: Contact, raw: Any) -> dict[str, str] | None:
    if not isinstance(raw, Mapping):
        return None
    checks = {"email": EMAIL, "phone": PHONE}
    found = {name: _text(raw.get(name, ""))[:LONGEST_CONTACT] for name in question.fields}
    found |= {name: unicodedata.normalize("NFKC", text) for name, text in found.items() if name in checks}
    return {
        name: text for name, text in found.items() if text and (name not in checks or checks[name].fullmatch(text))
    } or None


def faults(question: Question, answer: Any, given: Given, *, finished: bool) -> str:
    """What the customer has to mend, as a word: missing, invalid, few, many; or nothing.

    ``finished`` means that the question was left behind; only then can something be missing.
    """
    if _unusable(question, answer, given):
        return "invalid"
    if isinstance(question, Choices) and answer:
        if question.at_most is not None and len(answer) > question.at_most:
            return "many"
        alone = {option.value for option in question.options if option.alone}
        if finished and len(answer) < question.at_least and not alone & set(answer):
            return "few"
    if finished and question.required and not _whole(question, answer):
        return "missing"
    return ""


def _unusable(question: Question, answer: Any, given: Given) -> bool:
    """Something was written that is no answer."""
    if isinstance(question, Number):
        return bool(_text(given.get(question.name, ""))) and answer is None
    if isinstance(question, Contact):
        written = {name for name in question.fields if _text(given.get(f"{question.name}.{name}", ""))}
        return bool(written - set(answer or {}))
    if isinstance(question, Ranking):
        places = [_text(given.get(f"{question.name}.{option.value}", "")) for option in question.options]
        filled = [each for each in places if each]
        return len(set(filled)) < len(filled)
    return False


def _whole(question: Question, answer: Any) -> bool:
    if isinstance(question, Matrix):
        return len(answer or {}) == len(question.rows)
    if isinstance(question, Ranking):
        return len(answer or []) == len(question.options)
    if isinstance(question, Contact):
        return len(answer or {}) == len(question.fields)
    return answer is not None


def label(question: Question, answer: Any, language: str, *, own: str = "") -> str:
    """An answer in words, for texts that repeat it; ``own``: the words typed beside the option that asks for them."""
    if answer is None:
        return ""
    if isinstance(question, Choice | Choices | Ranking):
        texts = {
            option.value: (own if option.other else "") or option.text.get(language, option.value)
            for option in question.options
        }
        chosen = [answer] if isinstance(answer, str) else list(answer)
        joint = "、" if language == "zh" else ", "
        return joint.join(texts.get(each, each) for each in chosen)
    if isinstance(question, Contact):
        return str(answer.get("name", ""))
    return "" if isinstance(answer, dict | list) else str(answer)
