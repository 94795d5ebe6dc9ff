"""Models of a workspace's own: in use only if better or chosen, taken back by a click; versions are kept."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext
from tests.conftest import Person
from tests.understand import builders
from tests.understand.annotators import Fake
from tests.understand.text.speech import FewWords, comments

from allears.jobs.models import Job
from allears.understand import annotating, pool, reading, registry, training
from allears.understand.models import BackFill, TextModel, VoiceAnnotation
from allears.understand.text import adapting, columns, learning
from allears.understand.text.learning import Examples, LearningError
from allears.understand.training import Trained


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path) -> dict[str, Any]:
    """Training answers with what the test says."""
    settings.DATA_DIR = tmp_path
    said = {"version": "own-1", "better": True}

    def train(question: Any, **_: Any) -> Trained:
        report = {"n": 60, "accuracy": 0.9, "macro_f1": 0.8, "values": ["billing"]}
        return Trained(version=said["version"], examples=300, better=said["better"], report=report)

    monkeypatch.setattr(pool, "ask_training", train)
    monkeypatch.setattr(registry, "FEWEST", {"people": 3, "column": 2})
    return said


def ask(alice: Person, **given: Any) -> TextModel:
    values = {"source": "column", "name": "Routing", "key": "routing", "rows": [("a", "billing"), ("b", "other")]}
    now = timezone.now()
    return registry.ask_training(workspace_id=alice.workspace.pk, actor_id=alice.user.pk, now=now, **values | given)


def train(model: TextModel) -> TextModel:
    registry.train(workspace_id=model.workspace_id, model_id=model.pk, now=timezone.now())
    model.refresh_from_db()
    return model


def in_force(alice: Person, slot: str) -> TextModel | None:
    return annotating.models_in_force(alice.workspace.pk).get(slot)


def test_a_better_model_is_put_in_use_and_the_voices_read_again(alice: Person, trainer: dict[str, Any]) -> None:
    model = ask(alice)
    assert Job.objects.get(task="allears.understand.jobs.train").queue == "long"
    assert (registry._folder(model) / "rows.jsonl").exists()
    train(model)
    assert (model.slot, model.version, in_force(alice, "own:routing")) == ("own:routing", "own-1", model)
    assert not (registry._folder(model) / "rows.jsonl").exists()  # no words of customers are left
    assert BackFill.objects.in_workspace(alice.workspace.pk).get().finished_at is None


def test_a_model_that_is_not_better_waits_for_a_person(alice: Person, trainer: dict[str, Any], client: Client) -> None:
    trainer["better"] = False
    model = train(ask(alice))
    assert in_force(alice, "own:routing") is None
    client.force_login(alice.user)
    assert "not better" in client.get("/settings/text").content.decode()
    client.post(f"/settings/text/models/{model.pk}/choice")
    assert in_force(alice, "own:routing") == model


def test_rolling_back_goes_back_step_by_step(alice: Person, trainer: dict[str, Any], client: Client) -> None:
    first, second = train(ask(alice)), train(ask(alice))
    client.force_login(alice.user)
    client.post("/settings/text/rollback", {"slot": "own:routing"})
    assert in_force(alice, "own:routing") == first
    client.post("/settings/text/rollback", {"slot": "own:routing"})
    assert in_force(alice, "own:routing") is None
    client.post("/settings/text/rollback", {"slot": "own:routing"})
    assert in_force(alice, "own:routing") is None
    registry.choose(model=second, actor_id=alice.user.pk, now=timezone.now())
    assert in_force(alice, "own:routing") == second


def test_what_cannot_be_learnt_says_why_and_keeps_nothing(
    alice: Person, trainer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(question: Any) -> Trained:
        raise pool.AnalyticsError("Each label needs three rows.")

    model = ask(alice)
    monkeypatch.setattr(pool, "ask_training", refuse)
    train(model)
    assert (model.trouble, model.trained_at) == ("Each label needs three rows.", None)
    assert not registry._folder(model).exists()
    with pytest.raises(registry.RegistryError):
        registry.choose(model=model, actor_id=alice.user.pk, now=timezone.now())


def test_why_it_failed_is_told_in_the_readers_language(
    alice: Person, trainer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(question: Any) -> Trained:
        raise pool.AnalyticsError("All rows have the same label.", code="one_label")

    model = ask(alice)
    monkeypatch.setattr(pool, "ask_training", refuse)
    train(model)
    assert model.trouble == "All rows have the same label."  # as the API and the log tell it
    with translation.override("zh-hans"):
        assert registry.trouble_in_words(model) == "所有行的标签都一样，没有可区分的内容。请换一列。"
    with translation.override("en"):
        assert registry.trouble_in_words(model).startswith("All rows have the same label: there is nothing")
    model.report = {}
    assert registry.trouble_in_words(model) == "All rows have the same label."  # of before reasons had names


def test_a_reason_comes_over_the_socket_with_its_figures() -> None:
    def answered(error: Exception) -> Any:
        def fail(*_: Any) -> None:
            raise error

        service = SimpleNamespace()
        call = pool._Call(dict, fail)
        with patch.dict(pool.CALLS, {"train": call}), patch.object(pool, "close_old_connections"):
            return pool._Pool.answer(SimpleNamespace(service=service), b'{"call": "train", "body": {}}')  # type: ignore[arg-type]

    with pytest.raises(LearningError) as raised:
        learning._check(Examples(["a"], [frozenset("x")], []), ["x"])
    told = answered(raised.value)
    assert (told.code, told.params) == ("few_rows", {"there": 1, "least": 3, "needed": 20})
    assert answered(RuntimeError("a")).code == "fault"
    assert answered(ValueError("a")).code == ""


def test_every_reason_that_is_given_has_words_in_both_languages() -> None:
    files = [Path(learning.__file__), Path(adapting.__file__), Path(pool.__file__)]
    given = {code for file in files for code in re.findall(r'code="(\w+)"', file.read_text(encoding="utf-8"))}
    assert given == set(registry._TROUBLES)
    with translation.override("zh-hans"):
        assert all(gettext(words) != words for words in registry._TROUBLES.values())


def test_too_few_examples_are_refused(alice: Person, trainer: dict[str, Any]) -> None:
    with pytest.raises(registry.RegistryError, match="too few"):
        ask(alice, source="people", rows=())
    assert not TextModel.objects.in_workspace(alice.workspace.pk).exists()


def test_a_file_teaches_a_column(alice: Person, trainer: dict[str, Any], client: Client, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("comment,route\nwhere is my bill,billing\nhello,other\n,other\n")
    client.force_login(alice.user)
    with file.open("rb") as upload:
        form = {"source": "column", "file": upload, "text": "comment", "label": "route", "name": ""}
        client.post("/settings/text/trainings", form)
    model = TextModel.objects.in_workspace(alice.workspace.pk).get()
    assert (model.slot, model.examples) == ("own:route", 2)
    with pytest.raises(registry.RegistryError, match="comment, route"):
        registry.rows_of_file(file, text="comment", label="nothing")


def test_a_long_file_is_drawn_from_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sorted.csv"
    file.write_text("Comment,Route\n" + "".join(f"text {n},{'early' if n < 50 else 'late'}\n" for n in range(100)))
    monkeypatch.setattr(registry, "MOST_ROWS", 40)
    taken = registry.rows_of_file(file, text="comment", label=" route")
    assert (len(taken.rows), taken.left) == (40, 60)
    assert {label for _, label in taken.rows} == {"early", "late"}


def test_a_long_list_of_labels_is_taken_whole_and_each_label_kept_as_long_as_it_may_be(tmp_path: Path) -> None:
    """The cell was cut at the length of one label: the last of a list was a stump that no other row had."""
    tags = [f"{route}, a queue with rather a long name of its own in the back office" for route in "abcde"]
    file = tmp_path / "lists.csv"
    cells = ["; ".join(tags), *tags, "z" * 300]
    file.write_text("text,queues\n" + "".join(f'words,"{cell}"\n' for cell in cells))
    taken = [label for _, label in registry.rows_of_file(file, text="text", label="queues").rows]
    assert taken == cells
    column = columns.read(taken)
    assert column.rows == (tuple(tags), *((tag,) for tag in tags), ("z" * 200,))


def test_a_worse_model_does_not_take_the_place_of_the_companys_own(
    alice: Person, monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    for module in (training, annotating):
        monkeypatch.setattr(module, "builtin", FewWords)
    monkeypatch.setattr(pool, "ask_training", training.train)
    made = [(f"{text} {place}", topic) for place, (text, topic, _) in enumerate(comments(100))]
    good = train(ask(alice, rows=made[:50]))
    assert (good.trouble, in_force(alice, "own:routing")) == ("", good)
    mixed_up = [(text, made[place * 7 % 100][1] if place % 3 else topic) for place, (text, topic) in enumerate(made)]
    bad = train(ask(alice, rows=mixed_up))
    assert (bad.report["better"], bad.report["rival"]["better"], in_force(alice, "own:routing")) == (False, False, good)


def test_every_annotation_remembers_its_model(
    alice: Person, fake: Fake, trainer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from allears.understand.text.annotation import Label

    class Own:
        version = "own-1"

        def predict(self, texts: Any) -> list[tuple[Label, ...]]:
            return [(Label("label", "billing", 0.8),) for _ in texts]

    monkeypatch.setattr(annotating, "load", lambda model: Own())
    builders.voice(workspace=alice.workspace, text="late")
    train(ask(alice))
    while reading.run_once("test:1:x"):
        pass
    rows = VoiceAnnotation.objects.in_workspace(alice.workspace.pk).order_by("annotator")
    assert [(row.annotator, row.model) for row in rows] == [("own:routing", "own-1"), ("text", "fake-1")]
    registry.roll_back(workspace_id=alice.workspace.pk, slot="own:routing", actor_id=alice.user.pk, now=timezone.now())
    while reading.run_once("test:1:x"):
        pass
    assert [row.annotator for row in rows.filter(replaced_at__isnull=True)] == ["text"]
    assert rows.count() == 2  # history stays


def test_models_of_others_are_not_chosen(
    alice: Person, charlie: Person, trainer: dict[str, Any], client: Client
) -> None:
    trainer["better"] = False
    model = train(ask(alice))
    client.force_login(charlie.user)
    assert client.post(f"/settings/text/models/{model.pk}/choice").status_code == 404
    assert in_force(alice, "own:routing") is None


def test_it_learns_again_when_people_have_corrected_enough(
    alice: Person, fake: Fake, trainer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from allears.understand.correcting import correct

    monkeypatch.setattr(registry, "NEW_WORDS", 2)
    voices = [builders.voice(workspace=alice.workspace, score=score, metric="nps") for score in (1, 5, 9)]
    workspace_id = alice.workspace.pk
    for voice in voices[:2]:
        assert registry.learn_again(workspace_id=workspace_id, now=timezone.now()) is None
        correct(voice=voice, task="sentiment", value="neutral", author_id=None, now=timezone.now())
    model = registry.learn_again(workspace_id=workspace_id, now=timezone.now())
    assert model is not None
    assert (model.slot, model.examples) == ("text", 3)
    assert registry.learn_again(workspace_id=workspace_id, now=timezone.now()) is None


def test_models_by_api(alice: Person, trainer: dict[str, Any], client: Client) -> None:
    from allears.accounts.actions import make_key
    from allears.accounts.models import AccessKey

    now = timezone.now()
    _, key = make_key(workspace=alice.workspace, kind=AccessKey.Kind.API, name="t", actor=None, now=now)
    said = {"headers": {"Authorization": f"Bearer {key}"}, "content_type": "application/json"}
    few = client.post("/api/v1/text-models", {"source": "people"}, **said)
    assert (few.status_code, few["Content-Type"]) == (422, "application/problem+json")
    rows = [{"text": "a", "label": "billing"}, {"text": "b", "label": "other"}]
    asked = client.post("/api/v1/text-models", {"source": "column", "key": "routing", "rows": rows}, **said)
    assert (asked.status_code, asked.json()["slot"]) == (202, "own:routing")
    train(TextModel.objects.in_workspace(alice.workspace.pk).get())
    assert [each["in_use"] for each in client.get("/api/v1/text-models", **said).json()["items"]] == [True]
    back = client.post("/api/v1/text-models/rollback", {"slot": "own:routing"}, **said)
    assert [each["in_use"] for each in back.json()["items"]] == [False]
    chosen = client.post(f"/api/v1/text-models/{asked.json()['id']}/choice", **said)
    assert [each["in_use"] for each in chosen.json()["items"]] == [True]
