"""Polite complaints are told, and what is only polite is none. Half the lines were not looked at for the patterns."""

from pathlib import Path

import pytest

from allears.understand.text.annotation import Annotation
from allears.understand.text.builtin import annotator
from allears.understand.text.corpus import LANGUAGES, Language, corpus
from allears.understand.text.faults import told
from allears.understand.text.normal import fold

_LINES = Path(__file__).parent / "polite"


def _held_out(kind: str, language: Language) -> list[str]:
    lines = (_LINES / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    return [line[4:] for line in lines if line.startswith(f"{kind} | ")][1::2]


def _complains(said: Annotation) -> bool:
    return any((label.task, label.value) == ("intent", "complaint") for label in said.labels)


@pytest.mark.parametrize("language", LANGUAGES)
def test_polite_complaints_are_told_and_mere_politeness_is_none(language: Language) -> None:
    complaints, others = _held_out("c", language), _held_out("n", language)
    told = sum(map(_complains, annotator().annotate(complaints)))
    alarms = sum(map(_complains, annotator().annotate(others)))
    assert told / len(complaints) >= 0.85
    assert alarms / len(others) <= 0.1


COLD = """
The wifi drops whenever it rains
They forgot the rice
Our bins have not been collected this month
No one warned us about the diversion
The kettle won't switch off, it won't turn on either
The washing machine no longer works
It was marked delivered at noon
Vans parked on the pavement outside the school
Been paying for 300 megabits and getting 20
The chips came out soggy
Nobody told the tenants about it
The lift did not turn up for us twice this week
"""
PLAIN = """
The second delivery is on Tuesday
We parked behind the station
I work for the council
The line opens at nine
Two coffees and a sandwich to take away
My parcel is for my neighbour
He works at the counter on the left
The programme starts again in spring
"""


def test_a_fault_told_coldly_is_blame_in_english_and_a_plain_fact_is_none() -> None:
    cold, plain = COLD.strip().splitlines(), PLAIN.strip().splitlines()
    blamed = [text for text, said in zip(cold, annotator().annotate(cold), strict=True) if _blames(said)]
    assert len(blamed) >= 10, set(cold) - set(blamed)
    assert [text for text, said in zip(plain, annotator().annotate(plain), strict=True) if _blames(said)] == []


def _blames(said: Annotation) -> bool:
    return said.value("sentiment") == "negative"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_told_with_courtesy_is_a_complaint_to_whoever_labels(language: Language) -> None:
    with_both = [each for each in corpus(language) if told(fold(each.text), language)]
    share = sum("complaint" in each.intents for each in with_both) / len(with_both)
    assert share >= 0.6, f"{share:.2f} of {len(with_both)}"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Could you tell me what happens if the parcel has not arrived by Friday?", "en"),
        ("Hello, may I return it in case it does not fit?", "en"),
        ("请问如果收到是坏的可以换吗？", "zh"),
        ("麻烦包好一点，怕到手碎了", "zh"),
    ],
)
def test_a_fault_that_is_only_supposed_is_none(text: str, language: Language) -> None:
    assert told(fold(text), language) is None


@pytest.mark.parametrize(
    "text",
    [
        "Never heard of this brand before, it was a gift.",
        "I've never come across this brand before.",
        "The kids never got bored with it.",
        "I haven't opened the box yet, it is for my mother.",
        "We have not fitted it yet.",
        "I haven't checked the balance yet.",
        "Do not move the sofa before the glue is dry.",
        "This is the third time I've stayed here.",
        "He forgot he had a card.",
    ],
)
def test_what_somebody_has_not_known_or_done_is_no_fault(text: str) -> None:
    """It was told as a complaint, and a fact as blame, with three quarters of certainty."""
    assert told(fold(text), "en") is None


@pytest.mark.parametrize(
    "text",
    [
        "I never heard back from them.",
        "It has not been opened by the agent.",
        "I haven't received it yet.",
        "I have not been refunded.",
        "We haven't been answered.",
        "This is the third time I've called about this.",
        "They forgot my drink.",
        "My shoes do not fit.",
    ],
)
def test_what_others_have_not_done_stays_one(text: str) -> None:
    assert told(fold(text), "en") is not None


@pytest.mark.parametrize(
    "text",
    [
        "love how my internet dies every time it rains 😂",
        "third cancellation this week. Slow clap 👏👏👏",
        "Thanks for nothing, the driver never even rang",
        "笑死，又是改签又是延误，这趟旅行真“完美”",
        "快递三天没动，你们是在散步吗",
        "Wish you'd actually read the notes, I'm allergic to nuts",
        "It would be good if the bus actually stopped when people are waiting",
        "希望老板能管管后厨，别再上半生的鸡了",
    ],
)
def test_praise_that_nobody_means_and_wishes_that_tell_a_fault_are_blame(text: str) -> None:
    assert _blames(annotator().annotate([text])[0])


@pytest.mark.parametrize(
    "text",
    [
        "Love how quiet the rooms are, never had a bad night here",
        "Thank you so much for the quick reply!",
        "这样挺好一个披萨可以吃到两种口味，推荐大家去",
        "Wish you were here, the beach is lovely",
    ],
)
def test_praise_that_is_meant_stays(text: str) -> None:
    assert not _blames(annotator().annotate([text])[0])


def test_the_words_that_tell_the_fault_are_cited() -> None:
    text = "🙂 Ｈｅｌｌｏ, I wonder why the lift has been out of service for a fortnight?"
    [said] = annotator().annotate([text])
    [cited] = [label.spans for label in said.labels if label.value == "complaint"]
    assert [text[start:end] for start, end in cited] == ["been out of service"]
    [feeling] = [label.value for label in said.labels if label.task == "sentiment"]
    assert feeling == "negative"


def test_an_excuse_at_the_beginning_is_no_complaint() -> None:
    [said] = annotator().annotate(["Sorry to trouble you, which form do I need for a lost passport?"])
    assert not _complains(said)
    assert all(label.value != "negative" for label in said.labels)
