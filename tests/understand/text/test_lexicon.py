"""The lexicons: their size, and that each entry means one thing and each label has its words."""

import pytest

from allears.understand.text import labels
from allears.understand.text.corpus import LANGUAGES, Language
from allears.understand.text.lexicon import Feeling, intensity, sentiment, words


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentiment_holds_four_thousand_entries_with_a_strength(language: Language) -> None:
    entries = sentiment(language)
    assert len(entries) >= 4000
    assert {feeling.strength for feeling in entries.values()} == {-3, -2, -1, 1, 2, 3}
    assert {feeling.industry for feeling in entries.values()} - {None} <= set(labels.INDUSTRIES)
    assert all(word == word.strip() and word for word in entries)


def test_a_phrase_has_its_own_feeling() -> None:
    assert sentiment("en")["not bad"] == Feeling(1)
    assert sentiment("en")["dead pixels"] == Feeling(-2, "electronics")
    assert sentiment("zh")["不贵"] == Feeling(1)
    assert sentiment("zh")["贵"] == Feeling(-2)


def test_a_word_of_intensity_multiplies_and_a_negation_turns() -> None:
    assert intensity("en")["extremely"] == 1.6
    assert intensity("zh")["有点"] == 0.7
    assert intensity("zh")["毫不"] == -0.6


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_emotion_topic_and_need_has_its_words(language: Language) -> None:
    assert tuple(words("emotions", language)) == labels.EMOTIONS
    assert tuple(words("topics", language)) == labels.TOPICS
    assert tuple(words("needs", language)) == labels.NEEDS
    assert all(len(listed) >= 10 for listed in words("topics", language).values())
