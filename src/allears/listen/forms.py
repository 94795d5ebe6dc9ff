"""A survey as its form: texts in one language, answers filled in. For the hosted page and the console's preview."""

from collections.abc import Collection, Mapping
from typing import Any

from allears.listen.answering import prompt
from allears.listen.definition import SCALES, Choice, Definition, Question, Score, band, clean_answer
from allears.listen.mail import words

LANGUAGE_NAMES: Mapping[str, dict[str, str]] = {
    "en": {"name": "English", "tag": "en"},
    "zh": {"name": "中文", "tag": "zh-Hans"},
}


def sheet_form(
    definition: Definition,
    *,
    language: str,
    company: str,
    answers: Mapping[str, Any],
    suggested: str = "",
    missing: Collection[str] = (),
) -> dict[str, Any]:
    """The template's context. ``suggested`` is the score chosen in the mail: shown as chosen, not yet an answer."""
    main = definition.main
    shown = dict(answers)
    if main and suggested and (score := clean_answer(main, suggested)) is not None:
        shown[main.name] = score

    def say(text: dict[str, str]) -> str:
        return words(text, language=language, company=company)

    def field(question: Question) -> dict[str, Any]:
        common = {
            "name": question.name,
            "text": say(question.text),
            "answer": shown.get(question.name),
            "required": question.required,
            "missing": question.name in missing,
        }
        if isinstance(question, Score):
            values = [{"score": each, "band": band(question.metric, each)} for each in SCALES[question.metric]]
            extra = {"kind": "score", "values": values, "low": say(question.low), "high": say(question.high)}
            return {**common, **extra, "is_main": question is main}
        if isinstance(question, Choice):
            options = [{"value": option.value, "text": say(option.text)} for option in question.options]
            return {**common, "kind": "choice", "options": options}
        return {
            **common,
            "kind": "text",
            "text": say(prompt(question, definition, shown)),
            "plain": say(question.text),
            "bands": {name: say(text) for name, text in question.for_bands.items()},
            "placeholder": say(question.placeholder),
            "max_length": question.max_length,
        }

    return {
        "title": say(definition.title),
        "intro": say(definition.intro),
        "questions": [field(question) for question in definition.questions],
        "missing": bool(missing),
    }
