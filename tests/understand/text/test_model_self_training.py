"""Reading a company's own unlabelled texts moves the feeling of words the lexicon does not know, and only that."""

import pytest

from allears.understand.text.annotation import Annotator
from allears.understand.text.builtin import annotator
from allears.understand.text.self_training import ENOUGH, fit_unlabelled

GOOD = ("The staff were wonderful and kind", "Excellent service, thank you so much", "Loved it, would recommend")
BAD = ("The staff were rude and useless", "Terrible service, never again", "Hated it, complete waste of money")


@pytest.fixture(scope="module")
def adapted() -> Annotator:
    texts = [f"{GOOD[n % 3]}, table {n} by the zorbwing" for n in range(ENOUGH)]
    texts += [f"{BAD[n % 3]}, table {n} by the quaxdrain" for n in range(ENOUGH)]
    return fit_unlabelled(texts)


def test_a_word_learns_its_feeling_from_its_company(adapted: Annotator) -> None:
    before = annotator().annotate(["we sat by the zorbwing", "we sat by the quaxdrain"])
    after = adapted.annotate(["we sat by the zorbwing", "we sat by the quaxdrain"])
    assert abs(before[0].score - before[1].score) < 0.35
    assert after[0].score > before[0].score + 0.1
    assert after[1].score < before[1].score - 0.1


def test_it_has_its_own_version_and_leaves_the_other_language_alone(adapted: Annotator) -> None:
    assert adapted.version != annotator().version
    text = ["服务很好，就是排队太久"]
    assert adapted.annotate(text)[0].labels == annotator().annotate(text)[0].labels


def test_few_texts_teach_nothing() -> None:
    few = fit_unlabelled(list(GOOD))
    assert few.annotate(list(BAD))[0].labels == annotator().annotate(list(BAD))[0].labels
