"""SurveyJS's kinds of question as ours."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from allears.listen.questions import CONTACT_FIELDS, Text
from allears.listen.surveyjs.given import Given, figure, listed
from allears.listen.surveyjs.saying import Sayer

CHOICES = {"radiogroup": "choice", "dropdown": "choice", "buttongroup": "choice", "checkbox": "choices",
           "tagbox": "choices", "ranking": "ranking", "imagepicker": "choice"}  # fmt: skip
BESIDE = (  # what SurveyJS adds to options: its names, the value stored there, our words, whether it rules others out
    (("showNoneItem", "hasNone"), "noneText", "none", "None", True),
    (("showRefuseItem",), "refuseText", "refused", "Refuse to answer", True),
    (("showDontKnowItem",), "dontKnowText", "dontknow", "Don't know", True),
    (("showOtherItem", "hasOther"), "otherText", "other", "Other", False),
)
RECOMMEND = re.compile(r"nps|recommend|likel|promot|推荐|推薦|empfehl|recomm|recomend", re.IGNORECASE)
MOST_STEPS, MOST_OPTIONS, LONGEST = 11, 500, 10_000
Tell = Callable[[str], None]


class LeftOutError(ValueError):
    """A question that cannot be taken over; the message says why."""


@dataclass
class Asked:
    """A question of theirs as one or more of ours."""

    kinds: list[dict[str, Any]]
    name: str = ""
    names: list[str] = field(default_factory=list)  # where it becomes several: one for each
    parts: list[str] = field(default_factory=list)  # their names within it
    titles: list[Text] = field(default_factory=list)
    values: Mapping[str, str] = field(default_factory=dict)  # of options or columns: theirs → ours
    rows: Mapping[str, str] | None = None


def asked_of(given: Given, say: Sayer, tell: Tell, place: str) -> Asked:
    """Raises LeftOutError for what has no counterpart here."""
    return _Asking(given, say, tell, place).made()


class _Asking:
    def __init__(self, given: Given, say: Sayer, tell: Tell, place: str) -> None:
        self.given, self.say, self.tell, self.place = given, say, tell, place

    def made(self) -> Asked:
        kind = self.given.word("type")
        if kind in CHOICES:
            return self._choice(kind)
        makers: Mapping[str, Callable[[], Asked]] = {
            "boolean": self._boolean,
            "rating": self._rating,
            "matrix": self._matrix,
            "matrixdropdown": self._matrices,
            "comment": self._comment,
            "text": self._text,
            "slider": self._slider,
            "multipletext": self._several_texts,
            "file": self._file,
            "html": self._html,
        }
        if kind not in makers:
            raise LeftOutError(_("a question of type %(type)s") % {"type": kind})
        return makers[kind]()

    def lost(self, what: str) -> None:
        self.tell(f"{self.place}: {what}")

    # Options

    def _options(self, rows: Any) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Ours, and their values as ours: a full stop is not allowed here, and two may not be the same."""
        found: list[dict[str, Any]] = []
        values: dict[str, str] = {}
        for each in listed(rows)[:MOST_OPTIONS]:
            theirs, text = self._item(each)
            if theirs in values:
                self.lost(_("the option %(value)s stands there twice") % {"value": theirs})
                continue
            ours = " ".join(theirs.replace(".", "_").split())[:80] or "_"
            ours = next(
                v for n in range(1, 999) if (v := ours if n == 1 else f"{ours[:76]}_{n}") not in values.values()
            )
            values[theirs] = ours
            said = self.say(text, self.place)
            found.append({"value": ours, "text": {code: words or theirs for code, words in said.items()}})
        if len(listed(rows)) > MOST_OPTIONS:
            self.lost(_("only the first %(most)d options are taken over") % {"most": MOST_OPTIONS})
        return found, values

    def _item(self, each: Any) -> tuple[str, Any]:
        """The value and words of an option: an object, ``value|words`` of older files, or the value itself."""
        if isinstance(each, Mapping):
            item = Given(each)
            value, text = item.get("value", "name"), item.get("text", "title")
            rest = [*item.rest(), *item.looks()]
            if rest:
                told = {"value": _plain(value), "names": ", ".join(rest)}
                self.lost(_("of the option %(value)s is not taken over: %(names)s") % told)
            return _plain(value), text if text is not None else _plain(value)
        value, bar, text = _plain(each).partition("|")
        return value, text if bar and text else value

    def _choice(self, kind: str) -> Asked:
        options, values = self._options(self.given.get("choices") or self._counted())
        for names, words, value, default, alone in BESIDE:
            text = self.given.get(words)
            if self.given.get(*names) and value not in values:
                said = {"value": value, "text": self.say(text or default, self.place)}
                options.append({**said, **({"alone": True} if alone else {"other": True})})
                values[value] = value
        if not options:
            self.given.get("choicesByUrl", "choicesFromQuestion")
            raise LeftOutError(_("its choices come from elsewhere, so it is left out"))
        several = kind in ("checkbox", "tagbox") or bool(kind == "imagepicker" and self.given.get("multiSelect"))
        ours = "choices" if several or len(options) == 1 else CHOICES[kind]
        if ours == "choices" and not several:
            self.lost(_("with its one choice it becomes a box to tick"))
        if ours != "choices":
            for each in options:
                each.pop("alone", None)
        made = {"type": ours, "options": options, "shuffle": self._order(options)}
        if kind == "dropdown" and ours == "choice":
            made["dropdown"] = True
        if ours == "choices":
            made |= self._bounds(len(options))
        return Asked(kinds=[made], values=values)

    def _counted(self) -> list[int]:
        """The choices of a dropdown that counts."""
        low, high, step = (figure(self.given.get(f"choices{each}")) for each in ("Min", "Max", "Step"))
        if low is None or high is None or not 0 <= high - low <= LONGEST:
            return []
        return list(range(int(low), int(high) + 1, max(1, int(step or 1))))

    def _order(self, options: list[dict[str, Any]]) -> bool:
        order = self.given.word("choicesOrder")
        if order in ("asc", "desc"):
            first = self.say.languages[0]
            options.sort(key=lambda each: each["text"][first], reverse=order == "desc")
        return order == "random"

    def _bounds(self, count: int) -> dict[str, int]:
        least, most = figure(self.given.get("minSelectedChoices")), figure(self.given.get("maxSelectedChoices"))
        found = {"at_least": int(least)} if least and 0 < least <= count else {}
        return found | ({"at_most": int(most)} if most and most >= max(1, least or 0) else {})

    def _boolean(self) -> Asked:
        yes, no = self.given.get("labelTrue") or "Yes", self.given.get("labelFalse") or "No"
        both = [
            {"value": "true", "text": self.say(yes, self.place)},
            {"value": "false", "text": self.say(no, self.place)},
        ]
        true, false = self.given.get("valueTrue"), self.given.get("valueFalse")
        values = {"true": "true", "false": "false"}
        values |= {_plain(true): "true"} if true is not None else {}
        values |= {_plain(false): "false"} if false is not None else {}
        return Asked(kinds=[{"type": "choice", "options": both}], values=values)

    # Scales

    def _rating(self) -> Asked:
        ends = {
            "low": self.given.get("minRateDescription", "mininumRateDescription"),
            "high": self.given.get("maxRateDescription", "maximumRateDescription"),
        }
        step, values = figure(self.given.get("rateStep")), listed(self.given.get("rateValues"))
        low = int(figure(self.given.get("rateMin")) or 0) if self.given.get("rateMin") is not None else 1
        count, most = figure(self.given.get("rateCount")), figure(self.given.get("rateMax"))
        high = int(most if most is not None else low + (count or 5) - 1)
        style = {"stars": "star", "smileys": "emoji"}.get(self.given.word("rateType"), "number")
        said = {name: self.say(text, self.place) for name, text in ends.items() if text}
        if values:
            span = self._in_a_row(values)
            if span is None:
                return self._choice_of(values)
            low, high = span
        elif step and step != 1:
            steps = int((high - low) / step) + 1 if 0 < step <= high - low else 1
            return self._choice_of([f"{low + n * step:g}" for n in range(min(steps, MOST_OPTIONS))])
        if not 1 <= high - low < MOST_STEPS:
            self.lost(_("with more than %(most)d steps it becomes a number") % {"most": MOST_STEPS})
            return Asked(kinds=[{"type": "number", "lowest": min(low, high), "highest": max(low, high), "whole": True}])
        if (low, high) == (0, 10) and self._is_nps():
            blank = {"low": "0", "high": "10"}
            full = {name: said.get(name) or dict.fromkeys(self.say.languages, text) for name, text in blank.items()}
            return Asked(kinds=[{"type": "score", "metric": "nps", "required": False, **full}])
        both = said if len(said) == 2 else {}
        if len(said) == 1:
            self.lost(_("the words of one end are left out, for the other has none"))
        return Asked(kinds=[{"type": "rating", "lowest": low, "highest": high, "style": style, **both}])

    def _in_a_row(self, values: list[Any]) -> tuple[int, int] | None:
        """The first and last of figures that follow each other and have no words of their own."""
        items = [self._item(each) for each in values]
        figures = [int(value) if re.fullmatch(r"-?\d{1,6}", value) and text == value else None for value, text in items]
        first = figures[0]
        if first is None or figures != list(range(first, first + len(figures))):
            return None
        return first, first + len(figures) - 1

    def _is_nps(self) -> bool:
        """From 0 to 10 satisfaction is asked as well; it must not count as recommendation."""
        title = self.given.get("title")
        said = title.values() if isinstance(title, Mapping) else [title]
        return any(RECOMMEND.search(str(text)) for text in (self.given.word("name"), *said))

    def _choice_of(self, values: list[Any]) -> Asked:
        self.lost(_("its steps are no figures in a row; it becomes a choice"))
        options, known = self._options(values)
        return Asked(kinds=[{"type": "choice", "options": options}], values=known)

    def _matrix(self) -> Asked:
        rows, known = self._options(self.given.get("rows"))
        columns, values = self._options(self.given.get("columns"))
        shuffled = self.given.word("rowsOrder") == "random"
        if self.given.get("isAllRowRequired", "eachRowRequired"):
            self.given.source = {**self.given.source, "isRequired": True}
        made = {"type": "matrix", "rows": rows, "columns": columns, "shuffle": shuffled}
        return Asked(kinds=[made], values=values, rows=known)

    def _matrices(self) -> Asked:
        """One for each column that chooses; what else its cells may hold is told."""
        rows, _known = self._options(self.given.get("rows"))
        cell, shared = self.given.word("cellType") or "dropdown", self.given.get("choices")
        kinds, parts, titles = list[dict[str, Any]](), list[str](), list[Text]()
        for each in listed(self.given.get("columns")):
            column = Given(each if isinstance(each, Mapping) else {"name": str(each)})
            name = column.word("name")
            options = column.get("choices") or shared
            if (column.word("cellType") or cell) not in ("dropdown", "radiogroup", "default") or not options:
                self.lost(_("the column %(name)s is left out") % {"name": name})
                continue
            duty = {"required": True} if column.get("isRequired") is True else {}
            kinds.append({"type": "matrix", "rows": rows, "columns": self._options(options)[0], **duty})
            parts.append(name)
            titles.append(self.say(column.get("title") or name, self.place))
            self._item_rest([column])
        if not kinds:
            raise LeftOutError(_("a question of type %(type)s") % {"type": "matrixdropdown"})
        if len(kinds) > 1:
            self.lost(_("becomes %(count)d questions") % {"count": len(kinds)})
        return Asked(kinds=kinds, parts=parts, titles=titles)

    # Words and figures

    def _hint(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if hint := self.given.get("placeholder", "placeHolder"):
            found["placeholder"] = self.say(hint, self.place)
        longest = figure(self.given.get("maxLength"))
        if longest and 0 < longest <= LONGEST:
            found["max_length"] = int(longest)
        return found

    def _comment(self) -> Asked:
        self.given.get("rows")  # of a comment: how high it stands
        return Asked(kinds=[{"type": "text", **self._hint()}])

    def _text(self) -> Asked:
        kind = self.given.word("inputType") or "text"
        if kind in ("number", "range"):
            return self._number()
        if kind != "text":
            self.lost(_("%(kind)s becomes words") % {"kind": kind})
        return Asked(kinds=[{"type": "text", "lines": "one", **self._hint()}])

    def _number(self) -> Asked:
        bounds = {"lowest": self.given.get("min"), "highest": self.given.get("max")}
        step = figure(self.given.get("step"))
        figures = {name: found for name, value in bounds.items() if (found := figure(value)) is not None}
        if step is not None and step != 1:
            self.lost(_("the step of %(step)s is not kept") % {"step": f"{step:g}"})
        return Asked(kinds=[{"type": "number", **figures, **({"whole": True} if step == 1 else {})}])

    def _slider(self) -> Asked:
        self.lost(_("the slider becomes a number"))
        low, high = figure(self.given.get("min")), figure(self.given.get("max"))
        return Asked(kinds=[{"type": "number", "lowest": low or 0, "highest": 100 if high is None else high}])

    def _several_texts(self) -> Asked:
        items = [Given(each) for each in listed(self.given.get("items"))]
        named = [each.word("name") for each in items]
        if named and set(named) <= set(CONTACT_FIELDS) and len(set(named)) == len(named):
            self._item_rest(items)
            return Asked(kinds=[{"type": "contact", "fields": named}])
        titles = [self.say(each.get("title") or name, self.place) for each, name in zip(items, named, strict=True)]
        kinds = []
        for each in items:
            duty = {"required": True} if each.get("isRequired") is True else {}
            is_figure = each.get("inputType") == "number"
            kinds.append({**({"type": "number"} if is_figure else {"type": "text", "lines": "one"}), **duty})
        self._item_rest(items)
        if not kinds:
            raise LeftOutError(_("there is nothing in it to ask"))
        self.lost(_("becomes %(count)d questions") % {"count": len(kinds)})
        return Asked(kinds=kinds, parts=named, titles=titles)

    def _item_rest(self, items: list[Given]) -> None:
        for each in items:
            if rest := [*each.rest(), *each.looks()]:
                self.lost(
                    _("of %(name)s is not taken over: %(names)s")
                    % {"name": each.word("name"), "names": ", ".join(rest)}
                )

    def _file(self) -> Asked:
        several = self.given.get("allowMultiple") is True
        return Asked(kinds=[{"type": "file", "most": 5 if several else 1, "kinds": ["image", "document"]}])

    def _html(self) -> Asked:
        text = self.say(self.given.get("html"), self.place)
        if not all(text.values()):
            raise LeftOutError(_("there are no words in it"))
        return Asked(kinds=[{"type": "note", "text": text}])


def _plain(value: Any) -> str:
    """A value as text, whole figures without a point."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)
