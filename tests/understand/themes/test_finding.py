"""Themes of our own labelled comments and of made-up ones with a known truth."""

from collections import Counter

import numpy as np
import pytest
from tests.understand.themes.made_up import voices

from allears.science.clustering import adjusted_rand, mutual_information
from allears.understand.text.corpus import corpus
from allears.understand.themes import apart
from allears.understand.themes.contracts import Assignment, Request, TooFewError
from allears.understand.themes.copies import copies
from allears.understand.themes.finding import Model, assign, count, find
from allears.understand.themes.words import read


@pytest.fixture(scope="module")
def found():
    return find(Request(texts=voices()[0], wanted=3))


def test_a_theme_holds_both_languages(found) -> None:
    _, truth = voices()
    assert adjusted_rand(np.array(found.labels), np.array(truth)) > 0.95
    for theme in range(3):
        mine = [zh for zh, label in zip(found.is_zh, found.labels, strict=True) if label == theme]
        assert (sum(mine), len(mine)) == (40, 80)


def test_names_are_short_in_both_languages_and_differ(found) -> None:
    english, chinese = [[getattr(each.named, of) for each in found.clusters] for of in ("en", "zh")]
    assert len({*english, *chinese}) == 6
    assert {each.named.topic for each in found.clusters} == {"delivery", "app", "place"}
    assert any("Late delivery" in name or "Courier" in name for name in english)
    assert any("送货晚" in name or "快递员" in name for name in chinese)
    assert all(len(name.split()) <= 7 for name in english)


def test_voices_that_come_later_go_where_they_belong(found) -> None:
    label_of = {truth: found.labels[voices()[1].index(truth)] for truth in range(3)}
    later = ["courier came late with my parcel", "一登录就闪退", "dirty room, dirty bathroom", "qwrtz"]
    placed = assign(Assignment(texts=later, model=found.model))
    assert placed.labels == [label_of[0], label_of[1], label_of[2], -1]
    assert placed.is_zh == [False, True, False, False]


def test_the_stored_model_answers_alike_and_holds_no_word(found) -> None:
    model = Model.from_bytes(found.model)
    labels, _ = model.assign(count(read(text) for text in voices()[0]))
    assert labels.tolist() == found.labels
    assert b"parcel" not in found.model
    assert len(found.model) < 3_000_000


def test_the_same_voices_give_the_same_themes(found) -> None:
    assert find(Request(texts=voices()[0], wanted=3)) == found


def test_the_process_apart_answers_the_same(found) -> None:
    heard: list[float] = []
    assert apart.find(Request(texts=voices()[0], wanted=3), heard.append) == found
    assert heard == sorted(heard)
    with pytest.raises(TooFewError) as error:
        apart.find(Request(texts=["one voice about the parcel"] * 50))
    assert error.value.have == 1


def test_copies_are_one_voice() -> None:
    texts = [
        "The courier left my parcel in the rain and nobody answers the phone at the depot.",
        "the courier left my parcel in the rain, and nobody answers the phone at the depot!!! @AcmeParcels",
        "The courier was kind and waited until I came down.",
        "快递员把包裹扔在雨里，客服电话也没人接，太失望了。",
        "快递员把包裹扔在雨里，客服电话也没人接，太失望了！！",
        "",
        "",
    ]
    assert copies(count(read(text) for text in texts).words).tolist() == [0, 0, 2, 3, 3, 5, 6]


def test_an_anchor_stays_as_people_made_it() -> None:
    texts, truth = voices()
    # people put the app and the room together as cell 7: it stays one theme, and no new one is made of its voices
    former = [7 if theme in (1, 2) else -1 for theme in truth]
    kept = find(Request(texts=texts, former=former, anchors=[7], wanted=3))
    assert [each.cell for each in kept.clusters].count(7) == 1
    at = [each.cell for each in kept.clusters].index(7)
    inside = [theme for theme, label in zip(truth, kept.labels, strict=True) if label == at]
    assert Counter(inside)[0] == 0
    assert len(inside) >= 150


def test_unlike_themes_that_people_joined_stay_joined() -> None:
    texts = [each.text for each in (*list(corpus("en"))[:400], *list(corpus("zh"))[:400])]
    first = find(Request(texts=texts, wanted=6))
    joined = [0 if label in (0, 1, 2) else label for label in first.labels]
    again = find(Request(texts=texts, former=joined, anchors=[0], wanted=4))
    (mine,) = [at for at, cluster in enumerate(again.clusters) if cluster.cell == 0]
    assert all(again.labels[at] == mine for at, cell in enumerate(joined) if cell == 0)
    assert again.clusters[mine].size == again.labels.count(mine)


def test_on_our_own_corpus_themes_follow_topics_and_cross_languages() -> None:
    """Beside it in docs/themes.md: plain tf-idf and k-means reach an NMI of .066 on the whole corpus, none mixed."""
    comments = [each for each in corpus() if int(each.key, 16) % 3 == 0]
    found = find(Request(texts=[each.text for each in comments], wanted=20))
    labels, is_zh = np.array(found.labels), np.array(found.is_zh)
    assert np.mean([(each.language == "zh") == zh for each, zh in zip(comments, is_zh, strict=True)]) > 0.98
    topics = [{span.topic for span in each.spans} for each in comments]
    one = [n for n, each in enumerate(topics) if len(each) == 1 and labels[n] >= 0]
    names = sorted({next(iter(topics[n])) for n in one})
    truth = np.array([names.index(next(iter(topics[n]))) for n in one])
    assert mutual_information(labels[one], truth) >= 0.15
    mixed = [0.1 <= is_zh[labels == at].mean() <= 0.9 for at in range(len(found.clusters))]
    assert np.mean(mixed) >= 0.7
    assert len({each.named.en for each in found.clusters}) == len(found.clusters)


@pytest.mark.parametrize("text", ["@" * 2_000, "a@" * 1_000, "\ufdfa" * 2_000])
def test_no_voice_takes_long_to_read(text: str) -> None:
    """Minutes each, where an address may begin at every character and have its sign at any."""
    assert len(read(text).latin) <= 1


def test_addresses_are_no_words() -> None:
    assert read("write to zoe.ko+x@mail.example.com or www.example.com today").latin == ("write", "to", "or", "today")
