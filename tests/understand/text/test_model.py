"""The built-in model: what it answers stays inside the contract, is right where people agree, and is not stale."""

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from itertools import pairwise

import numpy as np
import pytest

from allears.understand.text import labels
from allears.understand.text.annotation import SENTIMENTS, TASKS, Annotation
from allears.understand.text.builtin import BuiltIn, annotator, digest, shipped_digest
from allears.understand.text.corpus import LANGUAGES, Comment, Language, corpus
from allears.understand.text.features import Batch
from allears.understand.text.heads import said
from allears.understand.text.weights import Known, Scores, Weights

KNOWN = {
    "sentiment": set(SENTIMENTS),
    "strength": {str(each) for each in labels.SENTIMENT_STRENGTHS},
    "mixed": {"yes"},
    "sarcasm": {"yes"},
    "emotion": set(labels.EMOTIONS),
    "topic": set(labels.TOPICS),
    "intent": set(labels.INTENTS),
    "urgency": {"1", "2", "3"},
    "five_s": set(labels.FIVE_S),
    "need": set(labels.NEEDS),
    "contact": set(labels.CONTACT),
    "point": set(labels.POINTS),
    "effort": set(labels.EFFORTS),
}


def held_out(language: Language) -> list[Comment]:
    return [comment for comment in corpus(language) if comment.held_out]


def annotated(comments: Sequence[Comment]) -> list[Annotation]:
    return annotator().annotate([comment.text for comment in comments])


def feeling(text: str) -> str | None:
    return annotator().annotate([text])[0].value("sentiment")


def test_the_shipped_weights_are_of_this_corpus_lexicon_and_code() -> None:
    assert shipped_digest() == digest(), "The shipped weights are stale: run `make model` and commit data/model.npz."


def test_a_lexicon_that_grew_is_read_before_the_weights_are_made_again() -> None:
    shipped = annotator().by_language["en"]  # type: ignore[attr-defined]
    older = BuiltIn("older", {"en": replace(shipped, strengths=shipped.strengths[:5])})
    found = older.annotate(["Absolutely wonderful, best meal ever!", "Terrible, never again."], languages=["en", "en"])
    assert [each.value("sentiment") for each in found] == ["positive", "negative"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_and_spans_stay_inside_the_contract(language: Language) -> None:
    comments = held_out(language)
    for comment, annotation in zip(comments, annotated(comments), strict=True):
        length = len(comment.text)
        assert -1 <= annotation.score <= 1
        assert not {label.task for label in annotation.labels} & set(annotation.abstained)
        assert set(annotation.abstained) <= set(TASKS)
        assert len(annotation.of("sentiment")) == ("sentiment" not in annotation.abstained)
        for label in annotation.labels:
            assert label.value in KNOWN[label.task]
            assert 0 <= label.confidence <= 1
            assert (label.polarity is not None) == (label.task in {"topic", "five_s", "need", "contact"})
            assert all(0 <= start < end <= length for start, end in label.spans), (comment.text, label)
        places = [(clause.start, clause.end) for clause in annotation.clauses]
        assert places == sorted(places)
        assert all(0 <= start < end <= length for start, end in places)
        assert all(one[1] <= other[0] for one, other in pairwise(places))


def test_the_language_is_recognised() -> None:
    recognised = [each.language for each in annotated([*held_out("en"), *held_out("zh")])]
    given = ["en"] * len(held_out("en")) + ["zh"] * len(held_out("zh"))
    assert np.mean([one == other for one, other in zip(recognised, given, strict=True)]) > 0.99


@pytest.mark.parametrize("text", ["", " ", "...", "😀", "???", "\n", "a", "好", "<b>", "@you", "\u200b", "1" * 5000])
def test_odd_texts_are_answered(text: str) -> None:
    (annotation,) = annotator().annotate([text])
    assert all(0 <= start < end <= len(text) for label in annotation.labels for start, end in label.spans)


def test_a_text_is_judged_alone() -> None:
    texts = [comment.text for comment in [*held_out("zh")[:40], *held_out("en")[:40]]]
    together = annotator().annotate(texts)
    alone = [annotator().annotate([text])[0] for text in texts]
    assert [each.value("sentiment") for each in together] == [each.value("sentiment") for each in alone]
    assert np.allclose([each.score for each in together], [each.score for each in alone], atol=2e-4)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The staff were friendly.", "positive"),
        ("Nice room, but I was kept awake all night and nobody helped. Never again.", "negative"),
        ("The queue was long, but overall it was a wonderful evening and I will be back.", "positive"),
        ("What time does the branch on Mill Lane open on Saturday?", "neutral"),
        ("Soooo goood, looove it!!!", "positive"),
        ("I never had a single problem with it.", "positive"),
        ("服务员态度很好", "positive"),
        ("The staff were not friendly at all.", "negative"),
        ("The food was not good.", "negative"),
        ("服务员态度不好", "negative"),
        ("服务员态度一点都不好", "negative"),
        ("不是很满意", "negative"),
        ("一点也不贵", "positive"),
        ("房间不错，但是半夜漏水没人管，再也不来了", "negative"),
        ("排队久了点，不过菜真的很好吃，下次还来", "positive"),
        ("请问周六几点开门？", "neutral"),
        ("服務態度非常差，太失望了", "negative"),
        ("噪音很小，空间很大", "positive"),
        ("噪音很大，空间太小", "negative"),
        ("没有任何问题，很满意", "positive"),
    ],
)
def test_negation_turn_and_question(text: str, wanted: str) -> None:
    assert feeling(text) == wanted


def test_traditional_and_full_width_are_read_like_simplified() -> None:
    one, other = annotator().annotate(["服務態度非常差，太失望了！", "服务态度非常差,太失望了!"])
    assert (one.score, [label.value for label in one.labels]) == (other.score, [label.value for label in other.labels])


def micro_f1(comments: Sequence[Comment], task: str) -> float:
    right = wrong = missed = 0
    for comment, annotation in zip(comments, annotated(comments), strict=True):
        given = {value for at, value in said(comment) if at == task}
        found = {label.value for label in annotation.of(task)}
        right, wrong, missed = right + len(given & found), wrong + len(found - given), missed + len(given - found)
    return 2 * right / (2 * right + wrong + missed)


FLOORS = {
    "zh": {"sentiment": 0.78, "emotion": 0.46, "topic": 0.42, "intent": 0.65, "five_s": 0.36, "need": 0.31},
    "en": {"sentiment": 0.71, "emotion": 0.40, "topic": 0.34, "intent": 0.59, "five_s": 0.22, "need": 0.20},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_test_part_is_read_at_least_as_well_as_stated(language: Language) -> None:
    comments = held_out(language)
    found = {task: micro_f1(comments, task) for task in FLOORS[language]}
    assert all(found[task] >= floor for task, floor in FLOORS[language].items()), found


@pytest.mark.parametrize("language", LANGUAGES)
def test_confidence_means_what_it_says(language: Language) -> None:
    """Expected calibration error of the sentiment on our test part, in ten bands."""
    comments = held_out(language)
    told = [(each.of("sentiment"), comment) for each, comment in zip(annotated(comments), comments, strict=True)]
    sure = np.array([found[0].confidence for found, _ in told if found])
    right = np.array([found[0].value == comment.sentiment for found, comment in told if found])
    band = np.minimum(9, (sure * 10).astype(int))
    apart = sum(
        abs(sure[band == each].mean() - right[band == each].mean()) * (band == each).mean() for each in set(band)
    )
    assert apart < 0.07


@pytest.mark.slow
def test_training_again_gives_the_same_weights() -> None:
    """To the rounding of one part in 127; linear algebra libraries differ in the last bits."""
    from allears.understand.text.training import train

    shipped = annotator().by_language  # type: ignore[attr-defined]
    for language in LANGUAGES:
        made = train(language)
        assert np.array_equal(made.keys, shipped[language].keys)
        assert np.abs(made.matrix.astype(int) - shipped[language].matrix.astype(int)).max() <= 1
        assert np.allclose(made.sentiment, shipped[language].sentiment, atol=0.02)
        assert np.allclose(made.strengths, shipped[language].strengths, atol=0.02)


def test_reading_keeps_one_core_busy_and_no_more() -> None:
    """Linear algebra of several threads took half as much CPU again for its small products.

    Of the libraries that reading knows: one that something else loaded later (SciPy's own) is none of them.
    """
    from allears.understand.text.builtin import _libraries

    annotator().annotate(["The lift is broken"])
    import_module("scipy.linalg")
    seen: list[int] = []

    class Watched(BuiltIn):
        def scored(self, batch: Batch, found: Known, own: Weights) -> Scores:
            blas = _libraries().select(user_api="blas").info()
            seen.extend(each["num_threads"] for each in blas)
            return super().scored(batch, found, own)

    model = annotator()
    assert isinstance(model, BuiltIn)
    Watched(model.version, model.by_language).annotate(["The lift is broken", "电梯坏了"])
    assert seen
    assert set(seen) == {1}


@pytest.mark.parametrize("signs", ["😀", "😡😡", "👍👍👍", "!!!", "🇨🇳", "👨‍👩‍👧 ❤️"])
def test_signs_without_a_word_tell_a_feeling_and_no_subject(signs: str) -> None:
    for language in LANGUAGES:
        [said] = annotator().annotate([signs], languages=[language])
        tasks = {(label.task, label.value) for label in said.labels}
        subjects = {each for each in tasks if each[0] not in ("sentiment", "strength", "emotion", "mixed", "sarcasm")}
        assert subjects <= {("intent", "praise"), ("intent", "complaint")}
        assert not {"topic", "need", "five_s", "contact", "point", "effort"} & set(said.abstained)
