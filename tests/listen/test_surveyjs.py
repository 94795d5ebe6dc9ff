"""SurveyJS: our surveys leave and come back; what has no counterpart is told. (tests/sdk loads them there.)"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from allears.listen import ready_made
from allears.listen.definition import json_schema, parse
from allears.listen.surveyjs import from_surveyjs, to_surveyjs
from tests.listen import surveys

SOURCE: dict[str, Any] = {
    "title": {"default": "Visit", "zh-cn": "到店"},
    "pages": [
        {"elements": [
            {"type": "rating", "name": "NPS Score", "title": "Recommend?", "rateMin": 0, "rateMax": 10},
            {"type": "panel", "elements": [
                {"type": "checkbox", "name": "what", "choices": ["a", {"value": "b", "text": "B"}]},
            ]},
        ]},
        {"elements": [
            {"type": "comment", "name": "why", "title": "You gave {NPS Score}. Why?",
             "visibleIf": "{NPS Score} <= 6 and ({what} contains 'a' or !({what} notempty))"},
            {"type": "signaturepad", "name": "sign"},
            {"type": "text", "name": "odd", "visibleIf": "age({x}) > 3", "maskType": "x"},
        ]},
    ],
    "triggers": [{"type": "complete", "expression": "{what} anyof ['b', 'c']"}],
}  # fmt: skip


def test_what_comes_in_keeps_its_logic_and_tells_what_was_left() -> None:
    taken = from_surveyjs(SOURCE)
    definition = parse(taken.definition)
    assert definition.languages == ["en", "zh"]
    assert [(each.name, each.begins_page) for each in definition.questions] == [
        ("nps_score", False), ("what", False), ("why", True), ("odd", False),
    ]  # fmt: skip
    why = taken.definition["questions"][2]
    assert why["text"]["en"] == "You gave {{answer.nps_score}}. Why?"
    assert why["show_if"] == {"all": [
        {"answer": "nps_score", "op": "<=", "value": 6},
        {"any": [{"answer": "what", "op": "contains", "value": "a"}, {"not": {"answer": "what", "op": "exists"}}]},
    ]}  # fmt: skip
    assert taken.definition["questions"][1]["skips"] == [
        {"to": "end", "when": {"answer": "what", "op": "in", "value": ["b", "c"]}}
    ]
    assert taken.left == [
        "sign: a question of type signaturepad",
        "odd.maskType: not taken over",
        "odd.visibleIf: age({x}) > 3 (age)",
    ]


@pytest.mark.parametrize("key", sorted(ready_made.ALL))
def test_ours_come_back_as_they_were(key: str) -> None:
    definition = ready_made.ALL[key].definition
    taken = from_surveyjs(to_surveyjs(definition))
    back = parse(taken.definition)
    assert taken.left == []
    assert [each.name for each in back.questions] == [each.name for each in definition.questions]
    assert [each.show_if for each in back.questions] == [each.show_if for each in definition.questions]


def test_thirty_questions_leave_with_their_values() -> None:
    out = to_surveyjs(parse(surveys.thirty()))
    assert sum(len(page["elements"]) for page in out["pages"]) == 30
    assert out["calculatedValues"] == [{"name": "feel", "expression": "({nps} * 1 + {stars} * 2) / 3"}]
    assert out["triggers"] == [{"type": "skip", "expression": "{more} = 'no'", "gotoName": "last"}]


def test_the_schema_is_published_and_is_the_one_in_the_docs(client: Client, db: None) -> None:
    assert client.get("/schemas/survey.json").json() == json_schema()
    written = Path(__file__).parents[2] / "docs" / "survey-schema.json"
    assert json.loads(written.read_text()) == json_schema(), "write it anew: see docs/survey-definition.md"
