"""What a theme is called."""

from collections import Counter

from django.utils.translation import override

from allears.understand.text import labels
from allears.understand.themes.concepts import concepts
from allears.understand.themes.naming import TOPICS, Pile, named
from allears.web.label_words import value_word


def test_the_same_two_words_in_another_order_are_no_other_name() -> None:
    one = Pile(voices=100, concepts=Counter({0: 90, 1: 60, 2: 20}))
    two = Pile(voices=80, concepts=Counter({0: 50, 1: 75, 3: 20}))
    rest = Pile(voices=900, concepts=Counter({4: 800}))
    first, second, _ = named([one, two, rest])
    assert set(first.en.lower().split(", ")) != set(second.en.lower().split(", "))
    assert first.zh.split("、") == second.zh.split("、")[1::-1]  # two that both say most
    assert len(second.zh.split("、")) == 3


def test_a_theme_of_words_that_nobody_listed_has_a_name_in_each_language() -> None:
    """必须夸 tells it, and means nothing to who reads English: there it goes by what it speaks of."""
    chinese, english = Pile(voices=20), Pile(voices=20)
    chinese.said["zh"].update({"嗡嗡声": 18, "滋滋响": 9})
    english.said["en"].update({"gizmo": 18, "doohickey": 9})
    attitude = len(concepts().listed) + labels.TOPICS.index("attitude")
    chinese.concepts.update({attitude: 15})
    rest = Pile(voices=400)
    rest.said["zh"].update({"桌子": 200, "椅子": 180})
    rest.said["en"].update({"table": 200, "chair": 180})
    one, two, _ = named([chinese, english, rest])
    assert (one.en, one.zh) == ("Attitude", "嗡嗡声、滋滋响")
    assert (two.en, two.zh) == ("Gizmo, doohickey", "仅有英文：gizmo, doohickey")


def test_topics_are_called_as_in_the_console() -> None:
    assert set(TOPICS) == set(labels.TOPICS)
    for place, language in enumerate(("en", "zh-hans")):
        with override(language):
            assert {code: both[place] for code, both in TOPICS.items()} == {
                code: value_word("topic", code) for code in TOPICS
            }
