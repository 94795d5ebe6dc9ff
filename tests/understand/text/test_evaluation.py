"""The table of `allears evaluate text`: what is counted, on which rows, and what our labels mean in others' sets."""

import json
from pathlib import Path

import pytest
from tests.understand.text.speech import FewWords, comments
from typer.testing import CliRunner

from allears.cli.main import app
from allears.understand.text import builtin
from allears.understand.text.annotation import Annotation, Label
from allears.understand.text.evaluation import datasets, peers
from allears.understand.text.evaluation.running import OWN_TASKS, Evaluation, Line
from allears.understand.text.judging import calibration_error, figures


def said(*labels: Label) -> Annotation:
    return Annotation(model="m", language="en", score=0.0, labels=labels)


def test_figures_by_hand() -> None:
    truth = [frozenset("a"), frozenset("a"), frozenset("b"), frozenset("ab")]
    given = [frozenset("a"), frozenset("b"), frozenset("b"), frozenset("a")]
    found = figures(truth, given)
    assert found.accuracy == 0.5
    assert found.micro_f1 == pytest.approx(2 * 3 / 9)
    assert found.macro_f1 == pytest.approx((2 * 2 / 5 + 2 * 1 / 4) / 2)


def test_calibration_error_by_hand() -> None:
    assert calibration_error([0.9, 0.9, 0.9, 0.9, 0.2], [True, True, True, False, False]) == pytest.approx(0.16)
    assert calibration_error([], []) is None


def test_groups_of_emotions_and_what_stands_in_for_them() -> None:
    assert datasets.group_of(said(Label("emotion", "anger", 0.8), Label("emotion", "surprise", 0.5))) == {
        "negative",
        "ambiguous",
    }
    assert datasets.group_of(said(Label("sentiment", "positive", 0.8))) == {"positive"}
    neutral = Label("sentiment", "neutral", 0.8)
    assert datasets.group_of(said(neutral, Label("intent", "question", 0.7))) == {"ambiguous"}
    assert datasets.group_of(said(neutral)) == {"neutral"}
    assert len(datasets.GROUP_OF) == 28


def test_only_topics_that_a_set_speaks_of_count() -> None:
    both = said(Label("topic", "price", 0.9, polarity=-1), Label("topic", "brand", 0.9, polarity=1))
    assert datasets.topics_of(both, ["price", "design"]) == {"price#-1"}


@pytest.fixture
def public(tmp_path: Path) -> Path:
    """Sets in the form of the public ones."""
    for name in ("airline_tweets", "chnsenticorp", "bdci_car", "asap_sample", "goemotions"):
        (tmp_path / name).mkdir()
    rows = ["text,label", *(f"第{n}次住，很{'好' if n % 2 else '差'}，{n % 7}楼,{n % 2}" for n in range(320))]
    for part in ("train", "test"):
        (tmp_path / f"chnsenticorp/{part}.csv").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path


def test_the_adapted_line_learns_from_the_training_part_and_the_untrained_does_not(public: Path) -> None:
    evaluation = Evaluation(annotator=FewWords(), folder=public)
    untrained, adapted = list(evaluation._sentiment(datasets.chnsenticorp(public)))
    assert (untrained.mode, untrained.n, untrained.accuracy) == ("untrained", 320, 1.0)
    assert untrained.bar == ("accuracy", 0.9, True)
    assert (adapted.mode, adapted.n, adapted.accuracy) == ("adapted", 320, 1.0)


def test_of_a_set_without_parts_each_row_is_judged_once_and_equal_texts_stay_together() -> None:
    rows = [(f"row {number}", frozenset([str(number % 2)])) for number in range(60)]
    rows += [(f" row {number}", frozenset(["0"])) for number in range(0, 60, 3)]
    data = datasets.TextSet(name="any", language="en", tests=rows, trains=[])
    evaluation = Evaluation(annotator=FewWords(), folder=None)
    rounds = list(evaluation._rounds(data))
    assert len(rounds) == 5
    assert sorted(text for _, tests in rounds for text, _ in tests) == sorted(text for text, _ in rows)
    for trains, tests in rounds:
        assert not {text.strip() for text, _ in trains} & {text.strip() for text, _ in tests}
        assert len(trains) + len(tests) == len(rows)
    apart = datasets.TextSet(name="any", language="en", tests=rows[:9], trains=rows[9:])
    assert list(evaluation._rounds(apart)) == [(rows[9:], rows[:9])]


def test_a_bar_is_missed_below_it() -> None:
    line = Line(
        data="goemotions", language="en", task="labels", system="All Ears", mode="trained", n=1,
        accuracy=1.0, macro_f1=0.4699, micro_f1=1.0,
    )  # fmt: skip
    assert line.bar == ("macro_f1", 0.47, False)
    assert line.as_json()["bar"] == {"figure": "macro_f1", "at_least": 0.47, "reached": False}


def test_the_plain_peer_learns() -> None:
    rows = [(text, frozenset([topic])) for text, topic, _ in comments(200)]
    given = peers.plain_linear(rows[:150], [text for text, _ in rows[150:]], "en", several=False)
    assert figures([true for _, true in rows[150:]], given).accuracy > 0.9


def test_a_set_that_was_kept_back_is_judged_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtin, "annotator", FewWords)
    path = tmp_path / "kept_back.csv"
    lines = [f"{text},{'5' if polarity == '1' else '1'}" for text, _, polarity in comments(400)]
    path.write_text("\n".join(["words,stars", *lines]), encoding="utf-8")
    asked = ["evaluate", "text", "--file", str(path), "--text", "words", "--label", "stars", "--quick", "--json"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert [(each["mode"], each["n"]) for each in document["lines"]] == [
        ("untrained", 400),
        ("adapted", 80),
        ("trained", 80),
    ]
    assert document["lines"][1]["accuracy"] > document["lines"][0]["accuracy"]
    assert set(document["throughput"]) == {"en", "zh"}


def test_a_folder_without_the_sets_is_wrong_use(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", "text", "--data", str(tmp_path)])
    assert done.exit_code == 2
    assert "holds no data sets" in done.output


def test_every_native_label_is_judged() -> None:
    judged = {"sentiment", *OWN_TASKS}
    assert judged == {
        *("sentiment", "emotion", "topic", "intent", "urgency", "five_s", "need", "contact", "point", "effort"),
        *("mixed", "sarcasm"),
    }


def test_an_environment_without_the_peers_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / ".venv-peers/bin/python"
    python.parent.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    for answer, wanted in (("false", None), ("true", str(python))):
        python.write_text(f"#!/bin/sh\n{answer}\n")
        python.chmod(0o755)
        assert peers.interpreter() == wanted
