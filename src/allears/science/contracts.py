"""Answers that pages hold: plain values, without any heavy library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """The verdict on one group's newest week."""

    count: int
    expected: float | None  # None: too short a past to expect anything
    p_value: float | None
    adjusted_p: float | None
    flagged: bool

    @property
    def times(self) -> float | None:
        """How many times the expected count."""
        return self.count / self.expected if self.expected else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """`same[new] = old` where a group goes on; others came out of an old group, or went into a new one."""

    same: dict[int, int]
    split_from: dict[int, int]  # new → old
    merged_into: dict[int, int]  # old → new


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """One thing counted here and elsewhere; `more` is only true past Benjamini–Hochberg over all that were tested."""

    here: int
    of_here: int
    elsewhere: int
    of_elsewhere: int
    p_value: float
    adjusted_p: float
    more: bool

    @property
    def times(self) -> float | None:
        """How many times the share elsewhere; None where nobody says it there."""
        if not self.elsewhere or not self.of_here:
            return None
        return (self.here / self.of_here) / (self.elsewhere / self.of_elsewhere)
