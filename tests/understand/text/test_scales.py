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
