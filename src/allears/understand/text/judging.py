"""How good labels are on rows that were not learnt from: the figures, as JSON and as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from allears.understand.text.columns import number_of, parts_of

BINS: Final = 10
_PAIRS: Final = 10
_SHOWN: Final = 100
_RESAMPLES: Final = 300
_RESAMPLED: Final = 4_000
_SURE: Final = 0.9
_MOST_LOST: Final = 0.01

LabelSet = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScore:
    """One label: how many of the given were right, how many of the true were given."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`accuracy` counts a row as right when all its labels are; F1 is over the labels that occur."""

    accuracy: float
    macro_f1: float
    micro_f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutReport:
    """Figures on held-out rows beside what is always said by who knows nothing (`baseline`) or was used before."""

    task: str
    n: int
    trained_on: int
    accuracy: float
    macro_f1: float
    micro_f1: float
    ece: float | None  # expected calibration error of the labels given; None where nothing was given
    labels: tuple[LabelScore, ...]
    baseline: Figures  # always the commonest labels
    before: Figures | None = None  # what is in use now, on the same rows
    confused: tuple[tuple[str, str, int], ...] = ()  # (true, given, rows), the commonest first
    distance: float | None = None  # mean absolute error of numbers
    first_part: Figures | None = None  # of labels in two parts, the first alone
    left_out: Mapping[str, int] = field(default_factory=dict)  # labels too rare to learn, with their rows
    better: bool = True  # than `before`, or than the baseline, beyond chance
    seed: int = 0
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON."""
        document = asdict(self)
        document["confused"] = [{"true": a, "given": b, "rows": n} for a, b, n in self.confused]
        return document

    def lines(self) -> list[str]:
        """The report as a table of text, in the reader's language."""
        said = _("%(task)s: %(n)s rows held out, %(learnt)s learnt from (seed %(seed)s)")
        shown = [
            said % {"task": self.task, "n": f"{self.n:,}", "learnt": f"{self.trained_on:,}", "seed": self.seed},
            "",
            _row("", _("accuracy"), _("macro-F1"), _("micro-F1"), "ECE"),
            _row(_("this model"), *map(_share, (self.accuracy, self.macro_f1, self.micro_f1, self.ece))),
        ]
        for name, each in ((_("in use now"), self.before), (_("always the commonest"), self.baseline)):
            if each:
                shown.append(_row(name, *map(_share, (each.accuracy, each.macro_f1, each.micro_f1, None))))
        if self.first_part:
            one = self.first_part
            shown.append(_row(_("first part alone"), *map(_share, (one.accuracy, one.macro_f1, one.micro_f1, None))))
        if self.distance is not None:
            shown.append(_("mean distance from the true number: %(distance)s") % {"distance": f"{self.distance:.2f}"})
        shown += ["", _row(_("label"), _("precision"), _("recall"), "F1", _("rows"))]
        shown += [_row(each.label, *map(_share, (each.precision, each.recall, each.f1)), f"{each.support:,}")
                  for each in self.labels[:_SHOWN]]  # fmt: skip
        if len(self.labels) > _SHOWN:
            shown.append(_("… and %(more)s more (--json has all)") % {"more": len(self.labels) - _SHOWN})
        if self.confused:
            taken = "  " + _("%(true)s taken for %(given)s: %(rows)s")
            shown += ["", _("confused most often:")]
            shown += [
                taken % {"true": true, "given": given, "rows": f"{rows:,}"} for true, given, rows in self.confused
            ]
        if self.left_out:
            rare = ", ".join(f"{label} ({rows})" for label, rows in list(self.left_out.items())[:12])
            shown += ["", _("too rare to learn (rows): %(rare)s") % {"rare": rare}]
        shown += ["", self._verdict()]
        return [*shown, self.note] if self.note else shown

    def _verdict(self) -> str:
        if self.before:
            better, not_better = (
                _("On these rows it is better than what is in use."),
                _("On these rows it is NOT better than what is in use."),
            )
        else:
            better, not_better = (
                _("On these rows it is better than always the commonest."),
                _("On these rows it is NOT better than always the commonest."),
            )
        return better if self.better else not_better

    def __str__(self) -> str:
        return "\n".join(self.lines())


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _row(name: str, *cells: str) -> str:
    return name + " " * max(1, 34 - _wide(name)) + "".join(" " * (11 - _wide(cell)) + cell for cell in cells)


def _wide(text: str) -> int:
    """Cells of a terminal: a Chinese character takes two."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def figures(truth: Sequence[LabelSet], given: Sequence[LabelSet]) -> Figures:
    """Accuracy, macro-F1 and micro-F1 of sets of labels."""
    scores = label_scores(truth, given)
    hits = sum(len(a & b) for a, b in zip(truth, given, strict=True))
    total = sum(map(len, truth)) + sum(map(len, given))
    right = sum(a == b for a, b in zip(truth, given, strict=True))
    return Figures(
        accuracy=right / max(1, len(truth)),
        macro_f1=sum(each.f1 for each in scores) / max(1, len(scores)),
        micro_f1=2 * hits / max(1, total),
    )


def label_scores(truth: Iterable[LabelSet], given: Iterable[LabelSet]) -> tuple[LabelScore, ...]:
    """Precision, recall and F1 of each label that is true or given anywhere; the commonest first."""
    true_count: Counter[str] = Counter()
    given_count: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for true, said in zip(truth, given, strict=True):
        true_count.update(true)
        given_count.update(said)
        hits.update(true & said)
    ordered = sorted(true_count | given_count, key=lambda label: (-true_count[label], label))
    return tuple(_label_score(each, hits[each], given_count[each], true_count[each]) for each in ordered)


def _label_score(label: str, hits: int, given: int, true: int) -> LabelScore:
    return LabelScore(
        label=label,
        precision=hits / given if given else 0.0,
        recall=hits / true if true else 0.0,
        f1=2 * hits / (given + true),
        support=true,
    )


def calibration_error(confidence: Sequence[float], right: Sequence[bool]) -> float | None:
    """Expected calibration error over ten bins of equal width (Guo et al. 2017); None without any."""
    if not confidence:
        return None
    bins: dict[int, list[tuple[float, bool]]] = {}
    for sure, hit in zip(confidence, right, strict=True):
        bins.setdefault(min(BINS - 1, int(sure * BINS)), []).append((sure, hit))
    gaps = (abs(sum(sure for sure, _ in each) - sum(hit for _, hit in each)) for each in bins.values())
    return sum(gaps) / len(confidence)


def confusions(truth: Iterable[LabelSet], given: Iterable[LabelSet]) -> tuple[tuple[str, str, int], ...]:
    """The pairs of a missed label and a wrong one given instead."""
    counts: Counter[tuple[str, str]] = Counter()
    for true, said in zip(truth, given, strict=True):
        counts.update((missed, wrong) for missed in true - said for wrong in said - true)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_PAIRS]
    return tuple((true, said, rows) for (true, said), rows in ordered)


def distance(truth: Sequence[LabelSet], given: Sequence[LabelSet]) -> float | None:
    """Mean absolute error where labels are single numbers."""
    gaps = []
    for true, said in zip(truth, given, strict=True):
        a, b = (number_of(next(iter(each))) if len(each) == 1 else None for each in (true, said))
        if a is None or b is None:
            return None
        gaps.append(abs(a - b))
    return sum(gaps) / len(gaps) if gaps else None


def first_parts(rows: Iterable[LabelSet]) -> list[LabelSet]:
    """The first parts of labels in two parts."""
    return [frozenset(parts_of(label)[0] for label in row) for row in rows]


Given = list[tuple[str, float]]  # of one row: the labels given, each with its probability


def report(
    truth: Sequence[LabelSet],
    given: Sequence[Given],
    *,
    task: str,
    commonest: LabelSet,
    trained_on: int,
    paired: bool = False,
    before: Sequence[LabelSet] | None = None,
    left_out: Mapping[str, int] | None = None,
    seed: int = 0,
    note: str = "",
) -> HeldOutReport:
    """All figures of what was given for rows whose labels are known; `before` is what is in use now for the same."""
    said = [frozenset(label for label, _ in row) for row in given]
    reached, naive = figures(truth, said), [commonest] * len(truth)
    sure = [confidence for row in given for _, confidence in row]
    right = [label in true for row, true in zip(given, truth, strict=True) for label, _ in row]
    return HeldOutReport(
        task=task,
        n=len(truth),
        trained_on=trained_on,
        accuracy=reached.accuracy,
        macro_f1=reached.macro_f1,
        micro_f1=reached.micro_f1,
        ece=calibration_error(sure, right),
        labels=label_scores(truth, said),
        baseline=figures(truth, naive),
        before=figures(truth, before) if before is not None else None,
        confused=confusions(truth, said),
        distance=distance(truth, said),
        first_part=figures(first_parts(truth), first_parts(said)) if paired else None,
        left_out=left_out or {},
        better=surely_better(truth, said, naive if before is None else before, seed=seed),
        seed=seed,
        note=note,
    )


def surely_better(truth: Sequence[LabelSet], new: Sequence[LabelSet], old: Sequence[LabelSet], *, seed: int) -> bool:
    """Whether macro-F1 is higher in nine of ten resamples of the rows (bootstrap), and accuracy not lower by 1 %."""
    rows = np.random.default_rng(seed).permutation(len(truth))[:_RESAMPLED].tolist()
    names = sorted({label for place in rows for each in (truth, new, old) for label in each[place]})
    number = {name: place for place, name in enumerate(names)}
    flags = [_indicators([each[place] for place in rows], number) for each in (truth, new, old)]
    weights = np.random.default_rng(seed + 1).multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=_RESAMPLES)
    gain = _macro(weights, flags[0], flags[1]) - _macro(weights, flags[0], flags[2])
    lost = figures(truth, old).accuracy - figures(truth, new).accuracy
    return bool((gain > 0).mean() >= _SURE and lost <= _MOST_LOST)


def _indicators(rows: Sequence[LabelSet], number: Mapping[str, int]) -> NDArray[np.float32]:
    found = np.zeros((len(rows), len(number)), np.float32)
    for place, row in enumerate(rows):
        found[place, [number[label] for label in row]] = 1
    return found


def _macro(weights: NDArray[np.int64], truth: NDArray[np.float32], said: NDArray[np.float32]) -> NDArray[np.float32]:
    """Macro-F1 of each resample."""
    drawn = weights.astype(np.float32)
    hits, counted = drawn @ (truth * said), drawn @ (truth + said)
    occurs = counted > 0
    shares = np.where(occurs, 2 * hits / np.maximum(counted, 1), 0)
    return np.asarray(shares.sum(axis=1) / np.maximum(1, occurs.sum(axis=1)), np.float32)
