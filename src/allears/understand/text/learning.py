"""A label set of the company's own, learnt from a column beside its texts.

    model, report = LabelModel.train(texts, cells, seed=0, holdout=0.2)
    model.predict(["Where is my card?"])  # [(Label(task="label", value="card_arrival", confidence=0.93, …),)]

Cells may hold one label, a list (`a; b`, `["a", "b"]`) or labels in two parts (`price#-1; room#1`); see ``columns``.
Only what is learnt is kept: hashes of grams and their weights, no text. Predicting needs numpy and scipy alone.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from allears.understand.text import columns, deciding, judging, machines
from allears.understand.text import pairs as pairing
from allears.understand.text.annotation import Annotation, Annotator, Label
from allears.understand.text.beside import CAUTION, beside_of, rows_of
from allears.understand.text.columns import LabelColumn
from allears.understand.text.corpus import Language
from allears.understand.text.earning import earned
from allears.understand.text.grams import BATCH, Grams, Ints, KeyRows, distinct, grams, key_rows
from allears.understand.text.judging import Given, HeldOutReport, LabelSet
from allears.understand.text.machines import Beside, Fitted, Floats, Scorer
from allears.understand.text.pairs import Decided

FORMAT: Final = 1
FEWEST_ROWS: Final = 20
FEWEST_OF_A_LABEL: Final = 3
MOST_LABELS: Final = 500
MOST_ROWS: Final = 120_000  # learnt from; of more, so many are drawn by the seed
_ALWAYS: Final = 0.99


class LearningError(ValueError):
    """Nothing can be learnt from these rows; the message says why and what would do.

    `code` and `params` name the reason for whoever says it in another language.
    """

    def __init__(self, message: str, *, code: str = "", **params: int) -> None:
        super().__init__(message)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts with the labels that people gave them."""

    texts: list[str]
    labels: list[LabelSet]
    languages: list[Language] | None = None

    def take(self, places: Ints) -> Examples:
        """These, in this order."""
        languages = None if self.languages is None else [self.languages[place] for place in places]
        return Examples([self.texts[p] for p in places], [self.labels[p] for p in places], languages)


@dataclass(frozen=True, slots=True)
class LabelModel:
    """Gives the labels of one column. `version` changes with whatever its answers depend on."""

    task: str
    kind: columns.Kind
    labels: tuple[str, ...]  # of labels in two parts, the first parts
    seconds: tuple[str, ...]
    scorer: Scorer
    second_scorer: Scorer | None
    cuts: Floats  # offsets of single labels, thresholds of lists, the one threshold of labels in two parts
    always: bool  # every row has a label
    annotator: Annotator | None = None
    about: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        labels: Sequence[str] | LabelColumn,
        *,
        languages: Sequence[Language] | None = None,
        seed: int = 0,
        holdout: float = 0.2,
        multi: bool | None = None,
        task: str = "label",
        annotator: Annotator | None = None,
        refit: bool = False,
    ) -> tuple[LabelModel, HeldOutReport]:
        """Learn a column. The report is on the part `holdout` that was not learnt from (cross-fitted if that is 0).

        Rows without text or label are left out; equal texts are on one side. `annotator` is listened to as well, and is
        then needed to predict. With `refit` the model returned has learnt the held-out part too. Raises LearningError.
        """
        column = labels if isinstance(labels, LabelColumn) else columns.read(labels, multi=multi)
        held = held_out(texts, column, holdout=holdout, seed=seed)
        usable = _usable(texts, column)
        given = Examples(
            [texts[place] for place in usable],
            [frozenset(column.rows[place] or ()) for place in usable],
            None if languages is None else [languages[place] for place in usable],
        )
        inside, outside = np.flatnonzero(~held[usable]), np.flatnonzero(held[usable])
        taken = given.take(_drawn(inside, seed))
        model, cross_fitted = learn(
            taken, kind=column.kind, task=task, annotator=annotator, seed=seed, held=len(outside)
        )
        report = model.judge(given.take(outside)) if len(outside) else cross_fitted
        if refit and len(outside):
            everything = given.take(_drawn(np.arange(len(usable)), seed))
            model, _ = learn(everything, kind=column.kind, task=task, annotator=annotator, seed=seed)
        return replace(model, about={**model.about, "joint": column.joint}), report

    @property
    def digest(self) -> str:
        """Of all it decides by; taken when it has learnt."""
        return str(self.about["digest"])

    @property
    def version(self) -> str:
        """Name and content, and what it listens to."""
        return f"{self.task}-{self.digest}" + (f"+{self.annotator.version}" if self.annotator else "")

    def predict(
        self,
        texts: Sequence[str],
        *,
        languages: Sequence[Language] | None = None,
        said: Sequence[Annotation] | None = None,
        spans: bool = True,
    ) -> list[tuple[Label, ...]]:
        """The labels of each text, the surest first; exactly one where a cell of the column holds one label.

        `said` is what `annotator` says of the texts, where that is known already.
        """
        found: list[tuple[Label, ...]] = []
        for at in range(0, len(texts), BATCH):
            part = slice(at, at + BATCH)
            heard = self._heard(texts[part], languages and languages[part], said and said[part])
            occurrences, decided = self._decided(texts[part], heard)
            places = occurrences.by_row() if spans else [None] * len(decided)
            found += [self._row(row, each) for row, each in zip(decided, places, strict=True)]
        return found

    def _heard(
        self, texts: Sequence[str], languages: Sequence[Language] | None, said: Sequence[Annotation] | None = None
    ) -> Floats | None:
        if not self.annotator:
            return None
        return rows_of(said) if said is not None else beside_of(self.annotator, texts, languages=languages)

    def probabilities(self, texts: Sequence[str], *, languages: Sequence[Language] | None = None) -> Floats:
        """Of each text the probability of each of `labels` (of labels in two parts, of the first parts)."""
        return self.scorer.probabilities(key_rows(texts), self._heard(texts, languages))

    def judge(self, examples: Examples) -> HeldOutReport:
        """Figures on rows that it has not learnt from."""
        return self.report_on(examples.labels, self.given(examples.texts, languages=examples.languages))

    def given(self, texts: Sequence[str], *, languages: Sequence[Language] | None = None) -> list[Given]:
        """Of each text the labels by name, as the column has them, with their probability."""
        found: list[Given] = []
        for at in range(0, len(texts), BATCH):
            part = slice(at, at + BATCH)
            _, decided = self._decided(texts[part], self._heard(texts[part], languages and languages[part]))
            found += [self.named(row) for row in decided]
        return found

    def report_on(self, truth: Sequence[LabelSet], given: Sequence[Given]) -> HeldOutReport:
        """Figures of what was given beside what is true."""
        return judging.report(
            truth,
            given,
            task=self.task,
            paired=self.kind == "paired",
            commonest=frozenset(self.about["commonest"]),
            trained_on=self.about["rows"],
            left_out=self.about["left_out"],
            seed=self.about["seed"],
        )

    def cell(self, labels: Sequence[Label]) -> str:
        """A row's labels as a cell of the column is written; a list where a label itself holds the `;` between them."""
        written = {columns.polarity_of(second): second for second in self.seconds}
        names = [each.value if each.polarity is None else f"{each.value}#{written[each.polarity]}" for each in labels]
        if self.kind == "paired":
            joint = self.about.get("joint", "#")
            names = [joint.join(columns.parts_of(name)) for name in names]
        if self.kind == "multi" and any(";" in label for label in self.labels):
            return json.dumps(names, ensure_ascii=False)
        return ";".join(names)

    def save(self, folder: Path) -> None:
        """Write `model.npz` and `model.json`; they hold no text."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / "model.npz", **self.arrays())  # type: ignore[arg-type]
        document = {
            "format": FORMAT,
            "version": self.version,
            "task": self.task,
            "kind": self.kind,
            "labels": self.labels,
            "seconds": self.seconds,
            "always": self.always,
            "beside": self.annotator.version if self.annotator else None,
            "about": self.about,
        }
        text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / "model.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, *, annotator: Annotator | None = None) -> LabelModel:
        """A model from its folder; one that listens to an annotator needs it. Raises LearningError."""
        try:
            document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
            with np.load(folder / "model.npz", allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
        except (OSError, ValueError) as error:
            raise LearningError(
                f"There is no model in {folder} ({error}). Train one: --train-column … --save."
            ) from error
        if document.get("format") != FORMAT:
            raise LearningError(f"The model in {folder} was written by another release. Train it again.")
        if document["beside"] and annotator is None:
            raise LearningError(f"The model in {folder} listens to {document['beside']}, which is not given.")
        return cls(
            task=document["task"],
            kind=document["kind"],
            labels=tuple(document["labels"]),
            seconds=tuple(document["seconds"]),
            scorer=_scorer(arrays, "first", exclusive=document["kind"] == "single"),
            second_scorer=_scorer(arrays, "second", exclusive=True) if document["seconds"] else None,
            cuts=arrays["cuts"],
            always=document["always"],
            annotator=annotator if document["beside"] else None,
            about=document["about"],
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that it has learnt, by name."""
        arrays: dict[str, NDArray[Any]] = {"cuts": self.cuts}
        for name, scorer in (("first", self.scorer), ("second", self.second_scorer)):
            if scorer:
                arrays |= {f"{name}_{part}": getattr(scorer, part) for part in _PARTS}
        return arrays

    def _decided(self, texts: Sequence[str], heard: Floats | None) -> tuple[Grams, list[Decided]]:
        occurrences = grams(texts)
        rows = distinct(occurrences)
        return occurrences, self.decide(rows, self.scorer.probabilities(rows, heard), heard)

    def decide(self, rows: KeyRows, chance: Floats, beside: Floats | None) -> list[Decided]:
        """The labels of each row, the surest first."""
        if not self.second_scorer:
            return self.decide_plain(chance)
        pairs = pairing.candidates(chance, float(self.cuts[0]), always=self.always)
        heard = None if beside is None else beside[pairs[:, 0]]
        seconds = self.second_scorer.probabilities(pairing.pair_rows(rows, pairs), heard)
        return pairing.pick(chance, pairs, seconds, cut=float(self.cuts[0]), always=self.always)

    def decide_plain(self, chance: Floats) -> list[Decided]:
        """The same for labels of one part."""
        if self.kind == "single":
            said = deciding.pick_one(chance, self.cuts)
        else:
            said = deciding.pick_some(chance, self.cuts, always=self.always)
        found: list[Decided] = [[] for _ in range(len(chance))]
        for row, label in np.argwhere(said).tolist():
            found[row].append((label, -1, float(chance[row, label])))
        return found

    def named(self, decided: Decided) -> list[tuple[str, float]]:
        """Labels by name with their probability, the surest first."""
        return [(self._name(label, second), sure) for label, second, sure in sorted(decided, key=lambda each: -each[2])]

    def _row(self, decided: Decided, found: Grams | None) -> tuple[Label, ...]:
        signed = all(columns.polarity_of(second) is not None for second in self.seconds)
        return tuple(
            Label(
                task=self.task,
                value=self.labels[label] if signed else self._name(label, second),
                confidence=sure,
                polarity=columns.polarity_of(self.seconds[second]) if signed and second >= 0 else None,
                spans=earned(found, self.scorer, label) if found else (),
            )
            for label, second, sure in sorted(decided, key=lambda each: -each[2])
        )

    def _name(self, label: int, second: int) -> str:
        return self.labels[label] if second < 0 else f"{self.labels[label]}#{self.seconds[second]}"


def split_of(
    texts: Sequence[str], cells: Sequence[str], *, holdout: float, seed: int, multi: bool | None = None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(held out, counted) of each row as `LabelModel.train` splits them."""
    column = columns.read(cells, multi=multi)
    used = np.zeros(len(texts), bool)
    used[_usable(texts, column)] = True
    return held_out(texts, column, holdout=holdout, seed=seed), used


def held_out(texts: Sequence[str], column: LabelColumn, *, holdout: float, seed: int) -> NDArray[np.bool_]:
    """Which rows are not learnt from: a share of each (first) label's, by the seed; equal texts stay together."""
    held = np.zeros(len(texts), bool)
    if holdout <= 0:
        return held
    strata: dict[str, dict[str, list[int]]] = {}
    stratum_of: dict[str, str] = {}
    for place in _usable(texts, column):
        text = texts[place].strip()
        stratum = stratum_of.setdefault(text, (column.rows[place] or ("",))[0] if column.rows[place] else "")
        strata.setdefault(stratum, {}).setdefault(text, []).append(int(place))
    random = np.random.default_rng(seed)
    due = 0.0
    for stratum in sorted(strata):
        groups = list(strata[stratum].values())
        due += len(groups) * holdout
        count = min(round(due), len(groups) - 1)  # a label of one text is learnt
        due -= count
        for group in random.permutation(len(groups))[: max(0, count)]:
            held[groups[group]] = True
    return held


def learn(
    given: Examples, *, kind: columns.Kind, task: str, annotator: Annotator | None, seed: int, held: int = 0
) -> tuple[LabelModel, HeldOutReport]:
    """Learn from all of these rows; the report is cross-fitted within them. `held` more are kept for another."""
    kept, left_out = _learnable(given)
    parts = [[columns.parts_of(label) if kind == "paired" else (label, "") for label in row] for row in kept.labels]
    first = _ordered(part for row in parts for part, _ in row)
    seconds = _ordered(part for row in parts for _, part in row) if kind == "paired" else ()
    _check(kept, first, left_out, labelled=len(given.texts), held=held)
    taught = _Taught(kept, parts, first, seconds, annotator, exclusive=kind == "single", seed=seed)
    commonest = Counter(kept.labels).most_common(1)[0][0]
    model = LabelModel(
        task=task,
        kind=kind,
        labels=first,
        seconds=seconds,
        scorer=taught.fitted.scorer,
        second_scorer=taught.second.scorer if taught.second else None,
        cuts=np.zeros(1),
        always=sum(map(bool, kept.labels)) >= _ALWAYS * len(kept.labels),
        annotator=annotator,
        about={"rows": len(kept.texts), "seed": seed, "left_out": left_out, "commonest": sorted(commonest)},
    )
    model, report = taught.decided(model)
    return replace(model, about={**model.about, "digest": _digest(model)}), report


def _digest(model: LabelModel) -> str:
    digest = hashlib.blake2b(digest_size=5)
    digest.update(repr((model.kind, model.labels, model.seconds, model.always)).encode())
    for name, array in sorted(model.arrays().items()):
        digest.update(name.encode() + np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


class _Taught:
    """Both stages of training, and what they say of rows that they had not learnt from."""

    def __init__(
        self,
        kept: Examples,
        parts: Sequence[Sequence[tuple[str, str]]],
        first: Sequence[str],
        seconds: Sequence[str],
        annotator: Annotator | None,
        *,
        exclusive: bool,
        seed: int,
    ) -> None:
        self.kept, self.seed = kept, seed
        self.rows = key_rows(kept.texts)
        self.beside = _beside(annotator, kept) if annotator else None
        self.folds = machines.folds_of(_groups(kept.texts), seed=seed)
        number, second_number = _numbers(first), _numbers(seconds)
        self.truth = _flags([[number[one] for one, _ in row] for row in parts], len(first))
        self.pairs = [{(number[one], second_number.get(two, -1)) for one, two in row} for row in parts]
        self.fitted = machines.fit(
            self.rows, self.truth, exclusive=exclusive, folds=self.folds, beside=self.beside, seed=seed
        )
        self.second = self._seconds(len(seconds)) if seconds else None

    def _seconds(self, count: int) -> Fitted:
        learnt = [(row, one, two) for row, pairs in enumerate(self.pairs) for one, two in sorted(pairs)]
        table = np.array(learnt, dtype=np.int64)
        self.learnt = table[:, :2]
        truth = _flags([[two] for two in table[:, 2].tolist()], count)
        return pairing.learn_seconds(
            self.rows, self.learnt, truth, folds=self.folds, beside=self.beside, seed=self.seed
        )

    def decided(self, model: LabelModel) -> tuple[LabelModel, HeldOutReport]:
        """The model with its lines drawn on the rows that were held out in turn, and the report on them."""
        seen, chance = self.fitted.seen, self.fitted.probabilities
        if model.kind == "paired":
            model, decided = self._decided_pairs(model, seen, chance)
        else:
            truth = self.truth[seen]
            single = model.kind == "single"
            cuts = deciding.offsets(chance, truth, seed=self.seed) if single else deciding.thresholds(chance, truth)
            model = replace(model, cuts=cuts)
            decided = model.decide_plain(chance)
        given = [model.named(row) for row in decided]
        return model, model.report_on([self.kept.labels[place] for place in seen], given)

    def _decided_pairs(self, model: LabelModel, seen: Ints, chance: Floats) -> tuple[LabelModel, list[Decided]]:
        assert self.second is not None
        heard, mine = None if self.beside is None else self.beside.values[seen], self.rows.take(seen)
        pairs = pairing.all_candidates(chance, always=model.always)
        seconds = pairing.unseen(self.second, self.learnt, mine, pairs, seen, heard)
        cut = pairing.best_cut(chance, pairs, seconds, [self.pairs[place] for place in seen])
        decided = pairing.pick(chance, pairs, seconds, cut=cut, always=model.always)
        return replace(model, cuts=np.array([cut])), decided


def _beside(annotator: Annotator, kept: Examples) -> Beside:
    return Beside(beside_of(annotator, kept.texts, languages=kept.languages), CAUTION)


def _usable(texts: Sequence[str], column: LabelColumn) -> Ints:
    return np.array(
        [place for place, text in enumerate(texts) if column.rows[place] is not None and text.strip()], dtype=np.int64
    )


def _drawn(places: Ints, seed: int) -> Ints:
    if len(places) <= MOST_ROWS:
        return places
    return np.sort(np.random.default_rng(seed).permutation(places)[:MOST_ROWS])


def _learnable(given: Examples) -> tuple[Examples, dict[str, int]]:
    """The rows without labels that are too rare; a row that had only such is left out."""
    counts = Counter(label for row in given.labels for label in row)
    rare = {label: count for label, count in sorted(counts.items()) if count < FEWEST_OF_A_LABEL}
    rows = [row - rare.keys() for row in given.labels]
    places = np.array([place for place, row in enumerate(rows) if row or not given.labels[place]], dtype=np.int64)
    return Examples(given.texts, [frozenset(row) for row in rows], given.languages).take(places), rare


def _check(
    kept: Examples,
    labels: Sequence[str],
    rare: Mapping[str, int] = MappingProxyType({}),
    *,
    labelled: int = 0,
    held: int = 0,
) -> None:
    """Raises LearningError. `labelled` rows were there to learn from, `held` more are kept to judge by."""
    if len(kept.texts) < FEWEST_ROWS:
        if not kept.texts and not rare:
            raise LearningError("No row has a text and a label: is it the right column?", code="no_labels")
        if not kept.texts and len(rare) >= FEWEST_ROWS:
            raise LearningError(
                f"Hardly two rows have the same label ({len(rare):,} labels): these are numbers or names. "
                "Take a column of classes.",
                code="own_labels",
                there=len(rare),
            )
        if held:
            raise LearningError(
                f"{labelled + held} rows have a text and a label; {held} of them are held out to judge by. Of the "
                f"other {labelled}, {len(kept.texts)} have a label that {FEWEST_OF_A_LABEL} of them or more have; "
                f"{FEWEST_ROWS} are needed. Label more rows, join rare labels, or hold out fewer.",
                code="few_left",
                all=labelled + held,
                held=held,
                left=labelled,
                there=len(kept.texts),
                least=FEWEST_OF_A_LABEL,
                needed=FEWEST_ROWS,
            )
        raise LearningError(
            f"Only {len(kept.texts)} rows have a text and a label that {FEWEST_OF_A_LABEL} rows or more have; "
            f"{FEWEST_ROWS} are needed. Label more rows, or join rare labels.",
            code="few_rows",
            there=len(kept.texts),
            least=FEWEST_OF_A_LABEL,
            needed=FEWEST_ROWS,
        )
    if len(labels) < 2 and all(kept.labels):
        raise LearningError(
            "All rows have the same label: there is nothing to tell apart. Take another column.", code="one_label"
        )
    if len(labels) > MOST_LABELS:
        raise LearningError(
            f"The column has {len(labels):,} different labels, more than {MOST_LABELS}. Is it a column of labels? "
            "Group numbers or names into classes first.",
            code="many_labels",
            there=len(labels),
            most=MOST_LABELS,
        )


def _ordered(labels: Iterable[str]) -> tuple[str, ...]:
    """Each once: numbers by size, words by letters."""
    return tuple(sorted(set(labels), key=lambda label: (columns.number_of(label) or 0.0, label)))


def _numbers(labels: Sequence[str]) -> dict[str, int]:
    return {label: number for number, label in enumerate(labels)}


def _flags(rows: Sequence[Sequence[int]], width: int) -> NDArray[np.bool_]:
    flags = np.zeros((len(rows), width), bool)
    for place, row in enumerate(rows):
        flags[place, list(row)] = True
    return flags


def _groups(texts: Sequence[str]) -> Ints:
    """Equal texts share a number."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(text.strip(), len(numbers)) for text in texts], dtype=np.int64)


_PARTS: Final = ("vocabulary", "weights", "bias", "centre", "spread", "mixing", "constant")


def _scorer(arrays: dict[str, NDArray[Any]], name: str, *, exclusive: bool) -> Scorer:
    return Scorer(exclusive=exclusive, **{part: arrays[f"{name}_{part}"] for part in _PARTS})
