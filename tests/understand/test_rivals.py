"""A model just learnt takes the place of the company's own one only if it is better than that one too."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from allears.understand.rivals import InUse, keep_learnt, learnt_of, rivalry
from allears.understand.text.judging import LabelSet

TEXTS = [f"comment {number}" for number in range(100)]
TRUTH = [frozenset(["a" if number % 2 else "b"]) for number in range(100)]
GOOD: dict[str, Any] = {"n": 100, "accuracy": 0.9, "macro_f1": 0.9}
BAD: dict[str, Any] = {"n": 100, "accuracy": 0.6, "macro_f1": 0.6}


def wrong(share: float) -> list[LabelSet]:
    """What a model says that is wrong on this share of the rows."""
    return [frozenset(["b"]) if number < 100 * share else truth for number, truth in enumerate(TRUTH)]


def in_use(said: Sequence[LabelSet], learnt: frozenset[int] | None) -> InUse:
    by_text = dict(zip(TEXTS, said, strict=True))
    return InUse(version="own-1", report=GOOD, learnt=learnt, said=lambda asked: [by_text[text] for text in asked])


def test_on_examples_new_to_both_the_better_one_wins(tmp_path: Path) -> None:
    keep_learnt(tmp_path, ["something else"])
    learnt = learnt_of(tmp_path)
    worse = rivalry(in_use(wrong(0.1), learnt), TEXTS, TRUTH, wrong(0.4), BAD)
    assert (worse.by, worse.n, worse.better) == ("rows", 100, False)
    better = rivalry(in_use(wrong(0.4), learnt), TEXTS, TRUTH, wrong(0.1), GOOD)
    assert better.better
    assert better.new > better.old
    assert not rivalry(in_use(wrong(0.1), learnt), TEXTS, TRUTH, wrong(0.1), GOOD).better


def test_rows_that_the_one_in_use_has_learnt_are_no_judge(tmp_path: Path) -> None:
    keep_learnt(tmp_path, [f" {text} " for text in TEXTS])
    assert np.load(tmp_path / "learnt.npy").dtype == np.uint32  # too short to tell a text by
    knows_by_heart = in_use(TRUTH, learnt_of(tmp_path))
    again = rivalry(knows_by_heart, TEXTS, TRUTH, wrong(0.1), GOOD)
    assert (again.by, again.old, again.better) == ("reports", 0.9, True)
    assert not rivalry(knows_by_heart, TEXTS, TRUTH, wrong(0.4), BAD).better


def test_a_model_of_before_that_kept_no_digests_is_judged_by_its_report(tmp_path: Path) -> None:
    assert learnt_of(tmp_path) is None
    assert rivalry(in_use(TRUTH, None), TEXTS, TRUTH, wrong(0.4), BAD).by == "reports"
