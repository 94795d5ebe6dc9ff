"""SurveyJS's one-line expressions as conditions of ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WORD = re.compile(
    r"\s*(?:(?P<name>\{[^}]+\})|(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<sign><=|>=|<>|!=|==|=|<|>|\(|\)|\[|\]|,|!|&&|\|\|)|(?P<word>[A-Za-z_]+))"
)
OPERATORS = {
    "=": "=", "==": "=", "equal": "=", "<>": "=", "!=": "=", "notequal": "=", ">": ">", "greater": ">", "<": "<",
    "less": "<", ">=": ">=", "greaterorequal": ">=", "<=": "<=", "lessorequal": "<=", "contains": "contains",
    "contain": "contains", "notcontains": "contains", "notcontain": "contains", "anyof": "in", "noneof": "in",
    "allof": "contains", "empty": "exists", "notempty": "exists",
}  # fmt: skip
REVERSED = frozenset({"<>", "!=", "notequal", "notcontains", "notcontain", "noneof"})  # true of no answer, too
DEEPEST = 40


class ExpressionError(ValueError):
    """An expression that cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """A question that expressions may name: ours, with the values that it got here."""

    name: str
    values: Mapping[str, str] = field(default_factory=dict)  # of its options or columns: theirs → ours
    rows: Mapping[str, str] | None = None  # of a matrix: theirs → ours


def read(text: str, known: Mapping[str, Known]) -> dict[str, Any]:
    """The condition that an expression says; raises ExpressionError."""
    return _Reader(text, known).whole()


class _Reader:
    """Recursive descent over ``a and (b or !c)``."""

    def __init__(self, text: str, known: Mapping[str, Known]) -> None:
        self.words: list[tuple[str, str]] = []
        self.known, self.at = known, 0
        position = 0
        while text[position:].strip():
            match = WORD.match(text, position)
            if match is None or match.lastgroup is None:
                raise ExpressionError(text)
            self.words.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        if sum(word in ("(", "!", "not") for _kind, word in self.words) > DEEPEST:
            raise ExpressionError("it has too many brackets")

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
        leaf, known = self._looked()
        sign = self._next()[1].lower()
        if sign not in OPERATORS:
            raise ExpressionError(sign)
        leaf["op"] = OPERATORS[sign]
        if sign in ("empty", "notempty"):
            return {**leaf, **({"value": False} if sign == "empty" else {})}
        value = self._list() if self._peek() == "[" else self._value()
        return self._compared(leaf, sign, value, known)

    def _looked(self) -> tuple[dict[str, Any], Known]:
        """What is looked at: a question, or a row of a matrix."""
        kind, name = self._next()
        if kind != "name":
            raise ExpressionError(name)
        whole = name[1:-1].strip()
        question, _dot, row = (whole, "", "") if whole in self.known else whole.partition(".")
        known = self.known.get(question)
        if known is None:
            raise ExpressionError(f"{question} is no question of it")
        if (known.rows is None) is bool(row) or (row and known.rows is not None and row not in known.rows):
            raise ExpressionError(whole)
        return {"answer": known.name, **({"row": known.rows[row]} if known.rows is not None else {})}, known

    def _compared(self, leaf: dict[str, Any], sign: str, value: Any, known: Known) -> dict[str, Any]:
        each = [_ours(one, leaf["op"], known) for one in (value if isinstance(value, list) else [value])]
        if not each:
            raise ExpressionError(f"{sign} []")
        if sign == "allof":
            return {"all": [{**leaf, "value": one} for one in each]}
        if leaf["op"] == "in":
            found: dict[str, Any] = {**leaf, "value": each}
        elif isinstance(value, list):
            raise ExpressionError(f"{sign} [")
        else:
            found = {**leaf, "value": each[0]}
        return {"not": found} if sign in REVERSED else found

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
        if kind != "word" or self._peek() == "(":
            raise ExpressionError(text)
        return text  # older files leave the quotes out


def _ours(value: Any, op: str, known: Known) -> Any:
    """As the answer is stored here; figures that are compared by size stay figures."""
    if op in ("=", "!=", "in", "contains"):
        plain = (
            str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)
        )
        return known.values.get(plain, value)
    return value
