"""Our surveys as SurveyJS reads them."""

import re
from typing import Any

from allears.listen.definition import (
    SCALES,
    Choice,
    Choices,
    Contact,
    Definition,
    Files,
    Matrix,
    Note,
    Number,
    Ranking,
    Rating,
    Score,
    Words,
)
from allears.listen.questions import Condition, Question, Text

CODES = {"zh": "zh-cn"}


def to_surveyjs(definition: Definition) -> dict[str, Any]:
    """The survey as SurveyJS reads it; quotas, shuffling of questions and themes have no counterpart there."""
    first = definition.languages[0]

    def say(text: Text) -> Any:
        piped = {code: _pipes(words) for code, words in text.items() if words}
        if set(piped) <= {first}:
            return piped.get(first, "")
        return {"default" if code == first else CODES.get(code, code): words for code, words in piped.items()}

    pages: list[dict[str, Any]] = []
    for at, question in enumerate(definition.questions):
        begins = definition.layout == "single" or (definition.layout == "steps" and question.begins_page)
        if not at or begins:
            pages.append({"name": f"page{len(pages) + 1}", "elements": []})
        pages[-1]["elements"].append(_element(question, say))
    triggers = [each for question in definition.questions for each in _triggers(question)]
    values = [{"name": each.name, "expression": _computed(definition, each)} for each in definition.values]
    return {
        "title": say(definition.title),
        "locale": CODES.get(first, first),
        "completedHtml": say(definition.thanks),
        "showProgressBar": "top" if len(pages) > 1 else "off",
        "pages": pages,
        **({"triggers": triggers} if triggers else {}),
        **({"calculatedValues": values} if values else {}),
    }


def _pipes(words: str) -> str:
    return re.sub(r"\{\{\s*(answer|score|customer|event)\.([\w.]+)[^{}]*\}\}", r"{\2}", words)


def _element(question: Question, say: Any) -> dict[str, Any]:
    common: dict[str, Any] = {"name": question.name, "title": say(question.text)}
    if question.help:
        common["description"] = say(question.help)
    if question.required:
        common["isRequired"] = True
    if question.show_if is not None:
        common["visibleIf"] = expression(question.show_if)
    return {**_kind(question, say), **common, **({"html": say(question.text)} if isinstance(question, Note) else {})}


def _kind(question: Question, say: Any) -> dict[str, Any]:
    def options(rows: Any) -> list[dict[str, Any]]:
        return [{"value": each.value, "text": say(each.text)} for each in rows]

    if isinstance(question, Score | Rating):
        low, high = (
            (SCALES[question.metric][0], SCALES[question.metric][-1])
            if isinstance(question, Score)
            else (question.lowest, question.highest)
        )
        style = {"star": "stars", "emoji": "smileys", "number": "labels"}
        looks = "labels" if isinstance(question, Score) else style[question.style]
        ends = {"minRateDescription": say(question.low), "maxRateDescription": say(question.high)}
        return {
            "type": "rating",
            "rateMin": low,
            "rateMax": high,
            "rateCount": high - low + 1,
            "rateType": looks,
            **ends,
        }
    if isinstance(question, Choice | Choices):
        return _choice(question, options, say)
    if isinstance(question, Ranking):
        return {"type": "ranking", "choices": options(question.options)}
    if isinstance(question, Matrix):
        return {"type": "matrix", "rows": options(question.rows), "columns": options(question.columns)}
    if isinstance(question, Words):
        hint = {"placeholder": say(question.placeholder)} if question.placeholder else {}
        return {"type": "comment" if question.lines == "many" else "text", "maxLength": question.max_length, **hint}
    if isinstance(question, Number):
        bounds = {"min": question.lowest, "max": question.highest}
        return {
            "type": "text",
            "inputType": "number",
            **{name: each for name, each in bounds.items() if each is not None},
        }
    if isinstance(question, Contact):
        return {"type": "multipletext", "items": [{"name": each} for each in question.fields]}
    if isinstance(question, Files):
        return {"type": "file", "allowMultiple": question.most > 1}
    return {"type": "html"}


def _choice(question: Choice | Choices, options: Any, say: Any) -> dict[str, Any]:
    """With the line for own words and “none of these” where SurveyJS has them: by the values that it gives them."""
    own = next((each for each in question.options if each.other and each.value == "other"), None)
    none = next((each for each in question.options if each.alone and each.value == "none"), None)
    found: dict[str, Any] = {
        "type": "radiogroup" if isinstance(question, Choice) else "checkbox",
        "choices": options(each for each in question.options if each is not own and each is not none),
    }
    if own is not None:
        found |= {"showOtherItem": True, "otherText": say(own.text)}
    if none is not None:
        found |= {"showNoneItem": True, "noneText": say(none.text)}
    if isinstance(question, Choice) and question.dropdown:
        found["type"] = "dropdown"
    if isinstance(question, Choices):
        bounds = {"minSelectedChoices": question.at_least, "maxSelectedChoices": question.at_most}
        found |= {name: each for name, each in bounds.items() if each}
    return {**found, **({"choicesOrder": "random"} if question.shuffle else {})}


def _triggers(question: Question) -> list[dict[str, Any]]:
    found = []
    for skip in question.skips:
        when = expression(skip.when) if skip.when else f"{{{question.name}}} notempty"
        if skip.to.startswith("end"):
            found.append({"type": "complete", "expression": when})
        else:
            found.append({"type": "skip", "expression": when, "gotoName": skip.to})
    return found


def _computed(definition: Definition, value: Any) -> str:
    terms = [f"{{{term.question}}} * {term.weight:g}" for term in value.of]
    total = " + ".join(terms) or "0"
    return f"({total}) / {sum(term.weight for term in value.of):g}" if value.how == "mean" else total


def expression(condition: Condition) -> str:
    """A condition as one line of SurveyJS."""
    for name, joint in (("all", " and "), ("any", " or ")):
        if (inside := getattr(condition, name)) is not None:
            return "(" + joint.join(expression(each) for each in inside) + ")"
    if condition.not_ is not None:
        return f"!({expression(condition.not_)})"
    looked = condition.answer or condition.score or condition.customer or condition.event or condition.about
    name = f"{{{looked}.{condition.row}}}" if condition.row else f"{{{looked}}}"
    if condition.op == "exists":
        return f"{name} {'empty' if condition.value is False else 'notempty'}"
    if condition.op == "in":
        values = condition.value if isinstance(condition.value, list) else []
        return f"{name} anyof [{', '.join(map(_literal, values))}]"
    if condition.op == "!=":  # there it is true of a question without an answer, too
        return f"({name} notempty and {name} <> {_literal(condition.value)})"
    return f"{name} {condition.op} {_literal(condition.value)}"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else "'" + str(value).replace("'", "\\'") + "'"
