"""When a probe asks: conditions on the properties of an event, compiled to plain functions.

A condition is ``{"property": "order.amount", "op": ">", "value": 100}``; dots lead into nested objects. A property
that is missing, or of a kind that the comparison does not know, fulfils nothing. ``of`` says whose property it is:

- ``event`` (or left out): the event's own;
- ``customer``: ``segment``, ``language`` or any attribute, as they are when the event comes;
- ``history``: the property is the name of an event, compared is how often it happened to the customer in the last
  ``days`` (365 when left out), this very event included.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _

Check = Callable[[Mapping[str, Any]], bool]
OPERATORS = ("=", "!=", ">", "<", ">=", "<=", "in", "contains", "exists")
ALIASES = {"≠": "!=", "==": "=", "≥": ">=", "≤": "<="}
WHOSE = ("event", "customer", "history")
_MISSING = object()


class ConditionError(ValueError):
    """A condition that cannot be used; ``index`` and ``field`` say which part to mend."""

    def __init__(self, index: int, field: str, problem: str) -> None:
        super().__init__(f"condition {index + 1}, {field}: {problem}")
        self.index, self.field, self.problem = index, field, problem


def normalised(conditions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The conditions in stored form; raises ConditionError at the first that cannot be used."""
    return [_normal(index, condition) for index, condition in enumerate(conditions)]


def _normal(index: int, condition: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(condition) - {"property", "op", "value", "of", "days"}:
        raise ConditionError(index, sorted(unknown)[0], _("a condition has property, op, value, of and days only"))
    whose = condition.get("of") or "event"
    if whose not in WHOSE:
        raise ConditionError(index, "of", _("use one of %(names)s") % {"names": " ".join(WHOSE)})
    name = str(condition.get("property", "")).strip()
    if not name:
        raise ConditionError(index, "property", _("name the property of the event"))
    op = ALIASES.get(str(condition.get("op")), condition.get("op"))
    if op not in OPERATORS:
        raise ConditionError(index, "op", _("use one of %(names)s") % {"names": " ".join(OPERATORS)})
    value = condition.get("value")
    _check_value(index, op, value)
    stored = {"property": name, "op": op, "value": None if op == "exists" and value is None else value}
    if whose == "history":
        return stored | {"of": whose, "days": _days(index, op, condition.get("days"))}
    return stored if whose == "event" else stored | {"of": whose}


def _check_value(index: int, op: Any, value: Any) -> None:
    """Raises ConditionError for a value that the comparison cannot take."""
    if op in (">", "<", ">=", "<=") and _number(value) is None:
        raise ConditionError(
            index, "value", _("%(op)s compares with a number, not with %(value)r") % {"op": op, "value": value}
        )
    if op == "in" and not (isinstance(value, list) and value):
        raise ConditionError(index, "value", _("`in` takes a list with at least one value"))
    if op == "contains" and not (isinstance(value, str) and value):
        raise ConditionError(index, "value", _("`contains` takes the words to look for"))
    if op in ("=", "!=") and (value is None or isinstance(value, list | dict)):
        raise ConditionError(index, "value", _("%(op)s compares with one word, number, true or false") % {"op": op})


def _days(index: int, op: Any, days: Any) -> float:
    if op not in (">", "<", ">=", "<=", "=", "!="):
        raise ConditionError(index, "op", _("how often something happened is compared as a number"))
    found = _number(365 if days is None else days)
    if found is None or not 0 < found <= 3650:
        raise ConditionError(index, "days", _("count the last 1 to 3650 days"))
    return found


@dataclass(frozen=True, kw_only=True)
class Count:
    """How often an event must have happened to the customer in the last days."""

    event: str
    days: float
    holds: Callable[[int], bool]


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """All of a probe's conditions, by what must be known to check them."""

    event: Check
    customer: Check | None  # of a portrait: {"language", "segment", "attributes"}
    counts: tuple[Count, ...]


def understood(conditions: Sequence[Mapping[str, Any]]) -> Conditions:
    """The conditions as functions, the cheap ones apart."""
    known = normalised(conditions)

    def those(whose: str) -> list[dict[str, Any]]:
        return [each for each in known if each.get("of", "event") == whose]

    people = [_compile(each) for each in those("customer")]
    return Conditions(
        event=compiled(those("event")),
        customer=(lambda portrait: _all(people, portrait)) if people else None,
        counts=tuple(_count(each) for each in those("history")),
    )


def _all(checks: Sequence[Check], portrait: Mapping[str, Any]) -> bool:
    known = {**portrait.get("attributes", {}), "segment": portrait.get("segment"), "language": portrait.get("language")}
    return all(check(known) for check in checks)


def _count(condition: Mapping[str, Any]) -> Count:
    test, value = _tests()[condition["op"]], condition["value"]
    return Count(event=condition["property"], days=condition["days"], holds=lambda number: test(number, value))


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
        found = float(value)
    except (ValueError, OverflowError):  # no number, or an integer that no float holds
        return None
    return found if isfinite(found) else None


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
