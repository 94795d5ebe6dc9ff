"""LimeSurvey's relevance equations as our conditions.

``Q1.NAOK == "A1" and (!is_empty(Q2.NAOK) or Q3_SQ001 > 3)``. What is missing is an empty text there and fulfils no
comparison here, so ``!=`` becomes the denial of ``=``. (limesurvey.org/manual/ExpressionScript_-_Presentation)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

WORD = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<sgqa>\d+X\d+X\w+)|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<sign><=|>=|<>|!=|===?|&&|\|\||[=<>!(),+*/-])|(?P<name>[A-Za-z_]\w*(?:\.\w+)*))"""
)
SIGNS = {
    "=": "=", "==": "=", "===": "=", "eq": "=", "!=": "!=", "<>": "!=", "ne": "!=", "<": "<", "lt": "<",
    ">": ">", "gt": ">", "<=": "<=", "le": "<=", ">=": ">=", "ge": ">=",
}  # fmt: skip
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
ENDINGS = ("NAOK", "code", "value", "valueNAOK")  # what may stand after a name and still means the answer
Found = dict[str, Any]


class RelevanceError(ValueError):
    """An equation that has no counterpart; the message names the part."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A question that an equation may look at."""

    name: str  # ours
    kind: str  # choice, choices, matrix, text …: ours
    parts: frozenset[str] = frozenset()  # codes of its subquestions: options of choices, rows of a matrix
    split: Mapping[str, str] = field(default_factory=dict)  # subquestions that became questions of their own
    other: str = ""  # the value of its option for other words


@dataclass(frozen=True)
class _Looked:
    """An answer, or one option of several."""

    leaf: Found
    option: str = ""  # chosen or not


@dataclass(frozen=True)
class _Value:
    value: str | int | float


def condition(equation: str, known: Mapping[str, Known]) -> Found | bool:
    """Our condition, or whether it always holds; ``known`` by LimeSurvey's code. Raises RelevanceError."""
    text = equation.strip().removeprefix("{").removesuffix("}").strip()
    if text in ("", "1"):
        return True
    return False if text == "0" else _Reader(text, known).whole()


class _Reader:
    """Recursive descent: or, and, not, comparison, operand."""

    def __init__(self, text: str, known: Mapping[str, Known]) -> None:
        self.known, self.at, self.words = known, 0, list[tuple[str, str]]()
        position = 0
        while text[position:].strip():
            match = WORD.match(text, position)
            if match is None or match.lastgroup is None:
                raise RelevanceError(text[position : position + 20].strip())
            self.words.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()

    def whole(self) -> Found | bool:
        found = self._joined("any")
        if self.at < len(self.words):
            raise RelevanceError(self.words[self.at][1])
        return found if isinstance(found, bool) else _sure(found)

    def _peek(self) -> str:
        return self.words[self.at][1].lower() if self.at < len(self.words) else ""

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.words):
            raise RelevanceError("it ends too early")
        self.at += 1
        return self.words[self.at - 1]

    def _take(self, sign: str) -> None:
        if self._next()[1] != sign:
            raise RelevanceError(f"{sign} is missing")

    def _joined(self, how: str) -> Any:
        """Parts joined by or (any), each of parts joined by and (all)."""
        signs = ("or", "||") if how == "any" else ("and", "&&")
        parts = [self._inside(how)]
        while self._peek() in signs:
            self.at += 1
            parts.append(self._inside(how))
        if len(parts) == 1:
            return parts[0]
        plain = [_truth(each) for each in parts]
        absorbing = how == "any"  # one that always holds decides an or, one that never holds an and
        if absorbing in plain:
            return absorbing
        left = [each for each in plain if not isinstance(each, bool)]
        return (left[0] if len(left) == 1 else {how: left}) if left else not absorbing

    def _inside(self, how: str) -> Any:
        return self._joined("all") if how == "any" else self._compared()

    def _compared(self) -> Any:
        left = self._operand()
        if self._peek() not in SIGNS:
            return left
        sign = SIGNS[self._next()[1].lower()]
        right = self._operand()
        if isinstance(left, _Value) and isinstance(right, _Looked):
            left, right, sign = right, left, TURNED.get(sign, sign)
        if not isinstance(left, _Looked) or not isinstance(right, _Value):
            raise RelevanceError(f"{sign} compares an answer with a fixed value here")
        return _comparison(left, sign, right.value)

    def _operand(self) -> Any:
        kind, word = self._next()
        if word == "!":
            found = _truth(self._operand())
            return (not found) if isinstance(found, bool) else _denied(found)
        if word == "(":
            inside = self._joined("any")
            self._take(")")
            return inside
        if kind == "text":
            return _Value(re.sub(r"\\(.)", r"\1", word[1:-1]))
        if kind == "number" or word == "-":
            figure = word if kind == "number" else f"-{self._next()[1]}"
            return _Value(_number(figure))
        if kind == "name":
            return self._call(word) if self._peek() == "(" else self._look(word)
        raise RelevanceError(word)

    def _call(self, name: str) -> Found:
        self._take("(")
        if name != "is_empty":
            raise RelevanceError(f"{name}()")
        inside = self._operand()
        self._take(")")
        if not isinstance(inside, _Looked):
            raise RelevanceError(f"{name}()")
        return _denied(_there(inside))

    def _look(self, word: str) -> _Looked:
        code, _dot, ending = word.partition(".")
        if ending and ending not in ENDINGS:
            raise RelevanceError(word)
        if (question := self.known.get(code)) is not None:
            if question.kind in ("choices", "matrix", "ranking", "split", "contact"):
                raise RelevanceError(f"{code} as a whole")
            return _Looked({"answer": question.name})
        for cut in (at for at in range(len(code) - 1, 0, -1) if code[at] == "_"):
            if (question := self.known.get(code[:cut])) is not None:
                return self._part(question, code[cut + 1 :], code)
        raise RelevanceError(_("%(code)s is asked later, or was not taken over") % {"code": code})

    def _part(self, question: Known, part: str, code: str) -> _Looked:
        if part in question.split:
            return _Looked({"answer": question.split[part]})
        if question.kind == "choices" and (part in question.parts or (part == "other" and question.other)):
            return _Looked({"answer": question.name}, option=question.other if part == "other" else part)
        if question.kind == "matrix" and part in question.parts:
            return _Looked({"answer": question.name, "row": part})
        raise RelevanceError(code)


def _comparison(left: _Looked, sign: str, value: str | int | float) -> Found:
    there = _there(left)
    if value == "" and sign in ("=", "!="):
        return there if sign == "!=" else _denied(there)
    if left.option:
        if value != "Y" or sign not in ("=", "!="):
            raise RelevanceError(f"{sign} {value} of one option of several")
        return there if sign == "=" else _denied(there)
    if value == "-oth-":
        value = "other"
    leaf = {**left.leaf, "op": "=" if sign == "!=" else sign, "value": value}
    return _denied(leaf) if sign == "!=" else leaf


def _there(looked: _Looked) -> Found:
    if looked.option:
        return {**looked.leaf, "op": "contains", "value": looked.option}
    return {**looked.leaf, "op": "exists"}


def _denied(found: Found) -> Found:
    return found["not"] if set(found) == {"not"} else {"not": found}


def _truth(found: Any) -> Found | bool:
    """A value or an answer that stands alone: 1 and 0; an option is chosen or not."""
    if isinstance(found, _Value) and found.value in (0, 1):
        return found.value == 1
    return found if isinstance(found, bool) else _sure(found)


def _sure(found: Any) -> Found:
    if isinstance(found, _Looked) and found.option:
        return _there(found)
    if isinstance(found, _Looked | _Value):
        raise RelevanceError("an answer or a value that is compared with nothing")
    made: Found = found
    return made


def _number(text: str) -> int | float:
    try:
        return float(text) if "." in text else int(text)
    except ValueError as error:
        raise RelevanceError(text) from error
