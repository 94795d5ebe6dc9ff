"""Themes of a part of the voices, and which of them are commoner there than elsewhere."""

import random

from tests.understand.themes.made_up import voices

from allears.understand.text.corpus import corpus
from allears.understand.themes.contracts import Found, Request
from allears.understand.themes.finding import find
from allears.understand.themes.naming import Pile, named


def parcels_of(found: Found, truth: list[int]) -> set[int]:
    """The themes that hold parcels more than anything else."""
    held: dict[int, list[bool]] = {}
    for label, theme in zip(found.labels, truth, strict=True):
        held.setdefault(label, []).append(theme == 0)
    return {label for label, each in held.items() if label >= 0 and sum(each) > len(each) / 2}


def test_what_is_commoner_here_is_told_by_voices_that_it_was_not_found_in() -> None:
    texts, truth = voices(20)
    theirs, there = voices(60, seed=9)
    rest = [text for text, theme in zip(theirs, there, strict=True) if theme != 0]  # nobody elsewhere waits for parcels
    found = find(Request(texts=texts, rest=rest))
    more = {at for at, each in enumerate(found.clusters) if each.against and each.against.more}
    assert more == parcels_of(found, truth) != set()
    for each in found.clusters:
        assert each.against is not None
        assert (each.against.of_here, each.against.of_elsewhere) == (40, 240)
    assert sum(each.size for each in found.clusters) + found.labels.count(-1) == len(texts) == len(found.labels)


def test_of_voices_drawn_by_lot_hardly_anything_is_claimed() -> None:
    ours, false = [each.text for each in corpus() if each.language == "en"], 0
    for seed in range(5):
        drawn = random.Random(seed).sample(ours, 480)
        found = find(Request(texts=drawn[:120], rest=drawn[120:], seed=seed))
        false += any(each.against is not None and each.against.more for each in found.clusters)
    assert false <= 1


def test_a_theme_that_nothing_tells_from_others_goes_by_what_is_said_most() -> None:
    pile = Pile(voices=50)
    pile.concepts.update({0: 40, 40: 30})
    (name,) = named([pile])
    assert "…" not in name.en + name.zh
    assert (len(name.en.split(", ")), len(name.zh.split("、"))) == (2, 2)
    strange = Pile(voices=9)
    strange.said["zh"].update({"嗡嗡声": 9})
    (name,) = named([strange])
    assert (name.en, name.zh) == ("In Chinese only: 嗡嗡声", "嗡嗡声")
