"""Public data sets as texts with true labels, and what our own labels mean in theirs.

They are read where they lie and never shipped. What a set's labels are in ours is written down here once, before any
figure is looked at, and only where the words of both guides say so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from allears.understand.text.annotation import Annotation
from allears.understand.text.corpus import Language
from allears.understand.text.judging import LabelSet

csv.field_size_limit(1 << 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSet:
    """Texts with their true labels; `trains` are those that may be learnt from (empty: the tests are split)."""

    name: str
    language: Language
    tests: list[tuple[str, LabelSet]]
    trains: list[tuple[str, LabelSet]]

    @property
    def texts(self) -> list[str]:
        """Those that are judged on."""
        return [text for text, _ in self.tests]

    @property
    def truth(self) -> list[LabelSet]:
        """What is true of them."""
        return [labels for _, labels in self.tests]


def airline_tweets(folder: Path, *, column: str = "airline_sentiment") -> TextSet:
    """Tweets to airlines with their sentiment, or with the reason of the negative ones."""
    rows = [
        (row["text"], frozenset([row[column]])) for row in _csv(folder / "airline_tweets/Tweets.csv") if row[column]
    ]
    return TextSet(name=f"airline_tweets {column.removeprefix('airline_')}", language="en", tests=rows, trains=[])


def chnsenticorp(folder: Path) -> TextSet:
    """Reviews of hotels, books and laptops: positive or negative."""

    def part(name: str) -> list[tuple[str, LabelSet]]:
        named = {"1": "positive", "0": "negative"}
        return [(row["text"], frozenset([named[row["label"]]])) for row in _csv(folder / f"chnsenticorp/{name}.csv")]

    return TextSet(name="chnsenticorp", language="zh", tests=part("test"), trains=part("train"))


CAR_TOPICS: Final = {
    "价格": "price",
    "外观": "design",
    "内饰": "design",
    "空间": "design",
    "舒适性": "comfort",
    "安全性": "safety",
    "动力": "function",
    "操控": "function",
    "配置": "function",
    "油耗": "function",
}


def bdci_car(folder: Path) -> TextSet:
    """Comments of a car forum: topics with their polarity, as `topic#polarity`."""
    found: dict[str, set[str]] = {}
    for row in _csv(folder / "bdci_car/train.csv"):
        found.setdefault(row["content"], set()).add(f"{row['subject']}#{row['sentiment_value']}")
    rows = [(text, frozenset(labels)) for text, labels in found.items()]
    return TextSet(name="bdci_car", language="zh", tests=rows, trains=[])


def bdci_car_in_ours(folder: Path) -> TextSet:
    """The same in our topics; where two of theirs are one of ours, their polarities must agree or both count."""
    theirs = bdci_car(folder)
    rows = [(text, frozenset(_renamed(labels, CAR_TOPICS))) for text, labels in theirs.tests]
    return TextSet(name="bdci_car in our topics", language="zh", tests=rows, trains=[])


MEAL_TOPICS: Final = {
    "service_wait_time": "waiting",
    "service_serving_speed": "waiting",
    "service_waiters_attitude": "attitude",
    "price_level": "price",
    "price_cost_effective": "price",
    "price_discount": "promotion",
    "dish_taste": "quality",
    "dish_portion": "quality",
    "environment_noise": "comfort",
    "environment_decoration": "place",
    "environment_space": "place",
    "environment_cleaness": "place",
    "location_traffic": "place",
    "location_distance_from_business_district": "place",
    "location_easy_to_find": "place",
    "service_parking_convenience": "place",
}


def asap_topics(folder: Path) -> TextSet:
    """Reviews of restaurants: aspects with their polarity, in our topics."""
    rows = []
    for row in _asap(folder):
        labels = {f"{aspect}#{row[aspect]}" for aspect in MEAL_TOPICS if row[aspect] in {"1", "0", "-1"}}
        rows.append((row["reviewbody"], frozenset(_renamed(labels, MEAL_TOPICS))))
    return TextSet(name="asap_sample in our topics", language="zh", tests=rows, trains=[])


def asap_stars(folder: Path) -> TextSet:
    """The same reviews with their stars as sentiment."""
    named = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}
    rows = [(row["reviewbody"], frozenset([named[int(float(row["star"]))]])) for row in _asap(folder)]
    return TextSet(name="asap_sample stars", language="zh", tests=rows, trains=[])


def _asap(folder: Path) -> Iterator[dict[str, str]]:
    for part in ("train", "dev", "test"):
        yield from _csv(folder / f"asap_sample/{part}_sample.csv")


def goemotions(folder: Path) -> TextSet:
    """Comments from a forum with 27 emotions and neutral, several allowed."""
    names = (folder / "goemotions/labels.txt").read_text(encoding="utf-8").split()

    def part(name: str) -> list[tuple[str, LabelSet]]:
        lines = (folder / f"goemotions/{name}.tsv").read_text(encoding="utf-8").split("\n")
        cells = [line.split("\t") for line in lines if line]
        return [(row[0], frozenset(names[int(number)] for number in row[1].split(","))) for row in cells]

    return TextSet(name="goemotions", language="en", tests=part("test"), trains=part("train"))


# The groups are those of the data set's paper (Demszky et al. 2020, table 1).
_GROUPED: Final = {
    "positive": "admiration amusement approval caring desire excitement gratitude joy love optimism pride relief",
    "negative": "anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse "
    "sadness",
    "ambiguous": "confusion curiosity realization surprise",
    "neutral": "neutral",
}
GROUP_OF: Final = {name: group for group, names in _GROUPED.items() for name in names.split()}
OUR_GROUP_OF: Final = {
    **dict.fromkeys(("joy", "gratitude", "admiration", "relief", "hope", "amusement"), "positive"),
    **dict.fromkeys(("annoyance", "anger", "disappointment", "sadness", "worry", "disgust"), "negative"),
    **dict.fromkeys(("surprise", "curiosity", "confusion"), "ambiguous"),
}


def goemotions_groups(folder: Path) -> TextSet:
    """The same with the emotions' groups."""
    theirs = goemotions(folder)
    rows = [(text, frozenset(GROUP_OF[name] for name in names)) for text, names in theirs.tests]
    return TextSet(name="goemotions groups", language="en", tests=rows, trains=[])


def group_of(said: Annotation) -> LabelSet:
    """What an annotation means in those groups: its emotions; without any, its sentiment, and a question is open."""
    groups = frozenset(OUR_GROUP_OF[label.value] for label in said.of("emotion") if label.value in OUR_GROUP_OF)
    if groups:
        return groups
    sentiment = said.value("sentiment") or "neutral"
    if sentiment == "neutral" and said.value("intent") == "question":
        return frozenset(["ambiguous"])
    return frozenset([sentiment])


def topics_of(said: Annotation, among: Iterable[str]) -> LabelSet:
    """Topics with their polarity, only those that the data set speaks of."""
    wanted = set(among)
    return frozenset(f"{each.value}#{each.polarity or 0}" for each in said.of("topic") if each.value in wanted)


def _renamed(labels: Iterable[str], names: dict[str, str]) -> Iterator[str]:
    for label in labels:
        first, _, second = label.partition("#")
        if first in names:
            yield f"{names[first]}#{second}"


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def sampled(rows: Sequence[tuple[str, LabelSet]], most: int) -> list[tuple[str, LabelSet]]:
    """Every k-th, so that a quick run sees all parts of a set."""
    step = max(1, len(rows) // most)
    return list(rows[::step])[:most]
