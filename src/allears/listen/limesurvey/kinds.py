"""LimeSurvey's kinds of question as ours: what each becomes, and what of it cannot be taken over."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

from allears.listen.limesurvey.rows import Row
from allears.listen.questions import Text

OTHER = "other"  # the value of the option for other words; LimeSurvey's is -oth-
FIXED: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "Y": {"Y": {"en": "Yes", "zh": "是"}, "N": {"en": "No", "zh": "否"}},
    "G": {"F": {"en": "Female", "zh": "女"}, "M": {"en": "Male", "zh": "男"}},
    "C": {"Y": {"en": "Yes", "zh": "是"}, "U": {"en": "Uncertain", "zh": "不确定"}, "N": {"en": "No", "zh": "否"}},
    "E": {"I": {"en": "Increase", "zh": "增加"}, "S": {"en": "Same", "zh": "不变"},
          "D": {"en": "Decrease", "zh": "减少"}},
    "A": {str(figure): {"en": str(figure), "zh": str(figure)} for figure in range(1, 6)},
    "B": {str(figure): {"en": str(figure), "zh": str(figure)} for figure in range(1, 11)},
}  # fmt: skip
OTHER_WORDS = {"en": "Other", "zh": "其他"}
COMMENT_WORDS = {"en": "Your comment", "zh": "您的说明"}
LOOKS = re.compile(
    r"cssclass|hide_tip|.*_width.*|display_.*|printable_.*|public_statistics|statistics_.*|page_break|location_.*"
    r"|show_.*|text_input_.*|input_boxes|alphasort|.*_header|repeat_headings|scale_export|samechoiceheight"
    r"|samelistheight|question_template|save_as_default|clear_default|numbers_only|slider_.*|array_filter_style"
    r"|reverse|use_dropdown|dropdown_.*|date_format|rank_title|choice_title|showpopups|fix_(width|height)|keep_aspect"
)


class Survey(Protocol):
    """What the kinds ask of the import around them."""

    def tell(self, row: Row, problem: str) -> None: ...
    def say(self, row: Row, column: str = "text") -> Text: ...
    def fixed(self, row: Row, given: Mapping[str, str]) -> Text: ...
    def scored(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Source:
    """A question with what belongs to it, in the survey's first language."""

    row: Row
    name: str  # ours
    parts: Sequence[Row] = ()  # subquestions
    answers: Sequence[Row] = ()


@dataclass
class Made:
    """What became of a question: ours in order, empty when it has no counterpart."""

    questions: list[dict[str, Any]] = field(default_factory=list)
    split: dict[str, str] = field(default_factory=dict)  # subquestions that became questions of their own
    used: frozenset[str] = frozenset()  # attributes that were taken over


def made_of(survey: Survey, source: Source) -> Made:
    """The question in our form; what is left is told."""
    kind = source.row["type/scale"]
    maker = MAKERS.get(kind)
    if maker is None:
        what = LEFT_KINDS.get(kind)
        survey.tell(source.row, (_("a question of type %(kind)s") % {"kind": f"{kind} ({what})" if what else kind}))
        return Made()
    made = maker(survey, source)
    for attribute in sorted(source.row.more):
        if (
            attribute not in made.used
            and not LOOKS.fullmatch(attribute)
            and source.row.more[attribute] not in ("0", "N")
        ):
            survey.tell(source.row, _("%(attribute)s is not taken over") % {"attribute": attribute})
    return made


LEFT_KINDS = {
    "1": "array dual scale",
    ":": "array of numbers",
    ";": "array of texts",
    "*": "equation",
    "I": "language switch",
}


def _options(survey: Survey, source: Source, rows: Sequence[Row], *, least: int = 2) -> list[dict[str, Any]] | None:
    """Options by code, or None (told) when there are too few to choose from."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        code = row.name.replace(".", "_")[:80]
        if not code or code in found:
            survey.tell(row, _("an answer without a code of its own"))
            continue
        found[code] = {"value": code, "text": survey.say(row)}
        if row.kind == "A" and survey.scored() and (points := _figure(row["relevance"])) is not None:
            found[code]["score"] = points
        if row.kind == "SQ" and row["relevance"] not in ("", "1"):
            survey.tell(row, _("%(equation)s: a condition on one option or row") % {"equation": row["relevance"]})
    if len(found) + (source.row["other"] == "Y") < least:
        survey.tell(source.row, _("fewer than %(least)d answers to choose from") % {"least": least})
        return None
    return list(found.values())


def _with_other(survey: Survey, source: Source, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if source.row["other"] != "Y":
        return options
    own = source.row.more.get("other_replace_text")
    text = survey.say(source.row, "other_replace_text") if own else survey.fixed(source.row, OTHER_WORDS)
    return [*options, {"value": OTHER, "text": text, "other": True}]


def _shuffled(source: Source) -> bool:
    more = source.row.more
    return more.get("random_order") == "1" or "random" in (more.get("answer_order"), more.get("subquestion_order"))


SHUFFLES = frozenset({"random_order", "answer_order", "subquestion_order"})


def _choice(survey: Survey, source: Source) -> Made:
    options = _options(survey, source, source.answers)
    if options is None:
        return Made()
    made: dict[str, Any] = {
        "type": "choice",
        "options": _with_other(survey, source, options),
        "shuffle": _shuffled(source),
    }
    if source.row["type/scale"] == "!":
        made["dropdown"] = True
    own = [made]
    if source.row["type/scale"] == "O":
        text = survey.fixed(source.row, COMMENT_WORDS)
        own.append({"type": "text", "name": f"{source.name}_comment"[:40], "text": text, "required": False})
    return Made(own, used=SHUFFLES | {"other_replace_text"})


def _fixed_choice(survey: Survey, source: Source) -> Made:
    given = FIXED[source.row["type/scale"]]
    options = [{"value": code, "text": survey.fixed(source.row, text)} for code, text in given.items()]
    return Made([{"type": "choice", "options": options}])


def _choices(survey: Survey, source: Source) -> Made:
    options = _options(survey, source, source.parts)
    if options is None:
        return Made()
    if source.row["type/scale"] == "P":
        survey.tell(source.row, _("the comments beside its options are not asked"))
    more = source.row.more
    alone = set(more.get("exclude_all_others", "").split(";"))
    options = [{**each, **({"alone": True} if each["value"] in alone else {})} for each in options]
    made: dict[str, Any] = {
        "type": "choices",
        "options": _with_other(survey, source, options),
        "shuffle": _shuffled(source),
    }
    least, most = (_figure(more.get(name, "")) for name in ("min_answers", "max_answers"))
    made |= {"at_least": int(least)} if least is not None else {}
    made |= {"at_most": max(int(most), 1, int(least or 0))} if most is not None else {}
    return Made([made], used=SHUFFLES | {"other_replace_text", "exclude_all_others", "min_answers", "max_answers"})


def _matrix(survey: Survey, source: Source) -> Made:
    rows = _options(survey, source, source.parts, least=1)
    kind = source.row["type/scale"]
    if kind in FIXED:
        columns: list[dict[str, Any]] | None = [
            {"value": code, "text": survey.fixed(source.row, text)} for code, text in FIXED[kind].items()
        ]
    else:
        columns = _options(survey, source, source.answers)
    if rows is None or columns is None:
        return Made()
    return Made([{"type": "matrix", "rows": rows, "columns": columns, "shuffle": _shuffled(source)}], used=SHUFFLES)


def _ranking(survey: Survey, source: Source) -> Made:
    options = _options(survey, source, source.answers or source.parts)
    if options is None:
        return Made()
    return Made([{"type": "ranking", "options": options, "shuffle": _shuffled(source)}], used=SHUFFLES)


def _five(survey: Survey, source: Source) -> Made:
    style = {"1": "star", "2": "emoji"}.get(source.row.more.get("slider_rating", ""), "number")
    return Made([{"type": "rating", "lowest": 1, "highest": 5, "style": style}])


def _words(survey: Survey, source: Source) -> Made:
    kind = source.row["type/scale"]
    made: dict[str, Any] = {"type": "text", "lines": "one" if kind in "SD" else "many"}
    if kind == "D":
        survey.tell(source.row, _("a date becomes words"))
    if most := _figure(source.row.more.get("maximum_chars", "")):
        made["max_length"] = min(int(most), 4000)
    return Made([made], used=frozenset({"maximum_chars"}))


BOUNDS = {"min_num_value_n": "lowest", "max_num_value_n": "highest"}


def _number(survey: Survey, source: Source) -> Made:
    return Made([_numeric(survey, source.row)], used=frozenset({*BOUNDS, "num_value_int_only"}))


def _numeric(survey: Survey, row: Row) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "number"}
    for attribute, ours in BOUNDS.items():
        given = row.more.get(attribute, "")
        if (bound := _figure(given)) is not None:
            made[ours] = bound
        elif given:
            survey.tell(row, _("%(attribute)s is not taken over") % {"attribute": f"{attribute} ({given})"})
    return {**made, **({"whole": True} if row.more.get("num_value_int_only") == "1" else {})}


def _several(survey: Survey, source: Source) -> Made:
    """One question of ours for each line of a multiple short text or number."""
    made = Made(used=frozenset({*BOUNDS, "num_value_int_only", "maximum_chars"}))
    base = survey.say(source.row)
    for part in source.parts:
        own = _numeric(survey, source.row) if source.row["type/scale"] == "K" else {"type": "text", "lines": "one"}
        said = survey.say(part)
        name = re.sub(r"\W", "_", f"{source.name[:24]}_{part.name.lower()}")[:40]
        made.questions.append({**own, "name": name, "text": {code: f"{base[code]} {said[code]}" for code in base}})
        made.split[part.name] = name
    if not made.questions:
        survey.tell(source.row, _("fewer than %(least)d answers to choose from") % {"least": 1})
    return made


def _files(survey: Survey, source: Source) -> Made:
    most = int(_figure(source.row.more.get("max_num_of_files", "")) or 1)
    own = {"type": "file", "most": min(max(most, 1), 5), "kinds": ["image", "document"]}
    return Made([own], used=frozenset({"max_num_of_files", "min_num_of_files", "max_filesize", "allowed_filetypes"}))


def _note(survey: Survey, source: Source) -> Made:
    return Made([{"type": "note"}])


def _figure(text: str) -> float | None:
    return float(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


MAKERS: Mapping[str, Callable[[Survey, Source], Made]] = {
    **dict.fromkeys("L!O", _choice),
    **dict.fromkeys("YG", _fixed_choice),
    **dict.fromkeys("MP", _choices),
    **dict.fromkeys("ABCEFH", _matrix),
    **dict.fromkeys("STUD", _words),
    **dict.fromkeys("KQ", _several),
    "5": _five,
    "N": _number,
    "R": _ranking,
    "|": _files,
    "X": _note,
}
