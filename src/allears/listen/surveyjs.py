"""Surveys to and from SurveyJS JSON (surveyjs.io), with a list of what could not be taken over.

SurveyJS speaks one language by plain text and several by ``{"default": …, "zh-cn": …}``; conditions are one-line
expressions (``{nps} <= 6 and {store} = 'north'``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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
    as_json,
    parse,
)
from allears.listen.questions import CONTACT_FIELDS, Condition, Question, Text

CODES = {"zh": "zh-cn"}
BACK = {code: language for language, code in CODES.items()} | {"zh-tw": "zh"}
NAME = re.compile(r"[^a-z0-9_]+")


@dataclass
class Taken:
    """What an import made, and what of the source it left behind, each with its place."""

    definition: dict[str, Any]
    left: list[str] = field(default_factory=list)


# Out


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
        kind = "checkbox" if isinstance(question, Choices) else "dropdown" if question.dropdown else "radiogroup"
        return {
            "type": kind,
            "choices": options(question.options),
            **({"choicesOrder": "random"} if question.shuffle else {}),
        }
    if isinstance(question, Ranking):
        return {"type": "ranking", "choices": options(question.options)}
    if isinstance(question, Matrix):
        return {"type": "matrix", "rows": options(question.rows), "columns": options(question.columns)}
    if isinstance(question, Words):
        return {"type": "comment" if question.lines == "many" else "text", "maxLength": question.max_length}
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
    return f"{name} {'<>' if condition.op == '!=' else condition.op} {_literal(condition.value)}"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else "'" + str(value).replace("'", "\\'") + "'"


# In

WORD = re.compile(
    r"\s*(?:(?P<name>\{[^}]+\})|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<sign><=|>=|<>|!=|==|=|<|>|\(|\)|\[|\]|,|!|&&|\|\|)|(?P<word>[A-Za-z_]+))"
)
OPERATORS = {
    "=": "=", "==": "=", "equal": "=", "<>": "!=", "!=": "!=", "notequal": "!=", ">": ">", "greater": ">", "<": "<",
    "less": "<", ">=": ">=", "greaterorequal": ">=", "<=": "<=", "lessorequal": "<=", "contains": "contains",
    "contain": "contains", "anyof": "in", "empty": "exists", "notempty": "exists",
}  # fmt: skip


class ExpressionError(ValueError):
    """An expression that cannot be read."""


class _Reader:
    """Recursive descent over ``a and (b or !c)``."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self.words: list[tuple[str, str]] = []
        self.names, self.at = names, 0
        position = 0
        while text[position:].strip():
            match = WORD.match(text, position)
            if match is None or match.lastgroup is None:
                raise ExpressionError(text)
            self.words.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()

    def whole(self) -> dict[str, Any]:
        found = self._any()
        if self.at < len(self.words):
            raise ExpressionError(self.words[self.at][1])
        return found

    def _peek(self) -> str:
        return self.words[self.at][1].lower() if self.at < len(self.words) else ""

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.words):
            raise ExpressionError("it ends too early")
        self.at += 1
        return self.words[self.at - 1]

    def _any(self) -> dict[str, Any]:
        parts = [self._all()]
        while self._peek() in ("or", "||"):
            self.at += 1
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else {"any": parts}

    def _all(self) -> dict[str, Any]:
        parts = [self._one()]
        while self._peek() in ("and", "&&"):
            self.at += 1
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else {"all": parts}

    def _one(self) -> dict[str, Any]:
        if self._peek() in ("!", "not"):
            self.at += 1
            return {"not": self._one()}
        if self._peek() == "(":
            self.at += 1
            inside = self._any()
            if self._next()[1] != ")":
                raise ExpressionError("a bracket is not closed")
            return inside
        kind, name = self._next()
        if kind != "name":
            raise ExpressionError(name)
        question, _dot, row = name[1:-1].partition(".")
        if question not in self.names:
            raise ExpressionError(f"{question} is no question of it")
        leaf: dict[str, Any] = {"answer": self.names[question], **({"row": row} if row else {})}
        sign = self._next()[1].lower()
        if sign not in OPERATORS:
            raise ExpressionError(sign)
        leaf["op"] = OPERATORS[sign]
        if sign in ("empty", "notempty"):
            return {**leaf, **({"value": False} if sign == "empty" else {})}
        return {**leaf, "value": self._list() if self._peek() == "[" else self._value()}

    def _list(self) -> list[Any]:
        self.at += 1
        found = []
        while self._peek() != "]":
            if self._peek() == ",":
                self.at += 1
            found.append(self._value())
        self.at += 1
        return found

    def _value(self) -> Any:
        kind, text = self._next()
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "text":
            return text[1:-1].replace("\\'", "'")
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        raise ExpressionError(text)


def from_surveyjs(source: Mapping[str, Any]) -> Taken:
    """A definition from SurveyJS JSON; raises DefinitionError when nothing in it can be asked."""
    return _Importer(source).run()


PLAIN = {"name", "type", "title", "description", "isRequired", "visibleIf", "choices", "rows", "columns", "items",
         "rateMin", "rateMax", "rateCount", "rateType", "rateValues", "minRateDescription", "maxRateDescription",
         "inputType", "min", "max", "maxLength", "choicesOrder", "rowsOrder", "html", "placeholder", "placeHolder",
         "allowMultiple", "showOtherItem", "hasOther", "otherText", "labelTrue", "labelFalse"}  # fmt: skip
TOP = {"title", "description", "locale", "completedHtml", "pages", "elements", "questions", "triggers",
       "showProgressBar", "logo", "questionsOnPageMode", "$schema"}  # fmt: skip


class _Importer:
    def __init__(self, source: Mapping[str, Any]) -> None:
        self.source, self.left = source, list[str]()
        self.pages = [dict(page) for page in source.get("pages") or [source]]
        self.languages = self._languages()
        self.names = self._names()

    def run(self) -> Taken:
        questions: list[dict[str, Any]] = []
        for number, page in enumerate(self.pages):
            for element in self._elements(page):
                question = self._question(element)
                if question is not None:
                    begins = number > 0 and not any(each["_page"] == number for each in questions)
                    questions.append({**question, "begins_page": begins, "_page": number})
        plain = [{name: value for name, value in each.items() if name != "_page"} for each in questions]
        self._skips(plain)
        self.left += [f"{name}: not taken over" for name in sorted(set(self.source) - TOP)]
        title = self._say(self.source.get("title") or "Survey")
        thanks = self._say(
            self.source.get("completedHtml") or {"default": "Thank you.", "zh-cn": "谢谢您。"}, html=True
        )
        definition = {
            "languages": self.languages,
            "title": title,
            "mail": {"subject": title, "intro": title},
            "questions": plain,
            "thanks": thanks,
            "layout": "steps" if len(self.pages) > 1 else "page",
        }
        if self.source.get("description"):
            definition["intro"] = self._say(self.source["description"])
        return Taken(definition=as_json(parse(definition)), left=self.left)

    def _languages(self) -> list[str]:
        """The source's own first, then every one that a text is given in."""
        first = str(self.source.get("locale") or "en").lower()
        found = [BACK.get(first, first.split("-")[0])]

        def look(node: Any) -> None:
            if isinstance(node, Mapping):
                if "default" in node:
                    codes = (BACK.get(code.lower(), code.lower().split("-")[0]) for code in node if code != "default")
                    found.extend(code for code in codes if code not in found)
                for each in node.values():
                    look(each)
            elif isinstance(node, list):
                for each in node:
                    look(each)

        look(self.source)
        return found

    def _say(self, text: Any, *, html: bool = False) -> Text:
        """In every language of the survey; one that is missing borrows the first, and that is told."""
        given = text if isinstance(text, Mapping) else {"default": str(text)}
        words = {
            BACK.get(c.lower(), c.lower().split("-")[0]) if c != "default" else self.languages[0]: str(t)
            for c, t in given.items()
        }
        base = words.get(self.languages[0]) or next(iter(words.values()), "")
        said = {code: words.get(code) or base for code in self.languages}
        if html:
            said = {code: re.sub(r"<[^>]+>", "", each).strip() for code, each in said.items()}
        return {code: self._piped(each) for code, each in said.items()}

    def _piped(self, words: str) -> str:
        def one(match: re.Match[str]) -> str:
            name = match[1].strip()
            return f"{{{{answer.{self.names[name]}}}}}" if name in self.names else match[0]

        return re.sub(r"\{([^{}]+)\}", one, words) if hasattr(self, "names") else words

    def _elements(self, page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Questions in order; panels are opened."""
        found: list[Mapping[str, Any]] = []
        for each in page.get("elements") or page.get("questions") or []:
            if each.get("type") == "panel":
                if each.get("visibleIf"):
                    self.left.append(f"{each.get('name')}.visibleIf: a condition on a panel")
                found += self._elements(each)
            else:
                found.append(each)
        return found

    def _names(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for page in self.pages:
            for each in self._elements(page):
                name = NAME.sub("_", str(each.get("name", "")).lower()).strip("_")[:36] or "question"
                name = name if name[0].isalpha() and name != "end" else f"q_{name}"
                taken, number = set(found.values()), 2
                unique = name
                while unique in taken:
                    unique, number = f"{name}_{number}", number + 1
                found[str(each.get("name", ""))] = unique
        self.left.clear()
        return found

    def _question(self, element: Mapping[str, Any]) -> dict[str, Any] | None:
        name = str(element.get("name", ""))
        own = self._own(element)
        if own is None:
            self.left.append(f"{name}: a question of type {element.get('type')}")
            return None
        self.left += [f"{name}.{each}: not taken over" for each in sorted(set(element) - PLAIN)]
        question = {"name": self.names[name], "text": self._say(element.get("title") or name), **own}
        if element.get("description"):
            question["help"] = self._say(element["description"])
        if element.get("isRequired") and own["type"] != "note":
            question["required"] = True
        if condition := self._condition(f"{name}.visibleIf", element.get("visibleIf")):
            question["show_if"] = condition
        return question

    def _condition(self, place: str, text: Any) -> dict[str, Any] | None:
        if not text:
            return None
        try:
            return _Reader(str(text), self.names).whole()
        except ExpressionError as error:
            self.left.append(f"{place}: {text} ({error})")
            return None

    def _own(self, element: Mapping[str, Any]) -> dict[str, Any] | None:
        kind = element.get("type")
        if kind in ("radiogroup", "dropdown", "checkbox", "tagbox", "ranking", "boolean"):
            return self._choice(str(kind), element)
        if kind == "rating":
            return self._rating(element)
        if kind == "matrix":
            return {
                "type": "matrix",
                "rows": self._options(element.get("rows")),
                "columns": self._options(element.get("columns")),
            }
        if kind == "comment":
            return {"type": "text"}
        if kind == "text" and element.get("inputType") in ("number", "range"):
            bounds = {"lowest": element.get("min"), "highest": element.get("max")}
            return {"type": "number", **{n: v for n, v in bounds.items() if isinstance(v, int | float)}}
        if kind == "text":
            if element.get("inputType") not in (None, "text", "email", "tel", "url"):
                self.left.append(f"{element.get('name')}.inputType: {element['inputType']} becomes words")
            return {"type": "text", "lines": "one"}
        if kind == "multipletext":
            fields = [str(each.get("name")) for each in element.get("items") or []]
            return {"type": "contact", "fields": fields} if fields and set(fields) <= set(CONTACT_FIELDS) else None
        if kind == "file":
            return {"type": "file", "most": 5 if element.get("allowMultiple") else 1, "kinds": ["image", "document"]}
        if kind in ("html", "expression"):
            text = self._say(element.get("html") or element.get("title") or "", html=True)
            return {"type": "note", "text": text} if all(text.values()) else None
        return None

    def _choice(self, kind: str, element: Mapping[str, Any]) -> dict[str, Any]:
        if kind == "boolean":
            yes, no = element.get("labelTrue") or "Yes", element.get("labelFalse") or "No"
            both = [{"value": "true", "text": self._say(yes)}, {"value": "false", "text": self._say(no)}]
            return {"type": "choice", "options": both}
        options = self._options(element.get("choices"))
        if element.get("showOtherItem") or element.get("hasOther"):
            other: dict[str, Any] = {"value": "other", "text": self._say(element.get("otherText") or "Other")}
            options.append({**other, "other": True})
        shuffled = element.get("choicesOrder") == "random"
        ours = {"checkbox": "choices", "tagbox": "choices", "ranking": "ranking"}.get(kind, "choice")
        return {
            "type": ours,
            "options": options,
            "shuffle": shuffled,
            **({"dropdown": True} if kind == "dropdown" else {}),
        }

    def _options(self, rows: Any) -> list[dict[str, Any]]:
        found = []
        for each in rows or []:
            value, text = (
                (each.get("value"), each.get("text") or each.get("value"))
                if isinstance(each, Mapping)
                else (each, each)
            )
            found.append({"value": str(value).replace(".", "_")[:80], "text": self._say(text)})
        return found

    def _rating(self, element: Mapping[str, Any]) -> dict[str, Any]:
        if element.get("rateValues"):
            self.left.append(f"{element.get('name')}.rateValues: the figures from lowest to highest are used")
        low = int(element.get("rateMin", 1))
        high = int(element.get("rateMax") or low + int(element.get("rateCount") or 5) - 1)
        ends = {"low": element.get("minRateDescription"), "high": element.get("maxRateDescription")}
        said = {name: self._say(text) for name, text in ends.items() if text}
        if (low, high) == (0, 10):
            blank = {code: str(each) for code in self.languages for each in [""]}
            full = {
                name: said.get(name) or dict.fromkeys(blank, figure) for name, figure in (("low", "0"), ("high", "10"))
            }
            return {"type": "score", "metric": "nps", "required": False, **full}
        style = {"stars": "star", "smileys": "emoji"}.get(str(element.get("rateType")), "number")
        both = said if len(said) == 2 else {}
        return {"type": "rating", "lowest": low, "highest": high, "style": style, **both}

    def _skips(self, questions: list[dict[str, Any]]) -> None:
        """Triggers that end or skip hang on the last question that their condition looks at."""
        order = {each["name"]: at for at, each in enumerate(questions)}
        for trigger in self.source.get("triggers") or []:
            place = f"triggers.{trigger.get('type')}"
            condition = self._condition(place, trigger.get("expression"))
            to = "end" if trigger.get("type") == "complete" else self.names.get(str(trigger.get("gotoName")), "")
            asked = [order[name] for name in _answers(condition) if name in order] if condition else []
            if trigger.get("type") not in ("complete", "skip") or not asked or not to:
                self.left.append(f"{place}: not taken over")
                continue
            questions[max(asked)].setdefault("skips", []).append({"when": condition, "to": to})


def _answers(condition: Any) -> list[str]:
    if isinstance(condition, Mapping):
        own = [condition["answer"]] if "answer" in condition else []
        return own + [name for each in condition.values() for name in _answers(each)]
    return [name for each in condition for name in _answers(each)] if isinstance(condition, list) else []
