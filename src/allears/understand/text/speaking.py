"""Puts the figures of a batch into words: labels with their confidence, polarity and the words that earned them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allears.understand.text import faults, weights
from allears.understand.text.annotation import SENTIMENTS, Annotation, Clause, Label
from allears.understand.text.features import Batch, Floats, Ints
from allears.understand.text.heads import AT_MOST, FIRST_BINARY, HEADS, PLACE, POLAR, SINGLE
from allears.understand.text.weights import Known, Scores, Weights

SURE_ENOUGH: Final = 0.42  # a feeling less sure than this is not told
_STRONG: Final = PLACE["strong", "yes"]
_COMPLAINT: Final = PLACE["intent", "complaint"]
_BLAME: Final = 0.75  # of polite faults taken for facts, so many are blame to whoever reads them
_PRAISED: Final = 0.6  # a text so surely positive complains of nothing, whatever it tells
_MEANT: Final = 0.85  # one more surely positive still means its praise, whatever reads like irony
_WORDLESS: Final = np.array(  # what signs without a word may tell
    [
        task in ("sentiment", "strong", "mixed", "sarcasm", "emotion") or value in ("praise", "complaint")
        for task, value in HEADS
    ]
)
_WORD: Final = re.compile(r"[^\W_]")
_PLAIN: Final = frozenset({"mixed", "sarcasm"})
_PART: Final = 0.6  # a second run is cited beside the best one when it adds at least this share

Span = tuple[int, int]


@dataclass(slots=True)
class _Said:
    """What is to be said of one text: heads in the order of the tasks, and tasks left open."""

    heads: list[int]
    abstained: list[str]


def _listed(flags: NDArray[np.bool_]) -> list[list[int]]:
    """For each row the columns that are set."""
    rows, columns = np.nonzero(flags)
    at = np.searchsorted(rows, np.arange(len(flags) + 1)).tolist()
    listed = columns.tolist()
    return [listed[begin:end] for begin, end in pairwise(at)]


def _best(begin: Ints, end: Ints, values: Callable[[Ints, Ints], NDArray[Any]]) -> Ints:
    """For each range `begin:end` the place of its greatest value, the first of equals; −1 where it is empty."""
    size = end - begin
    out = np.full(len(begin), -1, dtype=np.int64)
    full = np.flatnonzero(size > 0)
    if not len(full):
        return out
    size = size[full]
    edges = np.cumsum(size) - size
    owner = np.repeat(full, size)
    at = np.arange(size.sum()) - np.repeat(edges, size) + np.repeat(begin[full], size)
    found = values(at, owner)
    top = np.repeat(np.maximum.reduceat(found, edges), size)
    out[full] = np.minimum.reduceat(np.where(found == top, at, np.iinfo(np.int64).max), edges)
    return out


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
        self._told = self._told_faults()
        self._sentiment = self._felt_politely()
        whole = self._sentiment[:, 2] - self._sentiment[:, 0]
        polarity = self._polarities(whole)
        self._polarity = (polarity[:, 2] - polarity[:, 0]).tolist()
        self._leaning = polarity.argmax(axis=1) - 1
        self._whole = whole.tolist()

    def _polarities(self, whole: Floats) -> Floats:
        scores, batch = self._scores, self._batch
        runs = weights.clause_runs(scores.raw, scores.runs)
        inputs = weights.polarity_inputs(scores.clause, runs, scores.lean[:, 0], whole[batch.text])
        return weights.softmax(inputs @ self._own.polarity.T.astype(np.float64))

    def annotations(self) -> Iterator[Annotation]:
        probability = self._scores.probability
        said = probability >= self._own.threshold
        self._add_polite_complaints(said)
        open_ = (probability >= self._own.doubt) & ~said
        said[:, :FIRST_BINARY] = open_[:, :FIRST_BINARY] = False
        for text in self._wordless():
            said[text] &= _WORDLESS
            open_[text] &= _WORDLESS
        heads, doubts = _listed(said), _listed(open_)
        chosen = [self._chosen(probability[text], heads[text], doubts[text]) for text in range(self._batch.texts)]
        pairs = [(text, head) for text, each in enumerate(chosen) for head in each.heads]
        earned = dict(zip(pairs, self._all_earned(pairs), strict=True))
        for text, each in enumerate(chosen):
            yield self._annotation(text, each, earned)

    def _wordless(self) -> Iterator[int]:
        """Texts of signs alone."""
        length, joined = self._batch.length.tolist(), self._batch.joined
        for text, at in enumerate(self._offset):
            if not _WORD.search(joined, at, at + length[text]):
                yield text

    def _told_faults(self) -> dict[int, faults.Told]:
        """Texts in which a fault is told as a fact, where that is not said anyhow, and the words that tell it."""
        scores, batch = self._scores, self._batch
        silent = scores.probability[:, _COMPLAINT] < self._own.threshold[_COMPLAINT]
        felt, praise = scores.sentiment.argmax(axis=1), scores.sentiment[:, 2]
        maybe = (silent | (felt == 1)) & (praise < _PRAISED)
        out: dict[int, faults.Told] = {}
        for text in np.flatnonzero(maybe | ((felt == 2) & (praise < _MEANT))).tolist():
            at = self._offset[text]
            told = faults.told(batch.joined[at : at + int(batch.length[text])], batch.language)
            if told is not None and (told.ironic or maybe[text]):
                out[text] = told
        return out

    def _felt_politely(self) -> Floats:
        """The feeling of each text; where a polite fault was taken for a plain fact, most of that is blame.

        Where it is told with irony, so is what was taken for praise.
        """
        felt = self._scores.sentiment.copy()
        for text, told in self._told.items():
            if felt[text].argmax() == 1 or told.ironic:
                moved = _BLAME * felt[text, 1:] * (1.0, float(told.ironic))
                felt[text] += np.array([moved.sum(), *-moved])
        return felt

    def _add_polite_complaints(self, said: NDArray[np.bool_]) -> None:
        """Complaints that only a fault told with courtesy gives away."""
        sure, probability = faults.SURE[self._batch.language], self._scores.probability
        for text in self._told:
            said[text, _COMPLAINT] = True
            probability[text, _COMPLAINT] = max(sure, probability[text, _COMPLAINT])

    def _all_earned(self, pairs: list[tuple[int, int]]) -> list[tuple[int, tuple[Span, ...]]]:
        """For each text and head the clause that speaks most for it, and the run in it that does, all at once."""
        if not pairs or not len(self._found.row):
            return [(-1, ())] * len(pairs)
        text, head = np.array(pairs, dtype=np.int64).T
        first, last = np.array(self._first)[text], np.array(self._last)[text]
        clause = _best(first, last, lambda at, owner: self._scores.raw[at, head[owner]])
        begin = np.where(clause < 0, 0, self._found.at[clause])
        end = np.where(clause < 0, 0, self._found.at[clause + 1])
        row, matrix = self._found.row, self._own.matrix
        run = _best(begin, end, lambda at, owner: matrix[row[at], head[owner]])
        starts, ends = self._found.start[run].tolist(), self._found.end[run].tolist()  # of any run where there is none
        out: list[tuple[int, tuple[Span, ...]]] = []
        for (of, said), where, best, at in zip(
            pairs, clause.tolist(), run.tolist(), zip(starts, ends, strict=True), strict=True
        ):
            out.append((where, (self._place(of, said, where, at if best >= 0 else None),) if where >= 0 else ()))
        return out

    def _chosen(self, p: Floats, said: list[int], open_: list[int]) -> _Said:
        by_task: dict[str, list[int]] = {}
        for head in said:
            by_task.setdefault(HEADS[head][0], []).append(head)
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
        doubtful = {HEADS[head][0] for head in open_}
        return _Said(heads, sorted(doubtful - by_task.keys() - {"strong"} - _PLAIN))

    def _annotation(
        self, text: int, said: _Said, earned: dict[tuple[int, int], tuple[int, tuple[Span, ...]]]
    ) -> Annotation:
        labels, abstained = self._feeling(text), said.abstained
        if not labels:
            abstained = ["sentiment", "strength", *abstained]
        labels += [self._label(text, head, *earned[text, head]) for head in said.heads]
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
        sentiment = self._sentiment[text]
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
            return self._all_earned([(text, 2 if sign > 0 else 0)])[0][1]
        at, batch = self._offset[text], self._batch
        return tuple(sorted((int(batch.hit_start[hit]) - at, int(batch.hit_end[hit]) - at) for hit in agree[:3]))

    def _label(self, text: int, head: int, clause: int, spans: tuple[Span, ...]) -> Label:
        task, value = HEADS[head]
        if head == _COMPLAINT and text in self._told:
            spans = ((self._told[text].start, self._told[text].end),)
        polarity = None
        if task in POLAR:
            polarity = int(self._leaning[clause]) if clause >= 0 else (self._whole[text] > 0) - (self._whole[text] < 0)
        return Label(task, value, round(float(self._scores.probability[text, head]), 4), polarity, spans)

    def _place(self, text: int, head: int, clause: int, best: Span | None) -> Span:
        """The best run of a clause, in whole words; the clause itself when it holds no known run."""
        if best is None:
            return self._inside(text, self._start[clause], self._end[clause])
        start, stop = best
        if self._batch.language == "en":
            start, stop = self._whole_words(start, stop)
        elif HEADS[head][0] == "topic":
            begin, end = self._found.at[clause], self._found.at[clause + 1]
            start, stop = self._widened(self._own.matrix[self._found.row[begin:end], head], begin, start, stop)
        return self._inside(text, start, stop)

    def _inside(self, text: int, start: int, end: int) -> Span:
        return start - self._offset[text], end - self._offset[text]

    def _whole_words(self, start: int, stop: int) -> Span:
        joined = self._batch.joined
        while start > 0 and joined[start - 1].isalnum():
            start -= 1
        while stop < len(joined) and joined[stop].isalnum():
            stop += 1
        return start, stop

    def _widened(self, adds: Ints, begin: int, start: int, stop: int) -> Span:
        """With the runs that overlap the best one and say nearly as much: 物流 and 流很慢 are 物流很慢."""
        enough = np.flatnonzero(adds >= _PART * int(adds.max())) + begin
        found = self._found
        for other in enough.tolist():
            left, right = int(found.start[other]), int(found.end[other])
            if left < stop and right > start:
                start, stop = min(start, left), max(stop, right)
        return start, stop
