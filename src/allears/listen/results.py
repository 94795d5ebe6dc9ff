"""What a survey was answered: all versions and languages in one, by the stable names of questions and options.

Question and option keep their meaning under their name in every version (``checking.keeps_meaning``), so counts add.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from allears.listen.definition import (
    SCALES,
    Choice,
    Choices,
    Contact,
    Definition,
    Files,
    Matrix,
    Note,
    Number,
    Question,
    Ranking,
    Rating,
    Score,
    Words,
    parse,
)
from allears.listen.models import Response, Survey
from allears.listen.questions import Option, Text, kind_of
from allears.science.estimate import Estimate, ScoreCounts
from allears.science.intervals import wilson
from allears.science.scores import score

Z95 = 1.959963984540054
MOST = 200_000  # responses looked at, the newest


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many chose one option, with the share of those who answered and its 95 % Wilson interval."""

    value: str
    text: Text
    count: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, kw_only=True)
class QuestionResult:
    """One question over the chosen versions. ``mean`` is of figures; of a ranking the shares tell who put it first."""

    name: str
    kind: str
    text: Text
    n: int
    shares: list[Share] = field(default_factory=list)
    mean: float | None = None
    score: Estimate | None = None  # NPS, CSAT or CES, where that is what is asked
    rows: dict[str, list[Share]] = field(default_factory=dict)
    row_texts: dict[str, Text] = field(default_factory=dict)
    retired: bool = False

    @property
    def labelled_rows(self) -> list[tuple[str, Text, list[Share]]]:
        """Each row of a matrix with its words; one that is no longer asked has none."""
        return [(row, self.row_texts.get(row, {}), shares) for row, shares in self.rows.items()]


@dataclass(frozen=True, kw_only=True)
class Results:
    """All that was answered; over-quota and screened-out responses are counted beside, not in the questions."""

    versions: list[int]  # that the responses belong to
    responses: int
    statuses: dict[str, int]
    languages: dict[str, int]
    marks: dict[str, int]
    questions: list[QuestionResult]
    cut: bool = False  # only the newest were looked at


def results(*, survey: Survey, version: int | None = None, without_marks: bool = False) -> Results:
    """Merged over the versions, or of one of them. ``without_marks`` leaves marked responses out, and says how many."""
    rows = Response.objects.in_workspace(survey.workspace_id).filter(survey_version__survey=survey)
    if version is not None:
        rows = rows.filter(survey_version__number=version)
    statuses, languages, marks, versions = Counter[str](), Counter[str](), Counter[str](), Counter[int]()
    counted: list[Mapping[str, Any]] = []
    total = 0
    names = ("answers", "outcome", "completed_at", "language", "marks", "survey_version__number")
    for answers, outcome, completed_at, language, marked, number in rows.order_by("-id").values_list(*names)[:MOST]:
        total += 1
        statuses[outcome or ("complete" if completed_at else "running")] += 1
        languages[language] += 1
        versions[number] += 1
        marks.update({each["mark"] for each in marked})
        if outcome not in (Response.Outcome.SCREENED, Response.Outcome.OVER_QUOTA) and not (without_marks and marked):
            counted.append(answers)
    return Results(
        versions=sorted(versions),
        responses=total,
        statuses=dict(statuses),
        languages=dict(languages),
        marks=dict(marks),
        questions=[_result(question, retired, counted) for question, retired in _questions(survey, version)],
        cut=total >= MOST,
    )


def marked(*, survey: Survey, limit: int = 50) -> list[Response]:
    """The newest responses that may not be what they seem; each says why in ``marks``."""
    rows = Response.objects.in_workspace(survey.workspace_id).filter(survey_version__survey=survey)
    return list(rows.exclude(marks=[]).select_related("voice", "customer").order_by("-id")[:limit])


def wording(*, survey: Survey, name: str) -> Text:
    """What a question says in the newest version that asks it; nothing where none did."""
    for version in survey.versions.order_by("-number"):
        question = parse(version.definition).question(name)
        if question is not None:
            return question.text
    return {}


def _questions(survey: Survey, version: int | None) -> list[tuple[Question, bool]]:
    """As the newest chosen version words them, then those that only earlier ones asked; options of all versions."""
    versions = survey.versions.order_by("-number")
    if version is not None:
        versions = versions.filter(number=version)
    definitions = [parse(each.definition) for each in versions]
    found: dict[str, tuple[Question, bool]] = {}
    for at, definition in enumerate(definitions):
        for question in definition.questions:
            if not isinstance(question, Note):
                found.setdefault(question.name, (_with_all_options(question, definitions), at > 0))
    return list(found.values())


def _with_all_options(question: Question, definitions: list[Definition]) -> Question:
    """The question with the options that earlier versions offered, so that their answers keep their words."""
    if not isinstance(question, Choice | Choices | Ranking):
        return question
    known = {option.value for option in question.options}
    more = []
    for definition in definitions:
        old = definition.question(question.name)
        if isinstance(old, Choice | Choices | Ranking):
            gone = [option for option in old.options if option.value not in known]
            known |= {option.value for option in gone}
            more += gone
    return msgspec.structs.replace(question, options=[*question.options, *more])


def _result(question: Question, retired: bool, rows: list[Mapping[str, Any]]) -> QuestionResult:
    answers = [row[question.name] for row in rows if question.name in row]
    return QuestionResult(
        name=question.name,
        kind=kind_of(question),
        text=question.text,
        retired=retired,
        n=len(answers),
        **_counted(question, answers),
    )


def _counted(question: Question, answers: list[Any]) -> dict[str, Any]:
    """What the answers to a question of this kind are counted into; words, contacts and files are only so many."""
    match question:
        case Score() | Rating():
            return _on_a_scale(question, answers)
        case Number():
            return {"mean": _mean([each for each in answers if isinstance(each, int | float)])}
        case Choice() | Choices():
            chosen = Counter(one for each in answers for one in ([each] if isinstance(each, str) else each))
            return {"shares": _shares(_texts(question.options), chosen, len(answers))}
        case Ranking():
            first = Counter(each[0] for each in answers if each)
            return {"shares": _shares(_texts(question.options), first, len(answers))}
        case Matrix():
            return _by_row(question, answers)
        case Words() | Contact() | Files() | Note():
            return {}


def _on_a_scale(question: Score | Rating, answers: list[Any]) -> dict[str, Any]:
    if isinstance(question, Score):
        low, high = SCALES[question.metric][0], SCALES[question.metric][-1]
    else:
        low, high = question.lowest, question.highest
    figures = [each for each in answers if isinstance(each, int)]
    steps: dict[str, Text] = {str(each): {} for each in range(low, high + 1)}
    return {
        "shares": _shares(steps, Counter(map(str, figures)), len(answers)),
        "mean": _mean(figures),
        "score": _score(question, figures) if isinstance(question, Score) else None,
    }


def _by_row(question: Matrix, answers: list[Any]) -> dict[str, Any]:
    words = _texts(question.rows)
    asked = dict.fromkeys([*words, *(row for each in answers for row in each)])  # of earlier versions, too
    by_row = {row: [each[row] for each in answers if row in each] for row in asked}
    columns = _texts(question.columns)
    return {
        "rows": {row: _shares(columns, Counter(found), len(found)) for row, found in by_row.items()},
        "row_texts": words,
    }


def _texts(options: Sequence[Option]) -> dict[str, Text]:
    return {option.value: option.text for option in options}


def _score(question: Score, figures: list[int]) -> Estimate:
    top_two = SCALES[question.metric][-2:]
    counts = ScoreCounts(
        n=len(figures),
        promoters=sum(each >= 9 for each in figures),
        detractors=sum(each <= 6 for each in figures),
        satisfied=sum(each in top_two for each in figures),
        total=sum(figures),
        total_squares=sum(each * each for each in figures),
    )
    return score(question.metric, counts)


def _mean(figures: list[Any]) -> float | None:
    return sum(figures) / len(figures) if figures else None


def _shares(texts: Mapping[str, Text], counts: Counter[str], n: int) -> list[Share]:
    known = {**texts, **{value: {} for value in counts if value not in texts}}
    found = []
    for value, text in known.items():
        limits = wilson(counts[value], n, z=Z95) if n else None
        low, high = (limits[0], limits[1]) if limits else (None, None)
        share = counts[value] / n if n else None
        found.append(Share(value=value, text=text, count=counts[value], share=share, low=low, high=high))
    return found
