"""Runs the table of `allears evaluate text`: a line for each task, language, data set and system."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np

from allears.understand.text import adapting, columns, judging, learning, scales
from allears.understand.text.adapting import feeling_of
from allears.understand.text.annotation import Annotation, Annotator
from allears.understand.text.columns import LabelColumn
from allears.understand.text.corpus import LANGUAGES, Comment, Language, corpus
from allears.understand.text.evaluation import datasets, peers
from allears.understand.text.evaluation.datasets import TextSet, sampled
from allears.understand.text.judging import Given, HeldOutReport, LabelSet
from allears.understand.text.learning import LabelModel

Rows: TypeAlias = list[tuple[str, LabelSet]]

SEED: Final = 0
_QUICK: Final = 1_500
_QUICK_TRAIN: Final = 4_000
_FOLDS: Final = 5
_LARGE: Final = 20_000  # rows of which a fifth says enough
_SPEED_ROWS: Final = 2_000

BARS: Final = {
    ("airline_tweets sentiment", "untrained"): ("macro_f1", 0.66),
    ("airline_tweets sentiment", "adapted"): ("macro_f1", 0.775),
    ("chnsenticorp", "untrained"): ("accuracy", 0.90),
    ("chnsenticorp", "adapted"): ("accuracy", 0.935),
    ("bdci_car", "trained"): ("micro_f1", 0.62),
    ("goemotions groups", "untrained"): ("macro_f1", 0.55),
    ("goemotions", "trained"): ("macro_f1", 0.47),
}
SPEED_BAR: Final = 2_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table. `abstained` is the share of rows not answered; they count as they would be shown."""

    data: str
    language: str
    task: str
    system: str
    mode: str  # untrained, adapted, trained, peer
    n: int
    accuracy: float
    macro_f1: float
    micro_f1: float
    ece: float | None = None
    abstained: float | None = None
    seconds: float | None = None  # of CPU, to learn

    @property
    def bar(self) -> tuple[str, float, bool] | None:
        """(figure, what it must reach, whether it does)."""
        wanted = BARS.get((self.data, self.mode))
        if not wanted:
            return None
        return wanted[0], wanted[1], round(getattr(self, wanted[0]), 4) >= wanted[1]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        bar = self.bar
        told = {"figure": bar[0], "at_least": bar[1], "reached": bar[2]} if bar else None
        return asdict(self) | {"bar": told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What is run: `folder` holds the public data sets (None: only our own test part)."""

    annotator: Annotator
    folder: Path | None
    quick: bool = False
    python: str | None = None  # of the peers; None leaves them out
    plain: bool = False  # the tf-idf model beside ours
    learn: bool = True
    only: str = ""  # the data sets whose names hold this

    def lines(self) -> Iterator[Line]:
        """One after the other, as they are ready."""
        for name, section in self._sections():
            if self.only in name:
                yield from section()

    def _sections(self) -> Iterator[tuple[str, Callable[[], Iterator[Line]]]]:
        for language in LANGUAGES:
            yield "own test part", partial(self._own, language)
        if self.folder is None:
            return
        at = self.folder
        yield "airline_tweets", lambda: self._sentiment(datasets.airline_tweets(at))
        yield "chnsenticorp", lambda: self._sentiment(datasets.chnsenticorp(at))
        yield "asap_sample", lambda: self._sentiment(datasets.asap_stars(at))
        yield "asap_sample", lambda: self._topics(datasets.asap_topics(at), datasets.MEAL_TOPICS)
        yield "bdci_car", lambda: self._topics(datasets.bdci_car_in_ours(at), datasets.CAR_TOPICS)
        yield "goemotions", lambda: self._groups(datasets.goemotions_groups(at))
        if not self.learn:
            return
        yield "airline_tweets", lambda: self._taught(datasets.airline_tweets(at, column="negativereason"))
        yield "bdci_car", lambda: self._taught(datasets.bdci_car(at))
        yield "goemotions", lambda: self._taught(datasets.goemotions(at))

    def given_file(
        self, texts: Sequence[str], cells: Sequence[str], *, name: str, language: Language
    ) -> Iterator[Line]:
        """A data set that was kept back: its column as feeling where it is one, and learnt."""
        try:
            read = adapting.felt(self.annotator, texts, cells)
        except (scales.ScaleError, learning.LearningError):
            read = None
        if read is not None:
            rows = [
                (text, frozenset([row])) for text, row in zip(texts, read.rows, strict=True) if row and text.strip()
            ]
            yield from self._sentiment(TextSet(name=name, language=language, tests=rows, trains=[]))
        if self.learn:
            yield from self._column(texts, cells, name=name, language=language)

    def throughput(self) -> dict[Language, float]:
        """Comments a second of one core's CPU with all labels, by language: the best of three, for other work on a
        machine only ever slows it.
        """
        found: dict[Language, float] = {}
        for language in LANGUAGES:
            texts = [comment.text for comment in corpus(language)][: _SPEED_ROWS // (4 if self.quick else 1)]
            self.annotator.annotate(texts[:50])
            found[language] = max(self._pace(texts) for _ in range(3))
        return found

    def _pace(self, texts: list[str]) -> float:
        began = time.process_time()
        self.annotator.annotate(texts)
        return len(texts) / (time.process_time() - began)

    # -- our own test part

    def _own(self, language: Language) -> Iterator[Line]:
        comments = [comment for comment in corpus(language) if comment.held_out]
        said = self.annotator.annotate([each.text for each in comments])
        truth = [frozenset([each.sentiment]) for each in comments]
        yield self._line("own test part", language, "sentiment", truth, said, _sentiment_given(said), asked="sentiment")
        for task, true_of in OWN_TASKS.items():
            true = [true_of(each) for each in comments]
            given = [_signed(each, task) for each in said]
            yield self._line("own test part", language, task, true, said, given, asked=task)

    # -- public data, untrained

    def _untrained(self, data: TextSet, task: str, labels_of: Callable[[Annotation], LabelSet]) -> Line:
        rows = self._tests(data)
        said = self.annotator.annotate([text for text, _ in rows])
        given: list[Given] = [[(label, 1.0) for label in labels_of(each)] for each in said]
        return self._line(data.name, data.language, task, [true for _, true in rows], said, given, sure=False)

    def _topics(self, data: TextSet, names: Mapping[str, str]) -> Iterator[Line]:
        among = set(names.values())
        yield self._untrained(data, "topic#polarity", lambda said: datasets.topics_of(said, among))

    def _groups(self, data: TextSet) -> Iterator[Line]:
        yield self._untrained(data, "emotion group", datasets.group_of)

    def _sentiment(self, data: TextSet) -> Iterator[Line]:
        """Untrained with the peer beside it, then adapted to the data."""
        rows = self._tests(data)
        texts, truth = [text for text, _ in rows], [true for _, true in rows]
        neutral = any("neutral" in true for true in truth)
        said = self.annotator.annotate(texts)
        given = _sentiment_given(said, neutral=neutral)
        yield self._line(data.name, data.language, "sentiment", truth, said, given, asked="sentiment")
        if self.python:
            yield self._peer(data, rows, neutral=neutral)
        if self.learn and len(self._parts(data)[0]) >= adapting.FEWEST:
            yield from self._adapted(data)

    def _peer(self, data: TextSet, rows: Sequence[tuple[str, LabelSet]], *, neutral: bool) -> Line:
        assert self.python is not None
        heard = peers.sentiment_by(self.python, [text for text, _ in rows], data.language, neutral=neutral)
        reached = judging.figures([true for _, true in rows], heard.given)
        return Line(
            data=data.name,
            language=data.language,
            task="sentiment",
            system=f"{heard.name} ({heard.per_second:,.0f}/s)",
            mode="peer",
            n=len(rows),
            **asdict(reached),
        )

    # -- learnt in the product

    def _adapted(self, data: TextSet) -> Iterator[Line]:
        """The sentiment, adapted to scores."""

        def learnt(trains: Rows) -> LabelModel:
            texts, scores = [text for text, _ in trains], [next(iter(true)) for _, true in trains]
            return adapting.adapt(self.annotator, texts, scores, seed=SEED, holdout=0.0)[0].model

        yield from self._learnt(data, "sentiment", "adapted", learnt, several=False)

    def _taught(self, data: TextSet) -> Iterator[Line]:
        """The data's own labels."""
        kind = _kind(data)

        def learnt(trains: Rows) -> LabelModel:
            column = LabelColumn(kind, tuple(tuple(sorted(true)) for _, true in trains))
            texts = [text for text, _ in trains]
            return LabelModel.train(texts, column, seed=SEED, holdout=0.0, annotator=self.annotator)[0]

        yield from self._learnt(data, "labels", "trained", learnt, several=kind != "single")

    def _learnt(
        self, data: TextSet, task: str, mode: str, learn: Callable[[Rows], LabelModel], *, several: bool
    ) -> Iterator[Line]:
        given: list[Given] = []
        truth: list[LabelSet] = []
        plain: list[LabelSet] = []
        seconds: list[float] = []
        for trains, tests in self._rounds(data):
            began = time.process_time()
            model = learn(trains)
            seconds.append(time.process_time() - began)
            texts = [text for text, _ in tests]
            given += model.given(texts)
            truth += [true for _, true in tests]
            if self.plain:
                plain += peers.plain_linear(trains, texts, data.language, several=several)
        yield self._scored(data, task, mode, truth, given, sum(seconds) / len(seconds))
        if self.plain:
            yield self._scored(data, task, "peer", truth, _certain(plain), system="tf-idf linear")

    def _column(self, texts: Sequence[str], cells: Sequence[str], *, name: str, language: Language) -> Iterator[Line]:
        began = time.process_time()
        model, report = LabelModel.train(texts, cells, seed=SEED, annotator=self.annotator)
        seconds = time.process_time() - began
        data = TextSet(name=name, language=language, tests=[], trains=[])
        yield self._reported(data, "labels", "trained", report, seconds)
        if self.plain:
            held, used = learning.split_of(texts, cells, holdout=0.2, seed=SEED)
            column = columns.read(cells)
            rows = [(text, frozenset(row or ())) for text, row in zip(texts, column.rows, strict=True)]
            trains, tests = (
                [rows[place] for place in np.flatnonzero(used & (held == side)).tolist()] for side in (False, True)
            )
            yield self._plain(data, "labels", trains, tests, several=model.kind != "single")

    def _plain(
        self,
        data: TextSet,
        task: str,
        trains: Sequence[tuple[str, LabelSet]],
        tests: Sequence[tuple[str, LabelSet]],
        *,
        several: bool,
    ) -> Line:
        given = peers.plain_linear(trains, [text for text, _ in tests], data.language, several=several)
        return self._scored(data, task, "peer", [true for _, true in tests], _certain(given), system="tf-idf linear")

    # -- lines

    def _tests(self, data: TextSet) -> Rows:
        return sampled(data.tests, _QUICK) if self.quick else data.tests

    def _rounds(self, data: TextSet) -> Iterator[tuple[Rows, Rows]]:
        """(to learn from, to judge on): the data's own parts. Where it has none, each row is judged once, by what has
        learnt from the other four fifths: what one fifth says of `airline_tweets` differs by .02 from the next. A large
        set, and a quick run, has one round.
        """
        if data.trains or self.quick or len(data.tests) > _LARGE:
            yield self._parts(data)
            return
        texts = np.array(sorted({text.strip() for text in data.texts}), object)
        fold_of = {text: at % _FOLDS for at, text in enumerate(np.random.default_rng(SEED).permutation(texts))}
        folds = [fold_of[text.strip()] for text in data.texts]  # equal texts stay together
        for fold in range(_FOLDS):
            yield (
                [row for row, its in zip(data.tests, folds, strict=True) if its != fold],
                [row for row, its in zip(data.tests, folds, strict=True) if its == fold],
            )

    def _parts(self, data: TextSet) -> tuple[Rows, Rows]:
        """(to learn from, to judge on)."""
        trains, tests = data.trains, data.tests
        if not trains:
            column = LabelColumn("single", tuple(tuple(sorted(true)) for true in data.truth))
            held = learning.held_out(data.texts, column, holdout=0.2, seed=SEED).tolist()
            trains = [row for row, out in zip(tests, held, strict=True) if not out]
            tests = [row for row, out in zip(tests, held, strict=True) if out]
        if self.quick:
            return sampled(trains, _QUICK_TRAIN), sampled(tests, _QUICK)
        return trains, tests

    def _line(
        self,
        name: str,
        language: Language,
        task: str,
        truth: Sequence[LabelSet],
        said: Sequence[Annotation],
        given: Sequence[Given],
        *,
        sure: bool = True,
        asked: str | None = None,
    ) -> Line:
        sets = [frozenset(label for label, _ in row) for row in given]
        confidence = [each for row in given for _, each in row]
        right = [label in true for row, true in zip(given, truth, strict=True) for label, _ in row]
        abstained = sum(asked in each.abstained for each in said) / max(1, len(said)) if asked else None
        return Line(
            data=name,
            language=language,
            task=task,
            system=self.annotator.version,
            mode="untrained",
            n=len(truth),
            ece=judging.calibration_error(confidence, right) if sure else None,
            abstained=abstained,
            **asdict(judging.figures(truth, sets)),
        )

    def _reported(self, data: TextSet, task: str, mode: str, report: HeldOutReport, seconds: float) -> Line:
        return Line(
            data=data.name,
            language=data.language,
            task=task,
            system="All Ears",
            mode=mode,
            n=report.n,
            accuracy=report.accuracy,
            macro_f1=report.macro_f1,
            micro_f1=report.micro_f1,
            ece=report.ece,
            seconds=seconds,
        )

    def _scored(
        self,
        data: TextSet,
        task: str,
        mode: str,
        truth: Sequence[LabelSet],
        given: Sequence[Given],
        seconds: float | None = None,
        *,
        system: str = "All Ears",
    ) -> Line:
        right = [label in true for row, true in zip(given, truth, strict=True) for label, _ in row]
        error = judging.calibration_error([sure for row in given for _, sure in row], right)
        return Line(
            data=data.name,
            language=data.language,
            task=task,
            system=system,
            mode=mode,
            n=len(truth),
            ece=error if mode != "peer" else None,
            seconds=seconds,
            **asdict(judging.figures(truth, [frozenset(label for label, _ in row) for row in given])),
        )


def _kind(data: TextSet) -> columns.Kind:
    if any("#" in label for true in data.truth for label in true):
        return "paired"
    return "single" if all(len(true) == 1 for true in data.truth) else "multi"


def _certain(given: Sequence[LabelSet]) -> list[Given]:
    return [[(label, 1.0) for label in row] for row in given]


def _sentiment_given(said: Sequence[Annotation], *, neutral: bool = True) -> list[Given]:
    """Sentiments as they are shown, with their confidence; one half where the annotator was not sure enough."""
    found: list[Given] = []
    for each in said:
        value = feeling_of(each, neutral=neutral)
        stated = [label.confidence for label in each.of("sentiment") if label.value == value]
        found.append([(value, stated[0] if stated else 0.5)])
    return found


def _signed(said: Annotation, task: str) -> Given:
    """The labels of a task as the corpus has them, a polarity behind the name."""
    return [
        (each.value if each.polarity is None else f"{each.value}#{each.polarity}", each.confidence)
        for each in said.of(task)
    ]


def _pairs(signed: dict[str, int]) -> LabelSet:
    return frozenset(f"{name}#{polarity}" for name, polarity in signed.items())


OWN_TASKS: Final[dict[str, Callable[[Comment], LabelSet]]] = {
    "emotion": lambda each: each.emotions,
    "topic": lambda each: frozenset(f"{span.topic}#{span.polarity}" for span in each.spans),
    "intent": lambda each: each.intents,
    "urgency": lambda each: frozenset([str(each.urgency)] if each.urgency else []),
    "five_s": lambda each: _pairs(each.five_s),
    "need": lambda each: _pairs(each.needs),
    "contact": lambda each: _pairs(each.contact),
    "point": lambda each: frozenset([each.point] if each.point else []),
    "effort": lambda each: frozenset([each.effort] if each.effort else []),
    "mixed": lambda each: frozenset(["yes"] if each.mixed else []),
    "sarcasm": lambda each: frozenset(["yes"] if each.sarcasm else []),
}
