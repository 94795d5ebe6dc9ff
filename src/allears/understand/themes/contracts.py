"""What goes to the process that finds themes, and what comes back: plain values, without any heavy library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from allears.science.contracts import Excess
from allears.understand.themes.naming import Named

LEAST_VOICES = 40
"""Fewer distinct voices have no themes."""
Progress = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What to find themes in. `former` is the cell of each text in the last run, −1 for none; `anchors` are those that
    must stay; `wanted` is a number of themes, None to let the data say; `embedder` is the folder of a sentence model,
    `prefix` what it wants before every text. With `rest`, voices of elsewhere, a third of the texts is held out of the
    finding, so that each theme's share of these can be tested against its share of the rest."""

    texts: list[str]
    former: list[int] = field(default_factory=list)
    anchors: list[int] = field(default_factory=list)
    wanted: int | None = None
    seed: int = 0
    embedder: str = ""
    prefix: str = ""
    rest: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One theme as found. `cell` is the anchor it continues, else None; `against` the rest, where there is one."""

    cell: int | None
    size: int
    named: Named
    against: Excess | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """`labels` point into `clusters`, −1 where a voice fits none; `first` names the first voice that says the same."""

    clusters: list[Cluster]
    labels: list[int]
    nearness: list[float]
    first: list[int]
    is_zh: list[bool]
    model: bytes
    sampled: int
    stability: float | None = None
    silhouette: float | None = None


class TooFewError(Exception):
    """Too few voices with words for themes; `have` distinct ones."""

    def __init__(self, have: int) -> None:
        super().__init__(f"{have} distinct voices; themes need {LEAST_VOICES}.")
        self.have = have


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """Voices that came after a run, and that run's model."""

    texts: list[str]
    model: bytes
    embedder: str = ""
    prefix: str = ""


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """The theme of each in the model's order (−1: none) and how near."""

    labels: list[int]
    nearness: list[float]
    is_zh: list[bool]
