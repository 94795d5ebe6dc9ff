"""The way through a survey: one table of cases, run by Python and by the page's JavaScript."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from allears.listen import logic
from allears.listen.definition import Definition, DefinitionError, as_json, parse

CASES = json.loads((Path(__file__).parent / "logic_cases.json").read_text())
SCRIPT = Path(__file__).parents[2] / "src/allears/web/static/survey-logic.js"
RUN = """
const logic = require(process.argv[1]);
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify({
  routes: cases.routes.map((each) => logic.route(each.plan, each.answers, each.facts, each.full)),
  texts: cases.texts.map((each) => logic.said(each.text, each.labels, each.facts, each.values)),
}));
"""


@pytest.mark.parametrize("case", CASES["routes"], ids=lambda case: case["name"])
def test_python_goes_the_way(case: dict[str, Any]) -> None:
    found = logic.route(case["plan"], answers=case["answers"], facts=case["facts"], full=case["full"])
    shown = {"names": list(found.names), "end": found.end, "values": dict(found.values), "quotas": list(found.quotas)}
    assert shown == case["expect"]


@pytest.mark.parametrize("case", CASES["texts"], ids=lambda case: case["expect"] or "nothing")
def test_python_says_it(case: dict[str, Any]) -> None:
    assert logic.said(case["text"], labels=case["labels"], facts=case["facts"], values=case["values"]) == case["expect"]


def test_javascript_does_the_same() -> None:
    node = shutil.which("node")
    assert node, "Node.js is not here: run `make setup-dev`, which brings it"
    command = [node, "-e", RUN, str(SCRIPT)]
    ran = subprocess.run(command, input=json.dumps(CASES), capture_output=True, text=True, timeout=60, check=True)
    found = json.loads(ran.stdout)
    assert len(CASES["routes"]) == 55
    for case, way in zip(CASES["routes"], found["routes"], strict=True):
        assert way == case["expect"], case["name"]
    assert found["texts"] == [case["expect"] for case in CASES["texts"]]


def both(text: str) -> dict[str, str]:
    return {"en": text}


def survey(*questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "languages": ["en"],
        "title": both("T"),
        "mail": {"subject": both("S"), "intro": both("I")},
        "thanks": both("Thanks"),
        "questions": [{"text": both("Q"), **each} for each in questions],
        **more,
    }


def number(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "number", "name": name, **more}


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("$.questions[1].show_if.answer", survey(number("a"), number("b", show_if={"answer": "c", "op": "=", "value": 1}))),
    ("$.questions[0].show_if.answer", survey(number("a", show_if={"answer": "b", "op": "=", "value": 1}), number("b"))),
    ("$.questions[1].show_if", survey(number("a"), number("b", show_if={"answer": "a", "customer": "x", "op": "="}))),
    ("$.questions[1].show_if", survey(number("a"), number("b", show_if={"all": []}))),
    ("$.questions[1].show_if.any[0].op", survey(number("a"), number("b", show_if={"any": [{"answer": "a"}]}))),
    ("$.questions[1].show_if.value", survey(number("a"), number("b", show_if={"answer": "a", "op": "in", "value": 1}))),
    ("$.questions[1].skips[0].to", survey(number("a"), number("b", skips=[{"to": "a"}]))),
    ("$.questions[0].skips[0].to", survey(number("a", skips=[{"to": "end:gone"}]), number("b"))),
    ("$.questions[0].text.en", survey(number("a", text=both("{{answer.b}}")), number("b"))),
    (
        "$.questions[1].show_if.answer",
        survey(
            number("a", shuffle_with="x"),
            number("b", show_if={"answer": "a", "op": "=", "value": 1}),
            number("c", shuffle_with="x"),
        ),
    ),
    ("$.quotas[0].when.answer", survey(number("a"), quotas=[
        {"name": "q", "limit": 1, "when": {"answer": "z", "op": "exists"}, "text": both("Full")}])),
    ("$.values[0].of[0].question", survey(number("a"), values=[{"name": "v", "of": [{"question": "z"}]}])),
    ("$.theme.colour", survey(number("a"), theme={"colour": "red"})),
    ("$.theme.logo_text", survey(number("a"), theme={"logo": "data:image/png;base64,aaaa"})),
    ("$.questions[0].help.zh", {**survey(number("a", help={"en": "H"})), "languages": ["en", "zh"]}),
    ("$.questions[0].highest", survey({"type": "rating", "name": "r", "lowest": 5, "highest": 5})),
    ("$.questions[0].options[0].value", survey({"type": "choice", "name": "c", "options": [
        {"value": "a.b", "text": both("x")}, {"value": "b", "text": both("x")}]})),
    ("$.questions[0].nonsense", survey(number("a", nonsense=1))),
]  # fmt: skip


@pytest.mark.parametrize(("place", "wrong"), WRONG, ids=lambda each: each if isinstance(each, str) else "")
def test_a_mistake_names_its_place(place: str, wrong: dict[str, Any]) -> None:
    filled = {**wrong, "title": dict.fromkeys(wrong["languages"], "T")}
    with pytest.raises(DefinitionError) as caught:
        parse(filled)
    if place.endswith("help.zh"):
        assert caught.value.place.endswith(".zh")
    elif place.endswith("nonsense"):
        assert caught.value.place == "$.questions[0]"
    else:
        assert caught.value.place == place


def shuffling() -> Definition:
    names = [f"q{at}" for at in range(8)]
    mixed = [number(name, shuffle_with="" if name in ("q0", "q4") else "x", begins_page=name == "q5") for name in names]
    return parse(survey(*mixed, layout="steps"))


def test_the_order_is_ones_own_stays_and_keeps_anchors_and_pages() -> None:
    definition = shuffling()
    seen = set()
    for seed in range(40):
        slots = logic.plan(definition, seed=str(seed))["slots"]
        assert slots == logic.plan(definition, seed=str(seed))["slots"]
        assert [slots[0][0], slots[4][0]] == ["q0", "q4"]
        assert [page for _, page in slots] == [0, 0, 0, 0, 0, 1, 1, 1]
        assert sorted(name for name, _ in slots) == [f"q{at}" for at in range(8)]
        seen.add(tuple(name for name, _ in slots))
    assert len(seen) > 30


def test_every_place_is_as_likely() -> None:
    definition = shuffling()
    first = [logic.plan(definition, seed=str(seed))["slots"][1][0] for seed in range(1200)]
    counts = {name: first.count(name) for name in set(first)}
    assert len(counts) == 6
    assert all(150 < count < 250 for count in counts.values()), counts  # 200 expected, sd 13


def test_only_what_is_looked_at_leaves_for_the_page() -> None:
    definition = parse(
        survey(
            number(
                "a", show_if={"event": "order.amount", "op": ">", "value": 1}, text=both("Dear {{customer.city|you}}")
            )
        )
    )
    snapshot = {
        "customer": {"segment": "gold", "attributes": {"city": "Jinan", "salary": 9}},
        "event": {"name": "paid", "properties": {"order": {"amount": 5, "card": "4111"}}},
    }
    facts = logic.facts_for(definition, snapshot=snapshot, language="en", channel="email")
    assert facts == {
        "customer": {"city": "Jinan"},
        "event": {"order.amount": 5},
        "language": "en",
        "channel": "email",
    }


def test_a_definition_survives_its_json() -> None:
    definition = shuffling()
    assert parse(as_json(definition)) == definition
