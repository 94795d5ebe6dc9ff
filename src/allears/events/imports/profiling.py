"""What a column holds: a sample of its values, and facts over all rows where they decide something."""

import re
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from allears.events.imports import times, vocabulary
from allears.events.imports.headers import key_of
from allears.events.imports.staging import Staged
from allears.kit.lazy import LazyModule

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
else:
    np, pa, pc = LazyModule("numpy"), LazyModule("pyarrow"), LazyModule("pyarrow.compute")

SAMPLE = 600
MOST_REPEATED = 0.1  # share of rows
MOST_LABELS = 300
LONG = 60  # characters: beyond it a column is writing, and its values are not counted
_NUMBER = re.compile(r"^[-+]?\d+(?:\.\d+)?$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]{2,}$")
_PHONE = re.compile(r"^(?:\+?\d[\d\s().-]{6,18}\d)$")
_CHINESE_MOBILE = re.compile(r"^(?:\+?86)?[\s-]?1[3-9]\d{9}$")
_URL = re.compile(r"^(?:https?://|www\.)", re.IGNORECASE)
_SLASHED = r"^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One column. ``counts`` holds every value with its count, or is None where there are too many or too long ones."""

    name: str
    place: int
    total: int
    filled: int
    sample: list[str]
    counts: dict[str, int] | None
    staged: Staged = field(repr=False)

    @property
    def key(self) -> str:
        return key_of(self.name)

    @property
    def fill(self) -> float:
        return self.filled / self.total if self.total else 0.0

    @cached_property
    def values(self) -> list[str]:
        """The sample without the words that files write for nothing."""
        empties = vocabulary.empties()
        return [value for value in self.sample if vocabulary.folded(value) not in empties]

    @cached_property
    def labels(self) -> dict[str, int] | None:
        """``counts`` without the words for nothing."""
        if self.counts is None:
            return None
        empties = vocabulary.empties()
        return {value: count for value, count in self.counts.items() if vocabulary.folded(value) not in empties}

    def share(self, pattern: re.Pattern[str]) -> float:
        return sum(bool(pattern.match(value)) for value in self.values) / len(self.values) if self.values else 0.0

    @cached_property
    def numbers(self) -> float:
        return self.share(_NUMBER)

    @cached_property
    def emails(self) -> float:
        return self.share(_EMAIL)

    @cached_property
    def dialled(self) -> float:
        """Share of values that may be telephone numbers, for all that can be seen of each."""
        return self.share(_PHONE)

    @cached_property
    def phones(self) -> float:
        share = self.dialled
        return (
            share
            if self.share(_CHINESE_MOBILE) > 0.5 or self.share(re.compile(r"^\+|.*[\s()-]")) > 0.5
            else share * 0.6
        )

    @cached_property
    def urls(self) -> float:
        return self.share(_URL)

    @cached_property
    def dates(self) -> float:
        """Share of the sample that reads as a time; a bare number counts, see ``numbers``."""
        values = self.values[:200]
        return sum(map(times.readable, values)) / len(values) if values else 0.0

    @cached_property
    def width(self) -> float:
        """Mean length in Latin letters; a Chinese character counts as two."""
        if not self.values:
            return 0.0
        return sum(len(value) + len(vocabulary.CJK.findall(value)) for value in self.values) / len(self.values)

    @cached_property
    def spoken(self) -> float:
        """Share of values that are more than one word."""
        if not self.values:
            return 0.0
        several = sum(" " in value or len(vocabulary.CJK.findall(value)) > 3 for value in self.values)
        return several / len(self.values)

    @cached_property
    def variety(self) -> float:
        """Distinct values in the sample by their number."""
        return len(set(self.values)) / len(self.values) if self.values else 0.0

    @cached_property
    def span(self) -> tuple[float, float] | None:
        """Least and greatest number of a column of few numbers."""
        found = [float(value) for value in self.labels or () if _NUMBER.match(value)]
        return (min(found), max(found)) if found else None

    def is_key(self) -> bool:
        """Whether every row has a value of its own that is no mere row number: then it names the row.

        A few rows that stand in the file twice, word for word, are one row each.
        """
        if self.filled < self.total or self.variety < 1 - MOST_REPEATED:
            return False
        hashes = array("q")
        for batch in self.staged.batches([f"c{self.place}"]):
            hashes.extend(map(hash, batch.column(0).to_pylist()))
        repeats = len(hashes) - len(np.unique(np.frombuffer(hashes, dtype=np.int64)))
        if repeats and (repeats > MOST_REPEATED * len(hashes) or repeats != self.staged.repeats):
            return False
        return not self.counts_rows()

    def counts_rows(self) -> bool:
        """Whether the values are consecutive whole numbers, as an index is."""
        head = self.staged_head
        if not all(value.isdigit() for value in head) or len(head) < 2:
            return False
        steps = {int(after) - int(before) for before, after in pairwise(head)}
        return steps in ({1}, {-1})

    @cached_property
    def staged_head(self) -> list[str]:
        return [value for value in next(self.staged.batches([f"c{self.place}"])).column(0).to_pylist()[:200]]  # noqa: C416

    def order(self) -> tuple[times.Order, bool]:
        """Day or month first, decided by all rows."""
        if not any(re.match(_SLASHED, value) for value in self.values):
            return "", True
        found: list[str] = []
        for batch in self.staged.batches([f"c{self.place}"]):
            column = batch.column(0)
            found += column.filter(pc.match_substring_regex(column, _SLASHED)).to_pylist()[:2_000]
            if len(found) > 20_000 and times.order_of(found)[1]:
                break
        return times.order_of(found)


def profile(staged: Staged) -> list[Profile]:
    """Describe every column; one pass over the file, a batch in memory at a time."""
    width = len(staged.columns)
    filled = [0] * width
    counters: list[Counter[str] | None] = [Counter() for _each in range(width)]
    samples: list[list[str]] = [[] for _each in range(width)]
    batches = max(1, -(-staged.rows // 8_192))
    share = max(20, SAMPLE // batches)
    for number, batch in enumerate(staged.batches([f"c{place}" for place in range(width)])):
        wanted = SAMPLE // 2 if number == 0 else share
        for place in range(width):
            column = batch.column(place)
            column = column.filter(pc.utf8_length(column).cast(pa.bool_()))
            filled[place] += len(column)
            if len(samples[place]) < SAMPLE:
                samples[place] += _spread(column, wanted)
            counters[place] = _count(counters[place], column)
    return [
        Profile(
            name=name,
            place=place,
            total=staged.rows,
            filled=filled[place],
            sample=samples[place][:SAMPLE],
            counts=None if counter is None else dict(counter.most_common()),
            staged=staged,
        )
        for place, (name, counter) in enumerate(zip(staged.columns, counters, strict=True))
    ]


def _spread(column: "pa.Array", wanted: int) -> list[str]:
    """Up to ``wanted`` values taken evenly over the batch."""
    if len(column) <= wanted:
        return [str(value) for value in column.to_pylist()]
    step = len(column) / wanted
    return [str(column[int(place * step)].as_py()) for place in range(wanted)]


def _count(counter: "Counter[str] | None", column: "pa.Array") -> "Counter[str] | None":
    if counter is None or len(column) == 0:
        return counter
    if (pc.max(pc.utf8_length(column)).as_py() or 0) > LONG:
        return None
    for item in pc.value_counts(column).to_pylist():
        counter[item["values"]] += item["counts"]
    return counter if len(counter) <= MOST_LABELS else None


def joint(staged: Staged, places: Sequence[int], rows: int = 4_000) -> list[tuple[str, ...]]:
    """Rows of several columns together, from the beginning and from evenly chosen later batches."""
    names = [f"c{place}" for place in places]
    batches = max(1, -(-staged.rows // 8_192))
    wanted = max(200, rows // batches)
    found: list[tuple[str, ...]] = []
    for batch in staged.batches(names):
        step = max(1, batch.num_rows // wanted)
        columns = [batch.column(place).to_pylist()[::step] for place in range(len(names))]
        found += zip(*columns, strict=True)
        if len(found) >= rows * 2:
            break
    return found
