"""A survey as its form: texts in one language, answers filled in. For the hosted page and the console's preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from allears.listen import logic
from allears.listen.answering import labels, prompt
from allears.listen.checking import PIPE
from allears.listen.cleaning import clean_answer
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
    Option,
    Question,
    Ranking,
    Rating,
    Score,
    Text,
    Words,
    band,
)
from allears.listen.mail import words
from allears.listen.questions import kind_of
from allears.listen.theming import colours

LANGUAGE_NAMES: Mapping[str, dict[str, str]] = {
    "en": {"name": "English", "tag": "en"},
    "zh": {"name": "中文", "tag": "zh-Hans"},
}
FACES = {5: "😠😟😐😊😍", 4: "😠😟😊😍", 3: "😟😐😊", 2: "😟😊"}


@dataclass(frozen=True, kw_only=True)
class Look:
    """Who looks at the survey, and how far they are."""

    language: str
    company: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    full: Sequence[str] = ()
    seed: str = ""
    suggested: str = ""  # the score chosen in the mail: shown as chosen, not yet an answer
    faults: Mapping[str, str] = field(default_factory=dict)
    page: int | None = None  # which to show; the first with something to answer when not said


def sheet_form(definition: Definition, look: Look) -> dict[str, Any]:
    """The template's context."""
    main = definition.main
    shown = dict(look.answers)
    if main and look.suggested and (score := clean_answer(main, look.suggested)) is not None:
        shown[main.name] = score
    facts = {"customer": {}, "event": {}, "language": look.language, "channel": "", **look.facts}
    plan = logic.plan(definition, seed=look.seed)
    route = logic.route(plan, answers=shown, facts=facts, full=look.full)
    page = _page(definition, plan, route, look)
    speaker = _Speaker(definition, look, shown, facts, route)
    pages = dict(plan["slots"])
    questions = []
    for question, _page_of in logic.ordered(definition, seed=look.seed):
        name = question.name
        visible = name in route.names and pages[name] == page
        context = speaker.field(question)
        questions.append({**context, "page": pages[name], "hidden": not visible, "fault": look.faults.get(name, "")})
    steps = sorted({pages[name] for name in route.names})
    has_logic = any(plan[each] for each in ("show", "skips", "values", "quotas")) or len(set(pages.values())) > 1
    return {
        "title": speaker.say(definition.title),
        "intro": speaker.say(definition.intro),
        "questions": questions,
        "missing": bool(look.faults),
        "page": page,
        "step": steps.index(page) + 1 if page in steps else 1,
        "steps": len(steps),
        "is_first": not steps or page <= steps[0],
        "is_last": not steps or page >= steps[-1] or bool(route.end and not _after(plan, route, page)),
        "has_files": any(isinstance(each, Files) for each in definition.questions),
        "theme": definition.theme,
        "colours": colours(definition.theme.colour),
        "island": {"plan": plan, "facts": facts, "full": list(look.full), "page": page}
        if has_logic or speaker.piped
        else None,
    }


def _page(definition: Definition, plan: logic.Plan, route: logic.Route, look: Look) -> int:
    """The page to show: the one asked for, that of the first fault, or the first with something left to answer."""
    pages = dict(plan["slots"])
    on_route = sorted({pages[name] for name in route.names})
    faulty = [pages[name] for name in route.names if name in look.faults]
    if faulty:
        return int(min(faulty))
    if look.page is not None and on_route:
        return int(min((each for each in on_route if each >= look.page), default=on_route[-1]))
    if not look.answers:
        return 0
    notes = set(plan["notes"])
    left = [pages[name] for name in route.names if name not in look.answers and name not in notes]
    return int(min(left, default=on_route[-1] if on_route else 0))


def _after(plan: logic.Plan, route: logic.Route, page: int) -> bool:
    pages = dict(plan["slots"])
    return any(pages[name] > page for name in route.names)


class _Speaker:
    """Texts in the language of the page, with names and earlier answers put in."""

    def __init__(
        self,
        definition: Definition,
        look: Look,
        answers: Mapping[str, Any],
        facts: Mapping[str, Any],
        route: logic.Route,
    ) -> None:
        self.definition, self.look, self.answers = definition, look, answers
        on_route = {name: answer for name, answer in answers.items() if name.removesuffix(".other") in route.names}
        self.labels = labels(definition, on_route, look.language)
        self.facts, self.values = facts, route.values
        self.piped = False

    def raw(self, text: Text) -> str:
        """With marks for answers still in it, for the page's script."""
        return words(text, language=self.look.language, company=self.look.company)

    def say(self, text: Text) -> str:
        raw = self.raw(text)
        if "{{" not in raw:
            return raw
        self.piped = self.piped or bool(PIPE.search(raw))
        return logic.said(raw, labels=self.labels, facts=self.facts, values=self.values)

    def field(self, question: Question) -> dict[str, Any]:
        raw = self.raw(question.text)
        common = {
            "name": question.name,
            "kind": kind_of(question),
            "text": self.say(question.text),
            "plain": raw if "{{" in raw else "",
            "help": self.say(question.help),
            "answer": self.answers.get(question.name),
            "required": question.required,
        }
        return {**common, **self._own(question, self.answers.get(question.name))}

    def _own(self, question: Question, answer: Any) -> dict[str, Any]:
        """What only this kind of question has."""
        if isinstance(question, Score):
            values = [{"score": each, "band": band(question.metric, each)} for each in SCALES[question.metric]]
            ends = {"low": self.say(question.low), "high": self.say(question.high)}
            return {"values": values, **ends, "is_main": question is self.definition.main}
        if isinstance(question, Rating):
            return self._rating(question)
        if isinstance(question, Choice | Choices):
            chosen = {answer} if isinstance(answer, str) else set(answer or [])
            options = self._options(question, question.options, question.shuffle)
            rows = [{**each, "chosen": each["value"] in chosen} for each in options]
            own_words = self.answers.get(f"{question.name}.other", "")
            limits = (
                {"least": question.at_least, "most": question.at_most}
                if isinstance(question, Choices)
                else {"dropdown": question.dropdown}
            )
            return {"options": rows, "other": own_words, **limits}
        if isinstance(question, Matrix):
            columns = [{"value": each.value, "text": self.say(each.text)} for each in question.columns]
            rows = self._options(question, question.rows, question.shuffle)
            return {"rows": [{**row, "answer": (answer or {}).get(row["value"])} for row in rows], "columns": columns}
        if isinstance(question, Ranking):
            return self._ranking(question, answer)
        if isinstance(question, Words):
            return self._words(question)
        if isinstance(question, Number):
            return {"lowest": question.lowest, "highest": question.highest, "whole": question.whole}
        if isinstance(question, Contact):
            return {"fields": [{"name": each, "answer": (answer or {}).get(each, "")} for each in question.fields]}
        if isinstance(question, Files):
            return {"files": answer or [], "most": question.most, "accept": _accept(question)}
        assert isinstance(question, Note)
        return {}

    def _rating(self, question: Rating) -> dict[str, Any]:
        steps = range(question.lowest, question.highest + 1)
        faces = FACES.get(len(steps), "")
        shown = [
            {"score": each, "sign": faces[at] if question.style == "emoji" and faces else str(each)}
            for at, each in enumerate(steps)
        ]
        style = "number" if question.style == "emoji" and not faces else question.style
        return {"values": shown, "style": style, "low": self.say(question.low), "high": self.say(question.high)}

    def _ranking(self, question: Ranking, answer: Any) -> dict[str, Any]:
        options = self._options(question, question.options, question.shuffle)
        places = {value: at + 1 for at, value in enumerate(answer or [])}
        rows = [{**each, "place": places.get(each["value"])} for each in options]
        return {"options": rows, "places": range(1, len(rows) + 1)}

    def _words(self, question: Words) -> dict[str, Any]:
        bands = {name: self.raw(text) for name, text in question.for_bands.items()}
        return {
            "text": self.say(prompt(question, self.definition, self.answers)),
            "plain": self.raw(question.text),
            "bands": bands,
            "placeholder": self.say(question.placeholder),
            "max_length": question.max_length,
            "lines": question.lines,
        }

    def _options(self, question: Question, options: Sequence[Option], shuffle: bool) -> list[dict[str, Any]]:
        ordered = (
            logic.shuffled(
                options,
                seed=f"{self.look.seed}/{question.name}",
                name=lambda each: each.value,
                fixed=lambda each: each.fixed or each.other or each.alone,
            )
            if shuffle
            else options
        )
        return [
            {"value": each.value, "text": self.say(each.text), "other": each.other, "alone": each.alone}
            for each in ordered
        ]


def _accept(question: Files) -> str:
    kinds = {"image": "image/jpeg,image/png,image/webp,image/heic", "document": "application/pdf"}
    return ",".join(kinds[each] for each in question.kinds)
