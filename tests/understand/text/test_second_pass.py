"""The second, blind pass over one comment in ten, and the agreement that is published."""

from pathlib import Path

import pytest

from allears.understand.text import second_pass
from allears.understand.text.corpus import LANGUAGES, Language, corpus

GUIDE = Path(__file__).parents[3] / "docs" / "annotation-guide.md"


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_comment_in_ten_was_labelled_twice(language: Language) -> None:
    pairs = second_pass.judged(language)
    keys = [first.key for first, _second in pairs]
    wanted = {each.key for each in corpus(language) if int(each.key, 16) % 10 == 3}
    assert len(keys) == len(set(keys))
    assert set(keys) <= {each.key for each in corpus(language)}
    assert len(wanted - set(keys)) <= 0.02 * len(wanted), "label these blind"


def test_the_guide_shows_the_figures_that_the_labels_give() -> None:
    assert "\n".join(second_pass.table()) in GUIDE.read_text(encoding="utf-8")


def test_the_same_labels_agree_and_others_do_not() -> None:
    comments = [first for first, _second in second_pass.judged("en")]
    same = second_pass.agreement([(each, each) for each in comments])
    assert {round(alpha, 6) for alpha, _values in same.values() if alpha is not None} == {1.0}
    shifted = second_pass.agreement(list(zip(comments, [*comments[1:], comments[0]], strict=True)))
    alpha, _values = shifted["sentiment"]
    assert alpha is not None
    assert alpha < 0.2
