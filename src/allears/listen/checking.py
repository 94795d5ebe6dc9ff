"""What is wrong with a definition, each with its place, before customers see it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from allears.listen.definition import Definition, DefinitionError
from allears.listen.questions import (
    Choices,
    Condition,
    Files,
    Matrix,
    Note,
    Number,
    Question,
    Rating,
    Text,
    WithOptions,
    meaning_of,
    texts_of,
)

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
VALUE = re.compile(r"[^\s.][^.]{0,79}")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
LOGO = re.compile(r"data:image/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/=]+")
LARGEST_LOGO = 40_000
PIPE = re.compile(r"\{\{\s*(answer|customer|event|score)\.([\w.]+)\s*(?:\|([^{}]*))?\}\}")
RESERVED = {"end"}
Problem = tuple[str, str]


def problems(definition: Definition) -> Iterator[Problem]:
    """Place and what to mend, in the order in which one reads the definition."""
    if not definition.languages:
        yield "$.languages", "name at least one language, such as en or zh"
    if not definition.questions:
        yield "$.questions", "ask at least one question"
    yield from _names(definition)
    for index, question in enumerate(definition.questions):
        yield from ((f"$.questions[{index}]{place}", what) for place, what in _question(question))
    yield from missing_texts(definition, definition.languages)
    yield from _logic(definition)
    yield from _theme(definition)


def _names(definition: Definition) -> Iterator[Problem]:
    groups: Mapping[str, Sequence[Any]] = {
        "questions": definition.questions,
        "values": definition.values,
        "endings": definition.endings,
        "quotas": definition.quotas,
    }
    for group, things in groups.items():
        names = [each.name for each in things]
        for index, name in enumerate(names):
            place = f"$.{group}[{index}].name"
            if not NAME.fullmatch(name) or name in RESERVED:
                yield place, "use a letter, then letters, digits or _ (lower case, at most 40), and not `end`"
            if names.count(name) > 1:
                what = "questions" if group == "questions" else group
                yield place, f"{name} names two {what}"


def _question(question: Question) -> Iterator[Problem]:
    if isinstance(question, WithOptions):
        least = 1 if isinstance(question, Choices) else 2  # one box to tick, such as “I agree”
        yield from _options(".options", [option.value for option in question.options], least=least)
    if isinstance(question, Matrix):
        yield from _options(".rows", [row.value for row in question.rows], least=1)
        yield from _options(".columns", [column.value for column in question.columns])
    if isinstance(question, Rating) and not question.lowest < question.highest <= question.lowest + 10:
        yield ".highest", "a rating has between 2 and 11 steps"
    if isinstance(question, Choices) and question.at_most is not None and question.at_most < max(1, question.at_least):
        yield ".at_most", "allow at least one, and no fewer than at_least"
    if isinstance(question, Number) and _crossed(question.lowest, question.highest):
        yield ".highest", "the highest figure is below the lowest"
    if isinstance(question, Files) and not 1 <= question.most <= 5:
        yield ".most", "allow between 1 and 5 files"
    if isinstance(question, Note) and question.required:
        yield ".required", "a note has nothing to answer"


def _crossed(lowest: float | None, highest: float | None) -> bool:
    return lowest is not None and highest is not None and lowest > highest


def _options(place: str, values: Sequence[str], least: int = 2) -> Iterator[Problem]:
    if len(set(values)) < max(least, len(values)):
        some = "at least two options" if least > 1 else "at least one"
        yield place, f"give {some}, each with a value of its own"
    for index, value in enumerate(values):
        if not VALUE.fullmatch(value):
            yield f"{place}[{index}].value", "a value has 1 to 80 characters, no full stop, and begins with no space"


def texts(definition: Definition) -> Iterator[tuple[str, Text, bool]]:
    """Every text, with its place and whether it must be there."""
    yield "$.title", definition.title, True
    yield "$.intro", definition.intro, False
    yield "$.thanks", definition.thanks, True
    yield "$.mail.subject", definition.mail.subject, True
    yield "$.mail.intro", definition.mail.intro, True
    for index, question in enumerate(definition.questions):
        for place, text, needed in texts_of(question):
            yield f"$.questions[{index}]{place}", text, needed
    yield from ((f"$.endings[{at}].text", each.text, True) for at, each in enumerate(definition.endings))
    yield from ((f"$.quotas[{at}].text", each.text, True) for at, each in enumerate(definition.quotas))


def missing_texts(definition: Definition, languages: Sequence[str]) -> Iterator[Problem]:
    """Texts that must be there and are not; one that may be left out is given in every language or in none."""
    for place, text, needed in texts(definition):
        if needed or any(words.strip() for words in text.values()):
            for language in languages:
                if not text.get(language, "").strip():
                    yield f"{place}.{language}", "this text is missing"


def _logic(definition: Definition) -> Iterator[Problem]:
    order = {question.name: at for at, question in enumerate(definition.questions)}
    first, last = _slots(definition)
    endings = {f"end:{each.name}" for each in definition.endings} | {"end"}
    for index, question in enumerate(definition.questions):
        place = f"$.questions[{index}]"
        if question.show_if is not None:
            yield from _condition(f"{place}.show_if", question.show_if, definition, first[question.name])
        for at, skip in enumerate(question.skips):
            if skip.when is not None:
                yield from _condition(f"{place}.skips[{at}].when", skip.when, definition, last[question.name] + 1)
            if skip.to not in endings and first.get(skip.to, -1) <= last[question.name]:
                known = (
                    "a later question" if skip.to in order else "there is no such question or ending; name a later one"
                )
                yield f"{place}.skips[{at}].to", f"{skip.to}: {known}, or end"
            elif skip.to in order and definition.questions[order[skip.to]].shuffle_with:
                yield f"{place}.skips[{at}].to", f"{skip.to} changes its place; skip to a question that keeps it"
    for at, quota in enumerate(definition.quotas):
        yield from _condition(f"$.quotas[{at}].when", quota.when, definition, len(order))
        if quota.limit < 0:
            yield f"$.quotas[{at}].limit", "a limit is 0 or more"
    for at, value in enumerate(definition.values):
        for number, term in enumerate(value.of):
            if term.question not in order:
                yield f"$.values[{at}].of[{number}].question", f"there is no question {term.question}"
    yield from _pipes(definition, first, last)


def _slots(definition: Definition) -> tuple[dict[str, int], dict[str, int]]:
    """The first and last place at which each question may stand once the order is shuffled."""
    spans: dict[str, tuple[int, int]] = {}
    for at, question in enumerate(definition.questions):
        if word := question.shuffle_with:
            spans[word] = (spans.get(word, (at, at))[0], at)
    first, last = {}, {}
    for at, question in enumerate(definition.questions):
        first[question.name], last[question.name] = spans.get(question.shuffle_with, (at, at))
    return first, last


LOOKS_AT = ("answer", "customer", "event", "score", "about")


def _condition(place: str, condition: Condition, definition: Definition, before: int) -> Iterator[Problem]:
    """``before``: the place in the order from which on answers are not known yet."""
    parts = list(condition.parts())
    looked = [name for name in LOOKS_AT if getattr(condition, name) is not None]
    groups = sum(each is not None for each in (condition.all, condition.any, condition.not_))
    if groups + len(looked) != 1:
        yield place, "give exactly one of all, any, not, answer, customer, event, score and about"
        return
    if groups:
        if condition.op is not None:
            yield f"{place}.op", "op belongs to a comparison, not to a group"
        if not parts:
            yield place, "a group holds at least one condition"
        for inside, each in parts:
            yield from _condition(place + inside, each, definition, before)
        return
    yield from _comparison(place, condition, definition, before)


def _comparison(place: str, condition: Condition, definition: Definition, before: int) -> Iterator[Problem]:
    if condition.op is None:
        yield f"{place}.op", "say how to compare: = != > < >= <= in contains exists"
    if condition.op == "in" and not (isinstance(condition.value, list) and condition.value):
        yield f"{place}.value", "`in` takes a list with at least one value"
    if condition.op in ("=", "!=", ">", "<", ">=", "<=", "contains") and (
        condition.value is None or isinstance(condition.value, list)
    ):
        yield f"{place}.value", f"{condition.op} compares with one word, number, true or false"
    if condition.score is not None and condition.score not in {each.name for each in definition.values}:
        yield f"{place}.score", f"there is no computed value {condition.score}"
    if condition.answer is None:
        return
    question = definition.question(condition.answer)
    if question is None:
        yield f"{place}.answer", f"there is no question {condition.answer}"
    elif _slots(definition)[1][condition.answer] >= before:
        yield f"{place}.answer", f"{condition.answer} is asked later; only earlier answers are known here"
    elif isinstance(question, Matrix) is (condition.row is None):
        yield f"{place}.row", "a matrix is compared by row, and only a matrix is"
    elif isinstance(question, Matrix) and condition.row not in {row.value for row in question.rows}:
        yield f"{place}.row", f"{condition.answer} has no row {condition.row}"


def _pipes(definition: Definition, first: Mapping[str, int], last: Mapping[str, int]) -> Iterator[Problem]:
    names = [question.name for question in definition.questions]
    values = {each.name for each in definition.values}
    for place, text, _ in texts(definition):
        at = int(place.partition("[")[2].partition("]")[0]) if place.startswith("$.questions[") else len(names)
        before = first[names[at]] if at < len(names) else at
        for language, words in text.items():
            for what, name, _fallback in PIPE.findall(words):
                if what == "answer" and last.get(name, before) >= before:
                    yield f"{place}.{language}", f"{{{{answer.{name}}}}} is not known here; name an earlier question"
                if what == "score" and name not in values:
                    yield f"{place}.{language}", f"there is no computed value {name}"


def _theme(definition: Definition) -> Iterator[Problem]:
    theme = definition.theme
    if theme.colour and not COLOUR.fullmatch(theme.colour):
        yield "$.theme.colour", "write the colour as #rrggbb"
    if theme.logo and (len(theme.logo) > LARGEST_LOGO or not LOGO.fullmatch(theme.logo)):
        yield "$.theme.logo", "give a PNG, JPEG, WebP or GIF as data:image/…;base64, of at most 40 kB"
    if theme.logo and not theme.logo_text.strip():
        yield "$.theme.logo_text", "say in words what the logo shows, for those who cannot see it"


def keeps_meaning(definition: Definition, earlier: Sequence[tuple[int, Definition]]) -> None:
    """Raises DefinitionError where a name means something else than in an earlier version (number, definition)."""
    for number, before in earlier:
        known = {question.name: question for question in before.questions}
        for index, question in enumerate(definition.questions):
            old = known.get(question.name)
            if old is not None and meaning_of(old) != meaning_of(question):
                was = " ".join(map(str, meaning_of(old)))
                raise DefinitionError(
                    f"$.questions[{index}].name",
                    f"{question.name} was another kind of question in version {number} ({was}); "
                    "give the changed one a new name, so that old and new answers are not mixed",
                )
