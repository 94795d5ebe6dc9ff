"""A label set of one's own is learnt, judged on what was not learnt from, kept and taken up again."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from django.utils import translation
from tests.understand.text.speech import FewWords, comments

from allears.understand.registry import why_not
from allears.understand.text import columns
from allears.understand.text.judging import Figures, HeldOutReport, LabelScore
from allears.understand.text.learning import LabelModel, LearningError, held_out, split_of

MADE = comments(400)
TEXTS = [text for text, _, _ in MADE]
TOPIC = [topic for _, topic, _ in MADE]


@pytest.fixture(scope="module")
def topics() -> LabelModel:
    model, _ = LabelModel.train(TEXTS, TOPIC, seed=3, task="topic")
    return model


def test_single_labels_and_the_words_that_earned_them(topics: LabelModel) -> None:
    text = "we waited, and the courier came on Friday"
    (label,) = topics.predict([text])[0]
    assert (label.task, label.value) == ("topic", "delivery")
    assert label.confidence > 0.7
    assert "courier" in " ".join(text[start:end] for start, end in label.spans)


def test_the_report_is_on_rows_not_learnt_from() -> None:
    noise = [TOPIC[place * 7 % len(TOPIC)] for place in range(len(TOPIC))]
    _, good = LabelModel.train(TEXTS, TOPIC, seed=3)
    _, chance = LabelModel.train([f"{text} {place}" for place, text in enumerate(TEXTS)], noise, seed=3)
    assert good.macro_f1 > 0.97
    assert good.better
    assert chance.accuracy < 0.55  # would be near 1 on rows learnt from
    assert good.n + good.trained_on == len(TEXTS)
    assert {each.label for each in good.labels} == {"delivery", "price", "app"}
    assert good.baseline.accuracy < 0.5
    assert json.loads(json.dumps(good.as_json()))["labels"][0]["support"] == good.labels[0].support
    assert "always the commonest" in str(good)


def test_the_same_seed_gives_the_same_model_and_another_another(topics: LabelModel) -> None:
    again, _ = LabelModel.train(TEXTS, TOPIC, seed=3, task="topic")
    other, _ = LabelModel.train(TEXTS, TOPIC, seed=4, task="topic")
    assert again.version == topics.version
    assert other.version != topics.version


def test_kept_without_text_and_taken_up_again(topics: LabelModel, tmp_path: Path) -> None:
    topics.save(tmp_path / "kept")
    loaded = LabelModel.load(tmp_path / "kept")
    assert loaded.version == topics.version
    assert loaded.predict(TEXTS[:50]) == topics.predict(TEXTS[:50])
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["model.json", "model.npz"]
    assert b"courier" not in (tmp_path / "kept/model.npz").read_bytes() + (tmp_path / "kept/model.json").read_bytes()
    with pytest.raises(LearningError, match="no model in"):
        LabelModel.load(tmp_path / "elsewhere")


def test_lists_of_labels() -> None:
    joined = [f"{one[0]} and {two[0]}" for one, two in zip(MADE[::2], MADE[1::2], strict=True)]
    cells = [";".join(sorted({one[1], two[1]})) for one, two in zip(MADE[::2], MADE[1::2], strict=True)]
    model, report = LabelModel.train(joined, cells, seed=0)
    assert model.kind == "multi"
    assert report.micro_f1 > 0.9
    given = model.predict(["the courier was late and the fee is too high"])[0]
    assert sorted(label.value for label in given) == ["delivery", "price"]
    assert model.cell(given).count(";") == 1


def test_labels_in_two_parts_with_their_polarity() -> None:
    cells = [f"{topic}#{polarity}" for _, topic, polarity in MADE]
    model, report = LabelModel.train(TEXTS, cells, seed=0, annotator=FewWords())
    assert model.kind == "paired"
    assert report.micro_f1 > 0.9
    assert report.first_part is not None
    assert report.first_part.micro_f1 >= report.micro_f1
    (label,) = model.predict(["the courier let me down"])[0]
    assert (label.value, label.polarity) == ("delivery", -1)
    assert model.cell((label,)) == "delivery#-1"


def test_scores_are_judged_by_their_distance() -> None:
    stars = ["5" if polarity == "1" else "1" for _, _, polarity in MADE]
    _, report = LabelModel.train(TEXTS, stars, seed=0)
    assert report.distance is not None
    assert report.distance < 0.2


def test_another_annotator_is_listened_to_where_words_are_new() -> None:
    """The words that tell are seen once each; only the annotator knows what they have in common."""
    texts = [f"thing{place} was {'great' if place % 2 else 'a mess'}" for place in range(200)]
    labels = ["up" if place % 2 else "down" for place in range(200)]
    model, report = LabelModel.train(texts, labels, seed=0, annotator=FewWords())
    assert report.accuracy == 1.0
    assert model.version.endswith("+few-words-1")
    said = FewWords().annotate(texts[:4])
    assert model.predict(texts[:4], said=said) == model.predict(texts[:4])


def test_rows_without_text_or_label_are_left_out_and_rare_labels_are_named() -> None:
    texts, labels = [*TEXTS, "", "  ", "one of a kind"], [*TOPIC, "app", "app", "unicorn"]
    _, report = LabelModel.train(texts, labels, seed=0, holdout=0)
    assert report.n == len(TEXTS)
    assert report.left_out == {"unicorn": 1}


@pytest.mark.parametrize(
    ("texts", "labels", "said"),
    [
        (["a b"] * 6, ["x", "y"] * 3, "Only 6 rows"),
        ([f"text {n}" for n in range(60)], ["same"] * 60, "nothing to tell apart"),
        ([f"text {n}" for n in range(4000)], [str(n % 1300) for n in range(4000)], "different labels"),
    ],
)
def test_what_cannot_be_learnt_is_refused_with_the_way_out(texts: list[str], labels: list[str], said: str) -> None:
    with pytest.raises(LearningError, match=said):
        LabelModel.train(texts, labels, holdout=0)


def test_the_split_is_by_label_and_equal_texts_stay_together() -> None:
    texts = [*TEXTS, *TEXTS]
    column = columns.read([*TOPIC, *TOPIC])
    held = held_out(texts, column, holdout=0.25, seed=5)
    assert (held[: len(TEXTS)] == held[len(TEXTS) :]).all()
    assert abs(held.mean() - 0.25) < 0.02
    app = np.array([row == ("app",) for row in column.rows])
    assert abs(held[app].mean() - 0.25) < 0.03
    again, used = split_of(texts, [*TOPIC, *TOPIC], holdout=0.25, seed=5)
    assert (again == held).all()
    assert used.all()


def test_a_report_and_a_refusal_speak_the_readers_language() -> None:
    figures = Figures(accuracy=0.5, macro_f1=0.4, micro_f1=0.5)
    score = LabelScore(label="退款", precision=1.0, recall=0.5, f1=0.667, support=4)
    report = HeldOutReport(
        task="类别",
        n=20,
        trained_on=80,
        accuracy=0.9,
        macro_f1=0.8,
        micro_f1=0.9,
        ece=0.1,
        labels=(score,),
        baseline=figures,
        confused=(("退款", "配送", 2),),
        left_out={"投诉": 1},
    )
    with translation.override("zh-hans"):
        lines = str(report).splitlines()
    assert lines[0] == "类别：留出 20 行，学习 80 行（种子 0）"
    assert "退款 误判为 配送：2" in str(lines)
    assert lines[-1] == "在这些行上，它优于总答最常见的标签。"
    assert not re.search("[A-Za-z]", re.sub("F1|ECE", "", "".join(lines)))
    widths = {sum(2 if ord(char) > 0x2E7F else 1 for char in line) for line in lines[2:5]}
    assert widths == {78}  # columns end below one another
    with translation.override("en"):
        assert str(report).splitlines()[-1] == "On these rows it is better than always the commonest."


@pytest.mark.parametrize(
    ("cells", "code"),
    [([""] * 40, "no_labels"), ([f"T-{n}" for n in range(40)], "own_labels"), (["a"] * 4, "few_left")],
)
def test_a_column_that_holds_no_classes_is_told_from_too_few_rows(cells: list[str], code: str) -> None:
    with pytest.raises(LearningError) as raised:
        LabelModel.train([f"It was late {n}" for n in range(len(cells))], cells, seed=0, holdout=0.2)
    assert raised.value.code == code


def test_rows_held_out_are_told_where_too_few_are_left() -> None:
    """Twenty labelled rows were called sixteen: nobody said that the other four are kept to judge by."""
    texts, labels = [f"It was late {n}" for n in range(20)], ["late", "lost"] * 10
    with pytest.raises(LearningError) as raised:
        LabelModel.train(texts, labels, seed=0, holdout=0.2)
    told = why_not(raised.value.code, raised.value.params)
    assert "20 rows have a text and a label; 4 of them are held out" in told
    assert told == str(raised.value)
    with translation.override("zh-hans"):
        assert "齐全的有 20 行，其中 4 行留作检验" in why_not(raised.value.code, raised.value.params)
    model, _ = LabelModel.train(texts, labels, seed=0, holdout=0.0)
    assert model.about["rows"] == 20
