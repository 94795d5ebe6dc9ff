"""The way through a survey: which questions, in which order, to which end.

The same rules run in the page (``web/static/survey-logic.js``) on the same **plan**, plain JSON compiled from a
definition, and both are held to one table of cases (``tests/listen/logic_cases.json``).

A condition sees the answers of earlier questions on the way that was really taken: an answer to a question that was
skipped afterwards is kept, but counts for nothing. What is missing fulfils no comparison.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec

from allears.listen.checking import PIPE, texts
from allears.listen.definition import Choice, Choices, Condition, Definition, Matrix, Note, Question, Ranking

NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
Plan = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Route:
    """The way that these answers lead."""

    names: tuple[str, ...]  # the questions on it, in order
    end: str = ""  # why it ends before the last question: end, end:<ending> or quota:<name>
    values: Mapping[str, float] = field(default_factory=dict)
    quotas: tuple[str, ...] = ()  # those that these answers count for


def plan(definition: Definition, *, seed: str) -> dict[str, Any]:
    """What the rules need to know. ``seed`` makes the shuffled order one's own, the same at every look."""
    return {
        "slots": [[question.name, page] for question, page in ordered(definition, seed=seed)],
        "show": {q.name: _plain(q.show_if) for q in definition.questions if q.show_if is not None},
        "skips": {
            q.name: [[_plain(skip.when) if skip.when else None, skip.to] for skip in q.skips]
            for q in definition.questions
            if q.skips
        },
        "notes": [q.name for q in definition.questions if isinstance(q, Note)],
        "values": [
            {"name": each.name, "how": each.how, "of": [[term.question, term.weight] for term in each.of]}
            for each in definition.values
        ],
        "points": {q.name: found for q in definition.questions if (found := _points(q))},
        "quotas": [
            {
                "name": quota.name,
                "when": _plain(quota.when),
                "needs": sorted({leaf.answer for leaf in quota.when.leaves() if leaf.answer}),
            }
            for quota in definition.quotas
        ],
    }


def _plain(condition: Condition | None) -> Any:
    return msgspec.to_builtins(condition)


def _points(question: Question) -> dict[str, float]:
    options = question.options if isinstance(question, Choice | Choices | Ranking) else []
    if isinstance(question, Matrix):
        options = question.columns
    return {option.value: option.score for option in options if option.score is not None}


def ordered(definition: Definition, *, seed: str) -> list[tuple[Question, int]]:
    """The questions as this customer meets them, each with its page: pages keep their places, questions change."""
    pages, page = [], 0
    for at, question in enumerate(definition.questions):
        begins = definition.layout == "single" or (definition.layout == "steps" and question.begins_page)
        page += 1 if at and begins else 0
        pages.append(page)
    questions = list(definition.questions)
    for word in {question.shuffle_with for question in questions} - {""}:
        places = [at for at, question in enumerate(definition.questions) if question.shuffle_with == word]
        mixed = sorted((definition.questions[at] for at in places), key=lambda each: _lot(seed, each.name))
        for at, question in zip(places, mixed, strict=True):
            questions[at] = question
    return list(zip(questions, pages, strict=True))


def _lot(seed: str, name: str) -> bytes:
    return blake2b(f"{seed}\0{name}".encode(), digest_size=8).digest()


def shuffled(things: Sequence[T], *, seed: str, name: Callable[[T], str], fixed: Callable[[T], bool]) -> list[T]:
    """Things in this customer's order; those that are ``fixed`` keep their place. ``name`` draws the lot."""
    loose = sorted((each for each in things if not fixed(each)), key=lambda each: _lot(seed, name(each)))
    rest = iter(loose)
    return [each if fixed(each) else next(rest) for each in things]


def route(plan: Plan, *, answers: Mapping[str, Any], facts: Mapping[str, Any], full: Sequence[str] = ()) -> Route:
    """The way that these answers lead; ``full`` are the quotas that take nobody more."""
    names: list[str] = []
    live: dict[str, Any] = {}
    values: dict[str, float] = {}
    target, end = "", ""
    for name, _page in plan["slots"]:
        if target and name != target:
            continue
        target = ""
        show = plan["show"].get(name)
        if show is not None and not holds(show, answers=live, facts=facts, values=values):
            continue
        names.append(name)
        answered = name in answers
        if answered:
            live[name] = answers[name]
            values = _values(plan, live)
            end = next((f"quota:{each}" for each in _counted(plan, live, facts, values) if each in full), "")
        if not end:
            target = _leads(plan, name, answered, live, facts, values)
        if target == "end" or target.startswith("end:"):
            end = target
        if end:
            break
    counted = tuple(_counted(plan, live, facts, values))
    return Route(names=tuple(names), end=end, values=values, quotas=counted)


def _leads(
    plan: Plan, name: str, answered: bool, live: Mapping[str, Any], facts: Mapping[str, Any], values: Mapping[str, Any]
) -> str:
    """Where the question's skips lead, or nothing: a condition waits for the answer, notes wait for none."""
    for when, to in plan["skips"].get(name, ()):
        if when is None or (
            (answered or name in plan["notes"]) and holds(when, answers=live, facts=facts, values=values)
        ):
            return str(to)
    return ""


def _counted(plan: Plan, live: Mapping[str, Any], facts: Mapping[str, Any], values: Mapping[str, Any]) -> list[str]:
    return [
        quota["name"]
        for quota in plan["quotas"]
        if all(need in live for need in quota["needs"])
        and holds(quota["when"], answers=live, facts=facts, values=values)
    ]


def _values(plan: Plan, live: Mapping[str, Any]) -> dict[str, float]:
    """What can be computed so far; a value none of whose questions has points yet is missing."""
    found = {}
    for value in plan["values"]:
        total = weights = 0.0
        for name, weight in value["of"]:
            points = points_of(live.get(name), plan["points"].get(name, {}))
            if points is not None:
                total += points * weight
                weights += weight
        if weights:
            found[value["name"]] = total / weights if value["how"] == "mean" else total
    return found


def points_of(answer: Any, points: Mapping[str, float]) -> float | None:
    """Figures are their own points; of several options the sum, of a matrix the mean over its rows."""
    if isinstance(answer, bool) or answer is None:
        return None
    if isinstance(answer, int | float):
        return float(answer)
    if isinstance(answer, str):
        return points.get(answer)
    each = list(answer.values()) if isinstance(answer, Mapping) else list(answer)
    scored = [points[one] for one in each if isinstance(one, str) and one in points]
    if not scored:
        return None
    return sum(scored) / len(scored) if isinstance(answer, Mapping) else sum(scored)


def holds(
    condition: Mapping[str, Any], *, answers: Mapping[str, Any], facts: Mapping[str, Any], values: Mapping[str, Any]
) -> bool:
    """Whether a condition is fulfilled; ``facts`` as facts_for gives them."""

    def inside(each: Mapping[str, Any]) -> bool:
        return holds(each, answers=answers, facts=facts, values=values)

    if "all" in condition:
        return all(inside(each) for each in condition["all"])
    if "any" in condition:
        return any(inside(each) for each in condition["any"])
    if "not" in condition:
        return not inside(condition["not"])
    found = _looked_at(condition, answers, facts, values)
    return _compare(str(condition.get("op")), found, condition.get("value"))


def _looked_at(
    condition: Mapping[str, Any], answers: Mapping[str, Any], facts: Mapping[str, Any], values: Mapping[str, Any]
) -> Any:
    if "answer" in condition:
        found = answers.get(condition["answer"])
        return found.get(condition["row"]) if "row" in condition and isinstance(found, Mapping) else found
    if "score" in condition:
        return values.get(condition["score"])
    if "about" in condition:
        return facts.get(condition["about"])
    kind = "customer" if "customer" in condition else "event"
    return facts.get(kind, {}).get(condition[kind])


def number(value: Any) -> float | None:
    """Numbers, and words that are numbers: businesses send amounts both ways."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        return None
    return float(value)


def _same(found: Any, value: Any) -> bool:
    if isinstance(found, bool) or isinstance(value, bool):
        return _word(found) == _word(value)
    left, right = number(found), number(value)
    return left == right if left is not None and right is not None else bool(found == value)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool | str) else ""


def _compare(op: str, found: Any, value: Any) -> bool:
    there = found is not None and found not in ("", [], {})
    if op == "exists":
        return there is (value is not False)
    if not there:
        return False
    several = found if isinstance(found, list) else [found]
    if op == "=":
        return len(several) == 1 and _same(several[0], value)
    if op == "!=":
        return not (len(several) == 1 and _same(several[0], value))
    if op == "in":
        return any(_same(one, each) for one in several for each in value)
    if op == "contains":
        if isinstance(found, str):
            return str(value).lower() in found.lower()
        return any(_same(one, value) for one in several)
    left, right = number(found), number(value)
    if left is None or right is None:
        return False
    return {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[op]


# Words with answers put in


def said(text: str, *, labels: Mapping[str, str], facts: Mapping[str, Any], values: Mapping[str, float]) -> str:
    """A text with its ``{{…}}`` filled; what is not known is the words after ``|``, or nothing."""

    def fill(match: re.Match[str]) -> str:
        kind, name, other = match[1], match[2], match[3] or ""
        if kind == "answer":
            return labels.get(name) or other
        if kind == "score":
            return figure(values[name]) if name in values else other
        found = facts.get(kind, {}).get(name)
        if isinstance(found, bool) or found is None or isinstance(found, list | dict):
            return other
        return (figure(found) if isinstance(found, int | float) else str(found)) or other

    return PIPE.sub(fill, text)


def read(text: str, *, company: str) -> str:
    """A text as it is read where no single answer is known: a mark is the words after ``|``, or three dots."""
    return PIPE.sub(lambda match: (match[3] or "").strip() or "…", text).replace("{company}", company)


def figure(value: float) -> str:
    """At most two decimals, halves up: 7, 7.5, 0.13."""
    rounded = math.floor(abs(value) * 100 + 0.5)
    whole, cents = divmod(rounded, 100)
    sign = "-" if value < 0 and rounded else ""
    return f"{sign}{whole}" + (f".{cents:02d}".rstrip("0") if cents else "")


# What the page needs to know about the customer, and no more


def facts_for(definition: Definition, *, snapshot: Mapping[str, Any], language: str, channel: str) -> dict[str, Any]:
    """The attributes that this survey's conditions and texts look at, by dotted name."""
    wanted: dict[str, set[str]] = {"customer": set(), "event": set()}
    for leaf in _leaves(definition):
        if leaf.customer:
            wanted["customer"].add(leaf.customer)
        if leaf.event:
            wanted["event"].add(leaf.event)
    for _, text, _ in texts(definition):
        for words in text.values():
            for kind, name, _other in PIPE.findall(words):
                if kind in wanted:
                    wanted[kind].add(name)
    person = snapshot.get("customer") or {}
    event = snapshot.get("event") or {}
    sources = {
        "customer": {**(person.get("attributes") or {}), **{k: v for k, v in person.items() if k != "attributes"}},
        "event": {**(event.get("properties") or {}), **{k: v for k, v in event.items() if k != "properties"}},
    }
    found = {
        kind: {name: value for name in sorted(names) if (value := _find(sources[kind], name)) is not None}
        for kind, names in wanted.items()
    }
    return {**found, "language": language, "channel": channel}


def _leaves(definition: Definition) -> list[Condition]:
    conditions = [question.show_if for question in definition.questions]
    conditions += [skip.when for question in definition.questions for skip in question.skips]
    conditions += [quota.when for quota in definition.quotas]
    return [leaf for each in conditions if each is not None for leaf in each.leaves()]


def _find(source: Any, name: str) -> Any:
    if isinstance(source, Mapping) and name in source:
        return source[name]
    for step in name.split("."):
        if not isinstance(source, Mapping):
            return None
        source = source.get(step)
    return source
