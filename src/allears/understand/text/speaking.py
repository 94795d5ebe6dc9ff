"""Puts the figures of a batch into words: labels with their confidence, polarity and the words that earned them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from allears.understand.text import weights
from allears.understand.text.annotation import SENTIMENTS, Annotation, Clause, Label
from allears.understand.text.features import Batch, Floats, Ints
from allears.understand.text.heads import AT_MOST, FIRST_BINARY, HEADS, PLACE, POLAR, SINGLE
from allears.understand.text.weights import Known, Scores, Weights

SURE_ENOUGH: Final = 0.42  # a feeling less sure than this is not told
_STRONG: Final = PLACE["strong", "yes"]
_PLAIN: Final = frozenset({"mixed", "sarcasm"})
_PART: Final = 0.6  # a second run is cited beside the best one when it adds at least this share

Span = tuple[int, int]


@dataclass(slots=True)
class _Said:
    """What is to be said of one text: heads in the order of the tasks, and tasks left open."""

    heads: list[int]
    abstained: list[str]


class Speaker:
    """Speaks of one batch."""

    def __init__(self, version: str, batch: Batch, found: Known, own: Weights, scores: Scores) -> None:
        self._version, self._batch, self._found, self._own, self._scores = version, batch, found, own, scores
        texts = np.arange(batch.texts)
        self._first = np.searchsorted(batch.text, texts).tolist()
        self._last = np.searchsorted(batch.text, texts, side="right").tolist()
        self._hit_at = np.searchsorted(batch.hit_clause, np.arange(len(batch.start) + 1)).tolist()
        self._start, self._end = batch.start.tolist(), batch.end.tolist()
        self._offset = batch.offset.tolist()
        whole = scores.sentiment[:, 2] - scores.sentiment[:, 0]
        polarity = self._polarities(whole)
        self._polarity = (polarity[:, 2] - polarity[:, 0]).tolist()
        self._leaning = polarity.argmax(axis=1) - 1
        self._whole = whole.tolist()

    def _polarities(self, whole: Floats) -> Floats:
        scores, batch = self._scores, self._batch
        runs = weights.clause_runs(scores.raw, scores.runs)
        return weights.softmax(
            weights.polarity_inputs(scores.clause, runs, whole[batch.text]) @ self._own.polarity.T.astype(np.float64)
        )

    def annotations(self) -> Iterator[Annotation]:
        probability = self._scores.probability
        said = probability >= self._own.threshold
        open_ = (probability >= self._own.doubt) & ~said
        for text in range(self._batch.texts):
            yield self._annotation(text, self._chosen(probability[text], said[text], open_[text]))

    def _chosen(self, p: Floats, said: np.ndarray, open_: np.ndarray) -> _Said:
        by_task: dict[str, list[int]] = {}
        for head in np.flatnonzero(said[FIRST_BINARY:]).tolist():
            by_task.setdefault(HEADS[head + FIRST_BINARY][0], []).append(head + FIRST_BINARY)
        by_task.pop("strong", None)
        heads: list[int] = []
        for task, found in by_task.items():
            if task in AT_MOST:
                heads += sorted(found, key=lambda head: -p[head])[: AT_MOST[task]]
            elif task in SINGLE:
                heads.append(max(found, key=lambda head: p[head] - self._own.threshold[head]))
            elif task == "urgency":
                heads.append(found[-1])
            else:
                heads += found
        doubtful = {HEADS[head + FIRST_BINARY][0] for head in np.flatnonzero(open_[FIRST_BINARY:]).tolist()}
        return _Said(heads, sorted(doubtful - by_task.keys() - {"strong"} - _PLAIN))

    def _annotation(self, text: int, said: _Said) -> Annotation:
        labels, abstained = self._feeling(text), said.abstained
        if not labels:
            abstained = ["sentiment", "strength", *abstained]
        labels += [self._label(text, head) for head in said.heads]
        at = self._offset[text]
        return Annotation(
            model=self._version,
            language=self._batch.language,
            score=round(self._whole[text], 4),
            labels=tuple(labels),
            clauses=tuple(
                Clause(self._start[clause] - at, self._end[clause] - at, round(self._polarity[clause], 4))
                for clause in range(self._first[text], self._last[text])
            ),
            abstained=tuple(abstained),
        )

    def _feeling(self, text: int) -> list[Label]:
        sentiment = self._scores.sentiment[text]
        best = int(sentiment.argmax())
        p = float(sentiment[best])
        if p < SURE_ENOUGH:
            return []
        value = {0: "negative", 1: "neutral", 2: "positive"}[best]
        assert value in SENTIMENTS
        spans = self._felt(text, best - 1)
        strong = float(self._scores.strong[text])
        size = 0 if best == 1 else 2 if strong >= self._own.threshold[_STRONG] else 1
        sure = p * (1.0 if not size else strong if size == 2 else 1.0 - strong)
        return [
            Label("sentiment", value, round(p, 4), spans=spans),
            Label("strength", str((best - 1) * size), round(sure, 4), spans=spans),
        ]

    def _felt(self, text: int, sign: int) -> tuple[Span, ...]:
        """The words of feeling that agree with the verdict, the strongest three; else the run that says most."""
        first, last = self._first[text], self._last[text]
        if sign == 0 or first == last:
            return ()
        hits = range(self._hit_at[first], self._hit_at[last])
        values = self._scores.values
        agree = sorted((hit for hit in hits if values[hit] * sign > 0.3), key=lambda hit: -values[hit] * sign)
        if not agree:
            return self._earned(text, 2 if sign > 0 else 0)[1]
        at, batch = self._offset[text], self._batch
        return tuple(sorted((int(batch.hit_start[hit]) - at, int(batch.hit_end[hit]) - at) for hit in agree[:3]))

    def _label(self, text: int, head: int) -> Label:
        task, value = HEADS[head]
        clause, spans = self._earned(text, head)
        polarity = None
        if task in POLAR:
            polarity = int(self._leaning[clause]) if clause >= 0 else (self._whole[text] > 0) - (self._whole[text] < 0)
        return Label(task, value, round(float(self._scores.probability[text, head]), 4), polarity, spans)

    def _earned(self, text: int, head: int) -> tuple[int, tuple[Span, ...]]:
        """The clause that speaks most for a head, and the run in it that does."""
        first, last = self._first[text], self._last[text]
        if first == last:
            return -1, ()
        clause = first + int(self._scores.raw[first:last, head].argmax())
        begin, end = self._found.at[clause], self._found.at[clause + 1]
        if begin == end:
            return clause, (self._inside(text, self._start[clause], self._end[clause]),)
        adds = self._own.matrix[self._found.row[begin:end], head]
        best = begin + int(adds.argmax())
        start, stop = int(self._found.start[best]), int(self._found.end[best])
        if self._batch.language == "en":
            start, stop = self._whole_words(start, stop)
        else:
            start, stop = self._widened(adds, begin, end, start, stop)
        return clause, (self._inside(text, start, stop),)

    def _inside(self, text: int, start: int, end: int) -> Span:
        return start - self._offset[text], end - self._offset[text]

    def _whole_words(self, start: int, stop: int) -> Span:
        joined = self._batch.joined
        while start > 0 and joined[start - 1].isalnum():
            start -= 1
        while stop < len(joined) and joined[stop].isalnum():
            stop += 1
        return start, stop

    def _widened(self, adds: Ints, begin: int, end: int, start: int, stop: int) -> Span:
        """With the runs that overlap the best one and say nearly as much: 物流 and 流很慢 are 物流很慢."""
        enough = np.flatnonzero(adds >= _PART * int(adds.max())) + begin
        found = self._found
        for other in enough.tolist():
            left, right = int(found.start[other]), int(found.end[other])
            if left < stop and right > start:
                start, stop = min(start, left), max(stop, right)
        return start, stop
