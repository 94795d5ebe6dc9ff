"""Grams stand for the same words wherever they are, and know where that is."""

import numpy as np

from allears.understand.text.grams import crossed, distinct, grams, key_rows


def found(text: str) -> dict[str, int]:
    """The words that each gram covers, with the gram."""
    each = grams([text])
    return {text[start:end]: int(key) for start, end, key in zip(each.start, each.end, each.key, strict=True)}


def test_equal_words_have_equal_grams_whatever_stands_around_them() -> None:
    one, other = found("the seat was broken"), found("Well, THE SEAT was fine")
    shared = {words.lower() for words in one} & {words.lower() for words in other}
    assert {"the seat", "the seat was"} <= shared
    assert set(grams(["broken seat"]).key) & set(grams(["a broken seat!"]).key)
    assert not set(grams(["seat"]).key) & set(grams(["lion"]).key)


def test_a_batch_gives_what_its_texts_give_alone() -> None:
    texts = ["服务很好", "don't buy", "", "ＡＢＣ abc 😀", "a\nb"]
    whole = key_rows(texts)
    for place, text in enumerate(texts):
        alone = key_rows([text])
        assert whole.keys[whole.bounds[place] : whole.bounds[place + 1]].tolist() == alone.keys.tolist()


def test_no_gram_crosses_from_one_text_into_the_next() -> None:
    apart = set(grams(["good"]).key) | set(grams(["morning"]).key)
    assert set(grams(["good", "morning"]).key) == apart
    assert set(grams(["good morning"]).key) > apart


def test_places_are_those_of_the_text_and_pieces_stand_for_their_word() -> None:
    text = "座位很挤 uncomfortable"
    each = grams([text])
    assert {text[start:end] for start, end in zip(each.start, each.end, strict=True)} == {
        *("座", "位", "很", "挤", "座位", "位很", "很挤", "座位很", "位很挤", "座位很挤"),
        *("uncomfortable", "挤 uncomfortable", "很挤 uncomfortable"),
    }
    assert (
        sum(text[start:end] == "uncomfortable" for start, end in zip(each.start, each.end, strict=True))
        == 1 + 11 + 10 + 9
    )


def test_capitals_and_full_width_letters_are_the_same_word() -> None:
    assert set(grams(["ＡＰＰ"]).key) == set(grams(["app"]).key)
    assert set(grams(["DON’T"]).key) == set(grams(["don't"]).key)


def test_taking_rows_keeps_each_rows_grams() -> None:
    rows = key_rows(["one two", "three", "four five six"])
    taken = rows.take(np.array([2, 0]))
    assert len(taken) == 2
    assert taken.keys.tolist() == [*key_rows(["four five six"]).keys, *key_rows(["one two"]).keys]


def test_a_gram_under_a_heading_is_another_gram() -> None:
    keys = distinct(grams(["high"])).keys
    under = [set(crossed(keys, np.full(len(keys), heading)).tolist()) for heading in (0, 1)]
    assert not under[0] & under[1]
    assert not under[0] & set(keys.tolist())
