"""Scores of any scale as feelings."""

import pytest

from allears.understand.text.scales import ScaleError, feelings


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["1", "2", "3", "4", "5"], "NN-PP"),
        (["1.0", "3.5", "4.5", "2.5"], "N-PN"),
        (["0", "5", "6", "7", "8", "10"], "NN--PP"),
        (["-1", "0", "1"], "N-P"),
        (["0", "1", "1"], "NPP"),
        (["1", "2", "3"], "N-P"),
        (["20%", "60%", "90%"], "N-P"),
        (["4/5 ", "1/5", "3/5"], "PN-"),
        (["★☆☆☆☆", "★★★★★", "★★★"], "NP-"),
        (["4星", "1星", "5星"], "PNP"),
        (["positive", "Negative", "neutral"], "PN-"),
        (["好评", "差评", "中评"], "PN-"),
        (["很满意", "满意", "一般", "不太满意", "非常不满意"], "PP-NN"),
        (["Very satisfied", "Somewhat satisfied", "Neither satisfied nor dissatisfied", "Very dissatisfied"], "PP-N"),
        (["Strongly agree", "Disagree", "Neutral"], "PN-"),
        (["5 - Very satisfied", "1 (Very dissatisfied)", "非常满意（5分）"], "PNP"),
        (["力荐", "推荐", "还行", "较差", "很差"], "PP-NN"),
        (["Excellent", "Good", "Average", "Poor", "Terrible"], "PP-NN"),
        (["True", "False"], "PN"),
        (["👍", "👎"], "PN"),
        (["5.0 out of 5 stars", "1.0 out of 5 stars", "3 of 5"], "PN-"),
        (["五星", "两星", "三颗星"], "PN-"),
        (["Rating: 5", "评分：1"], "PN"),
        (["0", "1", "2", "3", "4"], "NN-PP"),
        (["0", "2", "4"], "N-P"),
        (["1", "2", "3", "4"], "NNPP"),
        (["4/5", "2/10", "6/10"], "PN-"),
        (["A", "b", "C", "D", "E"], "PP-NN"),
        (["A+", "B-", "C", "F"], "PP-N"),
        (["A", "B", "C", "D"], "PPNN"),
    ],
)
def test_scales(cells: list[str], wanted: str) -> None:
    named = {"N": "negative", "-": "neutral", "P": "positive"}
    assert feelings([*cells, ""]).rows == (*(named[each] for each in wanted), None)


def test_words_that_are_no_scores_are_refused_with_what_would_do() -> None:
    with pytest.raises(ScaleError, match="1–5 or 0–10"):
        feelings(["delivery", "price", "app"])
    with pytest.raises(ScaleError, match="largest is 100"):
        feelings(["1200", "1500", "900"])
    with pytest.raises(ScaleError, match="holds no scores"):
        feelings(["very " * 4000 + "good", "很" * 3000 + "好"])


def test_two_letters_are_no_grades() -> None:
    with pytest.raises(ScaleError, match="grades A–E"):
        feelings(["A", "B", "B"])


def test_cells_without_a_score_are_no_scores_and_others_are_counted() -> None:
    read = feelings(["5", "NaN", "null", "-", "", "1", *["4"] * 20, "see text"])
    assert read.rows[:6] == ("positive", None, None, None, None, "negative")
    assert read.rows[-1] is None
    assert read.unread == 1
    assert "1 cells hold no score" in read.told


def test_a_mark_for_no_answer_is_no_pole_of_the_scale() -> None:
    with pytest.raises(ScaleError, match="does -99 stand for “no answer”"):
        feelings(["-99", "1", "3", "5"])
    with pytest.raises(ScaleError, match="does -1 stand for"):
        feelings(["-1", "1", "3", "5"])
    assert feelings(["-2", "0", "2"]).rows == ("negative", "neutral", "positive")


def test_what_was_found_in_the_place_of_scores_is_told() -> None:
    with pytest.raises(ScaleError, match="Found: “delivery”, “price”, “app”"):
        feelings(["delivery", "price", "app", "delivery"])
