"""Surveys from LimeSurvey's tab-separated structure, with a list of what could not be taken over, by row."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.listen.limesurvey.kinds import Source, made_of
from allears.listen.limesurvey.relevance import Known, RelevanceError, condition
from allears.listen.limesurvey.rows import Row, StructureError, read, shows_more, words
from allears.listen.mending import Taken, mended
from allears.listen.questions import Text

__all__ = ["StructureError", "from_limesurvey"]
LANGUAGE = re.compile(r"[a-z]{2,3}")
INSIDE = re.compile(r"\{(?=[^\s{}])([^{}]*)\}")  # an expression in a text
PIPED = re.compile(r"(\w+)(?:\.(?:NAOK|shown|value))?")
LAYOUTS = {"A": "page", "G": "steps", "S": "single"}
THANKS = {"en": "Thank you.", "zh": "谢谢您。"}
STANDING = {
    "AS": gettext_lazy("assessments"),
    "C": gettext_lazy("conditions"),
    **dict.fromkeys(("QTA", "QTAM", "QTALS"), gettext_lazy("quotas")),
}


def from_limesurvey(source: str | bytes) -> Taken:
    """A definition from the structure; raises StructureError, or DefinitionError when nothing in it can be asked."""
    return _Importer(read(source)).run()


@dataclass
class _Group:
    """A group of the first language, with its questions and what belongs to each."""

    row: Row | None
    questions: list[tuple[Row, list[Row]]] = field(default_factory=list)


Key = tuple[str, ...]


class _Importer:
    def __init__(self, rows: list[Row]) -> None:
        self.rows, self.left = rows, list[str]()
        self.settings = {row.name: row["text"] for row in rows if row.kind == "S"}
        self.codes = self._languages()
        self.languages = list(self.codes.values())
        self.groups = list[_Group]()
        self.texts: dict[Key, dict[str, Row]] = {}  # what a row is of → its row in each language
        self.keys: dict[int, Key] = {}
        self.known: dict[str, Known] = {}
        self.names: set[str] = {"end"}
        self.untranslated: dict[str, int] = {}

    def run(self) -> Taken:
        self._sort()
        questions = [each for number, group in enumerate(self.groups) for each in self._group(number, group)]
        for language, count in sorted(self.untranslated.items()):
            gap = _("%(language)s: %(count)d texts are missing; the words of %(first)s stand there")
            self.left.append(gap % {"language": language, "count": count, "first": self.languages[0]})
        title = self._setting("surveyls_title") or self._all("Survey")
        description = self._setting("surveyls_description")
        definition: dict[str, Any] = {
            "languages": self.languages,
            "title": title,
            "mail": {"subject": title, "intro": description or title},
            "questions": questions,
            "thanks": self._setting("surveyls_endtext") or {c: THANKS.get(c, THANKS["en"]) for c in self.languages},
            "layout": LAYOUTS.get(self.settings.get("format", "G"), "steps"),
        }
        if intro := self._setting("surveyls_welcometext") or description:
            definition["intro"] = intro
        return mended(definition, left=self.left)

    # What the kinds ask of it

    def tell(self, row: Row, problem: str) -> None:
        where = _("row %(number)d") % {"number": row.number}
        told = {"where": where, "name": row.name or row.kind, "problem": problem}
        self.left.append(_("%(where)s, %(name)s: %(problem)s") % told)

    def scored(self) -> bool:
        return self.settings.get("assessments") == "Y"

    def say(self, row: Row, column: str = "text") -> Text:
        """In every language of the survey; one that is missing borrows the first, and that is counted."""
        same = self.texts.get(self.keys.get(row.number, ()), {})
        base = self._plain(row, _cell(row, column)) or (row.name if column == "text" else "")
        said = {self.languages[0]: base}
        for code in self.languages[1:]:
            own = self._plain(same[code], _cell(same[code], column)) if code in same else ""
            if base and not own:
                self.untranslated[code] = self.untranslated.get(code, 0) + 1
            said[code] = own or base
        return said

    def fixed(self, row: Row, given: Mapping[str, str]) -> Text:
        """Words that LimeSurvey brings itself."""
        if strange := [code for code in self.languages if code not in given]:
            self.tell(row, _("its labels are English in %(languages)s") % {"languages": ", ".join(strange)})
        return {code: given.get(code, given["en"]) for code in self.languages}

    # Reading the table

    def _languages(self) -> dict[str, str]:
        """LimeSurvey's code → ours, the survey's own language first."""
        named = [
            self.settings.get("language", ""),
            *re.split(r"[\s,;\"']+", self.settings.get("additional_languages", "")),
        ]
        named += [row.language for row in self.rows if row.kind in ("SL", "G", "Q")]
        found: dict[str, str] = {}
        for code in dict.fromkeys(filter(None, named)):
            short = code.lower().replace("_", "-").split("-")[0]
            if not LANGUAGE.fullmatch(short):
                self.left.append(
                    _("%(language)s is no code of a language; its texts are not taken over") % {"language": code}
                )
            elif short in found.values():
                first = next(each for each, ours in found.items() if ours == short)
                gap = _("%(language)s is not taken over beside %(first)s")
                self.left.append(gap % {"language": code, "first": first})
            else:
                found[code] = short
        return found or {"en": "en"}

    def _sort(self) -> None:
        """Rows to groups and questions, and each row to its like in the other languages."""
        places: dict[str, list[str]] = {}  # where we are in each language: group, question
        groups: dict[str, int] = {}
        first = next(iter(self.codes))
        for row in self.rows:
            code = row.language or first
            if code not in self.codes:
                continue
            own = code == first
            place = places.setdefault(code, ["", ""])
            if row.kind == "SL":
                self._same(row, code, ("SL", row.name))
            elif row.kind == "G":
                groups[code] = groups.get(code, 0) + 1
                place[:] = [str(groups[code]), ""]
                self._same(row, code, ("G", place[0]))
                if own:
                    self.groups.append(_Group(row))
            elif row.kind == "Q":
                place[1] = row.name
                self._same(row, code, ("Q", row.name))
                if own:
                    self._last_group().questions.append((row, []))
            elif row.kind in ("SQ", "A"):
                self._same(row, code, (row.kind, place[1], row["type/scale"], row.name))
                if own and self.groups and self.groups[-1].questions:
                    self.groups[-1].questions[-1][1].append(row)
            elif row.kind != "S" and own:
                self.tell(row, _("%(what)s are not taken over") % {"what": STANDING.get(row.kind, row.kind)})

    def _last_group(self) -> _Group:
        if not self.groups:
            self.groups.append(_Group(None))
        return self.groups[-1]

    def _same(self, row: Row, code: str, key: Key) -> None:
        self.keys[row.number] = key
        self.texts.setdefault(key, {}).setdefault(self.codes[code], row)

    def _setting(self, name: str) -> Text | None:
        rows = self.texts.get(("SL", name), {})
        first = rows.get(self.languages[0])
        return self.say(first) if first is not None and words(first["text"]) else None

    def _all(self, text: str) -> Text:
        return dict.fromkeys(self.languages, text)

    def _plain(self, row: Row, text: str) -> str:
        """What people read, with the answers it names put in; other expressions are left out and told."""
        if shows_more(text):
            self.tell(row, _("pictures and films are left out"))

        def one(match: re.Match[str]) -> str:
            name = PIPED.fullmatch(match[1].strip())
            known = self.known.get(name[1]) if name else None
            if known is not None and known.kind != "split":
                return f"{{{{answer.{known.name}}}}}"
            self.tell(row, _("%(expression)s is left out of the text") % {"expression": match[0]})
            return ""

        return INSIDE.sub(one, words(text))

    # Making questions

    def _group(self, number: int, group: _Group) -> list[dict[str, Any]]:
        shown = self._relevance(group.row) if group.row is not None else True
        if shown is False:
            for row, _parts in group.questions:
                self.tell(row, _("never shown there, so it is left out"))
            return []
        found: list[dict[str, Any]] = []
        if group.row is not None and group.row.name:
            self.tell(group.row, _("the title of a group is not shown"))
        if group.row is not None and words(group.row["text"]):
            name = self._name(f"about_{number + 1}")
            found.append({"type": "note", "name": name, "text": self.say(group.row), **_shown(shown)})
        for row, parts in group.questions:
            found += self._question(row, parts, shown)
        if found and number:
            found[0]["begins_page"] = True
        return found

    def _question(self, row: Row, parts: list[Row], group: dict[str, Any] | bool) -> list[dict[str, Any]]:
        own = self._relevance(row)
        if own is False or row.more.get("hidden") == "1":
            self.tell(row, _("never shown there, so it is left out"))
            return []
        subs = [each for each in parts if each.kind == "SQ"]
        answers = [each for each in parts if each.kind == "A"]
        source = Source(row=row, name=self._name(row.name), parts=subs, answers=answers)
        made = made_of(self, source)
        if not made.questions:
            return []
        text = {} if made.split else {"text": self.say(row)}
        common = {"name": source.name, **text, **self._help(row), **_shown(_both(group, own))}
        found = [{**common, **each} for each in made.questions]
        self._duty(row, found)
        self.names |= {each["name"] for each in found}
        kind = "split" if made.split else found[0]["type"]
        self.known[row.name] = Known(
            name=source.name,
            kind=kind,
            parts=frozenset(each.name for each in subs),
            split=made.split,
            other="other" if row["other"] == "Y" else "",
        )
        return found

    def _help(self, row: Row) -> dict[str, Any]:
        return {"help": self.say(row, "help")} if words(row["help"]) else {}

    def _duty(self, row: Row, found: list[dict[str, Any]]) -> None:
        if row["mandatory"] == "Y":
            for each in found:
                if each["type"] != "note":
                    each.setdefault("required", True)
        if row["mandatory"] == "S":
            self.tell(row, _("asked for but not required there; it may be left out here"))
        if row["validation"]:
            self.tell(row, _("the pattern %(pattern)s is not checked") % {"pattern": row["validation"]})
        if row["default"]:
            self.tell(row, _("the answer %(default)s is not filled in beforehand") % {"default": row["default"]})

    def _relevance(self, row: Row) -> dict[str, Any] | bool:
        try:
            return condition(row["relevance"], self.known)
        except RelevanceError as error:
            gap = _("shown in any case, for its condition cannot be taken over: %(equation)s (%(part)s)")
            self.tell(row, gap % {"equation": row["relevance"], "part": error})
            return True

    def _name(self, code: str) -> str:
        plain = re.sub(r"[^a-z0-9_]+", "_", code.lower()).strip("_")[:30] or "question"
        name = plain if plain[0].isalpha() and plain != "end" else f"q_{plain}"
        unique = next(each for n in range(1, 9999) if (each := name if n == 1 else f"{name}_{n}") not in self.names)
        self.names.add(unique)
        return unique


def _cell(row: Row, column: str) -> str:
    return row.more.get(column, "") or row[column]


def _shown(shown: dict[str, Any] | bool) -> dict[str, Any]:
    return {} if isinstance(shown, bool) else {"show_if": shown}


def _both(group: dict[str, Any] | bool, own: dict[str, Any] | bool) -> dict[str, Any] | bool:
    if isinstance(group, bool):
        return own
    return group if isinstance(own, bool) else {"all": [group, own]}
