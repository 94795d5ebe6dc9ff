"""Texts of a SurveyJS file in the languages of the survey."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _

from allears.listen.limesurvey.rows import shows_more, words
from allears.listen.questions import Text

BACK = {"zh-cn": "zh", "zh-tw": "zh"}
KNOWN = frozenset(code.split("-")[0] for code in LANG_INFO)
MARKED = re.compile(
    r"</?(p|br|b|i|u|em|strong|span|div|a|h[1-6]|ul|ol|li|font|small|sup|sub|table|img|video|iframe|center|hr)\b"
)
PIPED = re.compile(r"\{([^{}]+)\}")
OURS = frozenset({"company"})  # {company} stands in our texts for the workspace's name


def short(code: str) -> str:
    return BACK.get(code.lower(), re.split(r"[-_]", code.lower())[0])


def is_text(node: Any) -> bool:
    """Whether an object is a text by language."""
    if not isinstance(node, Mapping) or not node or not all(isinstance(each, str) for each in node.values()):
        return False
    named = [str(code) for code in node if code != "default"]
    return all(short(code) in KNOWN for code in named) and ("default" in node or len(named) > 1)


def is_english(text: Mapping[str, Any], first: str) -> bool:
    """``default`` is what SurveyJS speaks by itself, where the survey's language has a text of its own beside it."""
    return "default" in text and first != "en" and any(c != "default" and short(str(c)) == first for c in text)


def languages(source: Any, first: str) -> dict[str, str]:
    """Our code → SurveyJS's, the survey's own language first, then every one that a text is given in."""
    own = short(first) if short(first) in KNOWN else "en"
    found = {own: first}

    def look(node: Any) -> None:
        if is_text(node):
            for code in node:
                if code != "default":
                    found.setdefault(short(code), code)
            if is_english(node, own):
                found.setdefault("en", "en")
        elif isinstance(node, Mapping):
            for each in node.values():
                look(each)
        elif isinstance(node, list):
            for each in node:
                look(each)

    look(source)
    return found


class Sayer:
    """Turns texts into ours; ``tell`` hears what is lost."""

    def __init__(self, codes: Mapping[str, str], tell: Callable[[str], None]) -> None:
        self.codes, self.tell = codes, tell
        self.languages = list(codes)
        self.names: Mapping[str, str] = {}
        self.borrowed: dict[str, int] = {}
        self.beside = dict[str, str]()

    def __call__(self, text: Any, place: str) -> Text:
        """In every language of the survey; one that is missing borrows the first, and that is counted."""
        given = self._given(text)
        base = given.get(self.languages[0]) or next((each for each in given.values() if each), "")
        said = {}
        for code in self.languages:
            if not given.get(code) and any(map(str.isalpha, base)):
                self.borrowed[code] = self.borrowed.get(code, 0) + 1
            said[code] = self._read(given.get(code) or base, place)
        return said

    def _given(self, text: Any) -> dict[str, str]:
        if not isinstance(text, Mapping):
            return {self.languages[0]: "" if text is None else str(text)}
        found: dict[str, str] = {}
        default = "en" if is_english(text, self.languages[0]) else self.languages[0]
        for code, each in text.items():
            ours = default if code == "default" else short(str(code))
            if ours not in self.codes:
                continue
            own = code in ("default", self.codes[ours])
            if ours in found and not own:
                self.beside[str(code)] = self.codes[ours]
            else:
                found[ours] = str(each)
        return found

    def _read(self, text: str, place: str) -> str:
        if shows_more(text):
            self.tell(_("%(place)s: pictures and films are left out") % {"place": place})
        if re.search(r"<a\b[^>]*\bhref", text):
            self.tell(_("%(place)s: links become words") % {"place": place})
        plain = words(text) if MARKED.search(text.lower()) else text

        def one(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name in self.names:
                return f"{{{{answer.{self.names[name]}}}}}"
            if name in OURS:
                return match[0]
            told = {"place": place, "expression": match[0]}
            self.tell(_("%(place)s: %(expression)s is left out of the text") % told)
            return ""

        return PIPED.sub(one, plain)
