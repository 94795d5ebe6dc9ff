"""What a theme is called."""

from collections import Counter

from allears.understand.themes.naming import Pile, named


def test_the_same_two_words_in_another_order_are_no_other_name() -> None:
    one = Pile(voices=100, concepts=Counter({0: 90, 1: 60, 2: 20}))
    two = Pile(voices=80, concepts=Counter({0: 50, 1: 75, 3: 20}))
    rest = Pile(voices=900, concepts=Counter({4: 800}))
    first, second, _ = named([one, two, rest])
    assert set(first.en.lower().split(", ")) != set(second.en.lower().split(", "))
    assert first.zh.split("、") == second.zh.split("、")[1::-1]  # two that both say most
    assert len(second.zh.split("、")) == 3
