"""A survey being written: a definition with edits and steps applied, before anything is published."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from allears.listen.checking import keeps_meaning, problems
from allears.listen.definition import DefinitionError, parse, shaped
from allears.listen.models import Survey
from allears.listen.translating import statuses

TEXTS = ("text", "low", "high", "placeholder")
Path = tuple[str | int, ...]


def text_paths(draft: Mapping[str, Any]) -> Iterator[Path]:
    """Where the texts of a draft stand, in the order in which one writes them."""
    yield ("title",)
    yield ("mail", "subject")
    yield ("mail", "intro")
    for index, question in enumerate(draft["questions"]):
        place: Path = ("questions", index)
        yield from ((*place, name) for name in TEXTS if name in question)
        yield from ((*place, "for_bands", band) for band in question.get("for_bands", {}))
        for name in ("options", "rows", "columns"):
            yield from ((*place, name, number, "text") for number in range(len(question.get(name, []))))
    yield ("thanks",)
    for name in ("endings", "quotas"):
        yield from ((name, index, "text") for index in range(len(draft.get(name, []))))


def health(*, survey: Survey, draft: Mapping[str, Any]) -> dict[str, Any]:
    """What a draft lacks before it can be published, each with its place, and how far its languages are."""
    try:
        definition = shaped(draft)
    except DefinitionError as error:
        return {"problems": [{"place": error.place, "problem": str(error)}], "languages": []}
    found = [{"place": place, "problem": problem} for place, problem in problems(definition)]
    earlier = [(each.number, parse(each.definition)) for each in survey.versions.order_by("-number")]
    try:
        keeps_meaning(definition, earlier)
    except DefinitionError as error:
        found.append({"place": error.place, "problem": str(error).partition(": ")[2]})
    published = earlier[0][1] if earlier else None
    return {"problems": found, "languages": [asdict(each) for each in statuses(definition, published)]}


def at(draft: Any, path: Path) -> Any:
    for step in path:
        draft = draft[step]
    return draft


def field_name(path: Path, language: str) -> str:
    """``questions.0.text.zh``: the name of the form's field."""
    return ".".join(map(str, (*path, language)))


def with_texts(draft: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """The draft with every text that the form gives."""
    edited = copy.deepcopy(dict(draft))
    for path in list(text_paths(edited)):
        texts = at(edited, path)
        for language in edited["languages"]:
            if (value := given.get(field_name(path, language))) is not None:
                texts[language] = value.strip()
    return edited


def with_question(draft: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The draft with one more question at its end, its texts still to be written."""
    edited = copy.deepcopy(dict(draft))
    taken = {question["name"] for question in edited["questions"]}
    empty = dict.fromkeys(edited["languages"], "")
    question: dict[str, Any] = {"type": kind if kind == "choice" else "text", "text": dict(empty), "required": False}
    if kind == "choice":
        question["options"] = [{"value": str(number), "text": dict(empty)} for number in (1, 2)]
    question["name"] = next(name for number in range(1, 99) if (name := f"question_{number}") not in taken)
    edited["questions"].append(question)
    return edited


def with_option(draft: Mapping[str, Any], index: int) -> dict[str, Any]:
    """The draft with one more option of a choice."""
    edited = copy.deepcopy(dict(draft))
    if 0 <= index < len(edited["questions"]) and "options" in edited["questions"][index]:
        options = edited["questions"][index]["options"]
        values = {option["value"] for option in options}
        value = next(str(number) for number in range(1, 999) if str(number) not in values)
        options.append({"value": value, "text": dict.fromkeys(edited["languages"], "")})
    return edited


def without_question(draft: Mapping[str, Any], index: int) -> dict[str, Any]:
    """The draft without a question; the last one stays."""
    edited = copy.deepcopy(dict(draft))
    if len(edited["questions"]) > 1 and 0 <= index < len(edited["questions"]):
        del edited["questions"][index]
    return edited


def moved_up(draft: Mapping[str, Any], index: int) -> dict[str, Any]:
    """The draft with a question one place earlier."""
    edited = copy.deepcopy(dict(draft))
    if 0 < index < len(edited["questions"]):
        questions = edited["questions"]
        questions[index - 1], questions[index] = questions[index], questions[index - 1]
    return edited
