"""When a probe asks: conditions on the properties of an event, compiled to plain functions.

A condition is ``{"property": "order.amount", "op": ">", "value": 100}``; dots lead into nested objects. A property
that is missing, or of a kind that the comparison does not know, fulfils nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Check = Callable[[Mapping[str, Any]], bool]
OPERATORS = ("=", "!=", ">", "<", ">=", "<=", "in", "contains", "exists")
ALIASES = {"≠": "!=", "==": "=", "≥": ">=", "≤": "<="}
_MISSING = object()


class ConditionError(ValueError):
    """A condition that cannot be used; ``index`` and ``field`` say which part to mend."""

    def __init__(self, index: int, field: str, problem: str) -> None:
        super().__init__(f"condition {index + 1}, {field}: {problem}")
        self.index, self.field = index, field


def normalised(conditions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The conditions in stored form; raises ConditionError at the first that cannot be used."""
    return [_normal(index, condition) for index, condition in enumerate(conditions)]


def _normal(index: int, condition: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(condition) - {"property", "op", "value"}:
        raise ConditionError(index, sorted(unknown)[0], "a condition has property, op and value only")
    name = str(condition.get("property", "")).strip()
    if not name:
        raise ConditionError(index, "property", "name the property of the event")
    op = ALIASES.get(str(condition.get("op")), condition.get("op"))
    if op not in OPERATORS:
        raise ConditionError(index, "op", f"use one of {' '.join(OPERATORS)}")
    value = condition.get("value")
    if op in (">", "<", ">=", "<=") and _number(value) is None:
        raise ConditionError(index, "value", f"{op} compares with a number, not with {value!r}")
    if op == "in" and not (isinstance(value, list) and value):
        raise ConditionError(index, "value", "`in` takes a list with at least one value")
    if op == "contains" and not (isinstance(value, str) and value):
        raise ConditionError(index, "value", "`contains` takes the words to look for")
    if op in ("=", "!=") and (value is None or isinstance(value, list | dict)):
        raise ConditionError(index, "value", f"{op} compares with one word, number, true or false")
    return {"property": name, "op": op, "value": None if op == "exists" and value is None else value}


def compiled(conditions: Sequence[Mapping[str, Any]]) -> Check:
    """One function of an event's properties: True when every condition holds."""
    checks = [_compile(condition) for condition in normalised(conditions)]
    return lambda properties: all(check(properties) for check in checks)


def _compile(condition: Mapping[str, Any]) -> Check:
    path = condition["property"].split(".")
    test = _tests()[condition["op"]]
    value = condition["value"]
    return lambda properties: test(_find(properties, path), value)


def _find(properties: Any, path: Sequence[str]) -> Any:
    """A dotted name as it stands is found before the way into nested objects."""
    if isinstance(properties, Mapping) and (whole := ".".join(path)) in properties:
        return properties[whole]
    for name in path:
        if not isinstance(properties, Mapping) or name not in properties:
            return _MISSING
        properties = properties[name]
    return properties


def _number(value: Any) -> float | None:
    """Numbers, and words that are numbers: businesses send amounts both ways."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _same(found: Any, value: Any) -> bool:
    if isinstance(found, bool) or isinstance(value, bool):
        return str(found).lower() == str(value).lower()
    left, right = _number(found), _number(value)
    return left == right if left is not None and right is not None else found == value


def _compare(found: Any, value: Any, test: Callable[[float, float], bool]) -> bool:
    left, right = _number(found), _number(value)
    return left is not None and right is not None and test(left, right)


def _contains(found: Any, value: Any) -> bool:
    if isinstance(found, str):
        return value.casefold() in found.casefold()
    return isinstance(found, list) and any(_same(each, value) for each in found)


def _tests() -> dict[str, Callable[[Any, Any], bool]]:
    return {
        "=": lambda found, value: found is not _MISSING and _same(found, value),
        "!=": lambda found, value: found is not _MISSING and not _same(found, value),
        ">": lambda found, value: _compare(found, value, float.__gt__),
        "<": lambda found, value: _compare(found, value, float.__lt__),
        ">=": lambda found, value: _compare(found, value, float.__ge__),
        "<=": lambda found, value: _compare(found, value, float.__le__),
        "in": lambda found, value: any(_same(found, each) for each in value),
        "contains": _contains,
        "exists": lambda found, value: (found is not _MISSING and found is not None) is (value is not False),
    }
