"""Surveys of SurveyJS as ours, with a list of what could not be taken over."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from allears.listen.mending import Taken, mended
from allears.listen.surveyjs.asking import Asked, LeftOutError, asked_of
from allears.listen.surveyjs.equations import ExpressionError, Known, read
from allears.listen.surveyjs.given import Given, listed
from allears.listen.surveyjs.saying import Sayer, languages

NAME = re.compile(r"[^a-z0-9_]+")
LAYOUTS = {"singlePage": "page", "single": "page", "questionPerPage": "single"}
THANKS = {"default": "Thank you.", "en": "Thank you.", "zh-cn": "谢谢您。"}
DEEPEST = 20  # panels within panels


@dataclass(frozen=True, kw_only=True)
class Element:
    """A question, a page's or panel's own words, and the conditions of what it stands in."""

    given: Given
    page: int
    conditions: tuple[tuple[str, str], ...]  # (place, expression)
    words: bool = False  # of a page or panel: its title and description


def from_surveyjs(source: Mapping[str, Any]) -> Taken:
    """A definition from SurveyJS JSON; raises DefinitionError when nothing in it can be asked."""
    return _Importer(source).run()


class _Importer:
    def __init__(self, source: Mapping[str, Any]) -> None:
        self.source, self.left, self.looks = Given(source), list[str](), Counter[str]()
        codes = languages(source, str(source.get("locale") or "en"))
        self.say = Sayer(codes, self.left.append)
        own = [name for name in ("pages", "elements", "questions") if self.source.get(name)]
        pages = listed(self.source.get("pages")) or [{name: source[name] for name in own}]
        self.pages = [Given({"elements": [page], "name": ""} if "type" in page else page) for page in pages]
        self.elements = [each for number, page in enumerate(self.pages) for each in self._page(number, page)]
        self.known: dict[str, Known] = {}
        self.taken = {"end"}

    def run(self) -> Taken:
        asked = [(element, self._asked(element)) for element in self.elements]
        self.say.names = {theirs: known.name for theirs, known in self.known.items() if "." not in theirs}
        questions = [each for element, made in asked if made for each in self._questions(element, made)]
        paged = {each["name"]: page for page, each in questions}
        for at, (page, each) in enumerate(questions):
            each["begins_page"] = at > 0 and questions[at - 1][0] != page
        plain = [each for _page, each in questions]
        self._skips(plain, paged)
        definition = self._whole(plain)
        self._tell_rest()
        return mended(definition, left=list(dict.fromkeys(self.left)))

    def _whole(self, questions: list[dict[str, Any]]) -> dict[str, Any]:
        given = self.source
        title = self.say(given.get("title") or "Survey", "title")
        thanks = self.say(given.get("completedHtml") or THANKS, "completedHtml")
        description, layout = given.get("description"), LAYOUTS.get(given.word("questionsOnPageMode"))
        given.get("locale", "$schema", "triggers", "showProgressBar")
        return {
            "languages": self.say.languages,
            "title": title,
            "mail": {"subject": title, "intro": title},
            "questions": questions,
            "thanks": {code: each or THANKS.get(code, THANKS["en"]) for code, each in thanks.items()},
            "layout": layout or ("steps" if len(self.pages) > 1 else "page"),
            **({"intro": self.say(description, "description")} if description else {}),
        }

    # Pages, panels and what stands in them

    def _page(self, number: int, page: Given) -> Iterator[Element]:
        yield from self._inside(page, number, (), f"pages[{number}]", depth=0)

    def _inside(
        self, holder: Given, page: int, conditions: tuple[tuple[str, str], ...], place: str, *, depth: int
    ) -> Iterator[Element]:
        """What a page or panel holds, in order; its condition goes to each of them."""
        place = holder.word("name") or place
        holder.get("type")
        condition, visible = holder.word("visibleIf"), holder.get("visible")
        if (visible is False and not condition) or depth > DEEPEST:
            self.left.append(_("%(place)s: never shown there, so it is left out") % {"place": place})
            return
        if condition:
            conditions = (*conditions, (f"{place}.visibleIf", condition))
        if holder.get("title", "description"):
            yield Element(given=holder, page=page, conditions=conditions, words=True)
        for each in listed(holder.get("elements", "questions")):
            inside = Given(each)
            if inside.get("type") in ("panel", "flowpanel"):
                yield from self._inside(inside, page, conditions, "panel", depth=depth + 1)
            else:
                yield Element(given=inside, page=page, conditions=conditions)
        self._rest(holder, place)

    def _asked(self, element: Element) -> Asked | None:
        """Its kind here, with its name; what cannot be asked is told."""
        given = element.given
        theirs = given.word("name")
        place = theirs or given.word("type")
        visible, condition = given.get("visible"), given.get("visibleIf")
        if element.words:
            return Asked(name=self._name(f"about_{theirs or element.page + 1}"), kinds=[{"type": "note"}])
        if visible is False and not condition:
            self.left.append(_("%(place)s: never shown there, so it is left out") % {"place": place})
            return None
        try:
            made = asked_of(given, self.say, self.left.append, place)
        except LeftOutError as error:
            self.left.append(f"{place}: {error}")
            return None
        made.name = self._name(theirs)
        made.names = [self._name(f"{made.name}_{part}") for part in made.parts]
        if made.parts:
            pairs = zip(made.parts, made.names, strict=True)
            self.known |= {f"{theirs}.{part}": Known(name=name) for part, name in pairs}
        elif made.kinds[0]["type"] not in ("note", "contact"):
            self.known.setdefault(theirs, Known(name=made.name, values=made.values, rows=made.rows))
        return made

    def _questions(self, element: Element, made: Asked) -> Iterator[tuple[int, dict[str, Any]]]:
        given, place = element.given, element.given.word("name") or element.given.word("type")
        words = given.get("title"), given.get("description")
        common: dict[str, Any] = {}
        if not element.words:
            condition = given.word("visibleIf")
            shown = self._shown((*element.conditions, *(((f"{place}.visibleIf", condition),) if condition else ())))
            common |= {"help": self.say(words[1], f"{place}.description")} if words[1] else {}
            common |= {"required": True} if given.get("isRequired") is True else {}
        else:
            shown = self._shown(element.conditions)
        text = self._title(element, place)
        for kind, name, part in zip(made.kinds, made.names or [made.name], made.titles or [{}], strict=True):
            own = {**kind, **(common if kind["type"] != "note" else {}), **({"show_if": shown} if shown else {})}
            said = {code: f"{each} – {part[code]}" for code, each in text.items()} if part else text
            yield element.page, {**own, "name": name, "text": kind.get("text") or said}
        self._rest(given, place)

    def _title(self, element: Element, place: str) -> dict[str, str]:
        """A question without a title shows its name there; a page's title and description are one text."""
        given = element.given
        if not element.words:
            return {code: each or place for code, each in self.say(given.get("title") or place, place).items()}
        parts = [self.say(each, place) for each in (given.get("title"), given.get("description")) if each]
        return {code: "\n".join(part[code] for part in parts if part[code]) for code in self.say.languages}

    def _shown(self, conditions: tuple[tuple[str, str], ...]) -> dict[str, Any] | None:
        found = [each for place, text in conditions if (each := self._condition(place, text))]
        return {"all": found} if len(found) > 1 else found[0] if found else None

    def _condition(self, place: str, text: str) -> dict[str, Any] | None:
        try:
            return read(text, self.known)
        except ExpressionError as error:
            self.left.append(f"{place}: {text} ({error})")
            return None

    def _name(self, theirs: str) -> str:
        plain = NAME.sub("_", theirs.lower()).strip("_")[:34] or "question"
        plain = plain if plain[0].isalpha() and plain != "end" else f"q_{plain}"
        unique = next(each for n in range(1, 99_999) if (each := plain if n == 1 else f"{plain}_{n}") not in self.taken)
        self.taken.add(unique)
        return unique

    def _skips(self, questions: list[dict[str, Any]], paged: Mapping[str, int]) -> None:
        """Triggers that end or skip hang on the last question that their condition looks at."""
        order = {each["name"]: at for at, each in enumerate(questions)}
        for each in listed(self.source.get("triggers")):
            trigger = Given(each)
            kind, place = trigger.word("type"), f"triggers.{trigger.word('type')}"
            if kind.removesuffix("trigger") not in ("complete", "skip"):
                self.left.append(_("%(place)s: not taken over") % {"place": place})
                continue
            condition = self._condition(place, trigger.word("expression")) if trigger.word("expression") else None
            to = self.known.get(trigger.word("gotoName"))
            target = "end" if kind.startswith("complete") else to.name if to else ""
            asked = [order[name] for name in _answers(condition) if name in order] if condition else []
            if not asked or not target:
                self.left.append(_("%(place)s: not taken over") % {"place": place})
                continue
            questions[max(asked)].setdefault("skips", []).append({"when": condition, "to": target})
            self._rest(trigger, place)

    def _rest(self, given: Given, place: str) -> None:
        self.looks.update(given.looks())
        self.left += [_("%(place)s: not taken over") % {"place": f"{place}.{name}"} for name in given.rest()]

    def _tell_rest(self) -> None:
        self.looks.update(self.source.looks())
        self.left += [_("%(place)s: not taken over") % {"place": name} for name in self.source.rest()]
        first = self.say.languages[0]
        for code, count in sorted(self.say.borrowed.items()):
            gap = _("%(language)s: %(count)d texts are missing; the words of %(first)s stand there")
            self.left.append(gap % {"language": code, "count": count, "first": first})
        for theirs, code in sorted(self.say.beside.items()):
            gap = _("%(language)s is not taken over beside %(first)s")
            self.left.append(gap % {"language": theirs, "first": code})
        if self.looks:
            named = ", ".join(f"{name} ({count})" for name, count in sorted(self.looks.items()))
            self.left.append(_("Looks that are not taken over: %(names)s") % {"names": named})


def _answers(condition: Any) -> list[str]:
    if isinstance(condition, Mapping):
        own = [condition["answer"]] if "answer" in condition else []
        return own + [name for each in condition.values() for name in _answers(each)]
    return [name for each in condition for name in _answers(each)] if isinstance(condition, list) else []
