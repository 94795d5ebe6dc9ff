"""Whether a model just learnt may take the place of the one that reads now.

Better than the built-in model is not enough where the company's own model reads already. The two are compared on
held-out examples that neither has learnt from: a model keeps short digests of the texts it learnt (`LEARNT`), too short
to tell a text by. Where there are too few such examples (the same rows once more and some new ones), each stands with
the figures of its own held-out part, and the new one must not be worse beyond chance.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from allears.understand.text import judging
from allears.understand.text.judging import LabelSet

LEARNT: Final = "learnt.npy"
FEWEST: Final = 30  # examples that neither has learnt from, to be judged by them
_SURE: Final = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Rivalry:
    """Macro-F1 of the one in use and of the new one; `by` is `rows` (the same `n` rows) or `reports` (each its own)."""

    version: str
    by: str
    n: int
    old: float
    new: float
    better: bool

    def as_json(self) -> dict[str, Any]:
        """As the report keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """The company's model that reads now: what it says of texts, its own report, and digests of what it learnt."""

    version: str
    report: Mapping[str, Any]
    learnt: frozenset[int] | None
    said: Callable[[Sequence[str]], list[LabelSet]]


def keep_learnt(folder: Path, texts: Sequence[str]) -> None:
    """Remember which texts a model has learnt."""
    np.save(folder / LEARNT, np.array(sorted({_digest(text) for text in texts}), dtype=np.uint32))


def learnt_of(folder: Path) -> frozenset[int] | None:
    """What a model has learnt; None where it was not kept."""
    file = folder / LEARNT
    return frozenset(np.load(file, allow_pickle=False).tolist()) if file.exists() else None


def rivalry(
    in_use: InUse, texts: Sequence[str], truth: Sequence[LabelSet], given: Sequence[LabelSet], report: Mapping[str, Any]
) -> Rivalry:
    """Both on these held-out rows; `given` is what the new one says of them, `report` its figures."""
    learnt = in_use.learnt or frozenset()
    fresh = [] if in_use.learnt is None else [at for at, text in enumerate(texts) if _digest(text) not in learnt]
    if len(fresh) >= FEWEST:
        true, said = [truth[at] for at in fresh], [given[at] for at in fresh]
        old = judging.figures(true, in_use.said([texts[at] for at in fresh]))
        new = judging.figures(true, said)
        better = new.macro_f1 > old.macro_f1 and new.accuracy >= old.accuracy
        return _told(in_use, "rows", len(fresh), old.macro_f1, new.macro_f1, better=better)
    before = {name: float(in_use.report.get(name) or 0.0) for name in ("accuracy", "macro_f1", "n")}
    lost = before["accuracy"] - float(report["accuracy"])
    better = lost <= _chance(before["accuracy"], before["n"], report["accuracy"], report["n"])
    return _told(in_use, "reports", int(report["n"]), before["macro_f1"], float(report["macro_f1"]), better=better)


def _told(in_use: InUse, by: str, n: int, old: float, new: float, *, better: bool) -> Rivalry:
    return Rivalry(version=in_use.version, by=by, n=n, old=old, new=new, better=better)


def _chance(one: float, rows: float, other: float, other_rows: float) -> float:
    """How far two shares may lie apart by chance (95 %)."""
    return _SURE * math.sqrt(one * (1 - one) / max(rows, 1) + other * (1 - other) / max(other_rows, 1))


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.strip().encode(), digest_size=4).digest(), "big")
