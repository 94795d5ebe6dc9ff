"""The built-in sentiment learns from scores beside comments, and is only recommended when it is better."""

from pathlib import Path

import pytest
from tests.understand.text.speech import FewWords, comments

from allears.understand.text.adapting import AdaptedAnnotator, adapt, feeling_of
from allears.understand.text.annotation import Annotation, Label
from allears.understand.text.learning import LearningError

MADE = comments(400)
TEXTS = [text for text, _, _ in MADE]
STARS = ["5" if polarity == "1" else "2" for _, _, polarity in MADE]


def test_words_of_ones_own_are_learnt_and_the_rest_stays(tmp_path: Path) -> None:
    base = FewWords()
    adapted, report = adapt(base, TEXTS, STARS, seed=1)
    text = "the parcel let me down again"
    before, after = base.annotate([text])[0], adapted.annotate([text])[0]
    assert before.value("sentiment") == "neutral"
    assert after.value("sentiment") == "negative"
    assert after.score < -0.3
    assert after.of("topic") == before.of("topic")
    assert after.model == adapted.version != base.version
    assert report.better
    assert report.before is not None
    assert report.before.accuracy < 0.9 < report.accuracy
    assert [text[start:end] for start, end in after.of("sentiment")[0].spans]
    adapted.save(tmp_path / "kept")
    assert AdaptedAnnotator.load(tmp_path / "kept", annotator=base).annotate(TEXTS[:20]) == adapted.annotate(TEXTS[:20])


def test_scores_that_say_nothing_are_not_recommended() -> None:
    noise = ["5" if place * 13 % 7 > 3 else "1" for place in range(len(TEXTS))]
    _, report = adapt(FewWords(), TEXTS, noise, seed=1)
    assert not report.better


def test_a_scale_whose_lowest_score_is_the_best_is_noticed() -> None:
    """The held-out scores are turned round as well, so that the report called it better than what is in use."""
    adapted, report = adapt(FewWords(), TEXTS, ["1" if stars == "5" else "5" for stars in STARS], seed=1)
    said = adapted.annotate(["the parcel let me down again"])[0]
    assert said.value("sentiment") == "negative"
    assert "The lowest is the best there" in report.note
    assert report.before is not None
    assert report.before.accuracy > 0.5
    _, straight = adapt(FewWords(), TEXTS, STARS, seed=1)
    assert "lowest" not in straight.note


def test_people_who_call_bad_words_good_are_not_turned_round_but_told() -> None:
    with pytest.raises(LearningError, match="opposite of the comments"):
        adapt(FewWords(), TEXTS, ["negative" if stars == "5" else "positive" for stars in STARS], seed=1)


def test_it_starts_at_three_hundred_scored_comments() -> None:
    with pytest.raises(LearningError, match=r"299 comments .* starts at 300"):
        adapt(FewWords(), [*TEXTS[:299], "", "no score"], [*STARS[:299], "5", ""])


def test_scores_without_a_middle_leave_neutral_to_the_base() -> None:
    adapted, _ = adapt(FewWords(), TEXTS, ["1" if stars == "5" else "0" for stars in STARS], seed=1)
    said = adapted.annotate(["the parcel let me down again", "Where is number 12?"])
    assert said[0].value("sentiment") == "negative"
    assert said[1].score == pytest.approx(0.0, abs=0.45)


def test_a_feeling_is_said_also_where_it_was_abstained() -> None:
    unsure = Annotation(model="m", language="en", score=0.4, abstained=("sentiment",))
    assert feeling_of(unsure) == "positive"
    neutral = Annotation(model="m", language="en", score=-0.1, labels=(Label("sentiment", "neutral", 0.5),))
    assert (feeling_of(neutral), feeling_of(neutral, neutral=False)) == ("neutral", "negative")
