"""The built-in model made to fit a company's own words, from the scores that stand beside its comments.

A score is a free label of feeling. A model of the company's own n-grams is learnt that also listens to the built-in one
(stacking), so that few comments move it a little and many move it far. It is recommended only when it is better on
comments that it has not seen. All other labels stay the built-in model's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from allears.understand.text import judging
from allears.understand.text.annotation import Annotation, Annotator, Label
from allears.understand.text.beside import rows_of
from allears.understand.text.columns import LabelColumn
from allears.understand.text.corpus import Language
from allears.understand.text.earning import earned
from allears.understand.text.grams import BATCH, distinct, grams
from allears.understand.text.judging import Given, HeldOutReport
from allears.understand.text.learning import Examples, LabelModel, LearningError, held_out, learn
from allears.understand.text.machines import Floats
from allears.understand.text.scales import Feelings, feelings

FEWEST: Final = 300
TASK: Final = "sentiment"
_LEAST_SURE: Final = 0.45  # below it the sentiment is not answered
_CLEAR: Final = 0.25  # a score of the built-in model beyond this has a sign
_COMPARED: Final = 1_000  # comments by which it is found out whether the lowest score is the best
_FEWEST_COMPARED: Final = 50
_AGAINST: Final = -0.2  # correlation of scores with words; no comments of any company we know come near it


@dataclass(frozen=True, slots=True)
class AdaptedAnnotator:
    """The annotator `base` with a sentiment that has learnt from scores."""

    base: Annotator
    model: LabelModel

    @property
    def version(self) -> str:
        """Of both."""
        return f"{self.base.version}+adapted-{self.model.digest}"

    def annotate(self, texts: Sequence[str], *, languages: Sequence[Language] | None = None) -> list[Annotation]:
        """As the base annotates, with the sentiment of the two together."""
        found: list[Annotation] = []
        for at in range(0, len(texts), BATCH):
            part = list(texts[at : at + BATCH])
            said = self.base.annotate(part, languages=languages and languages[at : at + BATCH])
            found += self._adapted(part, said)
        return found

    def _adapted(self, texts: list[str], said: list[Annotation]) -> list[Annotation]:
        occurrences = grams(texts)
        chance = self.model.scorer.probabilities(distinct(occurrences), rows_of(said))
        if "neutral" not in self.model.labels:
            chance = _with_neutral(chance, said)
        names = self.model.labels if chance.shape[1] == len(self.model.labels) else (*self.model.labels, "neutral")
        best = (np.log(chance + 1e-9) + np.append(self.model.cuts, [0.0])[: chance.shape[1]]).argmax(axis=1)
        lean = chance[:, names.index("positive")] - chance[:, names.index("negative")]
        found, version = [], self.version
        for row, (each, places) in enumerate(zip(said, occurrences.by_row(), strict=True)):
            number = int(best[row])
            own = number < len(self.model.labels)
            spans = earned(places, self.model.scorer, number) if own and len(places.key) else ()
            label = Label(TASK, names[number], float(chance[row, number]), spans=spans)
            found.append(_changed(each, label, float(lean[row]), version))
        return found

    def save(self, folder: Path) -> None:
        """Write what was learnt; the base is not in it."""
        self.model.save(folder)

    @classmethod
    def load(cls, folder: Path, *, annotator: Annotator) -> AdaptedAnnotator:
        """From its folder, beside the annotator it adapts. Raises LearningError."""
        model = LabelModel.load(folder, annotator=annotator)
        if model.about.get("adapts") is None:
            raise LearningError(f"The model in {folder} gives labels of its own and adapts no annotator.")
        return cls(annotator, model)


def adapt(
    annotator: Annotator,
    texts: Sequence[str],
    scores: Sequence[str],
    *,
    languages: Sequence[Language] | None = None,
    seed: int = 0,
    holdout: float = 0.2,
    refit: bool = True,
) -> tuple[AdaptedAnnotator, HeldOutReport]:
    """Learn from the scores beside comments; `report.better` says whether to use it.

    The report is on held-out comments, with the annotator as it was beside it; with `refit` the annotator returned has
    then learnt those too. Raises LearningError below 300 scored comments, or where they are called positive and
    negative the wrong way round, and ScaleError when the cells are no scores.
    """
    read = felt(annotator, texts, scores, languages=languages)
    column = LabelColumn("single", tuple(None if each is None else (each,) for each in read.rows))
    usable = [place for place, text in enumerate(texts) if text.strip() and column.rows[place]]
    if len(usable) < FEWEST:
        raise LearningError(
            f"{len(usable)} comments have a score beside them; adapting starts at {FEWEST}. "
            "Until then the built-in model is used as it is.",
            code="few_scores",
            there=len(usable),
            needed=FEWEST,
        )
    held, _ = split_of(texts, scores, holdout=holdout, seed=seed)
    inside, outside = (np.array([p for p in usable if held[p] == side], dtype=np.int64) for side in (False, True))
    everything = Examples(
        list(texts), [frozenset(row or ()) for row in column.rows], list(languages) if languages else None
    )
    model, report = learn(everything.take(inside), kind="single", task=TASK, annotator=annotator, seed=seed)
    if len(outside):
        report = _compared(annotator, model, everything.take(outside), read)
        if refit:
            usable_rows = np.array(usable, dtype=np.int64)
            model, _ = learn(everything.take(usable_rows), kind="single", task=TASK, annotator=annotator, seed=seed)
    model = replace(model, about={**model.about, "adapts": annotator.version, "scale": read.scale})
    return AdaptedAnnotator(annotator, model), report


def felt(
    annotator: Annotator, texts: Sequence[str], scores: Sequence[str], *, languages: Sequence[Language] | None = None
) -> Feelings:
    """The feelings that scores tell; turned round where the comments beside them say that the lowest is the best.

    Held-out scores are as wrong as those learnt from, so that no report would ever show it.
    """
    read = feelings(scores)
    if not _against(annotator, texts, read, languages):
        return read
    if read.scale == "words":
        raise LearningError(
            "The answers say the opposite of the comments beside them: good ones stand beside bad words. "
            "Turn them round and try again; nothing was learnt.",
            code="against_words",
        )
    return read.turned()


def _against(annotator: Annotator, texts: Sequence[str], read: Feelings, languages: Sequence[Language] | None) -> bool:
    places = np.array(
        [at for at, row in enumerate(read.rows) if row in {"positive", "negative"} and texts[at].strip()], np.int64
    )
    some = np.sort(np.random.default_rng(0).permutation(places)[:_COMPARED]).tolist()
    good = np.array([read.rows[at] == "positive" for at in some])
    if len(some) < _FEWEST_COMPARED or good.all() or not good.any():
        return False
    said = annotator.annotate(
        [texts[at] for at in some], languages=[languages[at] for at in some] if languages else None
    )
    lean = np.array([each.score for each in said])
    return bool(lean.std() > 0 and np.corrcoef(lean, good)[0, 1] < _AGAINST)


def split_of(
    texts: Sequence[str], scores: Sequence[str], *, holdout: float, seed: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(held out, counted) of each row as `adapt` splits them."""
    read = feelings(scores)
    column = LabelColumn("single", tuple(None if each is None else (each,) for each in read.rows))
    used = np.array([bool(text.strip()) and row is not None for text, row in zip(texts, read.rows, strict=True)], bool)
    return held_out(texts, column, holdout=holdout, seed=seed), used


def _compared(annotator: Annotator, model: LabelModel, rows: Examples, read: Feelings) -> HeldOutReport:
    said = annotator.annotate(rows.texts, languages=rows.languages)
    before = [frozenset([feeling_of(each, neutral=read.has_neutral)]) for each in said]
    given: list[Given] = [
        [(each.value, each.confidence) for each in row]
        for row in model.predict(rows.texts, languages=rows.languages, spans=False)
    ]
    return judging.report(
        rows.labels,
        given,
        task=TASK,
        commonest=frozenset(model.about["commonest"]),
        trained_on=model.about["rows"],
        before=before,
        seed=model.about["seed"],
        note=read.told,
    )


def feeling_of(said: Annotation, *, neutral: bool = True) -> str:
    """The sentiment, also where the annotator was not sure enough to say it; `neutral` whether that may be."""
    value = said.value(TASK)
    if value is None or (value == "neutral" and not neutral):
        edge = _CLEAR if neutral else 0.0
        return "positive" if said.score > edge else "negative" if said.score <= -edge else "neutral"
    return value


def _with_neutral(chance: Floats, said: Sequence[Annotation]) -> Floats:
    """Scores that know no neutral leave that to the base: its share, and the rest as learnt."""
    neutral = np.array([_neutral_chance(each) for each in said])[:, None]
    return np.hstack([chance * (1 - neutral), neutral])


def _neutral_chance(said: Annotation) -> float:
    for label in said.of(TASK):
        return label.confidence if label.value == "neutral" else (1 - label.confidence) / 2
    return 1 / 3


def _changed(said: Annotation, label: Label, lean: float, version: str) -> Annotation:
    """The annotation with another sentiment; a strength that contradicts it goes."""
    sign = {"positive": 1, "negative": -1}.get(label.value, 0)
    others = tuple(
        each
        for each in said.labels
        if each.task != TASK and not (each.task == "strength" and np.sign(float(each.value)) != sign)
    )
    sure = label.confidence >= _LEAST_SURE
    abstained = tuple(task for task in said.abstained if task != TASK) + (() if sure else (TASK,))
    return replace(said, model=version, score=lean, labels=(label, *others) if sure else others, abstained=abstained)
