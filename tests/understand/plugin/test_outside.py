"""The outside model against a real peer process: what is sent, believed, paid, cached, and what faults do."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import Person
from tests.understand.plugin.conftest import Peer

from allears.understand.plugin import metering, protocol
from allears.understand.plugin.annotating import OutsideAnnotator, annotator_of
from allears.understand.plugin.calling import Caller, EndpointError
from allears.understand.plugin.models import Answer, OutsideModel, Spend
from allears.understand.text.annotation import Annotator

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
COST_OF_THREE = 1000 * 2 + 150 * 8  # millionths of a dollar, as the peer counts


def reading(outside: OutsideModel, waits: list[float] | None = None) -> OutsideAnnotator:
    """Waits are written down, not waited."""
    kept = waits if waits is not None else []
    caller = Caller(outside.base_url, outside.model, "sk-test", outside.timeout, sleep=kept.append)
    return OutsideAnnotator(outside, clock=lambda: NOW, caller=caller)


def month(outside: OutsideModel) -> Spend:
    return metering.spent(workspace_id=outside.workspace_id, now=NOW)


def test_only_masked_texts_leave_and_places_come_back_to_the_original(outside: OutsideModel, peer: Peer) -> None:
    said = "我叫张伟，电话13800138000，送货太慢了"
    annotator: Annotator = reading(outside)
    (found,) = annotator.annotate([said])
    assert peer.texts() == [["我叫[姓名]，电话[电话]，送货太慢了"]]
    assert "13800138000" not in str(peer.seen())
    assert "张伟" not in str(peer.seen())
    (topic,) = found.of("topic")
    assert (topic.value, topic.polarity) == ("delivery", -1)
    assert [said[start:end] for start, end in topic.spans] == ["慢"]
    assert (found.value("sentiment"), found.score, found.value("point")) == ("negative", -0.8, "pain")
    assert found.model == "outside:tiny-1/1"


def test_comments_go_in_batches_with_the_schema_and_the_key(outside: OutsideModel, peer: Peer) -> None:
    texts = [f"good thing number {n}" for n in range(7)]
    found = reading(outside).annotate(texts)
    assert [len(each) for each in peer.texts()] == [3, 3, 1]
    first = peer.seen()[0]
    assert first["path"] == "/v1/chat/completions"
    assert first["authorization"] == "Bearer sk-test"
    assert first["body"]["response_format"]["json_schema"]["strict"] is True
    assert [each.value("sentiment") for each in found] == ["positive"] * 7


def test_nothing_is_paid_for_twice(outside: OutsideModel, peer: Peer) -> None:
    texts = ["bad food", "good tea", "a table"]
    first = reading(outside).annotate(texts)
    again = reading(outside)
    assert again.annotate([*texts, "bad food"]) == [*first, first[0]]
    assert (again.calls, again.cost) == (0, 0)
    assert len(peer.seen()) == 1
    assert (month(outside).calls, month(outside).cost) == (1, COST_OF_THREE)
    outside.model = "tiny-2"
    reading(outside).annotate(texts)
    assert len(peer.seen()) == 2  # another model is asked anew


def test_no_word_of_a_comment_is_stored(outside: OutsideModel) -> None:
    reading(outside).annotate(["bad bad marmalade"])
    row = Answer.objects.in_workspace(outside.workspace_id).get()
    assert "marmalade" not in f"{row.digest}{row.labels}"


@pytest.mark.parametrize("fault", ["429", "503", "cut", "not json"])
def test_a_fault_is_asked_again(outside: OutsideModel, peer: Peer, fault: str) -> None:
    peer.faults(fault)
    waits: list[float] = []
    (found,) = reading(outside, waits).annotate(["late again"])
    assert found.value("sentiment") == "negative"
    assert len(peer.seen()) == 2
    assert len(waits) == 1
    assert waits[0] == 2.0 if fault in ("429", "503") else 0.25 <= waits[0] <= 0.75  # as it asks, or with jitter


def test_after_four_faults_it_gives_up_and_what_it_paid_is_counted(outside: OutsideModel, peer: Peer) -> None:
    peer.faults(*["not json"] * 9)
    with pytest.raises(EndpointError, match="no JSON object"):
        reading(outside).annotate(["late again"])
    assert len(peer.seen()) == 4
    assert month(outside).calls == 4
    assert month(outside).cost == 4 * (1000 * 2 + 50 * 8)
    assert Answer.objects.in_workspace(outside.workspace_id).count() == 0


def test_a_refused_key_is_not_tried_again(outside: OutsideModel, peer: Peer) -> None:
    peer.faults("401")
    with pytest.raises(EndpointError, match="no such key") as told:
        reading(outside).annotate(["late"])
    assert told.value.permanent
    assert len(peer.seen()) == 1
    assert month(outside).cost == 0


def test_an_endpoint_without_schemas_is_asked_in_plain_json(outside: OutsideModel, peer: Peer) -> None:
    peer.faults("no schema")
    (found,) = reading(outside).annotate(["good"])
    assert found.value("sentiment") == "positive"
    assert [each["body"]["response_format"]["type"] for each in peer.seen()] == ["json_schema", "json_object"]


def test_a_comment_left_out_is_asked_once_more(outside: OutsideModel, peer: Peer) -> None:
    peer.faults("left out")
    found = reading(outside).annotate(["bad one", "good two"])
    assert [each.value("sentiment") for each in found] == ["negative", "positive"]
    assert peer.texts() == [["bad one", "good two"], ["bad one"]]


def test_what_it_leaves_out_is_asked_for_as_long_as_it_answers_some(outside: OutsideModel, peer: Peer) -> None:
    peer.faults("half", "half")
    found = reading(outside).annotate(["good one", "bad one", "late one"])
    assert [len(each) for each in peer.texts()] == [3, 2, 1]
    assert [each.value("sentiment") for each in found] == ["positive", "negative", "negative"]


def test_what_came_before_a_refusal_is_kept_and_not_paid_again(outside: OutsideModel, peer: Peer) -> None:
    texts = ["good one", "bad one", "late one"]
    peer.faults("half", "401")
    with pytest.raises(EndpointError):
        reading(outside).annotate(texts)
    peer.faults()
    reading(outside).annotate(texts)
    assert [len(each) for each in peer.texts()] == [2]


ENTRY = {"id": 1, "sentiment": "negative"}
WHOLE = json.dumps({"annotations": [ENTRY, {"id": 2, "sentiment": "positive"}]})


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (WHOLE, [0, 1]),
        (f"<think>{{maybe}} [1] or {json.dumps(ENTRY)}</think>\n```json\n{WHOLE}\n```\nThat is {{all}}.", [0, 1]),
        (WHOLE.removeprefix('{"annotations": ').removesuffix("}"), [0, 1]),
        (WHOLE.replace('"id": 1', '"id": "1"'), [0, 1]),
        (WHOLE[:-20], [0]),
        (json.dumps(ENTRY), [0]),
        ('{"annotations": []}', []),
    ],
    ids=["asked", "thought aloud", "bare list", "number as text", "cut off", "one entry", "none"],
)
def test_answers_are_found_as_models_write_them(content: str, places: list[int]) -> None:
    found = protocol.entries(content, count=2)
    assert sorted(found) == places
    assert all(entry["sentiment"] == ("negative", "positive")[place] for place, entry in found.items())


@pytest.mark.parametrize("content", ["", "Here you are!", "[1, 2]", '{"labels": 3}', "[" * 100_000, '{"a": ' * 5_000])
def test_what_is_no_answer_is_asked_again(content: str) -> None:
    with pytest.raises(protocol.UnusableAnswerError):
        protocol.entries(content, count=2)


def test_what_does_not_check_out_is_not_believed(outside: OutsideModel, peer: Peer) -> None:
    peer.faults("lies")
    (found,) = reading(outside).annotate(["it came late"])
    assert [(each.task, each.value) for each in found.labels] == [("emotion", "joy")]
    assert found.abstained == ("sentiment",)
    assert found.score == 1.0  # clipped


def test_the_cap_stops_before_the_call(outside: OutsideModel, peer: Peer) -> None:
    outside.monthly_cap = Decimal("0.001")
    with pytest.raises(metering.CapReachedError):
        reading(outside).annotate(["bad"])
    assert peer.seen() == []
    assert month(outside).cost == 0


def test_the_cap_counts_what_was_spent_and_begins_anew_each_month(outside: OutsideModel, peer: Peer) -> None:
    usage = metering.Usage(400_000, 0)
    metering.reserve(outside=outside, usage=usage, now=NOW)
    with pytest.raises(metering.CapReachedError):
        metering.reserve(outside=outside, usage=usage, now=NOW)
    metering.reserve(outside=outside, usage=usage, now=datetime(2026, 12, 1, tzinfo=UTC))


def test_an_address_inside_is_called_only_where_the_operator_allows(
    outside: OutsideModel, peer: Peer, settings: Any
) -> None:
    settings.MODEL_ALLOW = ""
    with pytest.raises(EndpointError) as told:
        reading(outside).annotate(["bad"])
    assert told.value.permanent
    assert peer.seen() == []


def test_off_by_default_and_one_workspace_does_not_see_anothers(
    outside: OutsideModel, alice: Person, charlie: Person
) -> None:
    assert annotator_of(workspace_id=alice.workspace.pk) is not None
    assert annotator_of(workspace_id=charlie.workspace.pk) is None
    OutsideModel.objects.in_workspace(alice.workspace.pk).update(enabled_at=None)
    assert annotator_of(workspace_id=alice.workspace.pk) is None


def test_the_schema_is_closed_and_holds_every_code() -> None:
    entry = protocol.schema()["properties"]["annotations"]["items"]
    assert set(entry["required"]) == set(entry["properties"])
    assert entry["additionalProperties"] is False
    assert "delivery" in entry["properties"]["topics"]["items"]["properties"]["code"]["enum"]


@pytest.mark.parametrize(
    ("words", "text", "place"),
    [
        ("Late", "it came late", (8, 12)),
        ("“very  late”", "it was very late.", (7, 16)),
        ("太慢", "送货太慢了", (2, 4)),
        ("early", "it came late", None),
        ("", "x", None),
        ("a.b", "aXb", None),
    ],
)
def test_quoted_words_are_found_again(words: str, text: str, place: tuple[int, int] | None) -> None:
    assert protocol.place(words, text) == place
